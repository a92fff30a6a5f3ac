//! `rustsql generate FOLDER`, hidden: the man pages and completions that packages have, made from the arguments' own texts.

use std::fs;
use std::path::PathBuf;

use clap::{Args, CommandFactory};
use clap_complete::Shell;
use serde_json::json;

use super::Cli;
use super::outcome::{Outcome, Result};

/// Writes man pages and shell completions
#[derive(Args)]
pub struct Arguments {
    folder: PathBuf,
}

pub fn run(arguments: &Arguments) -> Result<Outcome> {
    let folder = &arguments.folder;
    fs::create_dir_all(folder)?;
    clap_mangen::generate_to(Cli::command(), folder)?;
    for shell in [Shell::Bash, Shell::Fish, Shell::Zsh] {
        clap_complete::generate_to(shell, &mut Cli::command(), "rustsql", folder)?;
    }
    Ok(Outcome {
        json: json!({}),
        ..Outcome::default()
    })
}
