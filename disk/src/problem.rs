//! What was named or met and cannot be checked.

use std::fmt;

use crosstrail_analyzer::source::LineColumn;

/// Something that cannot be checked or is odd, and why.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Problem {
    /// The file or directory.
    pub path: String,
    /// Line and column in it, if they are known.
    pub at: Option<LineColumn>,
    /// Why, in lower case and without a full stop.
    pub message: String,
    /// What it means for the run.
    pub weight: Weight,
}

/// What a problem means for the run.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Weight {
    /// Something that should have been checked was not.
    Unchecked,
    /// It is odd, but nothing was missed.
    Odd,
}

impl Problem {
    /// Something that should have been checked was not.
    #[must_use]
    pub fn new(path: &str, message: impl Into<String>) -> Self {
        Self { path: path.to_owned(), at: None, message: message.into(), weight: Weight::Unchecked }
    }

    /// The same at a place in the file.
    #[must_use]
    pub fn in_file(path: &str, at: LineColumn, message: impl Into<String>) -> Self {
        Self { at: Some(at), ..Self::new(path, message) }
    }

    /// The same, of which nothing was missed.
    #[must_use]
    pub fn odd(self) -> Self {
        Self { weight: Weight::Odd, ..self }
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.at {
            Some(LineColumn { line, column }) => write!(f, "{}:{line}:{column}: {}", self.path, self.message),
            None => write!(f, "{}: {}", self.path, self.message),
        }
    }
}
