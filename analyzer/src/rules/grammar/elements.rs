//! The elements of the policy language, and which of them a name that is none of them meant.
//!
//! An element that is misspelt, or of the wrong type, is reported as that; the rules that
//! miss elements ask here whether it was, so that one slip is said once.

use strsim::damerau_levenshtein;

use crate::policy::model::{Fault, FaultKind, PolicyDocument, PrincipalGroup, Principals, Statement, Strings};
use crate::source::Span;

/// The elements at the top of a policy.
const TOP: [&str; 3] = ["Version", "Id", "Statement"];

/// The elements of a statement.
const OF_STATEMENT: [&str; 9] =
    ["Sid", "Effect", "Principal", "NotPrincipal", "Action", "NotAction", "Resource", "NotResource", "Condition"];

/// How many letters of a name may differ from the element that it means.
const TYPO: usize = 1;

/// Where an element stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::rules) enum Level {
    /// At the top of the policy.
    Top,
    /// In a statement.
    Statement,
}

/// Where a part of a document at `span` stands.
pub(in crate::rules) fn level(document: &PolicyDocument, span: Span) -> Level {
    let is_inside = document.statements.iter().any(|statement| contains(statement.span, span));
    if is_inside { Level::Statement } else { Level::Top }
}

/// The element of `level` that `name` probably means: it differs in letter case, in a
/// hyphen, in a plural, or in one letter.
pub(in crate::rules) fn meant(name: &str, level: Level) -> Option<&'static str> {
    let elements: &[&'static str] = match level {
        Level::Top => &TOP,
        Level::Statement => &OF_STATEMENT,
    };
    let folded = fold(name);
    let same = elements.iter().find(|element| fold(element) == folded);
    same.or_else(|| elements.iter().find(|element| is_near(&folded, &fold(element)))).copied()
}

/// Whether `name` is an element of the other level.
pub(in crate::rules) fn is_of_other_level(name: &str, level: Level) -> bool {
    match level {
        Level::Top => OF_STATEMENT.contains(&name),
        Level::Statement => TOP.contains(&name),
    }
}

/// Whether the element is part of its statement whatever the unknowns are: an unknown list of
/// an `aws_iam_policy_document` may be empty, and then the element is left out.
pub(in crate::rules) fn strings_stand(strings: &Strings) -> bool {
    !strings.items.is_empty() || strings.open.is_empty()
}

/// The same of principals, whose blocks may be left out by an unknown `for_each`.
pub(in crate::rules) fn principals_stand(principals: &Principals) -> bool {
    let stands = |group: &PrincipalGroup| !group.items.is_empty() || group.possible.is_empty();
    principals.open.is_empty() && (principals.groups.is_empty() || principals.groups.iter().any(stands))
}

/// Whether another rule says what is wrong with `element` of the statement.
pub(in crate::rules) fn is_reported(document: &PolicyDocument, statement: &Statement, element: &str) -> bool {
    document
        .faults
        .iter()
        .any(|fault| contains(statement.span, fault.span) && concerns(fault, element, Level::Statement))
}

/// Whether another rule says what is wrong with `element` at the top of the document.
pub(in crate::rules) fn is_reported_at_top(document: &PolicyDocument, element: &str) -> bool {
    let at_top = |fault: &&Fault| level(document, fault.span) == Level::Top;
    document.faults.iter().filter(at_top).any(|fault| concerns(fault, element, Level::Top))
}

/// Whether `fault` is about `element` or its `Not` form.
fn concerns(fault: &Fault, element: &str, level: Level) -> bool {
    let is_it = |name: &str| name.strip_prefix("Not").unwrap_or(name) == element;
    match &fault.kind {
        FaultKind::UnknownElement(name) => meant(name, level).is_some_and(is_it),
        // What is no object has no elements to miss.
        FaultKind::WrongType { element, .. } => is_it(element) || element == "policy",
        // What recovery makes of a broken text may lack what the text has.
        FaultKind::Syntax(_) => true,
        FaultKind::DuplicateKey(_) => false,
    }
}

/// A name without what people vary: `not_actions` and `NotAction` are one.
fn fold(name: &str) -> String {
    let letters = name.chars().filter(|letter| letter.is_alphanumeric());
    let lower: String = letters.flat_map(char::to_lowercase).collect();
    lower.strip_suffix('s').map(str::to_owned).unwrap_or(lower)
}

fn is_near(name: &str, element: &str) -> bool {
    let long_enough = element.len() > 2 * (TYPO + 1);
    long_enough && damerau_levenshtein(name, element) <= TYPO
}

fn contains(outer: Span, inner: Span) -> bool {
    outer.file == inner.file && outer.range.contains_range(inner.range)
}

#[cfg(test)]
mod tests {
    use super::{Level, meant};

    #[test]
    fn what_a_name_means() {
        let of_statement = |name| meant(name, Level::Statement);
        for name in ["Actions", "action", "ACTION", "Acton"] {
            assert_eq!(of_statement(name), Some("Action"), "{name}");
        }
        assert_eq!(of_statement("not_actions"), Some("NotAction"));
        assert_eq!(of_statement("Resouce"), Some("Resource"));
        assert_eq!(of_statement("Not-Principal"), Some("NotPrincipal"));
        assert_eq!(of_statement("sid"), Some("Sid"));
        assert_eq!(of_statement("id"), None, "too short to guess");
        assert_eq!(of_statement("Comment"), None);
        assert_eq!(of_statement("Version"), None);
        assert_eq!(meant("Statements", Level::Top), Some("Statement"));
        assert_eq!(meant("version", Level::Top), Some("Version"));
        assert_eq!(meant("Effect", Level::Top), None);
    }
}
