//! What it finds, why, and its tests: `principal_not_found.md`.

use super::account_words::shown;
use super::near_names::nearest;
use super::strangers::is_same;
use crate::aws::roles_made_elsewhere::is_made_elsewhere;
use crate::eval::account::Account;
use crate::eval::equality::texts_equal;
use crate::eval::evaluator::Existence;
use crate::finding::{Safety, Severity};
use crate::iam::{Origin, Principal, PrincipalKind, StackAccounts};
use crate::policy::model::{Leaf, PolicyKind};
use crate::rules::arn_fields::{self, RESOURCE, SERVICE};
use crate::rules::{Check, Group, PolicySite, Report, Rule, RuleContext, strings};
use crate::source::Span;
use crate::truth::Truth;

pub(in crate::rules) static RULE: Rule = Rule {
    code: "principal-not-found",
    group: Group::CrossAccount,
    severity: Severity::Warning,
    since: "0.1.0",
    sources: &["AA INVALID_ROLE_REFERENCE", "AA INVALID_USER_REFERENCE"],
    check: Check::PolicyInView(check),
};

/// A role or user that a policy names.
struct Reference {
    kind: PrincipalKind,
    /// `role/path/name`
    resource: String,
    /// Where that stands in the known text.
    range: std::ops::Range<usize>,
    account: Account,
}

impl Reference {
    /// Path and name.
    fn path(&self) -> &str {
        self.resource.split_once('/').map_or("", |(_, path)| path)
    }

    fn name(&self) -> &str {
        self.resource.rsplit('/').next().unwrap_or_default()
    }

    const fn word(&self) -> &'static str {
        match self.kind {
            PrincipalKind::User => "user",
            PrincipalKind::Role | PrincipalKind::Group | PrincipalKind::PermissionSet => "role",
        }
    }
}

fn check(site: &PolicySite, ctx: &RuleContext<'_>, report: &mut Report<'_>) {
    if !matches!(site.kind, PolicyKind::Trust | PolicyKind::Resource) {
        return;
    }
    for leaf in site.document.statements.iter().flat_map(strings::aws_principals) {
        if let Some(word) = unique_id(leaf) {
            say_gone(leaf, word, report);
        }
        let Some(reference) = reference(leaf, ctx) else { continue };
        let there = declared_there(&reference, ctx);
        if there.is_empty() || there.iter().any(|it| resource_of(it).as_deref() == Some(&reference.resource)) {
            continue;
        }
        if let Some(namesake) = namesake(&reference, &there) {
            say_namesake(leaf, &reference, namesake, report);
        } else if is_nowhere(leaf, &reference, ctx) {
            say_missing(leaf, &reference, &there, ctx, report);
        }
    }
}

/// Whether a principal is the unique id of a role or of a user, which AWS puts in the place of an
/// ARN once nobody has it any more; the word for it.
///
/// Source: IAM User Guide, `reference_identifiers`.
fn unique_id(leaf: &Leaf) -> Option<&'static str> {
    let text = leaf.text.as_known()?;
    let is_id = text.len() >= 16 && text.bytes().all(|byte| byte.is_ascii_uppercase() || byte.is_ascii_digit());
    match text.get(..4) {
        Some("AROA") if is_id => Some("role"),
        Some("AIDA") if is_id => Some("user"),
        _ => None,
    }
}

/// The role or user that a principal is the ARN of, if all of its name is known.
fn reference(leaf: &Leaf, ctx: &RuleContext<'_>) -> Option<Reference> {
    let fields = arn_fields::arn(&leaf.text)?;
    let field = fields.get(RESOURCE)?;
    let resource = field.certain().filter(|text| !text.contains(['*', '?', '$', '{', '<', ' ']))?;
    let is_iam = fields.get(SERVICE)?.certain() == Some("iam");
    let kind = match resource.split_once('/')?.0 {
        "role" if is_iam => PrincipalKind::Role,
        "user" if is_iam => PrincipalKind::User,
        _ => return None,
    };
    let account = ctx.access.accounts().of_arn(&leaf.text)?;
    Some(Reference { kind, resource: resource.to_owned(), range: field.range.clone(), account })
}

/// The principals of its kind that are declared in its account.
fn declared_there<'a>(reference: &Reference, ctx: &RuleContext<'a>) -> Vec<&'a Principal> {
    let declared = ctx.iam.principals().iter().filter(|it| it.origin == Origin::Declared && !it.service_linked);
    declared.filter(|it| it.kind == reference.kind && is_same(&it.account, &reference.account)).collect()
}

