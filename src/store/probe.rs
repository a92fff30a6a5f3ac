//! A health check: runs the statements of a session on a host, and rolls them back.

use std::rc::Rc;

use super::acquire::acquire;
use super::create::could_create_table;
use super::link::Link;
use super::lock::row;
use super::peek::peek;
use super::{Expected, Expiry, IfAbsent, Instance, Version, Write, known_servers, sql};
use crate::config::{Address, Config};
use crate::db::errno;
use crate::db::host::Host;
use crate::db::statement::Statement;
use crate::envelope::Place;
use crate::error::{DbError, Error, Result};
use crate::lock::{LockTimeout, Mode};
use crate::session_id::{SessionKey, hex};

#[derive(Default)]
pub struct Health {
    pub reachable: bool,
    pub writable: bool,
    pub version: Option<String>,
    /// The reason why no session can start there.
    pub problem: Option<Error>,
}

impl From<Error> for Health {
    fn from(problem: Error) -> Self {
        Self {
            problem: Some(problem),
            ..Self::default()
        }
    }
}

pub fn look(host: &Host, config: &Config, script: String) -> Health {
    health(&mut link(host, config, script), config.auto_create)
}

/// A link to this host alone, for a health check.
pub fn link(host: &Host, config: &Config, script: String) -> Link {
    let mut own = config.clone();
    own.target.addresses = vec![match (host.address(), host.ip()) {
        // This address only: no other address of the name may answer.
        (address @ Address::Tcp { host: name, port }, Some(ip)) if address.to_string() != host.label() => {
            own.target.tls.name = Some(name.clone());
            Address::Tcp {
                host: ip.to_string(),
                port: *port,
            }
        }
        (address, _) => address.clone(),
    }];
    own.persistent = false;
    // Its first statement is none that may be sent again.
    own.pipelined_login = false;
    own.auto_create = false;
    // The rehearsal takes the row lock, which a write that merges needs.
    own.merges = false;
    // Nobody else has locked the row, but the table may be locked. Its error has to come within `io_timeout`.
    own.lock_timeout = LockTimeout::Limit(config.io_timeout / 2);
    Link::new(Rc::new(own), script)
}

pub fn health(link: &mut Link, may_create: bool) -> Health {
    link.within(Some(link.config().io_timeout));
    let mut health = Health::default();
    health.problem = try_out(link, &mut health, may_create).err();
    health.writable &= !health.problem.as_ref().is_some_and(Error::is_unfit_host);
    health
}

fn try_out(link: &mut Link, health: &mut Health, may_create: bool) -> Result<()> {
    let connection = link.connect()?;
    let host = connection.host().to_owned();
    // Cached properties do not count.
    known_servers::forget(connection.at());
    // Others may have set limits that SHOW heeds.
    connection.query("SET sql_big_selects=1,sql_select_limit=18446744073709551615")?;
    let variables = "SHOW GLOBAL VARIABLES WHERE Variable_name IN ('version','read_only','innodb_read_only')";
    let variables = connection.query(variables)?;
    // A Galera node outside its primary component answers all this. A single server is 'Disconnected'.
    let status = connection.query("SHOW STATUS LIKE 'wsrep_cluster_status'")?;
    health.reachable = true;
    let mut unfit = None;
    for row in variables.rows().iter().chain(status.rows()) {
        match (row.text(0).unwrap_or_default().as_str(), row.text(1)) {
            ("version", version) => health.version = version,
            (name, Some(value)) if name.ends_with("read_only") && value != "OFF" => {
                unfit = Some(format!("{name} is on"));
            }
            (_, Some(value)) if value == "non-Primary" => unfit = Some("it is cut off from its cluster".into()),
            _ => {}
        }
    }
    health.writable = unfit.is_none();
    if let Some(why) = unfit.filter(|_| !link.config().read_only) {
        let source = DbError::Driver(why);
        return Err(Error::UnfitHost { host, source });
    }
    match rehearse(link) {
        Err(Error::Schema {
            source: Some(source), ..
        }) if may_create && source.code() == Some(errno::NO_SUCH_TABLE) => could_create_table(link),
        result => result,
    }
}

/// Runs the statements of a session and rolls them back. MyISAM cannot roll back, so the row is deleted at the end.
fn rehearse(link: &mut Link) -> Result<()> {
    let version = Version::new_session(Instance::UNKNOWN);
    let id = hex(&[
        version.number().to_be_bytes(),
        Version::new_session(Instance::UNKNOWN).number().to_be_bytes(),
    ]
    .concat());
    let key = SessionKey::new(&link.config().namespace, id.as_bytes())?;
    if link.config().read_only {
        return peek(link, key).map(drop);
    }
    acquire(link, key, IfAbsent::Claim, link.config().lock_timeout)?;
    let write = Write {
        expected: Expected::Version(version),
        version,
        data: b"",
        expiry: Expiry {
            lifetime: 0,
            touch_seconds: 0,
        },
        moves_expiry: true,
        is_new: true,
        tag: None,
        moves_tag: false,
    };
    let delete = sql::delete(link.table(), key, None).statement;
    let begin = match link.mode() {
        Mode::Row => "DO 0",
        Mode::Advisory | Mode::Unlocked => "START TRANSACTION",
    };
    let place = Place {
        key,
        version: version.number(),
    };
    let (format, stored) = link.config().envelope.seal(place, write.data)?;
    let update = sql::save(link.table(), key, &write, (format, &stored), None, None).statement;
    let claim = row::claim(link.table(), key, version);
    let [delete, update, claim] = [delete.literal(), update.literal(), claim.literal()];
    let all = format!("{begin};{delete};{update};{claim};{update};{delete};ROLLBACK");
    match link.send_held(&Statement::new(all))?.ok() {
        // The key is new, so nobody else has locked its row.
        Err(error) if error.is_wait_timeout() => Err(link.explain_wait(error, false)),
        result => result.map(drop),
    }
}
