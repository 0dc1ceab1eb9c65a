//! From stacks to what `crosstrail inspect` shows of them.

use std::collections::BTreeSet;
use std::sync::Arc;

use rayon::prelude::*;
use rustc_hash::FxHashMap;

use crate::eval::evaluator::{Evaluator, ResourceInstance};
use crate::iam::{AttachedPolicy, PolicySource, Principal, PrincipalKind};
use crate::inspection::{
    HeldPolicy, Inspection, PolicyInspection, PrincipalInspection, ResourceInspection, StackInspection,
};
use crate::module::{Mode, Stack};
use crate::policy::sites::{self, Form, Knowledge, PolicySite};

use super::State;
use super::knowledge::Knowing;

/// Evaluates all of `state` that can be shown.
pub(super) fn inspect(state: &State) -> Inspection {
    let alone = state.policies.iter().filter(|site| site.form == Form::PolicyFile);
    let (knowing, _) =
        Knowing::new(&*state.files, &state.sources, &state.configuration, &state.workspace.stacks, &state.planned);
    let mut principals: FxHashMap<&str, Vec<PrincipalInspection>> = FxHashMap::default();
    for it in state.iam.principals() {
        principals.entry(it.stack.as_str()).or_default().push(principal(it, &state.policies));
    }
    let stack = |stack: &Arc<Stack>| {
        knowing.with_evaluator(stack, |evaluator| {
            let principals = principals.get(evaluator.scope_name().as_str()).cloned().unwrap_or_default();
            StackInspection { principals, ..stack_inspection(stack, evaluator) }
        })
    };
    Inspection { stacks: state.workspace.stacks.par_iter().map(stack).collect(), policies: alone.map(policy).collect() }
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
    let is_aws = ty.starts_with("aws_") || ty.starts_with("awscc_");
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
