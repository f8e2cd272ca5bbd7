//! Owns the JSON Schema of the main file, made from the keys there are and the shipped file's defaults and comments.

use serde_json::{Map, Value, json};

use super::{REFERENCE, keys};

/// Returns the JSON Schema of the main file.
#[must_use]
pub fn schema() -> Value {
    let mut schema = table("");
    let mut whole = Map::new();
    whole.insert("$schema".to_owned(), json!("http://json-schema.org/draft-07/schema#"));
    whole.insert("$id".to_owned(), json!("urn:hotline:schema:config:v1"));
    whole.insert("title".to_owned(), json!("Configuration of hotline"));
    if let Some(object) = schema.as_object_mut() {
        whole.append(object);
    }
    Value::Object(whole)
}

fn table(key: &str) -> Value {
    let properties: Map<String, Value> = keys::fields(key)
        .into_iter()
        .map(|field| {
            let key = if key.is_empty() { field.clone() } else { format!("{key}.{field}") };
            let schema = if keys::fields(&key).is_empty() { leaf(&key) } else { table(&key) };
            (field, schema)
        })
        .collect();
    json!({ "type": "object", "additionalProperties": false, "properties": properties })
}

fn leaf(key: &str) -> Value {
    let mut schema = json!({});
    if let Some(comment) = comment(key) {
        schema["description"] = json!(comment);
    }
    if keys::is_secret(key) {
        let place = json!({ "type": "string" });
        schema["type"] = json!("object");
        schema["properties"] = json!({ "file": place, "env": place });
        schema["minProperties"] = json!(1);
        schema["maxProperties"] = json!(1);
        schema["additionalProperties"] = json!(false);
        return schema;
    }
    let default = keys::default(key).and_then(|text| toml::from_str::<toml::Table>(&format!("it = {text}")).ok());
    let default = default.and_then(|mut table| table.remove("it")).and_then(|value| serde_json::to_value(value).ok());
    let words = keys::words(key);
    if words.is_empty() {
        schema["type"] = json!(match &default {
            Some(Value::Number(number)) if number.is_f64() => "number",
            Some(Value::Number(_)) => "integer",
            Some(Value::Bool(_)) => "boolean",
            Some(Value::Array(_)) => "array",
            Some(Value::Object(_)) => "object",
            _ => "string",
        });
    } else {
        schema["enum"] = json!(words);
    }
    if let Some(default) = default {
        schema["default"] = default;
    }
    schema
}

/// Returns the comment that stands above the key in the shipped file.
fn comment(key: &str) -> Option<String> {
    let (section, name) = key.rsplit_once('.').unwrap_or(("", key));
    let mut at = String::new();
    let mut comment: Vec<&str> = Vec::new();
    for line in REFERENCE.lines() {
        // An optional section or key is there as a comment itself, written without a space.
        let bare = line.strip_prefix('#').filter(|rest| !rest.starts_with(' ')).unwrap_or(line);
        if let Some(header) = bare.strip_prefix('[') {
            header.trim_end_matches(']').clone_into(&mut at);
            if at == key {
                break;
            }
            comment.clear();
        } else if let Some(text) = line.strip_prefix("# ") {
            comment.push(text);
        } else if at == section && bare.split('=').next().is_some_and(|word| word.trim() == name) {
            break;
        } else {
            comment.clear();
        }
    }
    (!comment.is_empty()).then(|| comment.join(" "))
}
