//! Who and what is in view, ready to be decided about: the model of the `iam` layer in the
//! terms of [`decide`](super::decide()).
//!
//! Of what organizations restrict, that is part of it which binds an account for certain: a
//! workspace rarely shows the whole tree that their policies hang on.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, OnceLock};

use crate::eval::account::{Account, KnownAccounts, same};
use crate::eval::evaluator::Existence;
use crate::eval::symbol::{Cause, Symbol};
use crate::eval::text::Text;
use crate::iam::{Assignment, Held, IamModel, Origin, PolicedResource, Principal, PrincipalKind};
use crate::policy::model::{PolicyDocument, PolicyKind};
use crate::policy::sites::PolicySite;
use crate::truth::Truth;

use super::accounts::Accounts;
use super::called::Twins;
use super::caller::{self, Caller};
use super::compiled::CompiledPolicy;
use super::context::Context;
use super::decide::{Decision, Verdict, decide, verdict};
use super::grants::Grants;
use super::library::Library;
use super::meeting::{AtOdds, never_meet};
use super::organization::Bounds;
use super::policy_set::{Attached, Guardrails, Policies};
use super::request::{Action, Request, Target};
use super::trust_graph::TrustGraph;
use super::unmade::Unmade;

/// The principals and resources of a workspace with their policies, compiled when they are first needed.
#[derive(Debug)]
pub struct AccessView<'a> {
    iam: &'a IamModel,
    policies: &'a [PolicySite],
    accounts: KnownAccounts<'a>,
    library: OnceLock<Library>,
    bounds: OnceLock<Bounds>,
    grants: Grants<'a>,
    pub(super) graph: OnceLock<TrustGraph>,
    pub(super) unmade: OnceLock<Unmade>,
    pub(super) twins: OnceLock<Twins>,
    decisions: AtomicUsize,
}

/// A caller and what its side says of it.
#[derive(Debug)]
pub struct CallerSide<'v> {
    /// Who calls.
    pub caller: Caller,
    /// Its policies, and those of its groups.
    pub identity: Holding<'v>,
    /// Its permissions boundary.
    pub boundary: Holding<'v>,
}

/// What a caller reaches for and what the policy on it says.
#[derive(Debug)]
pub struct TargetSide<'v> {
    /// What is reached for.
    pub target: Target,
    /// The policies on it: the trust policy of a role.
    pub policies: Holding<'v>,
}

/// Compiled policies of one kind that something has: what [`Attached`] is about.
#[derive(Debug, Default)]
pub struct Holding<'v> {
    certain: Vec<&'v CompiledPolicy>,
    possible: Vec<&'v CompiledPolicy>,
    open: Vec<Symbol>,
    in_view: bool,
}

impl<'a> AccessView<'a> {
    /// A view of `iam`, which was made with `policies`. Nothing is compiled yet.
    #[must_use]
    pub fn new(iam: &'a IamModel, policies: &'a [PolicySite], accounts: KnownAccounts<'a>) -> Self {
        Self {
            iam,
            policies,
            accounts,
            library: OnceLock::new(),
            bounds: OnceLock::new(),
            grants: Grants::default(),
            graph: OnceLock::new(),
            unmade: OnceLock::new(),
            twins: OnceLock::new(),
            decisions: AtomicUsize::new(0),
        }
    }

