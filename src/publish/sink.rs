//! Owns the choice of a sink.

use std::path::PathBuf;
use std::str::FromStr;

use super::kafka::{self, Adoption, ConfigError};
use super::{Config, Kafka, Ndjson, Origin, Outcome, Publish, PublishError, Record, Stdout, Vitals};

/// Where records go, as `--sink` says it: `kafka`, `ndjson:DIR` or `stdout`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Target {
    Kafka,
    Ndjson(PathBuf),
    Stdout,
}

/// A word that names no sink.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("unknown sink `{0}`: expected kafka, ndjson:DIR or stdout")]
pub struct TargetError(String);

impl FromStr for Target {
    type Err = TargetError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        match text.split_once(':') {
            None if text == "kafka" => Ok(Self::Kafka),
            None if text == "stdout" => Ok(Self::Stdout),
            Some(("ndjson", dir)) if !dir.is_empty() => Ok(Self::Ndjson(PathBuf::from(dir))),
            _ => Err(TargetError(text.to_owned())),
        }
    }
}

impl std::fmt::Display for Target {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Kafka => f.write_str("kafka"),
            Self::Ndjson(dir) => write!(f, "ndjson:{}", dir.display()),
            Self::Stdout => f.write_str("stdout"),
        }
    }
}

/// Why a sink cannot be opened.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    #[error("open directory {}", dir.display())]
    Directory {
        dir: PathBuf,
        #[source]
        source: std::io::Error,
    },
    #[error(transparent)]
    Kafka(#[from] ConfigError),
}

/// An open sink.
#[derive(Debug)]
pub enum Sink {
    Kafka(Box<Kafka>),
    Ndjson(Ndjson),
    Stdout(Stdout),
}

impl Sink {
    /// Opens the sink that `target` names. No broker needs to be there yet.
    ///
    /// # Errors
    /// [`OpenError`] when the directory cannot be made or the Kafka configuration is not usable.
    pub fn open(target: &Target, publish: &Config, kafka: &kafka::Config) -> Result<Self, OpenError> {
        match target {
            Target::Kafka => Ok(Self::Kafka(Box::new(Kafka::open(kafka, publish)?))),
            Target::Ndjson(dir) => Ok(Self::Ndjson(Ndjson::open(dir)?)),
            Target::Stdout => Ok(Self::Stdout(Stdout)),
        }
    }

    /// Says what is done when the sink knows of records that the state directory never held.
    pub fn set_adoption(&mut self, adoption: Adoption) {
        if let Self::Kafka(kafka) = self {
            kafka.set_adoption(adoption);
        }
    }
}

impl Publish for Sink {
    fn attach(&mut self, origin: Origin) {
        match self {
            Self::Kafka(kafka) => kafka.attach(origin),
            Self::Ndjson(ndjson) => ndjson.attach(origin),
            Self::Stdout(stdout) => stdout.attach(origin),
        }
    }

    async fn publish(&mut self, records: &[Record]) -> Result<Vec<Outcome>, PublishError> {
        match self {
            Self::Kafka(kafka) => kafka.publish(records).await,
            Self::Ndjson(ndjson) => ndjson.publish(records).await,
            Self::Stdout(stdout) => stdout.publish(records).await,
        }
    }

    fn vitals(&self) -> Option<Vitals> {
        match self {
            Self::Kafka(kafka) => kafka.vitals(),
            Self::Ndjson(_) | Self::Stdout(_) => None,
        }
    }
}
