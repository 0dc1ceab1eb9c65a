//! A rule's page on a terminal.
//!
//! Only what the pages use is known: headings, paragraphs, fenced blocks, code and
//! emphasis in a line. What is not known is shown as it stands.

use crosstrail_analyzer::render::human::{Color, Style};

/// Columns of a paragraph at the most: longer lines are hard to read.
const WIDTH_MOST: usize = 100;

const BOLD: &str = "\u{1b}[1m";
const CYAN: &str = "\u{1b}[36m";
const DIM: &str = "\u{1b}[2m";
const RESET: &str = "\u{1b}[0m";

/// The page as text.
pub(crate) fn render(page: &str, style: Style) -> String {
    let mut text = String::new();
    let mut paragraph = String::new();
    let mut in_block = false;
    for line in page.lines() {
        let is_fence = line.starts_with("```");
        if in_block || is_fence || line.is_empty() || line.starts_with('#') {
            flush(&mut paragraph, &mut text, style);
        }
        match (in_block, is_fence) {
            (_, true) => in_block = !in_block,
            (true, false) => block_line(line, &mut text, style),
            (false, false) if line.is_empty() => text.push('\n'),
            (false, false) if line.starts_with('#') => heading(line, &mut text, style),
            (false, false) if starts_item(line) => {
                flush(&mut paragraph, &mut text, style);
                paragraph.push_str(line);
            }
            (false, false) => continue_paragraph(line, &mut paragraph),
        }
    }
    flush(&mut paragraph, &mut text, style);
    text
}

fn starts_item(line: &str) -> bool {
    ["- ", "* ", "| "].iter().any(|mark| line.starts_with(mark))
}

fn continue_paragraph(line: &str, paragraph: &mut String) {
    if !paragraph.is_empty() {
        paragraph.push(' ');
    }
    paragraph.push_str(line.trim_start());
}

fn heading(line: &str, text: &mut String, style: Style) {
    let title = line.trim_start_matches('#').trim();
    text.push_str(&paint(title, BOLD, style));
    text.push('\n');
}

/// A line of a block. The marks under the text, which say what is found there, stand out.
fn block_line(line: &str, text: &mut String, style: Style) {
    let is_mark = line.starts_with('#') && (line.contains("^") || line.contains("--"));
    let painted = if is_mark { paint(line, CYAN, style) } else { paint(line, DIM, style) };
    text.push_str("    ");
    text.push_str(if line.is_empty() { line } else { &painted });
    text.push('\n');
}

/// Writes the paragraph, in lines that fit.
fn flush(paragraph: &mut String, text: &mut String, style: Style) {
    if paragraph.is_empty() {
        return;
    }
    let width = style.width.min(WIDTH_MOST);
    let mut column = 0;
    for word in words(paragraph) {
        let length = word.chars().count();
        if column > 0 && column + 1 + length > width {
            text.push('\n');
            column = 0;
        }
        if column > 0 {
            text.push(' ');
            column += 1;
        }
        text.push_str(&code(word, style));
        column += length;
    }
    text.push('\n');
    paragraph.clear();
}

/// The words of a paragraph; code with spaces in it is one.
fn words(paragraph: &str) -> impl Iterator<Item = &str> {
    let mut in_code = false;
    let spaces = move |char: char| {
        in_code ^= char == '`';
        char == ' ' && !in_code
    };
    paragraph.split(spaces).filter(|word| !word.is_empty())
}

/// Code in a word, painted instead of quoted where there is paint.
fn code(word: &str, style: Style) -> String {
    match style.color {
        Color::Plain => word.to_owned(),
        Color::Ansi => {
            let parts = word.split('`').enumerate();
            parts.map(|(at, part)| if at % 2 == 1 { paint(part, CYAN, style) } else { part.to_owned() }).collect()
        }
    }
}

/// `text` in a colour, if there are colours.
pub(crate) fn paint(text: &str, paint: &str, style: Style) -> String {
    match style.color {
        Color::Ansi if !text.is_empty() => format!("{paint}{text}{RESET}"),
        Color::Ansi | Color::Plain => text.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use crosstrail_analyzer::render::human::Links;

    use super::*;

    const PAGE: &str = "\
# wildcard-trust

A role's trust policy names
everyone as its principal.

## Why

- one `a b` item
- two

```hcl
resource \"x\" \"y\" {}
#        ^^^ error[wildcard-trust]: no
```
";

    #[test]
    fn plain() {
        let expected = "\
wildcard-trust

A role's trust policy names everyone
as its principal.

Why

- one `a b` item
- two

    resource \"x\" \"y\" {}
    #        ^^^ error[wildcard-trust]: no
";
        assert_eq!(render(PAGE, Style { color: Color::Plain, links: Links::Absent, width: 36 }), expected);
    }

    #[test]
    fn painted() {
        let shown = render(PAGE, Style { color: Color::Ansi, links: Links::Absent, width: 80 });
        assert!(shown.starts_with("\u{1b}[1mwildcard-trust\u{1b}[0m\n"), "{shown:?}");
        assert!(shown.contains("- one \u{1b}[36ma b\u{1b}[0m item"), "{shown:?}");
    }
}
