//! The command `rustsql`, for administrators. It uses the library without PHP; only `sweep` runs PHP.
//!
//! Each subcommand is a file with its arguments and a function `run`. `settings` finds the settings, `php` asks PHP for them.
//! `table` lays out lists, `outcome` prints the result and makes the exit code of it.

mod check;
mod gc;
mod generate;
mod metrics;
mod outcome;
mod php;
mod revoke;
mod sessions;
mod settings;
mod stats;
mod sweep;
mod table;
mod who;

use std::process::ExitCode;

use clap::{Parser, Subcommand};

const EXIT_CODES: &str = "\
Exit status:
  0  done
  1  failed: the reason is on standard error
  2  wrong arguments";

/// Looks after PHP sessions that rustsql keeps in MySQL or MariaDB
#[derive(Parser)]
#[command(name = "rustsql", version, after_help = EXIT_CODES, subcommand_required = true, arg_required_else_help = true)]
pub struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    Who(who::Arguments),
    Check(check::Arguments),
    Gc(gc::Arguments),
    Sessions(sessions::Arguments),
    Revoke(revoke::Arguments),
    Stats(stats::Arguments),
    Sweep(sweep::Arguments),
    #[command(hide = true)]
    Generate(generate::Arguments),
}

fn main() -> ExitCode {
    match Cli::parse().command {
        Command::Who(arguments) => outcome::report(arguments.format.json, who::run(&arguments)),
        Command::Check(arguments) => outcome::report(arguments.format.json, check::run(&arguments)),
        Command::Gc(arguments) => outcome::report(arguments.format.json, gc::run(&arguments)),
        Command::Sessions(arguments) => outcome::report(arguments.format.json, sessions::run(&arguments)),
        Command::Revoke(arguments) => outcome::report(arguments.format.json, revoke::run(&arguments)),
        Command::Stats(arguments) => outcome::report(arguments.format.json, stats::run(&arguments)),
        Command::Sweep(arguments) => outcome::report(arguments.format.json, sweep::run(&arguments)),
        Command::Generate(arguments) => outcome::report(false, generate::run(&arguments)),
    }
}
