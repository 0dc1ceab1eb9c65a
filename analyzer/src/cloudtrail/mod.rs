//! What is declared of CloudTrail in the whole workspace, and what of the rest it needs.
//!
//! What the resources say is kept as they say it, in the names of the provider `aws` whichever
//! provider they are of, and every value has its place. What a trail names is looked up among
//! the resources and principals of the `iam` layer: by ARN, by name, from any stack.
//!
//! This layer must not decide whether what is there suffices: it says which requests CloudTrail
//! makes, and `access` answers them.

mod declared;
mod delivery;
mod order;
mod organization;
mod references;
mod settings;
mod surroundings;
#[cfg(test)]
mod tests;
mod trail;

use smol_str::SmolStr;

use crate::eval::evaluator::Evaluator;
use crate::eval::text::Text;
use crate::iam::IamModel;
use crate::policy::sites::declared::Headers;
use crate::truth::Truth;

pub use declared::{Declared, Kind};
pub use delivery::{Circumstance, Delivery, ENCRYPTION_CONTEXT, Need, SERVICE, Sender};
pub use order::Order;
pub use organization::{ID_START, Organization};
pub use settings::{Argument, Settings};
pub use trail::{Named, Trail};

use declared::Declarations;
use surroundings::{StackSurroundings, Surroundings};

/// What is declared of CloudTrail.
#[derive(Debug, Default)]
pub struct CloudTrail {
    trails: Vec<Trail>,
    declared: Declarations,
    surroundings: Surroundings,
}

/// What one stack declares, before what it names is looked up.
#[derive(Debug, Clone, Default)]
pub struct StackPart {
    trails: Vec<Trail>,
    declared: Declarations,
    surroundings: StackSurroundings,
}

/// What the stack that `evaluator` evaluates declares.
#[must_use]
pub fn of_stack(evaluator: &Evaluator<'_>) -> StackPart {
    let trails = trail::of_stack(evaluator);
    let mut part = StackPart {
        declared: Declarations::of_stack(evaluator, !trails.is_empty()),
        trails,
        surroundings: surroundings::of_stack(evaluator),
    };
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
        let mut surroundings = Vec::with_capacity(parts.len());
        for part in parts {
            whole.trails.extend(part.trails);
            whole.declared.extend(part.declared);
            surroundings.push(part.surroundings);
        }
        whole.trails.iter_mut().for_each(|trail| trail.look_up(iam));
        whole.surroundings = Surroundings::new(surroundings, iam);
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

    /// What is said of them and marked `sensitive`: it is never printed.
    #[must_use]
    pub fn secrets(&self) -> Vec<SmolStr> {
        let trails = self.trails.iter().map(|trail| &trail.settings);
        trails.chain(self.declared.all().map(|declared| &declared.settings)).flat_map(Settings::secrets).collect()
    }

    /// The region of the bucket of `trail`, if it is declared in view. `iam` is the model that this was made with.
    #[must_use]
    pub fn region_of_bucket(&self, trail: &Trail, iam: &IamModel) -> Option<&Text> {
        let bucket = iam.resources().get(trail.bucket.as_ref()?.index?)?;
        self.surroundings.region_of_bucket(bucket)
    }

    /// Whether the bucket of `trail` keeps a key of its own for several objects.
    #[must_use]
    pub fn has_bucket_key(&self, trail: &Trail) -> Truth {
        let bucket = trail.bucket.as_ref().and_then(|bucket| bucket.index);
        bucket.map_or(Truth::Unknown, |bucket| self.surroundings.has_bucket_key(bucket))
    }

    /// The key that the topic of `trail` is encrypted with. `iam` is the model that this was made with.
    #[must_use]
    pub fn key_of_topic(&self, trail: &Trail, iam: &IamModel) -> Option<&Named> {
        let topic = iam.resources().get(trail.topic.as_ref()?.index?)?;
        self.surroundings.key_of_topic(topic)
    }
}
