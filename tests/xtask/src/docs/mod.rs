//! The pages of the rules, and those of `docs/`, as a static site: `cargo xtask docs`.
//!
//! One HTML page for each Markdown page and an index of the rules by group, with nothing
//! from elsewhere and no script. The site is not written if a link in it leads nowhere.

mod block;
mod link;
mod page;

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};

use crosstrail_analyzer::render;
use crosstrail_analyzer::rules::{Group, RULES, Rule};
use crosstrail_tests::{access_analyzer, rule_index};

use crate::{Outcome, root, say};
use link::Links;

/// Where the site is written unless another place is given.
const DIRECTORY: &str = "docs/rules";

/// The page that lists the rules.
const INDEX: &str = "index.html";

const STYLE: &str = include_str!("style.css");

/// Writes the site into the directory that is given, or into [`DIRECTORY`].
///
/// # Errors
/// When a link leads nowhere, or a file cannot be written.
pub(crate) fn run(arguments: &[String]) -> Outcome {
    match arguments {
        [] => write(&root().join(DIRECTORY)),
        [directory] => write(&PathBuf::from(directory)),
        _ => Err("docs takes one directory at most".into()),
    }
}

/// Writes the site into `directory`.
pub(crate) fn write(directory: &Path) -> Outcome {
    let site = site()?;
    fs::create_dir_all(directory)?;
    for (name, html) in &site {
        fs::write(directory.join(name), html)?;
    }
    say(&format!("{} pages in {}\n", site.len(), directory.display()));
    Ok(())
}

/// A Markdown page that becomes an HTML page.
struct Source {
    /// Where it lies in the repository.
    path: String,
    text: String,
    /// The rule whose page it is.
    rule: Option<&'static Rule>,
}

/// The pages by name.
fn site() -> Outcome<BTreeMap<String, String>> {
    let sources: Vec<Source> = rule_pages().chain(other_pages()?).collect();
    let links = Links::new(sources.iter().map(|source| (source.path.clone(), source.name())));
    let mut site = BTreeMap::new();
    let mut faults = Vec::new();
    for source in &sources {
        let about = source.rule.map(about).unwrap_or_default();
        let page = page::render(&source.text, &about, &|link| links.resolve(&source.path, link));
        faults.extend(page.faults.iter().map(|link| format!("{}: `{link}` leads nowhere", source.path)));
        site.insert(source.name(), framed(&page.title, &page.body, &sources));
    }
    site.insert(INDEX.to_owned(), framed("Rules", &index(), &sources));
    faults.extend(link::faults(&site));
    if faults.is_empty() { Ok(site) } else { Err(faults.join("\n").into()) }
}

impl Source {
    fn name(&self) -> String {
        let file = self.path.rsplit('/').next().unwrap_or_default();
        format!("{}.html", file.trim_end_matches(".md").replace('_', "-"))
    }
}

fn rule_pages() -> impl Iterator<Item = Source> {
    RULES.iter().map(|rule| Source {
        path: format!("analyzer/src/rules/{}", rule_index::page(rule)),
        text: rule.doc().to_owned(),
        rule: Some(*rule),
    })
}

/// The pages of `docs/`, sorted.
fn other_pages() -> Outcome<Vec<Source>> {
    let mut pages = Vec::new();
    for entry in fs::read_dir(root().join("docs"))? {
        let path = entry?.path();
        if path.extension().is_some_and(|extension| extension == "md") {
            let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
            pages.push(Source { path: format!("docs/{name}"), text: fs::read_to_string(&path)?, rule: None });
        }
    }
    pages.sort_by(|a, b| a.path.cmp(&b.path));
    Ok(pages)
}

/// What the table says of a rule, for the head of its page.
fn about(rule: &Rule) -> String {
    let severity = render::severity(rule.severity);
    let group = rule.group.name();
    let mut about = format!(
        "<p class=\"about\"><b class=\"{severity}\">{severity}</b> \
         <a href=\"{INDEX}#{group}\">{group}</a> since {}",
        rule.since
    );
    let checks: Vec<String> = access_analyzer::sources(rule).map(|code| format!("<code>{code}</code>")).collect();
    if !checks.is_empty() {
        let list = checks.join(", ");
        let _infallible =
            write!(about, "; <a href=\"access-analyzer-checks.html\">checks of Access Analyzer</a>: {list}");
    }
    about + "</p>\n"
}

fn index() -> String {
    let mut body = String::from("<h1>Rules</h1>\n");
    for group in Group::ALL {
        let rules: Vec<&Rule> = RULES.iter().copied().filter(|rule| rule.group == *group).collect();
        if rules.is_empty() {
            continue;
        }
        let name = group.name();
        let _infallible = write!(body, "<h2 id=\"{name}\">{name}</h2>\n<table>\n");
        for rule in rules {
            let severity = render::severity(rule.severity);
            let _infallible = writeln!(
                body,
                "<tr><td><a href=\"{0}.html\"><code>{0}</code></a></td><td><b class=\"{severity}\">{severity}</b></td>\
                 <td>{1}</td></tr>",
                rule.code,
                page::inline(rule.summary())
            );
        }
        body.push_str("</table>\n");
    }
    body
}

fn framed(title: &str, body: &str, sources: &[Source]) -> String {
    let mut others = String::new();
    for source in sources.iter().filter(|source| source.rule.is_none()) {
        let title = page::title(&source.text);
        let _infallible = write!(others, "\n<a href=\"{}\">{}</a>", source.name(), page::escape(&title));
    }
    format!(
        "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
         <title>{} - Crosstrail</title>\n<style>\n{STYLE}</style>\n</head>\n<body>\n\
         <nav><a href=\"{INDEX}\">Rules</a>{others}</nav>\n<main>\n{body}</main>\n</body>\n</html>\n",
        page::escape(title)
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_rule_has_its_page_and_every_link_leads_somewhere() {
        let site = site().unwrap();
        for rule in RULES {
            let page = &site[&format!("{}.html", rule.code)];
            assert!(page.contains(&format!("<h1 id=\"{0}\">{0}</h1>", rule.code)), "{}", rule.code);
            assert!(site[INDEX].contains(&format!("href=\"{}.html\"", rule.code)), "{}", rule.code);
        }
        assert!(site.values().all(|page| !page.contains("<script") && !page.contains("src=")));
    }
}
