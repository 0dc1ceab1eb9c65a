//! What all policies say, taken together.

use crate::access::accounts::Accounts;
use crate::access::caller::Principal;
use crate::access::policy_set::{Attached, Guardrails, Policies};
use crate::access::request::Request;
use crate::aws::facts;
use crate::truth::Truth;

use super::voice::{Question, Said, Voice};
use super::{Denial, Half, Obstacle, Verdict, Witness, WitnessStatement};

/// Actions of STS that the trust policy of a role decides on.
const TRUST: &[&str] = &["sts:tagsession", "sts:setsourceidentity", "sts:setcontext"];

/// What the policies say, and what it amounts to.
pub(super) struct Weighed<'a, 'q> {
    question: Question<'q>,
    identity: Voice<'a>,
    /// `None` if there is no boundary.
    boundary: Option<Voice<'a>>,
    /// `None` if there is no session policy.
    session: Option<Voice<'a>>,
    resource: Voice<'a>,
    /// One for each level.
    service_control: Vec<Voice<'a>>,
    service_control_binds: Truth,
    resource_control: Vec<Voice<'a>>,
    resource_control_binds: Truth,
    /// Whether caller and resource are of one account; `None` where the caller is of none.
    same_account: Option<Truth>,
    /// Whether the caller's account may give what the resource's policy does not.
    trusts: Truth,
    public_access_blocked: Truth,
}

impl<'a, 'q> Weighed<'a, 'q> {
    pub(super) fn of(request: &'q Request<'q>, policies: &Policies<'a>, accounts: &'q dyn Accounts) -> Self {
        let caller = request.caller;
        let has_boundary = match policies.boundary {
            boundary if boundary.is_none() => Truth::No,
            boundary if boundary.policies.is_empty() => Truth::Unknown,
            _ => Truth::Yes,
        };
        let question = Question { request, accounts, has_boundary };
        let voice = |attached: &Attached<'a>| Voice::of(attached, question);
        let guard = |attached: &Attached<'a>| (!attached.is_none()).then(|| voice(attached).guarding(attached));
        let levels = |guardrails: &Guardrails<'a>| guardrails.levels.iter().map(voice).collect();
        let resource = voice(&policies.resource);
        let of_organization = caller.is_service_linked().not();
        let supported = facts::service(request.action.service())
            .map_or(Truth::Unknown, |service| service.resource_control_policies.into());
        Self {
            question,
            trusts: trusts_account(request, resource.allow.account),
            same_account: caller
                .account()
                .map(|own| request.target.account().map_or(Truth::Unknown, |other| accounts.same(own, other))),
            identity: voice(&policies.identity),
            boundary: guard(&policies.boundary),
            session: guard(&policies.session),
            resource,
            service_control: levels(&policies.service_control),
            service_control_binds: policies
                .service_control
                .bind
                .and(of_organization)
                .and(caller.account().is_some().into()),
            resource_control: levels(&policies.resource_control),
            resource_control_binds: policies.resource_control.bind.and(of_organization).and(supported),
            public_access_blocked: policies.public_access_blocked,
        }
    }

    pub(super) fn verdict(&self) -> Verdict {
        match self.allowed().and(self.denied().not()) {
            Truth::Yes => Verdict::Allowed,
            Truth::No => Verdict::Denied,
            Truth::Unknown => Verdict::Unknown,
        }
    }

    /// Whether some statement denies it.
    fn denied(&self) -> Truth {
        let own = [Some(&self.identity), self.boundary.as_ref(), self.session.as_ref(), Some(&self.resource)];
        let own = Truth::any(own.into_iter().flatten().map(|voice| voice.deny));
        let service_control = Truth::any(self.service_control.iter().map(|voice| voice.deny));
        let resource_control = Truth::any(self.resource_control.iter().map(|voice| voice.deny));
        own.or(self.service_control_binds.and(service_control)).or(self.resource_control_binds.and(resource_control))
    }

