//! How long merging takes, for usual sessions and for data that somebody made to be slow. Prints a table.
//!
//!     cargo run --release --no-default-features --example merge_time [PART OF A NAME]

use std::time::{Duration, Instant};

use rustsql::{Format, OnConflict, Rules, merge};

const LARGEST: usize = 1 << 20;
/// A few less than src/merge splits.
const KEYS: usize = 16_300;

fn main() {
    println!(
        "{:44} {:>9} {:>11} {:>11}  result",
        "session", "bytes", "fastest, us", "CPU, us"
    );
    let (keys, nested) = (variables(2 << 10), maps(2 << 10));
    measure("2 KB: variables, each side changed one", change(&keys, 3, 9));
    measure("2 KB: maps in a map, each side changed one", change(&nested, 3, 9));
    measure(
        "2 KB: theirs is as base",
        [&keys, &changed(&keys, 3), &keys].map(String::clone),
    );
    measure("64 KB: variables", change(&variables(64 << 10), 3, 9));
    let of_all = |one: &dyn Fn(char) -> String| ['1', '2', '3'].map(one);
    measure(
        "1 MB: one string",
        of_all(&|side| {
            let text = "x".repeat(LARGEST - 100);
            format!("a|s:{}:\"{text}\";{side}|N;", text.len())
        }),
    );
    measure("512 KB: variables", change(&variables(LARGEST / 2), 3, 9));
    measure("1 MB: short keys", change(&short_keys('k'), 3, 9));
    measure(
        "1 MB: short keys, other ones on each side",
        of_all(&|side| short_keys(side)),
    );
    measure(
        "1 MB: short keys, all removed by one",
        [
            short_keys('k'),
            "k|i:1;".into(),
            short_keys('k')[..LARGEST / 2]
                .rsplit_once('k')
                .map_or("", |(keys, _)| keys)
                .replace("N;", "b:1;"),
        ],
    );
    measure(
        "1 MB: nested arrays",
        of_all(&|side| deep("a:1:{i:5;", "N;", "}", side)),
    );
    measure(
        "1 MB: nested objects",
        of_all(&|side| deep("O:1:\"A\":1:{i:5;", "N;", "}", side)),
    );
    measure(
        "1 MB: nested arrays, never closed",
        of_all(&|side| deep("a:1:{i:5;", "N;", "", side)),
    );
    measure("1 MB: maps in a map", change(&maps(LARGEST - 60_000), 3, 9));
    measure(
        "1 MB: each key has another's variable",
        of_all(&|side| references(side)),
    );
    measure(
        "1 MB: each key has the one object before it",
        of_all(&|side| chain(side)),
    );
    measure("1 MB: one list of references", of_all(&|side| list_of_references(side)));
    measure(
        "1 MB: one case of an enum with a long name",
        of_all(&|side| {
            let name = "E".repeat(LARGEST / 2);
            let front = format!("{side}|E:{}:\"{name}\";", name.len());
            let uses = (LARGEST - front.len() - 100) / 8;
            format!(
                "{front}l|a:{uses}:{{{}}}",
                (0..uses).map(|_| "i:0;r:1;").collect::<String>()
            )
        }),
    );
    measure(
        "1 MB: cases of enums",
        of_all(&|side| {
            let cases: String = (0..KEYS).map(|at| format!("k{at:x}|E:7:\"E:{at:05}\";")).collect();
            format!("{side}|N;{cases}")
        }),
    );
    measure(
        "1 MB: digits of a length",
        of_all(&|side| format!("{side}|s:{}", "9".repeat(LARGEST - 10))),
    );
    measure(
        "1 MB: digits of an integer",
        of_all(&|side| format!("{side}|i:{}", "1".repeat(LARGEST - 10))),
    );
    measure(
        "1 MB: digits of a float",
        of_all(&|side| format!("{side}|d:{};", "1".repeat(LARGEST - 10))),
    );
    measure(
        "1 MB: digits of a reference",
        of_all(&|side| format!("{side}|N;b|R:{}", "1".repeat(LARGEST - 10))),
    );
    measure(
        "1 MB: a length that is not there",
        of_all(&|side| format!("{side}|a:4294967295:{{{}", "i:0;N;".repeat(LARGEST / 6 - 10))),
    );
    measure("1 MB: no separator", of_all(&|side| side.to_string().repeat(LARGEST)));
}

