//! Texts of policies, in which policy variables stand for values of the request.
//!
//! Source: IAM User Guide, `reference_policies_variables`.

use std::fmt::Write as _;

use crate::aws::pattern::{self, Pattern, Syntax};
use crate::eval::symbol::Symbol;
use crate::eval::text::{Piece, Text};
use crate::truth::Truth;

use super::context::{Found, Lookup};
use super::hole::{Hole, Side, pattern, piece_of};

/// How the texts of an element are read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Reading {
    /// Whether `*` and `?` are wildcards.
    pub(super) wildcards: bool,
    /// Whether `${key}` is a policy variable: so with the version `2012-10-17`.
    pub(super) variables: Truth,
    /// Whether letter case is the same.
    pub(super) folded: bool,
}

impl Reading {
    const fn syntax(self) -> Syntax {
        match (self.wildcards, self.variables.is_yes()) {
            (true, true) => Syntax::Variables,
            (true, false) => Syntax::Wildcards,
            (false, true) => Syntax::VariablesOnly,
            (false, false) => Syntax::Literal,
        }
    }

    fn pattern<'a>(self, pieces: impl IntoIterator<Item = pattern::Piece<'a, Hole>>) -> Pattern<Hole> {
        let pattern = Pattern::new(pieces, self.syntax());
        if self.folded { pattern.fold_case() } else { pattern }
    }
}

/// A text of a policy.
#[derive(Debug, Clone)]
pub(super) struct Template {
    form: Form,
}

#[derive(Debug, Clone)]
enum Form {
    /// It is the same for every request.
    Fixed(Pattern<Hole>),
    /// It has policy variables.
    Variable { text: Text, reading: Reading },
    /// It has what are policy variables if the version of the document is `2012-10-17`.
    Ambiguous(Vec<Symbol>),
}

impl Template {
    pub(super) fn new(text: &Text, reading: Reading) -> Self {
        let form = match reading.variables {
            _ if !has_variables(text) => Form::Fixed(reading.pattern(pieces(text))),
            Truth::Yes => Form::Variable { text: text.clone(), reading },
            Truth::No => Form::Fixed(reading.pattern(pieces(text))),
            Truth::Unknown => Form::Ambiguous(text.holes().cloned().collect()),
        };
        Self { form }
    }

    /// What `ask` answers about the pattern that it is in a request. One with a variable
    /// that the request does not have matches nothing.
    pub(super) fn ask(&self, lookup: &impl Lookup, ask: impl FnOnce(&Pattern<Hole>) -> Truth) -> Truth {
        self.ask_or(Truth::No, lookup, ask)
    }

    /// As [`Self::ask`], with the answer for one with a variable that the request does not have.
    pub(super) fn ask_or(
        &self,
        without: Truth,
        lookup: &impl Lookup,
        ask: impl FnOnce(&Pattern<Hole>) -> Truth,
    ) -> Truth {
        match &self.form {
            Form::Fixed(pattern) => ask(pattern),
            Form::Variable { text, reading } => match filled(text, lookup) {
                Some(text) => ask(&reading.pattern(pieces(&text))),
                None => without,
            },
            Form::Ambiguous(_) => Truth::Unknown,
        }
    }

    /// The pattern, if it is the same for every request.
    pub(super) const fn fixed(&self) -> Option<&Pattern<Hole>> {
        match &self.form {
            Form::Fixed(pattern) => Some(pattern),
            Form::Variable { .. } | Form::Ambiguous(_) => None,
        }
    }

    /// Its holes.
    pub(super) fn symbols(&self) -> Box<dyn Iterator<Item = &Symbol> + '_> {
        match &self.form {
            Form::Fixed(pattern) => Box::new(pattern.holes().map(Hole::symbol)),
            Form::Variable { text, .. } => Box::new(text.holes()),
            Form::Ambiguous(symbols) => Box::new(symbols.iter()),
        }
    }

    /// The condition keys of its policy variables, in lower case.
    pub(super) fn keys(&self) -> Vec<String> {
        match &self.form {
            Form::Variable { text, .. } => known_pieces(text).flat_map(variables).collect(),
            Form::Fixed(_) | Form::Ambiguous(_) => Vec::new(),
        }
    }
}

