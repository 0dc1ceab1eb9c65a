//! The fields of an ARN in a text that may have holes and policy variables.

use std::borrow::Cow;
use std::ops::Range;

use memchr::memchr3_iter;

use crate::eval::symbol::{Cause, Symbol};
use crate::eval::text::{Piece, Text};

/// A field of an ARN: what stands between two of its first five colons, or behind the fifth.
#[derive(Debug, Default, Clone)]
pub(super) struct Field<'a> {
    /// What is known of it, holes left out.
    pub(super) known: Cow<'a, str>,
    /// Whether it has holes.
    pub(super) holes: bool,
    /// Whether it is this field for certain: no hole before it may hold a colon.
    pub(super) placed: bool,
    /// Where its known text stands in the known text of the whole, in bytes.
    pub(super) range: Range<usize>,
}

/// How many fields an ARN has.
pub(super) const FIELDS: usize = 6;

/// The index of the partition field.
pub(super) const PARTITION: usize = 1;

/// The index of the service field.
pub(super) const SERVICE: usize = 2;

/// The index of the region field.
pub(super) const REGION: usize = 3;

/// The index of the account field.
pub(super) const ACCOUNT: usize = 4;

/// The index of the rest.
pub(super) const RESOURCE: usize = 5;

impl Field<'_> {
    /// The field, if it is wholly known and where it seems to be.
    pub(super) fn certain(&self) -> Option<&str> {
        (self.placed && !self.holes).then_some(&self.known)
    }

    /// Whether it is not empty, whatever its holes are: those that lie in their field stand
    /// for accounts, regions and partitions.
    pub(super) fn is_filled(&self) -> bool {
        self.placed && (self.holes || !self.known.is_empty())
    }

    /// Whether it holds a wildcard or a policy variable.
    pub(super) fn is_pattern(&self) -> bool {
        self.known.contains(['*', '?', '$'])
    }
}

/// Whether another tool puts something in the place of `text` before AWS sees it: `{{region}}`,
/// `<account>`, `__ACCOUNT_ID__`, `REPLACE_ME`.
pub(super) fn is_placeholder(text: &str) -> bool {
    let is_underlined = text.len() > 4 && text.starts_with("__") && text.ends_with("__");
    let is_shouted = text.contains(|letter: char| letter.is_ascii_uppercase())
        && text.bytes().all(|byte| byte.is_ascii_uppercase() || byte == b'_' || byte == b'-');
    is_underlined || is_shouted || text.contains(['{', '}', '<', '>', '[', ']', '%', '@', '#'])
}

/// The fields of `text`: as many as it has colons, at most [`FIELDS`]. Colons in
/// policy variables (`${aws:username}`) part nothing.
pub(super) fn fields(text: &Text) -> Vec<Field<'_>> {
    let mut fields = Vec::with_capacity(FIELDS);
    fields.push(Field { placed: true, ..Field::default() });
    let mut splitter = Splitter { fields, offset: 0, in_variable: false };
    for piece in text.pieces() {
        match piece {
            Piece::Known(known) => splitter.known(&known.text),
            Piece::Hole(symbol) => splitter.hole(symbol),
        }
    }
    splitter.fields
}

/// The fields of what is an ARN for certain, with all six of them.
pub(super) fn arn(text: &Text) -> Option<Vec<Field<'_>>> {
    // Most texts that are none are seen to be none by their first letter.
    let starts_as_arn = matches!(text.pieces(), [Piece::Known(known), ..] if known.text.starts_with('a'));
    let fields = starts_as_arn.then(|| fields(text))?;
    let is_arn = fields.len() == FIELDS && fields.first().and_then(Field::certain) == Some("arn");
    is_arn.then_some(fields)
}

struct Splitter<'a> {
    fields: Vec<Field<'a>>,
    /// Where the piece starts in the known text of the whole.
    offset: usize,
    in_variable: bool,
}