/// Of this thread, in nanoseconds: other programs may be running, too. The kernel counts it every few milliseconds.
fn cpu_time() -> u64 {
    let text = std::fs::read_to_string("/proc/thread-self/schedstat").unwrap_or_default();
    text.split(' ')
        .next()
        .and_then(|time| time.parse().ok())
        .unwrap_or_default()
}

/// The time of many merges.
fn measure(name: &str, [base, ours, theirs]: [String; 3]) {
    if std::env::args().nth(1).is_some_and(|only| !name.contains(&only)) {
        return;
    }
    let rules = Rules {
        format: Format::Php,
        depth: u32::MAX,
        on_conflict: OnConflict::Stored,
        now: 1_800_000_000,
    };
    let run = || merge(rules, Some(base.as_bytes()), ours.as_bytes(), theirs.as_bytes());
    let result = match run() {
        Ok(merged) => format!("{} bytes, {} conflicts", merged.data.len(), merged.conflicts),
        Err(refused) => format!("{refused:?}").chars().take(60).collect(),
    };
    let times = if base.len() < 100_000 { 5000 } else { 20 };
    let mut fastest = Duration::MAX;
    let before = cpu_time();
    for _ in 0..times {
        let start = Instant::now();
        std::hint::black_box(run().is_ok());
        fastest = fastest.min(start.elapsed());
    }
    let cpu = (cpu_time() - before) as f64 / 1e3 / f64::from(times);
    let fastest = fastest.as_secs_f64() * 1e6;
    println!("{name:44} {:>9} {fastest:>11.1} {cpu:>11.1}  {result}", base.len());
}

fn variables(size: usize) -> String {
    let one = |at: usize| format!("variable_{at}|s:20:\"a value of the usual\";");
    (0..size / one(100).len()).map(one).collect()
}

/// As many keys as are merged, and nested arrays.
fn short_keys(letter: char) -> String {
    filled((0..KEYS).map(|at| format!("{letter}{at:x}|N;")).collect())
}

fn filled(data: String) -> String {
    let depth = (LARGEST - data.len() - 10) / 10;
    format!("{data}fill|{}N;{}", "a:1:{i:5;".repeat(depth), "}".repeat(depth))
}

fn maps(size: usize) -> String {
    let one = |at: usize| format!("i:{at};a:2:{{s:1:\"n\";i:1;s:5:\"price\";d:9.5;}}");
    let count = size / one(100).len();
    let maps: String = (7..7 + count).map(one).collect();
    format!("cart|a:{count}:{{{maps}}}")
}

/// Base, and both changes of it.
fn change(base: &str, ours: usize, theirs: usize) -> [String; 3] {
    [base.to_owned(), changed(base, ours), changed(base, theirs)]
}

/// Another value for one key, counted from the front.
fn changed(data: &str, key: usize) -> String {
    for (old, new) in [
        ("a value of", "another  :"),
        ("\"n\";i:1;", "\"n\";i:2;"),
        ("N;", "b:1;"),
    ] {
        if let Some((at, _)) = data.match_indices(old).nth(key) {
            return format!("{}{new}{}", &data[..at], &data[at + old.len()..]);
        }
    }
    data.to_owned()
}

fn deep(open: &str, value: &str, close: &str, side: char) -> String {
    let depth = (LARGEST - 100) / (open.len() + close.len());
    format!("{side}|N;d|{}{value}{}", open.repeat(depth), close.repeat(depth))
}

fn references(side: char) -> String {
    filled((0..KEYS).fold(format!("a|i:{side};"), |data, at| data + &format!("k{at:x}|R:1;")))
}

/// Each object has the one before it: that of the key before, and each takes two slots.
fn chain(side: char) -> String {
    let first = format!("a|O:1:\"A\":1:{{i:0;i:{side};}}");
    filled((1..KEYS).fold(first, |data, at| {
        data + &format!("k{at:x}|O:1:\"A\":1:{{i:0;r:{};}}", 2 * at - 1)
    }))
}

fn list_of_references(side: char) -> String {
    let count = (LARGEST - 200) / 13;
    let items: String = (0..count).map(|at| format!("i:{at};R:1;")).collect();
    format!("v|i:{side};l|a:{count}:{{{items}}}")
}
