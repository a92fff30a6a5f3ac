//! `rustsql stats URL...`: the counters of web hosts, once or again and again.

use std::io::{self, Write};
use std::sync::Arc;
use std::thread;
use std::time::{Duration, Instant};

use clap::Args;
use serde_json::{Map, Value, json};
use ureq::Agent;
use ureq::tls::{Certificate, RootCerts, TlsConfig};

use super::metrics::{Counters, Times};
use super::outcome::{self, Failure, Format, Outcome, Result};
use super::table::table;

/// For a whole page: name, connection, TLS and answer.
const TIME: Duration = Duration::from_secs(10);

/// The most bytes of a page. examples/metrics.php has 6,000.
const BYTES: u64 = 1 << 20;

/// Shows the counters of web hosts, and their sum
///
/// Each URL is that of a page such as examples/metrics.php, which Prometheus can read, too. A PHP master process has its own counters.
#[derive(Args)]
pub struct Arguments {
    /// The page of a web host: http://web1/metrics.php
    #[arg(required = true, value_name = "URL")]
    urls: Vec<String>,

    /// Show again every second what was counted in that second, until Ctrl-C
    #[arg(long, conflicts_with = "json")]
    watch: bool,

    #[command(flatten)]
    pub format: Format,
}

/// A web host with its counters, or why there are none.
struct Host {
    name: String,
    counters: Result<Counters>,
}

pub fn run(arguments: &Arguments) -> Result<Outcome> {
    let agent = agent(&arguments.urls);
    let mut hosts = fetch(&agent, &arguments.urls);
    if arguments.watch {
        return watch(&agent, &arguments.urls, hosts);
    }
    if let [Host { counters, .. }] = hosts.as_mut_slice()
        && let Err(Failure(reason)) = counters
    {
        return Err(Failure(std::mem::take(reason)));
    }
    Ok(Outcome {
        failed: hosts.iter().any(|host| host.counters.is_err()),
        text: describe(&hosts, None),
        json: as_json(&hosts),
    })
}

fn watch(agent: &Agent, urls: &[String], mut before: Vec<Host>) -> Result<Outcome> {
    let begin = outcome::clear();
    let mut asked = Instant::now();
    loop {
        thread::sleep(Duration::from_secs(1));
        let (now, seconds) = (fetch(agent, urls), asked.elapsed().as_secs_f64());
        asked = Instant::now();
        let since = |(now, before): (&Host, &Host)| Host {
            name: now.name.clone(),
            counters: match (&now.counters, &before.counters) {
                (Ok(now), Ok(before)) => Ok(now.since(before)),
                (Ok(now), Err(_)) => Ok(now.since(now)),
                (Err(Failure(reason)), _) => Err(Failure(reason.clone())),
            },
        };
        let new: Vec<_> = now.iter().zip(&before).map(since).collect();
        writeln!(io::stdout(), "{begin}{}\n", describe(&new, Some(seconds)))?;
        before = now;
    }
}

fn agent(urls: &[String]) -> Agent {
    let mut tls =
        TlsConfig::builder().unversioned_rustls_crypto_provider(Arc::new(rustls::crypto::ring::default_provider()));
    if urls.iter().any(|url| url.starts_with("https:")) {
        // Those that this machine trusts.
        let trusted = rustls_native_certs::load_native_certs().certs;
        let trusted: Vec<_> = trusted
            .iter()
            .map(|der| Certificate::from_der(der).to_owned())
            .collect();
        tls = tls.root_certs(RootCerts::new_with_certs(&trusted));
    }
    let config = Agent::config_builder()
        .timeout_global(Some(TIME))
        .http_status_as_error(false)
        .max_redirects(3)
        .proxy(None)
        .user_agent(concat!("rustsql/", env!("CARGO_PKG_VERSION")))
        .tls_config(tls.build());
    config.build().new_agent()
}

/// From all hosts at the same time.
fn fetch(agent: &Agent, urls: &[String]) -> Vec<Host> {
    thread::scope(|scope| {
        let threads: Vec<_> = urls.iter().map(|url| scope.spawn(move || page(agent, url))).collect();
        let ended = |(url, thread): (&String, thread::ScopedJoinHandle<'_, Result<Counters>>)| Host {
            name: host(url).to_owned(),
            counters: thread
                .join()
                .unwrap_or_else(|_| Err(Failure(format!("{}: internal error", without_secrets(url))))),
        };
        urls.iter().zip(threads).map(ended).collect()
    })
}

fn page(agent: &Agent, url: &str) -> Result<Counters> {
    let failed = |reason: &str| Failure(format!("{}: {reason}", without_secrets(url)));
    let mut answer = agent.get(url).call().map_err(|error| failed(&explain(error)))?;
    if !answer.status().is_success() {
        return Err(failed(&format!("the web server answered {}", answer.status())));
    }
    let body = answer.body_mut().with_config().limit(BYTES).read_to_string();
    let body = body.map_err(|error| failed(&explain(error)))?;
    Counters::parse(&body)
        .ok_or_else(|| failed("this page has no counters of rustsql; copy examples/metrics.php to the web host"))
}

