//! From findings to text, one module for each format.
//!
//! A renderer is a pure function of findings, their texts and a count of what was
//! checked. It must not know where its output goes, what was asked for on a
//! command line, or how a finding came about; it keeps the order it is given.

pub mod checkstyle;
pub mod concise;
pub mod github;
pub mod gitlab;
pub mod human;
pub mod json;
pub mod junit;
mod place;
pub mod sarif;
pub mod statistics;

use crate::finding::{Confidence, Finding, Safety, Severity, Silenced};
use crate::source::{LineColumn, SourceMap};

pub use place::Base;

/// What a run has to say, for formats that machines read.
#[derive(Debug, Clone, Copy)]
pub struct Report<'a> {
    /// What is to be mended.
    pub findings: &'a [Finding],
    /// What comments silence.
    pub silenced: &'a [Silenced],
    /// What a baseline has; `None` if there is no baseline.
    pub known: Option<&'a [Finding]>,
    /// What could not be checked.
    pub notices: &'a [Notice],
    /// The texts.
    pub sources: &'a SourceMap,
    /// Where paths start.
    pub base: &'a Base,
}

/// Something that could not be checked or is odd.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Notice {
    /// The file or directory.
    pub path: String,
    /// Where in it, if that is known.
    pub at: Option<LineColumn>,
    /// Why, in lower case and without a full stop.
    pub message: String,
    /// An error if something that should have been checked was not.
    pub severity: Severity,
}

/// How much was looked at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Checked {
    /// Files that were read.
    pub files: usize,
    /// Root modules, each in each environment.
    pub stacks: usize,
    /// Policy documents, whatever their notation.
    pub policies: usize,
}

/// How many findings there are of each severity.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Tally {
    /// Findings of [`Severity::Error`].
    pub errors: usize,
    /// Findings of [`Severity::Warning`].
    pub warnings: usize,
    /// Findings of [`Severity::Note`].
    pub notes: usize,
}

impl Tally {
    /// Counts `findings`.
    #[must_use]
    pub fn of(findings: &[Finding]) -> Self {
        let count = |severity| findings.iter().filter(|finding| finding.severity == severity).count();
        Self { errors: count(Severity::Error), warnings: count(Severity::Warning), notes: count(Severity::Note) }
    }

    /// Whether there is nothing that has to be mended: notes alone are clean.
    #[must_use]
    pub fn is_clean(self) -> bool {
        self.errors == 0 && self.warnings == 0
    }
}

/// The word for a severity, in every format.
#[must_use]
pub fn severity(severity: Severity) -> &'static str {
    match severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
        Severity::Note => "note",
    }
}

/// The word for a confidence, in every format.
#[must_use]
pub fn confidence(confidence: Confidence) -> &'static str {
    match confidence {
        Confidence::Certain => "certain",
        Confidence::Likely => "likely",
    }
}

/// The word for the safety of a fix, in every format.
#[must_use]
pub fn safety(safety: Safety) -> &'static str {
    match safety {
        Safety::Safe => "safe",
        Safety::Unsafe => "unsafe",
    }
}

#[cfg(test)]
mod sample;