/// `role/path/name` of a principal, if that is known.
fn resource_of(principal: &Principal) -> Option<String> {
    let path = principal.path.as_ref()?.as_known()?;
    Some(format!("{}{path}{}", word_of(principal), principal.name.as_known()?))
}

const fn word_of(principal: &Principal) -> &'static str {
    match principal.kind {
        PrincipalKind::User => "user",
        PrincipalKind::Role | PrincipalKind::Group | PrincipalKind::PermissionSet => "role",
    }
}

/// The principal of the same name, letter case aside, if that is there for certain: an account
/// has only one of each name, whatever their paths.
///
/// Source: IAM User Guide, `reference_iam-quotas`.
fn namesake<'a>(reference: &Reference, there: &[&'a Principal]) -> Option<&'a Principal> {
    let is_called =
        |it: &&&Principal| it.name.as_known().is_some_and(|name| name.eq_ignore_ascii_case(reference.name()));
    let named: Vec<&&Principal> = there.iter().filter(is_called).collect();
    let [only] = named[..] else { return None };
    (only.existence == Existence::Certain && resource_of(only).is_some()).then_some(*only)
}

/// Whether nothing that is in view, and nothing that usually is not, can be the principal.
fn is_nowhere(leaf: &Leaf, reference: &Reference, ctx: &RuleContext<'_>) -> bool {
    let is_assumed =
        |stack: &StackAccounts| stack.assumed.iter().any(|role| texts_equal(role, &leaf.text) != Truth::No);
    let may_hide = |stack: &StackAccounts| !stack.missing_modules.is_empty() || is_assumed(stack);
    !is_made_elsewhere(reference.path())
        && ctx.iam.meant_by(&leaf.text).is_nothing()
        && !ctx.iam.stacks().iter().any(may_hide)
        && !is_of_library(reference, ctx)
}

/// Whether the account is that of a module whose callers are not in view.
fn is_of_library(reference: &Reference, ctx: &RuleContext<'_>) -> bool {
    let is_there = |account: &Account| is_same(account, &reference.account);
    let mut stacks = ctx.iam.stacks().iter().filter(|stack| stack.accounts.iter().any(is_there));
    stacks.all(|stack| stack.library)
}

/// Whether those who keep the workspace make the users or the roles of the account: not only
/// such as their own services need.
fn is_managed(there: &[&Principal], ctx: &RuleContext<'_>) -> bool {
    let lets_in_people = |index: usize| {
        let statements = ctx.policies.get(index).into_iter().flat_map(|site| &site.document.statements);
        let mut groups = statements.flat_map(|it| &it.principals).flat_map(|principals| &principals.groups);
        groups.any(|group| group.kind.text.as_known().is_some_and(|kind| kind == "AWS" || kind == "Federated"))
    };
    let is_for_people = |it: &&Principal| it.kind == PrincipalKind::User || it.trust.is_some_and(lets_in_people);
    there.iter().any(|it| it.existence == Existence::Certain && is_for_people(it))
}

/// Whether no other role or user of the account is known to be made out of view.
fn makes_all_others(leaf: &Leaf, reference: &Reference, ctx: &RuleContext<'_>) -> bool {
    let pair = reference.account.id.zip(leaf.text.as_known());
    pair.is_some_and(|(account, arn)| ctx.access.makes_all_but(account, reference.kind, &arn))
}

fn say_gone(leaf: &Leaf, word: &str, report: &mut Report<'_>) {
    let message = format!(
        "`{}` is the id of a {word}: AWS shows it in the place of the ARN of one that is deleted",
        leaf.text.display()
    );
    report.leaf(leaf, message).help(format!("name the {word} by its ARN"));
}

fn say_namesake(leaf: &Leaf, reference: &Reference, namesake: &Principal, report: &mut Report<'_>) {
    let Some(actual) = resource_of(namesake) else { return };
    let (resource, account) = (&reference.resource, shown(&namesake.account));
    let message = format!("there is no `{resource}` in {account}: the {} of that name is `{actual}`", reference.word());
    let literal = literal(leaf, reference, report);
    let finding = report
        .leaf_range(leaf, reference.range.clone(), message)
        .label(namesake.span, format!("`{actual}` is declared here"));
    if let Some(span) = literal {
        finding.replace(span, actual, Safety::Safe);
    }
}

