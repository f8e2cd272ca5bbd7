//! Speed of parse.

fn main() {}
