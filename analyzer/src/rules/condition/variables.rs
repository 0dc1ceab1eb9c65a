//! Policy variables in texts: `${aws:username}`, `${aws:PrincipalTag/team, 'none'}`, `${*}`.
//!
//! Source: IAM User Guide, `reference_policies_variables`.

use std::ops::Range;

use crate::eval::text::{Piece, Text};

/// What begins like a policy variable.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Variable {
    /// Where it stands in the known text, with `${` and `}`.
    pub(super) range: Range<usize>,
    /// What stands in it.
    pub(super) content: String,
    /// How it ends.
    pub(super) end: End,
}

/// How a policy variable ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum End {
    /// With a brace.
    Closed,
    /// Not at all: the text ends first.
    Missing,
    /// A hole stands in it, which may close it.
    Unknown,
}

/// The policy variables in `text`, in order.
pub(super) fn variables(text: &Text) -> Vec<Variable> {
    scan(text).variables
}

/// The first wildcard in `text` that is not part of a policy variable: `${*}` is a plain `*`.
pub(super) fn wildcard(text: &Text) -> Option<char> {
    scan(text).wildcard
}

fn scan(text: &Text) -> Scanner {
    let mut scanner = Scanner::default();
    for piece in text.pieces() {
        match piece {
            Piece::Known(known) => known.text.chars().for_each(|letter| scanner.letter(letter)),
            Piece::Hole(_) => scanner.hole(),
        }
    }
    scanner.variables.extend(scanner.open.take());
    scanner
}

#[derive(Default)]
struct Scanner {
    variables: Vec<Variable>,
    wildcard: Option<char>,
    /// The variable whose end is not yet found.
    open: Option<Variable>,
    after_dollar: bool,
    offset: usize,
}

impl Scanner {
    fn letter(&mut self, letter: char) {
        let start = self.offset;
        self.offset += letter.len_utf8();
        match &mut self.open {
            Some(open) => {
                open.range.end = self.offset;
                match (letter, open.end) {
                    ('}', End::Missing) => open.end = End::Closed,
                    ('}', End::Closed | End::Unknown) => {}
                    (_, _) => open.content.push(letter),
                }
                if letter == '}' {
                    self.variables.extend(self.open.take());
                }
            }
            None if letter == '{' && self.after_dollar => {
                let range = start - 1..self.offset;
                self.open = Some(Variable { range, content: String::new(), end: End::Missing });
            }
            None if matches!(letter, '*' | '?') => self.wildcard = self.wildcard.or(Some(letter)),
            None => {}
        }
        self.after_dollar = letter == '$';
    }

    fn hole(&mut self) {
        self.after_dollar = false;
        if let Some(open) = &mut self.open {
            open.end = End::Unknown;
        }
    }
}

impl Variable {
    /// Its name, without a default.
    pub(super) fn name(&self) -> &str {
        self.content.split_once(',').map_or(self.content.as_str(), |(name, _)| name)
    }

    /// What stands behind the name, if it has a default.
    pub(super) fn default(&self) -> Option<&str> {
        self.content.split_once(',').map(|(_, default)| default)
    }

    /// Whether it is `${*}`, `${?}` or `${$}`, which stand for these characters.
    pub(super) fn is_escape(&self) -> bool {
        matches!(self.content.as_str(), "*" | "?" | "$")
    }

    /// Where what stands between the braces stands in the known text.
    pub(super) fn content_range(&self) -> Range<usize> {
        let start = self.range.start + "${".len();
        start..start + self.content.len()
    }
}

#[cfg(test)]
mod tests {
    use super::{End, variables, wildcard};
    use crate::eval::symbol::{Cause, Symbol};
    use crate::eval::text::Text;

    fn hole() -> Text {
        Text::hole(Symbol::new("", "x", Cause::Variable, None))
    }

    #[test]
    fn begin_and_end() {
        let found = variables(&Text::known("a/${aws:username}/${aws:PrincipalTag/team, 'x'}/${*}/${open"));
        let shown: Vec<_> = found.iter().map(|it| (it.name(), it.default(), it.is_escape(), it.end)).collect();
        assert_eq!(
            shown,
            [
                ("aws:username", None, false, End::Closed),
                ("aws:PrincipalTag/team", Some(" 'x'"), false, End::Closed),
                ("*", None, true, End::Closed),
                ("open", None, false, End::Missing),
            ]
        );
        assert_eq!(found[0].range, 2..17);
        assert_eq!(found[0].content_range(), 4..16);
    }

    #[test]
    fn holes_may_hold_anything() {
        let text = Text::known("${aws:").concat(hole()).concat(Text::known("}${a$")).concat(hole());
        let ends: Vec<End> = variables(&text).into_iter().map(|it| it.end).collect();
        assert_eq!(ends, [End::Unknown, End::Unknown]);
        assert_eq!(variables(&Text::known("$").concat(hole()).concat(Text::known("{x}"))).len(), 0);
    }

    #[test]
    fn wildcards_outside_of_variables() {
        assert_eq!(wildcard(&Text::known("a${*}b?*")), Some('?'));
        assert_eq!(wildcard(&Text::known("${*}${?}")), None);
        assert_eq!(wildcard(&hole().concat(Text::known("/*"))), Some('*'));
        assert_eq!(wildcard(&hole()), None);
    }
}
