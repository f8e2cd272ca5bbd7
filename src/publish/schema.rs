//! Owns the published schemas: JSON Schema (draft-07) of the records, made from their Rust types, and the AsyncAPI
//! document that says which topic carries which.

pub mod avro;

use schemars::JsonSchema;
use schemars::generate::SchemaSettings;
use serde_json::{Map, Value, json};

use super::message::{
    ArticleRecord, EventRecord, SCHEMA_VERSION, articles_topic, dlq_topic, events_topic, latest_topic,
};

/// Returns the JSON Schema of the event record.
#[must_use]
pub fn event() -> Value {
    schema::<EventRecord>("event", "Event record of hotline")
}

/// Returns the JSON Schema of the article record.
#[must_use]
pub fn article() -> Value {
    schema::<ArticleRecord>("article", "Article record of hotline")
}

/// Returns the AsyncAPI 3 document of all topics for consumers.
#[must_use]
pub fn asyncapi(topic_prefix: &str) -> Value {
    let mut schemas = Map::new();
    for (name, schema) in [("EventRecord", event()), ("ArticleRecord", article())] {
        hoist(name, schema, &mut schemas);
    }
    let latest = json!({ "anyOf": [{ "$ref": "#/components/schemas/EventRecord" }, { "type": "null" }] });
    schemas.insert("EventRecordOrTombstone".to_owned(), latest);
    schemas.insert("EventHeaders".to_owned(), headers(&["hotline_kind", "hotline_status"]));
    schemas.insert("ArticleHeaders".to_owned(), headers(&[]));
    schemas.insert("DeadLetterHeaders".to_owned(), dead_letter_headers());
    let (mut channels, mut operations, mut messages) = (Map::new(), Map::new(), Map::new());
    for one in channels_of(topic_prefix) {
        channels.insert(one.name.to_owned(), one.channel());
        operations.insert(one.operation.to_owned(), operation(one.name));
        messages.insert(one.message.to_owned(), one.message());
    }
    json!({
        "asyncapi": "3.0.0",
        "info": {
            "title": "hotline",
            "version": env!("CARGO_PKG_VERSION"),
            "description": "News articles coded as events: one event id per real-world event, its full state at each revision.",
            "license": { "name": "Apache-2.0", "url": "https://www.apache.org/licenses/LICENSE-2.0" },
        },
        "defaultContentType": "application/json",
        "channels": channels,
        "operations": operations,
        "components": { "messages": messages, "schemas": schemas },
    })
}

/// A topic and its one kind of message.
struct Channel {
    name: &'static str,
    operation: &'static str,
    message: &'static str,
    topic: String,
    about: &'static str,
    /// `cleanup.policy` of the topic.
    cleanup: &'static [&'static str],
    headers: &'static str,
    /// `None` is bytes of any kind.
    payload: Option<&'static str>,
    key: &'static str,
}

fn channels_of(topic_prefix: &str) -> Vec<Channel> {
    vec![
        Channel {
            name: "events",
            operation: "publishEvents",
            message: "event",
            topic: events_topic(topic_prefix),
            about: "Event revisions, in order within one event.",
            cleanup: &["delete"],
            headers: "EventHeaders",
            payload: Some("EventRecord"),
            key: "event_id",
        },
        Channel {
            name: "eventsLatest",
            operation: "publishEventsLatest",
            message: "eventLatest",
            topic: latest_topic(topic_prefix),
            about: "The newest state of each event, null (a tombstone) when it is retracted; only with `publish.events_latest`.",
            cleanup: &["compact"],
            headers: "EventHeaders",
            payload: Some("EventRecordOrTombstone"),
            key: "event_id",
        },
        Channel {
            name: "articles",
            operation: "publishArticles",
            message: "article",
            topic: articles_topic(topic_prefix),
            about: "Article revisions, in order within one article.",
            cleanup: &["compact", "delete"],
            headers: "ArticleHeaders",
            payload: Some("ArticleRecord"),
            key: "article_id",
        },
        Channel {
            name: "deadLetters",
            operation: "publishDeadLetters",
            message: "deadLetter",
            topic: dlq_topic(topic_prefix),
            about: "What could not go on, with the reason.",
            cleanup: &["delete"],
            headers: "DeadLetterHeaders",
            payload: None,
            key: "key of the original",
        },
    ]
}

