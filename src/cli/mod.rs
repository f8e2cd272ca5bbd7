//! Owns the commands: arguments in, data to stdout, exit codes out.
