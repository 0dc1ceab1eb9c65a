//! What people get wrong around trails, each with the examples in the pages of rules that show it:
//! `docs/cloudtrail-mistakes.md`.
//!
//! Where a policy is wrong the examples write it in two ways at least, and each page has an example that is right.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

use crosstrail_analyzer::rules::{RULES, Rule};

use crate::fixture::{Page, Section};
use crate::rule_index;

const MISTAKES: &str = include_str!("../data/cloudtrail-mistakes.tsv");

/// Something that people get wrong.
struct Mistake {
    number: &'static str,
    name: &'static str,
    kind: &'static str,
    /// The examples, or why there is none.
    shown: &'static str,
}

/// The ways to write a policy that examples of one mistake have to show.
const NOTATIONS: usize = 2;

/// What is wrong with the table or with the pages: one line for each.
#[must_use]
pub fn faults() -> Vec<String> {
    let pages: BTreeMap<&str, Page> = RULES.iter().map(|rule| (rule.code, Page::parse(rule.doc()))).collect();
    let numbers = mistakes().map(|it| it.number.parse::<usize>().unwrap_or_default());
    let mut faults = Vec::new();
    if !numbers.eq(1..=mistakes().count()) {
        faults.push("the mistakes are not numbered from 1".to_owned());
    }
    faults.extend(mistakes().flat_map(|mistake| mistake.faults(&pages)));
    faults
}

/// `docs/cloudtrail-mistakes.md`.
#[must_use]
pub fn page() -> String {
    let mut page = String::from(
        "# What people get wrong around trails\n\n\
         Written by `UPDATE_EXPECT=1 cargo test -p crosstrail-tests`; do not edit.\n\n\
         These mistakes are those of public issue trackers, the most frequent first.\n\
         The pages of the rules show each, and what is right; where a policy is wrong, in several ways of writing it.\n\n\
         | | mistake | rules |\n|---|---|---|\n",
    );
    for mistake in mistakes() {
        let _infallible = writeln!(page, "| {} | {} | {} |", mistake.number, mistake.name, mistake.answer());
    }
    page
}

impl Mistake {
    /// The examples: codes and headings.
    fn examples(&self) -> impl Iterator<Item = (&'static str, &'static str)> {
        let shown = if self.kind == "open" { "" } else { self.shown };
        shown.split(" | ").filter_map(|example| example.split_once(": "))
    }

    fn rules(&self) -> Vec<&'static Rule> {
        let codes: BTreeSet<&str> = self.examples().map(|(code, _)| code).collect();
        codes.into_iter().filter_map(|code| RULES.iter().find(|rule| rule.code == code).copied()).collect()
    }

    fn answer(&self) -> String {
        let link = |rule: &Rule| format!("[`{}`](../analyzer/src/rules/{})", rule.code, rule_index::page(rule));
        let links: Vec<String> = self.rules().into_iter().map(link).collect();
        if links.is_empty() { self.shown.to_owned() } else { links.join(", ") }
    }

    fn faults(&self, pages: &BTreeMap<&str, Page>) -> Vec<String> {
        let mut faults = Vec::new();
        let mut notations = BTreeSet::new();
        for (code, heading) in self.examples() {
            match pages.get(code).and_then(|page| section(page, heading)) {
                Some(section) if section.codes().contains(code) => notations.extend(section.notation()),
                _ => faults.push(format!("{}: no example of `{code}` is `{heading}`", self.number)),
            }
        }
        for rule in self.rules() {
            let mut sections = pages.get(rule.code).into_iter().flat_map(Page::sections);
            if !sections.any(|section| section.codes().is_empty()) {
                faults.push(format!("{}: the page of `{}` has no example that is right", self.number, rule.code));
            }
        }
        let is_shown = match self.kind {
            "policy" => notations.len() >= NOTATIONS,
            "argument" => self.examples().next().is_some(),
            kind => kind == "open" && !self.shown.is_empty(),
        };
        if !is_shown {
            faults.push(format!("{}: not shown as it has to be", self.number));
        }
        faults
    }
}

fn section<'p>(page: &'p Page, heading: &str) -> Option<&'p Section> {
    page.sections().iter().find(|section| section.title.ends_with(&format!(" - {heading}")))
}

fn mistakes() -> impl Iterator<Item = Mistake> {
    MISTAKES.lines().filter(|line| !line.starts_with('#')).map(|line| {
        let mut fields = line.split('\t');
        let [number, name, kind, shown] = std::array::from_fn(|_| fields.next().unwrap_or_default());
        Mistake { number, name, kind, shown }
    })
}
