//! Speed of extract.

fn main() {}
