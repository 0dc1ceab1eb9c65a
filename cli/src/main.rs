//! The command line of Crosstrail.

fn main() {}