    /// The model that it is a view of.
    #[must_use]
    pub const fn iam(&self) -> &'a IamModel {
        self.iam
    }

    /// The policies of all uses.
    #[must_use]
    pub const fn policies(&self) -> &'a [PolicySite] {
        self.policies
    }

    /// What is known of accounts.
    #[must_use]
    pub const fn accounts(&self) -> KnownAccounts<'a> {
        self.accounts
    }

    /// How many requests were decided so far: the work that was done, whatever the clock says.
    #[must_use]
    pub fn decisions(&self) -> usize {
        self.decisions.load(Ordering::Relaxed)
    }

    /// `principal` as a caller: any session of a role, or a user. `None` for what calls nothing itself.
    #[must_use]
    pub fn caller<'v>(&'v self, principal: &'v Principal) -> Option<CallerSide<'v>> {
        let (arn, account) = (principal.arn.clone(), principal.account.text.clone());
        let who = match principal.kind {
            PrincipalKind::Role => caller::Principal::Role { arn, account },
            PrincipalKind::User => caller::Principal::User { arn, account },
            PrincipalKind::Group | PrincipalKind::PermissionSet => return None,
        };
        Some(CallerSide {
            caller: Caller::new(who),
            identity: self.identity(principal),
            boundary: self.holding(&self.iam.boundary(principal, self.policies), PolicyKind::Identity),
        })
    }

    /// The permission set `set` as the role that it becomes in an account where someone has it.
    ///
    /// Source: IAM Identity Center User Guide, `referencingpermissionsets`.
    #[must_use]
    pub fn caller_of_set(&self, set: &'a Principal, assignment: &'a Assignment) -> CallerSide<'_> {
        let account = assignment.account.clone();
        let front = Text::known("arn:aws:iam::").concat(account.clone());
        let path = Text::known(":role/aws-reserved/sso.amazonaws.com/AWSReservedSSO_").concat(set.name.clone());
        let end =
            Symbol::new(set.stack.clone(), format!("{}.role", set.address), Cause::Computed, Some(assignment.via));
        let arn = front.concat(path).concat(Text::known("_")).concat(Text::hole(end));
        let mut identity = self.identity(set);
        if let Existence::MayExist(symbol) = &assignment.existence {
            identity.possible.append(&mut identity.certain);
            identity.open.push(symbol.clone());
        }
        let boundary = self.holding(&self.iam.boundary(set, self.policies), PolicyKind::Identity);
        CallerSide { caller: Caller::new(caller::Principal::Role { arn, account }), identity, boundary }
    }

    /// The identity policies of `principal`. One that is only looked up or named may have others.
    #[must_use]
    pub fn identity<'v>(&'v self, principal: &'v Principal) -> Holding<'v> {
        let mut holding = self.holding(&self.iam.identity_policies(principal, self.policies), PolicyKind::Identity);
        holding.in_view &= principal.origin == Origin::Declared;
        holding
    }

    /// A caller of whose side nothing is in view. Who has no policies of its own, as a service
    /// or the root user, has certainly none.
    #[must_use]
    pub fn stranger(&self, who: caller::Principal) -> CallerSide<'_> {
        let holding = || match who {
            caller::Principal::Role { .. }
            | caller::Principal::Session { .. }
            | caller::Principal::User { .. }
            | caller::Principal::FederatedUser { .. } => Holding::default(),
            caller::Principal::Root { .. }
            | caller::Principal::Service(_)
            | caller::Principal::Federated(_)
            | caller::Principal::Anonymous => Holding::none(),
        };
        let (identity, boundary) = (holding(), holding());
        CallerSide { caller: Caller::new(who), identity, boundary }
    }

    /// `document` as decisions know it; `None` if the model does not have it as a policy of that kind.
    #[must_use]
    pub fn compiled(&self, document: &Arc<PolicyDocument>, kind: PolicyKind) -> Option<&CompiledPolicy> {
        self.library().get(document, kind)
    }

    /// `role` as what is assumed, with its trust policy.
    #[must_use]
    pub fn role<'v>(&'v self, role: &'v Principal) -> TargetSide<'v> {
        let document = self.iam.trust(role, self.policies);
        let compiled = document.and_then(|document| self.library().get(document, PolicyKind::Trust));
        let mut policies = Holding { in_view: compiled.is_some(), ..Holding::default() };
        match &role.existence {
            // What AWS gives a role that may be there is there as far as the role is.
            Existence::MayExist(symbol) if role.given_trust.is_some() => {
                policies.possible.extend(compiled);
                policies.open.push(symbol.clone());
            }
            Existence::MayExist(_) | Existence::Certain => policies.certain.extend(compiled),
        }
        TargetSide { target: Target::new(&role.arn, Some(role.account.text.clone())), policies }
    }

    /// `resource` as what is reached for.
    #[must_use]
    pub fn resource<'v>(&'v self, resource: &'v PolicedResource) -> TargetSide<'v> {
        self.within(resource, &resource.arn)
    }

    /// What is within `resource`, as the objects of a bucket: each thing whose ARN `arns` matches.
    #[must_use]
    pub fn within<'v>(&'v self, resource: &'v PolicedResource, arns: &Text) -> TargetSide<'v> {
        let held = self.iam.resource_policies(resource, self.policies);
        TargetSide {
            target: Target::each(arns, Some(resource.account.text.clone())),
            policies: self.holding(&held, PolicyKind::Resource),
        }
    }

    /// A resource of whose policy nothing is in view. `account` is the one that owns it.
    #[must_use]
    pub fn elsewhere(&self, arn: &Text, account: Option<Account>) -> TargetSide<'_> {
        TargetSide { target: Target::new(arn, account.map(|it| it.text.clone())), policies: Holding::default() }
    }

    /// Has `read` look at the decision whether `by` may do `action` to `on`.
    pub fn decide<R>(
        &self,
        by: &CallerSide<'_>,
        action: &Action,
        on: &TargetSide<'_>,
        context: &Context,
        read: impl FnOnce(Decision<'_>) -> R,
    ) -> R {
        self.ask(by, action, on, context, |request, policies| read(decide(request, policies, self)))
    }

    /// The same, what organizations restrict left aside.
    pub(super) fn decide_apart<R>(
        &self,
        by: &CallerSide<'_>,
        action: &Action,
        on: &TargetSide<'_>,
        context: &Context,
        read: impl FnOnce(Decision<'_>) -> R,
    ) -> R {
        let (request, policies) = self.question(by, action, on, context);
        read(decide(&request, &policies, self))
    }

    /// Conditions by which both sides allow `action`, and never together.
    pub(super) fn never_meet(&self, by: &CallerSide<'_>, action: &Action, on: &TargetSide<'_>) -> Option<AtOdds> {
        let context = Context::default();
        let (request, policies) = self.question(by, action, on, &context);
        never_meet(&request, &policies, self)
    }

    /// Whether `by` may do `action` to `on`.
    #[must_use]
    pub fn verdict(&self, by: &CallerSide<'_>, action: &Action, on: &TargetSide<'_>, context: &Context) -> Verdict {
        self.ask(by, action, on, context, |request, policies| verdict(request, policies, self))
    }

    /// Asks with the policies of both sides and of their organizations.
    fn ask<R>(
        &self,
        by: &CallerSide<'_>,
        action: &Action,
        on: &TargetSide<'_>,
        context: &Context,
        answer: impl FnOnce(&Request<'_>, &Policies<'_>) -> R,
    ) -> R {
        let service_control = self.binding(PolicyKind::ServiceControl, by.caller.account());
        let resource_control = self.binding(PolicyKind::ResourceControl, on.target.account());
        let (service_control, resource_control) = (attached(&service_control), attached(&resource_control));
        let bind = |levels| Guardrails { levels, bind: Truth::Yes };
        let (service_control, resource_control) = (bind(&service_control), bind(&resource_control));
        let (request, policies) = self.question(by, action, on, context);
        answer(&request, &Policies { service_control, resource_control, ..policies })
    }

    /// The request, and the policies of both sides.
    fn question<'q>(
        &self,
        by: &'q CallerSide<'_>,
        action: &'q Action,
        on: &'q TargetSide<'_>,
        context: &'q Context,
    ) -> (Request<'q>, Policies<'q>) {
        self.decisions.fetch_add(1, Ordering::Relaxed);
        let request = Request { caller: &by.caller, action, target: &on.target, context };
        let policies = Policies {
            identity: by.identity.attached(),
            boundary: by.boundary.attached(),
            resource: on.policies.attached(),
            ..Policies::NONE
        };
        (request, policies)
    }

    pub(super) fn grants(&self) -> &Grants<'a> {
        &self.grants
    }

    pub(super) fn bounds(&self) -> &Bounds {
        self.bounds.get_or_init(|| self.find_bounds())
    }

    pub(super) fn library(&self) -> &Library {
        self.library.get_or_init(|| Library::of(self.iam, self.policies))
    }

    fn holding(&self, held: &Held<'_>, kind: PolicyKind) -> Holding<'_> {
        let mut holding = Holding { open: held.open.clone(), in_view: held.in_view, ..Holding::default() };
        let compiled = |document: &&Arc<PolicyDocument>| self.library().get(document, kind);
        holding.certain.extend(held.certain.iter().filter_map(compiled));
        holding.possible.extend(held.possible.iter().filter_map(compiled));
        // A document that the library does not know is not in view.
        let (asked, found) = (held.certain.len() + held.possible.len(), holding.len());
        holding.in_view &= asked == found;
        holding
    }
}

