//! Merges the cases that differential/merge.php sends, and answers with the results. Both sides of its pipe have blocks: a length
//! of four bytes, and so many bytes of cases or answers.

use std::io::{self, Read, Write};

use rustsql::{Conflict, Format, OnConflict, Rules, merge};

fn main() -> io::Result<()> {
    let (mut input, mut output) = (io::stdin().lock(), io::stdout().lock());
    loop {
        let mut length = [0; 4];
        if input.read_exact(&mut length).is_err() {
            return Ok(());
        }
        let mut block = vec![0; u32::from_le_bytes(length) as usize];
        input.read_exact(&mut block)?;
        let mut answers = Vec::new();
        let mut rest = &block[..];
        while !rest.is_empty() {
            answer(&mut rest, &mut answers);
        }
        output.write_all(&(answers.len() as u32).to_le_bytes())?;
        output.write_all(&answers)?;
        output.flush()?;
    }
}

fn answer(rest: &mut &[u8], answers: &mut Vec<u8>) {
    let [format, depth, stored, has_base] = number(rest).to_le_bytes();
    let rules = Rules {
        format: [Format::Php, Format::PhpSerialize, Format::PhpBinary][usize::from(format)],
        depth: depth.into(),
        on_conflict: [OnConflict::Refuse, OnConflict::Stored][usize::from(stored)],
        now: number(rest).into(),
    };
    let [base, ours, theirs] = [text(rest), text(rest), text(rest)];
    let (what, said) = match merge(rules, (has_base == 1).then_some(base), ours, theirs) {
        Ok(merged) => {
            let said = format!("{}:{}", merged.conflicts, merged.stayed.join(" "));
            put(answers, &merged.data);
            ("merged", said)
        }
        Err(refused) => {
            put(answers, b"");
            match refused {
                Conflict::Key(key) => ("conflict", key),
                Conflict::Cleared => ("cleared", String::new()),
                Conflict::Unsplit(_) => ("unsplit", String::new()),
            }
        }
    };
    put(answers, what.as_bytes());
    put(answers, said.as_bytes());
}

fn put(answers: &mut Vec<u8>, text: &[u8]) {
    answers.extend_from_slice(&(text.len() as u32).to_le_bytes());
    answers.extend_from_slice(text);
}

fn number(rest: &mut &[u8]) -> u32 {
    let (number, behind) = rest.split_at(4);
    *rest = behind;
    number
        .iter()
        .rev()
        .fold(0, |number, byte| number << 8 | u32::from(*byte))
}

fn text<'a>(rest: &mut &'a [u8]) -> &'a [u8] {
    let length = number(rest) as usize;
    let (text, behind) = rest.split_at(length);
    *rest = behind;
    text
}
