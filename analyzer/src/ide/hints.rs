//! What is shown within the text: the names of accounts beside their numbers, and how much a wildcard covers.

use rustc_hash::FxHashMap;
use smol_str::SmolStr;

use crate::analysis::Analysis;
use crate::aws::arn::{AccountId, Arn};
use crate::aws::facts;
use crate::aws::known_accounts::{self, Owner};
use crate::aws::pattern::{Pattern, Syntax};
use crate::eval::symbol::Symbol;
use crate::eval::text::{Piece, Text};
use crate::iam::{Key, Origin};
use crate::policy::model::Leaf;
use crate::source::{Span, TextRange};
use crate::syntax::ast::{ExprKind, TemplatePart};

use super::place::{self, Element};
use super::{entity, tree, walk, words};

/// A word that is shown behind a text and is no part of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InlayHint {
    /// Behind which byte.
    pub offset: u32,
    /// What is shown.
    pub label: String,
    /// More of it, for who points at it; may be empty.
    pub detail: String,
}

/// How many names a detail lists.
const MOST_NAMES: usize = 12;

/// The hints of the texts in `span`, in the order of the text.
#[must_use]
pub fn inlay_hints(analysis: &Analysis, span: Span) -> Vec<InlayHint> {
    let mut hints: Vec<InlayHint> = accounts(analysis, span);
    let mut counter = Counter::new(analysis);
    hints.extend(wildcards(analysis, span).into_iter().filter_map(|(element, leaf)| counter.hint(element, leaf)));
    hints.sort_by(|a, b| (a.offset, &a.label).cmp(&(b.offset, &b.label)));
    hints
}

/// The names of the accounts whose numbers stand in texts.
fn accounts(analysis: &Analysis, span: Span) -> Vec<InlayHint> {
    let source = analysis.sources().file(span.file);
    let text = source.text();
    let mut hints: Vec<InlayHint> = Vec::new();
    for place in texts(analysis, span) {
        let within = text.get(place.as_usize()).unwrap_or_default();
        for at in runs_of_digits(within) {
            let offset = place.start.saturating_add(u32::try_from(at).unwrap_or(u32::MAX));
            let Some(range) = entity::number_at(text, offset).filter(|range| span.range.contains_range(*range)) else {
                continue;
            };
            let number = text.get(range.as_usize()).unwrap_or_default();
            if let Some(label) = name_of(analysis, number) {
                hints.push(InlayHint { offset: range.end, label, detail: String::new() });
            }
        }
    }
    hints.dedup();
    hints
}

/// Where runs of as many digits as the number of an account has start.
fn runs_of_digits(text: &str) -> Vec<usize> {
    let mut starts = Vec::new();
    let (mut start, mut length) = (0, 0_usize);
    for (at, byte) in text.bytes().chain([b' ']).enumerate() {
        if byte.is_ascii_digit() {
            if length == 0 {
                start = at;
            }
            length += 1;
        } else {
            if length == 12 {
                starts.push(start);
            }
            length = 0;
        }
    }
    starts
}

/// The strings of a file of Terraform's that meet `span`; all of another file.
fn texts(analysis: &Analysis, span: Span) -> Vec<TextRange> {
    let Some(tree) = tree::of_file(analysis, span.file) else { return vec![span.range] };
    let meets = |range: &TextRange| range.start <= span.range.end && span.range.start <= range.end;
    let mut found = Vec::new();
    walk::for_each_expression(&tree.body, &mut |expr| match &expr.kind {
        ExprKind::Template(template) => {
            let literals = template.parts.iter().filter_map(|part| match part {
                TemplatePart::Literal(literal) => Some(literal.range),
                TemplatePart::Interpolation { .. } | TemplatePart::If(_) | TemplatePart::For(_) => None,
            });
            found.extend(literals.filter(meets));
        }
        ExprKind::Number(_) if meets(&expr.range) => found.push(expr.range),
        _ => {}
    });
    found.sort_unstable();
    found
}

/// What the configuration calls an account, or whose it is.
fn name_of(analysis: &Analysis, number: &str) -> Option<String> {
    let id = AccountId::parse(number)?;
    let accounts = analysis.configuration().accounts().iter();
    let declared = accounts.filter(|account| account.id == Some(id)).map(|account| account.name.clone());
    declared.filter(|name| name != number).chain(owner(id)).next()
}

fn owner(id: AccountId) -> Option<String> {
    Some(match known_accounts::owner(id)? {
        Owner::Aws => "AWS".to_owned(),
        Owner::Vendor(name) => name.to_owned(),
    })
}

