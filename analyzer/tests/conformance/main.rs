//! The evaluator against what Terraform itself answered; the answers are recorded in
//! `tests/conformance/terraform`.

#![cfg(test)]

mod answer;
mod arns;
mod expressions;
mod modules;
mod policy_documents;
