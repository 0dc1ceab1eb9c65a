//! What our implementation decides.

use crosstrail_analyzer::access::{
    Action, Attached, ByNumber, Caller, CompiledPolicy, Context, Decision, Denial, Guardrails, Policies, Presence,
    Principal, Request, Target, decide,
};
use crosstrail_analyzer::eval::text::Text;
use crosstrail_analyzer::policy::model::PolicyKind;
use crosstrail_analyzer::policy::read_text;
use crosstrail_analyzer::source::{SourceMap, TextRange};
use crosstrail_analyzer::truth::Truth;
use serde_json::Value;

use super::case::{CallerCase, Case};
use super::conditions::free_keys;

/// A decision, by the words that iam-simulate uses, and one that it does not have.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Decided {
    /// `Allowed`
    Allowed,
    /// `ImplicitlyDenied`
    ImplicitlyDenied,
    /// `ExplicitlyDenied`
    ExplicitlyDenied,
    /// AWS does not say.
    Unknown,
}

impl Decided {
    /// Reads a word of iam-simulate.
    #[must_use]
    pub fn read(word: &str) -> Option<Self> {
        match word {
            "Allowed" => Some(Self::Allowed),
            "ImplicitlyDenied" => Some(Self::ImplicitlyDenied),
            "ExplicitlyDenied" => Some(Self::ExplicitlyDenied),
            _ => None,
        }
    }
}

/// What our implementation decides.
#[must_use]
pub fn judge(case: &Case) -> Decided {
    let is_trust = case.action.starts_with("sts:");
    let resource_kind = if is_trust { PolicyKind::Trust } else { PolicyKind::Resource };
    let compile = |kind: PolicyKind, documents: &[Value]| -> Vec<CompiledPolicy> {
        documents.iter().map(|document| compile(kind, document)).collect()
    };
    let identity = compile(PolicyKind::Identity, &case.identity);
    let boundary = compile(PolicyKind::Identity, case.boundary.as_slice());
    let session = compile(PolicyKind::Session, case.session.as_slice());
    let resource = compile(resource_kind, case.resource_policy.as_slice());
    let service_control = compile(PolicyKind::ServiceControl, &case.service_control);
    let resource_control = compile(PolicyKind::ResourceControl, &case.resource_control);

    let lists = [&identity, &boundary, &session, &resource].map(|list| list.iter().collect::<Vec<_>>());
    let [identity, boundary, session, resource] = lists.each_ref().map(|list| Attached::all(list));
    let service_lists: Vec<_> = service_control.iter().map(|policy| [policy]).collect();
    let service_levels: Vec<_> = service_lists.iter().map(|list| Attached::all(list)).collect();
    let resource_lists: Vec<_> = resource_control.iter().map(|policy| [policy]).collect();
    let resource_levels: Vec<_> = resource_lists.iter().map(|list| Attached::all(list)).collect();
    let policies = Policies {
        identity,
        boundary,
        session,
        resource,
        service_control: Guardrails { levels: &service_levels, bind: Truth::Yes },
        resource_control: Guardrails { levels: &resource_levels, bind: Truth::Yes },
        public_access_blocked: Truth::No,
    };
    let (caller, action) = (caller(&case.caller), Action::new(&case.action));
    let target = Target::new(&Text::known(case.resource.as_str()), Some(Text::known(case.owner.as_str())));
    let context = context(case);
    let request = Request { caller: &caller, action: &action, target: &target, context: &context };
    match decide(&request, &policies, &ByNumber) {
        Decision::Allowed(_) => Decided::Allowed,
        Decision::Denied(_, Denial::Explicit) => Decided::ExplicitlyDenied,
        Decision::Denied(_, Denial::Implicit { .. }) => Decided::ImplicitlyDenied,
        Decision::Unknown(_) => Decided::Unknown,
    }
}

fn compile(kind: PolicyKind, document: &Value) -> CompiledPolicy {
    let json = document.to_string();
    let sources = SourceMap::default();
    let file = sources.add("policy.json", json.as_str());
    CompiledPolicy::new(&read_text(&Text::known(json), TextRange::empty(0).at(file)), kind)
}

fn caller(case: &CallerCase) -> Caller {
    let text = |text: &str| Text::known(text);
    let (arn, account) = (text(&case.name), text(&case.account));
    Caller::new(match case.kind {
        "role" => Principal::Role { arn, account },
        "session" => Principal::Session { arn, role: text(&case.behind), account },
        "user" => Principal::User { arn, account },
        "federated-user" => Principal::FederatedUser { arn, user: text(&case.behind), account },
        "service" => Principal::Service(case.name.as_str().into()),
        _ => Principal::Anonymous,
    })
}

/// What is not named is absent, but for what follows from the caller.
fn context(case: &Case) -> Context {
    let mut context = Context::default();
    for key in free_keys() {
        context.set(key, Presence::Absent);
    }
    if case.caller.kind == "service" {
        context.set("aws:SourceArn", Presence::Absent);
        context.set("aws:PrincipalType", Presence::Absent);
    }
    for (key, value) in &case.context {
        let values = match value {
            Value::Array(values) => values.iter().filter_map(Value::as_str).map(Text::known).collect(),
            value => value.as_str().map(Text::known).into_iter().collect(),
        };
        context.set(key, Presence::Known(values));
    }
    context
}
