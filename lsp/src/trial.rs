//! Work that takes long or fails, for tests of what holds then. It is there only if the
//! environment says so.

use std::panic;
use std::thread;
use std::time::Duration;

use serde::Deserialize;
use tower_lsp_server::LspServiceBuilder;

use crate::backend::Backend;

const SWITCH: &str = "CROSSTRAIL_LSP_TRIALS";

#[derive(Debug, Deserialize)]
pub(crate) struct Trial {
    /// How long it takes.
    #[serde(default)]
    milliseconds: u64,
    /// What it fails with.
    panic: Option<String>,
}

/// Has `service` answer `crosstrail/trial`, if tests want it.
pub(crate) fn answers(service: LspServiceBuilder<Backend>) -> LspServiceBuilder<Backend> {
    match std::env::var_os(SWITCH) {
        Some(_) => service.custom_method("crosstrail/trial", Backend::trial),
        None => service,
    }
}

pub(crate) fn run(trial: Trial) {
    if let Some(message) = trial.panic {
        panic::resume_unwind(Box::new(message));
    }
    thread::sleep(Duration::from_millis(trial.milliseconds));
}
