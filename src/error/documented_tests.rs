//! docs/troubleshooting.md has each message of the code, and the code has each message of the page.
//!
//! The messages of the code are the string literals in `src/` with a few words in them. A `{placeholder}` stands for any text. On the
//! page a word in capitals stands for a value, as in `cannot connect to HOST`.

use std::fs;
use std::path::Path;

/// Literals with words that are no message, or no part of one.
const NO_MESSAGES: [&str; 11] = [
    // Inputs of hash functions, whose text is part of the format.
    "rustsql session data",
    "rustsql key id",
    // phpinfo().
    "Registered save handler",
    "Client library",
    "rustsql, on mysql_common 0.38",
    "All workers of this PHP, with these settings",
    "{count} (mean {mean:.3} ms, p50 {half:.3} ms, p99 {most:.3} ms)",
    "no value",
    // Looked for in a server's text.
    "user lock",
    "for user ",
    " to database '",
];

/// In front of a literal: it explains code to its reader, or belongs to a panic.
const FOR_DEVELOPERS: [&str; 7] = [
    "reason = ",
    "expect(",
    "panic!(",
    "unreachable!(",
    "contains(",
    "panic_any(",
    "assert_eq!(result, 0, ",
];

#[test]
fn each_message_is_on_the_page_and_each_message_of_the_page_is_in_the_code() {
    let literals = literals_of(Path::new("src"));
    let page = fs::read_to_string("docs/troubleshooting.md").unwrap();
    let differences = differences(&literals, &page);
    assert!(differences.is_empty(), "\n{}", differences.join("\n"));
    for text in NO_MESSAGES {
        assert!(literals.iter().any(|other| other == text), "not in the code: {text}");
    }
}

#[test]
fn a_message_that_is_added_changed_or_removed_is_noticed() {
    let page = "## How to read a message\n- `cannot open FILE: it is empty; write it anew`\n";
    let code = |cause: &str| {
        ["cannot open {file}", "write it anew", cause]
            .map(str::to_owned)
            .to_vec()
    };
    let none: [String; 0] = [];
    assert_eq!(differences(&code("it is empty"), page), none);
    assert_eq!(
        differences(&code("it is an empty file"), page),
        [
            "not on the page: it is an empty file",
            "not in the code: cannot open FILE: it is empty; write it anew"
        ]
    );
    let mut added = code("it is empty");
    added.push("it has {lines} lines too many".to_owned());
    assert_eq!(
        differences(&added, page),
        ["not on the page: it has {lines} lines too many"]
    );
    assert_eq!(
        differences(&code("it is empty")[1..], page),
        ["not in the code: cannot open FILE: it is empty; write it anew"]
    );
}

fn differences(literals: &[String], page: &str) -> Vec<String> {
    let spans = code_spans(page);
    let missing = |literal: &&String| {
        has_words(literal)
            && !NO_MESSAGES.contains(&literal.as_str())
            && !spans.iter().any(|(_, span)| contains_in_order(span, &pieces(literal)))
    };
    let all: Vec<_> = literals.iter().flat_map(|literal| pieces(literal)).collect();
    let messages = page
        .find("## How to read a message")
        .expect("the page has a part with messages");
    let made_up = |(at, span): &&(usize, String)| *at > messages && has_words(span) && !is_made_of(span, &all);
    let mut texts: Vec<_> = literals
        .iter()
        .filter(missing)
        .map(|text| format!("not on the page: {text}"))
        .collect();
    texts.dedup();
    texts.extend(
        spans
            .iter()
            .filter(made_up)
            .map(|(_, text)| format!("not in the code: {text}")),
    );
    texts
}

/// The string literals of the files below `folder`. Tests, the command line program and the descriptions of settings are left out.
fn literals_of(folder: &Path) -> Vec<String> {
    let mut paths: Vec<_> = fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .collect();
    paths.sort();
    let mut found = Vec::new();
    for path in paths {
        let name = path.file_name().and_then(|name| name.to_str()).unwrap_or_default();
        if path.is_dir() {
            found.extend(if name == "cli" { Vec::new() } else { literals_of(&path) });
        } else if !name.ends_with("tests.rs") && name != "scripted_server.rs" && !path.ends_with("config/keys.rs") {
            let source = fs::read_to_string(&path).unwrap();
            // The tests of a file are its last module.
            let code = source.split("\n#[cfg(test)]\nmod tests {").next().unwrap_or_default();
            literals(code, &mut found);
        }
    }
    found
}

