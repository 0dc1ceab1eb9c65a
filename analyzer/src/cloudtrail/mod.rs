//! What is declared of CloudTrail in the whole workspace, and what of the rest it needs.
//!
//! What the resources say is kept as they say it, in the names of the provider `aws` whichever
//! provider they are of, and every value has its place. What a trail names is looked up among
//! the resources and principals of the `iam` layer: by ARN, by name, from any stack.
//!
//! This layer must not decide whether what is there suffices: it says which requests CloudTrail
//! makes, and `access` answers them.

mod settings;
#[cfg(test)]
mod tests;
mod trail;

use crate::eval::evaluator::Evaluator;
use crate::iam::IamModel;

pub use settings::{Argument, Settings};
pub use trail::{Named, Trail};

/// What is declared of CloudTrail.
#[derive(Debug, Default)]
pub struct CloudTrail {
    trails: Vec<Trail>,
}

/// What one stack declares, before what it names is looked up.
#[derive(Debug, Default)]
pub struct StackPart {
    trails: Vec<Trail>,
}

/// What the stack that `evaluator` evaluates declares.
#[must_use]
pub fn of_stack(evaluator: &Evaluator<'_>) -> StackPart {
    StackPart { trails: trail::of_stack(evaluator) }
}

impl CloudTrail {
    /// Puts together what the stacks declare, and looks up what it names.
    #[must_use]
    pub fn new(parts: Vec<StackPart>, iam: &IamModel) -> Self {
        let mut trails: Vec<Trail> = parts.into_iter().flat_map(|part| part.trails).collect();
        trails.iter_mut().for_each(|trail| trail.look_up(iam));
        Self { trails }
    }

    /// The trails, in the order of stacks and addresses.
    #[must_use]
    pub fn trails(&self) -> &[Trail] {
        &self.trails
    }
}