fn explain(error: ureq::Error) -> String {
    match error {
        ureq::Error::Io(error) => error.to_string(),
        ureq::Error::Timeout(_) => format!("no answer within {} s", TIME.as_secs()),
        ureq::Error::BodyExceedsLimit(_) => "this page is too long to be one of counters".to_owned(),
        other => other.to_string(),
    }
}

/// Without the account and the query, which may have a password or a token.
fn without_secrets(url: &str) -> String {
    let (scheme, rest) = url.split_once("://").unwrap_or(("", url));
    let rest = rest.split(['?', '#']).next().unwrap_or_default();
    let (host, path) = rest.split_at(rest.find('/').unwrap_or(rest.len()));
    let host = host.rsplit_once('@').map_or(host, |(_, host)| host);
    match scheme {
        "" => format!("{host}{path}"),
        _ => format!("{scheme}://{host}{path}"),
    }
}

fn host(url: &str) -> &str {
    let rest = url.split_once("://").map_or(url, |(_, rest)| rest);
    let host = rest.split(['/', '?', '#']).next().unwrap_or_default();
    host.rsplit_once('@').map_or(host, |(_, host)| host)
}

/// Those that have answered, and the sum.
fn sum<'a>(hosts: &'a [Host]) -> (Vec<(&'a str, &'a Counters)>, Counters) {
    let mut sum = Counters::default();
    let answered = |host: &'a Host| Some((host.name.as_str(), host.counters.as_ref().ok()?));
    let all: Vec<_> = hosts.iter().filter_map(answered).collect();
    for (_, counters) in &all {
        sum.add(counters);
    }
    (all, sum)
}

/// `seconds`: in how many it was counted; then rates are shown.
fn describe(hosts: &[Host], seconds: Option<f64>) -> String {
    let (mut columns, sum) = sum(hosts);
    if columns.len() > 1 {
        columns.push(("all", &sum));
    }
    let head = if seconds.is_some() { "per second" } else { "counter" };
    let mut rows = vec![vec![head.to_owned()]];
    let mut add = |name: String, cell: &dyn Fn(&Counters) -> String| {
        let mut row = vec![name];
        row.extend(columns.iter().map(|(_, counters)| cell(counters)));
        rows.push(row);
    };
    let number = |count: u64| match seconds {
        Some(seconds) => format!("{:.1}", count as f64 / seconds),
        None => count.to_string(),
    };
    for (name, _) in &sum.counts {
        add(name.clone(), &|counters| number(counters.count(name)));
    }
    for (name, _) in &sum.times {
        let times = |counters: &Counters| counters.times(name).cloned().unwrap_or_default();
        add(name.clone(), &|counters| number(times(counters).count));
        add(format!("{name} mean, ms"), &|counters| {
            milliseconds(times(counters).mean())
        });
        for percent in [50, 99] {
            add(format!("{name} p{percent}, ms"), &|counters| {
                let times = times(counters);
                match times.below(percent) {
                    None if times.count > 0 => "too long".to_owned(),
                    below => milliseconds(below),
                }
            });
        }
    }
    let names = columns.iter().map(|(name, _)| (*name).to_owned());
    if let Some(head) = rows.first_mut() {
        head.extend(names);
    }
    let mut text = if columns.is_empty() { String::new() } else { table(rows) };
    for host in hosts {
        if let Err(Failure(reason)) = &host.counters {
            text.push_str(&format!("\n{reason}"));
        }
    }
    text.trim_start().to_owned()
}

fn milliseconds(seconds: Option<f64>) -> String {
    seconds
        .map(|seconds| format!("{:.3}", seconds * 1e3))
        .unwrap_or_default()
}

fn as_json(hosts: &[Host]) -> Value {
    let (_, sum) = sum(hosts);
    let all = hosts.iter().map(|host| match &host.counters {
        Ok(counters) => json!({ "host": host.name, "counters": counters_as_json(counters) }),
        Err(Failure(reason)) => json!({ "host": host.name, "error": reason }),
    });
    json!({ "hosts": all.collect::<Vec<_>>(), "sum": counters_as_json(&sum) })
}

fn counters_as_json(counters: &Counters) -> Value {
    let mut all: Map<_, _> = counters
        .counts
        .iter()
        .map(|(name, count)| (name.clone(), json!(count)))
        .collect();
    let times = |times: &Times| {
        json!({
            "count": times.count,
            "seconds": times.seconds,
            "p50": times.below(50),
            "p99": times.below(99),
        })
    };
    all.extend(counters.times.iter().map(|(name, of)| (name.clone(), times(of))));
    Value::Object(all)
}
