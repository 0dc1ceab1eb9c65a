//! From stacks to what `crosstrail inspect` shows of them.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use rayon::prelude::*;
use rustc_hash::FxHashMap;

use crate::access::AccessView;
use crate::diagram::{Diagram, Standing};
use crate::eval::account::{Account, EvidenceKind, KnownAccounts};
use crate::eval::evaluator::{Evaluator, ResourceInstance};
use crate::eval::symbol::Symbol;
use crate::iam::{AttachedPolicy, Key, PolicySource, Principal, PrincipalKind};
use crate::inspection::{
    AccountCount, GrantCount, HeldPolicy, Inspection, KnownAs, PolicyInspection, PrincipalInspection,
    ResourceInspection, StackInspection, Summary,
};
use crate::module::{Mode, Stack};
use crate::policy::sites::{self, Form, Knowledge, PolicySite};

use super::State;
use super::knowledge::Knowing;

/// Evaluates all of `state` that can be shown.
pub(super) fn inspect(state: &State) -> Inspection {
    let alone = state.models().policies.iter().filter(|site| site.form == Form::PolicyFile);
    let (knowing, _) =
        Knowing::new(&*state.files, &state.sources, &state.configuration, &state.workspace.stacks, &state.planned);
    let mut principals: FxHashMap<&str, Vec<PrincipalInspection>> = FxHashMap::default();
    for it in state.models().iam.principals() {
        principals.entry(it.stack.as_str()).or_default().push(principal(it, &state.models().policies));
    }
    let stack = |stack: &Arc<Stack>| {
        knowing.with_evaluator(stack, |evaluator| {
            let principals = principals.get(evaluator.scope_name().as_str()).cloned().unwrap_or_default();
            let inspection = StackInspection { principals, ..stack_inspection(stack, evaluator) };
            (inspection, accounts(evaluator))
        })
    };
    let (stacks, accounts): (Vec<_>, Vec<_>) = state.workspace.stacks.par_iter().map(stack).unzip();
    let summary = Summary { accounts: account_counts(accounts.into_iter().flatten()), grants: grant_counts(state) };
    Inspection { stacks, policies: alone.map(policy).collect(), summary }
}

/// The account of every resource of AWS.
fn accounts(evaluator: &Evaluator<'_>) -> Vec<Account> {
    let managed = |it: &&Arc<ResourceInstance>| it.decl.address.mode == Mode::Managed && is_aws(it);
    evaluator.resources().iter().filter(managed).map(|instance| evaluator.account(instance)).collect()
}

fn is_aws(instance: &ResourceInstance) -> bool {
    instance.ty().starts_with("aws_") || instance.ty().starts_with("awscc_")
}

fn account_counts(accounts: impl Iterator<Item = Account>) -> Vec<AccountCount> {
    let mut found: BTreeMap<(KnownAs, Key), usize> = BTreeMap::new();
    for account in accounts {
        *found.entry((known_as(&account), Key::new(&account.text))).or_default() += 1;
    }
    let mut counts: Vec<AccountCount> = Vec::new();
    for ((known_as, _), resources) in found {
        match counts.last_mut().filter(|count| count.known_as == known_as) {
            Some(count) => {
                count.accounts += 1;
                count.resources += resources;
            }
            None => counts.push(AccountCount { known_as, accounts: 1, resources }),
        }
    }
    counts
}

fn known_as(account: &Account) -> KnownAs {
    match (account.id, &account.name, account.evidence.kind) {
        (Some(_), _, _) => KnownAs::Number,
        (None, Some(_), _) => KnownAs::Name,
        (None, None, EvidenceKind::Home) => KnownAs::Home,
        (None, None, _) if account.text.holes().all(Symbol::is_stable) => KnownAs::Symbol,
        (None, None, _) => KnownAs::Unknown,
    }
}

