//! Owns the comparison of two schemas of one version: what a change takes away from programs made for the earlier one.
//!
//! A program that reads records of the earlier schema must be able to read those of the later one, and the later one must
//! take the records that are kept from before. So a later schema may only add: optional fields, and words where a field
//! holds one of a list (consumers ignore words they do not know).

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value, json};

/// Keywords that a person reads and no program.
const PROSE: [&str; 5] = ["title", "description", "default", "examples", "$schema"];

/// Says what in `later` breaks programs or records made for `earlier`, one line each; nothing when it only adds.
pub(crate) fn breaks(earlier: &Value, later: &Value) -> Vec<String> {
    let mut comparison = Comparison { earlier, later, broken: Vec::new() };
    let (was, is) = (Form::of(earlier, earlier), Form::of(later, later));
    comparison.compare("record", &was, &is);
    comparison.broken
}

struct Comparison<'a> {
    earlier: &'a Value,
    later: &'a Value,
    broken: Vec<String>,
}

/// A schema with its references followed and its alternatives put together.
#[derive(Debug, Default)]
struct Form<'a> {
    types: BTreeSet<&'a str>,
    /// Words of a string that is one of a list.
    words: BTreeSet<&'a str>,
    /// Set when a string may be any.
    is_open: bool,
    objects: Vec<&'a Map<String, Value>>,
    items: Option<&'a Value>,
    /// All other keywords, which must stay as they are.
    limits: BTreeMap<&'a str, BTreeSet<String>>,
}

impl<'a> Form<'a> {
    fn of(schema: &'a Value, root: &'a Value) -> Self {
        let mut form = Self::default();
        form.add(schema, root);
        form
    }

    fn add(&mut self, schema: &'a Value, root: &'a Value) {
        let Some(schema) = schema.as_object() else {
            self.limit("schema", schema);
            return;
        };
        let types: Vec<&str> = match schema.get("type") {
            Some(Value::String(one)) => vec![one],
            Some(Value::Array(several)) => several.iter().filter_map(Value::as_str).collect(),
            _ => Vec::new(),
        };
        self.types.extend(&types);
        self.is_open |= types.contains(&"string") && !schema.contains_key("enum") && !schema.contains_key("const");
        if types.contains(&"object") {
            self.objects.push(schema);
        }
        for (keyword, value) in schema {
            match keyword.as_str() {
                "$ref" => {
                    let pointer = value.as_str().and_then(|target| target.strip_prefix('#')).unwrap_or_default();
                    self.add(root.pointer(pointer).unwrap_or(&Value::Null), root);
                }
                "anyOf" | "oneOf" | "allOf" => {
                    value.as_array().into_iter().flatten().for_each(|alternative| self.add(alternative, root));
                }
                "enum" => self.words.extend(value.as_array().into_iter().flatten().filter_map(Value::as_str)),
                "const" => self.words.extend(value.as_str()),
                "items" => self.items = Some(value),
                "type" | "properties" | "required" | "definitions" => {}
                keyword if PROSE.contains(&keyword) => {}
                keyword => self.limit(keyword, value),
            }
        }
    }

    fn limit(&mut self, keyword: &'a str, value: &Value) {
        self.limits.entry(keyword).or_default().insert(value.to_string());
    }

    fn properties(&self) -> BTreeMap<&'a str, &'a Value> {
        let properties = self.objects.iter().filter_map(|object| object.get("properties")?.as_object()).flatten();
        properties.map(|(name, schema)| (name.as_str(), schema)).collect()
    }

    fn required(&self) -> BTreeSet<&'a str> {
        let required = self.objects.iter().filter_map(|object| object.get("required")?.as_array()).flatten();
        required.filter_map(Value::as_str).collect()
    }
}