impl<'v> Holding<'v> {
    /// These and no others.
    pub(super) fn of(certain: Vec<&'v CompiledPolicy>, possible: Vec<&'v CompiledPolicy>) -> Self {
        Self { certain, possible, in_view: true, ..Self::default() }
    }
}

impl Holding<'_> {
    /// No policy, for certain.
    #[must_use]
    pub fn none() -> Self {
        Self { in_view: true, ..Self::default() }
    }

    /// Them, as a decision has them.
    #[must_use]
    pub fn attached(&self) -> Attached<'_> {
        Attached { policies: &self.certain, possible: &self.possible, open: &self.open, in_view: self.in_view }
    }

    /// Whether nothing but these policies can be there, each of them for certain.
    #[must_use]
    pub fn is_settled(&self) -> bool {
        self.in_view && self.open.is_empty() && self.possible.is_empty()
    }

    fn len(&self) -> usize {
        self.certain.len() + self.possible.len()
    }
}

impl Accounts for AccessView<'_> {
    fn same(&self, left: &Text, right: &Text) -> Truth {
        same(&self.accounts.of_text(left), &self.accounts.of_text(right)).truth
    }
}

fn attached<'h>(levels: &'h [Holding<'_>]) -> Vec<Attached<'h>> {
    levels.iter().map(Holding::attached).collect()
}
