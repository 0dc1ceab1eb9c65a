//! What AWS has: services, actions, resource types, condition keys, operators,
//! partitions, regions and service principals, and what a misspelt one may mean.
//!
//! Names are looked up as AWS compares them, letter case aside, and answered in AWS's
//! own spelling. The tables are not complete: AWS has valid actions that its reference
//! leaves out. What is found here exists; what is not found may.

mod action;
pub mod cloudtrail;
mod condition_key;
mod issuer;
mod key_uses;
mod managed_policy;
mod nearest;
mod operator;
mod place;
mod principal;
mod resource_type;
mod service;
mod source_keys;
mod support;

#[cfg(test)]
mod tests;

pub use action::{AccessLevel, ActionFacts, action, actions, expand, is_matched, matches_any, same_name};
pub use condition_key::{ConditionKeyFacts, KeyScope, KeyType, condition_key, condition_keys};
pub use issuer::tenant_claim;
pub use key_uses::{KeyUse, key_uses};
pub use managed_policy::{ManagedPolicy, managed_policies, managed_policy};
pub use nearest::{
    is_slip, nearest_action, nearest_condition_key, nearest_operator, nearest_partition, nearest_region,
    nearest_service, nearest_service_principal,
};
pub use operator::{OPERATORS, Operator, OperatorType, OperatorUse, SetQualifier, operator};
pub use place::{PartitionFacts, RegionFacts, partition, partitions, region, regions};
pub use principal::{ServicePrincipal, is_listed_principal, service_principal, service_principals};
pub use resource_type::{ResourceTypeFacts, resource_type, resource_types};
pub use service::{ServiceFacts, service, services};
pub use source_keys::source_keys;
pub use support::{Feature, ResourcePolicyFacts, Support, date, resource_policy, support};
