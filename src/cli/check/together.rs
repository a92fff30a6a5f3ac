//! What the hosts of a DSN must be to each other: one server at more than one address, a primary with replicas, or a cluster.

use rustsql::{Facts, Survey, Table};

use super::line::Line;

const NAME: &str = "hosts";

pub fn check(surveys: &[Survey]) -> Vec<Line> {
    [two_primaries(surveys), no_replica(surveys)]
        .into_iter()
        .flatten()
        .collect()
}

fn known(surveys: &[Survey], ready: bool) -> Vec<(&str, &Facts)> {
    let known = surveys.iter().filter(|survey| survey.problem.is_none() == ready);
    known
        .filter_map(|survey| Some((survey.host.as_str(), survey.facts.as_ref()?)))
        .collect()
}

fn two_primaries(surveys: &[Survey]) -> Option<Line> {
    let mut alone = known(surveys, true);
    alone.retain(|(_, facts)| !facts.is_node);
    let (first, its) = alone.first()?;
    let (other, _) = alone.iter().find(|(_, facts)| identity(facts) != identity(its))?;
    Some(Line::warning(
        NAME,
        format!(
            "{first} and {other} both take writes, and are no nodes of a cluster: after a failover sessions are missing, or old"
        ),
        "set read_only = ON on replicas; promote one only when the primary is gone",
    ))
}

fn no_replica(surveys: &[Survey]) -> Option<Line> {
    let ready = known(surveys, true);
    let (primary, _) = ready
        .iter()
        .find(|(_, facts)| matches!(facts.table, Table::There { .. }))?;
    let others = known(surveys, false);
    let (without, _) = others.iter().find(|(_, facts)| matches!(facts.table, Table::Missing))?;
    Some(Line::warning(
        NAME,
        format!("{without} does not have the table that {primary} has: after a failover all sessions are missing"),
        "is it a replica, and does it replicate this database?",
    ))
}

/// Two addresses may lead to the same server.
fn identity(facts: &Facts) -> [&str; 4] {
    ["hostname", "port", "datadir", "server_uuid"].map(|name| facts.global.text(name))
}
