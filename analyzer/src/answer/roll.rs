//! The best answer that each caller has had.

use rustc_hash::FxHashMap;

use crate::access::{AccessView, Action, Context, Decision, Verdict};
use crate::aws::facts::ActionFacts;
use crate::iam::Principal;

use super::by_roles::{self, Direct};
use super::principal::Who;
use super::target::What;
use super::{Entry, Roll, can, obstacle, reason};

/// Answers as they come in.
pub(super) struct Ballot<'a> {
    view: &'a AccessView<'a>,
    facts: ActionFacts,
    action: Action,
    /// The best answer of each, with what is to be said of it unless it is no.
    answers: FxHashMap<String, Known<'a>>,
}

/// The best answer of someone.
struct Known<'a> {
    verdict: Verdict,
    entry: Option<Entry>,
    principal: Option<&'a Principal>,
}

impl<'a> Ballot<'a> {
    pub(super) fn new(view: &'a AccessView<'a>, action: ActionFacts) -> Self {
        Self { view, facts: action, action: Action::new(action.name), answers: FxHashMap::default() }
    }

    /// Asks whether `who` may do it to `what`, unless it is known that it may do it to something.
    pub(super) fn ask(&mut self, who: &Who<'a>, what: &What<'a>) -> Verdict {
        let key = self.key(who);
        let before = self.answers.get(&key).map(|known| known.verdict);
        if before == Some(Verdict::Allowed) {
            return Verdict::Allowed;
        }
        let verdict = self.view.verdict(&who.side, &self.action, &what.side, &Context::default());
        let is_better = match (before, verdict) {
            (None, _) | (Some(_), Verdict::Allowed) | (Some(Verdict::Denied), Verdict::Unknown) => true,
            (Some(_), Verdict::Denied | Verdict::Unknown) => false,
        };
        if is_better {
            let entry = (verdict != Verdict::Denied).then(|| self.entry(who, what));
            self.answers.insert(key, Known { verdict, entry, principal: who.principal });
        }
        verdict
    }

    /// Says that `who` may do it to nothing.
    pub(super) fn refuse(&mut self, who: &Who<'a>) {
        let refused = Known { verdict: Verdict::Denied, entry: None, principal: who.principal };
        let key = self.key(who);
        self.answers.entry(key).or_insert(refused);
    }

    /// Who it is, whatever else has the same name.
    fn key(&self, who: &Who<'_>) -> String {
        let account = who.account.as_ref().map(|it| self.view.account_name(it)).unwrap_or_default();
        match who.principal {
            // A permission set is someone else in each account.
            Some(it) => format!("{}:{} {} {account}", it.stack, it.address, it.arn.display()),
            None => format!("{account} {}", who.name),
        }
    }

    fn entry(&self, who: &Who<'a>, what: &What<'a>) -> Entry {
        let documents = reason::documents(self.view, who, what);
        let mut entry = Entry {
            account: who.account.as_ref().map(|it| self.view.account_name(it)),
            stack: who.principal.filter(|it| !it.address.is_empty()).map(|it| it.stack.to_string()),
            principal: who.name.clone(),
            resource: what.name.clone(),
            reasons: Vec::new(),
            obstacles: Vec::new(),
        };
        let context = Context::default();
        self.view.decide(&who.side, &self.action, &what.side, &context, |decision| match decision {
            Decision::Allowed(witness) => {
                entry.reasons = reason::reasons(self.view, &documents, &witness, true, &self.facts);
            }
            Decision::Unknown(found) => entry.obstacles = obstacle::hindrances(&found, who, what, &documents),
            Decision::Denied(..) => {}
        });
        entry
    }

    /// All of it, in the order of accounts and names.
    pub(super) fn close(self, resource: Option<String>) -> Roll {
        let mut roll = Roll {
            action: self.facts.name,
            resource,
            may: Vec::new(),
            depends: Vec::new(),
            by_roles: Vec::new(),
            others: 0,
            notes: can::notes(self.view),
        };
        let mut answers: Vec<_> = self.answers.into_iter().collect();
        answers.sort_by(|(a, _), (b, _)| a.cmp(b));
        let mut direct = Direct::default();
        for (_, Known { verdict, entry, principal }) in answers {
            match (verdict, entry) {
                (Verdict::Allowed, Some(entry)) => {
                    roll.may.push(entry);
                    direct.may.extend(principal);
                }
                (Verdict::Unknown, Some(entry)) => {
                    roll.depends.push(entry);
                    direct.depends.extend(principal);
                }
                (Verdict::Denied | Verdict::Allowed | Verdict::Unknown, _) => roll.others += 1,
            }
        }
        for list in [&mut roll.may, &mut roll.depends] {
            // Those without an account, as services, come last.
            list.sort_by(|a, b| {
                (a.account.is_none(), &a.account, &a.principal).cmp(&(b.account.is_none(), &b.account, &b.principal))
            });
        }
        if by_roles::is_asked(&self.facts) {
            by_roles::add(self.view, &direct, &mut roll);
        }
        roll
    }
}
