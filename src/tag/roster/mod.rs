//! Owns persons, offices with terms, organisations, countries and their names in 13 languages.
