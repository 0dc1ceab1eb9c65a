//! Markdown fixtures: one file is a rule's documentation and its test suite.
//!
//! A heading is a test; a section holds files. A file is a fenced block, named by a
//! line `` `path`: `` above it or by its language (`main.tf`, `policy.json`,
//! `crosstrail.toml`). Blocks of one path are joined; `toml` holds for the headings
//! below as well. A block `hcl fixed` is the file after its fixes. A block `trust` lists who
//! may become whom and reach what, services aside, in lines as
//!
//! ```text
//! 111111111111:role/deploy -> 222222222222:role/admin  sts:AssumeRole
//! 111111111111:role/deploy -> 222222222222:aws_s3_bucket.logs  s3:GetObject (111111111111 lacks its half)
//! 111111111111:user/dev => 222222222222:role/admin  by 111111111111:role/deploy
//! ```
//!
//! where `=>` asks for a way over several roles. Lines of the form
//!
//! ```text
//! #    ^^^^ error[code]: message     primary span, in the line above
//! #    ---- note: message            related span
//! ```
//!
//! are *removed* before analysis, so they may also stand inside a heredoc or a
//! JSON file, where a comment would be content. `#^` means that the span starts in
//! column 0: the hash itself is the first column. A span of several lines is marked to
//! the end of its first. What is not marked must not be found.

mod mark;
mod page;
mod run;
mod trust;

pub use mark::Mark;
pub use page::{Notation, Outcome, Page, Section};
pub use run::analyse;
