use std::time::Duration;

use super::*;
use crate::lock::LockTimeout;

/// Loads a configuration from texts as `php.ini` would have them.
pub fn load(ini: &[(&str, &str)], save_path: &str) -> Result<Config> {
    load_by_script(ini, ini, save_path)
}

/// `load` for a script that has changed settings: `lasting` has the administrator's values.
fn load_by_script(ini: &[(&str, &str)], lasting: &[(&str, &str)], save_path: &str) -> Result<Config> {
    let text = |of: &[(&str, &str)], key: &Key| {
        let set = of.iter().find(|(name, _)| *name == key.name());
        set.map_or(key.default_text(), |(_, text)| text).to_owned()
    };
    let by_name = |name: &CStr| keys::ALL.iter().find(|key| key.c_name() == name);
    Config::load(
        |key| text(ini, key),
        save_path,
        |name| by_name(name).map(|key| text(lasting, key)).unwrap_or_default(),
    )
}

fn problem(ini: &[(&str, &str)]) -> String {
    load(ini, "").err().map(|error| error.to_string()).unwrap_or_default()
}

const DSN: (&str, &str) = ("dsn", "mysql://app:secret@db/app");

#[test]
fn defaults_are_the_documented_ones() {
    let config = load(&[DSN], "/var/lib/php/sessions").unwrap();
    assert_eq!(config.lock, None);
    assert_eq!(config.lock_timeout, LockTimeout::Limit(Duration::from_secs(30)));
    assert_eq!(config.lock_ttl, Duration::from_secs(600));
    assert_eq!(config.table_parts(), ("app", "php_sessions"));
    assert!(config.store_empty && config.auto_create && !config.read_only);
}

#[test]
fn the_documentation_begins_each_row_with_what_the_setting_is() {
    let page = include_str!("../../docs/settings.md");
    for key in keys::ALL {
        let begin = format!("| `{}` | ", key.full_name());
        let row = page.lines().find(|line| line.starts_with(&begin)).unwrap_or_default();
        let meaning = row.splitn(5, '|').last().unwrap_or_default();
        assert!(meaning.trim().starts_with(key.about), "{begin}: {meaning}");
    }
}

#[test]
fn the_ini_file_has_each_setting_once_below_what_it_is() {
    let file = include_str!("../../packaging/rustsql.ini");
    let blocks: Vec<_> = file.split("\n\n").collect();
    for key in keys::ALL {
        let line = format!(";{} = ", key.full_name());
        let of_key = |block: &&&str| block.lines().any(|other| other.starts_with(&line));
        let [block] = blocks.iter().filter(of_key).collect::<Vec<_>>()[..] else {
            panic!("not once: {line}");
        };
        let about = format!("; {}\n", key.about.replace('`', ""));
        assert!(block.starts_with(&about), "{about}{block}");
    }
}

#[test]
fn a_url_in_save_path_wins_and_a_folder_is_ignored() {
    let config = load(&[DSN], "mariadb://other@db2/app2?table=t").unwrap();
    assert_eq!(config.target.user.as_deref(), Some("other"));
    assert_eq!(config.table_parts(), ("app2", "t"));
}

#[test]
fn a_parameter_wins_over_its_key() {
    let dsn = ("dsn", "mysql://app@db/app?lock=row&lock_timeout=0.5");
    let config = load(&[dsn, ("lock", "advisory")], "").unwrap();
    assert_eq!(config.lock, Some(Mode::Row));
    assert_eq!(config.lock_timeout, LockTimeout::Limit(Duration::from_millis(500)));
}

