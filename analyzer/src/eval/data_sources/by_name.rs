//! Data sources that look a resource up by its name: what follows from the name is known.

use std::sync::Arc;

use smol_str::SmolStr;

use super::super::evaluator::{Evaluator, ResourceInstance};
use super::super::expression::known_piece;
use super::super::symbol::Cause;
use super::super::text::{Piece, Text};
use super::super::value::{Value, ValueKind};

/// The type, which is that of the resource too, the argument that names the resource, and
/// what the resource calls it. Sorted.
const BY_NAME: &[(&str, &str, &str)] = &[
    ("aws_cloudwatch_event_bus", "name", "name"),
    ("aws_cloudwatch_log_group", "name", "name"),
    ("aws_codecommit_repository", "repository_name", "repository_name"),
    ("aws_dynamodb_table", "name", "name"),
    ("aws_ecr_repository", "name", "name"),
    ("aws_ecs_cluster", "cluster_name", "name"),
    ("aws_eks_cluster", "name", "name"),
    ("aws_iam_group", "group_name", "name"),
    ("aws_iam_instance_profile", "name", "name"),
    ("aws_iam_openid_connect_provider", "url", "url"),
    ("aws_iam_policy", "name", "name"),
    ("aws_iam_role", "name", "name"),
    ("aws_iam_user", "user_name", "name"),
    ("aws_kinesis_firehose_delivery_stream", "name", "name"),
    ("aws_kinesis_stream", "name", "name"),
    ("aws_kms_alias", "name", "name"),
    ("aws_lambda_function", "function_name", "function_name"),
    ("aws_opensearch_domain", "domain_name", "domain_name"),
    ("aws_s3_bucket", "bucket", "bucket"),
    ("aws_secretsmanager_secret", "name", "name"),
    ("aws_sfn_state_machine", "name", "name"),
    ("aws_sns_topic", "name", "name"),
    ("aws_sqs_queue", "name", "name"),
    ("aws_ssm_document", "name", "name"),
    ("aws_ssm_parameter", "name", "name"),
];

/// An attribute that follows from the name that is looked up.
pub(super) fn attribute(evaluator: &Evaluator<'_>, instance: &Arc<ResourceInstance>, name: &str) -> Option<Value> {
    let ty = instance.ty().as_str();
    let index = BY_NAME.binary_search_by_key(&ty, |(ty, _, _)| *ty).ok()?;
    let (_, argument, attribute) = BY_NAME.get(index)?;
    if name == "path" {
        return Some(path(evaluator, instance));
    }
    let given = evaluator.configured(instance, argument).filter(|value| !value.is_null())?;
    let lookup = |wanted: &str| match wanted {
        "path" => Some(path(evaluator, instance)),
        "arn" => self::attribute(evaluator, instance, "arn"),
        "url" if ty == "aws_sqs_queue" => self::attribute(evaluator, instance, "url"),
        _ => (wanted == *attribute).then(|| given.clone()),
    };
    evaluator.derived_as(instance, ty, name, lookup)
}

/// The path of what is looked up by its name alone: it starts with a slash and is not known.
fn path(evaluator: &Evaluator<'_>, instance: &ResourceInstance) -> Value {
    let address = SmolStr::from(format!("{}.path", instance.address));
    let rest = Piece::Hole(evaluator.symbol(address, Cause::Data, Some(instance.decl.header)));
    Value::new(ValueKind::String(Text::from_pieces([known_piece("/"), rest])))
}

#[cfg(test)]
mod tests {
    use super::BY_NAME;

    #[test]
    fn types_are_sorted() {
        assert!(BY_NAME.is_sorted());
    }
}
