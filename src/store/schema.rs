//! The table: its definition, and making it when it is missing.

use crate::config::Config;
use crate::db::connection::Connection;
use crate::error::{Error, Result};

/// The one definition; `sql/schema.sql` is also what an administrator runs by hand.
const DEFINITION: &str = include_str!("../../sql/schema.sql");
const NAME_IN_DEFINITION: &str = "`php_sessions`";

/// The table's name as SQL: `database`.`table`, so that the account's default database does not matter.
pub fn quoted_table(config: &Config) -> String {
    match config.table_parts() {
        ("", table) => format!("`{table}`"),
        (database, table) => format!("`{database}`.`{table}`"),
    }
}

/// The SQL that creates `table`, a quoted name.
pub fn definition(table: &str) -> String {
    DEFINITION.trim_end().replacen(NAME_IN_DEFINITION, table, 1)
}

/// Makes the missing table, never inside a transaction: that would commit it. `missing` is the server's complaint.
pub fn create(config: &Config, connection: &mut Connection, missing: Error) -> Result<()> {
    let table = quoted_table(config);
    let definition = definition(&table);
    let host = connection.host().to_owned();
    let explained = |what: &str, error: Error| match error {
        Error::Server { source, .. } => {
            let one_line = definition.split_whitespace().collect::<Vec<_>>().join(" ");
            Error::Schema {
                host: host.clone(),
                what: format!("the table {table} {what}").into(),
                cure: format!("create it: {one_line}").into(),
                source,
            }
        }
        other => other,
    };
    if !config.auto_create {
        return Err(explained("is missing and rustsql.auto_create is 0", missing));
    }
    connection.query("ROLLBACK")?;
    connection
        .query(&definition)
        .map_err(|error| explained("is missing and cannot be created", error))?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_definition_takes_the_configured_name() {
        let config = crate::config::tests::load(&[("dsn", "mysql://a@h/app"), ("table", "other.t x")], "").unwrap();
        let sql = definition(&quoted_table(&config));
        assert!(sql.starts_with("CREATE TABLE IF NOT EXISTS `other`.`t x` (\n"), "{sql}");
        assert!(!sql.contains("php_sessions"));
    }
}
