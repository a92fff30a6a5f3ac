//! Checks that the table can store sessions. The first packet queries its definition, once a minute for each process.
//!
//! With a column of a wrong type a session may be stored and not found again. An engine without row locks cannot make requests
//! wait.

use crate::error::Error;

/// Name, definition, and a check of the actual type.
type Column = (&'static str, &'static str, fn(&str) -> bool);

/// The columns that the table must have. `sql/schema.sql` has the same definitions.
const COLUMNS: [Column; 8] = [
    ("id", "BINARY(16) NOT NULL", is_key),
    ("version", "BIGINT UNSIGNED NOT NULL", |of| name(of) == "bigint"),
    ("expires", "INT UNSIGNED NOT NULL", is_time),
    ("created", "INT UNSIGNED NOT NULL", is_time),
    ("used", "INT UNSIGNED NOT NULL", is_time),
    ("tag", "BINARY(16) NULL", |of| !of.contains(" not null")),
    ("format", "TINYINT UNSIGNED NOT NULL", |of| name(of).ends_with("int")),
    ("data", "LONGBLOB NOT NULL", |of| {
        name(of).ends_with("blob") || name(of) == "varbinary"
    }),
];

/// A shorter column cannot hold the key, and the server pads a longer BINARY.
fn is_key(of: &str) -> bool {
    let size = of.split(['(', ')']).nth(1).and_then(|size| size.parse::<u32>().ok());
    match name(of) {
        "binary" => size == Some(16),
        "varbinary" => size >= Some(16),
        _ => false,
    }
}

fn is_time(of: &str) -> bool {
    matches!(name(of), "int" | "bigint")
}

/// The name of a type without its size.
fn name(of: &str) -> &str {
    of.split(|c: char| !c.is_ascii_alphanumeric())
        .next()
        .unwrap_or_default()
}

/// A table's definition as SHOW CREATE TABLE returns it.
pub struct Shape<'a> {
    /// The name, and the type with its attributes in lower case.
    columns: Vec<(&'a str, String)>,
    has_primary_key: bool,
    id_is_unique: bool,
    /// The first column of each index.
    indexed: Vec<&'a str>,
    engine: &'a str,
}

#[derive(Debug, PartialEq)]
pub struct Defect {
    pub what: String,
    pub cure: String,
}

impl<'a> Shape<'a> {
    /// `None`: it is a view, or the text is unknown.
    pub fn parse(create_table: &'a str) -> Option<Self> {
        let mut lines = create_table.lines();
        lines.next().filter(|first| first.starts_with("CREATE TABLE "))?;
        let mut shape = Self {
            columns: Vec::new(),
            has_primary_key: false,
            id_is_unique: false,
            indexed: Vec::new(),
            engine: "",
        };
        for line in lines {
            let line = line.trim_start();
            if let Some(options) = line.strip_prefix(')') {
                let engine = options.split_once("ENGINE=").map(|(_, engine)| engine);
                shape.engine = engine.and_then(|engine| engine.split_whitespace().next())?;
                return Some(shape);
            }
            // Names are not quoted if sql_quote_show_create is off.
            let quoted = line.strip_prefix('`').and_then(|line| line.split_once("` "));
            let Some((name, rest)) = quoted.or_else(|| line.split_once(' ')) else {
                continue;
            };
            let is_primary = quoted.is_none() && name == "PRIMARY";
            if quoted.is_none() && ["PRIMARY", "UNIQUE", "KEY"].contains(&name) {
                let columns = rest.split_once('(').map_or("", |(_, columns)| columns);
                let first = columns.split([',', ')', '(']).next().unwrap_or_default();
                shape.indexed.push(first.trim_matches('`'));
            }
            if is_primary || quoted.is_none() && name == "UNIQUE" {
                shape.has_primary_key |= is_primary;
                shape.id_is_unique |= rest.contains("(`id`)") || rest.contains("(id)");
            } else if quoted.is_some() || rest.starts_with(|c: char| c.is_ascii_lowercase()) {
                let declared = rest.split(" COMMENT '").next().unwrap_or_default();
                shape.columns.push((name, declared.to_ascii_lowercase()));
            }
        }
        None
    }

    pub fn engine(&self) -> &str {
        self.engine
    }

