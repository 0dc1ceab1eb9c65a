//! How far one thing that is said of two nodes is granted.

use smol_str::SmolStr;

use crate::access::caller::Principal;
use crate::access::context::Context;
use crate::access::decide::{Decision, Half, Obstacle, Witness};
use crate::access::grants::{self, State};
use crate::access::request::Action;
use crate::access::view::{AccessView, CallerSide, TargetSide};
use crate::aws::facts;
use crate::policy::model::Statement;
use crate::source::Span;

/// What is said of a request.
#[derive(Debug, Clone)]
pub(super) struct Judged {
    pub(super) state: State,
    pub(super) identity: Option<Span>,
    pub(super) resource: Option<Span>,
    pub(super) keys: Vec<SmolStr>,
}

impl Judged {
    /// That it cannot be told, for want of what is not in view.
    pub(super) fn open(keys: Vec<SmolStr>) -> Self {
        Self { state: State::Unknown, identity: None, resource: None, keys }
    }
}

/// What is said of `action`; `None` if neither side speaks of it.
pub(super) fn judge(
    view: &AccessView<'_>,
    by: &CallerSide<'_>,
    action: &Action,
    on: &TargetSide<'_>,
) -> Option<Judged> {
    view.decide_apart(by, action, on, &Context::default(), |decision| {
        let state = grants::state_of(view, by, action, on, &decision);
        let (witness, keys) = match &decision {
            // Neither side speaks of it.
            Decision::Denied(..) if state == State::Unknown => return None,
            Decision::Allowed(witness) | Decision::Denied(witness, _) => (Some(witness), Vec::new()),
            Decision::Unknown(obstacles) => (None, keys(obstacles)),
        };
        let said = |half| witness.and_then(|witness| statement(witness, half));
        Some(Judged { state, identity: said(Half::Identity), resource: said(Half::Resource), keys })
    })
}

fn statement(witness: &Witness<'_>, half: Half) -> Option<Span> {
    let said = witness.statements.iter().chain(&witness.beside).find(|said| said.half == half)?;
    said.policy.statement_span(said.statement)
}

fn keys(obstacles: &[Obstacle]) -> Vec<SmolStr> {
    let keys = obstacles.iter().filter_map(|obstacle| match obstacle {
        Obstacle::Key(key) => Some(spelled(key)),
        Obstacle::Symbol(_)
        | Obstacle::NotInView(_)
        | Obstacle::SameAccount
        | Obstacle::PublicAccess
        | Obstacle::AllowList
        | Obstacle::Part => None,
    });
    keys.collect()
}

/// A condition key as AWS spells it, as far as the writer of a policy does not fill it in.
fn spelled(key: &SmolStr) -> SmolStr {
    let Some(facts) = facts::condition_key(key) else { return key.clone() };
    let start = facts.name.split(['$', '<']).next().unwrap_or_default();
    key.get(start.len()..).map_or_else(|| key.clone(), |rest| format!("{start}{rest}").into())
}

/// The first of `asked` that is granted, else what is said of all of them together.
pub(super) fn judge_all<'q>(
    view: &AccessView<'_>,
    by: &CallerSide<'_>,
    asked: impl Iterator<Item = (&'q Action, &'q TargetSide<'q>)>,
) -> Option<Judged> {
    let mut found: Option<Judged> = None;
    for (action, on) in asked {
        let Some(judged) = judge(view, by, action, on) else { continue };
        match &mut found {
            _ if judged.state == State::Both => return Some(judged),
            None => found = Some(judged),
            Some(before) if before.state == judged.state => {}
            Some(before) => before.state = State::Unknown,
        }
    }
    found
}

/// What a statement says of an account or of everyone: whom it lets in, if there is no
/// condition that only some of them meet.
pub(super) fn judge_many<'q>(
    view: &AccessView<'_>,
    who: Principal,
    statement: &Statement,
    asked: impl Iterator<Item = (&'q Action, &'q TargetSide<'q>)>,
) -> Option<Judged> {
    if statement.conditions.is_empty() && statement.conditions_open.is_empty() {
        return judge_all(view, &view.stranger(who), asked).filter(|it| it.state != State::ResourceMissing);
    }
    let keys = statement.conditions.iter().filter_map(|condition| condition.key.text.as_known());
    Some(Judged::open(keys.collect()))
}
