//! Configuration on a disk: what of it may be read, under which names, and which of it is
//! to be analysed.
//!
//! The command line, the language server and the plugin for TFLint read the disk through
//! this crate. It must not know what a policy says, nor who asks.

mod area;
mod base;
pub mod configuration;
pub mod content;
mod file_system;
mod observer;
mod problem;
mod refusals;
mod search;

pub use base::Base;
pub use configuration::Configured;
pub use file_system::{DiskFileSystem, FILE_LIMIT, PLAN_LIMIT, from_io};
pub use observer::Observer;
pub use problem::{Problem, Weight};
pub use refusals::Refusals;
pub use search::{Search, Searched};
