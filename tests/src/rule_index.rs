//! The index of rules, written from the files that lie there: a rule is a `.rs` beside
//! a `.md` of the same name, in the directory of its group.

use std::fmt::Write as _;
use std::path::Path;

use crosstrail_analyzer::render;
use crosstrail_analyzer::rules::{Group, RULES, Rule};

use crate::source_tree;

const BEGIN: &str = "// region: index";
const END: &str = "// endregion: index";

/// `rules/mod.rs` as it should be: `text` with its marked region written anew.
/// `None` if the region is not there.
#[must_use]
pub fn module(text: &str, rules: &Path) -> Option<String> {
    with_region(text, &region(rules))
}

/// `rules/pages.rs` as it should be, likewise.
#[must_use]
pub fn pages(text: &str, rules: &Path) -> Option<String> {
    let mut pages: Vec<(String, String)> = Vec::new();
    for group in Group::ALL.iter().map(|group| directory(*group)) {
        let names = names(&rules.join(&group)).into_iter().filter(|(_, is_rule)| *is_rule);
        pages.extend(names.map(|(name, _)| (name.replace('_', "-"), format!("{group}/{name}.md"))));
    }
    pages.sort();
    let lines = pages.iter().map(|(code, file)| format!("    (\"{code}\", include_str!(\"{file}\")),\n"));
    with_region(text, &format!("static PAGES: &[(&str, &str)] = &[\n{}];\n", lines.collect::<String>()))
}

/// `text` with `region` in its marked region.
fn with_region(text: &str, region: &str) -> Option<String> {
    let (before, rest) = text.split_once(BEGIN)?;
    let (first_line, rest) = rest.split_once('\n')?;
    let (_, after) = rest.split_once(END)?;
    Some(format!("{before}{BEGIN}{first_line}\n{region}{END}{after}"))
}

fn region(rules: &Path) -> String {
    let mut modules = String::new();
    let mut table = String::from("\n/// All rules, by group and code.\npub static RULES: &[&Rule] = &[\n");
    let mut by_name: Vec<String> = Group::ALL.iter().map(|group| directory(*group)).collect();
    by_name.sort();
    for group in by_name {
        let files = names(&rules.join(&group));
        if !files.is_empty() {
            let lines: String = files.iter().map(|(name, _)| format!("    pub(super) mod {name};\n")).collect();
            let _infallible = write!(modules, "mod {group} {{\n{lines}}}\n");
        }
    }
    for group in Group::ALL.iter().map(|group| directory(*group)) {
        for (name, _) in names(&rules.join(&group)).iter().filter(|(_, is_rule)| *is_rule) {
            let _infallible = writeln!(table, "    &{group}::{name}::RULE,");
        }
    }
    format!("{modules}{table}];\n")
}

/// The modules of a directory, sorted, each with whether it is a rule.
fn names(dir: &Path) -> Vec<(String, bool)> {
    if !dir.is_dir() {
        return Vec::new();
    }
    let files = source_tree::files(dir, "rs");
    let here = files.into_iter().filter(|(path, _)| path.parent() == Some(dir));
    here.map(|(path, _)| {
        let name = path.file_stem().unwrap_or_default().to_string_lossy().into_owned();
        (name, path.with_extension("md").is_file())
    })
    .collect()
}

/// Where the page of a rule lies, from the directory of the rules.
#[must_use]
pub fn page(rule: &Rule) -> String {
    format!("{}/{}.md", directory(rule.group), rule.code.replace('-', "_"))
}

fn directory(group: Group) -> String {
    group.name().replace('-', "_")
}

/// `rules/README.md`: a table of all rules.
#[must_use]
pub fn readme() -> String {
    let mut text = String::from(
        "# Rules\n\nWritten by `UPDATE_EXPECT=1 cargo test -p crosstrail-tests`; do not edit.\n\
         To add a rule, put its page and its code into the directory of its group and run that twice.\n",
    );
    for group in Group::ALL {
        let rules: Vec<_> = RULES.iter().filter(|rule| rule.group == *group).collect();
        if rules.is_empty() {
            continue;
        }
        let _infallible = write!(text, "\n## {}\n\n| rule | severity | what it finds |\n|---|---|---|\n", group.name());
        for rule in rules {
            let page = page(rule);
            let severity = render::severity(rule.severity);
            let summary = rule.summary().replace('\n', " ").replace('|', "\\|");
            let _infallible = writeln!(text, "| [`{}`]({page}) | {severity} | {summary} |", rule.code);
        }
    }
    text
}
