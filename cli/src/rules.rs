//! `crosstrail rules`

use std::io;

use crosstrail_analyzer::render;
use crosstrail_analyzer::render::human::Style;
use crosstrail_analyzer::rules::{RULES, Rule};
use serde::Serialize;

use crate::arguments::{Format, RulesArguments};
use crate::outcome::Outcome;
use crate::terminal::{self, When};

/// The number of the format that programs read.
const VERSION: u32 = 1;

#[derive(Serialize)]
struct Output {
    version: u32,
    rules: Vec<RuleOutput>,
}

#[derive(Serialize)]
struct RuleOutput {
    code: &'static str,
    group: &'static str,
    severity: &'static str,
    since: &'static str,
    summary: String,
    sources: &'static [&'static str],
}

/// Prints all rules.
///
/// # Errors
/// When standard output cannot be written to.
pub(crate) fn run(arguments: &RulesArguments, color: When) -> io::Result<Outcome> {
    let text = match arguments.format {
        Format::Human => table(RULES.iter().copied(), terminal::style(color)),
        Format::Json => json()?,
    };
    terminal::print(&text)?;
    Ok(Outcome::Clean)
}

fn json() -> io::Result<String> {
    let rules = RULES.iter().map(|rule| RuleOutput {
        code: rule.code,
        group: rule.group.name(),
        severity: render::severity(rule.severity),
        since: rule.since,
        summary: summary(rule),
        sources: rule.sources,
    });
    let mut text = serde_json::to_string_pretty(&Output { version: VERSION, rules: rules.collect() })?;
    text.push('\n');
    Ok(text)
}

/// One line for each rule, in columns, as wide as `style` allows.
pub(crate) fn table(rules: impl Iterator<Item = &'static Rule>, style: Style) -> String {
    let mut rules: Vec<_> = rules.collect();
    rules.sort_by_key(|rule| (rule.group, rule.code));
    let widest = |width: fn(&Rule) -> usize| rules.iter().map(|rule| width(rule)).max().unwrap_or_default();
    let code = widest(|rule| rule.code.len());
    let group = widest(|rule| rule.group.name().len());
    let row = |rule: &&Rule| {
        let severity = render::severity(rule.severity);
        let line = format!("{:code$}  {:group$}  {severity:7}  {}", rule.code, rule.group.name(), summary(rule));
        cut(line.trim_end(), style.width) + "\n"
    };
    rules.iter().map(row).collect()
}

/// What the rule's page says first, in one line.
fn summary(rule: &Rule) -> String {
    rule.summary().split_whitespace().collect::<Vec<_>>().join(" ")
}

/// `line`, cut at `width` columns.
fn cut(line: &str, width: usize) -> String {
    if line.chars().count() <= width {
        return line.to_owned();
    }
    line.chars().take(width.saturating_sub(1)).chain(['…']).collect()
}
