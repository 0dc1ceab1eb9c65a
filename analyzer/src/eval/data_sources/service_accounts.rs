//! The accounts that AWS services act from, by region.

use std::sync::Arc;

use crate::aws::service_accounts::{Service, service_account};

use super::super::evaluator::{Evaluator, ResourceInstance};
use super::super::expression::{TextBuilder, known_piece};
use super::super::value::{Origin, Value};

/// `aws_cloudtrail_service_account`
pub(super) fn cloudtrail(evaluator: &Evaluator<'_>, instance: &Arc<ResourceInstance>, name: &str) -> Option<Value> {
    attribute(evaluator, instance, name, Service::CloudTrail)
}

/// `aws_elb_service_account`
pub(super) fn load_balancer(evaluator: &Evaluator<'_>, instance: &Arc<ResourceInstance>, name: &str) -> Option<Value> {
    attribute(evaluator, instance, name, Service::LoadBalancing)
}

/// `aws_redshift_service_account`
pub(super) fn redshift(evaluator: &Evaluator<'_>, instance: &Arc<ResourceInstance>, name: &str) -> Option<Value> {
    attribute(evaluator, instance, name, Service::Redshift)
}

fn attribute(
    evaluator: &Evaluator<'_>,
    instance: &Arc<ResourceInstance>,
    name: &str,
    service: Service,
) -> Option<Value> {
    let region = evaluator.region(instance);
    let account = service_account(service, &region.as_str()?)?;
    let value = match name {
        "id" => Value::string(account),
        "arn" => {
            let mut builder = TextBuilder::default();
            builder.push(known_piece("arn:"));
            let partition = evaluator.partition(&evaluator.provider(instance), &region);
            evaluator.push_value(&partition, &mut builder).ok()?;
            builder.push(known_piece(format!(":iam::{account}:{}", principal(service))));
            builder.finish()
        }
        _ => return None,
    };
    Some(value.with_origin(Origin::at(instance.decl.header)))
}

/// Who in its account the service acts as.
fn principal(service: Service) -> &'static str {
    match service {
        Service::CloudTrail | Service::LoadBalancing => "root",
        Service::Redshift => "user/logs",
    }
}
