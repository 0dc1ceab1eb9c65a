//! How things are called where people read of them.

use crate::analysis::Analysis;
use crate::eval::account::{Account, EvidenceKind};
use crate::eval::text::Text;
use crate::source::Span;

/// What is shown in place of what is sensitive.
pub(super) const SENSITIVE: &str = "(sensitive)";

/// `account 111122223333 (prod)`, or what else is known of it.
pub(super) fn account(account: &Account) -> String {
    match (&account.name, account.id) {
        (Some(name), Some(id)) => format!("account {id} ({name})"),
        (None, Some(id)) => format!("account {id}"),
        (Some(name), None) => format!("account {name}"),
        (None, None) if account.evidence.kind == EvidenceKind::Home => "the account of the stack".to_owned(),
        (None, None) => format!("account `{}`", account.text.display()),
    }
}

/// `text` as code, its unknowns in braces.
pub(super) fn code(text: &Text) -> String {
    format!("`{}`", text.display())
}

/// Where `span` stands: `path:line`.
pub(super) fn place(analysis: &Analysis, span: Span) -> String {
    let file = analysis.sources().file(span.file);
    format!("{}:{}", file.path(), file.line_column(span.range.start).line)
}

/// `count` of something: `1 action`, `3 actions`.
pub(super) fn count(count: usize, one: &str) -> String {
    if count == 1 { format!("1 {one}") } else { format!("{count} {one}s") }
}

/// A list of `items`, cut behind `most` of them.
pub(super) fn list(items: &[String], most: usize) -> String {
    let shown = items.iter().take(most).map(|item| format!("- {item}"));
    let more = items.len().checked_sub(most).filter(|more| *more > 0).map(|more| format!("- and {more} more"));
    shown.chain(more).collect::<Vec<_>>().join("\n")
}
