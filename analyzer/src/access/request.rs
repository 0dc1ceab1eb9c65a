//! A request: who does what to what, and under which circumstances.

use smol_str::SmolStr;

use crate::aws::arn::{Arn, NoArn};
use crate::aws::facts;
use crate::aws::pattern::{Pattern, Piece as PatternPiece, Syntax};
use crate::eval::text::Text;
use crate::truth::Truth;

use super::caller::Caller;
use super::context::{Context, Found, Lookup};
use super::hole::{Hole, Side, in_partition, pattern, piece_of};

/// The fields of an ARN.
pub(super) const FIELDS: usize = 6;

/// An action: `s3:GetObject`.
#[derive(Debug, Clone)]
pub struct Action {
    name: SmolStr,
    pattern: Pattern<Hole>,
}

impl Action {
    /// The action of this name, letter case aside.
    #[must_use]
    pub fn new(name: &str) -> Self {
        Self { name: name.to_lowercase().into(), pattern: Pattern::of_text(name, Syntax::Literal).fold_case() }
    }

    /// Its name in lower case.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The prefix of its service: `s3`.
    #[must_use]
    pub fn service(&self) -> &str {
        self.name.split(':').next().unwrap_or_default()
    }

    pub(super) const fn pattern(&self) -> &Pattern<Hole> {
        &self.pattern
    }
}

/// What a request reaches for.
#[derive(Debug, Clone)]
pub struct Target {
    pattern: Pattern<Hole>,
    /// Whether it stands for each resource that the pattern matches.
    each: bool,
    account: Option<Text>,
    context: Context,
    is_key: Truth,
    /// Whether the last field of its ARN starts with the name of a type: `role/x`.
    typed: bool,
}

/// The ARNs of keys, of whose account their own policy says whether it is trusted.
const KEYS: &str = "arn:*:kms:*:*:key/*";

impl Target {
    /// The resource with this ARN, or `*` for an action that is about no resource.
    ///
    /// `account` is the one that owns it, if there is anything to say about it.
    #[must_use]
    pub fn new(arn: &Text, account: Option<Text>) -> Self {
        Self::read(arn, pattern(arn, Syntax::Literal, Side::Request), false, account)
    }

    /// Each resource whose ARN `pattern` matches: a decision about it holds for all of them.
    #[must_use]
    pub fn each(arns: &Text, account: Option<Text>) -> Self {
        let pattern = pattern(arns, Syntax::Wildcards, Side::Request);
        let each = pattern.has_wildcards();
        Self::read(arns, pattern, each, account)
    }

    fn read(arn: &Text, pattern: Pattern<Hole>, each: bool, account: Option<Text>) -> Self {
        let mut context = Context::default();
        if let Some(account) = &account {
            context.set_value("aws:ResourceAccount", account.clone());
        }
        let is_key = matches(&Pattern::of_text(KEYS, Syntax::Wildcards), &pattern, each);
        Self { pattern, each, account, context, is_key, typed: has_type(arn) }
    }

    /// The account that owns it.
    #[must_use]
    pub const fn account(&self) -> Option<&Text> {
        self.account.as_ref()
    }

    pub(super) const fn pattern(&self) -> &Pattern<Hole> {
        &self.pattern
    }

    pub(super) const fn is_each(&self) -> bool {
        self.each
    }

    /// Whether it is a key of KMS.
    pub(super) const fn is_key(&self) -> Truth {
        self.is_key
    }

    /// Whether its ARN says its type in front of its name.
    pub(super) const fn is_typed(&self) -> bool {
        self.typed
    }

    /// Whether `written` matches it as a whole text.
    pub(super) fn matches(&self, written: &Pattern<Hole>) -> Truth {
        matches(written, &self.pattern, self.each)
    }
}

/// Whether the resource of an ARN starts with a type of its service, or may do so.
fn has_type(arn: &Text) -> bool {
    let arn = match Arn::read(arn.pieces().iter().map(|piece| piece_of(piece, Side::Request))) {
        Ok(arn) => arn,
        Err(NoArn::Other | NoArn::Short(_)) => return false,
        Err(NoArn::Unknown) => return true,
    };
    let Some(service) = arn.service.known() else { return true };
    let Some(PatternPiece::Text(resource)) = arn.resource.pieces().first() else { return true };
    let written = first_part(resource);
    let mut forms = facts::resource_types(&service).flat_map(|it| it.arns().collect::<Vec<_>>());
    forms.any(|form| form.splitn(FIELDS, ':').last().is_some_and(|form| first_part(form) == written))
}

/// The part of an ARN's last field that can be the name of a type.
pub(super) fn first_part(resource: &str) -> &str {
    resource.split(['/', ':']).next().unwrap_or_default()
}

fn matches(written: &Pattern<Hole>, target: &Pattern<Hole>, each: bool) -> Truth {
    match in_partition(written, target, Pattern::covers) {
        Truth::No if each && written.overlaps(target).may_be() => Truth::Unknown,
        answer => answer,
    }
}

/// A request.
#[derive(Debug, Clone, Copy)]
pub struct Request<'a> {
    /// Who makes it.
    pub caller: &'a Caller,
    /// What it does.
    pub action: &'a Action,
    /// To what.
    pub target: &'a Target,
    /// What else is known of it. What is said here goes before what follows from the others.
    pub context: &'a Context,
}

impl Lookup for Request<'_> {
    fn find(&self, key: &str) -> Found<'_> {
        let said = self.context.get(key).or_else(|| self.caller.find(key));
        said.or_else(|| self.target.context.get(key)).unwrap_or(Found::Unknown)
    }
}
