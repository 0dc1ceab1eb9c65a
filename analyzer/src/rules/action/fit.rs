//! Whether an action and the resources of its statement go together.
//!
//! AWS checks a request's action and resource as a pair. An action that works on
//! buckets never meets the ARN of an object; one that cannot be narrowed meets only `*`.

use std::cell::RefCell;
use std::collections::BTreeSet;

use jiff::civil::Date;
use rustc_hash::FxHashMap;

use crate::aws::facts::{self, ActionFacts, ResourceTypeFacts};
use crate::aws::pattern::{Pattern, Syntax};
use crate::aws::resource::{may_fit_unlisted, resource_type_fits, star_fits};
use crate::eval::symbol::Symbol;
use crate::policy::model::{Leaf, Statement, Strings};
use crate::rules::arn::malformed_account_id::wrong_account;
use crate::rules::arn::{place, shape};
use crate::rules::text::{pattern, with_wildcards};
use crate::rules::{arn_fields, strings};

/// What an action of a statement can do with the statement's resources.
#[derive(Debug)]
pub(in crate::rules) enum Fit {
    /// It may match one of them.
    Fits,
    /// It matches only `*`, and none of them is that.
    NeedsStar,
    /// None of them can be of a type that it works on.
    Mismatch(Vec<ResourceTypeFacts>),
}

/// The resources of a statement that is narrowed to ARNs.
struct Narrowed<'a> {
    resources: Vec<Pattern<&'a Symbol>>,
    /// Whether one of them may be of the type of that service and name; `None` is what has no type.
    /// The actions of a statement share few types.
    of_type: RefCell<FxHashMap<Option<(&'static str, &'static str)>, bool>>,
}

impl<'a> Narrowed<'a> {
    /// Reads the resources of a statement. `None` if it has none, or may have one
    /// that is `*`, or is no ARN: nothing certain can be said of it then.
    fn read(statement: &'a Statement) -> Option<Self> {
        let is_closed = |strings: &Strings| !strings.negated && strings.open.is_empty();
        if statement.resources.is_empty() || !statement.open.is_empty() || !statement.resources.iter().all(is_closed) {
            return None;
        }
        let resources: Vec<_> = strings::resources(statement).map(arn_pattern).collect::<Option<_>>()?;
        (!resources.is_empty()).then(|| Self { resources, of_type: RefCell::default() })
    }

    /// Those of a statement whose actions are named, not left out.
    fn of_actions(statement: &'a Statement) -> Option<Self> {
        if statement.actions.iter().any(|strings| strings.negated) { None } else { Self::read(statement) }
    }

    /// Whether `action`, of the same statement, matches only `*`, which none of the resources is.
    fn needs_star(&self, action: &Leaf) -> bool {
        let matched = matched(action);
        let is_star_only = |it: &ActionFacts| !it.has_resource_types() && !it.retired && !self.may_fit(it);
        !matched.is_empty() && matched.iter().all(is_star_only)
    }

    /// What `action`, of the same statement, can do with the resources.
    fn fit(&self, action: &Leaf) -> Fit {
        let matched = matched(action);
        let Some(prefix) = matched.first().map(ActionFacts::service) else { return Fit::Fits };
        if matched.iter().any(|action| action.retired || self.may_fit(action)) {
            return Fit::Fits;
        }
        let names: BTreeSet<&str> =
            matched.iter().flat_map(ActionFacts::resource_types).map(|(name, _)| name).collect();
        let mut types: Vec<ResourceTypeFacts> =
            names.iter().filter_map(|name| facts::resource_type(prefix, name)).collect();
        // The plain form is what people know: a bucket before its access points.
        types.sort_by_key(|ty| ty.arn.len());
        if types.is_empty() { Fit::NeedsStar } else { Fit::Mismatch(types) }
    }

    /// The same as [`action_fits`] for one of the resources.
    ///
    /// [`action_fits`]: crate::aws::resource::action_fits
    fn may_fit(&self, action: &ActionFacts) -> bool {
        let mut types = action.resource_types().map(|(name, _)| Some((action.service(), name)));
        let is_listed =
            if action.has_resource_types() { types.any(|ty| self.may_be_of(ty)) } else { self.may_be_of(None) };
        is_listed || may_fit_unlisted(action, &self.resources)
    }

    fn may_be_of(&self, ty: Option<(&'static str, &'static str)>) -> bool {
        let fits = || match ty.map(|(service, name)| facts::resource_type(service, name)) {
            None => self.resources.iter().any(|pattern| star_fits(pattern).may_be()),
            Some(None) => true,
            Some(Some(ty)) => self.resources.iter().any(|pattern| resource_type_fits(&ty, pattern).may_be()),
        };
        let known = self.of_type.borrow().get(&ty).copied();
        known.unwrap_or_else(|| *self.of_type.borrow_mut().entry(ty).or_insert_with(fits))
    }
}

/// The actions that `action` may be, all of one service; none if it may be of several.
fn matched(action: &Leaf) -> Vec<ActionFacts> {
    let wanted = with_wildcards(&action.text);
    let is_of_one = wanted.split_once(':').is_some_and(|(prefix, _)| !prefix.contains(['*', '?']));
    if is_of_one { facts::expand(&wanted).collect() } else { Vec::new() }
}

/// The resource as a pattern, if it is an ARN in full: IAM completes a short one with
/// wildcards, and a hole may hold several fields.
fn arn_pattern(leaf: &Leaf) -> Option<Pattern<&Symbol>> {
    let pattern = pattern(&leaf.text, Syntax::Variables);
    let fields = arn_fields::fields(&leaf.text);
    let is_arn = fields.first().is_some_and(|field| field.known == "arn" && !field.holes);
    (is_arn && fields.len() >= arn_fields::FIELDS && pattern.matches("*").is_no()).then_some(pattern)
}

/// The actions of a statement, each with whether it matches only `*`, which none of the resources is.
pub(super) fn star_only(statement: &Statement, as_of: Date) -> Vec<(&Leaf, bool)> {
    let Some(narrowed) = Narrowed::of_actions(statement) else { return Vec::new() };
    let actions: Vec<_> = strings::actions(statement).map(|leaf| (leaf, narrowed.needs_star(leaf))).collect();
    let is_found = actions.iter().any(|(_, needs_star)| *needs_star);
    if is_found && has_fault(statement, as_of) { Vec::new() } else { actions }
}

/// The actions of a statement with what they can do with its resources, and whether
/// none of them can do anything: the statement is then without effect.
pub(in crate::rules) fn verdicts(statement: &Statement, as_of: Date) -> (Vec<(&Leaf, Fit)>, bool) {
    let none = (Vec::new(), false);
    let Some(narrowed) = Narrowed::of_actions(statement) else { return none };
    let fits: Vec<(&Leaf, Fit)> = strings::actions(statement).map(|leaf| (leaf, narrowed.fit(leaf))).collect();
    if fits.iter().any(|(_, fit)| !matches!(fit, Fit::Fits)) && has_fault(statement, as_of) {
        return none;
    }
    let is_closed = statement.actions.iter().all(|strings| strings.open.is_empty());
    let is_dead = is_closed && fits.iter().all(|(_, fit)| !matches!(fit, Fit::Fits));
    (fits, is_dead)
}

/// Whether a resource is wrong in itself: it is said to be that, and of what was meant nothing is known.
fn has_fault(statement: &Statement, as_of: Date) -> bool {
    let is_fault = |it: &Leaf| {
        shape::fault(&it.text, as_of).is_some() || place::is_excessive(&it.text) || wrong_account(&it.text).is_some()
    };
    strings::resources(statement).any(is_fault)
}
