//! The language server of Crosstrail: the only crate that knows LSP.

/// The version that the server reports to its clients.
pub const VERSION: &str = env!("CARGO_PKG_VERSION");
