//! Speed of tag.

fn main() {}
