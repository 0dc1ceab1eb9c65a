//! A policy document and its parts, each with its place.
//!
//! Anything that may be absent is an `Option`; anything that may hold more than is
//! known has `open`: the symbols that may add to it. A question about an open
//! part has no `bool` answer. What stands only in a branch of an unknown condition
//! is kept apart: as `possible` beside the `items` that are there for certain (the
//! condition's symbol is then in `open` too, and `exhaustive` says whether that is all
//! that it decides), or with `certain: false`.

use smol_str::SmolStr;
use thin_vec::ThinVec;

use crate::eval::data_sources::policy_document::Replacement;
use crate::eval::symbol::Symbol;
use crate::eval::text::{Piece, Text};
use crate::source::Span;

/// What a policy is attached to, which decides what it may say.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum PolicyKind {
    /// A managed or inline policy of a user, group, role or permission set.
    Identity,
    /// The trust policy of a role.
    Trust,
    /// A policy on a resource: bucket, key, topic, queue, channel.
    Resource,
    /// A service control policy.
    ServiceControl,
    /// A resource control policy.
    ResourceControl,
    /// A session policy.
    Session,
    /// A VPC endpoint policy.
    Endpoint,
    /// Not known: a document that no resource in view uses.
    Unattached,
}

/// A policy document.
#[derive(Debug, Clone)]
pub struct PolicyDocument {
    /// The whole of it: a heredoc's text, the object given to `jsonencode`, the data block's header.
    pub span: Span,
    /// `Version`
    pub version: Option<Leaf>,
    /// `Id`
    pub id: Option<Leaf>,
    /// Where the key `Statement` stands; `None` if there is none.
    pub statement_key: Option<Span>,
    /// The statements.
    pub statements: ThinVec<Statement>,
    /// What may add statements.
    pub open: ThinVec<Symbol>,
    /// Statements of which nothing is left: others of the same `Sid` took their place where an
    /// `aws_iam_policy_document` put documents together.
    pub replaced: ThinVec<Replaced>,
    /// What could not be read as a policy, in the order of the text.
    pub faults: ThinVec<Fault>,
}

/// A statement of which nothing is left.
#[derive(Debug, Clone)]
pub struct Replaced {
    /// Its `Sid`.
    pub lost: Leaf,
    /// The `Sid` of the statement that took its place.
    pub by: Leaf,
    /// Where the two were.
    pub replacement: Replacement,
}

/// A statement.
#[derive(Debug, Clone)]
pub struct Statement {
    /// The whole of it, or the header of a `statement` block.
    pub span: Span,
    /// `Sid`
    pub sid: Option<Leaf>,
    /// `Effect`. `None` if absent.
    pub effect: Option<Leaf>,
    /// `Principal` and `NotPrincipal`; both stand here if both are written.
    pub principals: ThinVec<Principals>,
    /// `Action` and `NotAction`.
    pub actions: ThinVec<Strings>,
    /// `Resource` and `NotResource`.
    pub resources: ThinVec<Strings>,
    /// Where the key `Condition` stands (the header of the first `condition` block); `None` if there is none.
    pub condition_key: Option<Span>,
    /// `Condition`: one entry for each operator and key.
    pub conditions: ThinVec<Condition>,
    /// What may add conditions, and so narrow the statement.
    pub conditions_open: ThinVec<Symbol>,
    /// Elements that are written but empty, so that they are no part of the document:
    /// `resources = []` in an `aws_iam_policy_document`.
    pub omitted: ThinVec<Omission>,
    /// What may add elements to it.
    pub open: ThinVec<Symbol>,
    /// Whether the statement stands for certain: one in an unknown branch of a condition does not.
    pub certain: bool,
}

/// An argument of an `aws_iam_policy_document` that is an empty list, so that nothing of it is rendered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Omission {
    /// Its name: `resources`, `not_actions`; `identifiers` and `values` of the blocks in a statement.
    pub element: SmolStr,
    /// The whole attribute.
    pub span: Span,
    /// The block that holds it, from its kind to its closing brace.
    pub holder: Span,
    /// Whether a variable of the module has to do with it: another value of that may fill the list.
    pub variable: bool,
}

