//! Resources that add one statement to the policy of another, as the document that they amount to.

use std::sync::Arc;

use smol_str::SmolStr;

use crate::eval::evaluator::ResourceInstance;
use crate::eval::value::{Field, Fields, Origin, Value, ValueKind};
use crate::policy::model::PolicyDocument;
use crate::policy::read_value;
use crate::source::Span;

use super::Collector;

/// How conditions follow from arguments: the argument, the operator, the key.
type Conditions = &'static [(&'static str, &'static str, &'static str)];

/// What `AddPermission` makes of its arguments.
/// [AddPermission](https://docs.aws.amazon.com/lambda/latest/api/API_AddPermission.html)
const LAMBDA: Conditions = &[
    ("source_arn", "ArnLike", "AWS:SourceArn"),
    ("source_account", "StringEquals", "AWS:SourceAccount"),
    ("principal_org_id", "StringEquals", "aws:PrincipalOrgID"),
    ("function_url_auth_type", "StringEquals", "lambda:FunctionUrlAuthType"),
    ("event_source_token", "StringEquals", "lambda:EventSourceToken"),
];

impl Collector<'_, '_> {
    /// The document that `instance` adds to a resource; `None` if it is not of a kind that is read.
    pub(super) fn grant(&self, instance: &Arc<ResourceInstance>, span: Span) -> Option<PolicyDocument> {
        let statement = match instance.ty().as_str() {
            "aws_lambda_permission" => self.lambda_statement(instance, LAMBDA)?,
            "awscc_lambda_permission" => self.lambda_statement(instance, LAMBDA.get(..3)?)?,
            "aws_cloudwatch_event_permission" => self.event_bus_statement(instance)?,
            "aws_kms_grant" => self.key_statement(instance)?,
            _ => return None,
        };
        let document = object([("Version", Value::string("2012-10-17")), ("Statement", statement)]);
        read_value(&document.with_origin(Origin::at(span)), span)
    }

    fn lambda_statement(&self, instance: &Arc<ResourceInstance>, conditions: Conditions) -> Option<Value> {
        // One for a version or an alias is about an ARN that is not the function's.
        if self.set(instance, "qualifier").is_some() {
            return None;
        }
        let principal = self.grantee(instance, "principal")?;
        let given = conditions
            .iter()
            .filter_map(|(argument, operator, key)| Some((*operator, *key, self.set(instance, argument)?)));
        let mut operators: Vec<(&'static str, Value)> = Vec::new();
        for operator in ["ArnLike", "StringEquals"] {
            let keys = given.clone().filter(|(of, ..)| *of == operator).map(|(_, key, value)| (key, value));
            let keys: Vec<_> = keys.collect();
            if !keys.is_empty() {
                operators.push((operator, object(keys)));
            }
        }
        let mut statement = vec![
            ("Effect", Value::string("Allow")),
            ("Principal", lambda_principal(principal)?),
            ("Action", self.set(instance, "action")?),
            ("Resource", Value::string("*")),
        ];
        if !operators.is_empty() {
            statement.push(("Condition", object(operators)));
        }
        Some(object(statement))
    }

    /// [PutPermission](https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_PutPermission.html)
    fn event_bus_statement(&self, instance: &Arc<ResourceInstance>) -> Option<Value> {
        // What the condition does to the statement is not read.
        if !self.evaluator.blocks(instance, &instance.decl.body, "condition").is_empty() {
            return None;
        }
        let principal = self.grantee(instance, "principal").filter(|principal| principal.as_str().is_some())?;
        let action = self.set(instance, "action").unwrap_or_else(|| Value::string("events:PutEvents"));
        let is_everyone = principal.as_str().as_deref() == Some("*");
        Some(object([
            ("Effect", Value::string("Allow")),
            ("Principal", if is_everyone { principal } else { object([("AWS", principal)]) }),
            ("Action", action),
            ("Resource", Value::string("*")),
        ]))
    }

    /// A grant allows its grantee the operations beside whatever the key policy says.
    /// [Grants](https://docs.aws.amazon.com/kms/latest/developerguide/grants.html)
    fn key_statement(&self, instance: &Arc<ResourceInstance>) -> Option<Value> {
        if !self.evaluator.blocks(instance, &instance.decl.body, "constraints").is_empty() {
            return None;
        }
        let principal = self.grantee(instance, "grantee_principal")?;
        let operations = self.set(instance, "operations")?;
        let names: Option<Vec<SmolStr>> = operations.elements()?.iter().map(Value::as_str).collect();
        let actions = names?.into_iter().map(|name| Value::string(format!("kms:{name}")));
        Some(object([
            ("Effect", Value::string("Allow")),
            ("Principal", object([("AWS", principal)])),
            ("Action", Value::new(ValueKind::Tuple(actions.collect()))),
            ("Resource", Value::string("*")),
        ]))
    }

    /// Whom it lets in, placed where the argument is written.
    fn grantee(&self, instance: &Arc<ResourceInstance>, name: &str) -> Option<Value> {
        let attribute = instance.decl.body.attribute(name)?;
        let span = attribute.value.range.at(attribute.file);
        Some(self.set(instance, name)?.with_origin(Origin::at(span)))
    }

    /// The argument, unless it is not written or null.
    fn set(&self, instance: &Arc<ResourceInstance>, name: &str) -> Option<Value> {
        self.evaluator.configured(instance, name).filter(|value| !value.is_null())
    }
}

/// A service, everyone, or an account or one of its principals; `None` if that cannot be told.
fn lambda_principal(principal: Value) -> Option<Value> {
    let text = principal.as_text()?;
    match text.as_known().as_deref() {
        Some("*") => Some(principal),
        _ if text.known_suffix().contains(".amazonaws.com") => Some(object([("Service", principal)])),
        Some(_) => Some(object([("AWS", principal)])),
        None if text.known_prefix().starts_with("arn:") => Some(object([("AWS", principal)])),
        None => None,
    }
}

fn object(fields: impl IntoIterator<Item = (&'static str, Value)>) -> Value {
    let field = |(name, value)| (SmolStr::new_static(name), Field { key: Origin::default(), value });
    Value::new(ValueKind::Object(Arc::new(fields.into_iter().map(field).collect::<Fields>())))
}
