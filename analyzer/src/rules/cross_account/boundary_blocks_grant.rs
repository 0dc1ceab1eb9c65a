//! What it finds, why, and its tests: `boundary_blocks_grant.md`.

use super::blocked::{self, Blocked};
use super::half_words as words;
use crate::access::grants::Blocker;
use crate::finding::Severity;
use crate::rules::{Check, Group, Report, Rule, RuleContext};

pub(in crate::rules) static RULE: Rule = Rule {
    code: "boundary-blocks-grant",
    group: Group::CrossAccount,
    severity: Severity::Error,
    since: "0.1.0",
    sources: &[],
    check: Check::Workspace(check),
};

fn check(ctx: &RuleContext<'_>, report: &mut Report<'_>) {
    if ctx.iam.principals().iter().all(|principal| principal.boundary.is_none()) {
        return;
    }
    for blocked in blocked::grants(ctx.access).iter().filter(|it| it.by == Blocker::Boundary) {
        say(blocked, report);
    }
}

fn say(blocked: &Blocked<'_>, report: &mut Report<'_>) {
    let grant = &blocked.grant;
    let Some(boundary) = &grant.principal.boundary else { return };
    let (who, target, actions) =
        (words::principal(grant.principal), words::target(grant.target), words::actions(&blocked.actions));
    report.enter(grant.site);
    let finding = report
        .leaf(
            grant.leaf,
            format!("the permissions boundary of {who} does not allow {actions} on {target}: this grant has no effect"),
        )
        .label(boundary.via, "this is the boundary")
        .help(format!("allow {actions} in the boundary, or take the grant back"));
    words::finish(finding, grant, None);
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::rules::cross_account::deny_blocks_grant::tests::{assuming, trusting};
    use crate::rules::testing::in_workspace;

    fn boundary(action: &str) -> String {
        format!(
            "resource \"aws_iam_policy\" \"edge\" {{\n  name = \"edge\"\n  policy = jsonencode({{ Version = \"2012-10-17\", \
             Statement = [{{ Effect = \"Allow\", Action = {action}, Resource = \"*\" }}] }})\n}}\nvariable \"x\" {{}}\n"
        )
    }

    fn found(rest: &str, boundary: &str, principal: &str) -> Vec<String> {
        let text = format!("{}{boundary}{}", assuming(rest, r#""sts:AssumeRole""#), trusting(principal));
        in_workspace(&RULE, "", &[("main.tf", &text)])
    }

    const BOUND: &str = "permissions_boundary = aws_iam_policy.edge.arn";
    const APP: &str = "aws_iam_role.app.arn";

    #[test]
    fn a_boundary_without_the_action() {
        let message = "error: the permissions boundary of role `app` of account 111111111111 does not allow `sts:AssumeRole` on `aws_iam_role.admin` of account 222222222222: this grant has no effect";
        assert_eq!(found(BOUND, &boundary(r#""s3:*""#), APP), [format!("aws_iam_role.app.arn | {message}")]);
        assert_eq!(
            found(BOUND, &boundary(r#""s3:*""#), r#""222222222222""#).len(),
            0,
            "the role trusts its own account only"
        );
        assert_eq!(
            found(BOUND, &boundary(r#""s3:*""#), r#""111111111111""#),
            [format!("arn:aws:iam::222222222222:role/admin | {message}")]
        );
    }

    #[test]
    fn boundaries_that_may_allow_it() {
        assert_eq!(found(BOUND, &boundary(r#"["s3:*", "sts:*"]"#), APP), [""; 0]);
        assert_eq!(found(BOUND, &boundary(r#"["s3:*", var.x]"#), APP), [""; 0]);
        assert_eq!(found("permissions_boundary = var.x", &boundary(r#""s3:*""#), APP), [""; 0]);
        assert_eq!(
            found("permissions_boundary = \"arn:aws:iam::111111111111:policy/else\"", &boundary(r#""s3:*""#), APP),
            [""; 0]
        );
        assert_eq!(found("", &boundary(r#""s3:*""#), APP), [""; 0]);
    }
}
