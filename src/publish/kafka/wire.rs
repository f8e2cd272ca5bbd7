//! Owns Confluent's wire format: a value begins with the id that a schema registry gave its schema (JSON Schema or Avro).

use std::collections::HashMap;
use std::time::Duration;

use apache_avro::Schema;
use schema_registry_converter::async_impl::schema_registry::{
    SrSettings, get_all_subjects, is_compatible_schema, post_schema,
};
use schema_registry_converter::error::SRCError;
use schema_registry_converter::schema_registry_common::{SchemaType, SuppliedSchema, get_payload};
use serde_json::Value;

use super::registry::ValueFormat;
use super::{Config, ConfigError, EnsureError, Registry, avro};
use crate::fetch;
use crate::publish::message::{DeadLetter, articles_topic, dead_letter, events_topic, latest_topic};
use crate::publish::{Articles, Config as Publish, Origin, Record, schema};

const TIMEOUT: Duration = Duration::from_secs(10);

/// Registers schemas and puts their ids before values.
pub(super) struct Encoder {
    url: String,
    format: ValueFormat,
    settings: SrSettings,
    /// Of each topic whose values have one.
    schemas: HashMap<String, Form>,
    /// What the registry called them, by topic. Ids never change.
    ids: HashMap<String, u32>,
}

/// A schema as the registry gets it, and as values are written by it.
enum Form {
    Json(String),
    Avro(String, Box<Schema>),
}

/// Why values have no id.
#[derive(Debug)]
pub(super) struct Refused {
    /// The registry is away or overloaded; what it refuses it refuses again.
    pub(super) is_passing: bool,
    pub(super) reason: String,
}

/// A batch in the wire format.
pub(super) struct Encoded {
    pub(super) records: Vec<Record>,
    /// Indexes of records that do not fit their schema, and why: dead letters stand in their places.
    pub(super) misfits: Vec<(usize, String)>,
}

impl Encoder {
    /// Makes the client. The registry is first asked when a record needs it.
    pub(super) fn open(registry: &Registry, config: &Config, topic_prefix: &str) -> Result<Self, ConfigError> {
        let refused = |reason: String| ConfigError::Registry { reason };
        let client = fetch::trusted_client(config.tls.ca_file.as_deref()).map_err(|err| refused(err.to_string()))?;
        let url = registry.url.trim_end_matches('/').to_owned();
        let mut settings = SrSettings::new_builder(url.clone());
        settings.set_timeout(TIMEOUT);
        if let (Some(username), Some(password)) = (&registry.username, &registry.password) {
            settings.set_basic_authorization(username, Some(password.read()?.expose()));
        }
        let settings = settings.build_with(client).map_err(|err| refused(words(&err)))?;
        let form = |json: fn() -> Value, avro: fn() -> Value| match registry.format {
            ValueFormat::Json => Ok(Form::Json(json().to_string())),
            ValueFormat::Avro => {
                let schema = Schema::parse(&avro()).map_err(|err| refused(err.to_string()))?;
                Ok::<_, ConfigError>(Form::Avro(avro().to_string(), Box::new(schema)))
            }
        };
        let schemas = HashMap::from([
            (events_topic(topic_prefix), form(schema::event, schema::avro::event)?),
            (latest_topic(topic_prefix), form(schema::event, schema::avro::event)?),
            (articles_topic(topic_prefix), form(schema::article, schema::avro::article)?),
        ]);
        Ok(Self { url, format: registry.format, settings, schemas, ids: HashMap::new() })
    }

    /// Returns the records in the wire format. Dead letters and tombstones have no schema and stay as they are.
    pub(super) async fn encode(&mut self, records: &[Record], origin: Option<&Origin>) -> Result<Encoded, Refused> {
        let mut encoded = Encoded { records: Vec::with_capacity(records.len()), misfits: Vec::new() };
        for (index, record) in records.iter().enumerate() {
            let mut record = record.clone();
            if !record.value.is_empty()
                && let Some(id) = self.id(&record.topic).await?
            {
                match self.write(&mut record) {
                    Ok(()) => record.value = get_payload(id, record.value),
                    Err(reason) => {
                        record = misfit(&record, &reason, origin)?;
                        encoded.misfits.push((index, reason));
                    }
                }
            }
            encoded.records.push(record);
        }
        Ok(encoded)
    }

