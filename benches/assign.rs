//! Speed of assign.

fn main() {}