#[test]
fn an_account_of_php_ini_goes_to_its_own_hosts_alone() {
    let php_ini = [
        ("dsn", "mysql://db1,db2:3307/app"),
        ("user", "app"),
        ("password", "secret"),
    ];
    let others = [("user", "own"), ("password", "own")];
    let account =
        |ini: &[(&str, &str)], save_path| load_by_script(ini, &php_ini, save_path).map(|config| config.target.user);
    for url in [
        "mysql://evil/app",
        "mysql://db2/app",
        "mysql://app@db1:3307/app",
        "mysql:///app?socket=/tmp/x",
        "mysql://db1,evil/x",
    ] {
        assert!(
            account(&php_ini, url).is_err_and(|error| error.key == "session.save_path"),
            "{url}"
        );
        assert!(account(&others, url).is_ok(), "{url}");
    }
    for url in [
        "mysql://db1/other",
        "mysql://db2:3307,db1/app?table=x",
        "mysql://a:b@evil/app",
        "mysql://a:@evil/app",
        "mysql://evil/x?user=a&password=b",
    ] {
        assert!(account(&php_ini, url).is_ok(), "{url}");
    }
}

#[test]
fn nothing_set_says_what_to_set() {
    assert!(problem(&[]).starts_with("rustsql.dsn: no database server is named"));
    assert!(problem(&[("dsn", "mysql://db/app")]).contains("no user is named"));
    assert!(problem(&[("dsn", "mysql://app@db")]).contains("no database is named"));
}

#[test]
fn wrong_values_are_named() {
    for (key, text, part) in [
        ("lock", "", "auto, advisory, row, merge, unlocked"),
        ("lock", "off", "auto, advisory, row, merge, unlocked"),
        ("merge_conflict", "ours", "refuse, stored"),
        ("merge_depth", "0", "1 to 16"),
        ("lock_timeout", "-2", "-1"),
        ("lock_timeout", "", "seconds"),
        ("lock_ttl", "0", "above 0"),
        ("table", "a`b", "identifier"),
        ("max_size", "12X", "K, M or G"),
        ("read_only", "maybe", "0 or 1"),
        ("lock_failure", "ignore", "fail, readonly"),
        ("persistent_size", "0", "1 to 10000"),
    ] {
        let message = problem(&[DSN, (key, text)]);
        assert!(message.starts_with(&format!("rustsql.{key}: ")), "{message}");
        assert!(message.contains(part), "{message}");
    }
}

#[test]
fn wrong_parameters_are_named() {
    for (query, part) in [
        ("lock_timout=3", "unknown parameter 'lock_timout'"),
        ("lock", "parameter 'lock' has no value"),
        ("lock=none", "rustsql.lock: "),
        ("defaults_file=/x", "php.ini only"),
        ("dsn=x", "unknown parameter 'dsn'"),
    ] {
        let dsn = format!("mysql://app@db/app?{query}");
        assert!(
            problem(&[("dsn", &dsn)]).contains(part),
            "{query}: {}",
            problem(&[("dsn", &dsn)])
        );
    }
}

fn tls_of(query: &str, ini: &[(&str, &str)]) -> (TlsMode, String) {
    let dsn = format!("mysql://app:secret@db/app?{query}");
    let tls = load(&[&[("dsn", dsn.as_str())], ini].concat(), "").unwrap().target.tls;
    (tls.mode(), tls.ca)
}

