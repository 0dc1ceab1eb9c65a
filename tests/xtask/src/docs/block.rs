//! Fenced blocks: examples, with what is said of them below the lines that it is said of.

use std::fmt::Write as _;

use crosstrail_analyzer::rules;
use crosstrail_tests::fixture::Mark;

use super::page::escape;

/// A line of an example with what is said of it.
struct Line<'a> {
    text: &'a str,
    said: Vec<Said<'a>>,
}

/// What a marker line says.
struct Said<'a> {
    /// What is underlined, in characters.
    columns: std::ops::Range<usize>,
    /// `error`, `warning` or `note`.
    severity: &'a str,
    /// The code of the rule; none of what is only related.
    code: Option<&'a str>,
    message: &'a str,
}

/// The block `text` with the info string `info`.
pub(super) fn html(info: &str, text: &str) -> String {
    let is_fixed = info.ends_with(" fixed");
    let caption = if is_fixed { "<p class=\"caption\">After the fix:</p>\n" } else { "" };
    let mut html = format!("{caption}<pre><code>");
    for line in lines(text) {
        html.push_str(&underlined(&line));
        html.push('\n');
        for said in &line.said {
            html.push_str(&said.html(line.text));
        }
    }
    html + "</code></pre>\n"
}

/// The lines, each with the marker lines below it.
fn lines(text: &str) -> Vec<Line<'_>> {
    let mut lines: Vec<Line<'_>> = Vec::new();
    for text in text.lines() {
        match (Mark::read(text), lines.last_mut()) {
            (Some((columns, primary, message)), Some(line)) => line.said.push(Said::read(columns, primary, message)),
            _ => lines.push(Line { text, said: Vec::new() }),
        }
    }
    lines
}

/// The text of the line with what is underlined marked.
fn underlined(line: &Line<'_>) -> String {
    let mut html = String::new();
    let mut open: Option<&str> = None;
    for (column, letter) in line.text.chars().enumerate() {
        let here = line.said.iter().find(|said| said.columns.contains(&column)).map(Said::class);
        if here != open {
            html.push_str(if open.is_some() { "</mark>" } else { "" });
            if let Some(class) = here {
                let _infallible = write!(html, "<mark class=\"{class}\">");
            }
            open = here;
        }
        html.push_str(&escape(letter.encode_utf8(&mut [0; 4])));
    }
    html + if open.is_some() { "</mark>" } else { "" }
}

impl<'a> Said<'a> {
    fn read(columns: std::ops::Range<usize>, primary: bool, said: &'a str) -> Self {
        let (head, message) = said.split_once(": ").unwrap_or(("note", said));
        let (severity, code) = match head.split_once('[') {
            Some((severity, code)) if primary => (severity, code.strip_suffix(']')),
            _ => (head, None),
        };
        Self { columns, severity, code, message }
    }

    fn class(&self) -> &'a str {
        match (self.code, self.severity) {
            (None, _) => "related",
            (Some(_), "error") => "error",
            (Some(_), "warning") => "warning",
            (Some(_), _) => "note",
        }
    }

    /// A line of its own, as far in as the line that it is about.
    fn html(&self, line: &str) -> String {
        let indent: String = line.chars().take_while(|letter| letter.is_whitespace()).collect();
        let class = self.class();
        let head = match self.code {
            Some(code) if rules::find(code).is_some() => {
                format!("{}[<a href=\"{code}.html\">{code}</a>]: ", self.severity)
            }
            Some(code) => format!("{}[{}]: ", self.severity, escape(code)),
            None => String::new(),
        };
        format!("<span class=\"said {class}\">{indent}{head}{}</span>\n", message(self.message))
    }
}

/// A message, with names in backticks set as code.
fn message(message: &str) -> String {
    let mut html = String::new();
    for (at, part) in message.split('`').enumerate() {
        let part = escape(part);
        html.push_str(&if at % 2 == 1 { format!("<code>{part}</code>") } else { part });
    }
    html
}

#[cfg(test)]
mod tests {
    use super::html;

    #[test]
    fn markers_stand_below_what_they_are_about() {
        let block =
            "  a = \"x<y\"\n#      ^^^ error[unknown-action]: there is no action `x<y`\n# -- note: because\nb\n";
        assert_eq!(
            html("hcl", block),
            "<pre><code>  <mark class=\"related\">a </mark>= &quot;<mark class=\"error\">x&lt;y</mark>&quot;\n\
             <span class=\"said error\">  error[<a href=\"unknown-action.html\">unknown-action</a>]: \
             there is no action <code>x&lt;y</code></span>\n\
             <span class=\"said related\">  because</span>\nb\n</code></pre>\n"
        );
    }

    #[test]
    fn fixed_files_say_so() {
        assert!(html("hcl fixed", "a = 1\n").starts_with("<p class=\"caption\">After the fix:</p>\n<pre>"));
    }
}
