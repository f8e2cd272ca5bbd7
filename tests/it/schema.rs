//! Facts about the published schemas: what they say of every record, and that they only ever grow.

#![expect(clippy::unwrap_used, clippy::expect_used, reason = "a test stops where its ground gives way")]

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use hotline::publish::message::{DeadLetter, SCHEMA_VERSION, article_record, dead_letter};
use hotline::publish::{Record, line, schema};
use hotline::tag::Status;
use jsonschema::Validator;
use serde_json::{Value, json};

use super::compatibility::breaks;
use super::publish::{envelope, event_records, json_of, mention};
use super::samples::{article, at};

/// What the AsyncAPI document promises of each topic's records.
pub(crate) struct Promises {
    /// Headers and value, by topic.
    topics: BTreeMap<String, (Validator, Validator)>,
}

impl Promises {
    pub(crate) fn new(topic_prefix: &str) -> Self {
        let document = schema::asyncapi(topic_prefix);
        let mut topics = BTreeMap::new();
        for channel in document["channels"].as_object().unwrap().values() {
            let message = channel["messages"].as_object().unwrap().values().next().unwrap();
            let message = document.pointer(pointer(message)).unwrap();
            // A dead letter's value is whatever could not go on.
            let value = message.get("payload").cloned().unwrap_or_else(|| json!({}));
            let validators = [message["headers"].clone(), value].map(|mut schema| {
                schema["components"] = document["components"].clone();
                jsonschema::validator_for(&schema).unwrap()
            });
            let [headers, value] = validators;
            topics.insert(channel["address"].as_str().unwrap().to_owned(), (headers, value));
        }
        Self { topics }
    }

    /// Says what of a printed record was not promised.
    pub(crate) fn broken_by(&self, printed: &Value) -> Vec<String> {
        let topic = printed["topic"].as_str().unwrap_or_default();
        let Some((headers, value)) = self.topics.get(topic) else { return vec![format!("no such topic: {topic}")] };
        let headers = headers.iter_errors(&printed["headers"]);
        let errors = headers.chain(value.iter_errors(&printed["value"]));
        errors.map(|err| format!("{topic} {}: {err}", err.instance_path())).collect()
    }
}

fn pointer(reference: &Value) -> &str {
    reference["$ref"].as_str().and_then(|target| target.strip_prefix('#')).expect("a reference into the document")
}

fn printed(record: &Record) -> Value {
    serde_json::from_str(&line(record, Some(0), Some(0))).unwrap()
}

fn schemas_dir() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("deploy/schemas")
}

fn records() -> [(String, Value); 2] {
    [("event", schema::event()), ("article", schema::article())]
        .map(|(name, schema)| (format!("{name}.v{SCHEMA_VERSION}.json"), schema))
}

#[test]
fn records_validate_against_the_published_schemas() {
    let event = schema::event();
    assert_eq!(event["$schema"], "http://json-schema.org/draft-07/schema#");
    let validator = jsonschema::validator_for(&event).unwrap();
    for record in event_records() {
        let errors: Vec<String> = validator.iter_errors(&json_of(&record)).map(|err| err.to_string()).collect();
        assert!(errors.is_empty(), "{errors:?}");
    }
    let mut broken = json_of(&event_records()[0]);
    broken["times"]["published"] = json!("2025-02-12T18:00:00Z");
    assert!(!validator.is_valid(&broken), "times have milliseconds");
    broken = json_of(&event_records()[0]);
    broken.as_object_mut().unwrap().remove("date");
    assert!(!validator.is_valid(&broken), "null is written, not left out");
    broken = json_of(&event_records()[0]);
    broken["field_of_a_later_version"] = json!(1);
    assert!(validator.is_valid(&broken), "unknown fields are allowed");

    let validator = jsonschema::validator_for(&schema::article()).unwrap();
    let article = article("01JKWA0000000000000000000A", "alpha", "2025-02-12T18:00:00Z");
    let record = article_record(&article, &[], &[mention(Status::Occurred)], &envelope(), at("2025-02-12T18:00:01Z"));
    let errors: Vec<String> = validator.iter_errors(&json_of(&record)).map(|err| err.to_string()).collect();
    assert!(errors.is_empty(), "{errors:?}");
}

#[test]
fn schemas_in_the_documentation_are_those_of_the_types() {
    let asyncapi = ("asyncapi.json".to_owned(), schema::asyncapi("hotline"));
    let avro = [("event", schema::avro::event()), ("article", schema::avro::article())]
        .map(|(name, schema)| (format!("{name}.v{SCHEMA_VERSION}.avsc"), schema));
    for (name, schema) in records().into_iter().chain([asyncapi]).chain(avro) {
        let made = serde_json::to_string_pretty(&schema).unwrap() + "\n";
        let path = schemas_dir().join(&name);
        if std::env::var_os("HOTLINE_WRITE_SCHEMAS").is_some() {
            std::fs::write(&path, &made).unwrap();
        }
        let kept = std::fs::read_to_string(&path).unwrap();
        assert!(kept == made, "{name} differs: if the change only adds, run this test with HOTLINE_WRITE_SCHEMAS=1");
    }
}

