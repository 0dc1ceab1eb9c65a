//! `crosstrail lsp`, as a client sees it.

mod client;
mod diagnostics;
mod features;
mod strict;
#[expect(dead_code, reason = "other tests run a command and wait for its end")]
#[path = "../support/mod.rs"]
mod support;
mod transport;