    /// Whether all that have to allow it do, denies aside. `RCPFullAWSAccess` cannot be
    /// detached, so that resource control policies always allow.
    fn allowed(&self) -> Truth {
        let allowed = match self.same_account {
            None => self.allowed_without_account(),
            Some(Truth::Yes) => self.allowed_within(),
            Some(Truth::No) => self.allowed_across(),
            Some(Truth::Unknown) => agree(self.allowed_within(), self.allowed_across()),
        };
        allowed.and(self.within_service_control())
    }

    fn within_service_control(&self) -> Truth {
        let each = Truth::all(self.service_control.iter().map(|voice| voice.allow.direct));
        self.service_control_binds.not().or(each)
    }

    /// Services, federated callers and strangers have no policies but the resource's.
    fn allowed_without_account(&self) -> Truth {
        let blockable = self.is_anonymous_on_s3();
        let blocked = if blockable { self.public_access_blocked } else { Truth::No };
        self.resource.allow.direct.and(blocked.not())
    }

    fn is_anonymous_on_s3(&self) -> bool {
        let request = self.question.request;
        matches!(request.caller.principal(), Principal::Anonymous) && request.action.service() == "s3"
    }

    fn allowed_within(&self) -> Truth {
        let by_own = self.by_identity().and(self.trusts);
        let by_origin = self.resource.allow.behind.and(self.within_guards());
        self.resource.allow.direct.or(by_origin).or(by_own)
    }

    fn allowed_across(&self) -> Truth {
        self.by_identity().and(self.resource.allow.any())
    }

    /// Whether the caller's side allows it.
    fn by_identity(&self) -> Truth {
        self.identity_allows().and(self.within_guards())
    }

    /// The root user needs no policy.
    fn identity_allows(&self) -> Truth {
        match self.question.request.caller.principal() {
            Principal::Root { .. } => Truth::Yes,
            _ => self.identity.allow.direct,
        }
    }

    fn within_guards(&self) -> Truth {
        guard(self.boundary.as_ref()).and(guard(self.session.as_ref()))
    }

