//! What an account lacks, as the statement that gives it. Asked only after the server has refused.

use super::link::Link;
use crate::db::connection::Connection;
use crate::db::errno;
use crate::db::reply::Reply;
use crate::error::Error;

impl Link {
    /// An answer that the account may not do what a session needs names the GRANT that lets it.
    pub fn name_missing_grant(&mut self, reply: &mut Reply) {
        let is_denied = |error: &mut Error| matches!(error, Error::Server { source, .. } if source.code().is_some_and(errno::is_denied));
        let Some(Error::Server { host, source, .. }) = reply.error.take_if(is_denied) else {
            return;
        };
        // Who may not read it is not told whether it exists, and needs the right to make it if it does not.
        let create = self.config().auto_create && source.to_string().contains("SELECT command denied");
        reply.error = Some(Error::Schema {
            host,
            what: format!("the account may not use the table {}", self.table()).into(),
            cure: self.grant(create).into(),
            source: Some(source),
        });
    }

    /// The statement that gives this account what a session needs.
    pub fn grant(&mut self, create: bool) -> String {
        let create = if create { ", CREATE" } else { "" };
        let account = self.connection_mut().and_then(account);
        format!(
            "GRANT SELECT, INSERT, UPDATE, DELETE{create} ON {} TO {}",
            self.table(),
            account.unwrap_or_else(|| "this account".into())
        )
    }
}

/// The account that the server took this login for, as GRANT wants it.
pub fn account(connection: &mut Connection) -> Option<String> {
    let account = connection.query("SELECT CURRENT_USER()").ok()?.first_text()?;
    let quoted = |name: &str| format!("'{}'", name.replace('\'', "''"));
    Some(match account.rsplit_once('@') {
        Some((user, host)) => format!("{}@{}", quoted(user), quoted(host)),
        None => quoted(&account),
    })
}