#[test]
fn avro_schemas_have_the_fields_of_the_json_schemas_and_no_type_is_missing() {
    fn assert_typed(avro: &Value, path: &str) {
        assert!(!avro.is_null(), "{path} has no type");
        for (name, value) in avro.as_object().into_iter().flatten() {
            let path = format!("{path}.{name}");
            match name.as_str() {
                "fields" => value.as_array().unwrap().iter().for_each(|field| assert_typed(&field["type"], &path)),
                "type" | "items" => assert_typed(value, &path),
                _ => {}
            }
        }
    }
    for (json, avro) in [(schema::event(), schema::avro::event()), (schema::article(), schema::avro::article())] {
        assert_typed(&avro, avro["name"].as_str().unwrap());
        let fields = avro["fields"].as_array().unwrap();
        let names: Vec<&str> = fields.iter().map(|field| field["name"].as_str().unwrap()).collect();
        assert_eq!(names, json["properties"].as_object().unwrap().keys().collect::<Vec<_>>());
        let field = |name: &str| fields.iter().find(|field| field["name"] == name).unwrap();
        assert_eq!(field("schema_version")["type"], "long");
        assert_eq!(field("times")["type"]["fields"][0]["type"][1]["logicalType"], "timestamp-millis");
        // What JSON may leave out has a default, or older records could not be read.
        for name in names.iter().filter(|name| !json["required"].as_array().unwrap().contains(&json!(name))) {
            assert!(field(name).get("default").is_some(), "{name}");
        }
    }
}

#[test]
fn schemas_only_add_to_every_release_of_their_version() {
    let mut n_compared = 0;
    for release in std::fs::read_dir(schemas_dir().join("released")).unwrap() {
        let release = release.unwrap().path();
        for (name, schema) in records() {
            // A release of another version of the topic has files of other names.
            let Ok(text) = std::fs::read_to_string(release.join(&name)) else { continue };
            let broken = breaks(&serde_json::from_str(&text).unwrap(), &schema);
            let release = release.file_name().unwrap().to_string_lossy();
            assert!(broken.is_empty(), "{name} breaks what {release} promised:\n{}", broken.join("\n"));
            n_compared += 1;
        }
    }
    assert!(n_compared >= 2, "{n_compared} schemas compared");
}

#[test]
fn schemas_of_every_release_in_the_changelog_are_kept() {
    let changelog = std::fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("CHANGELOG.md")).unwrap();
    let headings = changelog.lines().filter_map(|line| line.strip_prefix("## "));
    let releases =
        headings.filter_map(|heading| heading.split_whitespace().next()).map(|word| word.trim_matches(['[', ']']));
    for release in releases.filter(|release| release.starts_with(|first: char| first.is_ascii_digit())) {
        let dir = schemas_dir().join("released").join(release);
        for name in ["event.v1.json", "event.v1.avsc"] {
            assert!(dir.join(name).exists(), "copy the schemas of {release} to {}", dir.display());
        }
    }
}

#[test]
fn asyncapi_names_every_topic_and_every_reference_leads_somewhere() {
    let document = schema::asyncapi("news");
    assert_eq!(document["asyncapi"], "3.0.0");
    assert_eq!(document["channels"]["events"]["address"], "news.events.v1");
    let mut references = Vec::new();
    collect_references(&document, &mut references);
    assert!(references.len() > 20);
    for reference in references {
        let pointer = reference.strip_prefix('#').expect("references stay in the document");
        assert!(document.pointer(pointer).is_some(), "{reference} leads nowhere");
    }
}

#[test]
fn asyncapi_describes_headers_and_values_of_every_record() {
    let promises = Promises::new("hotline");
    let mut records = event_records();
    let article = article("01JKWA0000000000000000000A", "alpha", "2025-02-12T18:00:00Z");
    records.push(article_record(&article, &[], &[mention(Status::Occurred)], &envelope(), at("2025-02-12T18:00:01Z")));
    let letter = DeadLetter {
        stage: "deliver",
        code: "message_size_too_large",
        message: "Broker: Message size too large",
        feed: None,
        url: None,
        n_attempts: 3,
        at: at("2025-02-12T18:00:00Z"),
    };
    records.push(dead_letter("k", b"<rss", &letter, &envelope()));
    for record in &records {
        assert_eq!(promises.broken_by(&printed(record)), Vec::<String>::new());
        let mut bare = printed(record);
        bare["headers"].as_object_mut().unwrap().shift_remove(&record.headers[0].0);
        assert_eq!(promises.broken_by(&bare).len(), 1, "{}: the first header is promised", record.topic);
    }
    let mut wrong = printed(&records[0]);
    wrong["value"]["status"] = json!(7);
    assert!(promises.broken_by(&wrong)[0].contains("/status"));
    wrong["topic"] = json!("hotline.other");
    assert_eq!(promises.broken_by(&wrong), ["no such topic: hotline.other"]);
}

#[test]
fn definitions_of_one_name_are_one_definition() {
    // The AsyncAPI document has them side by side, so one would replace the other.
    let [event, article] = records().map(|(_, schema)| schema["definitions"].clone());
    for (name, definition) in event.as_object().unwrap() {
        assert!(article.get(name).is_none_or(|other| other == definition), "{name}");
    }
}

fn collect_references<'a>(value: &'a Value, into: &mut Vec<&'a str>) {
    match value {
        Value::Object(object) => {
            for (key, value) in object {
                match value {
                    Value::String(target) if key == "$ref" => into.push(target),
                    value => collect_references(value, into),
                }
            }
        }
        Value::Array(values) => values.iter().for_each(|value| collect_references(value, into)),
        _ => {}
    }
}
