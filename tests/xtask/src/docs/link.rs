//! Where the links of the pages lead to.

use std::collections::{BTreeMap, BTreeSet};

use crate::root;

/// Where the files of the repository can be read that are no pages of the site.
const REPOSITORY: &str = concat!(env!("CARGO_PKG_REPOSITORY"), "/blob/main/");

/// The pages of the site, by where their sources lie in the repository.
pub(super) struct Links {
    names: BTreeMap<String, String>,
}

impl Links {
    pub(super) fn new(pages: impl Iterator<Item = (String, String)>) -> Self {
        Self { names: pages.collect() }
    }

    /// What `link` in the page that lies at `from` is in the site; `None` if it leads nowhere.
    pub(super) fn resolve(&self, from: &str, link: &str) -> Option<String> {
        if link.starts_with('#') || link.starts_with("https://") {
            return Some(link.to_owned());
        }
        let (path, anchor) = link.find('#').map_or((link, ""), |at| link.split_at(at));
        let path = joined(from, path)?;
        let page = self.names.get(&path).cloned();
        let file = || root().join(&path).exists().then(|| format!("{REPOSITORY}{path}"));
        Some(page.or_else(file)? + anchor)
    }
}

/// `path` as seen from the file `from`; `None` if it leads out of the repository.
fn joined(from: &str, path: &str) -> Option<String> {
    let mut parts: Vec<&str> = from.split('/').collect();
    parts.pop();
    for part in path.split('/') {
        match part {
            "" | "." => {}
            ".." => {
                parts.pop()?;
            }
            name => parts.push(name),
        }
    }
    Some(parts.join("/"))
}

/// The links between pages of the site that lead nowhere.
pub(super) fn faults(site: &BTreeMap<String, String>) -> Vec<String> {
    let mut faults = Vec::new();
    for (name, html) in site {
        for link in values(html, " href=\"").filter(|link| !link.starts_with("https://")) {
            let (page, anchor) = link.split_once('#').unwrap_or((link, ""));
            let target = if page.is_empty() { Some(html) } else { site.get(page) };
            let ids = || target.into_iter().flat_map(|html| values(html, " id=\"")).collect::<BTreeSet<_>>();
            if target.is_none() || !anchor.is_empty() && !ids().contains(anchor) {
                faults.push(format!("{name}: `{link}` leads nowhere"));
            }
        }
    }
    faults
}

/// The values of an attribute, which are written without entities.
fn values<'a>(html: &'a str, attribute: &'a str) -> impl Iterator<Item = &'a str> {
    html.split(attribute).skip(1).filter_map(|rest| rest.split('"').next())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn links_between_sources_are_links_between_pages() {
        let pages = [("analyzer/src/rules/a/x_y.md", "x-y.html"), ("docs/z.md", "z.html")];
        let links = Links::new(pages.into_iter().map(|(path, name)| (path.to_owned(), name.to_owned())));
        let from = "analyzer/src/rules/a/b.md";
        assert_eq!(links.resolve(from, "x_y.md#why").as_deref(), Some("x-y.html#why"));
        assert_eq!(links.resolve(from, "../../../../docs/z.md").as_deref(), Some("z.html"));
        assert_eq!(links.resolve(from, "https://example.com/").as_deref(), Some("https://example.com/"));
        assert!(links.resolve(from, "../../../../README.md").unwrap().ends_with("/blob/main/README.md"));
        assert_eq!(links.resolve(from, "nothing.md"), None);
        assert_eq!(links.resolve(from, "../../../../../outside.md"), None);
    }

    #[test]
    fn finds_links_that_lead_nowhere() {
        let page =
            r##"<h1 id="a">A</h1><a href="#a"></a><a href="#b"></a><a href="q.html"></a><a href="p.html#a"></a>"##;
        let site = BTreeMap::from([("p.html".to_owned(), page.to_owned())]);
        assert_eq!(faults(&site), ["p.html: `#b` leads nowhere", "p.html: `q.html` leads nowhere"]);
    }
}