/// Version of AsyncAPI's Kafka bindings.
const BINDING: &str = "0.5.0";

impl Channel {
    fn channel(&self) -> Value {
        json!({
            "address": self.topic,
            "description": self.about,
            "messages": { self.message: { "$ref": format!("#/components/messages/{}", self.message) } },
            "bindings": {
                "kafka": {
                    "topic": self.topic,
                    "topicConfiguration": { "cleanup.policy": self.cleanup },
                    "bindingVersion": BINDING,
                },
            },
        })
    }

    fn message(&self) -> Value {
        let reference = |name: &str| json!({ "$ref": format!("#/components/schemas/{name}") });
        let key = json!({ "type": "string", "description": self.key });
        let mut message = json!({
            "headers": reference(self.headers),
            "bindings": { "kafka": { "key": key, "bindingVersion": BINDING } },
        });
        match self.payload {
            Some(payload) => message["payload"] = reference(payload),
            None => message["contentType"] = json!("application/octet-stream"),
        }
        message
    }
}

fn schema<T: JsonSchema>(name: &str, title: &str) -> Value {
    let made = SchemaSettings::draft07().for_serialize().into_generator().into_root_schema_for::<T>();
    let mut schema = Map::new();
    schema.insert("$schema".to_owned(), json!("http://json-schema.org/draft-07/schema#"));
    schema.insert("$id".to_owned(), json!(format!("urn:hotline:schema:{name}:v{SCHEMA_VERSION}")));
    schema.insert("title".to_owned(), json!(title));
    if let Value::Object(made) = made.to_value() {
        schema.extend(made.into_iter().filter(|(key, _)| key != "title"));
    }
    Value::Object(schema)
}

/// Moves a schema and its definitions to where the document's own references find them.
fn hoist(name: &str, mut schema: Value, into: &mut Map<String, Value>) {
    rewrite_references(&mut schema);
    if let Some(object) = schema.as_object_mut() {
        object.shift_remove("$schema");
        object.shift_remove("$id");
        if let Some(Value::Object(definitions)) = object.shift_remove("definitions") {
            into.extend(definitions);
        }
    }
    into.insert(name.to_owned(), schema);
}

fn rewrite_references(value: &mut Value) {
    match value {
        Value::Object(object) => {
            for (key, value) in object {
                match value {
                    Value::String(target) if key == "$ref" => {
                        *target = target.replace("#/definitions/", "#/components/schemas/");
                    }
                    value => rewrite_references(value),
                }
            }
        }
        Value::Array(values) => values.iter_mut().for_each(rewrite_references),
        _ => {}
    }
}

fn operation(channel: &str) -> Value {
    json!({ "action": "send", "channel": { "$ref": format!("#/channels/{channel}") } })
}

fn headers(more: &[&str]) -> Value {
    let cloud_events = [
        "ce_specversion",
        "ce_id",
        "ce_source",
        "ce_type",
        "ce_time",
        "ce_subject",
        "ce_dataschema",
        "content-type",
        "traceparent",
    ];
    let required: Vec<&str> = cloud_events.iter().chain(more).copied().collect();
    header_object(&required, &["hotline_replay"])
}

fn dead_letter_headers() -> Value {
    let required = [
        "hotline_error_stage",
        "hotline_error_code",
        "hotline_error_message",
        "hotline_feed",
        "hotline_url",
        "hotline_attempts",
        "hotline_error_time",
    ];
    header_object(&required, &["hotline_error_truncated_from_bytes"])
}

fn header_object(required: &[&str], optional: &[&str]) -> Value {
    let names = required.iter().chain(optional);
    let properties: Map<String, Value> = names.map(|name| ((*name).to_owned(), json!({ "type": "string" }))).collect();
    json!({ "type": "object", "required": required, "properties": properties })
}
