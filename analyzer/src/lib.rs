//! Static analysis of AWS access in Terraform, with CloudTrail at its centre.

pub mod access;
pub mod analysis;
pub mod answer;
pub mod aws;
pub mod baseline;
pub mod cancellation;
#[cfg(test)]
mod chance;
pub mod cloudtrail;
pub mod config;
pub mod diagram;
pub mod eval;
pub mod finding;
pub mod fingerprint;
pub mod fixes;
pub mod iam;
pub mod ide;
pub mod inspection;
pub mod module;
pub mod plan;
pub mod policy;
pub mod render;
pub mod rules;
pub mod source;
pub mod suppress;
pub mod syntax;
pub mod truth;
