//! Owns Confluent's wire format: a value begins with the id that a schema registry gave its schema (JSON Schema).

use std::collections::HashMap;
use std::time::Duration;

use schema_registry_converter::async_impl::schema_registry::{SrSettings, post_schema};
use schema_registry_converter::error::SRCError;
use schema_registry_converter::schema_registry_common::{SchemaType, SuppliedSchema, get_payload};
use serde_json::Value;

use super::{Config, ConfigError, Registry};
use crate::fetch;
use crate::publish::message::{articles_topic, events_topic, latest_topic};
use crate::publish::{Record, schema};

const TIMEOUT: Duration = Duration::from_secs(10);

/// Registers schemas and puts their ids before values.
pub(super) struct Encoder {
    settings: SrSettings,
    /// Schema of each topic whose values have one.
    schemas: HashMap<String, Value>,
    /// What the registry called them, by topic. Ids never change.
    ids: HashMap<String, u32>,
}

/// Why a value has no id.
#[derive(Debug)]
pub(super) struct Refused {
    /// The registry is away or overloaded; what it refuses it refuses again.
    pub(super) is_passing: bool,
    pub(super) reason: String,
}

impl Encoder {
    /// Makes the client. The registry is first asked when a record needs it.
    pub(super) fn open(registry: &Registry, config: &Config, topic_prefix: &str) -> Result<Self, ConfigError> {
        let refused = |reason: String| ConfigError::Registry { reason };
        let client = fetch::trusted_client(config.tls.ca_file.as_deref()).map_err(|err| refused(err.to_string()))?;
        let mut settings = SrSettings::new_builder(registry.url.trim_end_matches('/').to_owned());
        settings.set_timeout(TIMEOUT);
        if let (Some(username), Some(password)) = (&registry.username, &registry.password) {
            settings.set_basic_authorization(username, Some(password.read()?.expose()));
        }
        let settings = settings.build_with(client).map_err(|err| refused(words(&err)))?;
        let schemas = [
            (events_topic(topic_prefix), schema::event()),
            (latest_topic(topic_prefix), schema::event()),
            (articles_topic(topic_prefix), schema::article()),
        ];
        Ok(Self { settings, schemas: HashMap::from(schemas), ids: HashMap::new() })
    }

    /// Returns the records in the wire format. Dead letters and tombstones have no schema and stay as they are.
    pub(super) async fn encode(&mut self, records: &[Record]) -> Result<Vec<Record>, Refused> {
        let mut encoded = Vec::with_capacity(records.len());
        for record in records {
            let mut record = record.clone();
            if !record.value.is_empty()
                && let Some(id) = self.id(&record.topic).await?
            {
                record.value = get_payload(id, record.value);
            }
            encoded.push(record);
        }
        Ok(encoded)
    }

    /// Registers the schema of the topic's values, once; the registry knows it again when it has it.
    async fn id(&mut self, topic: &str) -> Result<Option<u32>, Refused> {
        if let Some(id) = self.ids.get(topic) {
            return Ok(Some(*id));
        }
        let Some(schema) = self.schemas.get(topic) else { return Ok(None) };
        let subject = format!("{topic}-value");
        let schema = SuppliedSchema::new(None, SchemaType::Json, schema.to_string());
        let registered = post_schema(&self.settings, subject.clone(), schema).await.map_err(|err| Refused {
            is_passing: err.retriable,
            reason: format!("register the schema of {subject}: {}", words(&err)),
        })?;
        tracing::info!(subject, id = registered.id, "schema registered");
        self.ids.insert(topic.to_owned(), registered.id);
        Ok(Some(registered.id))
    }
}

fn words(err: &SRCError) -> String {
    match &err.cause {
        Some(cause) => format!("{}: {cause}", err.error),
        None => err.error.clone(),
    }
}
