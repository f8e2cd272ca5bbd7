//! Owns error columns: what each Kafka error means for the record and for the publisher.

use rdkafka::error::RDKafkaErrorCode;

/// What to do about an error; a later column outweighs an earlier one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Column {
    /// The cluster will never take this record: dead letters.
    Rejected,
    /// Passing: send again.
    Retriable,
    /// A person must act: hold and alarm.
    Held,
    /// This producer is done.
    Fatal,
}

impl Column {
    pub(super) fn of(code: RDKafkaErrorCode) -> Self {
        use RDKafkaErrorCode as Code;
        match code {
            Code::MessageSizeTooLarge
            | Code::MessageBatchTooLarge
            | Code::InvalidMessageSize
            | Code::InvalidRecord
            | Code::InvalidTimestamp
            | Code::BadMessage => Self::Rejected,
            Code::TopicAuthorizationFailed
            | Code::ClusterAuthorizationFailed
            | Code::TransactionalIdAuthorizationFailed
            | Code::DelegationTokenAuthorizationFailed
            | Code::Authentication
            | Code::SaslAuthenticationFailed
            | Code::SecurityDisabled
            | Code::UnsupportedSASLMechanism
            | Code::SSL
            | Code::UnknownTopic
            | Code::UnknownTopicOrPartition
            | Code::UnknownPartition
            | Code::InvalidTopic
            | Code::PolicyViolation
            | Code::InvalidRequiredAcks
            | Code::UnsupportedVersion
            | Code::UnsupportedFeature
            | Code::UnsupportedForMessageFormat
            | Code::UnsupportedCompressionType => Self::Held,
            Code::Fatal | Code::Fenced | Code::ProducerFenced | Code::GaplessGuarantee => Self::Fatal,
            _ => Self::Retriable,
        }
    }

    /// Tells whether an error of the whole client, not of a record, means that the cluster refuses it, or it the cluster.
    pub(super) fn is_refusal(code: RDKafkaErrorCode, reason: &str) -> bool {
        use RDKafkaErrorCode as Code;
        match code {
            Code::Authentication
            | Code::SaslAuthenticationFailed
            | Code::UnsupportedSASLMechanism
            | Code::ClusterAuthorizationFailed => true,
            // A handshake also breaks off when a broker restarts; a certificate does not get better by waiting.
            Code::SSL => reason.contains("certificate"),
            _ => false,
        }
    }
}

/// Returns the code as a stable snake_case word for dead letters.
pub(super) fn word(code: RDKafkaErrorCode) -> String {
    let name = format!("{code:?}");
    let mut word = String::with_capacity(name.len() + 4);
    for char in name.chars() {
        if char.is_ascii_uppercase() && word.chars().next_back().is_some_and(|last| last.is_ascii_lowercase()) {
            word.push('_');
        }
        word.push(char.to_ascii_lowercase());
    }
    word
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_error_has_its_column() {
        use RDKafkaErrorCode as Code;
        for (code, column) in [
            (Code::MessageSizeTooLarge, Column::Rejected),
            (Code::InvalidRecord, Column::Rejected),
            (Code::MessageTimedOut, Column::Retriable),
            (Code::NotEnoughReplicas, Column::Retriable),
            (Code::BrokerTransportFailure, Column::Retriable),
            (Code::TopicAuthorizationFailed, Column::Held),
            (Code::UnknownTopicOrPartition, Column::Held),
            (Code::Fenced, Column::Fatal),
        ] {
            assert_eq!(Column::of(code), column, "{code:?}");
        }
        assert_eq!(word(Code::MessageSizeTooLarge), "message_size_too_large");
    }
}
