//! Answers to "may they" and "who may", for people and for programs.
//!
//! Names of a command line are looked up among those in view, [`decide`](crate::access::decide())
//! decides, and what decides is given its place and its words. This module must not weigh
//! policies itself, and it prints nothing.

mod by_roles;
mod can;
mod human;
mod json;
mod names;
mod obstacle;
mod principal;
mod reason;
mod roll;
mod short;
mod target;
#[cfg(test)]
mod tests;
mod who;

use std::fmt;

use smol_str::SmolStr;

use crate::access::{AccessView, Denial, Half, Verdict};
use crate::aws::facts::{self, ActionFacts};
use crate::eval::account::Account;
use crate::eval::text::{Piece, Text};
use crate::source::Span;

pub use human::{render_can, render_who};
pub use json::{VERSION, can as can_json, who as who_json};

/// Whoever asks: what is in view.
pub struct Asking<'a> {
    /// Who and what has policies.
    pub view: &'a AccessView<'a>,
    /// The other resources with an ARN, found out when they are needed.
    pub things: &'a dyn Fn() -> Vec<Thing>,
}

/// A resource with an ARN.
#[derive(Debug, Clone)]
pub struct Thing {
    /// The directory and environment of the stack, as symbols name it.
    pub stack: SmolStr,
    /// The full address of the resource instance.
    pub address: SmolStr,
    /// The account that it is in.
    pub account: Account,
    /// Its ARN.
    pub arn: Text,
}

/// Whether someone may do something.
#[derive(Debug, Clone)]
pub struct Answer {
    /// Who.
    pub principal: String,
    /// The action as AWS spells it.
    pub action: &'static str,
    /// On what.
    pub resource: String,
    /// Whether.
    pub verdict: Verdict,
    /// How it is denied, if it is.
    pub denial: Option<Denial>,
    /// The statements that decide.
    pub reasons: Vec<Reason>,
    /// What would have to allow it and does not.
    pub missing: Vec<Missing>,
    /// What is in the way of knowing.
    pub obstacles: Vec<Hindrance>,
    /// What was left aside.
    pub notes: Vec<String>,
}

/// A statement that decides.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reason {
    /// Which kind of policy it is in.
    pub half: Half,
    /// Whether it allows.
    pub allows: bool,
    /// The resource and attribute that hold the policy, or the ARN of one that AWS keeps.
    pub policy: String,
    /// Its number in the policy, from 1.
    pub number: usize,
    /// Its `Sid`.
    pub sid: Option<String>,
    /// The statement; for a policy that AWS keeps, where that is attached.
    pub span: Span,
    /// The part of it that is to be shown: the action.
    pub mark: Span,
}

/// A kind of policies none of which allows it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Missing {
    /// Which kind.
    pub half: Half,
    /// The account that it would be in, if that is known.
    pub account: Option<String>,
    /// The same in words.
    pub message: String,
}

/// Something in the way of a certain answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Hindrance {
    /// `symbol`, `key`, `not-in-view`, `account`, `public-access`, `allow-list`, `resource`
    pub kind: &'static str,
    /// The symbol's address, or the condition key.
    pub name: Option<String>,
    /// The kind of policies that is not in view.
    pub half: Option<Half>,
    /// In words.
    pub message: String,
    /// Where it stands, if it does.
    pub span: Option<Span>,
}

/// Who may do something.
#[derive(Debug, Clone)]
pub struct Roll {
    /// The action as AWS spells it.
    pub action: &'static str,
    /// On what; `None` for anything.
    pub resource: Option<String>,
    /// Those who may, by account and name.
    pub may: Vec<Entry>,
    /// Those who may, depending on what is not known.
    pub depends: Vec<Entry>,
    /// Those who may by assuming roles of which the last one may, the certain ones first.
    pub by_roles: Vec<ByRoles>,
    /// How many of those in view may not, whatever roles they assume.
    pub others: usize,
    /// What was left aside.
    pub notes: Vec<String>,
}

/// One of those who may.
#[derive(Debug, Clone)]
pub struct Entry {
    /// The account that it is in; `None` for who is in none.
    pub account: Option<String>,
    /// The directory and environment of the stack that its address is in, if it has one.
    pub stack: Option<String>,
    /// Who.
    pub principal: String,
    /// On what.
    pub resource: String,
    /// The statements that decide.
    pub reasons: Vec<Reason>,
    /// What is in the way of knowing.
    pub obstacles: Vec<Hindrance>,
}

/// Someone who may do something by assuming roles.
#[derive(Debug, Clone)]
pub struct ByRoles {
    /// The account that it is in; `None` for who is in none.
    pub account: Option<String>,
    /// The directory and environment of the stack that its address is in, if it has one.
    pub stack: Option<String>,
    /// Who.
    pub principal: String,
    /// Whether it is so for every value of the unknowns.
    pub certain: bool,
    /// The roles, in the order in which they are assumed.
    pub steps: Vec<Step>,
}

/// A role that is assumed.
#[derive(Debug, Clone)]
pub struct Step {
    /// The role.
    pub role: String,
    /// The statements that allow it.
    pub reasons: Vec<Reason>,
    /// What is in the way of knowing.
    pub obstacles: Vec<Hindrance>,
}

/// Why a question cannot be answered at all, in lower case and without a full stop.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refusal {
    /// Why.
    pub message: String,
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for Refusal {}

impl Refusal {
    fn new(message: impl Into<String>) -> Self {
        Self { message: message.into() }
    }
}

impl Asking<'_> {
    /// Whether `principal` may do `action` to `resource`, all as someone types them.
    ///
    /// # Errors
    /// When one of the names means nothing, or several things.
    pub fn can(&self, principal: &str, action: &str, resource: &str) -> Result<Answer, Refusal> {
        let action = known_action(action)?;
        let who = principal::find(self.view, principal)?;
        let what = target::find(self, resource, &action, who.side.caller.account())?;
        Ok(can::answer(self.view, &who, action, &what))
    }

    /// Who may do `action`, to `resource` if there is one.
    ///
    /// # Errors
    /// When one of the names means nothing, or several things.
    pub fn who_can(&self, action: &str, resource: Option<&str>) -> Result<Roll, Refusal> {
        let action = known_action(action)?;
        match resource {
            Some(resource) => {
                let what = target::find(self, resource, &action, None)?;
                Ok(who::may_do_to(self.view, action, &what))
            }
            None => Ok(who::may_do(self, action)),
        }
    }
}

/// The action of this name.
///
/// # Errors
/// When there is none.
pub fn known_action(name: &str) -> Result<ActionFacts, Refusal> {
    if let Some(action) = facts::action(name) {
        return Ok(action);
    }
    if name.contains(['*', '?']) {
        return Err(Refusal::new(format!("`{name}` stands for several actions: ask about one of them")));
    }
    if !name.contains(':') {
        return Err(Refusal::new(format!("`{name}` is no action: one is written as `service:Name`")));
    }
    let hint = facts::nearest_action(name).map(|meant| format!("; did you mean `{meant}`?")).unwrap_or_default();
    Err(Refusal::new(format!("there is no action `{name}`{hint}")))
}

/// What is shown in place of what is sensitive.
const SENSITIVE: &str = "(sensitive)";

/// A text without its holes.
fn known_letters(text: &Text) -> String {
    let known = text.pieces().iter().filter_map(|piece| match piece {
        Piece::Known(known) => Some(known.text.as_str()),
        Piece::Hole(_) => None,
    });
    known.collect()
}

/// Whether a text is a pattern of several.
fn has_wildcards(text: &Text) -> bool {
    known_letters(text).contains(['*', '?'])
}