    /// The statements by which it is allowed.
    pub(super) fn allowed_by(&self) -> Witness<'a> {
        let within = self.same_account == Some(Truth::Yes);
        let resource = &self.resource;
        let mut witness = Witness::default();
        if self.same_account.is_none() || (within && resource.allow.direct.is_yes()) {
            witness.add(Half::Resource, resource.direct_by);
            witness.beside = said(Half::Identity, self.identity.direct_by);
        } else {
            let by_origin = within && resource.allow.behind.is_yes() && self.within_guards().is_yes();
            if by_origin {
                witness.beside = said(Half::Identity, self.identity.direct_by);
            } else {
                witness.add(Half::Identity, self.identity.direct_by);
            }
            witness.add(Half::Boundary, self.boundary.as_ref().and_then(|voice| voice.direct_by));
            witness.add(Half::Session, self.session.as_ref().and_then(|voice| voice.direct_by));
            let named = resource.direct_by.or(resource.behind_by).or(resource.account_by);
            if by_origin {
                witness.add(Half::Resource, resource.behind_by);
            } else if !within || !self.trusts_anyway() {
                witness.add(Half::Resource, if within { resource.account_by } else { named });
            }
        }
        if self.service_control_binds.may_be() {
            for level in &self.service_control {
                witness.add(Half::ServiceControl, level.direct_by);
            }
        }
        witness
    }

    /// Whether the account is trusted without a word of the resource's policy.
    fn trusts_anyway(&self) -> bool {
        trusts_account(self.question.request, Truth::No).is_yes()
    }

    /// The statements by which it is denied, or what is missing.
    pub(super) fn denied_by(&self) -> (Witness<'a>, Denial) {
        if !self.denied().is_yes() {
            return (Witness::default(), Denial::Implicit { missing: self.missing() });
        }
        let mut witness = Witness::default();
        witness.add(Half::Identity, self.identity.denied_by);
        witness.add(Half::Boundary, self.boundary.as_ref().and_then(|voice| voice.denied_by));
        witness.add(Half::Session, self.session.as_ref().and_then(|voice| voice.denied_by));
        witness.add(Half::Resource, self.resource.denied_by);
        let bound = |binds: Truth, levels: &'_ [Voice<'a>]| -> Vec<Option<Said<'a>>> {
            let levels = levels.iter().filter(|_| binds.is_yes());
            levels.map(|voice| voice.denied_by).collect()
        };
        for said in bound(self.service_control_binds, &self.service_control) {
            witness.add(Half::ServiceControl, said);
        }
        for said in bound(self.resource_control_binds, &self.resource_control) {
            witness.add(Half::ResourceControl, said);
        }
        (witness, Denial::Explicit)
    }

    fn missing(&self) -> Vec<Half> {
        let resource = &self.resource;
        let lacks = |half: Half, truth: Truth| truth.is_no().then_some(half);
        let own = [
            lacks(Half::Identity, self.identity_allows()),
            lacks(Half::Boundary, guard(self.boundary.as_ref())),
            lacks(Half::Session, guard(self.session.as_ref())),
        ];
        let named = match self.same_account {
            None => lacks(Half::Resource, resource.allow.direct),
            Some(Truth::Yes) => lacks(Half::Resource, self.trusts),
            Some(Truth::No) => lacks(Half::Resource, resource.allow.any()),
            // What is missing in either case.
            Some(Truth::Unknown) => lacks(Half::Resource, resource.allow.any().or(self.trusts)),
        };
        let own = own.into_iter().flatten().filter(|_| self.same_account.is_some());
        own.chain(named).chain(lacks(Half::ServiceControl, self.within_service_control())).collect()
    }

    /// What is in the way of a certain answer.
    pub(super) fn obstacles(&self, policies: &Policies<'a>) -> Vec<Obstacle> {
        let mut found = Vec::new();
        let own = [
            (Half::Identity, &policies.identity),
            (Half::Boundary, &policies.boundary),
            (Half::Session, &policies.session),
            (Half::Resource, &policies.resource),
        ];
        let bound = |binds: Truth, half: Half, guardrails: &Guardrails<'a>| {
            let levels = if binds.may_be() { guardrails.levels } else { &[] };
            levels.iter().map(move |level| (half, level))
        };
        let service = bound(self.service_control_binds, Half::ServiceControl, &policies.service_control);
        let resource = bound(self.resource_control_binds, Half::ResourceControl, &policies.resource_control);
        for (half, attached) in own.into_iter().chain(service).chain(resource) {
            self.question.obstacles(attached, &mut found);
            if !attached.in_view {
                found.push(Obstacle::NotInView(half));
            }
        }
        if self.same_account == Some(Truth::Unknown) {
            found.push(Obstacle::SameAccount);
        }
        if self.is_anonymous_on_s3() && self.public_access_blocked == Truth::Unknown {
            found.push(Obstacle::PublicAccess);
        }
        let is_open = |(level, voice): (&Attached<'_>, &Voice<'_>)| {
            !level.possible.is_empty() && voice.allow.direct == Truth::Unknown
        };
        let mut levels = policies.service_control.levels.iter().zip(&self.service_control);
        if self.service_control_binds.may_be() && levels.any(is_open) {
            found.push(Obstacle::AllowList);
        }
        found
    }
}

impl<'a> Witness<'a> {
    fn add(&mut self, half: Half, by: Option<Said<'a>>) {
        self.statements.extend(said(half, by));
    }
}

fn said(half: Half, by: Option<Said<'_>>) -> Option<WitnessStatement<'_>> {
    by.map(|(policy, statement)| WitnessStatement { half, policy, statement })
}

/// Whether a boundary or a session policy lets it pass.
fn guard(voice: Option<&Voice<'_>>) -> Truth {
    voice.map_or(Truth::Yes, |voice| voice.allow.direct)
}

fn agree(left: Truth, right: Truth) -> Truth {
    if left == right { left } else { Truth::Unknown }
}

/// Whether the policies of the caller's account count though the resource's policy does not
/// name the caller. Keys and roles trust their own account only if their policy names it.
fn trusts_account(request: &Request<'_>, names_account: Truth) -> Truth {
    let action = request.action.name();
    let on_role = action.starts_with("sts:assumerole") || TRUST.contains(&action);
    let on_key = if request.action.service() == "kms" { request.target.is_key() } else { Truth::No };
    on_key.or(on_role.into()).not().or(names_account)
}