    /// Columns that need an index and have none. Sessions start without it, but statements read the whole table.
    pub fn unindexed(&self) -> Vec<&'static str> {
        let is_indexed = |column: &str| self.indexed.iter().any(|first| first.eq_ignore_ascii_case(column));
        ["expires", "tag"]
            .into_iter()
            .filter(|column| !is_indexed(column))
            .collect()
    }

    pub fn is_innodb(&self) -> bool {
        self.engine.eq_ignore_ascii_case("InnoDB")
    }

    /// The problem that keeps `table` (a quoted name) from storing sessions.
    pub fn defect(&self, table: &str, row_locks: bool) -> Option<Defect> {
        let find = |name: &str| self.columns.iter().find(|(known, _)| known.eq_ignore_ascii_case(name));
        let missing: Vec<_> = COLUMNS.iter().filter(|(name, ..)| find(name).is_none()).collect();
        if !missing.is_empty() {
            let names: Vec<_> = missing.iter().map(|(name, ..)| format!("`{name}`")).collect();
            return Some(Defect {
                what: format!("has no {} that this account can see", names.join(", ")),
                cure: OTHER_TABLE.into(),
            });
        }
        let (mut wrong, mut changes) = (Vec::new(), Vec::new());
        for (name, definition, fits) in COLUMNS {
            if let Some((_, declared)) = find(name).filter(|(_, declared)| !fits(declared)) {
                let shown = [" collate ", " default "].iter().fold(declared.as_str(), |shown, end| {
                    shown.split(end).next().unwrap_or_default()
                });
                let declared: String = shown.trim_end_matches(',').chars().take(60).collect();
                wrong.push(format!("`{name}` {declared}"));
                changes.push(format!("MODIFY `{name}` {definition}"));
            }
        }
        if !self.id_is_unique {
            wrong.push("no PRIMARY KEY of `id` alone".into());
            changes.extend(self.has_primary_key.then(|| "DROP PRIMARY KEY".into()));
            changes.push("ADD PRIMARY KEY (`id`)".into());
        }
        if row_locks && !self.is_innodb() {
            let engine: String = self.engine.chars().take(60).collect();
            wrong.push(format!("the engine {engine}, which has no row locks (rustsql.lock)"));
            changes.push("ENGINE=InnoDB".into());
        }
        if !wrong.is_empty() {
            return Some(Defect {
                what: format!("has {}", wrong.join(", ")),
                cure: format!(
                    "if it is only for sessions: ALTER TABLE {table} {}; else {OTHER_TABLE}",
                    changes.join(", ")
                ),
            });
        }
        let needs_value = |(name, declared): &&(&str, String)| {
            !COLUMNS.iter().any(|(known, ..)| known.eq_ignore_ascii_case(name))
                && declared.contains(" not null")
                && ![" default ", " auto_increment", " generated ", " as "]
                    .iter()
                    .any(|word| declared.contains(word))
        };
        let (name, _) = self.columns.iter().find(needs_value)?;
        let name: String = name.chars().take(64).collect();
        Some(Defect {
            what: format!("has a column `{name}` that must have a value and has no default"),
            cure: format!("give it one, or {OTHER_TABLE}"),
        })
    }
}

/// Whether the result may be cached. Another engine than InnoDB may be good for one lock mode and bad for another, so it is
/// checked each time.
pub fn check(create_table: &str, table: &str, row_locks: bool) -> Result<bool, Defect> {
    let Some(shape) = Shape::parse(create_table) else {
        return Ok(true);
    };
    match shape.defect(table, row_locks) {
        Some(defect) => Err(defect),
        None => Ok(shape.is_innodb()),
    }
}

impl Defect {
    /// `error` is the error of the statement after this query.
    pub fn at(self, host: &str, table: &str, error: Option<Error>) -> Error {
        Error::Schema {
            host: host.to_owned(),
            what: format!("the table {table} {}", self.what).into(),
            cure: self.cure.into(),
            source: error.and_then(Error::into_source),
        }
    }
}

const OTHER_TABLE: &str = "name another table in rustsql.table (RustSql\\schema() gives its SQL)";

/// The query for the shape.
pub fn question(table: &str) -> String {
    format!("SHOW CREATE TABLE {table}")
}

#[cfg(test)]
mod tests {
    use super::super::schema;
    use super::*;

