//! Crosstrail as a TFLint plugin: the only crate that knows gRPC.

/// The version that the plugin reports to its host.
const VERSION: &str = env!("CARGO_PKG_VERSION");

#[expect(clippy::print_stdout, reason = "the version is what was asked for")]
fn main() {
    println!("tflint-ruleset-crosstrail {VERSION}");
}
