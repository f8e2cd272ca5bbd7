//! Owns the printed form of a record: one line of JSON, as consumers, files and standard output show it.

use std::fmt::Write as _;

use serde::de::IgnoredAny;

use super::Record;

/// Prints a record as `{"topic","partition","offset","key","headers":{…},"value":{…}}`, without the line end.
///
/// A value that is not JSON (a dead letter) is printed as a string, a tombstone as null.
#[must_use]
pub fn line(record: &Record, partition: Option<i32>, offset: Option<i64>) -> String {
    let mut line = String::with_capacity(record.value.len() + 1_024);
    let number = |number: Option<i64>| number.map_or_else(|| "null".to_owned(), |number| number.to_string());
    line.push_str("{\"topic\":");
    push_string(&mut line, &record.topic);
    line.push_str(",\"partition\":");
    line.push_str(&number(partition.map(i64::from)));
    line.push_str(",\"offset\":");
    line.push_str(&number(offset));
    line.push_str(",\"key\":");
    push_string(&mut line, &record.key);
    line.push_str(",\"headers\":{");
    for (index, (name, value)) in record.headers.iter().enumerate() {
        if index > 0 {
            line.push(',');
        }
        push_string(&mut line, name);
        line.push(':');
        push_string(&mut line, value);
    }
    line.push_str("},\"value\":");
    push_value(&mut line, &record.value);
    line.push('}');
    line
}

fn push_value(line: &mut String, value: &[u8]) {
    if value.is_empty() {
        line.push_str("null");
        return;
    }
    let text = String::from_utf8_lossy(value);
    let is_json = !text.contains('\n') && serde_json::from_str::<IgnoredAny>(&text).is_ok();
    if is_json {
        line.push_str(&text);
    } else {
        push_string(line, &text);
    }
}

fn push_string(line: &mut String, text: &str) {
    // Value's Display is compact JSON and cannot fail into a String.
    let written = write!(line, "{}", serde_json::Value::from(text));
    debug_assert!(written.is_ok(), "writing to a String does not fail");
}

#[cfg(test)]
mod tests {
    use super::*;

    fn record(value: &[u8]) -> Record {
        Record {
            seq: 1,
            topic: "hotline.events.v1".to_owned(),
            key: "01J".to_owned(),
            headers: vec![("ce_id".to_owned(), "01J:\"1\"".to_owned())],
            value: value.to_vec(),
        }
    }

    #[test]
    fn a_record_prints_as_one_json_object() {
        let printed = line(&record(br#"{"a":1}"#), Some(2), Some(40));
        assert_eq!(
            printed,
            r#"{"topic":"hotline.events.v1","partition":2,"offset":40,"key":"01J","headers":{"ce_id":"01J:\"1\""},"value":{"a":1}}"#
        );
    }

    #[test]
    fn what_is_not_json_prints_as_a_string() {
        for value in [&b"<rss>"[..], b"{\n}", &[0xff, 0xfe]] {
            let printed: serde_json::Value = serde_json::from_str(&line(&record(value), None, None)).unwrap();
            assert!(printed["value"].is_string());
            assert!(printed["partition"].is_null());
        }
        let tombstone: serde_json::Value = serde_json::from_str(&line(&record(b""), None, None)).unwrap();
        assert!(tombstone["value"].is_null());
    }
}
