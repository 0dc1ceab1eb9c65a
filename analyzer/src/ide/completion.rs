//! What can be written at a position of a policy.
//!
//! All that fits is offered, whatever is typed: an editor filters. Nothing is evaluated for it.

mod actions;
mod arns;
mod conditions;
mod item;
mod managed;
mod names;
mod principals;

use crate::analysis::Analysis;
use crate::aws::facts::{self, ActionFacts};
use crate::aws::sites::{PolicySite, Site};
use crate::finding::Edit;
use crate::policy::model::PolicyKind;
use crate::source::Span;

use super::Position;
use super::context::{self, Context, Slot};
use item::{Draft, Insert};

/// What can be written.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Completions {
    /// It, the best first.
    pub items: Vec<CompletionItem>,
    /// Whether more is to be had when more is typed: behind the prefix of a service its actions are.
    pub is_incomplete: bool,
}

/// Something that can be written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CompletionItem {
    /// What it is called in a list.
    pub label: String,
    /// What it is.
    pub kind: CompletionItemKind,
    /// A few words on it.
    pub detail: Option<String>,
    /// More on it, in Markdown.
    pub documentation: Option<String>,
    /// What is compared with the text that the edit replaces, up to the position.
    pub filter: String,
    /// The edit that writes it.
    pub edit: Edit,
    /// The lower, the better.
    pub rank: u32,
}

/// What a [`CompletionItem`] is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CompletionItemKind {
    /// The prefix of a service.
    Service,
    /// An action or a pattern of actions.
    Action,
    /// A reference to what a module declares.
    Reference,
    /// An ARN or another text that names something.
    Name,
    /// A condition operator.
    Operator,
    /// A condition key.
    Key,
    /// One of few values.
    Value,
    /// An element of the policy language, or an argument that stands for one.
    Element,
    /// A block that stands for an element.
    Block,
}

/// What can be written at `position`.
#[must_use]
pub fn completions(analysis: &Analysis, position: Position) -> Completions {
    if !position.is_between_characters(analysis) {
        return Completions::default();
    }
    match context::at(analysis, position) {
        Some(context) => in_policy(analysis, position, context),
        None => managed::policies(analysis, position).unwrap_or_default(),
    }
}

fn in_policy(analysis: &Analysis, position: Position, context: Context) -> Completions {
    let asked = Asked { analysis, position, context: &context, purpose: purpose(analysis, position, &context) };
    let mut is_incomplete = false;
    let drafts = match &context.slot {
        Slot::Name(level) => names::names(&asked, *level),
        Slot::Version => {
            names::values(&[("2012-10-17", "the current one"), ("2008-10-17", "without policy variables")])
        }
        Slot::Effect => names::values(&[("Allow", ""), ("Deny", "goes before every `Allow`")]),
        Slot::Free => Vec::new(),
        Slot::Action => {
            is_incomplete = !context.token.typed.contains(':');
            actions::actions(&asked)
        }
        Slot::Resource => arns::resources(&asked),
        Slot::PrincipalType => names::principal_types(&asked),
        Slot::Principal(kind) => principals::principals(&asked, kind.as_deref()),
        Slot::Operator(keys) => conditions::operators(&asked, keys),
        Slot::Key(operator) => conditions::keys(&asked, operator.as_deref()),
        Slot::Value(key) => conditions::values(&asked, key.as_deref()),
    };
    let written = drafts.into_iter().filter_map(|draft| item::written(draft, &context, position));
    let mut items: Vec<CompletionItem> = written.collect();
    items.sort_by(|a, b| (a.rank, &a.label).cmp(&(b.rank, &b.label)));
    items.dedup_by(|a, b| a.label == b.label && a.edit == b.edit);
    Completions { items, is_incomplete }
}

/// A question for completions.
struct Asked<'a> {
    analysis: &'a Analysis,
    position: Position,
    context: &'a Context,
    purpose: Purpose,
}

/// What a policy is for.
#[derive(Debug, Clone, Copy)]
struct Purpose {
    kind: PolicyKind,
    /// The service of the resource that it is on, and the resource's type.
    subject: Option<(&'static str, Option<&'static str>)>,
}

impl Purpose {
    /// What an attribute makes of the policy that it holds. One of an organization nearly always controls services.
    fn of(site: Site<PolicySite>) -> Self {
        let kind = match site.kind {
            PolicySite::Identity => PolicyKind::Identity,
            PolicySite::Trust => PolicyKind::Trust,
            PolicySite::Resource => PolicyKind::Resource,
            PolicySite::Session => PolicyKind::Session,
            PolicySite::Endpoint => PolicyKind::Endpoint,
            PolicySite::Organization => PolicyKind::ServiceControl,
        };
        Self { kind, subject: Some((site.service, site.subject_type)) }
    }
}

/// What the analysis says of the policy, else the attribute that holds it.
fn purpose(analysis: &Analysis, position: Position, context: &Context) -> Purpose {
    let is_this = |span: Span| span.file == position.file && span.range.touches(context.anchor);
    let used = analysis.policies().iter().find(|site| is_this(site.document.span) || is_this(site.span));
    if let Some(site) = used {
        let subject = site.site.map(|site| (site.service, site.subject_type));
        return Purpose { kind: site.kind, subject };
    }
    context.holder.map(Purpose::of).unwrap_or(Purpose { kind: PolicyKind::Unattached, subject: None })
}

impl Asked<'_> {
    /// Whether the policy may name principals.
    fn may_have_principals(&self) -> bool {
        match self.purpose.kind {
            PolicyKind::Trust
            | PolicyKind::Resource
            | PolicyKind::ResourceControl
            | PolicyKind::Endpoint
            | PolicyKind::Unattached => true,
            PolicyKind::Identity | PolicyKind::ServiceControl | PolicyKind::Session => false,
        }
    }

    /// The names of the actions that the statement covers, and no more of them than are looked at.
    fn actions(&self) -> Vec<ActionFacts> {
        /// Patterns of many actions are not followed to their end.
        const MOST: usize = 400;
        let written = self.context.statement.iter().flat_map(|statement| &statement.actions);
        written.flat_map(|text| facts::expand(text).take(MOST)).take(MOST).collect()
    }
}
