//! Owns how often trouble is said: once when it begins, again when its reason changes, once when it is over. Where log
//! lines go is the command line's business.

/// Remembers what was said last about one thing that can be in trouble.
#[derive(Debug, Default)]
pub struct Alarm {
    reason: Option<String>,
}

/// What there is to say.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum News {
    /// Trouble began, or has another reason now.
    Raised,
    /// Trouble is over.
    Cleared,
    /// It was said before.
    Known,
}

impl Alarm {
    /// Takes note of trouble.
    pub fn raise(&mut self, reason: &str) -> News {
        if self.reason.as_deref() == Some(reason) {
            return News::Known;
        }
        self.reason = Some(reason.to_owned());
        News::Raised
    }

    /// Takes note that all is well.
    pub fn clear(&mut self) -> News {
        match self.reason.take() {
            Some(_) => News::Cleared,
            None => News::Known,
        }
    }
}

/// Prints an error with all its causes on one line.
#[must_use]
pub fn causes(err: &dyn std::error::Error) -> String {
    let mut text = err.to_string();
    let mut source = err.source();
    while let Some(cause) = source {
        let cause_text = cause.to_string();
        if !text.ends_with(&cause_text) {
            text.push_str(": ");
            text.push_str(&cause_text);
        }
        source = cause.source();
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn trouble_is_said_once_until_it_changes_or_ends() {
        let mut alarm = Alarm::default();
        assert_eq!(alarm.clear(), News::Known);
        assert_eq!(alarm.raise("broker away"), News::Raised);
        assert_eq!(alarm.raise("broker away"), News::Known);
        assert_eq!(alarm.raise("not authorized"), News::Raised);
        assert_eq!(alarm.clear(), News::Cleared);
        assert_eq!(alarm.raise("broker away"), News::Raised);
    }
}
