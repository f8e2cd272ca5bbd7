//! Owns the stop signal: SIGTERM and SIGINT once to drain, twice to leave.
