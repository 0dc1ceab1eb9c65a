//! What is marked `sensitive` stays out of what is said.
//!
//! Rules quote what they find, and what they quote may be a part of a value or be made from it.
//! So what is said about a sensitive string quotes only what is known to be harmless.

use rustc_hash::FxHashSet;

use crate::eval::text::Piece;
use crate::finding::{Finding, Fix};
use crate::policy::model::Leaf;
use crate::source::Span;

use super::report::Draft;
use super::{PolicySite, RuleContext};

/// What is shown in place of what is sensitive.
const HIDDEN: &str = "(sensitive)";

/// A text of fewer bytes is found everywhere, and tells nothing.
const SHORTEST: usize = 4;

/// What the policy language itself is made of.
const ELEMENTS: [&str; 17] = [
    "*",
    "Version",
    "Id",
    "Statement",
    "Sid",
    "Effect",
    "Allow",
    "Deny",
    "Principal",
    "NotPrincipal",
    "Action",
    "NotAction",
    "Resource",
    "NotResource",
    "Condition",
    "2008-10-17",
    "2012-10-17",
];

/// What is sensitive in a workspace, for rules that look at all of it at once.
pub(super) struct WorkspaceSecrets {
    /// Names of what is declared.
    names: Secrets,
    /// The strings of policies, by the index of each.
    policies: Vec<(usize, Secrets)>,
}

impl WorkspaceSecrets {
    /// All that is sensitive in view.
    pub(super) fn of(ctx: &RuleContext<'_>) -> Self {
        let names = ctx.iam.secrets().iter().cloned().chain(ctx.cloudtrail.secrets());
        let mut texts: Vec<String> = names.filter(|name| name.len() >= SHORTEST).map(|name| name.to_string()).collect();
        texts.sort_by_key(|text| std::cmp::Reverse(text.len()));
        texts.dedup();
        let policies = ctx.policies.iter().enumerate();
        Self {
            names: Secrets { places: Vec::new(), texts, harmless: FxHashSet::default() },
            policies: policies.filter_map(|(index, site)| Some((index, Secrets::of(site)?))).collect(),
        }
    }

    /// Takes it out of what a draft says and does: the names, and of policies those that it has to do with.
    pub(super) fn hide(&self, draft: &mut Draft, ctx: &RuleContext<'_>) {
        self.names.hide(&mut draft.finding);
        for (index, secrets) in &self.policies {
            let site = ctx.policies.get(*index);
            let is_in_it = |span: Span| {
                let parts = site.map(|site| [site.span, site.document.span]).into_iter().flatten();
                parts.chain(secrets.places.iter().copied()).any(|place| contains(place, span))
            };
            let finding = &draft.finding;
            let labels = finding.labels.iter().chain(&finding.path).map(|label| label.span);
            if draft.site == Some(*index) || labels.chain([finding.primary]).any(is_in_it) {
                secrets.hide(&mut draft.finding);
            }
        }
    }
}

/// The sensitive strings of a policy.
pub(super) struct Secrets {
    places: Vec<Span>,
    texts: Vec<String>,
    harmless: FxHashSet<String>,
}

impl Secrets {
    /// Those of the policy that is used at `site`; `None` if there are none.
    pub(super) fn of(site: &PolicySite) -> Option<Self> {
        let leaves = || site.document.leaves().chain(&site.subject);
        let faults = || site.document.faults.iter().filter(|fault| fault.sensitive).map(|fault| fault.span);
        if !leaves().any(|leaf| leaf.sensitive) && faults().next().is_none() {
            return None;
        }
        let (secret, open): (Vec<&Leaf>, Vec<&Leaf>) = leaves().partition(|leaf| leaf.sensitive);
        let elements = ELEMENTS.map(str::to_owned).into_iter().chain([site.block_address.to_string()]);
        let mut texts: Vec<String> = secret.iter().flat_map(|leaf| texts(leaf)).collect();
        texts.sort_by_key(|text| std::cmp::Reverse(text.len()));
        Some(Self {
            places: secret.iter().flat_map(|leaf| places(leaf)).chain(faults()).collect(),
            texts,
            harmless: open.iter().map(|leaf| leaf.text.display()).chain(elements).collect(),
        })
    }