impl Comparison<'_> {
    fn broken(&mut self, path: &str, what: &str) {
        self.broken.push(format!("{path} {what}"));
    }

    fn compare(&mut self, path: &str, was: &Form<'_>, is: &Form<'_>) {
        for new in is.types.difference(&was.types) {
            self.broken(path, &format!("may now be {new}: programs made for the earlier schema do not expect it"));
        }
        for gone in was.types.difference(&is.types) {
            self.broken(path, &format!("may no longer be {gone}: records kept from before are"));
        }
        if was.is_open && !is.is_open {
            self.broken(path, "may no longer be any text: records kept from before may have other words");
        }
        for gone in was.words.difference(&is.words).filter(|_| !is.is_open) {
            self.broken(path, &format!("may no longer be `{gone}`: records kept from before are"));
        }
        if was.limits != is.limits {
            self.broken(path, &format!("has other limits: {:?}, before {:?}", is.limits, was.limits));
        }
        if let (Some(earlier), Some(later)) = (was.items, is.items) {
            let (was, is) = (Form::of(earlier, self.earlier), Form::of(later, self.later));
            self.compare(&format!("{path}[]"), &was, &is);
        }
        self.compare_fields(path, was, is);
    }

    fn compare_fields(&mut self, path: &str, was: &Form<'_>, is: &Form<'_>) {
        let (fields, required) = (is.properties(), is.required());
        let (fields_before, required_before) = (was.properties(), was.required());
        for (name, earlier) in &fields_before {
            let path = format!("{path}.{name}");
            let Some(later) = fields.get(name) else {
                self.broken(&path, "is gone: removing or renaming a field needs a new version of the topic");
                continue;
            };
            let (was, is) = (Form::of(earlier, self.earlier), Form::of(later, self.later));
            self.compare(&path, &was, &is);
        }
        for name in required_before.difference(&required).filter(|name| fields.contains_key(*name)) {
            self.broken(&format!("{path}.{name}"), "may be left out now: programs made for the earlier schema read it");
        }
        for name in required.difference(&required_before) {
            let what =
                "is required now: records kept from before lack it, make it optional (serde `skip_serializing_if`)";
            self.broken(&format!("{path}.{name}"), what);
        }
    }
}

fn sample() -> Value {
    json!({
        "type": "object",
        "properties": {
            "id": { "type": "string", "description": "ULID." },
            "place": { "type": ["string", "null"] },
            "day": { "anyOf": [{ "$ref": "#/definitions/Day" }, { "type": "null" }] },
            "status": { "type": "string", "enum": ["planned", "occurred"] },
            "sides": { "type": "array", "items": { "$ref": "#/definitions/Side" } },
            "flag": { "type": "boolean" },
        },
        "required": ["id", "place", "day", "status", "sides"],
        "definitions": {
            "Day": { "type": "object", "properties": { "start": { "type": "string", "pattern": "^2" } }, "required": ["start"] },
            "Side": { "oneOf": [{ "type": "string", "enum": ["party"] }, { "type": "string", "const": "host" }] },
        },
    })
}

#[test]
fn a_schema_that_only_adds_breaks_nothing() {
    let mut later = sample();
    assert_eq!(breaks(&sample(), &later), Vec::<String>::new());
    later["properties"]["more"] = json!({ "type": "integer" });
    later["properties"]["id"]["description"] = json!("Said better.");
    later["properties"]["status"]["enum"] = json!(["planned", "occurred", "dreamt"]);
    later["definitions"]["Day"]["properties"]["end"] = json!({ "type": "string" });
    // Another name for a definition, and a list in another form.
    later["definitions"]["Party"] = json!({ "type": "string", "enum": ["host", "party"] });
    later["properties"]["sides"]["items"]["$ref"] = json!("#/definitions/Party");
    assert_eq!(breaks(&sample(), &later), Vec::<String>::new());
}

#[test]
fn what_a_change_breaks_is_said_field_by_field() {
    let cases: [(&str, Value, &str); 12] = [
        ("/properties/id", Value::Null, "record.id is gone"),
        ("/properties/id/type", json!("integer"), "record.id may now be integer"),
        ("/properties/id/type", json!(["string", "null"]), "record.id may now be null"),
        ("/properties/place/type", json!("string"), "record.place may no longer be null"),
        ("/properties/day/anyOf", json!([{ "$ref": "#/definitions/Day" }]), "record.day may no longer be null"),
        ("/properties/status/enum", json!(["planned"]), "record.status may no longer be `occurred`"),
        ("/properties/id/enum", json!(["a"]), "record.id may no longer be any text"),
        ("/definitions/Day/properties/start/pattern", json!("^3"), "record.day.start has other limits"),
        ("/definitions/Day/required", json!([]), "record.day.start may be left out now"),
        ("/definitions/Side/oneOf/0/enum", json!([]), "record.sides[] may no longer be `party`"),
        ("/required", json!(["id", "place", "day", "status", "sides", "flag"]), "record.flag is required now"),
        ("/additionalProperties", json!(false), "record has other limits"),
    ];
    for (pointer, value, said) in cases {
        let mut later = sample();
        let (parent, name) = pointer.rsplit_once('/').expect("pointers begin with a slash");
        let parent = later.pointer_mut(parent).expect("the sample has it");
        match (parent, value) {
            (Value::Object(object), Value::Null) => drop(object.remove(name)),
            (parent, value) => parent[name] = value,
        }
        let broken = breaks(&sample(), &later);
        assert!(broken.len() == 1 || name == "type", "{pointer}: {broken:?}");
        assert!(broken.iter().any(|line| line.starts_with(said)), "{pointer}: {broken:?}");
    }
}
