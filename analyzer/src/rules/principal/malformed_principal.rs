//! What it finds, why, and its tests: `malformed_principal.md`.

use jiff::civil::Date;

use super::form::{self, Provider};
use super::named::{self, Named, Type};
use crate::aws::facts;
use crate::finding::{Safety, Severity};
use crate::policy::model::{FaultKind, Leaf, PolicyKind, PrincipalGroup};
use crate::rules::arn::shape;
use crate::rules::{Check, Group, PolicySite, Report, Rule, RuleContext};

pub(in crate::rules) static RULE: Rule = Rule {
    code: "malformed-principal",
    group: Group::Principal,
    severity: Severity::Error,
    since: "0.1.0",
    sources: &[
        "AA INVALID_PRINCIPAL_FORMAT",
        "AA INVALID_PRINCIPAL_KEY",
        "AA ROLE_TRUST_POLICY_SYNTAX_ERROR_NOTPRINCIPAL",
    ],
    check: Check::Policy(check),
};

fn check(site: &PolicySite, ctx: &RuleContext<'_>, report: &mut Report<'_>) {
    check_bare(site, report);
    check_elements(site, report);
    for group in named::statements(site).flat_map(|it| &it.principals).flat_map(|it| &it.groups) {
        check_type(group, report);
    }
    for named in named::principals(site) {
        check_principal(&named, ctx.as_of, report);
    }
}

/// A principal without its type: `"Principal": "111122223333"`.
fn check_bare(site: &PolicySite, report: &mut Report<'_>) {
    for fault in &site.document.faults {
        let FaultKind::WrongType { element, .. } = &fault.kind else { continue };
        if !matches!(element.as_str(), "Principal" | "NotPrincipal") {
            continue;
        }
        let written = report.source_text(fault.span);
        let is_account = written.len() == 12 && written.bytes().all(|byte| byte.is_ascii_digit());
        let ty = if is_account || written.starts_with("arn:") { Some(Type::Aws) } else { form::other_type(&written) };
        if let Some(ty) = ty {
            let message = format!("the principal `{written}` lacks its type: `{{\"{}\": \"{written}\"}}`", ty.name());
            report.finding(fault.span, message);
        }
    }
}

/// `NotPrincipal` where the kind of policy has no place for it.
fn check_elements(site: &PolicySite, report: &mut Report<'_>) {
    if site.kind != PolicyKind::Trust {
        return;
    }
    for principals in named::statements(site).flat_map(|it| &it.principals).filter(|it| it.negated) {
        report
            .finding(principals.key, "a trust policy has no `NotPrincipal`")
            .help("name who may assume the role with `Principal`");
    }
}

/// The key of the object: `AWS`, `Service`.
fn check_type(group: &PrincipalGroup, report: &mut Report<'_>) {
    let Some(written) = group.kind.text.as_known() else { return };
    if Type::ALL.iter().any(|ty| ty.name() == written) || named::is_bare(group) {
        return;
    }
    let names = Type::ALL.map(Type::name);
    let distance = |name: &str| strsim::damerau_levenshtein(&name.to_ascii_lowercase(), &written.to_ascii_lowercase());
    let nearest = names.into_iter().min_by_key(|name| distance(name)).filter(|name| distance(name) * 3 <= name.len());
    let message = format!("there is no principal type `{written}`");
    let Some(meant) = nearest else {
        report
            .leaf(&group.kind, message)
            .help(format!("the types are {}", names.map(|name| format!("`{name}`")).join(", ")));
        return;
    };
    let literal = report.is_literal(&group.kind);
    let finding = report.leaf(&group.kind, format!("{message}; did you mean `{meant}`?"));
    if literal {
        let safety = if distance(meant) == 0 { Safety::Safe } else { Safety::Unsafe };
        finding.replace(group.kind.span, meant, safety);
    }
}

fn check_principal(named: &Named<'_>, as_of: Date, report: &mut Report<'_>) {
    let leaf = named.leaf;
    match named.ty {
        Some(Type::Aws) => check_aws(leaf, as_of, report),
        Some(ty @ (Type::Service | Type::CanonicalUser)) => check_no_arn(leaf, ty, report),
        Some(Type::Federated) | None => {}
    }
}

