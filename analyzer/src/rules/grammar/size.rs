//! How many characters a policy has at least, however its text is laid out and whatever
//! its unknown parts are.

use crate::eval::text::Text;
use crate::policy::model::{Condition, Leaf, PolicyDocument, Principals, Statement, Strings};
use crate::rules::text::known_parts;

/// The characters of the shortest text that says what is known of `document`, whitespace
/// left out, as IAM counts them: lists of one without brackets, unknown texts empty.
pub(in crate::rules) fn least_size(document: &PolicyDocument) -> usize {
    let members = [
        document.version.as_ref().map(|version| member("Version", string(version))),
        document.id.as_ref().map(|id| member("Id", string(id))),
        Some(member("Statement", list(document.statements.iter().filter(|it| it.certain).map(statement)))),
    ];
    object(members.into_iter().flatten())
}

fn statement(statement: &Statement) -> usize {
    let texts = [("Sid", &statement.sid), ("Effect", &statement.effect)];
    // A Sid without text may be left out.
    let is_there = |leaf: &&Leaf| known_parts(&leaf.text).next().is_some();
    let texts = texts.iter().filter_map(|(name, leaf)| Some(member(name, string(leaf.as_ref().filter(is_there)?))));
    let principals = statement.principals.iter().map(|it| member(name("Principal", it.negated), principal(it)));
    let strings = |element: &'static str, list: &[Strings]| -> usize {
        list.iter().map(|it| member(name(element, it.negated), leaves(&it.items)) + 1).sum()
    };
    let conditions = conditions(&statement.conditions);
    let elements = texts.chain(principals).chain((conditions > 0).then(|| member("Condition", conditions)));
    object(elements) + strings("Action", &statement.actions) + strings("Resource", &statement.resources)
}

fn name(element: &'static str, negated: bool) -> &'static str {
    match (element, negated) {
        ("Principal", true) => "NotPrincipal",
        ("Action", true) => "NotAction",
        ("Resource", true) => "NotResource",
        (element, _) => element,
    }
}

fn principal(principals: &Principals) -> usize {
    if principals.bare {
        return "\"*\"".len();
    }
    object(principals.groups.iter().map(|group| string(&group.kind) + 1 + leaves(&group.items)))
}

/// Each operator once, with its keys.
fn conditions(conditions: &[Condition]) -> usize {
    let mut operators: Vec<(String, Vec<usize>)> = Vec::new();
    for condition in conditions.iter().filter(|condition| condition.certain) {
        let operator = condition.operator.text.display();
        let key = string(&condition.key) + 1 + leaves(&condition.values);
        match operators.iter_mut().find(|(other, _)| *other == operator) {
            Some((_, keys)) => keys.push(key),
            None => operators.push((operator, vec![key])),
        }
    }
    if operators.is_empty() {
        return 0;
    }
    object(operators.iter().map(|(operator, keys)| member(operator, object(keys.iter().copied()))))
}

fn leaves(items: &[Leaf]) -> usize {
    list(items.iter().map(string))
}

/// A list of one may be written without brackets.
fn list(items: impl Iterator<Item = usize>) -> usize {
    let (mut count, mut size) = (0, 0);
    for item in items {
        count += 1;
        size += item;
    }
    if count == 1 { size } else { "[]".len() + size + commas(count) }
}

fn object(members: impl Iterator<Item = usize>) -> usize {
    let (mut count, mut size) = (0, 0);
    for member in members {
        count += 1;
        size += member;
    }
    "{}".len() + size + commas(count)
}

fn commas(count: usize) -> usize {
    count.saturating_sub(1)
}

fn member(name: &str, value: usize) -> usize {
    name.len() + "\"\":".len() + value
}

fn string(leaf: &Leaf) -> usize {
    "\"\"".len() + characters(&leaf.text)
}

fn characters(text: &Text) -> usize {
    known_parts(text).map(|part| part.chars().filter(|letter| !letter.is_whitespace()).count()).sum()
}
