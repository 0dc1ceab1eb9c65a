//! What it finds, why, and its tests: `trail_name.md`.

use std::ops::Range;

use crate::aws::facts::cloudtrail::{NameRules, name_rules};
use crate::cloudtrail::{Kind, Settings};
use crate::eval::text::{Piece, Text};
use crate::finding::Severity;
use crate::rules::arguments::leaf;
use crate::rules::{Check, Group, Report, Rule, RuleContext};
use crate::source::Span;

pub(in crate::rules) static RULE: Rule = Rule {
    code: "trail-name",
    group: Group::Trail,
    severity: Severity::Error,
    since: "0.1.0",
    sources: &["CloudTrail InvalidTrailNameException"],
    check: Check::Workspace(check),
};

/// What has a name beside trails: what it is, its resource type, what people call it.
const OTHERS: [(Kind, &str, &str); 3] = [
    (Kind::Channel, "channel", "a channel"),
    (Kind::Dashboard, "dashboard", "a dashboard"),
    (Kind::EventDataStore, "eventdatastore", "an event data store"),
];

fn check(ctx: &RuleContext<'_>, report: &mut Report<'_>) {
    for trail in ctx.cloudtrail.trails() {
        one(&trail.settings, trail.span, ("trail", "a trail"), report);
    }
    for (kind, ty, what) in OTHERS {
        for declared in ctx.cloudtrail.declared(kind) {
            one(&declared.settings, declared.span, (ty, what), report);
        }
    }
}

fn one(settings: &Settings, span: Span, (ty, what): (&str, &str), report: &mut Report<'_>) {
    let (Some(rules), Some(name)) = (name_rules(ty), settings.argument("name").and_then(leaf)) else { return };
    let Some((fault, range)) = fault(&name.text, &rules) else { return };
    let marks: Vec<String> = rules.marks.chars().map(|mark| format!("`{mark}`")).collect();
    let NameRules { least, most, exception, .. } = rules;
    report
        .leaf_range(&name, range, format!("the name of {what} {fault}"))
        .label(span, format!("AWS refuses it with `{exception}`"))
        .help(format!("a name has {least} to {most} letters, digits and {}", marks.join(", ")));
}

/// What is wrong with a name whatever its holes are, and where.
fn fault(text: &Text, rules: &NameRules) -> Option<(String, Range<usize>)> {
    let length: usize = known(text).map(|(_, piece)| piece.chars().count()).sum();
    let whole = 0..known(text).map(|(_, piece)| piece.len()).sum();
    strange(text, rules)
        .or_else(|| rules.lone_marks.then(|| neighbours(text, rules)).flatten())
        .or_else(|| rules.plain_ends.then(|| end(text, rules)).flatten())
        .or_else(|| {
            let has = |number: usize| format!("has {number} characters");
            let is_short = text.is_known() && length < rules.least;
            (is_short || length > rules.most).then(|| (has(length), whole.clone()))
        })
        .or_else(|| {
            let is_address = rules.no_address && text.as_known().is_some_and(|name| is_address(&name));
            is_address.then(|| ("has the form of an IP address".to_owned(), whole.clone()))
        })
}

/// A character that no name has.
fn strange(text: &Text, rules: &NameRules) -> Option<(String, Range<usize>)> {
    known(text).find_map(|(start, piece)| {
        let is_strange = |letter: char| !(letter.is_ascii_alphanumeric() || rules.marks.contains(letter));
        let (at, letter) = piece.char_indices().find(|(_, letter)| is_strange(*letter))?;
        let shown = if letter.is_whitespace() { "a space".to_owned() } else { format!("`{letter}`") };
        Some((format!("cannot have {shown} in it"), start + at..start + at + letter.len_utf8()))
    })
}

/// Two marks side by side.
fn neighbours(text: &Text, rules: &NameRules) -> Option<(String, Range<usize>)> {
    let is_mark = |byte: &u8| rules.marks.as_bytes().contains(byte);
    known(text).find_map(|(start, piece)| {
        let at = piece.as_bytes().windows(2).position(|pair| pair.iter().all(is_mark))?;
        let both = piece.get(at..at + 2)?;
        Some((format!("cannot have `{both}` in it: two marks side by side"), start + at..start + at + 2))
    })
}

/// A mark at the start or at the end.
fn end(text: &Text, rules: &NameRules) -> Option<(String, Range<usize>)> {
    let is_mark = |letter: &char| rules.marks.contains(*letter);
    let message = |letter: char, place: &str| format!("cannot {place} with `{letter}`");
    let first = text.known_prefix().chars().next().filter(is_mark).map(|letter| (message(letter, "start"), 0..1));
    let length: usize = known(text).map(|(_, piece)| piece.len()).sum();
    let last = || text.known_suffix().chars().next_back().filter(is_mark);
    first.or_else(|| last().map(|letter| (message(letter, "end"), length - 1..length)))
}

fn is_address(name: &str) -> bool {
    name.split('.').count() == 4 && name.split('.').all(|part| part.parse::<u8>().is_ok())
}

/// The known parts of a text, each with where it starts in all that is known.
fn known(text: &Text) -> impl Iterator<Item = (usize, &str)> {
    let mut start = 0;
    text.pieces().iter().filter_map(move |piece| match piece {
        Piece::Known(known) => {
            let at = start;
            start += known.text.len();
            Some((at, known.text.as_str()))
        }
        Piece::Hole(_) => None,
    })
}

#[cfg(test)]
mod tests {
    use super::{fault, name_rules};
    use crate::eval::symbol::{Cause, Symbol};
    use crate::eval::text::Text;

    fn of(ty: &str, text: &Text) -> Option<String> {
        fault(text, &name_rules(ty).unwrap()).map(|(message, _)| message)
    }

    #[test]
    fn names_of_trails() {
        let trail = |name: &str| of("trail", &Text::known(name));
        for name in ["main", "a-b_c.d", "organization-trail-1", "10.0.0", "10.0.0.256", &"x".repeat(128)] {
            assert_eq!(trail(name), None, "{name}");
        }
        assert_eq!(trail("my trail").unwrap(), "cannot have a space in it");
        assert_eq!(trail("a/b").unwrap(), "cannot have `/` in it");
        assert_eq!(trail("a_-b").unwrap(), "cannot have `_-` in it: two marks side by side");
        assert_eq!(trail("-main").unwrap(), "cannot start with `-`");
        assert_eq!(trail("main.").unwrap(), "cannot end with `.`");
        assert_eq!(trail("ab").unwrap(), "has 2 characters");
        assert_eq!(trail(&"x".repeat(129)).unwrap(), "has 129 characters");
        assert_eq!(trail("192.168.5.4").unwrap(), "has the form of an IP address");
    }

    #[test]
    fn names_of_others() {
        assert_eq!(of("eventdatastore", &Text::known("-a__b.")), None);
        assert_eq!(of("dashboard", &Text::known("a.b")).unwrap(), "cannot have `.` in it");
    }

    #[test]
    fn a_hole_may_be_anything() {
        let around = |start: &str, end: &str| {
            let hole = Text::hole(Symbol::new("", "x", Cause::Variable, None));
            of("trail", &Text::known(start).concat(hole).concat(Text::known(end)))
        };
        assert_eq!(around("", ""), None);
        assert_eq!(around("a-", "-b"), None, "what is between the marks is not known");
        assert_eq!(around("a", " b").unwrap(), "cannot have a space in it");
        assert_eq!(around("-", "").unwrap(), "cannot start with `-`");
        assert_eq!(around("", "-").unwrap(), "cannot end with `-`");
    }
}
