//! The evaluator against what Terraform itself answered; the answers are recorded in
//! `tests/conformance/terraform`.

mod answer;
mod expressions;
mod modules;
mod policy_documents;
