//! Which part of a policy stands at a position, as the analysis has it: with every unknown, whatever the
//! notation, and also where the text stands far from the policy, as a local value that one takes it from.

use crate::analysis::Analysis;
use crate::policy::model::{Condition, Leaf, PolicyDocument, PrincipalGroup, Statement};
use crate::policy::sites::{Knowledge, PolicySite};
use crate::source::Span;

use super::Position;

/// Part of a policy.
#[derive(Debug, Clone, Copy)]
pub(super) struct Part<'a> {
    /// What it is.
    pub(super) element: Element<'a>,
    /// Its text.
    pub(super) leaf: &'a Leaf,
    /// The statement that it is in, with its number from 0.
    pub(super) statement: Option<(usize, &'a Statement)>,
    /// The first use of the policy, one of which more is known before others.
    pub(super) site: &'a PolicySite,
    /// How many uses of policies have a text at that place: module instances, instances of a resource.
    pub(super) uses: usize,
}

/// What part of a policy a text is.
#[derive(Debug, Clone, Copy)]
pub(super) enum Element<'a> {
    /// `Version`
    Version,
    /// `Id`
    Id,
    /// `Sid`
    Sid,
    /// `Effect`
    Effect,
    /// One of `Action` or `NotAction`.
    Action,
    /// One of `Resource` or `NotResource`.
    Resource,
    /// `AWS`, `Service`.
    PrincipalType,
    /// One of `Principal` or `NotPrincipal`.
    Principal(&'a PrincipalGroup),
    /// `StringEquals`
    Operator(&'a Condition),
    /// `aws:SourceArn`
    Key(&'a Condition),
    /// A value of a condition.
    Value(&'a Condition),
}

impl Part<'_> {
    /// Where it stands.
    pub(super) fn span(&self) -> Span {
        self.leaf.span
    }
}

/// The part of a policy at `position`.
pub(super) fn at(analysis: &Analysis, position: Position) -> Option<Part<'_>> {
    let mut best: Option<Part<'_>> = None;
    let mut uses = 0;
    for site in analysis.policies_in(position.file) {
        let Some(found) = in_site(site, position) else { continue };
        uses += 1;
        if best.as_ref().is_none_or(|best| is_better(&found, best)) {
            best = Some(found);
        }
    }
    best.map(|part| Part { uses, ..part })
}

/// The least text is meant; of several uses of it the one of which most is known.
fn is_better(new: &Part<'_>, old: &Part<'_>) -> bool {
    let rank = |part: &Part<'_>| {
        let knowledge = match part.site.knowledge {
            Knowledge::Known => 0,
            Knowledge::Partly => 1,
            Knowledge::Unknown => 2,
        };
        (part.span().range.len(), !part.leaf.text.is_known(), knowledge)
    };
    rank(new) < rank(old)
}

fn in_site(site: &PolicySite, position: Position) -> Option<Part<'_>> {
    let mut best: Option<Part<'_>> = None;
    for_each(&site.document, &mut |element, leaf, statement| {
        let span = leaf.span;
        let is_here = span.file == position.file && span.range.touches(position.offset) && !leaf.implied;
        let found = Part { element, leaf, statement, site, uses: 1 };
        if is_here && best.as_ref().is_none_or(|best| is_better(&found, best)) {
            best = Some(found);
        }
    });
    best
}

/// The number of a statement, from 0, and it.
type Numbered<'a> = Option<(usize, &'a Statement)>;

type Each<'a, 'f> = dyn FnMut(Element<'a>, &'a Leaf, Numbered<'a>) + 'f;

/// Calls `each` for every text of `document`.
pub(super) fn for_each<'a>(document: &'a PolicyDocument, each: &mut Each<'a, '_>) {
    document.version.iter().for_each(|leaf| each(Element::Version, leaf, None));
    document.id.iter().for_each(|leaf| each(Element::Id, leaf, None));
    for (number, statement) in document.statements.iter().enumerate() {
        in_statement(statement, &mut |element, leaf| each(element, leaf, Some((number, statement))));
    }
}

fn in_statement<'a>(statement: &'a Statement, each: &mut dyn FnMut(Element<'a>, &'a Leaf)) {
    statement.sid.iter().for_each(|leaf| each(Element::Sid, leaf));
    statement.effect.iter().for_each(|leaf| each(Element::Effect, leaf));
    for (element, strings) in [(Element::Action, &statement.actions), (Element::Resource, &statement.resources)] {
        let leaves = strings.iter().flat_map(|strings| strings.items.iter().chain(&strings.possible));
        leaves.for_each(|leaf| each(element, leaf));
    }
    let groups = statement.principals.iter().flat_map(|it| it.groups.iter().map(move |group| (it.bare, group)));
    for (bare, group) in groups {
        // The type of a bare principal is the principal itself.
        if !bare {
            each(Element::PrincipalType, &group.kind);
        }
        group.items.iter().chain(&group.possible).for_each(|leaf| each(Element::Principal(group), leaf));
    }
    for condition in &statement.conditions {
        each(Element::Operator(condition), &condition.operator);
        each(Element::Key(condition), &condition.key);
        condition.values.iter().chain(&condition.possible).for_each(|leaf| each(Element::Value(condition), leaf));
    }
}
