//! Decisions compared with those of another implementation, iam-simulate, over many
//! generated requests.
//!
//! iam-simulate is a program of its own that is run beside ours; nothing of it is here.

mod case;
mod conditions;
mod explain;
mod generate;
mod judge;
mod random;
mod statements;

pub use case::{CallerCase, Case};
pub use explain::{Class, without_all};
pub use generate::generate;
pub use judge::{Decided, judge};