fn grant_counts(state: &State) -> Vec<GrantCount> {
    let accounts = KnownAccounts::new(Some(&state.configuration), &state.sources);
    let view = AccessView::new(&state.models().iam, &state.models().policies, accounts);
    let mut found: BTreeMap<Standing, usize> = BTreeMap::new();
    for arrow in Diagram::of(&view).across().arrows {
        *found.entry(arrow.standing).or_default() += 1;
    }
    found.into_iter().map(|(standing, grants)| GrantCount { state: standing.word(), grants }).collect()
}

fn stack_inspection(stack: &Stack, evaluator: &Evaluator<'_>) -> StackInspection {
    let root = evaluator.root();
    let module = &stack.root.module;
    let locals = module.locals.keys().filter_map(|name| Some((name.clone(), evaluator.local(root, name)?)));
    let outputs = module.outputs.keys().filter_map(|name| Some((name.clone(), evaluator.output(root, name)?)));
    let (locals, outputs) = (locals.collect(), outputs.collect());
    let mut resources: Vec<_> = evaluator.resources().iter().map(|instance| resource(evaluator, instance)).collect();
    resources.sort_by(|a, b| a.address.cmp(&b.address));
    let mut policies: Vec<_> = sites::of_stack(evaluator).iter().map(policy).collect();
    policies.sort_by(|a, b| (&a.address, &a.attribute).cmp(&(&b.address, &b.attribute)));
    let accounts: BTreeSet<String> = resources.iter().filter_map(|resource| resource.account.clone()).collect();
    StackInspection {
        dir: stack.dir.clone(),
        environment: stack.environment.clone(),
        accounts: accounts.into_iter().collect(),
        locals,
        outputs,
        resources,
        policies,
        principals: Vec::new(),
    }
}

fn resource(evaluator: &Evaluator<'_>, instance: &Arc<ResourceInstance>) -> ResourceInspection {
    let ty = instance.ty().clone();
    let is_aws = is_aws(instance);
    let account = is_aws.then(|| evaluator.account(instance));
    let has_arn = is_aws && instance.decl.address.mode == Mode::Managed;
    let arn = has_arn.then(|| evaluator.attribute(instance, "arn"));
    ResourceInspection {
        address: instance.address.to_string(),
        ty,
        account: account.map(|account| account.text.display()),
        arn: arn.and_then(|arn| arn.as_text().cloned()),
    }
}

fn policy(site: &PolicySite) -> PolicyInspection {
    PolicyInspection {
        address: site.address.to_string(),
        attribute: site.attribute.clone(),
        kind: site.kind,
        known: site.knowledge == Knowledge::Known,
        span: site.span,
        document: Arc::clone(&site.document),
    }
}

fn principal(principal: &Principal, policies: &[PolicySite]) -> PrincipalInspection {
    let held = |policy: &AttachedPolicy| held(policy, policies);
    PrincipalInspection {
        address: principal.address.to_string(),
        kind: match principal.kind {
            PrincipalKind::Role => "role",
            PrincipalKind::User => "user",
            PrincipalKind::Group => "group",
            PrincipalKind::PermissionSet => "permission-set",
        },
        arn: principal.arn.display(),
        policies: principal.policies.iter().map(held).collect(),
        boundary: principal.boundary.as_ref().map(held),
        open: principal.open.iter().map(|symbol| symbol.address().to_string()).collect(),
    }
}

fn held(policy: &AttachedPolicy, policies: &[PolicySite]) -> HeldPolicy {
    let name = match &policy.source {
        PolicySource::Site(index) => policies.get(*index).map(|site| format!("{}.{}", site.address, site.attribute)),
        PolicySource::Aws(facts) => Some(format!("arn:aws:iam::aws:policy/{}", facts.name)),
        PolicySource::NotInView(arn) => Some(arn.display()),
        PolicySource::Unknown(symbol) => Some(symbol.address().to_string()),
    };
    HeldPolicy { policy: name.unwrap_or_default(), certain: policy.is_certain() }
}
