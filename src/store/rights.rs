//! The GRANT that an account lacks. It is determined only after the server has refused a statement.

use super::link::Link;
use crate::db::connection::Connection;
use crate::db::errno;
use crate::db::reply::Reply;
use crate::error::Error;

impl Link {
    /// Adds the missing GRANT to an error of missing privileges.
    pub fn name_missing_grant(&mut self, reply: &mut Reply) {
        let is_denied = |error: &mut Error| matches!(error, Error::Server { source, .. } if source.code().is_some_and(errno::is_denied));
        let Some(Error::Server { host, source, .. }) = reply.error.take_if(is_denied) else {
            return;
        };
        // Without SELECT the account cannot see whether the table exists. If it does not, CREATE is needed, too.
        let create = self.config().auto_create && source.to_string().contains("SELECT command denied");
        reply.error = Some(Error::Schema {
            host,
            what: format!("the account may not use the table {}", self.table()).into(),
            cure: self.grant(create).into(),
            source: Some(source),
        });
    }

    /// The GRANT with all privileges that sessions need.
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

/// The account of this connection (CURRENT_USER), quoted for GRANT.
pub fn account(connection: &mut Connection) -> Option<String> {
    let account = connection.query("SELECT CURRENT_USER()").ok()?.first_text()?;
    let quoted = |name: &str| format!("'{}'", name.replace('\'', "''"));
    Some(match account.rsplit_once('@') {
        Some((user, host)) => format!("{}@{}", quoted(user), quoted(host)),
        None => quoted(&account),
    })
}
