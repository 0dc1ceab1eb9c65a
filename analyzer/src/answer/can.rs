//! Whether one may do one thing.

use crate::access::{AccessView, Action, Context, Decision, Denial, Half, Verdict, Witness};
use crate::aws::facts::ActionFacts;

use super::principal::Who;
use super::target::What;
use super::{Answer, Missing, obstacle, reason};

/// What is said of organizations.
const ORGANIZATION: &str =
    "policies of the organization count as far as the accounts and units that they are attached to are in view";

/// The answer.
pub(super) fn answer<'a>(view: &'a AccessView<'a>, who: &Who<'a>, action: ActionFacts, what: &What<'a>) -> Answer {
    let documents = reason::documents(view, who, what);
    let mut answer = Answer {
        principal: who.name.clone(),
        action: action.name,
        resource: what.name.clone(),
        verdict: Verdict::Unknown,
        denial: None,
        reasons: Vec::new(),
        missing: Vec::new(),
        obstacles: Vec::new(),
        notes: notes(view),
    };
    let reasons = |witness: &Witness<'_>, allows| reason::reasons(view, &documents, witness, allows, &action);
    view.decide(&who.side, &Action::new(action.name), &what.side, &Context::default(), |decision| match decision {
        Decision::Allowed(witness) => {
            answer.verdict = Verdict::Allowed;
            answer.reasons = reasons(&witness, true);
        }
        Decision::Denied(witness, denial) => {
            answer.verdict = Verdict::Denied;
            answer.reasons = reasons(&witness, false);
            answer.missing = missing(view, &denial, who, what);
            answer.denial = Some(denial);
        }
        Decision::Unknown(found) => answer.obstacles = obstacle::hindrances(&found, who, what, &documents),
    });
    answer
}

/// What is to be said of every answer.
pub(super) fn notes(view: &AccessView<'_>) -> Vec<String> {
    let restricted = !view.iam().organization_policies().is_empty();
    restricted.then(|| ORGANIZATION.to_owned()).into_iter().collect()
}

fn missing(view: &AccessView<'_>, denial: &Denial, who: &Who<'_>, what: &What<'_>) -> Vec<Missing> {
    match denial {
        Denial::Explicit => Vec::new(),
        Denial::Implicit { missing } => missing.iter().map(|half| lacking(view, *half, who, what)).collect(),
    }
}

fn lacking(view: &AccessView<'_>, half: Half, who: &Who<'_>, what: &What<'_>) -> Missing {
    let account = match half {
        Half::Resource | Half::ResourceControl => what.account.as_ref(),
        Half::Identity | Half::Boundary | Half::Session | Half::ServiceControl => who.account.as_ref(),
    };
    let account = account.map(|it| view.account_name(it));
    let place = account.as_ref().map(|name| format!(" in account {name}")).unwrap_or_default();
    let message = match half {
        Half::Identity => format!("no policy of `{}`{place} allows it", who.name),
        Half::Boundary => format!("the permissions boundary of `{}` does not allow it", who.name),
        Half::Session => "no session policy allows it".to_owned(),
        Half::Resource => format!("no policy on `{}`{place} allows it to `{}`", what.name, who.name),
        Half::ServiceControl => "a level of service control policies does not allow it".to_owned(),
        Half::ResourceControl => "a level of resource control policies does not allow it".to_owned(),
    };
    Missing { half, account, message }
}
