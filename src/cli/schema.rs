//! Owns `schema`: the published schemas.

use clap::{Args, ValueEnum};

use super::args::Global;
use super::exit::Failure;
use super::output::Out;
use crate::{config, publish};

#[derive(Debug, Args)]
pub(super) struct SchemaArgs {
    /// event, article (records), event-avro, article-avro (the same in Avro), config (the main file) or asyncapi (topics)
    #[arg(value_enum, hide_possible_values = true)]
    what: What,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum What {
    Event,
    Article,
    EventAvro,
    ArticleAvro,
    Config,
    Asyncapi,
}

pub(super) fn run(args: &SchemaArgs, global: &Global, out: &mut Out) -> Result<(), Failure> {
    let schema = match args.what {
        What::Event => publish::schema::event(),
        What::Article => publish::schema::article(),
        What::EventAvro => publish::schema::avro::event(),
        What::ArticleAvro => publish::schema::avro::article(),
        What::Config => config::schema(),
        What::Asyncapi => {
            // Only a file that the user names may change the topics' names.
            let config = if global.config_named().is_some() { Some(super::config::load(global)?) } else { None };
            let prefix = config
                .map_or_else(|| publish::Config::default().topic_prefix, |config| config.settings.publish.topic_prefix);
            publish::schema::asyncapi(&prefix)
        }
    };
    Ok(out.line(&format!("{schema:#}"))?)
}
