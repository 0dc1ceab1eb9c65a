//! Quoted strings, heredocs and template files: where their parts begin and end.

use rustc_hash::FxHashMap;
use smol_str::SmolStr;

use super::parser::{Mode, Parser};
use super::parts::{Part, Parts};
use crate::syntax::ast::{Expr, ExprKind, Literal, OffsetMap, Template, TemplateForm, TemplatePart};
use crate::syntax::exact;

/// The line that closes a heredoc.
#[derive(Debug, Clone, Copy)]
struct ClosingLine {
    /// Where the line starts.
    start: usize,
    /// Where the tag in it ends.
    tag_end: usize,
    /// Where the line ends.
    end: usize,
}

/// How far a heredoc or a template file goes.
enum Extent<'t> {
    /// To the line with the tag; the first candidate is given.
    Tag(&'t str, ClosingLine),
    /// To that offset.
    Offset(usize),
}

impl<'a> Parser<'a> {
    pub(super) fn quoted_expression(&mut self) -> Expr {
        let start = self.at;
        let template = self.quoted();
        Expr { kind: ExprKind::Template(Box::new(template)), range: self.range_from(start) }
    }

    /// `"..."`
    pub(super) fn quoted(&mut self) -> Template {
        let parts = self.plain_string().unwrap_or_else(|| self.string_with_parts());
        Template { parts: exact(parts), form: TemplateForm::Quoted }
    }

    /// A string without escapes and sequences, as most are.
    fn plain_string(&mut self) -> Option<Vec<TemplatePart>> {
        let start = self.at + 1;
        let bytes = self.text.as_bytes().get(start..)?;
        let length = bytes.iter().position(|byte| matches!(byte, b'"' | b'\\' | b'$' | b'%' | b'\n' | b'\r'))?;
        if bytes.get(length) != Some(&b'"') || !self.is_contiguous() {
            return None;
        }
        self.bump(length + 2);
        if length == 0 {
            return Some(Vec::new());
        }
        let text = SmolStr::new(self.slice(start, start + length));
        let range = self.range(start, start + length);
        Some(vec![TemplatePart::Literal(Literal { text, range, map: OffsetMap::default() })])
    }

    fn string_with_parts(&mut self) -> Vec<TemplatePart> {
        let mut parts = Parts::new(true);
        let quote = self.at;
        self.bump(1);
        let mut literal = self.at;
        loop {
            self.advance_to(|byte| matches!(byte, b'"' | b'\\' | b'$' | b'%' | b'\n' | b'\r'));
            match self.peek() {
                b'"' => {
                    parts.push_literal(self.text, literal, self.at);
                    self.bump(1);
                    break;
                }
                b'\\' => self.escape(&mut parts),
                b'$' | b'%' => {
                    let (before, is_sequence) = (self.at, self.dollar(&mut parts));
                    if is_sequence {
                        parts.push_literal(self.text, literal, before);
                        self.sequence(&mut parts);
                        literal = self.at;
                        if self.broken {
                            break;
                        }
                    }
                }
                _ => {
                    parts.push_literal(self.text, literal, self.at);
                    self.previous_end = self.at;
                    let range = self.range(quote, quote + 1);
                    self.fail(range, "this `\"` is not closed: expected `\"` in the same line".to_owned());
                    break;
                }
            }
        }
        self.assemble(parts)
    }

    /// At `$` or `%`: whether a sequence starts here. Otherwise steps over it.
    fn dollar(&mut self, parts: &mut Parts) -> bool {
        let byte = self.peek();
        if self.byte(1) == b'{' {
            return true;
        }
        let escape = self.byte(1) == byte && self.byte(2) == b'{';
        parts.escaped |= escape;
        self.at += if escape { 3 } else { 1 };
        false
    }

