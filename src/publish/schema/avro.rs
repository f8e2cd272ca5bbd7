//! Owns the Avro schemas of the records, made from their JSON Schemas: the same fields under the same names.
//!
//! A time is a `timestamp-millis`; a word of a list is a string, because later versions add words that an enumeration of
//! today would refuse; what may be null is a union with null; what JSON may leave out has a default. So a JSON Schema that
//! only adds gives an Avro schema that older programs can read, and that reads older records.

use std::collections::BTreeSet;

use serde_json::{Map, Value, json};

use crate::publish::message::SCHEMA_VERSION;

/// Returns the Avro schema of the event record.
#[must_use]
pub fn event() -> Value {
    Translation::of("EventRecord", &super::event())
}

/// Returns the Avro schema of the article record.
#[must_use]
pub fn article() -> Value {
    Translation::of("ArticleRecord", &super::article())
}

const DEFINITIONS: &str = "#/definitions/";

/// Whether the JSON of a record always has a field.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Presence {
    Always,
    MayLack,
}

struct Translation<'a> {
    definitions: Option<&'a Map<String, Value>>,
    /// Records written out above; below, their names do.
    named: BTreeSet<&'a str>,
}

impl<'a> Translation<'a> {
    fn of(name: &str, schema: &'a Value) -> Value {
        let definitions = schema.get("definitions").and_then(Value::as_object);
        let mut record = Translation { definitions, named: BTreeSet::new() }.record(name, schema);
        // Names below have it, too. A later version of a topic has types of its own.
        record.shift_insert(2, "namespace".to_owned(), json!(format!("hotline.v{SCHEMA_VERSION}")));
        Value::Object(record)
    }

    fn record(&mut self, name: &str, schema: &'a Value) -> Map<String, Value> {
        let mut record = Map::new();
        record.insert("type".to_owned(), json!("record"));
        record.insert("name".to_owned(), json!(name));
        if let Some(doc) = doc(schema) {
            record.insert("doc".to_owned(), doc);
        }
        let required: BTreeSet<&str> = strings(schema.get("required")).collect();
        let properties = schema.get("properties").and_then(Value::as_object);
        let mut fields = Vec::new();
        for (name, property) in properties.into_iter().flatten() {
            let presence = if required.contains(name.as_str()) { Presence::Always } else { Presence::MayLack };
            fields.push(self.field(name, property, presence));
        }
        record.insert("fields".to_owned(), Value::Array(fields));
        record
    }

    fn field(&mut self, name: &str, property: &'a Value, presence: Presence) -> Value {
        let mut avro = self.avro(property);
        // What JSON leaves out: false, an empty list, or nothing.
        let default = match &avro {
            Value::Array(_) => Some(Value::Null),
            _ if presence == Presence::Always => None,
            Value::String(name) if name == "boolean" => Some(json!(false)),
            Value::Object(object) if object.get("type") == Some(&json!("array")) => Some(json!([])),
            _ => {
                avro = nullable(&avro);
                Some(Value::Null)
            }
        };
        let mut field = Map::new();
        field.insert("name".to_owned(), json!(name));
        if let Some(doc) = doc(property) {
            field.insert("doc".to_owned(), doc);
        }
        field.insert("type".to_owned(), avro);
        if let Some(default) = default {
            field.insert("default".to_owned(), default);
        }
        Value::Object(field)
    }

    /// Translates the schema of one value. A form that the records do not use becomes null, which no Avro schema may hold.
    fn avro(&mut self, schema: &'a Value) -> Value {
        if let Some(reference) = schema.get("$ref").and_then(Value::as_str) {
            return self.definition(reference);
        }
        if let Some([only]) = schema.get("allOf").and_then(Value::as_array).map(Vec::as_slice) {
            return self.avro(only);
        }
        if let Some(alternatives) = schema.get("anyOf").and_then(Value::as_array) {
            let is_null = |one: &&Value| one.get("type") == Some(&json!("null"));
            return match alternatives.iter().filter(|one| !is_null(one)).collect::<Vec<_>>()[..] {
                [only] if alternatives.len() == 2 => nullable(&self.avro(only)),
                _ => Value::Null,
            };
        }
        // A list of words, each with its own description.
        if let Some(words) = schema.get("oneOf").and_then(Value::as_array) {
            let are_words = words.iter().all(|word| word.get("type") == Some(&json!("string")));
            return if are_words { json!("string") } else { Value::Null };
        }
        let types: Vec<&str> = match schema.get("type") {
            Some(Value::String(one)) => vec![one],
            several => strings(several).collect(),
        };
        match types[..] {
            [only] => self.plain(only, schema),
            [one, "null"] | ["null", one] => nullable(&self.plain(one, schema)),
            _ => Value::Null,
        }
    }

    fn plain(&mut self, kind: &str, schema: &'a Value) -> Value {
        match kind {
            "string" if schema.get("format") == Some(&json!("date-time")) => {
                json!({ "type": "long", "logicalType": "timestamp-millis" })
            }
            "string" | "boolean" => json!(kind),
            // Of 32 bits without a sign, which Avro's int has.
            "integer" => json!("long"),
            "number" => json!("double"),
            "array" => json!({ "type": "array", "items": schema.get("items").map(|items| self.avro(items)) }),
            _ => Value::Null,
        }
    }

    fn definition(&mut self, reference: &'a str) -> Value {
        let name = reference.strip_prefix(DEFINITIONS).unwrap_or(reference);
        let Some(definition) = self.definitions.and_then(|definitions| definitions.get(name)) else {
            return Value::Null;
        };
        if definition.get("properties").is_none() {
            return self.avro(definition);
        }
        if self.named.insert(name) { Value::Object(self.record(name, definition)) } else { json!(name) }
    }
}

fn nullable(avro: &Value) -> Value {
    json!(["null", avro])
}

fn doc(schema: &Value) -> Option<Value> {
    schema.get("description").cloned()
}

fn strings(list: Option<&Value>) -> impl Iterator<Item = &str> {
    list.and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_str)
}
