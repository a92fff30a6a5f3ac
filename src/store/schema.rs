//! The table's name and its definition, as SQL.

use crate::config::Config;

/// The definition of the table. Administrators can also run `sql/schema.sql` by hand.
const DEFINITION: &str = include_str!("../../sql/schema.sql");
const NAME_IN_DEFINITION: &str = "`php_sessions`";

/// The table's name as SQL, with its database: the connection's default database does not matter.
pub fn quoted_table(config: &Config) -> String {
    let (database, table) = config.table_parts();
    let mut quoted = String::with_capacity(database.len() + table.len() + 8);
    if !database.is_empty() {
        push_quoted(&mut quoted, database);
        quoted.push('.');
    }
    push_quoted(&mut quoted, table);
    quoted
}

/// The setting has no backquote in it, but the DSN's database may.
fn push_quoted(sql: &mut String, name: &str) {
    for (at, part) in name.split('`').enumerate() {
        sql.push_str(if at == 0 { "`" } else { "``" });
        sql.push_str(part);
    }
    sql.push('`');
}

/// The SQL that creates `table`, a quoted name.
pub fn definition(table: &str) -> String {
    DEFINITION.trim_end().replacen(NAME_IN_DEFINITION, table, 1)
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