/// A principal of AWS that is no account, user, role or session.
fn check_aws(leaf: &Leaf, as_of: Date, report: &mut Report<'_>) {
    let shown = leaf.text.display();
    if form::is_arn(leaf) {
        // What is wrong with it as an ARN is said of it already.
        if form::is_no_principal_arn(leaf) && shape::fault(&leaf.text, as_of).is_none() {
            let (message, help) = describe_arn(leaf, &shown);
            report.leaf(leaf, message).help(help);
        }
    } else if form::is_no_principal(leaf) {
        let Some(ty) = form::other_type(&form::with_regions(&leaf.text)) else {
            report
                .leaf(leaf, format!("`{shown}` is no principal: it is neither an account id nor an ARN"))
                .help("write the ARN of an account, a user or a role");
            return;
        };
        let (article, what) = match ty {
            Type::Service => ("a", "service"),
            Type::Aws | Type::Federated | Type::CanonicalUser => ("an", "identity provider"),
        };
        report
            .leaf(leaf, format!("`{shown}` is {article} {what}, no principal of the type `AWS`"))
            .help(format!("its type is `{}`", ty.name()));
    }
}

fn describe_arn(leaf: &Leaf, shown: &str) -> (String, &'static str) {
    let has = |part: &str| shown.contains(part);
    if form::provider(leaf) != Provider::None {
        return (
            format!("`{shown}` is an identity provider, no principal of the type `AWS`"),
            "its type is `Federated`",
        );
    }
    if has(":iam::") && has(":group/") {
        return (format!("`{shown}` is a group, and a group is no principal"), "name its users, or a role");
    }
    if has(":instance-profile/") {
        return (format!("`{shown}` is an instance profile and no principal"), "name the role that is in it");
    }
    if has(":iam::") && has(":assumed-role/") {
        return (format!("`{shown}` is no principal: the ARN of a session is one of `sts`"), "write `sts` for `iam`");
    }
    if has(":sts::") && has(":role/") {
        return (format!("`{shown}` is no principal: the ARN of a role is one of `iam`"), "write `iam` for `sts`");
    }
    (
        format!("`{shown}` is the ARN of no principal"),
        "a principal is an account, a user, a role or a session of a role",
    )
}