    /// Steps over a backslash and what it escapes.
    fn escape(&mut self, parts: &mut Parts) {
        parts.escaped = true;
        let digits = match self.byte(1) {
            b'n' | b'r' | b't' | b'"' | b'\\' => 0,
            b'u' => 4,
            b'U' => 8,
            _ => {
                let length = self.rest().chars().nth(1).filter(|next| !next.is_control()).map_or(0, char::len_utf8);
                let range = self.range(self.at, self.at + 1 + length);
                let text = self.slice(self.at, self.at + 1 + length);
                self.minor(range, format!("`{text}` is no escape: write `\\\\` for a backslash"));
                self.step(1 + length);
                return;
            }
        };
        let hex = self.text.get(self.at + 2..self.at + 2 + digits).unwrap_or("");
        let valid = digits == 0 || super::parts::character_of_digits(hex).is_some();
        if valid {
            self.at += 2 + digits;
            return;
        }
        let found = hex.bytes().take_while(u8::is_ascii_hexdigit).count();
        let range = self.range(self.at, self.at + 2 + found);
        let letter = char::from(self.byte(1));
        self.minor(range, format!("`\\{letter}` needs {digits} hexadecimal digits of a Unicode character"));
        self.step(2 + found);
    }

    /// Moves on, but not over the end.
    fn step(&mut self, length: usize) {
        self.at = (self.at + length).min(self.text.len());
    }

    /// An error inside a text, behind which the text goes on.
    fn minor(&mut self, range: crate::source::TextRange, message: String) {
        if self.mode == Mode::Strict {
            self.fail(range, message);
        } else {
            self.note(range, message);
        }
    }

    /// `${...}` or `%{...}`.
    fn sequence(&mut self, parts: &mut Parts) {
        let start = self.at;
        let is_directive = self.peek() == b'%';
        self.bump(2);
        if self.eat(b'~') {
            parts.trim_before(self.text);
        }
        let Some(saved) = self.enter(true) else { return };
        self.skip_space();
        let part = if is_directive { self.directive() } else { Some(Part::Interpolation(self.expression())) };
        let trims = self.end_sequence(start, parts.quoted);
        self.leave(saved);
        if let Some(part) = part {
            parts.push(part, self.range_from(start));
        }
        parts.trims_next = trims;
    }

    fn directive(&mut self) -> Option<Part> {
        let start = self.at;
        if self.at_word("for") {
            return self.for_intro().map(Part::For);
        }
        let Some(word) = self.name() else {
            self.expected("`if`, `else`, `endif`, `for` or `endfor`");
            return None;
        };
        match word.text.as_str() {
            "if" => Some(Part::If(self.expression())),
            "else" => Some(Part::Else),
            "endif" => Some(Part::EndIf),
            "endfor" => Some(Part::EndFor),
            _ => {
                self.at = start;
                self.expected("`if`, `else`, `endif`, `for` or `endfor`");
                None
            }
        }
    }

    /// The `}` of the sequence that starts at `start`; whether it was `~}`.
    fn end_sequence(&mut self, start: usize, quoted: bool) -> bool {
        self.skip_space();
        let trims = self.peek() == b'~' && self.byte(1) == b'}';
        if trims {
            self.bump(1);
        }
        if self.mode == Mode::Recovering && self.broken && self.peek() == b'}' {
            self.broken = false;
        }
        if !self.broken && self.eat(b'}') {
            return trims;
        }
        if self.at_end() || self.line_end_length() > 0 || (quoted && self.peek() == b'"') {
            let range = self.range(start, start + 2);
            let text = self.slice(start, start + 2);
            self.fail(range, format!("this `{text}` is not closed: expected `}}`"));
        } else {
            let text = self.slice(start, start + 2);
            match self.policy_variable(start) {
                Some(variable) => self.unescaped(start, variable),
                None => self.expected(&format!("`}}` at the end of `{text}`")),
            }
        }
        if self.mode == Mode::Recovering {
            self.skip_sequence(quoted);
        }
        false
    }