/// A string in a policy.
#[derive(Debug, Clone)]
pub struct Leaf {
    /// The text.
    pub text: Text,
    /// Where it was written: the content of a string without its quotes where that is
    /// one text in one file, else the expression that makes it. For an attribute that no
    /// expression gives, such as the ARN of a resource, the reference to it.
    pub span: Span,
    /// The references by which it came here, the last one first.
    pub via: ThinVec<Span>,
    /// Nobody wrote it: a default of `aws_iam_policy_document`, such as `Allow`. Its
    /// span is that of what holds it, and no finding may be about it.
    pub implied: bool,
    /// Marked `sensitive`: its text is never printed.
    pub sensitive: bool,
}

impl Leaf {
    /// Whether someone wrote the whole text, at one place, as it is: it is not put together.
    #[must_use]
    pub fn is_written(&self) -> bool {
        matches!(self.text.pieces(), [Piece::Known(known)] if known.place.is_some())
    }
}

/// An element that holds one string or a list of them.
#[derive(Debug, Clone)]
pub struct Strings {
    /// Where the key stands (`Action`, `not_actions`).
    pub key: Span,
    /// Whether it is the `Not` form.
    pub negated: bool,
    /// The strings.
    pub items: ThinVec<Leaf>,
    /// Strings that are there for some values of the symbols in `open`.
    pub possible: ThinVec<Leaf>,
    /// What may add strings.
    pub open: ThinVec<Symbol>,
    /// Whether nothing else may be among them than stands here, whatever the symbols in `open` are: these
    /// only decide which of `possible` are there.
    pub exhaustive: bool,
}

/// `Principal` or `NotPrincipal`.
#[derive(Debug, Clone)]
pub struct Principals {
    /// Where the key stands (`Principal`, the header of a `principals` block).
    pub key: Span,
    /// Whether it is `NotPrincipal`.
    pub negated: bool,
    /// Whether it is a string and no map: `"*"`. There is then one group whose kind and
    /// only item are that string.
    pub bare: bool,
    /// What it names, by type.
    pub groups: ThinVec<PrincipalGroup>,
    /// What may add principals.
    pub open: ThinVec<Symbol>,
}

/// The principals of one type.
#[derive(Debug, Clone)]
pub struct PrincipalGroup {
    /// `AWS`, `Service`, `Federated`, `CanonicalUser`; `*` for the bare `"*"`.
    pub kind: Leaf,
    /// The principals.
    pub items: ThinVec<Leaf>,
    /// Principals that are there for some values of the symbols in `open`.
    pub possible: ThinVec<Leaf>,
    /// What may add principals.
    pub open: ThinVec<Symbol>,
    /// Whether nothing else may be among them than stands here, whatever the symbols in `open` are: these
    /// only decide which of `possible` are there.
    pub exhaustive: bool,
}

/// One operator with one key.
#[derive(Debug, Clone)]
pub struct Condition {
    /// `StringEquals`, `ForAnyValue:ArnLikeIfExists`
    pub operator: Leaf,
    /// `aws:SourceArn`
    pub key: Leaf,
    /// The values; numbers and truth values as text.
    pub values: ThinVec<Leaf>,
    /// Values that are there for some values of the symbols in `open`.
    pub possible: ThinVec<Leaf>,
    /// What may add values.
    pub open: ThinVec<Symbol>,
    /// Whether nothing else may be among them than stands here, whatever the symbols in `open` are: these
    /// only decide which of `possible` are there.
    pub exhaustive: bool,
    /// Whether the condition stands for certain: one in an unknown branch does not.
    pub certain: bool,
}

/// Something in a document that is no part of a policy.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault {
    /// What it is.
    pub kind: FaultKind,
    /// Where it stands.
    pub span: Span,
    /// Whether it is part of the document for certain: not so in an unknown branch.
    pub certain: bool,
    /// Marked `sensitive`, or part of what is: its text is never printed.
    pub sensitive: bool,
}

/// The ways in which a text is no policy.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum FaultKind {
    /// Not JSON: the parser's message.
    Syntax(String),
    /// A key that the language does not have.
    UnknownElement(String),
    /// A value of the wrong JSON type: the element and what it should be.
    WrongType {
        /// The element.
        element: String,
        /// What it should be: "a string or a list of strings".
        expected: &'static str,
    },
    /// The same key twice in one object.
    DuplicateKey(String),
}

