//! What the hosts of a DSN must be to each other: one server at more than one address, a primary with replicas, or a cluster.

use rustsql::{Facts, Survey};

use super::line::Line;

pub fn check(surveys: &[Survey]) -> Option<Line> {
    let ready = surveys.iter().filter(|survey| survey.problem.is_none());
    let alone: Vec<_> = ready
        .filter_map(|survey| Some((&survey.host, survey.facts.as_ref()?)))
        .filter(|(_, facts)| !facts.is_node)
        .collect();
    let (first, its) = alone.first()?;
    let (other, _) = alone.iter().find(|(_, facts)| identity(facts) != identity(its))?;
    Some(Line::warning(
        "hosts",
        format!(
            "{first} and {other} both take writes, and are no nodes of a cluster: after a failover sessions are missing, or old"
        ),
        "set read_only = ON on replicas; promote one only when the primary is gone",
    ))
}

/// Two addresses may lead to the same server.
fn identity(facts: &Facts) -> [&str; 4] {
    ["hostname", "port", "datadir", "server_uuid"].map(|name| facts.global.text(name))
}
