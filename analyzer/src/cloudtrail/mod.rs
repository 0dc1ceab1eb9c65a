//! What is declared of CloudTrail in the whole workspace, and what of the rest it needs.
//!
//! What the resources say is kept as they say it, in the names of the provider `aws` whichever
//! provider they are of, and every value has its place. What a trail names is looked up among
//! the resources and principals of the `iam` layer: by ARN, by name, from any stack.
//!
//! This layer must not decide whether what is there suffices: it says which requests CloudTrail
//! makes, and `access` answers them.

mod declared;
mod settings;
#[cfg(test)]
mod tests;
mod trail;

use crate::eval::evaluator::Evaluator;
use crate::iam::IamModel;
use crate::policy::sites::declared::Headers;

pub use declared::{Declared, Kind};
pub use settings::{Argument, Settings};
pub use trail::{Named, Trail};

use declared::Declarations;

/// What is declared of CloudTrail.
#[derive(Debug, Default)]
pub struct CloudTrail {
    trails: Vec<Trail>,
    declared: Declarations,
}

/// What one stack declares, before what it names is looked up.
#[derive(Debug, Default)]
pub struct StackPart {
    trails: Vec<Trail>,
    declared: Declarations,
}

/// What the stack that `evaluator` evaluates declares.
#[must_use]
pub fn of_stack(evaluator: &Evaluator<'_>) -> StackPart {
    let mut part = StackPart { trails: trail::of_stack(evaluator), declared: Declarations::of_stack(evaluator) };
    let of_trails = part.trails.iter_mut().map(|trail| &mut trail.settings);
    let all: Vec<&mut Settings> = of_trails.chain(part.declared.settings_mut()).collect();
    if !all.is_empty() {
        let headers = Headers::of_stack(evaluator);
        all.into_iter().for_each(|settings| settings.settle(&headers));
    }
    part
}

impl CloudTrail {
    /// Puts together what the stacks declare, and looks up what it names.
    #[must_use]
    pub fn new(parts: Vec<StackPart>, iam: &IamModel) -> Self {
        let mut whole = Self::default();
        for part in parts {
            whole.trails.extend(part.trails);
            whole.declared.extend(part.declared);
        }
        whole.trails.iter_mut().for_each(|trail| trail.look_up(iam));
        whole
    }

    /// The trails, in the order of stacks and addresses.
    #[must_use]
    pub fn trails(&self) -> &[Trail] {
        &self.trails
    }

    /// What else is declared of that kind, in the same order.
    #[must_use]
    pub fn declared(&self, kind: Kind) -> &[Declared] {
        self.declared.of(kind)
    }
}
