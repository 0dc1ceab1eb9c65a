//! Markdown to HTML.

use std::collections::BTreeMap;

use pulldown_cmark::{CodeBlockKind, CowStr, Event, Options, Parser, Tag, TagEnd, html};

use super::block;

/// A page without what stands around it.
pub(super) struct Page {
    /// Its first heading.
    pub(super) title: String,
    /// The HTML.
    pub(super) body: String,
    /// The links that lead nowhere.
    pub(super) faults: Vec<String>,
}

/// The page `markdown`, with `about` below its title. `resolve` says where a link leads to.
pub(super) fn render(markdown: &str, about: &str, resolve: &dyn Fn(&str) -> Option<String>) -> Page {
    let mut writer = Writer { about: Some(about), resolve, ids: BTreeMap::new(), faults: Vec::new() };
    let mut events = Parser::new_ext(markdown, Options::ENABLE_TABLES);
    let mut written = Vec::new();
    while let Some(event) = events.next() {
        writer.event(event, &mut events, &mut written);
    }
    let mut body = String::new();
    html::push_html(&mut body, written.into_iter());
    Page { title: title(markdown), body, faults: writer.faults }
}

/// What the first heading says.
pub(super) fn title(markdown: &str) -> String {
    markdown.lines().next().unwrap_or_default().trim_start_matches('#').trim().to_owned()
}

/// A line of Markdown, without a paragraph around it.
pub(super) fn inline(markdown: &str) -> String {
    let page = render(markdown, "", &|link| Some(link.to_owned()));
    page.body.trim().trim_start_matches("<p>").trim_end_matches("</p>").to_owned()
}

/// `text` as HTML shows it as it is.
pub(super) fn escape(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}

struct Writer<'a> {
    about: Option<&'a str>,
    resolve: &'a dyn Fn(&str) -> Option<String>,
    /// The anchors so far, with how often each was wanted.
    ids: BTreeMap<String, usize>,
    faults: Vec<String>,
}

impl<'a> Writer<'a> {
    /// Writes `event`; one that goes on for several takes those from `events`.
    fn event(&mut self, event: Event<'a>, events: &mut Parser<'a>, written: &mut Vec<Event<'a>>) {
        match event {
            Event::Start(Tag::CodeBlock(kind)) => written.push(Event::Html(code(&kind, events).into())),
            Event::Start(Tag::Heading { level, classes, attrs, .. }) => {
                let inside: Vec<Event<'a>> =
                    events.by_ref().take_while(|event| !matches!(event, Event::End(TagEnd::Heading(_)))).collect();
                let id = Some(self.id(&inside));
                written.push(Event::Start(Tag::Heading { level, id, classes, attrs }));
                written.extend(inside);
                written.push(Event::End(TagEnd::Heading(level)));
                written.extend(self.about.take().map(|about| Event::Html(about.into())));
            }
            Event::Start(Tag::Link { link_type, dest_url, title, id }) => {
                let dest_url = match (self.resolve)(&dest_url) {
                    Some(resolved) => resolved.into(),
                    None => {
                        self.faults.push(dest_url.to_string());
                        dest_url
                    }
                };
                written.push(Event::Start(Tag::Link { link_type, dest_url, title, id }));
            }
            // Nothing in a page is HTML: `s3:RequestObjectTag/<key>` is text.
            Event::Html(text) | Event::InlineHtml(text) => written.push(Event::Text(text)),
            other => written.push(other),
        }
    }

    /// The anchor of a heading: its words, and a number if they have stood there before.
    fn id(&mut self, heading: &[Event<'_>]) -> CowStr<'a> {
        let mut words = String::new();
        for event in heading {
            if let Event::Text(text) | Event::Code(text) = event {
                words.push_str(text);
            }
        }
        let letters = words.chars().map(|letter| if letter.is_alphanumeric() { letter } else { ' ' });
        let spaced: String = letters.collect::<String>().to_lowercase();
        let id = spaced.split_whitespace().collect::<Vec<_>>().join("-");
        let count = self.ids.entry(id.clone()).or_default();
        *count += 1;
        if *count == 1 { id.into() } else { format!("{id}-{count}").into() }
    }
}

fn code<'a>(kind: &CodeBlockKind<'a>, events: &mut Parser<'a>) -> String {
    let info = match kind {
        CodeBlockKind::Fenced(info) => info.to_string(),
        CodeBlockKind::Indented => String::new(),
    };
    let mut text = String::new();
    for event in events.by_ref().take_while(|event| !matches!(event, Event::End(TagEnd::CodeBlock))) {
        if let Event::Text(piece) = event {
            text.push_str(&piece);
        }
    }
    block::html(&info, &text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn headings_have_anchors_and_links_are_resolved() {
        let markdown = "# a-rule\n\nText `x`, <key>.\n\n## Why\n\n[there](b.md) [nowhere](c.md)\n\n## Why\n";
        let resolve = |link: &str| (link == "b.md").then(|| "b.html".to_owned());
        let page = render(markdown, "<p>about</p>\n", &resolve);
        assert_eq!(page.title, "a-rule");
        assert!(page.body.starts_with("<h1 id=\"a-rule\">a-rule</h1>\n<p>about</p>\n"), "{}", page.body);
        assert!(page.body.contains("&lt;key&gt;") && page.body.contains("<a href=\"b.html\">there</a>"));
        assert!(page.body.contains("<h2 id=\"why\">") && page.body.contains("<h2 id=\"why-2\">"));
        assert_eq!(page.faults, ["c.md"]);
        assert_eq!(inline("`a` & b"), "<code>a</code> &amp; b");
    }
}
