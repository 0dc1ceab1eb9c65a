//! Where an ARN says that its resource is: partition, region and account.

use crate::aws::facts::{self, RegionFacts, ResourceTypeFacts};
use crate::eval::text::Text;
use crate::rules::arn_fields::{self, ACCOUNT, Field, REGION, RESOURCE, SERVICE};

use super::shape::may_be_of;

/// Services all of whose ARNs have no other fields than the reference gives their types.
///
/// Source: Service Authorization Reference; IAM User Guide, `reference_identifiers`; User
/// Guides of Route 53, Shield, AWS WAF and Amazon S3 on their ARNs.
const WITHOUT_PLACES: &[&str] =
    &["budgets", "cloudfront", "globalaccelerator", "iam", "organizations", "route53", "s3", "shield", "sts", "waf"];

/// How many types are named.
const NAMED: usize = 2;

/// Fields that an ARN gives and its type leaves empty.
#[derive(Debug)]
pub(super) struct Excess {
    /// Whether it gives a region.
    pub(super) region: bool,
    /// Whether it gives an account.
    pub(super) account: bool,
    /// What it is an ARN of, for people.
    pub(super) subject: String,
}

/// What the ARN of these fields gives too much; `None` if a type that it may be of has all of it.
pub(super) fn excess(fields: &[Field]) -> Option<Excess> {
    let service = fields.get(SERVICE)?.certain().filter(|service| WITHOUT_PLACES.contains(service))?;
    let resource = fields.get(RESOURCE).filter(|resource| resource.placed)?;
    let is_given = |at: usize| fields.get(at).is_some_and(|field| field.is_filled() && !field.is_pattern());
    if !is_given(REGION) && !is_given(ACCOUNT) {
        return None;
    }
    let all: Vec<ResourceTypeFacts> = facts::resource_types(service).collect();
    let fitting: Vec<&ResourceTypeFacts> = all.iter().filter(|ty| may_be_of(resource, ty)).collect();
    let subject = subject(service, &fitting);
    // `root` is of no listed type; what no type has, it has not either.
    let types = if fitting.is_empty() { all.iter().collect() } else { fitting };
    let has_none = |at: usize| types.iter().all(|ty| ty.arns().all(|arn| arn.split(':').nth(at) == Some("")));
    let [region, account] = [REGION, ACCOUNT].map(|at| is_given(at) && has_none(at));
    (region || account).then_some(Excess { region, account, subject })
}

/// Whether an ARN gives a field that its type leaves empty.
pub(in crate::rules) fn is_excessive(text: &Text) -> bool {
    arn_fields::arn(text).is_some_and(|fields| excess(&fields).is_some())
}

fn subject(service: &str, types: &[&ResourceTypeFacts]) -> String {
    let names: Vec<String> = types.iter().map(|ty| format!("`{}`", ty.name)).collect();
    if names.is_empty() || names.len() > NAMED {
        return format!("an ARN of `{service}`");
    }
    format!("the ARN of a {} of `{service}`", names.join(" or "))
}

/// The region of an ARN, if it is certain that the field is in its place: a wildcard
/// before it may hold colons.
pub(super) fn region<'a>(fields: &'a [Field<'a>]) -> Option<(&'a Field<'a>, &'a str)> {
    let field = fields.get(REGION)?;
    let name = field.certain().filter(|name| !name.is_empty() && !field.is_pattern())?;
    let is_in_place = !fields.iter().take(REGION).any(Field::is_pattern);
    is_in_place.then_some((field, name))
}

/// A region by its name.
#[derive(Debug)]
pub(in crate::rules) enum Known {
    /// It exists.
    Yes(RegionFacts),
    /// It has the form of the names that AWS gives: there may be such a region some day.
    NotYet,
    /// There is none, and will be none.
    No,
}

/// What is known of the region `name`.
pub(in crate::rules) fn known_region(name: &str) -> Known {
    if let Some(found) = facts::region(name) {
        return Known::Yes(found);
    }
    let mut parts = name.rsplit('-');
    let (number, direction) = (parts.next().unwrap_or_default(), parts.next().unwrap_or_default());
    let is_plausible = number.len() == 1 && DIRECTIONS.contains(&direction);
    let has_form = facts::partitions().any(|partition| partition.may_have_region(name));
    if is_plausible && has_form { Known::NotYet } else { Known::No }
}

/// What the names of regions have between area and number.
const DIRECTIONS: [&str; 9] =
    ["central", "east", "north", "northeast", "northwest", "south", "southeast", "southwest", "west"];
