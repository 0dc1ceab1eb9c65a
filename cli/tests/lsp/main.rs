//! `crosstrail lsp`, as a client sees it.

#![allow(clippy::indexing_slicing, clippy::string_slice, reason = "a panic says what the server did not send")]

mod client;
mod diagnostics;
mod features;
mod first;
mod strict;
#[expect(dead_code, reason = "other tests run a command and wait for its end")]
#[path = "../support/mod.rs"]
mod support;
mod transport;
