//! Markdown fixtures: one file is a rule's documentation and its test suite.
//!
//! A heading is a test; a section holds files. A file is a fenced block, named by a
//! line `` `path`: `` above it or by its language (`main.tf`, `policy.json`,
//! `crosstrail.toml`). Blocks of one path are joined; `toml` holds for the headings
//! below as well. A block `hcl fixed` is the file after its fixes. Lines of the form
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

pub use mark::Mark;
pub use page::{Notation, Outcome, Page, Section};
pub use run::analyse;
