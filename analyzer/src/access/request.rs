//! A request: who does what to what, and under which circumstances.

use smol_str::SmolStr;

use crate::aws::pattern::{Pattern, Syntax};
use crate::eval::text::Text;
use crate::truth::Truth;

use super::caller::Caller;
use super::context::{Context, Found, Lookup};
use super::hole::{Hole, Side, pattern};

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
}

/// The ARNs of keys, of whose account their own policy says whether it is trusted.
const KEYS: &str = "arn:*:kms:*:*:key/*";

impl Target {
    /// The resource with this ARN, or `*` for an action that is about no resource.
    ///
    /// `account` is the one that owns it, if there is anything to say about it.
    #[must_use]
    pub fn new(arn: &Text, account: Option<Text>) -> Self {
        Self::read(pattern(arn, Syntax::Literal, Side::Request), false, account)
    }

    /// Each resource whose ARN `pattern` matches: a decision about it holds for all of them.
    #[must_use]
    pub fn each(arns: &Text, account: Option<Text>) -> Self {
        let pattern = pattern(arns, Syntax::Wildcards, Side::Request);
        let each = pattern.has_wildcards();
        Self::read(pattern, each, account)
    }

    fn read(pattern: Pattern<Hole>, each: bool, account: Option<Text>) -> Self {
        let mut context = Context::default();
        if let Some(account) = &account {
            context.set_value("aws:ResourceAccount", account.clone());
        }
        let is_key = matches(&Pattern::of_text(KEYS, Syntax::Wildcards), &pattern, each);
        Self { pattern, each, account, context, is_key }
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

    /// Whether `written` matches it as a whole text.
    pub(super) fn matches(&self, written: &Pattern<Hole>) -> Truth {
        matches(written, &self.pattern, self.each)
    }
}

fn matches(written: &Pattern<Hole>, target: &Pattern<Hole>, each: bool) -> Truth {
    match written.covers(target) {
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