impl<'a> Splitter<'a> {
    fn known(&mut self, text: &'a str) {
        let bytes = text.as_bytes();
        let mut start = 0;
        for at in memchr3_iter(b':', b'{', b'}', bytes) {
            match bytes.get(at) {
                Some(b':') if !self.in_variable && self.fields.len() < FIELDS => {
                    self.add(text, start..at);
                    start = at + 1;
                    let behind = self.offset + start;
                    let placed = self.fields.last().is_some_and(|field| field.placed);
                    self.fields.push(Field { placed, range: behind..behind, ..Field::default() });
                }
                Some(b'{') => {
                    let before = text.get(start..at).filter(|before| !before.is_empty());
                    let before = before.or_else(|| Some(&*self.fields.last()?.known));
                    self.in_variable = before.is_some_and(|before| before.ends_with('$'));
                }
                Some(b'}') => self.in_variable = false,
                _ => {}
            }
        }
        self.add(text, start..text.len());
        self.offset += text.len();
    }

    /// Adds what stands in `range` of the piece `text` to the last field.
    fn add(&mut self, text: &'a str, range: Range<usize>) {
        let end = self.offset + range.end;
        let more = text.get(range).filter(|more| !more.is_empty());
        let (Some(field), Some(more)) = (self.fields.last_mut(), more) else { return };
        if field.known.is_empty() {
            field.known = Cow::Borrowed(more);
        } else {
            field.known.to_mut().push_str(more);
        }
        field.range.end = end;
    }

    fn hole(&mut self, symbol: &Symbol) {
        if let Some(field) = self.fields.last_mut() {
            field.holes = true;
            field.placed &= holds_no_colon(symbol);
        }
    }
}

/// Whether no value of the symbol holds a colon.
fn holds_no_colon(symbol: &Symbol) -> bool {
    match symbol.cause() {
        Cause::Account | Cause::Region | Cause::Partition | Cause::Workspace => true,
        Cause::Variable
        | Cause::ModuleInput
        | Cause::Computed
        | Cause::Data
        | Cause::MissingModule
        | Cause::RemoteState(_)
        | Cause::Impure
        | Cause::Iteration
        | Cause::Derived(_)
        | Cause::Failed
        | Cause::Limit(_) => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn split(text: Text) -> Vec<(String, bool, bool)> {
        fields(&text).into_iter().map(|field| (field.known.into_owned(), field.holes, field.placed)).collect()
    }

    fn known(text: &str) -> (String, bool, bool) {
        (text.to_owned(), false, true)
    }

    #[test]
    fn the_sixth_field_holds_the_rest() {
        let fields = split(Text::known("arn:aws:logs:eu-west-1:123456789012:log-group:/a:*"));
        assert_eq!(fields[3..], [known("eu-west-1"), known("123456789012"), known("log-group:/a:*")]);
    }

    #[test]
    fn placeholders_of_other_tools() {
        for text in ["{{region}}", "<account>", "__ACCOUNT_ID__", "__region__", "REPLACE_ME", "ACCOUNT-ID", "@account@"]
        {
            assert!(is_placeholder(text), "{text}");
        }
        for text in ["", "eu-west1", "12345", "1234-5678-9012", "log-group", "US-EAST-1", "AIDAEXAMPLE1", "____"] {
            assert!(!is_placeholder(text), "{text}");
        }
    }

    #[test]
    fn variables_part_nothing() {
        let fields = split(Text::known("arn:aws:iam::${aws:PrincipalAccount}:user/x"));
        assert_eq!(fields[4..], [known("${aws:PrincipalAccount}"), known("user/x")]);
    }

    #[test]
    fn behind_a_hole_that_may_hold_colons_nothing_is_certain() {
        let with = |cause| {
            let hole = Text::hole(Symbol::new("", "x", cause, None));
            split(Text::known("arn:aws:iam::").concat(hole).concat(Text::known(":role/x")))
        };
        assert_eq!(with(Cause::Account)[4], (String::new(), true, true));
        assert_eq!(with(Cause::Account)[5], known("role/x"));
        assert_eq!(with(Cause::Variable)[4], (String::new(), true, false));
        assert_eq!(with(Cause::Variable)[5], ("role/x".to_owned(), false, false));
    }
}