#[test]
fn tls_is_as_the_url_of_a_provider_demands() {
    for (query, mode) in [
        ("ssl-mode=DISABLED", TlsMode::Disabled),
        ("ssl_mode=preferred", TlsMode::Preferred),
        ("ssl-mode=REQUIRED", TlsMode::Required),
        ("sslmode=Verify_CA", TlsMode::VerifyCa),
        ("sslMode=VERIFY_IDENTITY", TlsMode::VerifyIdentity),
        ("ssl=1", TlsMode::Required),
        ("useSSL=false", TlsMode::Disabled),
        ("useSSL=true&verifyServerCertificate=false", TlsMode::Required),
        ("ssl-verify-server-cert=1", TlsMode::VerifyIdentity),
        ("ssl_verify_server_cert=0", TlsMode::Preferred),
        ("sslaccept=strict", TlsMode::VerifyIdentity),
        ("sslaccept=accept_invalid_certs", TlsMode::Required),
        // The strictest counts, in any order.
        ("useSSL=false&ssl-verify-server-cert=1", TlsMode::VerifyIdentity),
        ("sslaccept=strict&ssl-mode=REQUIRED", TlsMode::VerifyIdentity),
        ("tls=verify_ca&ssl-mode=REQUIRED", TlsMode::VerifyCa),
        ("ssl-mode=DISABLED&tls=preferred", TlsMode::Preferred),
        ("ssl-mode=REQUIRED&ssl-mode=DISABLED", TlsMode::Required),
    ] {
        assert_eq!(tls_of(query, &[]), (mode, String::new()), "{query}");
    }
    for query in ["ssl-ca=/ca", "ssl_ca=%2Fca", "sslca=/ca&ssl=0&ssl-mode=PREFERRED"] {
        assert_eq!(tls_of(query, &[]), (TlsMode::VerifyIdentity, "/ca".into()), "{query}");
    }
    assert_eq!(tls_of("ssl-mode=REQUIRED&ssl-ca=/ca", &[]).0, TlsMode::VerifyCa);
    let url = "mysql://app:secret@db/app?ssl-cert=/cert&ssl_key=/key";
    let tls = load(&[("dsn", url)], "").unwrap().target.tls;
    assert_eq!((tls.cert.as_str(), tls.key.as_str()), ("/cert", "/key"));
}

#[test]
fn the_url_of_a_provider_does_not_weaken_the_settings_of_tls() {
    for (ini, query, mode) in [
        ("verify_identity", "ssl-mode=REQUIRED", TlsMode::VerifyIdentity),
        ("required", "useSSL=false", TlsMode::Required),
        ("required", "sslaccept=strict", TlsMode::VerifyIdentity),
        ("disabled", "ssl-mode=REQUIRED", TlsMode::Required),
        ("preferred", "ssl-mode=DISABLED", TlsMode::Disabled),
        // A parameter of our own wins over its key, as ever.
        ("verify_identity", "tls=disabled&ssl-mode=REQUIRED", TlsMode::Required),
    ] {
        assert_eq!(tls_of(query, &[("tls", ini)]).0, mode, "rustsql.tls={ini}, {query}");
    }
}

#[test]
fn parameters_of_others_are_mapped_ignored_or_refused() {
    let config = load(
        &[("dsn", "mysql://app@db/app?unix_socket=/run/x.sock&connect_timeout=5")],
        "",
    )
    .unwrap();
    assert_eq!(config.target.addresses, [Address::Socket("/run/x.sock".into())]);
    assert_eq!(config.connect_timeout, Duration::from_secs(5));
    let ignored = "serverVersion=10.11.2-MariaDB&charset=utf8mb4&driver=pdo_mysql&collation=utf8mb4_bin&prefix=&strict=true\
        &prefix_indexes=true&engine=&timezone=%2B00:00&encoding=utf8&pool=5&reconnect=true&connection_limit=5&pool_timeout=9\
        &socket_timeout=3";
    let plain = load(&[("dsn", "mysql://app:secret@db/app")], "").unwrap();
    let with = load(&[("dsn", &format!("mysql://app:secret@db/app?{ignored}"))], "").unwrap();
    assert!(plain == with);
    for (query, part) in [
        ("ssl-mode=VERIFY", "ssl-mode is not DISABLED"),
        ("sslmode=require", "ssl-mode is not DISABLED"),
        ("ssl-mode=", "ssl-mode is not DISABLED"),
        ("sslaccept=always", "sslaccept is not strict"),
        ("useSSL=maybe", "ssl is not 0 or 1"),
        ("ssl-crl=/x", "unknown parameter 'ssl-crl'"),
        ("ssl_capath=/x", "unknown parameter 'ssl_capath'"),
        ("requireSSL=true", "unknown parameter 'requireSSL'"),
        (
            "allowPublicKeyRetrieval=false",
            "unknown parameter 'allowPublicKeyRetrieval'",
        ),
        ("connect-timeout=5000", "unknown parameter 'connect-timeout'"),
        ("driverOptions[1014]=1", "unknown parameter 'driverOptions[1014]'"),
        ("tls_ca=/a&ssl-ca=/b", "'ssl-ca' and 'tls_ca' mean the same"),
        ("unix_socket=/a&socket=/b", "'unix_socket' and 'socket' mean the same"),
    ] {
        let message = problem(&[("dsn", &format!("mysql://app:secret@db/app?{query}"))]);
        assert!(
            message.contains(part) && !message.contains("secret"),
            "{query}: {message}"
        );
    }
}

