//! Each row of the table of rules. differential/merge.php compares with PHP itself.

use super::*;

pub const NOW: u64 = 1_800_000_000;

pub const RULES: Rules = Rules {
    format: Format::Php,
    depth: 2,
    on_conflict: OnConflict::Refuse,
    now: NOW,
};

pub fn merged_by(rules: Rules, base: &str, ours: &str, theirs: &str) -> Result<String, Conflict> {
    let merged = merge(rules, Some(base.as_bytes()), ours.as_bytes(), theirs.as_bytes())?;
    assert_eq!(merged.stayed, Vec::<String>::new());
    Ok(String::from_utf8(merged.data.into_owned()).unwrap())
}

pub fn merged(base: &str, ours: &str, theirs: &str) -> Result<String, Conflict> {
    merged_by(RULES, base, ours, theirs)
}

pub fn ok(data: &str) -> Result<String, Conflict> {
    Ok(data.to_owned())
}

pub fn conflict(key: &str) -> Result<String, Conflict> {
    Err(Conflict::Key(format!("$_SESSION{key}")))
}

pub fn unsplit(why: Unsplit) -> Result<String, Conflict> {
    Err(Conflict::Unsplit(why))
}

pub fn serialize(rules: Rules) -> Rules {
    let format = Format::PhpSerialize;
    Rules { format, ..rules }
}

#[test]
fn what_only_one_has_changed_is_as_it_has_it() {
    assert_eq!(merged("a|i:1;", "a|i:1;", "a|i:2;"), ok("a|i:2;"));
    assert_eq!(merged("a|i:1;", "a|i:2;", "a|i:2;"), ok("a|i:2;"));
    assert_eq!(merged("a|i:1;", "a|i:2;", "a|i:1;"), ok("a|i:2;"));
    assert_eq!(
        merged("a|i:1;b|i:1;", "a|i:2;b|i:1;", "a|i:1;b|i:2;"),
        ok("a|i:2;b|i:2;")
    );
    assert_eq!(
        merged("a|i:1;b|i:1;", "a|i:2;b|i:2;", "a|i:2;b|i:1;"),
        ok("a|i:2;b|i:2;")
    );
    assert_eq!(merged("a|i:1;b|i:1;", "a|i:1;", "a|i:2;b|i:1;"), ok("a|i:2;"));
    assert_eq!(merged("a|i:1;b|i:1;", "b|i:2;a|i:1;", "a|i:1;"), ok("a|i:1;"));
}

#[test]
fn new_keys_of_both_are_kept_in_the_order_of_a_request_after_the_other() {
    assert_eq!(
        merged("b|N;", "b|N;o|i:1;a|i:2;", "t|i:3;b|N;"),
        ok("t|i:3;b|N;o|i:1;a|i:2;")
    );
    assert_eq!(
        merged("a|N;b|N;", "b|N;a|N;o|N;", "a|N;b|N;t|N;"),
        ok("a|N;b|N;t|N;o|N;")
    );
}

