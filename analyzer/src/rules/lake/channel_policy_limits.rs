//! What it finds, why, and its tests: `channel_policy_limits.md`.

use super::policy::LakePolicy;
use crate::aws::facts::cloudtrail::{Limit, limit};
use crate::finding::Severity;
use crate::policy::model::{Principals, Statement};
use crate::rules::{Check, Group, PolicySite, Report, Rule, RuleContext, strings};

pub(in crate::rules) static RULE: Rule = Rule {
    code: "channel-policy-limits",
    group: Group::Lake,
    severity: Severity::Error,
    since: "0.1.0",
    sources: &["CloudTrail ResourcePolicyNotValidException"],
    check: Check::Policy(check),
};

fn check(site: &PolicySite, ctx: &RuleContext<'_>, report: &mut Report<'_>) {
    let Some(policy) = LakePolicy::on("channel", site, ctx) else { return };
    count_statements(&policy, site, report);
    for statement in policy.statements() {
        count_principals(&policy, statement, report);
        for service in strings::principals(statement, "Service") {
            let name = service.text.display();
            policy
                .refused(report.leaf(service, format!("the policy of a channel cannot let in the service `{name}`")))
                .help("who sends events is an account, a user, a role or a federated user");
        }
    }
}

fn count_statements(policy: &LakePolicy<'_>, site: &PolicySite, report: &mut Report<'_>) {
    let (count, most) =
        (policy.statements().iter().filter(|it| it.certain).count(), limit(Limit::ChannelPolicyStatements));
    if count > most {
        let span = site.document.statement_key.unwrap_or(site.document.span);
        let message = format!("the policy of a channel has {count} statements: it may have {most}");
        policy.refused(report.finding(span, message));
    }
}

fn count_principals(policy: &LakePolicy<'_>, statement: &Statement, report: &mut Report<'_>) {
    let most = limit(Limit::ChannelPolicyPrincipals);
    let count: usize = statement.principals.iter().map(number).sum();
    let first = statement.principals.first().filter(|_| count > most);
    if let Some(first) = first {
        let message = format!("a statement of the policy of a channel names {count} principals: it may name {most}");
        policy.refused(report.finding(first.key, message));
    }
}

/// How many principals are there for certain.
fn number(principals: &Principals) -> usize {
    principals.groups.iter().map(|group| group.items.len()).sum()
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::rules::testing::in_workspace;

    fn found(policy: &str) -> Vec<String> {
        let text = format!(
            r#"
resource "awscc_cloudtrail_resource_policy" "x" {{
  resource_arn    = "arn:aws:cloudtrail:eu-west-1:111122223333:channel/a"
  resource_policy = jsonencode({policy})
}}
"#
        );
        in_workspace(&RULE, "", &[("main.tf", &text)])
    }

    #[test]
    fn what_is_counted_is_there_for_certain() {
        let with =
            |statements: usize| found(&format!("{{ Statement = [for i in range({statements}) : {{ Sid = i }}] }}"));
        assert_eq!(with(20), [""; 0]);
        assert!(with(21)[0].ends_with("| error: the policy of a channel has 21 statements: it may have 20"));
        let perhaps = "{ Statement = var.more ? [for i in range(30) : { Sid = i }] : [] }";
        assert_eq!(found(perhaps), [""; 0]);
        let principals = |number: usize| {
            let accounts = format!("[for i in range({number}) : format(\"%012d\", 100000000000 + i)]");
            found(&format!("{{ Statement = [{{ Principal = {{ AWS = {accounts} }} }}] }}"))
        };
        assert_eq!(principals(50), [""; 0]);
        assert_eq!(
            principals(51),
            ["Principal | error: a statement of the policy of a channel names 51 principals: it may name 50"]
        );
    }
}
