//! Bodies: attributes and blocks, and the lines they stand in.

use std::sync::Arc;

use rustc_hash::FxHashSet;
use smol_str::SmolStr;

use super::parser::{Mode, Parser};
use super::recovery::{Header, Opening};
use crate::syntax::ast::{Attribute, Block, Body, Ident, Item, Notation, TemplatePart};
use crate::syntax::exact;

/// Up to this many attributes of a body are compared one by one.
const FEW: usize = 12;

/// How often the text may be read in vain before `Mode::Strict` is given up, as
/// a multiple of its length.
const STRICT_ATTEMPTS: usize = 4;

impl<'a> Parser<'a> {
    /// The whole file.
    pub(super) fn file_body(&mut self) -> Body {
        let start = self.at;
        let mut items = Vec::new();
        let mut names = Names::default();
        let mut budget = self.text.len().saturating_mul(STRICT_ATTEMPTS);
        loop {
            self.item_column = None;
            self.mode = Mode::Recovering;
            self.skip_blank_lines();
            if self.at_end() {
                break;
            }
            if self.stray_brace() {
                continue;
            }
            let Some(item) = self.top_level_item(&mut budget) else { continue };
            self.check_name(&item, &mut names);
            items.push(item);
        }
        Body { items: items.into(), range: self.range(start, self.text.len()), notation: Notation::Native }
    }

    fn stray_brace(&mut self) -> bool {
        let found = self.peek() == b'}';
        if found {
            let range = self.range(self.at, self.at + 1);
            self.note(range, "this `}` closes nothing".to_owned());
            self.bump(1);
        }
        found
    }

    /// Reads an item by the letter first, and again with an eye on the layout if
    /// that fails.
    ///
    /// A brace that is not closed makes the first attempt run to the end of the
    /// text. The budget keeps a text full of them linear.
    fn top_level_item(&mut self, budget: &mut usize) -> Option<Item> {
        let start = self.at;
        let before = self.errors.len();
        if *budget > 0 {
            self.mode = Mode::Strict;
            self.gave_up_at = None;
            let item = self.item_line(None);
            let Some(failed) = self.gave_up_at else { return item };
            *budget = budget.saturating_sub(failed.saturating_sub(start) + 1);
            self.errors.truncate(before);
            self.at = start;
            self.previous_end = start;
        }
        self.mode = Mode::Recovering;
        self.item_line(None)
    }

    /// The body behind `{`, up to its `}`, which is read if it is there.
    fn block_body(&mut self, header: Header, open: &Opening) -> Body {
        let start = open.at + open.length;
        let mut items = Vec::new();
        let mut names = Names::default();
        let mut indented = None;
        let outer = self.item_column;
        let end = loop {
            self.item_column = None;
            self.skip_blank_lines();
            let here = self.at;
            if self.at_end() || self.body_ends_here(header, indented) {
                self.broken = false;
                self.unclosed(open);
                self.rewind();
                break self.at;
            }
            if self.eat(b'}') {
                break here;
            }
            if indented.is_none() && self.mode == Mode::Recovering {
                indented = Some(self.column(here) > header.column);
            }
            if let Some(item) = self.item_line(Some(open)) {
                self.check_name(&item, &mut names);
                items.push(item);
            }
        };
        self.item_column = outer;
        Body { items: items.into(), range: self.range(start, end), notation: Notation::Native }
    }

    /// An item and the end of its line. `None` if nothing of it could be kept.
    fn item_line(&mut self, block: Option<&Opening>) -> Option<Item> {
        self.broken = false;
        if self.mode == Mode::Recovering {
            self.item_column = Some(self.column(self.at));
        }
        let column = self.item_column;
        let item = self.item();
        self.item_column = column;
        if self.at_line_end() {
            return item;
        }
        let closes = self.peek() == b'}' && block.is_some() && self.brace_may_close();
        self.expected("the end of the line");
        if !closes {
            self.skip_item();
        }
        item
    }

    fn check_name(&mut self, item: &Item, names: &mut Names) {
        if let Item::Attribute(attribute) = item
            && !names.insert(&attribute.name.text)
        {
            let name = &attribute.name;
            self.note(name.range, format!("`{}` is set twice in this body", name.text));
        }
    }

    fn item(&mut self) -> Option<Item> {
        let start = self.at;
        let Some(name) = self.name() else {
            self.expected("the name of an argument or a block");
            return None;
        };
        self.skip_space();
        match (self.peek(), self.byte(1)) {
            (b'=', b'=' | b'>') => {}
            (b'=', _) => {
                self.bump(1);
                return Some(Item::Attribute(Arc::new(self.attribute(start, name))));
            }
            _ if self.starts_label() || self.peek() == b'{' || self.brace_in_next_line().is_some() => {
                return self.block(start, name);
            }
            _ => {}
        }
        self.expected(&format!("`=` or a block after `{}`", name.text));
        None
    }

    /// The value behind `name =`.
    fn attribute(&mut self, start: usize, name: Ident) -> Attribute {
        let value = self.expression();
        Attribute { file: self.file, name, value, range: self.range_from(start) }
    }

    fn starts_label(&self) -> bool {
        self.peek() == b'"' || self.name_length(self.at) > 0
    }