    /// The name in the sequence from `start` on if it is that of a variable of a policy, such as
    /// `aws:username`: what Terraform reads of it ends at the colon.
    fn policy_variable(&self, start: usize) -> Option<&'a str> {
        let behind = self.text.get(start..)?.strip_prefix("${")?;
        let is_of_name = |letter: char| letter.is_ascii_alphanumeric() || "-_./:".contains(letter);
        let name = behind.get(..behind.find(|letter| !is_of_name(letter))?)?;
        let (prefix, rest) = name.split_once(':')?;
        let stands_here = start + 2 + prefix.len() == self.at;
        (stands_here && rest.starts_with(|letter: char| letter.is_ascii_alphabetic())).then_some(name)
    }

    /// A variable of a policy that Terraform takes for its own.
    fn unescaped(&mut self, start: usize, name: &str) {
        let range = self.range(start, start + 2);
        self.fail(
            range,
            format!(
                "`${{` starts an expression of Terraform: write `$${{{name}}}` for the policy variable, \
                 or `&{{{name}}}` in an `aws_iam_policy_document`"
            ),
        );
    }

    /// Moves behind the `}` of a broken sequence, or to where the text goes on without one.
    fn skip_sequence(&mut self, quoted: bool) {
        let mut level = 0_usize;
        loop {
            self.advance_to(|byte| matches!(byte, b'{' | b'}' | b'"' | b'\n'));
            match self.peek() {
                b'{' => level += 1,
                b'}' if level == 0 => {
                    self.bump(1);
                    self.broken = false;
                    return;
                }
                b'}' => level -= 1,
                b'"' if quoted => {
                    self.broken = false;
                    return;
                }
                b'"' => {}
                _ => {
                    self.broken = quoted;
                    return;
                }
            }
            self.at += 1;
        }
    }

    /// `<<TAG` or `<<-TAG`.
    pub(super) fn heredoc(&mut self) -> Expr {
        let start = self.at;
        let indented = self.byte(2) == b'-';
        let tag_start = start + 2 + usize::from(indented);
        let tag_end = tag_start + self.name_length(tag_start);
        let tag = self.slice(tag_start, tag_end);
        self.at = tag_end;
        let line_end = self.line_end_length();
        if tag.is_empty() || line_end == 0 {
            self.at = start;
            let range = self.range(start, tag_end);
            self.fail(range, "a heredoc starts with `<<`, a name and the end of the line".to_owned());
            return self.missing();
        }
        self.previous_end = tag_end;
        self.at += line_end;
        let mut parts = Parts::new(false);
        match self.closing_line(tag, self.at) {
            Some(line) => self.lines(&mut parts, Extent::Tag(tag, line)),
            None => {
                let range = self.range(start, tag_end);
                self.fail(range, format!("this heredoc is not closed: expected a line with `{tag}`"));
                let end = self.end_of_unclosed_heredoc();
                if self.at < end {
                    self.lines(&mut parts, Extent::Offset(end));
                } else {
                    self.at = end;
                }
                self.broken = true;
            }
        }
        if indented {
            parts.dedent(self.text);
        }
        let parts = self.assemble(parts);
        let form = TemplateForm::Heredoc { tag: tag.into(), indented };
        Expr {
            kind: ExprKind::Template(Box::new(Template { parts: exact(parts), form })),
            range: self.range_from(start),
        }
    }

    /// Where the first line starts that does not start before this place.
    fn next_line(&self) -> usize {
        let is_start = self.text.get(..self.at).is_some_and(|before| before.ends_with('\n'));
        let rest = if is_start { None } else { self.rest().find('\n') };
        if is_start { self.at } else { rest.map_or(self.text.len(), |end| self.at + end + 1) }
    }

    /// The first line from `from` on that holds `tag` alone.
    ///
    /// When the layout may be asked, a line that opens a heredoc with the same tag
    /// tells that this one was left open.
    fn closing_line(&mut self, tag: &'a str, from: usize) -> Option<ClosingLine> {
        if let Some(last_lines) = &self.last_lines
            && last_lines.get(tag).is_none_or(|last| *last < from)
        {
            return None;
        }
        let mut start = from;
        for line in self.text.get(from..).unwrap_or_default().split_inclusive('\n') {
            let trimmed = line.trim();
            let content = line.strip_suffix('\n').map(|content| content.strip_suffix('\r').unwrap_or(content));
            if trimmed == tag
                && let Some(content) = content.filter(|content| !content.contains('\r'))
            {
                let blanks = line.len() - line.trim_start().len();
                let end = start + content.len();
                return Some(ClosingLine { start, tag_end: start + blanks + tag.len(), end });
            }
            if self.trusts_layout() && opens_heredoc(trimmed, tag) {
                return None;
            }
            start += line.len();
        }
        self.last_lines.get_or_insert_with(|| last_lines(self.text));
        None
    }

    /// Where a heredoc without closing line ends: at the end of the line with which
    /// the item ends, by the layout.
    fn end_of_unclosed_heredoc(&self) -> usize {
        let mut start = self.at;
        for line in self.rest().split_inclusive('\n') {
            if self.item_ends_before(start) {
                return start.saturating_sub(1);
            }
            start += line.len();
        }
        self.text.len()
    }

    /// A whole text as a template.
    pub(super) fn whole_text(&mut self) -> Parts {
        let mut parts = Parts::new(false);
        self.lines(&mut parts, Extent::Offset(self.text.len()));
        parts
    }

    /// The lines of a heredoc or of a template file; each is a literal of its own
    /// until blanks have been trimmed, which goes by lines.
    fn lines(&mut self, parts: &mut Parts, mut extent: Extent<'a>) {
        let mut literal = self.at;
        loop {
            match &mut extent {
                Extent::Tag(_, line) if line.start == self.at => {
                    self.at = line.end;
                    self.previous_end = line.tag_end;
                    return;
                }
                Extent::Tag(tag, line) if line.start < self.at => match self.closing_line(tag, self.next_line()) {
                    Some(next) => *line = next,
                    None => {
                        let message = format!("this heredoc is not closed: expected a line with `{tag}`");
                        self.fail(self.range(self.at, self.at), message);
                        return;
                    }
                },
                Extent::Offset(end) if self.at >= *end => {
                    parts.push_literal(self.text, literal, self.at);
                    self.previous_end = self.at;
                    return;
                }
                _ => {}
            }
            self.advance_to(|byte| matches!(byte, b'\n' | b'\r' | b'$' | b'%'));
            match self.peek() {
                b'\r' if self.byte(1) != b'\n' && matches!(extent, Extent::Tag(..)) => {
                    let range = self.range(self.at, self.at + 1);
                    self.minor(range, "a carriage return without a line feed".to_owned());
                    self.step(1);
                }
                b'$' | b'%' => {
                    let (before, is_sequence) = (self.at, self.dollar(parts));
                    if is_sequence {
                        parts.push_literal(self.text, literal, before);
                        self.sequence(parts);
                        literal = self.at;
                    }
                }
                b'\n' => {
                    self.at += 1;
                    parts.push_literal(self.text, literal, self.at);
                    literal = self.at;
                }
                _ if self.at_end() => {
                    parts.push_literal(self.text, literal, self.at);
                    self.previous_end = self.at;
                    return;
                }
                _ => self.at += 1,
            }
        }
    }
}

/// Whether `line` ends in `<<tag` or `<<-tag`.
fn opens_heredoc(line: &str, tag: &str) -> bool {
    line.strip_suffix(tag).is_some_and(|before| before.ends_with("<<") || before.ends_with("<<-"))
}

/// Where each line that holds a single name stands for the last time. It keeps a
/// text full of heredocs without closing lines linear.
fn last_lines(text: &str) -> FxHashMap<&str, usize> {
    let mut lines = FxHashMap::default();
    let mut start = 0;
    for line in text.split_inclusive('\n') {
        let trimmed = line.trim();
        if !trimmed.is_empty() && !trimmed.contains([' ', '=', '"']) {
            lines.insert(trimmed, start);
        }
        start += line.len();
    }
    lines
}
