//! What stands between brackets: lists of arguments, tuples, objects, `for`.

use super::parser::{Mode, Parser};
use super::recovery::Opening;
use crate::source::TextRange;
use crate::syntax::ast::{Expr, ExprKind, ForExpr, Ident, ObjectItem};
use crate::syntax::exact;

/// `for key, value in collection`, of an expression or of a directive.
pub(super) struct ForIntro {
    pub(super) key_name: Option<Ident>,
    pub(super) value_name: Ident,
    pub(super) collection: Expr,
}

impl Parser<'_> {
    /// The closing bracket of `opening`, skipping what is in its way.
    pub(super) fn close(&mut self, opening: &Opening, wanted: &str) {
        self.skip_space();
        if !self.broken && self.peek() != opening.closer {
            self.not_closed_by_what_follows(opening, wanted);
        }
        if self.broken {
            self.skip_past(opening.closer);
        } else {
            self.eat(opening.closer);
        }
    }

    /// Moves behind the bracket that closes the list at hand, if it can be found.
    pub(super) fn skip_past(&mut self, closer: u8) {
        while self.mode == Mode::Recovering && self.skip_to_separator(closer, false) {
            if self.eat(closer) {
                self.broken = false;
                return;
            }
            self.at += 1;
        }
    }

    /// Something else stands where a list should go on or end.
    fn not_closed_by_what_follows(&mut self, opening: &Opening, wanted: &str) {
        if self.at_end() || self.line_end_length() > 0 {
            self.unclosed(opening);
        } else {
            self.expected(wanted);
        }
    }

    /// Arguments or elements up to the closing bracket, which is read, and
    /// whether `...` stood behind the last one.
    pub(super) fn elements(&mut self, opening: &Opening) -> (Vec<Expr>, bool) {
        let mut elements = Vec::new();
        loop {
            self.skip_space();
            if self.eat(opening.closer) {
                return (elements, false);
            }
            if self.at_end() || self.line_end_length() > 0 || self.bracket_ends_here(opening) {
                self.unclosed(opening);
                self.rewind();
                return (elements, false);
            }
            elements.push(self.expression());
            self.skip_space();
            if opening.closer == b')' && self.rest().starts_with("...") && !self.broken {
                self.bump(3);
                self.close(opening, "`)` after `...`");
                return (elements, true);
            }
            if !self.next_element(opening) {
                return (elements, false);
            }
        }
    }

    /// Goes on behind an element; `false` if the list is given up.
    fn next_element(&mut self, opening: &Opening) -> bool {
        if self.eat(b',') {
            self.broken = false;
            return true;
        }
        if self.peek() == opening.closer && !self.at_end() {
            self.broken = false;
            return true;
        }
        let wanted = if opening.closer == b')' { "`,` or `)`" } else { "`,` or `]`" };
        self.resume(opening, wanted, false)
    }

    /// Finds the place where the list goes on behind something unexpected.
    fn resume(&mut self, opening: &Opening, wanted: &str, newline_ends: bool) -> bool {
        if !self.broken {
            if self.line_end_length() == 0 && self.bracket_ends_here(opening) {
                self.unclosed(opening);
                self.rewind();
                return false;
            }
            self.not_closed_by_what_follows(opening, wanted);
            if self.mode == Mode::Recovering && self.starts_expression() {
                self.broken = false;
                return true;
            }
        }
        if self.mode == Mode::Strict || !self.skip_to_separator(opening.closer, newline_ends) {
            return false;
        }
        self.broken = false;
        if self.peek() == b',' {
            self.bump(1);
        }
        true
    }

    pub(super) fn tuple(&mut self) -> Expr {
        let start = self.at;
        self.bump(1);
        let opening = self.opening(1, b']');
        let Some(saved) = self.enter(true) else { return self.missing() };
        self.skip_space();
        let kind = if self.at_word("for") {
            self.for_expression(&opening)
        } else {
            ExprKind::Tuple(exact(self.elements(&opening).0))
        };
        self.leave(saved);
        Expr { kind, range: self.range_from(start) }
    }

    pub(super) fn object(&mut self) -> Expr {
        let start = self.at;
        self.bump(1);
        let opening = self.opening(1, b'}');
        let Some(saved) = self.enter(true) else { return self.missing() };
        let behind = self.at;
        self.skip_space();
        let kind = if self.at_word("for") {
            self.for_expression(&opening)
        } else {
            self.ignore_newlines = false;
            self.at = if self.broken { self.at } else { behind };
            ExprKind::Object(exact(self.object_items(&opening)))
        };
        self.leave(saved);
        Expr { kind, range: self.range_from(start) }
    }

    fn object_items(&mut self, opening: &Opening) -> Vec<ObjectItem> {
        let mut items = Vec::new();
        loop {
            self.skip_blank_lines();
            if self.bracket_ends_here(opening) || self.at_end() || self.line_end_length() > 0 {
                self.unclosed(opening);
                self.rewind();
                return items;
            }
            if self.eat(b'}') {
                return items;
            }
            let before = self.at;
            items.push(self.object_item());
            if self.next_item(opening) {
                // A character that is neither an item nor its end.
                if self.at == before {
                    self.at += 1;
                }
                continue;
            }
            return items;
        }
    }

    fn object_item(&mut self) -> ObjectItem {
        let key = self.expression();
        self.skip_space();
        let assigns = self.peek() == b':' || (self.peek() == b'=' && !matches!(self.byte(1), b'=' | b'>'));
        if !assigns {
            self.expected("`=` and a value after the key");
            return ObjectItem { key, value: self.missing() };
        }
        self.broken = self.broken && self.mode == Mode::Strict;
        self.bump(1);
        let value = self.expression();
        ObjectItem { key, value }
    }

    /// Goes on behind an item; `false` if the object is given up.
    fn next_item(&mut self, opening: &Opening) -> bool {
        self.skip_space();
        if self.broken && (self.mode == Mode::Strict || self.item_ends_here()) {
            return false;
        }
        if self.eat(b',') || self.peek() == b'}' || self.at_line_end() {
            self.broken = false;
            return true;
        }
        self.resume(opening, "`,` or a new line", true)
    }

    /// `for ...` up to the closing bracket.
    fn for_expression(&mut self, opening: &Opening) -> ExprKind {
        let Some(intro) = self.for_intro() else {
            self.close(opening, "");
            return ExprKind::Missing;
        };
        let mut key = None;
        let mut value = self.missing();
        if self.eat_in_order(b':', "`:` before the result of the `for`") {
            value = self.expression();
            self.skip_space();
            if !self.broken && self.rest().starts_with("=>") {
                self.bump(2);
                key = Some(std::mem::replace(&mut value, self.missing()));
                value = self.expression();
            }
        }
        let group = !self.broken && self.rest().starts_with("...");
        let dots = self.range(self.at, self.at + 3);
        if group {
            self.bump(3);
        }
        self.skip_space();
        let condition = if !self.broken && self.eat_word("if") { Some(self.expression()) } else { None };
        let closer = char::from(opening.closer);
        self.close(opening, &format!("`{closer}` at the end of the `for`"));
        self.check_for(opening, key.as_ref().map(|key| key.range), value.range, group.then_some(dots));
        let ForIntro { key_name, value_name, collection } = intro;
        ExprKind::For(Box::new(ForExpr { key_name, value_name, collection, key, value, group, condition }))
    }

    fn eat_in_order(&mut self, byte: u8, wanted: &str) -> bool {
        self.skip_space();
        if self.broken {
            return false;
        }
        let found = self.eat(byte);
        if !found {
            self.expected(wanted);
        }
        found
    }

    /// What a tuple must not have and an object must have.
    fn check_for(&mut self, opening: &Opening, key: Option<TextRange>, value: TextRange, group: Option<TextRange>) {
        if self.broken {
            return;
        }
        let fault = match (opening.closer, key, group) {
            (b']', Some(key), _) => Some((key, "a `for` that makes a tuple has no key: write `{` for `[`")),
            (b']', None, Some(group)) => Some((group, "`...` groups values of a key: a tuple has none")),
            (b'}', None, _) => Some((value, "a `for` that makes an object needs `key => value`")),
            _ => None,
        };
        if let Some((range, message)) = fault {
            self.fail(range, message.to_owned());
            self.broken = self.mode == Mode::Strict;
        }
    }

    /// `for key, value in collection`; `None`, with an error, if a name or `in` is missing.
    pub(super) fn for_intro(&mut self) -> Option<ForIntro> {
        self.eat_word("for");
        self.skip_space();
        let Some(first) = self.name() else {
            self.expected("a name after `for`");
            return None;
        };
        self.skip_space();
        let (key_name, value_name) = if self.eat(b',') {
            self.skip_space();
            let Some(second) = self.name() else {
                self.expected("a second name after `,`");
                return None;
            };
            (Some(first), second)
        } else {
            (None, first)
        };
        self.skip_space();
        if !self.eat_word("in") {
            self.expected("`in` after the names of the `for`");
            return None;
        }
        let collection = self.expression();
        Some(ForIntro { key_name, value_name, collection })
    }
}
