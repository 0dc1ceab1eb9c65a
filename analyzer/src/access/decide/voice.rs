//! What the policies of one kind say of a request.

use crate::access::accounts::Accounts;
use crate::access::compiled::CompiledPolicy;
use crate::access::policy_set::Attached;
use crate::access::principal::Levels;
use crate::access::request::Request;
use crate::access::statement::Statement;
use crate::truth::Truth;

use super::Obstacle;

/// A question put to policies.
#[derive(Clone, Copy)]
pub(super) struct Question<'a> {
    pub(super) request: &'a Request<'a>,
    pub(super) accounts: &'a dyn Accounts,
    /// Whether the caller has a permissions boundary.
    pub(super) has_boundary: Truth,
}

/// A statement of a policy, by its number.
pub(super) type Said<'a> = (&'a CompiledPolicy, usize);

/// The answer of the policies of one kind.
pub(super) struct Voice<'a> {
    /// Whether a statement allows it.
    pub(super) allow: Levels,
    /// Whether a statement denies it.
    pub(super) deny: Truth,
    /// The first statements that do so for certain.
    pub(super) direct_by: Option<Said<'a>>,
    pub(super) behind_by: Option<Said<'a>>,
    pub(super) account_by: Option<Said<'a>>,
    pub(super) denied_by: Option<Said<'a>>,
}

impl<'a> Voice<'a> {
    /// What `attached` says.
    pub(super) fn of(attached: &Attached<'a>, question: Question<'_>) -> Self {
        let more = if attached.is_closed() { Truth::No } else { Truth::Unknown };
        let mut voice = Self {
            allow: Levels { direct: more, behind: more, account: more },
            deny: more,
            direct_by: None,
            behind_by: None,
            account_by: None,
            denied_by: None,
        };
        for policy in attached.policies {
            voice.add(policy, question, Truth::Yes);
        }
        for policy in attached.possible {
            voice.add(policy, question, Truth::Unknown);
        }
        voice
    }

    /// The same of a boundary or a session policy: where it is not certain that there is
    /// one, there may be none, which allows everything.
    pub(super) fn guarding(mut self, attached: &Attached<'a>) -> Self {
        if attached.policies.is_empty() {
            self.allow = self.allow.or(Levels::UNKNOWN);
        }
        self
    }

    fn add(&mut self, policy: &'a CompiledPolicy, question: Question<'_>, certain: Truth) {
        if !policy.is_closed() {
            self.allow = self.allow.or(Levels::UNKNOWN);
            self.deny = self.deny.or(Truth::Unknown);
        }
        for (number, statement) in policy.statements().iter().enumerate() {
            let levels = question.levels(statement).and(certain);
            if levels.any().may_be() {
                self.hear(statement, levels, (policy, number));
            }
        }
    }

    fn hear(&mut self, statement: &Statement, levels: Levels, said: Said<'a>) {
        let allow = levels.and(statement.effect.allows());
        let deny = levels.any().and(statement.effect.denies());
        let first = |by: &mut Option<Said<'a>>, truth: Truth| {
            if truth.is_yes() && by.is_none() {
                *by = Some(said);
            }
        };
        first(&mut self.direct_by, allow.direct);
        first(&mut self.behind_by, allow.behind);
        first(&mut self.account_by, allow.account);
        first(&mut self.denied_by, deny);
        self.allow = self.allow.or(allow);
        self.deny = self.deny.or(deny);
    }
}

impl Question<'_> {
    /// How a statement names the caller of the request, if it is about the request at all.
    fn levels(&self, statement: &Statement) -> Levels {
        let matches = statement.matches(self.request);
        if matches.is_no() {
            return Levels::NONE;
        }
        statement.levels(self.request, self.accounts, self.has_boundary).and(matches)
    }

    /// What keeps `attached` from a certain answer.
    pub(super) fn obstacles(&self, attached: &Attached<'_>, found: &mut Vec<Obstacle>) {
        found.extend(attached.open.iter().cloned().map(Obstacle::Symbol));
        for policy in attached.policies.iter().chain(attached.possible) {
            found.extend(policy.open().iter().cloned().map(Obstacle::Symbol));
            for statement in policy.statements() {
                if self.levels(statement).any() == Truth::Unknown {
                    let levels = statement.levels(self.request, self.accounts, self.has_boundary);
                    statement.obstacles(self.request, levels, found);
                }
            }
        }
    }
}
