//! Owns how a command ends: the exit code, and the one line that says why.

use std::io::{self, Write as _};
use std::panic::PanicHookInfo;
use std::process::ExitCode;

use super::args::{Format, Global};
use super::output;
use crate::config::Problems;
use crate::feed;

/// Why a command did not do what it was asked. A variant exists because it has an exit code of its own.
#[derive(Debug)]
pub(super) enum Failure {
    /// 0: nobody reads the output any more.
    Closed,
    /// 1, and the command has already said what.
    Reported,
    /// 1
    Failed(anyhow::Error),
    /// 69
    Broker(String),
    /// 75
    TryAgain(String),
    /// 78
    Config(Problems),
    /// 78, where no file is to blame.
    Setup(String),
}

impl From<anyhow::Error> for Failure {
    fn from(err: anyhow::Error) -> Self {
        match err.downcast_ref::<io::Error>() {
            Some(cause) if cause.kind() == io::ErrorKind::BrokenPipe => Self::Closed,
            _ => Self::Failed(err),
        }
    }
}

impl From<io::Error> for Failure {
    fn from(err: io::Error) -> Self {
        if err.kind() == io::ErrorKind::BrokenPipe {
            return Self::Closed;
        }
        Self::Failed(err.into())
    }
}

impl From<Problems> for Failure {
    fn from(problems: Problems) -> Self {
        Self::Config(problems)
    }
}

/// Says why the command failed and returns its exit code.
pub(super) fn code(outcome: Result<(), Failure>, global: &Global) -> ExitCode {
    let Err(failure) = outcome else { return ExitCode::SUCCESS };
    let (code, message) = match failure {
        Failure::Closed => (0, None),
        Failure::Reported => (1, None),
        Failure::Failed(err) => (1, Some(format!("{err:#}"))),
        Failure::Broker(message) => (69, Some(message)),
        Failure::TryAgain(message) => (75, Some(message)),
        Failure::Setup(message) => (78, Some(message)),
        Failure::Config(problems) => {
            report(&problems, global);
            (78, None)
        }
    };
    if let Some(message) = message {
        say(&format!("hotline: {message}"));
    }
    ExitCode::from(code)
}

fn report(problems: &Problems, global: &Global) {
    if global.format == Format::Json {
        for problem in problems.to_json() {
            say(&problem.to_string());
        }
        return;
    }
    say(problems.render(output::is_colored(global.color, &io::stderr())).trim_end());
    say(&format!("hotline: {} in the configuration", output::count(problems.len(), "error")));
}

/// Prints clap's own text: help and version are results, the rest are mistakes of the user.
pub(super) fn usage(err: &clap::Error) -> ExitCode {
    // A closed stdout or stderr changes nothing about the code.
    drop(err.print());
    ExitCode::from(if err.use_stderr() { 2 } else { 0 })
}

/// Says in one line where the program broke.
pub(super) fn report_panic(info: &PanicHookInfo<'_>) {
    if feed::is_panic_expected() {
        return;
    }
    let payload = info.payload();
    let message =
        payload.downcast_ref::<&str>().copied().or_else(|| payload.downcast_ref::<String>().map(String::as_str));
    let place = info.location().map(|at| format!("{}:{}", at.file(), at.line())).unwrap_or_default();
    let message = message.unwrap_or("no message").lines().next().unwrap_or_default();
    say(&format!("hotline: internal error at {place}: {message} (please report it)"));
}

/// Prints a line to stderr; a closed stderr is nobody's loss.
pub(super) fn say(line: &str) {
    drop(writeln!(io::stderr().lock(), "{line}"));
}
