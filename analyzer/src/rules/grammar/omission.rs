//! How a statement that lacks an element is reported, whether nobody wrote the element or
//! an empty list in an `aws_iam_policy_document` left it out.

use crate::policy::model::Statement;
use crate::rules::Report;

/// Says that `statement` lacks an element. `arguments` are the names that the data source
/// has for it.
pub(in crate::rules) fn say(statement: &Statement, arguments: &[&str], message: &str, report: &mut Report<'_>) {
    let omitted = statement.omitted.iter().find(|omission| arguments.contains(&omission.element.as_str()));
    match omitted {
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
