//! How a statement that lacks an element is reported, whether nobody wrote the element or
//! an empty list in an `aws_iam_policy_document` left it out.

use crate::policy::model::{Omission, Statement};
use crate::rules::{PolicySite, Report};
use crate::source::Span;

/// Says that `statement` lacks an element. `arguments` are the names that the data source
/// has for it.
pub(in crate::rules) fn say(
    statement: &Statement,
    arguments: &[&str],
    message: &str,
    site: &PolicySite,
    report: &mut Report<'_>,
) {
    let omitted = statement.omitted.iter().find(|omission| arguments.contains(&omission.element.as_str()));
    match omitted {
        Some(omission) if may_be_default(site, omission) => {}
        Some(omission) => {
            let message = format!("{message}: `{}` is empty, and an empty list is left out", omission.element);
            report.finding(omission.span, message).label(statement.span, "this statement is rendered without it");
        }
        None => {
            let span = report.statement_span(statement);
            report.finding(span, message);
        }
    }
}

/// Whether the list may be empty only by the default of a variable that whoever applies the
/// root module sets. What a module is called with is no such default.
pub(in crate::rules) fn may_be_default(site: &PolicySite, omission: &Omission) -> bool {
    site.module.is_empty() && omission.variable
}

/// Whether an empty list or object is written behind the key at `key`.
pub(in crate::rules) fn is_written_empty(key: Span, report: &Report<'_>) -> bool {
    let behind = report.text_behind(key);
    let value = behind.trim_start_matches(['"', ' ', '\t', '=', ':', '\r', '\n', '\\']);
    let inside = value.strip_prefix(['[', '{']).map(str::trim_start);
    inside.is_some_and(|inside| inside.starts_with([']', '}']))
}
