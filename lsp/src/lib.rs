//! The language server of Crosstrail: the only crate that knows LSP.
//!
//! Messages come in through [`transport`] and are put into one queue before anything waits, so
//! that they stay in order. One thread, [`server`], takes them out of it and owns all state. What
//! takes long is done elsewhere: each [`project`] has a thread that works out what its files mean
//! and one that finds what is wrong in them, and the features that are asked for are worked out
//! side by side on what was understood last.

mod analyst;
mod backend;
mod capabilities;
mod client;
mod diagnostics;
mod documents;
mod encoding;
mod features;
mod finder;
mod outbox;
mod project;
mod question;
mod server;
mod settings;
mod syntax;
mod transport;
mod trial;
mod uris;

pub use transport::serve;

/// The version that the server reports to its clients.
pub const VERSION: &str = env!("CARGO_PKG_VERSION");