#[test]
fn no_message_shows_a_password() {
    for dsn in [
        "mysql://app:pa/xyz@db/app",
        "mysql://app:12?xyz=1@db/app",
        "mysql://app:xyz@db:no/app",
        "mysql://app:xyz@db/app?bad=1",
        "mysql://app:pa#xyz@db/app",
        "mysql://app@db/app?password=p&xyz",
        "mysql://app@db/app?password=p&xyz=1",
        "mysql://app:xyz%zz@db/app",
    ] {
        let message = problem(&[("dsn", dsn)]);
        assert!(!message.is_empty() && !message.contains("xyz"), "{dsn}: {message}");
    }
}

#[test]
fn touches_at_most_a_tenth_of_the_lifetime() {
    let config = load(&[DSN], "").unwrap();
    assert_eq!(config.touch_seconds(1440), 60);
    assert_eq!(config.touch_seconds(100), 10);
    assert_eq!(config.touch_seconds(1), 0);
}

#[test]
fn a_script_does_not_change_how_the_administrators_account_is_protected() {
    let account = [("user", "app"), ("password", "secret"), ("dsn", "mysql://db/app")];
    let strict = [account.as_slice(), &[("tls", "verify_identity"), ("tls_ca", "/ca.pem")]].concat();
    let other = |name, text| [&[(name, text)], strict.as_slice()].concat();
    let refused = |ini: &[(&str, &str)], lasting: &[(&str, &str)], url: &str| {
        load_by_script(ini, lasting, url)
            .err()
            .is_some_and(|error| error.to_string().contains("how the server is verified"))
    };
    assert!(!refused(&strict, &strict, ""));
    for (name, text) in [
        ("tls", "disabled"),
        ("tls_ca", "/mine.pem"),
        ("tls_cert", "/c"),
        ("tls_key", "/k"),
    ] {
        assert!(refused(&other(name, text), &strict, ""), "{name}");
        assert!(
            refused(&strict, &strict, &format!("mysql://db/app?{name}={text}")),
            "{name} in save_path"
        );
        let own = format!("mysql://own:own@db/app?{name}={text}");
        assert!(!refused(&strict, &strict, &own), "{name} with an account of its own");
    }
    // The administrator's own DSN has them: another DSN without them is weaker.
    let in_dsn = [
        ("user", "app"),
        ("password", "secret"),
        ("dsn", "mysql://db/app?tls=required"),
    ];
    assert!(!refused(&in_dsn, &in_dsn, ""));
    assert!(!refused(&in_dsn, &in_dsn, "mysql://db/app?tls=required&lock=row"));
    assert!(refused(&in_dsn, &in_dsn, "mysql://db/app?lock=row"));
}

#[test]
fn the_old_handlers_path_is_that_of_php_unless_that_is_ours() {
    let from = ("migrate_from", "Files");
    let config = load(&[DSN, from], "/var/lib/php/sessions").unwrap();
    assert_eq!(config.migrate_from.as_deref(), Some("files"));
    assert_eq!(config.migrate_path, "/var/lib/php/sessions");
    let url = "mysql://app:secret@db/app";
    let error = load(&[DSN, from], url)
        .err()
        .map(|error| error.to_string())
        .unwrap_or_default();
    assert!(error.starts_with("rustsql.migrate_path: "), "{error}");
    let config = load(&[DSN, from, ("migrate_path", "/old")], url).unwrap();
    assert_eq!(config.migrate_path, "/old");
    assert!(problem(&[DSN, ("migrate_from", "user")]).contains("'user' is not accepted"));
}
