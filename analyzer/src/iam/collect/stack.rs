//! The accounts of a stack, as its resources have them.

use rustc_hash::FxHashSet;

use crate::eval::evaluator::Evaluator;
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
    let is_aws = |ty: &str| ty.starts_with("aws_") || ty.starts_with("awscc_");
    for instance in evaluator.resources().iter().filter(|instance| is_aws(instance.ty())) {
        let provider = evaluator.provider(instance);
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
