//! Owns the main file's form: one section a stage, each with the stage's own struct.

use std::path::PathBuf;

use serde::{Deserialize, Deserializer};

use super::problem::{Problem, Problems};
use super::{Setting, checks, document, env, keys, places};
use crate::feed::schedule;
use crate::publish::{self, Target, kafka};
use crate::{event, fetch, http, outlet, pipeline, tag};

/// The main file.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Settings {
    /// Folder of everything that outlives the process; one daemon a folder. Default `state`.
    pub state_dir: PathBuf,
    /// Where records go: `kafka`, `ndjson:DIR` or `stdout`. Without it Kafka when brokers are set, else files under
    /// the state folder.
    #[serde(deserialize_with = "target")]
    pub sink: Option<Target>,
    pub schedule: schedule::Config,
    pub fetch: fetch::Config,
    pub outlet: outlet::Config,
    pub tag: tag::Config,
    pub event: event::Config,
    pub publish: publish::Config,
    pub kafka: kafka::Config,
    pub pipeline: pipeline::Config,
    pub http: http::Config,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            state_dir: PathBuf::from("state"),
            sink: None,
            schedule: schedule::Config::default(),
            fetch: fetch::Config::default(),
            outlet: outlet::Config::default(),
            tag: tag::Config::default(),
            event: event::Config::default(),
            publish: publish::Config::default(),
            kafka: kafka::Config::default(),
            pipeline: pipeline::Config::default(),
            http: http::Config::default(),
        }
    }
}

impl Settings {
    /// Returns where records go, as far as configured.
    #[must_use]
    pub fn target(&self) -> Target {
        self.sink.clone().unwrap_or_else(|| match self.kafka.brokers {
            Some(_) => Target::Kafka,
            None => Target::Ndjson(self.state_dir.join("ndjson")),
        })
    }
}

fn target<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Target>, D::Error> {
    String::deserialize(deserializer)?.parse().map(Some).map_err(serde::de::Error::custom)
}

/// Reads the main file numbered `main` with the environment over it.
pub(super) fn read(
    main: usize,
    environment: &[(String, String)],
    problems: &mut Problems,
) -> (Option<Settings>, Vec<Setting>) {
    let text = problems.text(main);
    let mut faults = Vec::new();
    let mut table = document::parse(&text, &mut faults);
    // A syntax error moves keys into other tables: what else seems wrong may not be.
    if !faults.is_empty() {
        for fault in faults {
            problems.push(fault.at(main));
        }
        return (None, Vec::new());
    }
    // The environment is read as if it stood behind the file: a span beyond the file's end is one of its lines.
    let base = text.len() + 1;
    let overrides = env::overrides(environment, base);
    let variables = problems.add_file("environment", overrides.text.clone());
    faults.extend(env::apply(&overrides, table.get_mut()));
    let settings: Option<Settings> = document::read(&table, &mut faults);
    let place = |at: std::ops::Range<usize>| match at.start.checked_sub(base) {
        Some(start) => (variables, start..at.end - base),
        None => (main, at),
    };
    for fault in faults {
        let (file, span) = place(fault.span.clone());
        problems.push(document::Fault { span, ..fault }.at(file));
    }
    for (key, message) in settings.iter().flat_map(checks::wrong) {
        let problem = Problem::new(format!("{key}: {message}"));
        problems.push(match places::span(table.get_ref(), &key).map(place) {
            Some((file, span)) => problem.at(file, span, "this setting"),
            None => problem,
        });
    }
    let shown = keys::shown(
        table.get_ref(),
        &|at| {
            let (file, span) = place(at);
            (file, span, file == variables)
        },
        problems,
    );
    (settings, shown)
}
