//! What it finds, why, and its tests: `private_address.md`.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use ipnet::IpNet;

use super::uses::{Use, uses};
use crate::aws::facts::OperatorType;
use crate::finding::{Fix, Safety, Severity};
use crate::policy::model::Leaf;
use crate::rules::{Check, Group, PolicySite, Report, Rule, RuleContext, list_edit};

pub(in crate::rules) static RULE: Rule = Rule {
    code: "private-address",
    group: Group::Condition,
    severity: Severity::Error,
    since: "0.1.0",
    sources: &[
        "AA PRIVATE_IP_ADDRESS",
        "AA PRIVATE_IP_ADDRESS_SUBSET",
        "AA PRIVATE_NOT_IP_ADDRESS",
        "AA PRIVATE_NOT_IP_ADDRESS_SUBSET",
    ],
    check: Check::Policy(check),
};

/// Blocks from which nothing comes over the internet: RFC 1918, loopback, link-local,
/// RFC 4193. The shared block 100.64.0.0/10 is not among them, since AWS does not call it private.
const PRIVATE: [(IpAddr, u8); 8] = [
    (IpAddr::V4(Ipv4Addr::new(10, 0, 0, 0)), 8),
    (IpAddr::V4(Ipv4Addr::new(127, 0, 0, 0)), 8),
    (IpAddr::V4(Ipv4Addr::new(169, 254, 0, 0)), 16),
    (IpAddr::V4(Ipv4Addr::new(172, 16, 0, 0)), 12),
    (IpAddr::V4(Ipv4Addr::new(192, 168, 0, 0)), 16),
    (IpAddr::V6(Ipv6Addr::LOCALHOST), 128),
    (IpAddr::V6(Ipv6Addr::new(0xfc00, 0, 0, 0, 0, 0, 0, 0)), 7),
    (IpAddr::V6(Ipv6Addr::new(0xfe80, 0, 0, 0, 0, 0, 0, 0)), 10),
];

fn check(site: &PolicySite, _: &RuleContext<'_>, report: &mut Report<'_>) {
    for it in uses(&site.document) {
        if it.operator.operator.ty != OperatorType::IpAddress || it.key.name != "aws:SourceIp" {
            continue;
        }
        let private: Vec<&Leaf> = it.values().filter(|value| is_private(value)).collect();
        let condition = it.condition;
        let is_all = condition.open.is_empty() && private.len() == condition.values.len() + condition.possible.len();
        match private.first() {
            Some(first) if is_all => say_all(&it, first, report),
            Some(_) => private.iter().for_each(|value| say_one(&it, value, report)),
            None => {}
        }
    }
}

/// Whether all that `value` covers is private.
fn is_private(value: &Leaf) -> bool {
    let Some(text) = value.text.as_known() else { return false };
    let address = text.parse::<IpAddr>().map(IpNet::from);
    let Ok(range) = text.parse::<IpNet>().or(address) else { return false };
    let blocks = PRIVATE.into_iter().filter_map(|(address, length)| IpNet::new(address, length).ok());
    blocks.into_iter().any(|block| block.contains(&range))
}

fn say_all(it: &Use<'_>, first: &Leaf, report: &mut Report<'_>) {
    let effect = match (it.operator.operator.negated, it.operator.if_exists) {
        (true, _) => "this condition always holds",
        (false, true) => "this condition holds only where there is none",
        (false, false) => "this condition never holds",
    };
    let key = it.key_name();
    report
        .leaf(&it.condition.key, format!("`{key}` is never a private address: {effect}"))
        .label(first.span, "a private address")
        .help("a request through a VPC endpoint carries its private address in `aws:VpcSourceIp`");
}

fn say_one(it: &Use<'_>, value: &Leaf, report: &mut Report<'_>) {
    let (text, key) = (value.text.display(), it.key_name());
    let removed = list_edit::remove(&[value], report);
    let finding = report
        .leaf(value, format!("`{text}` is private and has no effect: `{key}` is always a public address"))
        .severity(Severity::Note)
        .help("a request through a VPC endpoint carries its private address in `aws:VpcSourceIp`");
    if let Some(edits) = removed {
        finding.fix(Fix { title: format!("remove `{text}`"), safety: Safety::Unsafe, edits });
    }
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::rules::testing::{Fixture, statement};

    fn with(operator: &str, key: &str, values: &str) -> Vec<String> {
        statement(&RULE, &format!(r#""Condition": {{"{operator}": {{"{key}": {values}}}}}"#))
    }

    #[test]
    fn only_private_addresses() {
        assert_eq!(
            with("IpAddress", "aws:SourceIp", r#"["10.0.0.0/8", "192.168.1.7"]"#),
            ["aws:SourceIp | error: `aws:SourceIp` is never a private address: this condition never holds"]
        );
        assert_eq!(
            with("notipaddress", "aws:sourceip", r#""172.31.0.0/16""#),
            ["aws:sourceip | error: `aws:sourceip` is never a private address: this condition always holds"]
        );
        assert_eq!(
            with("IpAddressIfExists", "aws:SourceIp", r#""fd00::/8""#),
            ["aws:SourceIp | error: `aws:SourceIp` is never a private address: \
              this condition holds only where there is none"]
        );
        for address in ["127.0.0.1", "169.254.169.254/32", "fe80::1", "::1", "10.1.2.3/16"] {
            assert_eq!(with("IpAddress", "aws:SourceIp", &format!("\"{address}\"")).len(), 1, "{address}");
        }
    }

    #[test]
    fn some_private_addresses() {
        assert_eq!(
            with("IpAddress", "aws:SourceIp", r#"["203.0.113.0/24", "10.0.0.0/8"]"#),
            ["10.0.0.0/8 | note: `10.0.0.0/8` is private and has no effect: `aws:SourceIp` is always a public address"]
        );
        assert_eq!(with("NotIpAddress", "aws:SourceIp", r#"["10.0.0.0/8", "${x}", "10.0.0.1"]"#).len(), 2);
        assert_eq!(with("IpAddress", "aws:SourceIp", r#"["10.0.0.0/8", ${more}]"#).len(), 1);
        let policy = |values: &str| {
            format!(r#"{{"Statement": {{"Condition": {{"IpAddress": {{"aws:SourceIp": [{values}]}}}}}}}}"#)
        };
        let fixture = Fixture::new(&policy(r#""203.0.113.7", "10.0.0.0/8""#));
        assert_eq!(fixture.fixed(&RULE), policy(r#""203.0.113.7""#));
    }

    #[test]
    fn what_may_match() {
        for (operator, key, values) in [
            ("IpAddress", "aws:SourceIp", r#"["203.0.113.0/24", "2001:db8::/32"]"#),
            ("IpAddress", "aws:SourceIp", r#""0.0.0.0/0""#),
            ("IpAddress", "aws:SourceIp", r#""8.0.0.0/6""#),
            ("IpAddress", "aws:SourceIp", r#""100.64.0.0/10""#),
            ("IpAddress", "aws:SourceIp", r#""10.0.${x}.0/24""#),
            ("IpAddress", "aws:SourceIp", r#""10.*""#),
            ("IpAddress", "aws:SourceIp", "[]"),
            ("IpAddress", "aws:VpcSourceIp", r#""10.0.0.0/8""#),
            ("StringEquals", "aws:SourceIp", r#""10.0.0.1""#),
            ("IpAddress", "${key}", r#""10.0.0.0/8""#),
        ] {
            assert_eq!(with(operator, key, values), [""; 0], "{operator} {key} {values}");
        }
    }
}
