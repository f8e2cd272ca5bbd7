//! Owns headers: CloudEvents 1.0 in binary mode, a trace context, and hotline's own.

use sha2::{Digest, Sha256};

use super::{Envelope, Instant};

/// The CloudEvents attributes of one record.
#[derive(Debug)]
pub(super) struct Attributes<'a> {
    /// Key of the record.
    pub(super) subject: &'a str,
    pub(super) revision: u32,
    /// `hotline.event.created.v1`.
    pub(super) kind: String,
    pub(super) time: Instant,
    /// `event` or `article`.
    pub(super) schema: &'a str,
}

pub(super) fn cloud_event(attributes: &Attributes<'_>, envelope: &Envelope) -> Vec<(String, String)> {
    let id = format!("{}:{}", attributes.subject, attributes.revision);
    let trace = traceparent(&id);
    let mut headers = vec![
        ("ce_specversion", "1.0".to_owned()),
        ("ce_id", id),
        ("ce_source", envelope.source.clone()),
        ("ce_type", attributes.kind.clone()),
        ("ce_time", attributes.time.to_string()),
        ("ce_subject", attributes.subject.to_owned()),
        ("ce_dataschema", format!("urn:hotline:schema:{}:v{}", attributes.schema, super::SCHEMA_VERSION)),
        ("content-type", "application/json".to_owned()),
        ("traceparent", trace),
    ];
    if envelope.is_replay {
        headers.push(("hotline_replay", "true".to_owned()));
    }
    headers.into_iter().map(|(name, value)| (name.to_owned(), value)).collect()
}

/// Makes a W3C trace context from the record's id, so that a record sent again stays in its trace. The flags say that
/// nobody sampled it yet.
fn traceparent(id: &str) -> String {
    let digest = Sha256::digest(id.as_bytes());
    let mut trace_id = [0; 16];
    trace_id.copy_from_slice(&digest[..16]);
    let mut span_id = [0; 8];
    span_id.copy_from_slice(&digest[16..24]);
    format!("00-{:032x}-{:016x}-00", u128::from_be_bytes(trace_id), u64::from_be_bytes(span_id))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn traceparent_has_the_w3c_form_and_depends_on_the_id_alone() {
        let trace = traceparent("01JKX:1");
        assert_eq!(trace, traceparent("01JKX:1"));
        assert_ne!(trace, traceparent("01JKX:2"));
        let parts: Vec<usize> = trace.split('-').map(str::len).collect();
        assert_eq!(parts, [2, 32, 16, 2]);
    }
}
