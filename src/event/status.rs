//! Owns the status of an event, given what its reports say and when.
