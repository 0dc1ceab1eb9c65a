//! Who is asking, and where: the provider configuration of the data source.

use std::sync::Arc;

use super::super::evaluator::{Evaluator, ResourceInstance};
use super::super::expression::{TextBuilder, known_piece};
use super::super::value::Value;

/// `aws_caller_identity`; the ARN is that of whoever runs Terraform, which nobody knows.
pub(super) fn caller(evaluator: &Evaluator<'_>, instance: &Arc<ResourceInstance>, name: &str) -> Option<Value> {
    matches!(name, "account_id" | "id").then(|| evaluator.account(instance).value())
}

/// `aws_arn`: the parts of an ARN.
pub(super) fn arn(evaluator: &Evaluator<'_>, instance: &Arc<ResourceInstance>, name: &str) -> Option<Value> {
    let arn = evaluator.configured(instance, "arn")?;
    let part = match name {
        "account" => "account_id",
        "partition" | "region" | "resource" | "service" => name,
        "id" => return Some(arn),
        _ => return None,
    };
    let parts = evaluator.call_function("provider::aws::arn_parse", &[arn], instance.decl.header).ok()?;
    evaluator.get_attribute(&parts, part).ok()
}

/// `aws_organizations_organization`: what the configuration of the analysis says of it.
pub(super) fn organization(evaluator: &Evaluator<'_>, _instance: &Arc<ResourceInstance>, name: &str) -> Option<Value> {
    evaluator.organization_attribute(name)
}

/// `aws_partition`
pub(super) fn partition(evaluator: &Evaluator<'_>, instance: &Arc<ResourceInstance>, name: &str) -> Option<Value> {
    let provider = evaluator.provider(instance);
    let region = evaluator.region(instance);
    match name {
        "partition" | "id" => Some(evaluator.partition(&provider, &region)),
        "dns_suffix" => Some(evaluator.dns_suffix(&provider, &region)),
        "reverse_dns_prefix" => {
            let suffix = evaluator.dns_suffix(&provider, &region).as_str()?;
            Some(Value::string(suffix.split('.').rev().collect::<Vec<_>>().join(".")))
        }
        _ => None,
    }
}

/// `aws_region`
pub(super) fn region(evaluator: &Evaluator<'_>, instance: &Arc<ResourceInstance>, name: &str) -> Option<Value> {
    match name {
        "name" | "id" | "region" => {
            let asked = evaluator.configured(instance, "name").filter(|value| !value.is_null());
            Some(asked.unwrap_or_else(|| evaluator.region(instance)))
        }
        _ => None,
    }
}

/// `aws_service_principal`
pub(super) fn service_principal(
    evaluator: &Evaluator<'_>,
    instance: &Arc<ResourceInstance>,
    name: &str,
) -> Option<Value> {
    if !matches!(name, "name" | "id") {
        return None;
    }
    let mut builder = TextBuilder::default();
    evaluator.push_value(&evaluator.configured(instance, "service_name")?, &mut builder).ok()?;
    builder.push(known_piece(".amazonaws.com"));
    Some(builder.finish())
}
