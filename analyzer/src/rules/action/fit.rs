//! Whether an action and the resources of its statement go together.
//!
//! AWS checks a request's action and resource as a pair. An action that works on
//! buckets never meets the ARN of an object; one that cannot be narrowed meets only `*`.

use crate::aws::facts::{self, ActionFacts, ResourceTypeFacts};
use crate::aws::pattern::{Pattern, Syntax};
use crate::eval::symbol::Symbol;
use crate::policy::model::{Leaf, Statement};
use crate::rules::text::{pattern, with_wildcards};
use crate::rules::{arn_fields, strings};

/// What an action of a statement can do with the statement's resources.
#[derive(Debug)]
pub(in crate::rules) enum Fit {
    /// It may match one of them.
    Fits,
    /// It matches only `*`, and none of them is that.
    NeedsStar,
    /// None of them can be of a type that it works on.
    Mismatch(Vec<ResourceTypeFacts>),
}

/// ARNs that AWS checks some actions against though its reference does not say so:
/// what the action (or its service) is, and the ARN.
const UNLISTED: &[(&str, &str)] = &[
    // CloudTrail User Guide, security_iam_resource-based-policy-examples: the statement for dashboards.
    ("cloudtrail:StartQuery", "arn:*:cloudtrail:*:*:dashboard/*"),
    // Both prefixes of the service are valid in ARNs since it was renamed.
    ("codeconnections", "arn:*:codestar-connections:*:*:*"),
    ("codestar-connections", "arn:*:codeconnections:*:*:*"),
    // Amazon DynamoDB Developer Guide, using-identity-based-policies.
    ("dynamodb:ListTables", "arn:*:dynamodb:*:*:table/*"),
    // CloudWatch Logs User Guide, permissions-reference-cwl.
    ("logs:DescribeLogGroups", "arn:*:logs:*:*:log-group:*"),
    // S3 User Guide: access points of Outposts, Object Lambda and directory buckets.
    ("s3", "arn:*:s3-object-lambda:*:*:*"),
    ("s3", "arn:*:s3-outposts:*:*:*"),
    ("s3", "arn:*:s3:?*:*:accesspoint/*"),
    ("s3", "arn:*:s3::?*:accesspoint/*"),
    ("s3", "arn:*:s3express:*:*:*"),
    // STS API Reference, GetFederationToken.
    ("sts", "arn:*:sts:*:*:*"),
];

/// Resource types whose names hold no slash, so that a longer path is something else.
const WITHOUT_SLASH: &[(&str, &str)] = &[("dynamodb", "table"), ("s3", "bucket")];

/// The resources of a statement that is narrowed to ARNs.
pub(in crate::rules) struct Narrowed<'a> {
    resources: Vec<Resource<'a>>,
}

struct Resource<'a> {
    pattern: Pattern<&'a Symbol>,
    /// Slashes that it has for certain.
    slashes: usize,
    /// Whether everything behind the account is open: `arn:aws:ssm:*:*:*`.
    is_broad: bool,
    /// Whether its fields are where they seem to be. A `*` that ends a field may go on
    /// behind the colon: `arn:aws:logs:*:log-group:x:*`.
    is_aligned: bool,
}

impl<'a> Narrowed<'a> {
    /// Reads the resources of a statement. `None` if it has none, or may have one
    /// that is `*`, or is no ARN: nothing certain can be said of it then.
    pub(in crate::rules) fn read(statement: &'a Statement) -> Option<Self> {
        let is_closed = |strings: &crate::policy::model::Strings| !strings.negated && strings.open.is_empty();
        if statement.resources.is_empty() || !statement.open.is_empty() || !statement.resources.iter().all(is_closed) {
            return None;
        }
        let resources: Vec<Resource<'_>> = strings::resources(statement).map(Resource::read).collect::<Option<_>>()?;
        (!resources.is_empty()).then_some(Self { resources })
    }