#[test]
fn both_made_the_row_or_the_map() {
    let made = merge(RULES, None, b"a|i:1;c|i:3;", b"b|i:2;c|i:3;").unwrap();
    assert_eq!(&*made.data, b"b|i:2;c|i:3;a|i:1;");
    assert_eq!(
        merged("", r#"m|a:1:{s:1:"o";i:1;}"#, r#"m|a:1:{s:1:"t";i:2;}"#),
        ok(r#"m|a:2:{s:1:"t";i:2;s:1:"o";i:1;}"#)
    );
    assert_eq!(merged("", "a|i:1;", "a|i:2;"), conflict("['a']"));
}

#[test]
fn maps_are_merged_down_to_the_depth() {
    let map = |a: &str, b: &str| format!(r#"m|a:2:{{i:7;a:1:{{s:1:"x";{a}}}i:9;a:1:{{s:1:"x";{b}}}}}"#);
    let [base, ours, theirs] = [map("i:1;", "i:1;"), map("i:2;", "i:1;"), map("i:1;", "i:2;")];
    let depth = |depth| merged_by(Rules { depth, ..RULES }, &base, &ours, &theirs);
    assert_eq!(depth(1), conflict("['m']"));
    assert_eq!(depth(2), ok(&map("i:2;", "i:2;")));
    assert_eq!(depth(u32::MAX), ok(&map("i:2;", "i:2;")));

    let inner = |x: &str| format!(r#"m|a:1:{{i:7;a:2:{{s:1:"x";{x}}}}}"#);
    let [base, ours, theirs] = [r#"i:1;s:1:"y";i:1;"#, r#"i:2;s:1:"y";i:1;"#, r#"i:1;s:1:"y";i:2;"#].map(inner);
    let depth = |depth| merged_by(Rules { depth, ..RULES }, &base, &ours, &theirs);
    assert_eq!(depth(2), conflict("['m'][7]"));
    assert_eq!(depth(3), ok(&inner(r#"i:2;s:1:"y";i:2;"#)));
}

#[test]
fn what_one_has_removed_stays_removed() {
    assert_eq!(merged("a|i:1;b|N;", "b|N;", "a|i:2;b|N;"), ok("b|N;"));
    assert_eq!(merged("a|i:1;b|N;", "a|i:2;b|N;", "b|N;"), ok("b|N;"));
    let map = |entries: &str| format!("m|a:{}:{{{entries}}}", entries.matches("s:1:").count());
    let base = map(r#"s:1:"a";i:1;"#);
    assert_eq!(merged(&base, "b|N;", &map(r#"s:1:"a";i:2;"#)), ok("b|N;"));
    // An emptied map is still there, and takes what is new.
    assert_eq!(merged(&base, &map(""), &map(r#"s:1:"a";i:2;"#)), ok(&map("")));
    assert_eq!(
        merged(&base, &map(""), &map(r#"s:1:"a";i:1;s:1:"b";i:2;"#)),
        ok(&map(r#"s:1:"b";i:2;"#))
    );
}

#[test]
fn a_session_that_one_has_cleared() {
    assert_eq!(merged("a|i:1;", "", "a|i:1;b|i:2;"), ok(""));
    assert_eq!(merged("a|i:1;", "a|i:2;", ""), Err(Conflict::Cleared));
    assert_eq!(merged("a|i:1;", "a|i:1;", ""), ok(""));
    assert_eq!(merged("", "", "a|i:1;"), ok("a|i:1;"));
    let by = |base, ours, theirs| merged_by(serialize(RULES), base, ours, theirs);
    let (one, two) = (r#"a:1:{s:1:"a";i:1;}"#, r#"a:1:{s:1:"a";i:2;}"#);
    assert_eq!(by(one, "a:0:{}", two), ok("a:0:{}"));
    assert_eq!(by(one, two, "a:0:{}"), Err(Conflict::Cleared));
    assert_eq!(by("", "a:0:{}", two), ok(two));
    assert_eq!(by("a:0:{}", two, ""), ok(two));
}

#[test]
fn of_two_times_near_now_the_later_one_stays() {
    let time = |at: i64| format!("u|i:{};", NOW as i64 + at);
    assert_eq!(merged(&time(-9), &time(-2), &time(-1)), ok(&time(-1)));
    assert_eq!(merged(&time(-9), &time(-1), &time(-2)), ok(&time(-1)));
    assert_eq!(merged("", &time(-1), &time(-3600)), ok(&time(-1)));
    assert_eq!(merged("u|i:5;", &time(-1), &time(60)), ok(&time(60)));
    assert_eq!(
        merged("u|i:5;", "u|d:1799999999.5;", &time(-1)),
        ok("u|d:1799999999.5;")
    );
    assert_eq!(merged("", &time(-1), &time(-3601)), conflict("['u']"));
    assert_eq!(merged("", &time(61), &time(0)), conflict("['u']"));
    assert_eq!(merged("u|N;", &time(0), &time(1)), conflict("['u']"));
    assert_eq!(merged("u|i:1;", "u|i:2;", "u|i:3;"), conflict("['u']"));
    assert_eq!(merged("u|i:1;", "u|d:INF;", "u|d:NAN;"), conflict("['u']"));
    let meta = |at: &str| {
        format!(
            r#"_sf2_meta|a:2:{{s:1:"{}s:1:"c";i:1700000000;}}"#,
            at.replace('|', "\";")
        )
    };
    assert_eq!(
        merged(&meta(&time(-9)), &meta(&time(-1)), &meta(&time(-2))),
        ok(&meta(&time(-1)))
    );
}

#[test]
fn lists_objects_and_other_values_conflict() {
    for [base, ours, theirs] in [
        ["i:1;", "i:2;", "i:3;"],
        [r#"s:1:"a";"#, r#"s:1:"b";"#, r#"s:1:"c";"#],
        ["a:0:{}", "a:1:{i:0;i:1;}", "a:1:{i:0;i:2;}"],
        ["a:1:{i:0;i:1;}", "a:2:{i:0;i:1;i:1;i:2;}", "a:2:{i:0;i:1;i:1;i:3;}"],
        // The base is a list, and one has taken its first item out.
        [
            "a:2:{i:0;i:1;i:1;i:2;}",
            "a:1:{i:1;i:2;}",
            "a:3:{i:0;i:1;i:1;i:2;i:2;i:3;}",
        ],
        ["N;", r#"a:1:{s:1:"o";i:1;}"#, r#"a:1:{s:1:"t";i:1;}"#],
        [
            r#"O:1:"A":0:{}"#,
            r#"O:1:"A":1:{s:1:"o";N;}"#,
            r#"O:1:"A":1:{s:1:"t";N;}"#,
        ],
        [r#"E:3:"E:A";"#, r#"E:3:"E:B";"#, r#"E:3:"E:C";"#],
    ] {
        let [base, ours, theirs] = [base, ours, theirs].map(|value| format!("k|{value}"));
        assert_eq!(merged(&base, &ours, &theirs), conflict("['k']"));
    }
    // No list: its keys are in another order, or one is missing.
    for (begin, other) in [("i:1;i:8;i:0;", "i:1;i:9;i:0;"), ("i:1;i:8;i:2;", "i:1;i:9;i:2;")] {
        let map = |begin: &str, value: &str| format!("k|a:2:{{{begin}{value}}}");
        let [base, ours, theirs] = [map(begin, "i:1;"), map(other, "i:1;"), map(begin, "i:2;")];
        assert_eq!(merged(&base, &ours, &theirs), ok(&map(other, "i:2;")));
    }
}

#[test]
fn the_stored_value_stays_where_it_shall() {
    let rules = Rules {
        on_conflict: OnConflict::Stored,
        ..RULES
    };
    let [base, ours, theirs] = [
        "a|i:1;b|i:1;m|a:1:{i:5;i:1;}",
        "a|i:2;b|i:2;m|a:1:{i:5;i:2;}",
        "a|i:3;b|i:1;m|a:2:{i:5;i:3;i:6;i:1;}",
    ];
    let merged = merge(rules, Some(base.as_bytes()), ours.as_bytes(), theirs.as_bytes()).unwrap();
    assert_eq!(&*merged.data, b"a|i:3;b|i:2;m|a:2:{i:5;i:3;i:6;i:1;}");
    assert_eq!(merged.stayed, ["$_SESSION['a']", "$_SESSION['m'][5]"]);
    assert_eq!(merged.conflicts, 2);
    let many = |value: u8| -> String { (0..20).map(|key| format!("k{key}|i:{value};")).collect() };
    let [base, ours, theirs] = [1, 2, 3].map(many);
    let merged = merge(rules, Some(base.as_bytes()), ours.as_bytes(), theirs.as_bytes()).unwrap();
    assert_eq!((merged.stayed.len(), merged.conflicts), (8, 20));
}

#[test]
fn a_message_names_a_key_and_no_more_than_its_beginning() {
    let long = "k".repeat(100);
    let of = |key: &str, n: u8| format!("{key}|i:{n};");
    let path = |key: &str| merged(&of(key, 1), &of(key, 2), &of(key, 3));
    assert_eq!(path("a'b\\\n\u{1b}é"), conflict(r"['a\'b\\\n\x1b\xc3\xa9']"));
    assert_eq!(path(&long), conflict(&format!("['{}...']", &long[..40])));
    assert_eq!(path(&long[..40]), conflict(&format!("['{}']", &long[..40])));
    let map = |n: u8| format!(r#"m|a:1:{{s:3:"a"b";i:{n};}}"#);
    assert_eq!(merged(&map(1), &map(2), &map(3)), conflict(r#"['m']['a\"b']"#));
}
