//! The checks of IAM Access Analyzer, each with the rules that find the same or with why
//! none does: `docs/access-analyzer-checks.md`.
//!
//! A rule says which checks it has in its `sources`: `AA INVALID_ACTION`. What no rule has
//! stands in a table, as `planned` if it can be found from source, as `open` for a reason.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use crosstrail_analyzer::rules::{RULES, Rule};

use crate::rule_index;

const CHECKS: &str = include_str!("../data/access-analyzer-checks.tsv");
const OPEN: &str = include_str!("../data/access-analyzer-open.tsv");

/// The levels of the checks, gravest first, with their headings.
const LEVELS: [(&str, &str); 4] = [
    ("error", "Errors"),
    ("security warning", "Security warnings"),
    ("warning", "Warnings"),
    ("suggestion", "Suggestions"),
];

/// A check.
struct Check {
    code: &'static str,
    level: &'static str,
    finds: &'static str,
    rules: Vec<&'static Rule>,
    open: Option<Open>,
}

/// A check that no rule has.
#[derive(Clone, Copy)]
enum Open {
    Planned,
    Because(&'static str),
}

/// What is wrong with the tables or with the sources of the rules: one line for each.
#[must_use]
pub fn faults() -> Vec<String> {
    let mut faults = Vec::new();
    let known: Vec<&str> = rows(CHECKS).map(|[code, ..]| code).collect();
    for rule in RULES {
        for code in sources(rule).filter(|code| !known.contains(code)) {
            faults.push(format!("`{}` names the check `AA {code}`, which does not exist", rule.code));
        }
    }
    for [code, kind, reason] in rows(OPEN) {
        if !known.contains(&code) {
            faults.push(format!("{code} is no check"));
        }
        if !matches!((kind, reason.is_empty()), ("planned", true) | ("open", false)) {
            faults.push(format!("{code} is neither `planned` without a reason nor `open` with one"));
        }
    }
    for (name, table) in [("checks", CHECKS), ("open", OPEN)] {
        let codes: Vec<&str> = rows(table).map(|[code, ..]| code).collect();
        if !codes.is_sorted_by(|a, b| a < b) {
            faults.push(format!("access-analyzer-{name}.tsv is not sorted, or has a code twice"));
        }
    }
    faults.extend(checks().iter().filter_map(Check::fault));
    faults
}

/// `docs/access-analyzer-checks.md`.
#[must_use]
pub fn page() -> String {
    let checks = checks();
    let covered = checks.iter().filter(|check| !check.rules.is_empty()).count();
    let mut page = format!(
        "# Checks of IAM Access Analyzer\n\n\
         Written by `UPDATE_EXPECT=1 cargo test -p crosstrail-tests`; do not edit.\n\n\
         [IAM Access Analyzer]({URL}) checks a policy that is written out in full.\n\
         Crosstrail finds the same faults in Terraform before anything is applied, also where parts of a policy are not known.\n\
         Of its {} checks {covered} have a rule that finds what they find; a rule may find more, and may rate it otherwise.\n",
        checks.len()
    );
    for (level, heading) in LEVELS {
        let _infallible = write!(page, "\n## {heading}\n\n| check | what it finds | rules |\n|---|---|---|\n");
        for check in checks.iter().filter(|check| check.level == level) {
            let finds = check.finds.replace('|', "\\|").replace('*', "\\*");
            let _infallible = writeln!(page, "| `{}` | {finds} | {} |", check.code, check.answer());
        }
    }
    page
}

const URL: &str = "https://docs.aws.amazon.com/IAM/latest/UserGuide/access-analyzer-reference-policy-checks.html";

fn checks() -> Vec<Check> {
    let open: BTreeMap<&str, Open> = rows(OPEN)
        .map(|[code, kind, reason]| (code, if kind == "planned" { Open::Planned } else { Open::Because(reason) }))
        .collect();
    let rules = |code: &str| RULES.iter().copied().filter(|rule| sources(rule).any(|it| it == code)).collect();
    rows(CHECKS)
        .map(|[code, level, finds]| Check { code, level, finds, rules: rules(code), open: open.get(code).copied() })
        .collect()
}

impl Check {
    fn fault(&self) -> Option<String> {
        let code = self.code;
        match (self.rules.first(), self.open) {
            (None, None) => Some(format!("{code} has neither a rule nor a line in access-analyzer-open.tsv")),
            (Some(rule), Some(_)) => {
                Some(format!("`{}` has {code}: take its line out of tests/data/access-analyzer-open.tsv", rule.code))
            }
            (Some(_), None) | (None, Some(_)) => None,
        }
    }

    fn answer(&self) -> String {
        match (self.rules.as_slice(), self.open) {
            ([], Some(Open::Because(reason))) => reason.to_owned(),
            ([], Some(Open::Planned) | None) => "planned".to_owned(),
            (rules, _) => rules.iter().map(|rule| link(rule)).collect::<Vec<_>>().join(", "),
        }
    }
}

fn link(rule: &Rule) -> String {
    format!("[`{}`](../analyzer/src/rules/{})", rule.code, rule_index::page(rule))
}

/// The checks of Access Analyzer that a rule names.
pub fn sources(rule: &Rule) -> impl Iterator<Item = &'static str> {
    rule.sources.iter().filter_map(|source| source.strip_prefix("AA "))
}

/// The records of a table, three fields each.
fn rows(table: &'static str) -> impl Iterator<Item = [&'static str; 3]> {
    table.lines().filter(|line| !line.starts_with('#')).map(|line| {
        let mut fields = line.split('\t');
        std::array::from_fn(|_| fields.next().unwrap_or_default())
    })
}
