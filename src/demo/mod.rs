//! Owns the demo: a bundled loopback newsroom, an in-process broker, and a consumer that shows what arrives.