    /// Writes the value, which is JSON, in the format of the topic.
    fn write(&self, record: &mut Record) -> Result<(), String> {
        let Some(Form::Avro(_, schema)) = self.schemas.get(&record.topic) else { return Ok(()) };
        record.value = avro::encode(schema, &record.value).map_err(|err| err.to_string())?;
        if let Some((_, kind)) = record.headers.iter_mut().find(|(name, _)| name == "content-type") {
            "application/avro".clone_into(kind);
        }
        Ok(())
    }

    /// Registers the schema of the topic's values, once; the registry knows it again when it has it.
    async fn id(&mut self, topic: &str) -> Result<Option<u32>, Refused> {
        if let Some(id) = self.ids.get(topic) {
            return Ok(Some(*id));
        }
        let Some(form) = self.schemas.get(topic) else { return Ok(None) };
        let subject = subject(topic);
        let registered = post_schema(&self.settings, subject.clone(), form.supplied()).await.map_err(|err| {
            Refused { is_passing: err.retriable, reason: format!("register the schema of {subject}: {}", words(&err)) }
        })?;
        tracing::info!(subject, id = registered.id, "schema registered");
        self.ids.insert(topic.to_owned(), registered.id);
        Ok(Some(registered.id))
    }

    /// Asks the registry, and changes nothing in it, whether it would take the schemas; returns notes in words.
    pub(super) async fn check(&self, publish: &Publish) -> Result<Vec<String>, EnsureError> {
        let failed = |err: &SRCError| EnsureError::Registry { url: self.url.clone(), reason: words(err) };
        let known = get_all_subjects(&self.settings).await.map_err(|err| failed(&err))?;
        let mut notes = vec![format!("schema registry {} answers", self.url)];
        let prefix = &publish.topic_prefix;
        let mut topics = vec![events_topic(prefix)];
        topics.extend((publish.articles != Articles::None).then(|| articles_topic(prefix)));
        topics.extend(publish.events_latest.then(|| latest_topic(prefix)));
        for topic in topics {
            let (subject, Some(form)) = (subject(&topic), self.schemas.get(&topic)) else { continue };
            if !known.contains(&subject) {
                notes.push(format!("subject {subject}: does not exist yet"));
                continue;
            }
            let format = self.format.as_str();
            let reason = match is_compatible_schema(&self.settings, subject.clone(), form.supplied()).await {
                Ok(true) => {
                    notes.push(format!("subject {subject}: takes the {format} schema"));
                    continue;
                }
                Ok(false) => "it is not compatible with the one before".to_owned(),
                Err(err) if is_refusal(&err) => words(&err),
                Err(err) => return Err(failed(&err)),
            };
            return Err(EnsureError::Incompatible { subject, format, reason });
        }
        Ok(notes)
    }
}

impl Form {
    fn supplied(&self) -> SuppliedSchema {
        match self {
            Self::Json(schema) => SuppliedSchema::new(None, SchemaType::Json, schema.clone()),
            Self::Avro(schema, _) => SuppliedSchema::new(None, SchemaType::Avro, schema.clone()),
        }
    }
}

/// Names the schema of a topic's values, as Confluent's serializers do unless told otherwise.
fn subject(topic: &str) -> String {
    format!("{topic}-value")
}

/// Makes the dead letter that goes in the record's place. Without an outbox there is none to take it.
fn misfit(record: &Record, reason: &str, origin: Option<&Origin>) -> Result<Record, Refused> {
    let Some(origin) = origin else {
        let reason = format!("write record {} of {}: {reason}", record.key, record.topic);
        return Err(Refused { is_passing: false, reason });
    };
    let letter = DeadLetter {
        stage: "deliver",
        code: MISFIT,
        message: reason,
        feed: None,
        url: None,
        n_attempts: 1,
        at: origin.clock.now(),
    };
    let letter = dead_letter(&record.key, &record.value, &letter, &origin.envelope);
    Ok(Record { seq: record.seq, ..letter })
}

/// Code of a record that does not fit its schema.
pub(super) const MISFIT: &str = "schema_misfit";

/// Tells whether the registry speaks of the schema: it is of another language than those before, or breaks a rule.
fn is_refusal(err: &SRCError) -> bool {
    ["status 409", "status 422"].iter().any(|status| err.error.contains(status))
}

fn words(err: &SRCError) -> String {
    match &err.cause {
        Some(cause) => format!("{}: {cause}", err.error),
        None => err.error.clone(),
    }
}
