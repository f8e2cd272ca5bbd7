//! Owns dates in text: words to days, against the day of publication.
