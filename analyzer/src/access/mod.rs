//! Who may do what: IAM's decision about a request, where policies and request may have holes.
//!
//! A policy is compiled once ([`CompiledPolicy`]), as are a caller ([`Caller`]) and what
//! it reaches for ([`Target`]); [`decide`] then answers for any of them. Every part of the
//! way is a [`Truth`](crate::truth::Truth): what is only possible, open or not in view
//! counts as unknown and never as absent, so that `Allowed` and `Denied` hold for every
//! value of the unknowns.
//!
//! This layer must not judge whether a decision is good, nor whether a policy is well
//! formed: what AWS would refuse to store is unknown here.

mod accounts;
mod called;
mod caller;
mod claims;
mod comparison;
mod compiled;
mod condition;
mod context;
mod decide;
pub mod grants;
mod hole;
mod library;
mod meeting;
mod organization;
mod policy_set;
mod principal;
mod request;
mod resource;
mod standing;
mod statement;
mod template;
#[cfg(test)]
mod tests;
pub mod trust_graph;
mod unmade;
mod view;

pub use accounts::{Accounts, ByNumber};
pub use caller::{Caller, Principal};
pub use claims::may_allow;
pub use compiled::CompiledPolicy;
pub use context::{Context, Presence};
pub use decide::{Decision, Denial, Half, Obstacle, Verdict, Witness, WitnessStatement, decide, verdict};
pub use meeting::AtOdds;
pub use policy_set::{Attached, Guardrails, Policies};
pub use request::{Action, Request, Target};
pub use standing::Standing;
pub use view::{AccessView, CallerSide, Holding, TargetSide};