    /// Takes them out of what `finding` says and does.
    pub(super) fn hide(&self, finding: &mut Finding) {
        let mut spans = finding.labels.iter().map(|label| label.span).chain([finding.primary]);
        let is_about_one = spans.any(|span| self.places.iter().any(|place| contains(*place, span)));
        let labels = finding.labels.iter_mut().map(|label| &mut label.message);
        for text in labels.chain([&mut finding.message]).chain(&mut finding.help) {
            *text = self.without(text, is_about_one);
        }
        finding.fixes.retain(|fix| !is_about_one && !self.is_told_by(fix));
    }

    fn without(&self, said: &str, is_about_one: bool) -> String {
        let mut said = said.to_owned();
        for text in &self.texts {
            said = said.replace(&format!("`{text}`"), HIDDEN).replace(text, HIDDEN);
        }
        if !is_about_one {
            return said;
        }
        let parts = said.split('`').enumerate().map(|(index, part)| match index % 2 {
            0 => part.to_owned(),
            _ if self.harmless.contains(part) => format!("`{part}`"),
            _ => HIDDEN.to_owned(),
        });
        parts.collect()
    }

    fn is_told_by(&self, fix: &Fix) -> bool {
        let texts = fix.edits.iter().map(|edit| &edit.new_text).chain([&fix.title]);
        texts.into_iter().any(|told| self.texts.iter().any(|text| told.contains(text)))
    }
}

/// Where the leaf stands, and where what it is put together from does.
fn places(leaf: &Leaf) -> Vec<Span> {
    let mut places = vec![leaf.span];
    let mut at = 0;
    for text in known(leaf) {
        places.extend(leaf.text.span_of(at..at + text.len()));
        at += text.len();
    }
    places
}

fn texts(leaf: &Leaf) -> Vec<String> {
    let whole = leaf.text.display();
    let parts = known(leaf).map(str::to_owned).chain([whole]);
    parts.filter(|text| text.len() >= SHORTEST).collect()
}

fn known(leaf: &Leaf) -> impl Iterator<Item = &str> {
    leaf.text.pieces().iter().filter_map(|piece| match piece {
        Piece::Known(known) => Some(known.text.as_str()),
        Piece::Hole(_) => None,
    })
}