    fn block(&mut self, start: usize, kind: Ident) -> Option<Item> {
        let column = if self.mode == Mode::Recovering { self.column(start) } else { 0 };
        let labels = self.labels();
        let header = self.range_from(start);
        self.skip_space();
        if !self.opening_brace(&kind.text) {
            return None;
        }
        let open = self.opening(1, b'}');
        let saved = self.enter(false)?;
        let body = if self.at_line_end() || self.peek() == b'}' {
            self.block_body(Header { column, has_labels: !labels.is_empty() }, &open)
        } else {
            self.one_line_body(&open)
        };
        self.leave(saved);
        let range = self.range_from(start);
        Some(Item::Block(Arc::new(Block { file: self.file, kind, labels: exact(labels), body, header, range })))
    }

    fn labels(&mut self) -> Vec<Ident> {
        let mut labels = Vec::new();
        loop {
            self.skip_space();
            let label = if self.peek() == b'"' { self.quoted_label() } else { self.name() };
            let Some(label) = label else { return labels };
            labels.push(label);
        }
    }

    fn quoted_label(&mut self) -> Option<Ident> {
        if let Some(label) = self.unclosed_label() {
            return Some(label);
        }
        let start = self.at;
        let template = self.quoted();
        let closed = self.previous_end > start + 1 && self.slice(start, self.previous_end).ends_with('"');
        let range = self.range(start + 1, self.previous_end - usize::from(closed));
        let mut text = SmolStr::default();
        for part in &template.parts {
            let TemplatePart::Literal(literal) = part else {
                self.fail(range, "a label cannot contain a template: write `$${` for `${`".to_owned());
                return Some(Ident { text: SmolStr::default(), range });
            };
            text = literal.text.clone();
        }
        Some(Ident { text, range })
    }

    /// `"label {` with the closing quote forgotten.
    fn unclosed_label(&mut self) -> Option<Ident> {
        let line = self.rest().lines().next().unwrap_or_default();
        let label = line.get(1..)?.trim_end().strip_suffix('{')?.trim_end();
        if label.contains(['"', '{', '\\']) {
            return None;
        }
        let quote = self.range(self.at, self.at + 1);
        self.fail(quote, "this `\"` is not closed".to_owned());
        self.broken = false;
        let start = self.at + 1;
        self.bump(1 + label.len());
        Some(Ident { text: SmolStr::new(label), range: self.range_from(start) })
    }

    /// Offset of a `{` that stands alone at the start of the next line.
    fn brace_in_next_line(&self) -> Option<usize> {
        let line = self.at + self.line_end_length();
        let brace = line + self.blanks_at(line);
        (line > self.at && self.text.as_bytes().get(brace) == Some(&b'{')).then_some(brace)
    }

    /// The `{` of a block. One in the next line is an error that leaves no doubt.
    fn opening_brace(&mut self, kind: &str) -> bool {
        if self.eat(b'{') {
            return true;
        }
        let Some(brace) = self.brace_in_next_line() else {
            self.expected(&format!("`{{` or a label of the block `{kind}`"));
            return false;
        };
        let range = self.range(brace, brace + 1);
        self.fail(range, format!("the `{{` of the block `{kind}` must stand in the same line"));
        self.broken = false;
        if self.mode == Mode::Recovering {
            self.at = brace;
        }
        self.eat(b'{')
    }

    /// What stands in `{ name = value }`: a single argument.
    fn one_line_body(&mut self, open: &Opening) -> Body {
        let start = self.at;
        let mut items = Vec::new();
        if let Some(name) = self.name() {
            self.skip_space();
            if self.peek() == b'=' && self.byte(1) != b'=' {
                self.bump(1);
                items.push(Item::Attribute(Arc::new(self.attribute(start, name))));
            } else {
                self.expected("`=`: a block in one line can only have one argument");
            }
        } else {
            self.expected("an argument or a new line");
        }
        self.skip_space();
        let end = self.at;
        if self.eat(b'}') {
            self.broken = false;
        } else if self.at_line_end() {
            self.unclosed(open);
        } else {
            self.expected("`}`: a block in one line can only have one argument");
            self.skip_past_in_line(b'}');
        }
        let range = self.range(open.at + open.length, end.min(self.previous_end));
        Body { items: items.into(), range, notation: Notation::Native }
    }

    /// Moves behind `closer`, if it is found in this line.
    fn skip_past_in_line(&mut self, closer: u8) {
        while self.mode == Mode::Recovering && self.skip_to_separator(closer, true) {
            if self.eat(closer) {
                self.broken = false;
                return;
            }
            if self.peek() == b'\n' {
                return;
            }
            self.at += 1;
        }
    }
}

/// The names that a body has seen.
#[derive(Default)]
struct Names {
    few: Vec<SmolStr>,
    many: FxHashSet<SmolStr>,
}

impl Names {
    /// Whether `name` is new.
    fn insert(&mut self, name: &SmolStr) -> bool {
        if self.few.contains(name) {
            return false;
        }
        if self.few.len() < FEW {
            self.few.push(name.clone());
            return true;
        }
        self.many.insert(name.clone())
    }
}
