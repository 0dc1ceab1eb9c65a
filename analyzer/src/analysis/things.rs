//! The resources that have an ARN, for those who ask about one by its address.

use std::sync::Arc;

use rayon::prelude::*;

use crate::answer::Thing;
use crate::eval::evaluator::{Evaluator, ResourceInstance};
use crate::module::{Mode, Stack};

use super::State;
use super::knowledge::Knowing;

/// Those of all stacks, which are evaluated for it.
pub(super) fn things(state: &State) -> Vec<Thing> {
    let (knowing, _) =
        Knowing::new(&*state.files, &state.sources, &state.configuration, &state.workspace.stacks, &state.planned);
    let of_stack = |stack: &Arc<Stack>| {
        knowing.with_evaluator(stack, |evaluator| {
            evaluator.resources().iter().filter_map(|instance| thing(evaluator, instance)).collect::<Vec<_>>()
        })
    };
    let of_stacks: Vec<_> = state.workspace.stacks.par_iter().map(of_stack).collect();
    of_stacks.into_iter().flatten().collect()
}

fn thing(evaluator: &Evaluator<'_>, instance: &Arc<ResourceInstance>) -> Option<Thing> {
    let is_aws = instance.ty().starts_with("aws_") || instance.ty().starts_with("awscc_");
    if !is_aws || instance.decl.address.mode != Mode::Managed {
        return None;
    }
    let arn = evaluator.attribute(instance, "arn").as_text()?.clone();
    let (stack, address) = (evaluator.scope_name().clone(), instance.address.clone());
    Some(Thing { stack, address, account: evaluator.account(instance), arn })
}
