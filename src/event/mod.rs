//! Owns events: which mentions are one real-world event, where it stands, who confirms it independently. Pure functions;
//! the store keeps what they return.
