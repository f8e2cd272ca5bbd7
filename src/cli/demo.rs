//! Owns the arguments of `demo`.

use clap::Args;

use super::args::Global;
use super::exit::Failure;

#[derive(Debug, Args)]
pub(super) struct DemoArgs {
    /// End when every expected event has arrived
    #[arg(long)]
    once: bool,
    /// Deliver to this broker instead of the in-process one
    #[arg(long, value_name = "HOST:PORT")]
    brokers: Option<String>,
}

pub(super) fn run(args: &DemoArgs, _global: &Global) -> Result<(), Failure> {
    let DemoArgs { once, brokers } = args;
    Err(Failure::Failed(anyhow::anyhow!("the demo is not there yet (once: {once}, brokers: {brokers:?})")))
}
