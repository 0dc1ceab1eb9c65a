//! What the host shows of a finding: one line, which has to stand alone.

use std::fmt::Write as _;

use crosstrail_analyzer::finding::{Finding, Label};
use crosstrail_analyzer::source::SourceMap;

/// How many other places a message names. More are a page, not a line.
const MOST_PLACES: usize = 4;

/// The message of `finding`, with what is to be said of other places, and what to do.
#[must_use]
pub fn message(finding: &Finding, sources: &SourceMap) -> String {
    let mut text = finding.message.clone();
    let places: Vec<&Label> = finding.labels.iter().chain(&finding.path).collect();
    for label in places.iter().take(MOST_PLACES) {
        let file = sources.file(label.span.file);
        let at = file.line_column(label.span.range.start);
        let _infallible = write!(text, "; {} ({}:{}:{})", label.message, file.path(), at.line, at.column);
    }
    if places.len() > MOST_PLACES {
        let _infallible = write!(text, "; and {} more places", places.len() - MOST_PLACES);
    }
    if let Some(help) = &finding.help {
        let _infallible = write!(text, "; help: {help}");
    }
    one_line(text)
}

/// `text` without line breaks: a name may hold one.
fn one_line(text: String) -> String {
    if !text.contains(char::is_control) {
        return text;
    }
    text.chars().map(|char| if char.is_control() { char.escape_default().to_string() } else { char.into() }).collect()
}