fn say_missing(
    leaf: &Leaf,
    reference: &Reference,
    there: &[&Principal],
    ctx: &RuleContext<'_>,
    report: &mut Report<'_>,
) {
    let Some(first) = there.first() else { return };
    let (resource, account, word) = (&reference.resource, shown(&first.account), reference.word());
    let named = |it: &&&Principal, name: &str| it.name.as_known().is_some_and(|known| known == name);
    let names: Vec<_> = there.iter().filter_map(|it| it.name.as_known()).collect();
    let near = nearest(reference.name(), names.iter().map(|name| name.as_str()));
    let meant = near.and_then(|name| there.iter().find(|it| named(it, name)));
    if let Some((meant, actual)) = meant.and_then(|it| Some((it, resource_of(it)?))) {
        let message = format!("no stack in view makes `{resource}` in {account}; did you mean `{actual}`?");
        let literal = literal(leaf, reference, report);
        let finding = report
            .leaf_range(leaf, reference.range.clone(), message)
            .label(meant.span, format!("`{actual}` is declared here"))
            .likely();
        if let Some(span) = literal {
            finding.replace(span, actual, Safety::Unsafe);
        }
    } else if is_managed(there, ctx) && makes_all_others(leaf, reference, ctx) {
        let message = format!("no stack in view makes `{resource}` in {account}, where other {word}s are made");
        let help = format!("if the {word} is made elsewhere, look it up with a data source: `data \"aws_iam_{word}\"`");
        report.leaf_range(leaf, reference.range.clone(), message).likely().help(help);
    }
}

