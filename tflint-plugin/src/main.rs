//! The binary that TFLint starts.

use std::process::ExitCode;

/// The one of musl, which the static binary would have, takes half as long again for an analysis.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    crosstrail_tflint::process::run()
}