fn contains(outer: Span, inner: Span) -> bool {
    outer.file == inner.file && outer.range.contains_range(inner.range)
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use crate::analysis::Options;
    use crate::cancellation::Cancellation;
    use crate::config::Configuration;
    use crate::finding::Finding;
    use crate::policy::model::{Leaf, PolicyKind};
    use crate::rules::testing::{Fixture, analysed};
    use crate::rules::{Rule, Selection, run};

    /// What all rules find in a policy if the strings are sensitive that `is_secret` picks.
    fn found(json: &str, is_secret: impl Fn(&Leaf) -> bool) -> Vec<Finding> {
        let mut fixture = Fixture::of_kind(PolicyKind::Resource, json);
        for site in &mut fixture.sites {
            let document = Arc::make_mut(&mut site.document);
            document.for_each_leaf_mut(&mut |leaf, _| leaf.sensitive = is_secret(leaf));
            document.faults.iter_mut().for_each(|fault| fault.sensitive = true);
        }
        let access = fixture.access();
        run::check(&fixture.context(&access), &Selection::default(), &Cancellation::default()).unwrap()
    }

    /// All that people read of a finding.
    fn said(finding: &Finding) -> Vec<&str> {
        let labels = finding.labels.iter().chain(&finding.path).map(|label| label.message.as_str());
        let fixes = finding.fixes.iter().map(|fix| fix.title.as_str());
        let edits = finding.fixes.iter().flat_map(|fix| &fix.edits).map(|edit| edit.new_text.as_str());
        labels.chain(fixes).chain(edits).chain([finding.message.as_str()]).chain(finding.help.as_deref()).collect()
    }

    const FAULTY: &str = r#"{"Version": "2012-10-17", "Bogus": 1, "Statement": [{
        "Sid": "not-a-sid", "Effect": "allow", "Principal": {"AWS": "12345678901", "Service": "ec2.amazonaws.co"},
        "Action": ["s3:GetObjct", "s3:PutObject", "s3:PutObject", "ecc2:Run"],
        "Resource": ["arn:aws-gov:s3:::logs/*", "arn:aws:sns:eu-west1:1234-5678-9012:topic", "logs-${x}/secret"],
        "Condition": {"StringEqual": {"aws:SourceAccont": "x"}, "StringEquals": {"aws:RequestedRegion": "ireland"}}
    }]}"#;

    #[test]
    fn no_rule_says_what_is_sensitive() {
        let open = found(FAULTY, |_| false);
        let findings = found(FAULTY, |_| true);
        let rules = |findings: &[Finding]| findings.iter().map(|it| it.code).collect::<Vec<_>>();
        assert_eq!(rules(&findings), rules(&open), "what is found is the same");
        assert!(findings.len() >= 10, "{findings:?}");
        let secrets = [
            "not-a-sid",
            "12345678901",
            "ec2.amazon",
            "GetObj",
            "PutObj",
            "ecc2",
            "aws-gov",
            "eu-west",
            "5678",
            "topic",
            "logs",
            "StringEq",
            "Accont",
            "SourceAcc",
            "ireland",
            "`s3`",
            "`ec2`",
            "aws-us-gov",
            "Bogus",
        ];
        for text in findings.iter().flat_map(said) {
            assert!(!secrets.iter().any(|secret| text.contains(secret)), "{text}");
        }
        assert!(findings.iter().all(|finding| finding.fixes.is_empty()), "{findings:?}");
    }

    #[test]
    fn the_rest_of_a_policy_is_quoted() {
        let is_region = |leaf: &Leaf| leaf.text.display().contains("eu-west1");
        let findings = found(FAULTY, is_region);
        let messages: Vec<&str> = findings.iter().map(|it| it.message.as_str()).collect();
        assert!(messages.contains(&"(sensitive) is no account id: an account id has 12 digits"), "{messages:?}");
        assert!(messages.contains(&"there is no partition `aws-gov`; did you mean `aws-us-gov`?"), "{messages:?}");
        assert!(findings.iter().any(|finding| !finding.fixes.is_empty()));
    }

    /// What a rule that looks at the whole workspace says of a role and a bucket whose names are variables.
    fn of_workspace(rule: &'static Rule, variables: &str) -> Vec<String> {
        let text = format!(
            r#"{variables}
provider "aws" {{
  region              = "eu-west-1"
  allowed_account_ids = ["111122223333"]
}}
resource "aws_s3_bucket" "logs" {{
  bucket = var.bucket
}}
resource "aws_iam_role" "logs" {{
  name               = var.role
  assume_role_policy = jsonencode({{ Version = "2012-10-17", Statement = [{{ Effect = "Allow", Principal = {{ AWS = "arn:aws:iam::444455556666:role/nobody" }}, Action = "sts:AssumeRole" }}] }})
}}
resource "aws_s3_bucket_policy" "logs" {{
  bucket = aws_s3_bucket.logs.id
  policy = jsonencode({{ Version = "2012-10-17", Statement = [
    {{ Effect = "Allow", Principal = {{ Service = "cloudtrail.amazonaws.com" }}, Action = "s3:GetBucketAcl", Resource = "arn:aws:s3:::${{var.bucket}}" }},
    {{ Effect = "Allow", Principal = {{ Service = "cloudtrail.amazonaws.com" }}, Action = "s3:PutObject", Resource = "arn:aws:s3:::${{var.bucket}}/*", Condition = {{ StringEquals = {{ "aws:SourceArn" = "arn:aws:cloudtrail:us-east-1:111122223333:trail/${{var.role}}" }} }} }},
  ] }})
}}
resource "aws_cloudtrail" "main" {{
  name           = var.role
  s3_bucket_name = aws_s3_bucket.logs.id
}}
"#
        );
        let analysis = analysed(Configuration::default(), &[("main.tf", &text)]);
        let mut options = Options::default();
        options.select.select(rule.code).unwrap();
        let found = analysis.findings(&options);
        assert_eq!(found.len(), 1, "{found:?}");
        found.iter().flat_map(said).map(str::to_owned).collect()
    }

    #[test]
    fn rules_of_the_workspace_hide_names() {
        let variable =
            |name: &str, rest: &str| format!("variable \"{name}\" {{\n  default = \"hidden-{name}\"\n{rest}}}\n");
        let open = variable("role", "") + &variable("bucket", "");
        let secret = variable("role", "  sensitive = true\n") + &variable("bucket", "  sensitive = true\n");
        let rule = &crate::rules::trail::source_arn_mismatch::RULE;
        let tells = |all: &[String]| all.iter().any(|text| text.contains("hidden"));
        assert!(tells(&of_workspace(rule, &open)));
        let hidden = of_workspace(rule, &secret);
        assert!(!tells(&hidden), "{hidden:?}");
    }
}