fn pieces(text: &Text) -> impl Iterator<Item = pattern::Piece<'_, Hole>> {
    text.pieces().iter().map(|piece| piece_of(piece, Side::Policy))
}

fn known_pieces(text: &Text) -> impl Iterator<Item = &str> {
    text.pieces().iter().filter_map(|piece| match piece {
        Piece::Known(known) => Some(known.text.as_str()),
        Piece::Hole(_) => None,
    })
}

fn has_variables(text: &Text) -> bool {
    known_pieces(text).any(|text| text.contains("${"))
}

fn variables(text: &str) -> impl Iterator<Item = String> {
    let names = text.split("${").skip(1).filter_map(|rest| rest.split_once('}'));
    names.map(|(name, _)| split_default(name).0).filter(|key| !is_escape(key))
}

fn is_escape(name: &str) -> bool {
    matches!(name, "*" | "?" | "$")
}

/// `key, 'default'` in its parts, the key in lower case.
fn split_default(name: &str) -> (String, Option<&str>) {
    let (key, default) = name.split_once(',').map_or((name, None), |(key, default)| (key, Some(default.trim())));
    (key.trim().to_ascii_lowercase(), default)
}

/// The text with the values of the request for its policy variables. One whose value is
/// not known stays; `None` if the request lacks one.
fn filled(text: &Text, lookup: &impl Lookup) -> Option<Text> {
    let mut done = Text::default();
    for piece in text.pieces() {
        done = match piece {
            Piece::Known(known) => done.concat(filled_piece(&known.text, lookup)?),
            Piece::Hole(symbol) => done.concat(Text::hole(symbol.clone())),
        };
    }
    Some(done)
}

fn filled_piece(text: &str, lookup: &impl Lookup) -> Option<Text> {
    let mut done = Text::default();
    let mut rest = text;
    while let Some((before, opened)) = rest.split_once("${")
        && let Some((name, behind)) = opened.split_once('}')
    {
        done = done.concat(Text::known(before)).concat(value(name, lookup)?);
        rest = behind;
    }
    Some(done.concat(Text::known(rest)))
}

/// What stands for `${name}`.
fn value(name: &str, lookup: &impl Lookup) -> Option<Text> {
    let as_written = || Text::known(format!("${{{name}}}"));
    let (key, default) = split_default(name);
    if is_escape(&key) {
        return Some(as_written());
    }
    match lookup.find(&key) {
        Found::Values([value]) if value.text().holes().all(Symbol::is_stable) => Some(literal(value.text())),
        // A variable cannot stand for several values: AWS says only that it must not.
        Found::Values([_, ..]) | Found::Unknown => Some(as_written()),
        Found::Values([]) | Found::Absent => {
            let quoted = default?.strip_prefix('\'')?.strip_suffix('\'')?;
            Some(literal(&Text::known(quoted)))
        }
    }
}

/// The text such that a pattern takes its characters as they are.
fn literal(text: &Text) -> Text {
    let pieces = text.pieces().iter().map(|piece| match piece {
        Piece::Known(known) => Text::known(escaped(&known.text)),
        Piece::Hole(symbol) => Text::hole(symbol.clone()),
    });
    pieces.fold(Text::default(), Text::concat)
}

fn escaped(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for letter in text.chars() {
        let _infallible = match letter {
            '*' | '?' | '$' => write!(escaped, "${{{letter}}}"),
            letter => write!(escaped, "{letter}"),
        };
    }
    escaped
}

/// The pattern of a value of the request.
pub(super) fn value_pattern(text: &Text) -> Pattern<Hole> {
    pattern(text, Syntax::Literal, Side::Request)
}