/// An ARN where something else is asked for.
fn check_no_arn(leaf: &Leaf, ty: Type, report: &mut Report<'_>) {
    let shown = leaf.text.display();
    let is_account = shown.len() == 12 && shown.bytes().all(|byte| byte.is_ascii_digit());
    // Amazon S3 takes the id of an account for its canonical id.
    if form::is_arn(leaf) || is_account && ty == Type::Service {
        let what = if ty == Type::Service { "service" } else { "canonical user id" };
        let help = if form::provider(leaf) == Provider::None { "`AWS`" } else { "`Federated`" };
        report.leaf(leaf, format!("`{shown}` is no {what}")).help(format!("its type is {help}"));
    } else if ty == Type::CanonicalUser && facts::service_principal(&shown).is_some() {
        report.leaf(leaf, format!("`{shown}` is no canonical user id")).help("its type is `Service`");
    }
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::policy::model::PolicyKind::{self, Identity, Resource, ResourceControl, Trust, Unattached};
    use crate::rules::testing::{Fixture, statement_of};

    fn found(kind: PolicyKind, principal: &str) -> Vec<String> {
        statement_of(&RULE, kind, &format!(r#""Principal": {principal}"#))
    }

    fn aws(text: &str) -> Vec<String> {
        found(Resource, &format!(r#"{{"AWS": ["{text}"]}}"#))
    }

    #[test]
    fn types() {
        assert_eq!(
            found(Resource, r#"{"aws": "111122223333"}"#),
            ["aws | error: there is no principal type `aws`; did you mean `AWS`?"]
        );
        assert_eq!(
            found(Trust, r#"{"Services": "ec2.amazonaws.com"}"#),
            ["Services | error: there is no principal type `Services`; did you mean `Service`?"]
        );
        assert_eq!(found(Trust, r#"{"User": "x"}"#), ["User | error: there is no principal type `User`"]);
        assert_eq!(found(Trust, r#"{"*": ["111122223333"]}"#).len(), 1);
        assert_eq!(found(Trust, r#"{"${x}": ["111122223333"]}"#), [""; 0]);
        assert_eq!(found(Identity, r#"{"aws": "111122223333"}"#), [""; 0], "that it has principals is said already");
        let json = |ty: &str| format!(r#"{{"Statement": {{"Principal": {{"{ty}": "111122223333"}}}}}}"#);
        assert_eq!(Fixture::of_kind(Trust, &json("aws")).fixed(&RULE), json("AWS"));
    }

    #[test]
    fn without_a_type() {
        assert_eq!(
            found(Resource, r#""111122223333""#),
            [r#"111122223333 | error: the principal `111122223333` lacks its type: `{"AWS": "111122223333"}`"#]
        );
        assert_eq!(found(Trust, r#""ec2.amazonaws.com""#).len(), 1);
        assert_eq!(found(Trust, r#"["111122223333"]"#), [""; 0], "that it is a list is said already");
        assert_eq!(found(Trust, r#""*""#), [""; 0]);
    }

    #[test]
    fn principals_of_aws() {
        for (text, message) in [
            ("deploy", "`deploy` is no principal: it is neither an account id nor an ARN"),
            ("ec2.amazonaws.com", "`ec2.amazonaws.com` is a service, no principal of the type `AWS`"),
            ("accounts.google.com", "`accounts.google.com` is an identity provider, no principal of the type `AWS`"),
            (
                "arn:aws:iam::111122223333:group/admins",
                "`arn:aws:iam::111122223333:group/admins` is a group, and a group is no principal",
            ),
            (
                "arn:aws:iam::111122223333:oidc-provider/example.com",
                "`arn:aws:iam::111122223333:oidc-provider/example.com` is an identity provider, no principal of the type `AWS`",
            ),
            (
                "arn:aws:lambda:eu-west-1:111122223333:function:f",
                "`arn:aws:lambda:eu-west-1:111122223333:function:f` is the ARN of no principal",
            ),
            (
                "arn:aws:sts::111122223333:role/deploy",
                "`arn:aws:sts::111122223333:role/deploy` is no principal: the ARN of a role is one of `iam`",
            ),
        ] {
            assert_eq!(aws(text), [format!("{text} | error: {message}")]);
        }
        for text in [
            "arn:aws:iam::${account.x}:instance-profile/x",
            "arn:aws:iam::111122223333:assumed-role/x/y",
            "arn:aws:iam::111122223333:deploy",
            "deploy-${x}",
            "logs.${region.x}.amazonaws.com",
        ] {
            assert_eq!(aws(text).len(), 1, "{text}");
        }
    }

    #[test]
    fn principals_of_other_types() {
        assert_eq!(
            found(Trust, r#"{"Service": "arn:aws:iam::111122223333:role/x"}"#),
            ["arn:aws:iam::111122223333:role/x | error: `arn:aws:iam::111122223333:role/x` is no service"]
        );
        assert_eq!(found(Trust, r#"{"Service": "111122223333"}"#).len(), 1);
        assert_eq!(found(Resource, r#"{"CanonicalUser": "arn:aws:iam::111122223333:root"}"#).len(), 1);
        assert_eq!(found(Resource, r#"{"CanonicalUser": "delivery.logs.amazonaws.com"}"#).len(), 1);
        assert_eq!(
            found(Resource, r#"{"CanonicalUser": "79a59df900b949e55d96a1e698fbacedfd6e09d98eacf8f8"}"#),
            [""; 0]
        );
    }

    #[test]
    fn a_trust_policy_names_who_is_trusted() {
        let not = r#""NotPrincipal": {"AWS": "111122223333"}"#;
        assert_eq!(statement_of(&RULE, Trust, not), ["NotPrincipal | error: a trust policy has no `NotPrincipal`"]);
        assert_eq!(statement_of(&RULE, Resource, not), [""; 0]);
        assert_eq!(found(ResourceControl, r#"{"AWS": "deploy"}"#), [""; 0], "that it is not `*` is said already");
    }

    #[test]
    fn what_may_be_one_is_silent() {
        let valid = [
            "*",
            "111122223333",
            "11112222333",
            "arn:aws:iam::111122223333:root",
            "arn:aws:iam::111122223333:user/path/x",
            "arn:aws:iam::111122223333:role/x",
            "arn:aws:iam::111122223333:role/*",
            "arn:aws:sts::111122223333:assumed-role/x/y",
            "arn:aws:sts::111122223333:federated-user/x",
            "arn:aws:iam::cloudfront:user/CloudFront Origin Access Identity E1",
            "arn:aws:iam::${x}:${y}",
            "arn:aws:iam::${account.x}:role/${x}",
            "arn:aws:iam::${account.x}:${x}/y",
            "arn:aws:${x}",
            "arn:${x}",
            "${x}",
            "${x}-deploy",
            "AROAKSCDLFT9R5DQP782U",
            "AIDA${x}",
            "arn:aws:iam::root",
            "arn:aws:iam::111122223333:instance-profiles/x",
            "79a59df900b949e55d96a1e698fbacedfd6e09d98eacf8f8d5218e7cd47ef2be",
        ];
        for text in valid {
            assert_eq!(aws(text), [""; 0], "{text}");
        }
        assert_eq!(found(Unattached, r#"{"AWS": "arn:aws:iam::111122223333:root"}"#), [""; 0]);
    }
}