    const GOOD: &str = "CREATE TABLE `t` (\n  `id` binary(16) NOT NULL COMMENT 'x NOT NULL',\n  \
        `version` bigint(20) unsigned NOT NULL COMMENT 'a, b',\n  `expires` int(10) unsigned NOT NULL,\n  \
        `created` int unsigned NOT NULL,\n  `used` int(10) unsigned NOT NULL,\n  `tag` binary(16) DEFAULT NULL,\n  \
        `format` tinyint(3) unsigned NOT NULL,\n  `data` longblob NOT NULL,\n  PRIMARY KEY (`id`),\n  \
        KEY `expires` (`expires`)\n) ENGINE=InnoDB DEFAULT CHARSET=latin1";

    fn defect(text: &str, row_locks: bool) -> Option<Defect> {
        Shape::parse(text).unwrap().defect("`app`.`t`", row_locks)
    }

    #[test]
    fn definitions_are_those_of_the_schema() {
        for (name, definition, _) in COLUMNS {
            let line = format!("  `{name}` {definition}");
            assert!(schema::definition("`t`").contains(&line), "{line}");
        }
    }

    #[test]
    fn what_the_schema_makes_is_good() {
        assert_eq!(defect(GOOD, true), None);
        assert_eq!(defect(&GOOD.replace('`', ""), true), None);
        assert_eq!(
            defect(&GOOD.replace("PRIMARY KEY (`id`)", "UNIQUE KEY `u` (`id`)"), true),
            None
        );
        assert_eq!(defect(&GOOD.replace("InnoDB", "MyISAM"), false), None);
        assert_eq!(Shape::parse(GOOD).unwrap().unindexed(), ["tag"]);
        let indexed = GOOD.replace("KEY `expires`", "UNIQUE KEY `t` (`tag`,`id`),\n  KEY `expires`");
        assert!(Shape::parse(&indexed).unwrap().unindexed().is_empty());
        let more = GOOD.replace(
            "  `tag`",
            "  `note` varchar(9) NOT NULL DEFAULT '',\n  `who` text,\n  `tag`",
        );
        assert_eq!(defect(&more, true), None);
        assert!(Shape::parse("CREATE VIEW `t` AS SELECT 1").is_none());
        assert!(Shape::parse("CREATE TABLE `t` (").is_none());
    }

    #[test]
    fn what_loses_sessions_is_named_with_its_cure() {
        for (good, bad, what, cure) in [
            (
                "binary(16) NOT NULL C",
                "binary(32) NOT NULL C",
                "`id` binary(32)",
                "MODIFY `id` BINARY(16) NOT NULL;",
            ),
            (
                "binary(16) NOT NULL C",
                "varbinary(8) NOT NULL C",
                "`id` varbinary(8)",
                "MODIFY `id`",
            ),
            (
                "binary(16) NOT NULL C",
                "char(32) NOT NULL C",
                "`id` char(32)",
                "MODIFY `id`",
            ),
            (
                "bigint(20)",
                "int(10)",
                "`version` int(10)",
                "MODIFY `version` BIGINT UNSIGNED NOT NULL;",
            ),
            (
                "longblob",
                "longtext CHARACTER SET utf8mb4",
                "`data` longtext",
                "MODIFY `data` LONGBLOB NOT NULL;",
            ),
            (
                "binary(16) DEFAULT NULL",
                "binary(16) NOT NULL",
                "`tag`",
                "MODIFY `tag` BINARY(16) NULL;",
            ),
            (
                "PRIMARY KEY (`id`)",
                "KEY `id` (`id`)",
                "no PRIMARY KEY",
                "`t` ADD PRIMARY KEY (`id`);",
            ),
            (
                "PRIMARY KEY (`id`)",
                "PRIMARY KEY (`id`,`expires`)",
                "no PRIMARY KEY",
                "DROP PRIMARY KEY, ADD PRIMARY KEY",
            ),
            ("InnoDB", "Aria", "Aria, which has no row locks", "ENGINE=InnoDB;"),
            ("  `tag` ", "  `label` ", "no `tag`", "another table"),
            ("  `tag`", "  `note` text NOT NULL,\n  `tag`", "`note`", "give it one"),
        ] {
            let found = defect(&GOOD.replace(good, bad), true).unwrap();
            assert!(
                found.what.contains(what) && found.cure.contains(cure),
                "{bad}: {found:?}"
            );
        }
    }
}
