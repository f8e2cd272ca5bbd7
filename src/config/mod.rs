//! Owns configuration files: load, layer the environment, validate with places, say every error at once.
