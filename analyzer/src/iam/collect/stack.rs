//! The accounts of a stack, as its resources have them.

use std::sync::Arc;

use rustc_hash::FxHashSet;

use crate::eval::evaluator::{Evaluator, ModuleInstance, ResourceInstance};
use crate::iam::key::Key;
use crate::iam::stack::StackAccounts;

/// What the stack that `evaluator` evaluates is applied in.
pub(super) fn accounts(evaluator: &Evaluator<'_>) -> StackAccounts {
    let modules = evaluator.modules();
    let missing = modules.iter().filter(|module| module.node().is_none()).filter_map(|module| module.call());
    let mut stack = StackAccounts {
        stack: evaluator.scope_name().clone(),
        missing_modules: missing.map(|call| call.source_span).collect(),
        library: evaluator.stack().library,
        ..StackAccounts::default()
    };
    let (mut providers, mut keys) = (FxHashSet::default(), FxHashSet::default());
    for instance in modules.iter().flat_map(|module| one_for_each_provider(evaluator, module)) {
        let provider = evaluator.provider(&instance);
        if !providers.insert(provider.address.clone()) {
            continue;
        }
        let account = evaluator.provider_account(&provider);
        if keys.insert(Key::new(&account.text)) {
            stack.accounts.push(account);
        }
        stack.assumed.extend(evaluator.assumed_roles(&provider));
    }
    stack
}

/// Instances of `module` that have all the providers for AWS that its resources have. Blocks with the same
/// reference have the same provider, unless it picks one by a key: how often the others are there is not evaluated.
fn one_for_each_provider(evaluator: &Evaluator<'_>, module: &Arc<ModuleInstance>) -> Vec<Arc<ResourceInstance>> {
    let is_aws = |ty: &str| ty.starts_with("aws_") || ty.starts_with("awscc_");
    let resources = module.node().into_iter().flat_map(|node| &node.module.resources);
    let mut found = Vec::new();
    let mut seen = FxHashSet::default();
    for resource in resources.filter(|it| is_aws(&it.address.ty)) {
        let reference = resource.provider_reference();
        let name = (reference.name, reference.alias);
        if reference.key.is_some() || !seen.contains(&name) {
            let instances = evaluator.instances(module, &resource.address);
            seen.extend(instances.first().filter(|_| reference.key.is_none()).map(|_| name));
            found.extend(instances);
        }
    }
    found
}
