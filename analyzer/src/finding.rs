//! What the analysis has to say, before anyone chooses a format.

use crate::source::{SourceMap, Span};

/// How bad it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Severity {
    /// Worth knowing; does not fail a run.
    Note,
    /// Very likely not what was meant.
    Warning,
    /// Does not work, or AWS refuses it.
    Error,
}

/// How sure it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Confidence {
    /// Holds if what usually holds does: two keys of one account map are two accounts,
    /// a default is not overridden.
    Likely,
    /// Holds for every value of every unknown.
    Certain,
}

/// A fault, with one place that has to change.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// The rule's code.
    pub code: &'static str,
    /// How bad it is.
    pub severity: Severity,
    /// How sure it is.
    pub confidence: Confidence,
    /// What is wrong, in one line that stands alone: names in backticks, lower case, no full stop.
    pub message: String,
    /// The smallest text that has to change.
    pub primary: Span,
    /// Other places, with what they have to do with it, the causes first.
    pub labels: Vec<Label>,
    /// The way from the text to where it does harm, the text first.
    pub path: Vec<Label>,
    /// What to do, if no fix does it.
    pub help: Option<String>,
    /// Edits that mend it.
    pub fixes: Vec<Fix>,
}

/// A place and what is to be said of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Label {
    /// The place.
    pub span: Span,
    /// What it is or does, lower case, no full stop.
    pub message: String,
}

/// A way to mend a finding.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fix {
    /// What it does, as an editor offers it.
    pub title: String,
    /// Whether it may be done unseen.
    pub safety: Safety,
    /// The edits; they do not overlap.
    pub edits: Vec<Edit>,
}

/// Whether a fix keeps the meaning that was meant.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Safety {
    /// There is one right answer, and this is it.
    Safe,
    /// A good guess: someone has to look.
    Unsafe,
}

/// Replaces a text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Edit {
    /// What is replaced; empty to insert.
    pub span: Span,
    /// What stands there afterwards.
    pub new_text: String,
}

/// A finding that a comment silences.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Silenced {
    /// What was found.
    pub finding: Finding,
    /// Where the comment names the rule.
    pub place: Span,
    /// Why, in the words of the comment; empty if it gives no reason.
    pub reason: String,
}

/// Puts findings in the order in which they are shown: by path, place and code.
///
/// The order does not depend on the order in which files were read.
pub fn sort(findings: &mut [Finding], sources: &SourceMap) {
    findings.sort_by_cached_key(|finding| {
        let path = std::sync::Arc::clone(sources.file(finding.primary.file).path());
        (path, finding.primary.range, finding.code, finding.message.clone())
    });
}
