//! Policies, callers and requests in few words. `<name>` in a text is a hole.

use crate::access::{
    Accounts, Action, Attached, ByNumber, Caller, CompiledPolicy, Context, Decision, Denial, Guardrails, Half,
    Policies, Principal, Request, Target, Verdict, decide, verdict,
};
use crate::eval::symbol::{Cause, Symbol};
use crate::eval::text::Text;
use crate::policy::model::PolicyKind;
use crate::policy::read_text;
use crate::source::{SourceMap, TextRange};
use crate::truth::Truth;

pub(super) const OWN: &str = "111111111111";
pub(super) const OTHER: &str = "222222222222";

/// The text, with its holes.
pub(super) fn text(written: &str) -> Text {
    let mut parts = written.split('<');
    let mut done = Text::known(parts.next().unwrap());
    for part in parts {
        let (name, rest) = part.split_once('>').unwrap();
        done = done.concat(Text::hole(symbol(name))).concat(Text::known(rest));
    }
    done
}

pub(super) fn symbol(name: &str) -> Symbol {
    let cause = match name {
        "uuid" => Cause::Impure,
        name if name.starts_with("account") => Cause::Account,
        _ => Cause::Variable,
    };
    Symbol::new("", name, cause, None)
}

/// A policy of one statement or a list of them, without their enclosing document.
pub(super) fn policy(kind: PolicyKind, statements: &str) -> CompiledPolicy {
    document(kind, &format!(r#"{{"Version": "2012-10-17", "Statement": [{statements}]}}"#))
}

pub(super) fn document(kind: PolicyKind, json: &str) -> CompiledPolicy {
    let sources = SourceMap::default();
    let file = sources.add("policy.json", json);
    let document = read_text(&text(json), TextRange::empty(0).at(file));
    assert!(document.faults.is_empty(), "{:?} in {json}", document.faults);
    CompiledPolicy::new(&document, kind)
}

pub(super) fn role(account: &str) -> Caller {
    let arn = text(&format!("arn:aws:iam::{account}:role/app/deploy"));
    Caller::new(Principal::Role { arn, account: text(account) })
}

pub(super) fn session(account: &str) -> Caller {
    let arn = text(&format!("arn:aws:sts::{account}:assumed-role/deploy/me"));
    let role = text(&format!("arn:aws:iam::{account}:role/app/deploy"));
    Caller::new(Principal::Session { arn, role, account: text(account) })
}

pub(super) fn user(account: &str) -> Caller {
    let arn = text(&format!("arn:aws:iam::{account}:user/ann"));
    Caller::new(Principal::User { arn, account: text(account) })
}

pub(super) fn federated_user(account: &str) -> Caller {
    let arn = text(&format!("arn:aws:sts::{account}:federated-user/guest"));
    let user = text(&format!("arn:aws:iam::{account}:user/ann"));
    Caller::new(Principal::FederatedUser { arn, user, account: text(account) })
}

pub(super) fn root(account: &str) -> Caller {
    let arn = text(&format!("arn:aws:iam::{account}:root"));
    Caller::new(Principal::Root { arn, account: text(account) })
}

pub(super) fn service(name: &str) -> Caller {
    Caller::new(Principal::Service(name.into()))
}

/// What an identity policy says of a request of a user of the account [`OWN`].
pub(super) fn says(policy: &CompiledPolicy, action: &str, target: &Target, context: &Context) -> Verdict {
    let identity = [policy];
    let policies = Policies { identity: Attached::all(&identity), ..Policies::NONE };
    let (caller, action) = (user(OWN), Action::new(action));
    verdict(&Request { caller: &caller, action: &action, target, context }, &policies, &ByNumber)
}

/// The resource of this ARN in the account [`OWN`].
pub(super) fn target(arn: &str) -> Target {
    Target::new(&text(arn), Some(text(OWN)))
}

/// A request and the policies about it.
pub(super) struct Case {
    pub(super) caller: Caller,
    pub(super) action: &'static str,
    pub(super) arn: String,
    pub(super) owner: String,
    pub(super) context: Context,
    pub(super) identity: Option<String>,
    pub(super) boundary: Option<String>,
    pub(super) session: Option<String>,
    pub(super) resource: Option<String>,
    pub(super) resource_kind: PolicyKind,
    pub(super) service_control: Vec<String>,
    pub(super) resource_control: Vec<String>,
    pub(super) binds: Truth,
}

impl Case {
    /// `caller` puts audit events into a channel of the account [`OWN`].
    pub(super) fn new(caller: Caller) -> Self {
        Self {
            caller,
            action: "cloudtrail-data:PutAuditEvents",
            arn: format!("arn:aws:cloudtrail:eu-west-1:{OWN}:channel/c"),
            owner: OWN.to_owned(),
            context: Context::default(),
            identity: None,
            boundary: None,
            session: None,
            resource: None,
            resource_kind: PolicyKind::Resource,
            service_control: Vec::new(),
            resource_control: Vec::new(),
            binds: Truth::Yes,
        }
    }

    pub(super) fn on(mut self, action: &'static str, arn: &str) -> Self {
        self.action = action;
        arn.clone_into(&mut self.arn);
        self
    }

    pub(super) fn identity(mut self, statements: &str) -> Self {
        self.identity = Some(statements.to_owned());
        self
    }

    pub(super) fn boundary(mut self, statements: &str) -> Self {
        self.boundary = Some(statements.to_owned());
        self
    }

    pub(super) fn session(mut self, statements: &str) -> Self {
        self.session = Some(statements.to_owned());
        self
    }

    pub(super) fn resource(mut self, statements: &str) -> Self {
        self.resource = Some(statements.to_owned());
        self
    }

    /// As [`Self::resource`], with a statement that allows everything to `principal`.
    pub(super) fn grants(self, principal: &str) -> Self {
        self.resource(&grant(principal))
    }

    pub(super) fn trust(mut self, principal: &str) -> Self {
        self.resource_kind = PolicyKind::Trust;
        self.resource(&format!(r#"{{"Effect": "Allow", "Action": "sts:AssumeRole", "Principal": {principal}}}"#))
    }

    pub(super) fn service_control(mut self, levels: &[&str]) -> Self {
        self.service_control = levels.iter().map(|&level| level.to_owned()).collect();
        self
    }

    pub(super) fn resource_control(mut self, level: &str) -> Self {
        self.resource_control.push(level.to_owned());
        self
    }

    /// Sets a condition key; `None` for a key that is absent.
    pub(super) fn with(mut self, key: &str, value: Option<&str>) -> Self {
        let absent = crate::access::Presence::Absent;
        let presence = value.map_or(absent, |value| crate::access::Presence::Known(vec![text(value)]));
        self.context.set(key, presence);
        self
    }

    /// What is decided: `allowed by identity 0, resource 1`, `denied by resource 0`,
    /// `missing identity`, `unknown: x`.
    pub(super) fn decide(&self) -> String {
        self.decide_with(&ByNumber)
    }

    pub(super) fn decide_with(&self, accounts: &dyn Accounts) -> String {
        self.ask(&mut |request, policies| {
            let decision = decide(request, policies, accounts);
            let quick = verdict(request, policies, accounts);
            let expected = match decision {
                Decision::Allowed(_) => Verdict::Allowed,
                Decision::Denied(..) => Verdict::Denied,
                Decision::Unknown(_) => Verdict::Unknown,
            };
            assert_eq!(quick, expected);
            shown(&decision)
        })
    }

    fn ask(&self, ask: &mut dyn FnMut(&Request<'_>, &Policies<'_>) -> String) -> String {
        let compile = |kind: PolicyKind, one: &Option<String>| -> Vec<CompiledPolicy> {
            one.iter().map(|statements| policy(kind, statements)).collect()
        };
        let identity = compile(PolicyKind::Identity, &self.identity);
        let boundary = compile(PolicyKind::Identity, &self.boundary);
        let session = compile(PolicyKind::Session, &self.session);
        let resource = compile(self.resource_kind, &self.resource);
        let levels = |kind: PolicyKind, levels: &[String]| -> Vec<CompiledPolicy> {
            levels.iter().map(|statements| policy(kind, statements)).collect()
        };
        let service_control = levels(PolicyKind::ServiceControl, &self.service_control);
        let resource_control = levels(PolicyKind::ResourceControl, &self.resource_control);
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
            service_control: Guardrails { levels: &service_levels, bind: self.binds },
            resource_control: Guardrails { levels: &resource_levels, bind: self.binds },
            public_access_blocked: Truth::No,
        };
        let target = Target::new(&text(&self.arn), Some(text(&self.owner)));
        let action = Action::new(self.action);
        ask(&Request { caller: &self.caller, action: &action, target: &target, context: &self.context }, &policies)
    }
}

/// A statement that allows everything to `principal`.
pub(super) fn grant(principal: &str) -> String {
    format!(r#"{{"Effect": "Allow", "Action": "*", "Resource": "*", "Principal": {principal}}}"#)
}

pub(super) const ALLOW: &str = r#"{"Effect": "Allow", "Action": "*", "Resource": "*"}"#;
pub(super) const DENY: &str = r#"{"Effect": "Deny", "Action": "*", "Resource": "*"}"#;
/// Allows, but something else.
pub(super) const ELSE: &str = r#"{"Effect": "Allow", "Action": "ec2:*", "Resource": "*"}"#;

fn shown(decision: &Decision<'_>) -> String {
    let name = |half: Half| match half {
        Half::Identity => "identity",
        Half::Boundary => "boundary",
        Half::Session => "session",
        Half::Resource => "resource",
        Half::ServiceControl => "scp",
        Half::ResourceControl => "rcp",
    };
    let halves = |halves: &[Half]| halves.iter().map(|half| name(*half)).collect::<Vec<_>>().join(", ");
    match decision {
        Decision::Allowed(witness) => {
            format!("allowed by {}", halves(&witness.statements.iter().map(|it| it.half).collect::<Vec<_>>()))
        }
        Decision::Denied(witness, Denial::Explicit) => {
            format!("denied by {}", halves(&witness.statements.iter().map(|it| it.half).collect::<Vec<_>>()))
        }
        Decision::Denied(_, Denial::Implicit { missing }) => format!("missing {}", halves(missing)),
        Decision::Unknown(obstacles) => {
            let shown = obstacles.iter().map(|obstacle| match obstacle {
                crate::access::Obstacle::Symbol(symbol) => format!("<{}>", symbol.address()),
                crate::access::Obstacle::Key(key) => key.to_string(),
                crate::access::Obstacle::NotInView(half) => format!("{} not in view", name(*half)),
                crate::access::Obstacle::SameAccount => "same account".to_owned(),
                crate::access::Obstacle::PublicAccess => "public access".to_owned(),
                crate::access::Obstacle::AllowList => "allow list".to_owned(),
                crate::access::Obstacle::Part => "part".to_owned(),
            });
            format!("unknown: {}", shown.collect::<Vec<_>>().join(", "))
        }
    }
}
