//! Process id and script of connections, as their clients named them at the login. Called by `waits` and `lock::holder`.
//!
//! The performance schema has them, which MariaDB switches off by default. Without SELECT on it an account sees its own connections
//! alone, and of those only the ones that come from the same address.

use std::collections::HashMap;

use crate::db::connection::Connection;

#[derive(Default)]
pub struct Attributes {
    pub pid: Option<String>,
    pub script: Option<String>,
}

/// By connection; those of one connection, or of all. Empty if the server shows none.
pub fn read(connection: &mut Connection, of: Option<u64>) -> HashMap<u64, Attributes> {
    let one = of.map(|id| format!(" AND processlist_id={id}")).unwrap_or_default();
    let question = |table: &str| {
        format!(
            "SELECT processlist_id,attr_name,attr_value FROM performance_schema.{table} \
             WHERE attr_name IN ('_pid','program_name'){one}"
        )
    };
    let reply = match connection.query_if_allowed(&question("session_connect_attrs")) {
        Ok(None) => connection.query(&question("session_account_connect_attrs")),
        Ok(Some(reply)) => Ok(reply),
        Err(error) => Err(error),
    };
    let mut all = HashMap::<u64, Attributes>::new();
    let Ok(reply) = reply else { return all };
    for row in reply.rows() {
        let (Some(id), Some(value)) = (row.number(0), row.text(2)) else {
            continue;
        };
        let attributes = all.entry(id).or_default();
        match row.text(1).as_deref() {
            Some("_pid") => attributes.pid = Some(value),
            _ if !value.is_empty() => attributes.script = Some(value),
            _ => {}
        }
    }
    all
}