/// Where the resource of the ARN stands as it reads.
fn literal(leaf: &Leaf, reference: &Reference, report: &Report<'_>) -> Option<Span> {
    report.literal_range(leaf, reference.range.clone(), &reference.resource)
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::rules::testing::in_workspace;

    const TRUST: &str = r#"jsonencode({ Version = "2012-10-17", Statement = [{ Effect = "Allow", Action = "sts:AssumeRole", Principal = { AWS = "arn:aws:iam::999988887777:root" } }] })"#;

    /// A stack in account 111122223333 with `rest`, and a key of another stack that `principal` may use.
    fn found(rest: &str, principal: &str) -> Vec<String> {
        let provider = |account: &str| format!("provider \"aws\" {{ allowed_account_ids = [\"{account}\"] }}\n");
        let rest = rest.replace("TRUST", TRUST);
        let key = format!(
            r#"variable "x" {{}}
            resource "aws_kms_key" "logs" {{
              policy = jsonencode({{
                Version   = "2012-10-17"
                Statement = [{{ Effect = "Allow", Action = "kms:Decrypt", Resource = "*", Principal = {{ AWS = "{principal}" }} }}]
              }})
            }}"#
        );
        let files = [
            ("iam/main.tf", format!("{}{rest}", provider("111122223333"))),
            ("log/main.tf", format!("{}{key}", provider("444455556666"))),
        ];
        in_workspace(&RULE, "", &files.each_ref().map(|(path, text)| (*path, text.as_str())))
    }

    fn role(name: &str, rest: &str) -> String {
        format!(
            "resource \"aws_iam_role\" \"r{}\" {{\n name = \"{name}\"\n assume_role_policy = TRUST\n {rest}\n}}\n",
            name.len()
        )
    }

    const DEPLOY: &str = "arn:aws:iam::111122223333:role/deploy";

    #[test]
    fn the_path_or_the_case_differs() {
        assert_eq!(
            found(&role("deploy", r#"path = "/ci/""#), DEPLOY),
            [
                "role/deploy | warning: there is no `role/deploy` in account 111122223333: the role of that name is `role/ci/deploy`"
            ]
        );
        assert_eq!(
            found(&role("Deploy", ""), DEPLOY),
            [
                "role/deploy | warning: there is no `role/deploy` in account 111122223333: the role of that name is `role/Deploy`"
            ]
        );
        assert_eq!(found(&role("deploy", "path = var.p"), DEPLOY), [""; 0]);
        let perhaps = found(&role("deploy", "path = \"/ci/\"\n count = var.n"), DEPLOY);
        assert!(perhaps[0].contains("| likely "), "another may have the name if this one is not made");
    }

    #[test]
    fn a_slip() {
        assert_eq!(
            found(&role("deplyo", ""), DEPLOY),
            [
                "role/deploy | likely warning: no stack in view makes `role/deploy` in account 111122223333; did you mean `role/deplyo`?"
            ]
        );
        assert_eq!(
            found("resource \"aws_iam_user\" \"u\" {\n name = \"backup\"\n}", "arn:aws:iam::111122223333:user/bakcup")
                .len(),
            1
        );
    }

    #[test]
    fn nothing_like_it() {
        assert_eq!(
            found(&role("admin", ""), DEPLOY),
            [
                "role/deploy | likely warning: no stack in view makes `role/deploy` in account 111122223333, where other roles are made"
            ]
        );
        let service =
            TRUST.replace("AWS =", "Service =").replace("arn:aws:iam::999988887777:root", "ec2.amazonaws.com");
        assert_eq!(found(&role("admin", "").replace("TRUST", &service), DEPLOY), [""; 0], "only a role of a service");
    }

    #[test]
    fn ids_in_the_place_of_arns() {
        for (id, word) in [("AROAIOSFODNN7EXAMPLE", "role"), ("AIDAIOSFODNN7EXAMPLE", "user")] {
            let expected = format!(
                "{id} | warning: `{id}` is the id of a {word}: AWS shows it in the place of the ARN of one that is deleted"
            );
            assert_eq!(found("", id), [expected]);
        }
        assert_eq!(found("", "AROA${var.x}"), [""; 0]);
    }

    #[test]
    fn others_are_made_elsewhere() {
        let admin = role("admin", "");
        assert_eq!(found(&admin, DEPLOY).len(), 1);
        let other = |more: &str| found(&format!("{admin}{more}"), DEPLOY).len();
        assert_eq!(other("data \"aws_iam_role\" \"o\" {\n name = \"ops\"\n}"), 0, "another one is looked up");
        assert_eq!(
            other(
                "resource \"aws_iam_role_policy_attachment\" \"o\" {\n role = \"ops\"\n policy_arn = \"arn:aws:iam::aws:policy/ReadOnlyAccess\"\n}"
            ),
            0,
            "another one is only named"
        );
        let trusting = |name: &str| {
            TRUST.replace("arn:aws:iam::999988887777:root", &format!("arn:aws:iam::111122223333:role/{name}"))
        };
        let known = role("deputy", "").replace("TRUST", &trusting("admin"));
        assert_eq!(other(&known), 1, "this one is made");
        let unknown = role("deputy", "").replace("TRUST", &trusting("ops"));
        assert_eq!(other(&unknown), 0, "so is neither");
        let by_aws = role("deputy", "").replace("TRUST", &trusting("OrganizationAccountAccessRole"));
        assert_eq!(other(&by_aws), 1, "AWS makes this one");
    }

    #[test]
    fn what_may_be_there() {
        let admin = role("admin", "");
        for more in [
            role("deploy", ""),
            role("${var.x}", ""),
            "data \"aws_iam_role\" \"d\" {\n name = \"deploy\"\n}".to_owned(),
            "module \"roles\" {\n source = \"example.com/roles/aws\"\n}".to_owned(),
            "provider \"aws\" {\n alias = \"x\"\n assume_role {\n role_arn = \"arn:aws:iam::111122223333:role/deploy\"\n }\n}\nresource \"aws_sqs_queue\" \"q\" {\n provider = aws.x\n}".to_owned(),
        ] {
            assert_eq!(found(&format!("{admin}{more}"), DEPLOY), [""; 0], "{more}");
        }
    }

    #[test]
    fn principals_that_are_left_alone() {
        let admin = role("admin", "");
        for principal in [
            "arn:aws:iam::111122223333:root",
            "arn:aws:iam::111122223333:role/${var.x}",
            "arn:aws:iam::${var.x}:role/deploy",
            "arn:aws:iam::999988887777:role/deploy",
            "arn:aws:iam::111122223333:role/OrganizationAccountAccessRole",
            "arn:aws:iam::111122223333:role/aws-reserved/sso.amazonaws.com/AWSReservedSSO_Admin_0123456789abcdef",
            "arn:aws:iam::111122223333:user/alice",
            "arn:aws:iam::111122223333:role/dep*",
        ] {
            assert_eq!(found(&admin, principal), [""; 0], "{principal}");
        }
    }
}
