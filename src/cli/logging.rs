//! Owns the log of commands: to stderr, as loud as asked. The daemon's log is `telemetry`'s.

use tracing_subscriber::EnvFilter;

use super::args::{Format, Global};
use super::output;

/// Starts the log, as loud as `usual` unless asked otherwise. `RUST_LOG` wins over -v and -q.
pub(super) fn init(global: &Global, usual: &str) {
    let level = match (global.quiet, global.verbose) {
        (true, _) => "error",
        (_, 0) => usual,
        (_, 1) => "hotline=debug,info",
        (_, _) => "trace",
    };
    let filter = EnvFilter::try_from_default_env().unwrap_or_else(|_| EnvFilter::new(level));
    let subscriber = tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(std::io::stderr)
        .with_ansi(output::is_colored(global.color, &std::io::stderr()));
    let started = match global.format {
        Format::Text => subscriber.with_target(false).try_init(),
        Format::Json => subscriber.json().flatten_event(true).try_init(),
    };
    // A test that runs commands in one process has started it already.
    drop(started);
}
