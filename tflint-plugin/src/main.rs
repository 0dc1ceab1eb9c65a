//! The binary that TFLint starts.

use std::process::ExitCode;

fn main() -> ExitCode {
    crosstrail_tflint::process::run()
}
