//! Owns `config show`: what is in force, and where it comes from.

use clap::{Args, Subcommand};
use serde_json::{Map, Value, json};

use super::args::{Format, Global};
use super::exit::Failure;
use super::output::Out;
use crate::config::{self, Config, Problems};

#[derive(Debug, Args)]
pub(super) struct ConfigArgs {
    #[command(subcommand)]
    command: ConfigCommand,
}

#[derive(Debug, Subcommand)]
enum ConfigCommand {
    /// Print every setting with its value; secrets are starred
    Show {
        /// Say for each where it comes from: environment, file and line, or default
        #[arg(long)]
        origin: bool,
    },
}

/// Loads the file that the arguments name, with the environment over it.
pub(super) fn load(global: &Global) -> Result<Config, Problems> {
    config::load(&global.config_path(), &environment())
}

/// Returns hotline's own variables.
pub(super) fn environment() -> Vec<(String, String)> {
    let mut variables: Vec<(String, String)> = std::env::vars_os()
        .filter_map(|(name, value)| Some((name.into_string().ok()?, value.into_string().ok()?)))
        .filter(|(name, _)| name.starts_with("HOTLINE_"))
        .collect();
    variables.sort();
    variables
}

pub(super) fn run(args: &ConfigArgs, global: &Global, out: &mut Out) -> Result<(), Failure> {
    let ConfigCommand::Show { origin } = &args.command;
    let config = load(global)?;
    if global.format == Format::Json {
        let shown: Map<String, Value> = config
            .shown
            .iter()
            .map(|setting| {
                let origin = setting.origin.to_string();
                (setting.key.clone(), json!({ "value": json_value(setting.value.as_deref()), "origin": origin }))
            })
            .collect();
        return Ok(out.json(&Value::Object(shown))?);
    }
    for setting in &config.shown {
        let line = match &setting.value {
            Some(value) => format!("{} = {value}", setting.key),
            None => format!("#{} is not set", setting.key),
        };
        if *origin {
            out.line(&format!("{line:<60}  # {}", setting.origin))?;
        } else {
            out.line(&line)?;
        }
    }
    Ok(())
}

/// Turns the TOML of one value into JSON; what the environment says may be plain text.
fn json_value(text: Option<&str>) -> Value {
    let Some(text) = text else { return Value::Null };
    toml::from_str::<Map<String, Value>>(&format!("it = {text}"))
        .ok()
        .and_then(|mut table| table.remove("it"))
        .unwrap_or_else(|| json!(text))
}
