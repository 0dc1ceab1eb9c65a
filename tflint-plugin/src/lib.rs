//! Crosstrail as a plugin for TFLint: the only crate that knows gRPC.
//!
//! TFLint starts the plugin as a process of its own, reads one line from it that says where
//! it listens ([`process`]), and calls it there ([`server`]). To check a module it opens a
//! listener itself, by which the plugin asks for files and values and says what it has found
//! ([`runner`]). What is found is what `crosstrail lint` finds in the same directory
//! ([`check`]); the plugin adds nothing but the places that the host can show.

mod broker;
pub mod check;
pub mod cty;
pub mod grpc;
pub mod process;
pub mod rules;
pub mod runner;
mod server;
mod settings;
pub mod socket;
pub mod wire;

/// The version that the plugin reports to its host.
pub const VERSION: &str = env!("CARGO_PKG_VERSION");
