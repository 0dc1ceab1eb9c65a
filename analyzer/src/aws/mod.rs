//! What is true of AWS whatever the source under analysis says: services, actions,
//! condition keys, partitions, the form of ARNs, and how patterns match.
//!
//! This layer must not know Terraform, values or policies. Facts come from the tables
//! in `analyzer/data`, each with its origin in `SOURCES.toml` there.

pub mod arn;
pub mod arn_formats;
pub mod attributes;
pub mod encryption;
pub mod facts;
mod glob;
pub mod known_accounts;
pub mod pattern;
pub mod resource;
pub mod roles_made_elsewhere;
pub mod service_accounts;
pub mod sites;
pub mod subjects;
mod table;
