//! References, enums, formats, and data that cannot be split.

use super::tests::{RULES, conflict, merged, merged_by, ok, serialize, unsplit};
use super::words::{DEEPEST, LARGEST, MOST_KEYS};
use super::*;

#[test]
fn references_are_numbered_anew() {
    // Ours has removed a value in front of the object that two keys share, theirs has inserted some.
    let shared = |number: u32| format!(r#"o|O:1:"A":1:{{s:1:"x";N;}}p|r:{number};"#);
    let (base, ours) = (format!("a|i:1;b|i:1;{}", shared(3)), format!("b|i:2;{}", shared(2)));
    let theirs = format!("a|i:1;b|i:1;c|a:1:{{i:5;N;}}{}", shared(5));
    assert_eq!(
        merged(&base, &ours, &theirs),
        ok(&format!("b|i:2;c|a:1:{{i:5;N;}}{}", shared(4)))
    );
    // `php_serialize` has its array in slot 1; an `R:` has no slot.
    let by = |base, ours, theirs| merged_by(serialize(RULES), base, ours, theirs);
    assert_eq!(
        by(
            r#"a:3:{s:1:"a";i:1;s:1:"v";i:1;s:1:"w";R:3;}"#,
            r#"a:4:{s:1:"a";i:1;s:1:"v";i:1;s:1:"w";R:3;s:1:"n";O:1:"A":1:{s:1:"x";r:4;}}"#,
            r#"a:2:{s:1:"v";i:1;s:1:"w";R:2;}"#
        ),
        ok(r#"a:3:{s:1:"v";i:1;s:1:"w";R:2;s:1:"n";O:1:"A":1:{s:1:"x";r:3;}}"#)
    );
    // Between the keys of a map.
    assert_eq!(
        merged(
            "m|a:3:{i:5;N;i:6;i:1;i:7;R:3;}",
            "m|a:3:{i:5;N;i:6;i:2;i:7;R:3;}",
            "n|N;m|a:2:{i:6;i:1;i:7;R:3;}"
        ),
        ok("n|N;m|a:2:{i:6;i:2;i:7;R:3;}")
    );
}

#[test]
fn keys_that_share_something_come_from_the_same_side() {
    let tied = |a: u8, other: u8| format!("v|i:{a};w|R:1;x|i:{other};");
    assert_eq!(merged(&tied(1, 1), &tied(2, 1), &tied(1, 2)), ok(&tied(2, 2)));
    assert_eq!(merged(&tied(1, 1), &tied(2, 1), &tied(3, 2)), conflict("['v']"));
    // Ours has tied what theirs has changed.
    let free = |w: u8| format!("v|i:1;w|i:{w};x|i:1;");
    assert_eq!(merged(&free(1), &tied(1, 1), &free(2)), conflict("['v']"));
    // Theirs has ended what was tied: as ours has not touched it, it is as theirs has it.
    assert_eq!(merged(&tied(1, 1), &tied(1, 2), &free(5)), ok("v|i:1;w|i:5;x|i:2;"));
    // A map that is tied is not merged key by key; neither is one with a reference to itself.
    let map = |x: &str, y: u8| format!(r#"m|a:2:{{s:1:"x";{x}s:1:"y";i:{y};}}n|R:2;"#);
    assert_eq!(
        merged(&map("i:1;", 1), &map("i:2;", 1), &map("i:1;", 2)),
        conflict("['m']")
    );
    let map = |y: u8, z: u8| format!(r#"m|a:3:{{s:1:"x";R:1;s:1:"y";i:{y};s:1:"z";i:{z};}}"#);
    assert_eq!(merged(&map(1, 1), &map(2, 1), &map(1, 2)), conflict("['m']"));
    // All of them were removed.
    assert_eq!(merged("v|i:1;w|R:1;x|N;", "x|N;", "v|i:2;w|R:1;x|N;"), ok("x|N;"));
    // They stay together, at the first of them.
    assert_eq!(
        merged("v|i:1;x|N;w|R:1;", "w|i:2;v|R:1;x|N;", "v|i:1;x|N;w|R:1;y|N;"),
        ok("w|i:2;v|R:1;x|N;y|N;")
    );
}

#[test]
fn a_case_of_an_enum_ties_nothing() {
    let [base, ours, theirs] = [
        r#"a|E:3:"E:A";b|r:1;c|r:1;"#,
        r#"a|E:3:"E:B";b|E:3:"E:A";c|r:2;"#,
        r#"a|E:3:"E:A";b|r:1;c|E:3:"E:C";"#,
    ];
    assert_eq!(
        merged(base, ours, theirs),
        ok(r#"a|E:3:"E:B";b|E:3:"E:A";c|E:3:"E:C";"#)
    );
    assert_eq!(
        merged("", r#"a|E:3:"E:A";"#, r#"z|N;b|E:3:"E:A";"#),
        ok(r#"z|N;b|E:3:"E:A";a|r:2;"#)
    );
    // But a variable does.
    let tied = |case: &str| format!(r#"a|E:3:"E:{case}";b|R:1;"#);
    assert_eq!(merged(&tied("A"), &tied("B"), &tied("C")), conflict("['a']"));
}

#[test]
fn what_cannot_be_split_conflicts_as_a_whole() {
    let own = |n: u8| format!(r#"a|C:1:"A":4:{{i:1;}}b|i:{n};"#);
    assert_eq!(merged(&own(1), &own(2), "a|N;b|i:1;"), unsplit(Unsplit::OwnFormat));
    assert_eq!(merged(&own(1), &own(2), &own(1)), ok(&own(2)));
    assert_eq!(
        merged("a|i:1;", "a|i:1;b|N;a|i:1;", "a|i:2;"),
        unsplit(Unsplit::Duplicate)
    );
    assert_eq!(
        merged("a|i:1;", "a|i:2;", "\0\0\0\x02\x14"),
        unsplit(Unsplit::Serializer)
    );
    let other = Rules {
        format: Format::named(b"igbinary"),
        ..RULES
    };
    assert_eq!(merged_by(other, "1", "2", "3"), unsplit(Unsplit::Serializer));
    assert_eq!(merged_by(other, "1", "2", "1"), ok("2"));
    assert_eq!(merged_by(other, "1", "", "2"), ok(""));
    assert_eq!(merged_by(other, "1", "2", ""), Err(Conflict::Cleared));
    let large = format!(r#"a|s:{}:"{}";"#, LARGEST, "x".repeat(LARGEST));
    assert_eq!(merged("a|N;", &large, "b|N;"), unsplit(Unsplit::TooLarge));
    let list = |n: u8| format!("a:1:{{i:0;i:{n};}}");
    let rules = serialize(RULES);
    assert_eq!(merged_by(rules, &list(1), &list(2), &list(3)), unsplit(Unsplit::NoMap));
    let itself = |n: u8| format!(r#"a:2:{{s:1:"s";R:1;s:1:"n";i:{n};}}"#);
    assert_eq!(
        merged_by(rules, &itself(1), &itself(2), &itself(3)),
        unsplit(Unsplit::NoMap)
    );
    // Within a map it is that key alone.
    let twice = |n: u8| format!(r#"m|a:2:{{s:1:"a";N;s:1:"a";i:{n};}}"#);
    assert_eq!(merged(&twice(1), &twice(2), &twice(3)), conflict("['m']"));
    let odd = |n: u8| format!(r#"m|a:2:{{s:1:"5";N;s:1:"a";i:{n};}}"#);
    assert_eq!(merged(&odd(1), &odd(2), &odd(3)), conflict("['m']"));
}

#[test]
fn the_format_of_each_serializer() {
    let binary = Rules {
        format: Format::PhpBinary,
        ..RULES
    };
    assert_eq!(
        merged_by(binary, "\x01ai:1;\0N;", "\x01ai:2;\0N;", "\x01ai:1;\0b:1;"),
        ok("\x01ai:2;\0b:1;")
    );
    assert_eq!(
        merged_by(binary, "\x01ai:1;", "\x01ai:2;", "\x01ai:3;"),
        conflict("['a']")
    );
    let by = |base, ours, theirs| merged_by(serialize(RULES), base, ours, theirs);
    assert_eq!(
        by(
            r#"a:2:{i:5;i:1;s:0:"";d:1.0E+25;}"#,
            r#"a:2:{i:5;i:2;s:0:"";d:1.0E+25;}"#,
            r#"a:2:{i:5;i:1;s:0:"";d:-0;}"#
        ),
        ok(r#"a:2:{i:5;i:2;s:0:"";d:-0;}"#)
    );
    assert_eq!(by("", "a:1:{i:5;i:1;}", "a:1:{i:5;i:2;}"), conflict("[5]"));
    assert_eq!(Format::named(b"php_serialize"), Format::PhpSerialize);
    assert_eq!(Format::named(b"php_binary"), Format::PhpBinary);
    assert_eq!(Format::named(b"php"), Format::Php);
}

#[test]
fn damaged_data_is_refused_wherever_it_is_cut_or_changed() {
    let whole = r#"a|a:2:{i:-5;s:3:"x;y";s:1:"k";a:1:{i:0;d:0.5;}}b|O:1:"A":1:{s:1:"o";b:1;}c|E:3:"E:A";d|R:2;e|r:7;f|N;g|i:1;"#;
    let other = "a|N;";
    for cut in 1..whole.len() {
        let cut = &whole[..cut];
        let result = merged(other, "a|i:2;", cut);
        // A whole variable is data, too.
        assert_eq!(result == unsplit(Unsplit::Serializer), parse_fails(cut), "{cut}");
    }
    for wrong in [
        "a",
        "a|",
        "a|i:1",
        "a|i:+1;",
        "a|i:01;",
        "a|i:-0;",
        "a|i:;",
        "a|i:-;",
        "a|i:9223372036854775808;",
        "a|b:2;",
        "a|d:x;",
        "a|n;",
        r#"a|s:1:"ab";"#,
        r#"a|s:01:"a";"#,
        r#"a|s:4294967297:"a";"#,
        r#"a|s:99999999999999999999:"a";"#,
        r#"a|S:1:"a";"#,
        r#"a|s:-1:"";"#,
        "a|a:1:{}",
        "a|a:0:{N;N;}",
        "a|a:1:{N;N;}",
        "a|a:1:{d:1;N;}",
        "a|a:1:{i:1;N;",
        "a|R:1;",
        "a|R:0;",
        "a|r:1;",
        "a|N;b|R:2;",
        "a|N;b|r:2;",
        "a|N;b|R:01;",
        "a|O:1:\"A\":0:{}}",
        "a|O:1:\"A\";",
        "a|i:1;\n",
    ] {
        assert_eq!(merged(other, "a|i:2;", wrong), unsplit(Unsplit::Serializer), "{wrong}");
    }
    let smallest = "a|i:-9223372036854775808;";
    assert_eq!(merged("a|i:1;b|N;", "a|i:1;", &format!("{smallest}b|N;")), ok(smallest));
}

fn parse_fails(data: &str) -> bool {
    parse::parse(Format::Php, 2, data.as_bytes(), &mut parse::Cases::default()).is_err()
}

#[test]
fn deep_and_wide_data_is_merged_without_recursion() {
    let depth = 100_000;
    let deep = |n: u8| format!("d|{}i:{n};{}e|i:{n};", "a:1:{i:5;".repeat(depth), "}".repeat(depth));
    assert_eq!(
        merged(&deep(1), &deep(2), &deep(1).replace("e|i:1", "e|i:2")),
        ok(&deep(2))
    );
    let rules = Rules {
        depth: u32::MAX,
        ..RULES
    };
    let path = format!("['d']{}", "[5]".repeat(DEEPEST as usize - 1));
    assert_eq!(merged_by(rules, &deep(1), &deep(2), &deep(3)), conflict(&path));
}

#[test]
fn of_too_many_keys_only_the_map_that_has_them_is_not_merged() {
    let keys = |n: usize, value: u8| -> String { (0..n).map(|key| format!("k{key}|i:{value};")).collect() };
    let [base, ours, theirs] = [1, 2, 1].map(|value| keys(MOST_KEYS - 1, value));
    assert_eq!(
        merged(&base, &ours, &format!("{theirs}t|N;")),
        ok(&format!("{ours}t|N;"))
    );
    let more = format!("{theirs}t|N;u|N;");
    assert_eq!(merged(&base, &ours, &more), unsplit(Unsplit::TooLarge));
    // The first key is no 0, so that it is no list.
    let map = |name: &str, n: usize, value: u8| {
        let items: String = (1..=n).map(|key| format!("i:{key};i:{value};")).collect();
        format!("{name}|a:{n}:{{{items}}}")
    };
    let [many, few] = [MOST_KEYS, 2];
    let both = |large: u8, small: u8, last: u8| {
        let large = map("m", many, large);
        format!(
            "{large}{}",
            map("n", few, small).replacen("i:2;i:1;", &format!("i:2;i:{last};"), 1)
        )
    };
    assert_eq!(
        merged(&both(1, 1, 1), &both(1, 1, 2), &both(2, 1, 1)),
        ok(&both(2, 1, 2))
    );
    assert_eq!(
        merged(&both(1, 1, 1), &both(2, 1, 1), &both(3, 1, 1)),
        conflict("['m']")
    );
    // What is in a list counts as one key.
    let list = |value: u8| {
        let items: String = (0..many).map(|key| format!("i:{key};a:1:{{i:5;i:{value};}}")).collect();
        format!("l|a:{many}:{{{items}}}")
    };
    let with = |value: u8, other: u8| format!("{}n|i:{other};", list(value));
    assert_eq!(merged(&with(1, 1), &with(1, 2), &with(2, 1)), ok(&with(2, 2)));
}