/// The actions and resources of policies that have a wildcard and whose text ends in `span`, each once.
fn wildcards(analysis: &Analysis, span: Span) -> Vec<(Element<'_>, &Leaf)> {
    let mut found: Vec<(Element<'_>, &Leaf)> = Vec::new();
    for site in analysis.policies_in(span.file) {
        place::for_each(&site.document, &mut |element, leaf, _| {
            let is_here = leaf.span.file == span.file && span.range.contains_range(leaf.span.range);
            if is_here && leaf.is_written() && matches!(element, Element::Action | Element::Resource) {
                found.push((element, leaf));
            }
        });
    }
    found.retain(|(_, leaf)| leaf.text.as_known().is_some_and(|text| text.contains(['*', '?']) && text != "*"));
    found.sort_by_key(|(_, leaf)| leaf.span.range);
    found.dedup_by_key(|(_, leaf)| leaf.span);
    found
}

/// Counts what patterns cover, each pattern once.
struct Counter<'a> {
    analysis: &'a Analysis,
    /// What is to be said of a pattern, and more of it.
    known: FxHashMap<SmolStr, Option<(String, String)>>,
    /// What is declared; looked through when it is first needed.
    things: Option<Things<'a>>,
}

impl<'a> Counter<'a> {
    fn new(analysis: &'a Analysis) -> Self {
        Self { analysis, known: FxHashMap::default(), things: None }
    }

    /// What is to be said of `leaf`, one of a statement's actions or resources.
    fn hint(&mut self, element: Element<'_>, leaf: &Leaf) -> Option<InlayHint> {
        let text = leaf.text.as_known()?;
        let counted = match self.known.get(&text) {
            Some(counted) => counted.clone(),
            None => {
                let is_action = matches!(element, Element::Action);
                let counted = if is_action { actions(&text) } else { self.resources(&text) };
                self.known.insert(text, counted.clone());
                counted
            }
        };
        let (label, detail) = counted?;
        Some(InlayHint { offset: leaf.span.range.end, label, detail })
    }

    fn resources(&mut self, text: &str) -> Option<(String, String)> {
        let service = service_of(text)?;
        let wanted: Pattern<&Symbol> = Pattern::of_text(text, Syntax::Variables);
        let analysis = self.analysis;
        let things = self.things.get_or_insert_with(|| things(analysis)).get(&service)?;
        let covered = things.iter().filter(|(arn, _)| wanted.covers_as_arn(arn).is_yes());
        let names: Vec<&str> = covered.map(|(_, name)| name.as_str()).collect();
        Some((format!("{} in view", count(names.len(), "resource")?), listed(names.into_iter())))
    }
}

fn actions(pattern: &str) -> Option<(String, String)> {
    let names: Vec<&str> = facts::expand(pattern).map(|action| action.name).collect();
    Some((count(names.len(), "action")?, listed(names.into_iter())))
}

/// The service in an ARN.
fn service_of(text: &str) -> Option<SmolStr> {
    let arn = Arn::of_text(text).ok()?;
    arn.service.known().filter(|service| !service.contains(['*', '?'])).map(|service| service.as_ref().into())
}

/// The ARNs of what is declared and its addresses, by service.
type Things<'a> = FxHashMap<SmolStr, Vec<(Pattern<&'a Symbol>, SmolStr)>>;

fn things(analysis: &Analysis) -> Things<'_> {
    let iam = analysis.iam();
    let principals = iam.principals().iter().map(|it| (it.origin, &it.arn, &it.address));
    let resources = iam.resources().iter().map(|it| (it.origin, &it.arn, &it.address));
    let mut seen = rustc_hash::FxHashSet::default();
    let mut found = Things::default();
    for (_, arn, address) in principals.chain(resources).filter(|(origin, ..)| *origin == Origin::Declared) {
        let service = arn.known_prefix().split(':').nth(2).map(SmolStr::from).or_else(|| service_behind_hole(arn));
        // What several environments make is one thing to a reader.
        if let Some(service) = service.filter(|_| seen.insert(Key::new(arn))) {
            found
                .entry(service)
                .or_default()
                .push((Pattern::new(words::pieces(arn), Syntax::Literal), address.clone()));
        }
    }
    found
}

/// The service in an ARN whose partition is not known.
fn service_behind_hole(arn: &Text) -> Option<SmolStr> {
    let [Piece::Known(front), Piece::Hole(_), Piece::Known(rest), ..] = arn.pieces() else { return None };
    let rest = rest.text.strip_prefix(':').filter(|_| front.text == "arn:")?;
    rest.split_once(':').map(|(service, _)| service.into())
}

fn count(number: usize, what: &str) -> Option<String> {
    (number > 0).then(|| words::count(number, what))
}

/// Some names, and how many more there are.
fn listed<'n>(names: impl ExactSizeIterator<Item = &'n str>) -> String {
    let more = names.len().saturating_sub(MOST_NAMES);
    let shown: Vec<&str> = names.take(MOST_NAMES).collect();
    if more == 0 { shown.join(", ") } else { format!("{} and {more} more", shown.join(", ")) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_of_twelve_digits() {
        assert_eq!(runs_of_digits("123456789012"), [0]);
        assert_eq!(runs_of_digits("a:123456789012:1234567890123:210987654321"), [2, 29]);
        assert_eq!(runs_of_digits(""), [0; 0]);
    }
}
