//! Owns the commands: arguments in, data to stdout, exit codes out.

mod args;
mod check;
mod config;
mod demo;
mod eval;
mod exit;
mod extract;
mod feed;
mod feeds;
mod lines;
mod logging;
mod output;
mod parallel;
mod probe;
mod roster;
mod run;
mod schema;
mod tag;
mod threads;

use std::process::ExitCode;

use clap::{CommandFactory, Parser};

use args::{Arguments, Command};
use exit::Failure;
use output::Out;

/// Runs the command that the arguments name.
#[must_use]
pub fn main() -> ExitCode {
    std::panic::set_hook(Box::new(exit::report_panic));
    let arguments = match Arguments::try_parse() {
        Ok(arguments) => arguments,
        Err(err) => return exit::usage(&err),
    };
    // The demo shows what happens; its newsroom has broken feeds and pages on purpose.
    let usual = if matches!(arguments.command, Command::Demo(_)) { "error" } else { "info" };
    logging::init(&arguments.global, usual);
    match std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| run(&arguments))) {
        Ok(outcome) => exit::code(outcome, &arguments.global),
        // The hook has said what happened.
        Err(_) => ExitCode::FAILURE,
    }
}

fn run(arguments: &Arguments) -> Result<(), Failure> {
    let global = &arguments.global;
    let mut out = Out::stdout();
    match &arguments.command {
        Command::Check(args) => check::run(args, global, &mut out)?,
        Command::Config(args) => config::run(args, global, &mut out)?,
        Command::Demo(args) => demo::run(args, global, &mut out)?,
        Command::Eval(args) => eval::run(args, global, &mut out)?,
        Command::Extract(args) => extract::run(args, global, &mut out)?,
        Command::Feed(args) => feed::run(args, &mut out)?,
        Command::Feeds(args) => feeds::run(args, global, &mut out)?,
        Command::Probe(args) => probe::run(args, global, &mut out)?,
        Command::Roster(args) => roster::run(args, global, &mut out)?,
        Command::Run(args) => run::run(args, global)?,
        Command::Tag(args) => tag::run(args, global, &mut out)?,
        Command::Schema(args) => schema::run(args, global, &mut out)?,
        Command::Completions(args) => {
            clap_complete::generate(args.shell, &mut Arguments::command(), "hotline", &mut out);
        }
    }
    Ok(out.finish()?)
}