impl PolicyDocument {
    /// Whether nothing in it is unknown: no hole, nothing open, nothing that is only possible.
    #[must_use]
    pub fn is_wholly_known(&self) -> bool {
        self.open.is_empty()
            && is_known(&self.version)
            && is_known(&self.id)
            && self.statements.iter().all(Statement::is_wholly_known)
    }
}

impl PolicyDocument {
    /// Every string of the document.
    pub fn leaves(&self) -> impl Iterator<Item = &Leaf> {
        let replaced = self.replaced.iter().flat_map(|replaced| [&replaced.lost, &replaced.by]);
        self.version.iter().chain(&self.id).chain(replaced).chain(self.statements.iter().flat_map(Statement::leaves))
    }

    /// Calls `each` for every string of the document, and with the place of the element that holds it.
    pub fn for_each_leaf_mut(&mut self, each: &mut dyn FnMut(&mut Leaf, Span)) {
        let span = self.span;
        self.version.iter_mut().chain(&mut self.id).for_each(|leaf| each(leaf, span));
        for statement in &mut self.statements {
            statement.for_each_leaf_mut(each);
        }
    }
}

impl Statement {
    fn leaves(&self) -> impl Iterator<Item = &Leaf> {
        let strings = self.actions.iter().chain(&self.resources);
        let strings = strings.flat_map(|strings| strings.items.iter().chain(&strings.possible));
        let groups = self.principals.iter().flat_map(|principals| &principals.groups);
        let groups = groups.flat_map(|group| [&group.kind].into_iter().chain(&group.items).chain(&group.possible));
        let conditions = self.conditions.iter().flat_map(|condition| {
            [&condition.operator, &condition.key].into_iter().chain(&condition.values).chain(&condition.possible)
        });
        self.sid.iter().chain(&self.effect).chain(strings).chain(groups).chain(conditions)
    }

    fn for_each_leaf_mut(&mut self, each: &mut dyn FnMut(&mut Leaf, Span)) {
        let span = self.span;
        self.sid.iter_mut().chain(&mut self.effect).for_each(|leaf| each(leaf, span));
        for strings in self.actions.iter_mut().chain(&mut self.resources) {
            strings.items.iter_mut().chain(&mut strings.possible).for_each(|leaf| each(leaf, strings.key));
        }
        for principals in &mut self.principals {
            for group in &mut principals.groups {
                each(&mut group.kind, principals.key);
                let key = group.kind.span;
                group.items.iter_mut().chain(&mut group.possible).for_each(|leaf| each(leaf, key));
            }
        }
        for condition in &mut self.conditions {
            each(&mut condition.operator, span);
            each(&mut condition.key, condition.operator.span);
            let key = condition.key.span;
            condition.values.iter_mut().chain(&mut condition.possible).for_each(|leaf| each(leaf, key));
        }
    }
}

impl Statement {
    /// Whether nothing in it is unknown.
    #[must_use]
    pub fn is_wholly_known(&self) -> bool {
        self.certain
            && self.open.is_empty()
            && self.conditions_open.is_empty()
            && is_known(&self.sid)
            && is_known(&self.effect)
            && self.actions.iter().chain(&self.resources).all(|strings| are_known(&strings.items, &strings.open))
            && self.principals.iter().all(Principals::is_wholly_known)
            && self.conditions.iter().all(Condition::is_wholly_known)
    }
}

impl Principals {
    /// Whether nothing in it is unknown.
    #[must_use]
    pub fn is_wholly_known(&self) -> bool {
        let group = |group: &PrincipalGroup| group.kind.text.is_known() && are_known(&group.items, &group.open);
        self.open.is_empty() && self.groups.iter().all(group)
    }
}

impl Condition {
    /// Whether nothing in it is unknown.
    #[must_use]
    pub fn is_wholly_known(&self) -> bool {
        self.certain && self.operator.text.is_known() && self.key.text.is_known() && are_known(&self.values, &self.open)
    }
}

fn is_known(leaf: &Option<Leaf>) -> bool {
    leaf.as_ref().is_none_or(|leaf| leaf.text.is_known())
}

fn are_known(leaves: &[Leaf], open: &[Symbol]) -> bool {
    open.is_empty() && leaves.iter().all(|leaf| leaf.text.is_known())
}
