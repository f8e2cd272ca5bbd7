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
            | Code::IllegalSASLState
            | Code::GroupAuthorizationFailed
            | Code::SSL
            | Code::UnknownTopic
            | Code::UnknownTopicOrPartition
            | Code::UnknownPartition
            | Code::InvalidTopic
            | Code::PolicyViolation
            | Code::InvalidRequiredAcks
            | Code::InvalidTransactionTimeout
            | Code::InvalidPartitions
            | Code::InvalidReplicationFactor
            | Code::InvalidConfig
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
            | Code::IllegalSASLState
            | Code::ClusterAuthorizationFailed => true,
            // A handshake also breaks off when a broker restarts; a certificate does not get better by waiting.
            Code::SSL => reason.contains("certificate"),
            _ => false,
        }
    }
}

/// Names what a right may be missing on.
#[derive(Debug, Clone, Copy)]
pub(super) struct Names<'a> {
    pub(super) topic_prefix: &'a str,
    pub(super) transactional_id: &'a str,
}

/// Adds to the words of an error what a person can do about it, where the error alone does not say.
pub(super) fn advised(code: Option<RDKafkaErrorCode>, reason: &str, names: Names<'_>) -> String {
    use RDKafkaErrorCode as Code;
    let Names { topic_prefix, transactional_id } = names;
    let advice = match code {
        Some(Code::TopicAuthorizationFailed) => format!(
            "allow the Kafka user WRITE and DESCRIBE on the topics {topic_prefix}.*, and READ on {topic_prefix}.progress"
        ),
        Some(Code::TransactionalIdAuthorizationFailed) => format!(
            "allow the Kafka user WRITE and DESCRIBE on transactional id {transactional_id}, or set `kafka.delivery = \
             \"at_least_once\"`"
        ),
        Some(Code::ClusterAuthorizationFailed) => "allow the Kafka user IDEMPOTENT_WRITE on the cluster".to_owned(),
        Some(Code::Authentication | Code::SaslAuthenticationFailed) => {
            "check the user name, mechanism and password of `kafka.sasl`; the password is read again at each attempt"
                .to_owned()
        }
        Some(Code::UnsupportedSASLMechanism | Code::IllegalSASLState) => "check `kafka.sasl.mechanism`".to_owned(),
        // An alert is the other side's.
        Some(Code::SSL) if reason.contains("alert") => {
            "the broker refuses hotline's certificate: check `kafka.tls.certificate_file` and `kafka.tls.key_file`"
                .to_owned()
        }
        Some(Code::SSL) => {
            "hotline refuses the broker's certificate: check `kafka.tls.ca_file`, and the certificate's names and dates"
                .to_owned()
        }
        Some(Code::UnknownTopic | Code::UnknownTopicOrPartition | Code::UnknownPartition) => {
            "create the topic, or set `kafka.topics.ensure = \"create\"`".to_owned()
        }
        Some(Code::InvalidTransactionTimeout) => {
            "lower `kafka.transaction_timeout` to the broker's `transaction.max.timeout.ms`".to_owned()
        }
        _ => return reason.to_owned(),
    };
    format!("{reason}: {advice}")
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