fn literals(code: &str, found: &mut Vec<String>) {
    let mut rest = code;
    while let Some(at) = rest.find(['"', '/', '\'']) {
        let (before, here) = rest.split_at(at);
        if here.starts_with("//") {
            rest = here.split_once('\n').map_or("", |(_, next)| next);
        } else if let Some(character) = here.strip_prefix('\'') {
            // A character, or else a lifetime.
            let end = match character.strip_prefix('\\') {
                Some(escaped) => escaped.get(1..).and_then(|more| more.find('\'')).map(|at| at + 3),
                None => character
                    .char_indices()
                    .nth(1)
                    .filter(|(_, next)| *next == '\'')
                    .map(|(at, _)| at + 1),
            };
            rest = &character[end.unwrap_or(0)..];
        } else if let Some(text) = here.strip_prefix('"') {
            let hashes = before.len() - before.trim_end_matches('#').len();
            let raw = before.trim_end_matches('#').ends_with('r');
            let (text, next) = if raw {
                raw_text(text, hashes)
            } else {
                escaped_text(text)
            };
            if !FOR_DEVELOPERS
                .iter()
                .any(|word| before.trim_end().ends_with(word.trim_end()))
            {
                found.push(text);
            }
            rest = next;
        } else {
            rest = &here[1..];
        }
    }
}

fn raw_text(from: &str, hashes: usize) -> (String, &str) {
    let (text, next) = from.split_once(&format!("\"{}", "#".repeat(hashes))).unwrap();
    (text.to_owned(), next)
}

fn escaped_text(from: &str) -> (String, &str) {
    let mut text = String::new();
    let mut characters = from.char_indices();
    while let Some((at, character)) = characters.next() {
        match character {
            '"' => return (text, &from[at + 1..]),
            '\\' => match characters.next() {
                Some((_, '\n')) => {
                    let indented = characters.as_str();
                    characters = from.char_indices();
                    let skipped = from.len() - indented.trim_start().len();
                    while characters.offset() < skipped {
                        characters.next();
                    }
                }
                Some((_, escaped)) => text.push(escaped),
                None => break,
            },
            _ => text.push(character),
        }
    }
    panic!("a text without an end: {text}");
}

/// The texts between backticks, outside of fenced blocks, with their places.
fn code_spans(page: &str) -> Vec<(usize, String)> {
    let mut spans = Vec::new();
    let mut at = 0;
    while let Some(from) = page[at..].find('`').map(|found| at + found) {
        let ticks = page[from..].len() - page[from..].trim_start_matches('`').len();
        let fence = &page[from..from + ticks];
        let Some(length) = page[from + ticks..].find(fence) else {
            break;
        };
        let text = &page[from + ticks..from + ticks + length];
        if ticks < 3 {
            let text = text.replace('`', "");
            spans.push((from, text.split_whitespace().collect::<Vec<_>>().join(" ")));
        }
        at = from + 2 * ticks + length;
    }
    spans
}

/// Two words in lower case beside each other, which neither SQL nor a setting has.
fn has_words(text: &str) -> bool {
    let is_word = |word: &&str| word.len() > 1 || *word == "a";
    let plain = pieces(text).join(" {} ");
    let words: Vec<_> = plain.split(' ').collect();
    let lower = |word: &str| {
        is_word(&word)
            && word
                .trim_end_matches([',', ':'])
                .chars()
                .all(|c| c.is_ascii_lowercase())
    };
    words.windows(2).any(|pair| pair.iter().all(|word| lower(word)))
}

/// What stands between the placeholders.
fn pieces(literal: &str) -> Vec<String> {
    let text = literal.replace('`', "").replace("{{", "\u{1}").replace("}}", "\u{2}");
    text.split('{')
        .enumerate()
        .map(|(number, part)| {
            if number == 0 {
                part
            } else {
                part.split_once('}').map_or(part, |(_, after)| after)
            }
        })
        .map(|piece| piece.replace('\u{1}', "{").replace('\u{2}', "}").trim().to_owned())
        .filter(|piece| piece.chars().any(char::is_alphabetic))
        .collect()
}

fn contains_in_order(text: &str, pieces: &[String]) -> bool {
    let mut rest = Some(text);
    for piece in pieces {
        rest = rest
            .and_then(|rest| rest.split_once(piece.as_str()))
            .map(|(_, after)| after);
    }
    rest.is_some()
}

/// Nothing but those pieces, words in capitals, numbers and punctuation.
fn is_made_of(text: &str, pieces: &[String]) -> bool {
    let mut reached = vec![false; text.len() + 1];
    reached[0] = true;
    for at in 0..text.len() {
        if !reached[at] {
            continue;
        }
        let rest = &text[at..];
        let value = rest.len()
            - rest
                .trim_start_matches(|c: char| c.is_ascii_uppercase() || c.is_ascii_digit() || c == '_')
                .len();
        let mark = rest
            .chars()
            .next()
            .filter(|c| !c.is_alphanumeric())
            .map_or(0, char::len_utf8);
        for length in pieces
            .iter()
            .filter(|piece| rest.starts_with(piece.as_str()))
            .map(String::len)
            .chain([value, mark])
        {
            let joined = |at: usize| {
                text[..at].ends_with(char::is_alphanumeric) && text[at..].starts_with(char::is_alphanumeric)
            };
            if length > 0 && !joined(at) && !joined(at + length) {
                reached[at + length] = true;
            }
        }
    }
    reached[text.len()]
}