    /// What `action`, of the same statement, can do with the resources.
    pub(in crate::rules) fn fit(&self, action: &Leaf) -> Fit {
        let wanted = with_wildcards(&action.text);
        let Some((prefix, _)) = wanted.split_once(':').filter(|(prefix, _)| !prefix.contains(['*', '?'])) else {
            return Fit::Fits;
        };
        let matched: Vec<ActionFacts> = facts::expand(&wanted).collect();
        if matched.is_empty() || matched.iter().any(|it| it.retired) || self.is_unlisted(prefix, &matched) {
            return Fit::Fits;
        }
        let mut names: Vec<&str> = matched.iter().flat_map(ActionFacts::resource_types).map(|(name, _)| name).collect();
        names.sort_unstable();
        names.dedup();
        let types: Vec<ResourceTypeFacts> =
            names.iter().filter_map(|name| facts::resource_type(prefix, name)).collect();
        let is_star_only = |action: &ActionFacts| !action.has_resource_types();
        if matched.iter().any(is_star_only) && self.resources.iter().any(|resource| resource.is_broad) {
            return Fit::Fits;
        }
        if types.len() < names.len() || types.iter().any(|ty| self.resources.iter().any(|it| it.may_be(ty))) {
            return Fit::Fits;
        }
        if types.is_empty() { Fit::NeedsStar } else { Fit::Mismatch(types) }
    }

    fn is_unlisted(&self, prefix: &str, matched: &[ActionFacts]) -> bool {
        let concerns = |what: &str| {
            what.eq_ignore_ascii_case(prefix) || matched.iter().any(|action| action.name.eq_ignore_ascii_case(what))
        };
        let may_be = |arn: &str| {
            let arn = Pattern::of_text(arn, Syntax::Wildcards);
            self.resources.iter().any(|resource| resource.pattern.overlaps_as_arn(&arn).may_be())
        };
        UNLISTED.iter().any(|(what, arn)| concerns(what) && may_be(arn))
    }
}

impl<'a> Resource<'a> {
    fn read(leaf: &'a Leaf) -> Option<Self> {
        let pattern = pattern(&leaf.text, Syntax::Variables);
        let fields = arn_fields::fields(&leaf.text);
        // IAM completes a short ARN with wildcards, and a hole may hold several fields.
        let rest = fields.get(arn_fields::FIELDS - 1)?;
        let is_arn = fields.first().is_some_and(|field| field.known == "arn" && !field.holes);
        if !is_arn || pattern.matches("*").may_be() {
            return None;
        }
        let account = fields.get(arn_fields::ACCOUNT)?;
        Some(Self {
            pattern,
            slashes: without_variables(&rest.known).matches('/').count(),
            is_broad: rest.known.starts_with('*') || rest.holes && rest.known.is_empty(),
            is_aligned: account.known.chars().all(|letter| letter.is_ascii_digit() || "*?".contains(letter))
                || account.known == "aws",
        })
    }

    /// Whether it can be, or match, something of that type.
    fn may_be(&self, ty: &ResourceTypeFacts) -> bool {
        let without_slash = WITHOUT_SLASH.contains(&(ty.service, ty.name));
        ty.arns().any(|arn| {
            let template = with_placeholders(arn);
            let has_room = !without_slash || self.slashes <= template.matches('/').count();
            let form = Pattern::of_text(&template, Syntax::Wildcards);
            let overlap =
                if self.is_aligned { self.pattern.overlaps_as_arn(&form) } else { self.pattern.overlaps(&form) };
            has_room && overlap.may_be()
        })
    }
}

/// `arn:${Partition}:s3:::${BucketName}` as a pattern.
pub(in crate::rules) fn with_placeholders(template: &str) -> String {
    let mut pattern = String::with_capacity(template.len());
    let mut rest = template;
    while let Some((before, placeholder)) = rest.split_once("${") {
        pattern.push_str(before);
        pattern.push('*');
        rest = placeholder.split_once('}').map_or("", |(_, behind)| behind);
    }
    pattern + rest
}

/// The text without its policy variables.
fn without_variables(text: &str) -> String {
    with_placeholders(text).replace('*', "")
}

/// The actions of a statement with what they can do with its resources, and whether
/// none of them can do anything: the statement is then without effect.
pub(in crate::rules) fn verdicts(statement: &Statement) -> (Vec<(&Leaf, Fit)>, bool) {
    let none = (Vec::new(), false);
    let Some(narrowed) = Narrowed::read(statement) else { return none };
    if statement.actions.iter().any(|strings| strings.negated) {
        return none;
    }
    let fits: Vec<(&Leaf, Fit)> = strings::actions(statement).map(|leaf| (leaf, narrowed.fit(leaf))).collect();
    let is_closed = statement.actions.iter().all(|strings| strings.open.is_empty());
    let is_dead = is_closed && fits.iter().all(|(_, fit)| !matches!(fit, Fit::Fits));
    (fits, is_dead)
}
