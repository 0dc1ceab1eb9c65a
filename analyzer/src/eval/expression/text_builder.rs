//! Texts put together from pieces, some of which are one of several.

use super::super::convert::convert;
use super::super::error::EvalError;
use super::super::evaluator::Evaluator;
use super::super::symbol::{Cause, Symbol};
use super::super::text::{Known, Piece, Text};
use super::super::types::Type;
use super::super::value::{Refinement, Unknown, Value, ValueKind};
use super::lift::{LIFT_LIMIT, alternatives, one_of};
use super::{Result, canonical};

/// Longer texts are not put together, in bytes.
pub(super) const LONGEST_TEXT: usize = 16 << 20;

/// Texts of more pieces are not put together.
const MOST_PIECES: usize = 100_000;

impl Evaluator<'_> {
    /// Adds `value` as an interpolation does.
    pub(in crate::eval) fn push_value(&self, value: &Value, builder: &mut TextBuilder) -> Result<()> {
        if let Some(options) = alternatives(value) {
            return self.push_options(value, options, builder);
        }
        match &value.kind {
            ValueKind::String(text) => builder.push_text(text),
            ValueKind::Number(number) => builder.push(known_piece(number.to_string())),
            ValueKind::Bool(value) => builder.push(known_piece(if *value { "true" } else { "false" })),
            ValueKind::Unknown(unknown) if is_textual(unknown) => {
                if !unknown.not_null && is_often_null(unknown.symbol.cause()) {
                    self.doubt();
                }
                builder.push(Piece::Hole(unknown.symbol.clone()));
            }
            ValueKind::Null(_) => return Err(EvalError::new("null cannot stand in a string")),
            ValueKind::Unknown(_)
            | ValueKind::List(..)
            | ValueKind::Set(..)
            | ValueKind::Tuple(_)
            | ValueKind::Map(..)
            | ValueKind::Object(_) => {
                return Err(EvalError::new("only a string, number or bool can stand in a string"));
            }
        }
        Ok(())
    }

    fn push_options(&self, value: &Value, options: &[Value], builder: &mut TextBuilder) -> Result<()> {
        let as_text = |option: &Value| match (&option.kind, convert(option, &Type::String)) {
            (ValueKind::Null(_), _) | (_, Err(_)) => None,
            (_, Ok(text)) => match text.kind {
                ValueKind::String(text) => Some(text),
                ValueKind::Unknown(unknown) => Some(Text::hole(unknown.symbol)),
                _ => None,
            },
        };
        let texts: Vec<Text> = options.iter().filter_map(as_text).collect();
        if texts.len() < options.len() {
            self.doubt();
        }
        match (texts.as_slice(), &value.kind) {
            ([], _) => return Err(EvalError::new("this cannot stand in a string")),
            ([text], _) => builder.push_text(text),
            (texts, ValueKind::Unknown(unknown)) => builder.choose(&unknown.symbol, texts),
            _ => {}
        }
        Ok(())
    }
}

fn is_textual(unknown: &Unknown) -> bool {
    matches!(unknown.ty, Type::Dynamic | Type::String | Type::Number | Type::Bool)
        && matches!(unknown.refinement, Refinement::Opaque | Refinement::OneOf(_))
}

/// Whether `null` is usual: what people may leave out, not what AWS answers.
fn is_often_null(cause: &Cause) -> bool {
    matches!(cause, Cause::Variable | Cause::ModuleInput | Cause::MissingModule | Cause::RemoteState(_))
}

/// A known text without a place.
pub(in crate::eval) fn known_piece(text: impl Into<smol_str::SmolStr>) -> Piece {
    Piece::Known(Known { text: text.into(), place: None })
}

/// A text under construction: all that it may be, as long as those are few.
pub(in crate::eval) struct TextBuilder {
    options: Vec<TextOption>,
    /// The text with each choice as a hole: what names the whole.
    naming: Vec<Piece>,
    pub(super) sensitive: bool,
    /// In bytes and pieces.
    length: usize,
    pieces: usize,
    /// The only interpolation with known JSON inside, if there is nothing else but space.
    json: Option<Text>,
    only_json: bool,
}

#[derive(Clone, Default)]
struct TextOption {
    pieces: Vec<Piece>,
    /// Which alternative was taken of each unknown, so that one unknown is the same everywhere.
    taken: Vec<(Symbol, usize)>,
}

impl Default for TextBuilder {
    fn default() -> Self {
        Self {
            options: vec![TextOption::default()],
            naming: Vec::new(),
            sensitive: false,
            length: 0,
            pieces: 0,
            json: None,
            only_json: true,
        }
    }
}

impl TextBuilder {
    pub(in crate::eval) fn push(&mut self, piece: Piece) {
        if let Piece::Known(known) = &piece {
            self.only_json &= known.text.chars().all(char::is_whitespace);
        } else {
            self.only_json = false;
        }
        self.add(piece);
    }

    /// Whether the text is too long or has too many pieces; nothing more is added then.
    pub(super) fn is_full(&self) -> bool {
        self.length > LONGEST_TEXT || self.pieces > MOST_PIECES
    }

    fn add(&mut self, piece: Piece) {
        if self.is_full() {
            return;
        }
        self.pieces += self.options.len();
        if let Piece::Known(known) = &piece {
            self.length += known.text.len();
        }
        if let Some((last, others)) = self.options.split_last_mut() {
            for option in others.iter_mut() {
                option.pieces.push(piece.clone());
            }
            if !others.is_empty() {
                self.naming.push(piece.clone());
            }
            last.pieces.push(piece);
        }
    }

    pub(in crate::eval) fn push_text(&mut self, text: &Text) {
        if text.json().is_some() {
            self.only_json &= self.json.is_none();
            self.json = Some(text.clone());
            for piece in text.pieces() {
                self.add(piece.clone());
            }
            return;
        }
        for piece in text.pieces() {
            self.push(piece.clone());
        }
    }

    /// One of `texts` comes next, chosen by what `symbol` turns out to be.
    pub(super) fn choose(&mut self, symbol: &Symbol, texts: &[Text]) {
        let taken =
            |option: &TextOption| option.taken.iter().find(|(other, _)| other == symbol).map(|(_, index)| *index);
        let known = self.options.iter().all(|option| taken(option).is_some());
        if !known && self.options.len() * texts.len() > LIFT_LIMIT {
            self.push(Piece::Hole(symbol.clone()));
            return;
        }
        self.only_json = false;
        if self.options.len() == 1 {
            self.naming = self.options.first().map(|option| option.pieces.clone()).unwrap_or_default();
        }
        self.naming.push(Piece::Hole(symbol.clone()));
        let mut options = Vec::new();
        for option in &self.options {
            let fitting =
                texts.iter().enumerate().filter(|(index, _)| taken(option).is_none_or(|taken| taken == *index));
            for (index, text) in fitting {
                let mut option = option.clone();
                self.pieces += option.pieces.len() + text.pieces().len();
                option.pieces.extend(text.pieces().iter().cloned());
                option.taken.push((symbol.clone(), index));
                options.push(option);
            }
        }
        self.options = options;
    }

    pub(super) fn texts(self) -> Vec<Text> {
        self.options.into_iter().map(|option| Text::from_pieces(option.pieces)).collect()
    }

    pub(in crate::eval) fn finish(self) -> Value {
        let sensitive = self.sensitive;
        let json = if self.only_json { self.json.as_ref().and_then(Text::json).cloned() } else { None };
        let naming = Value::new(ValueKind::String(Text::from_pieces(self.naming.iter().cloned())));
        let mut texts = self.texts();
        let mut value = match (texts.len(), texts.pop()) {
            (0 | 1, text) => {
                let text = text.unwrap_or_default();
                Value::new(ValueKind::String(match json {
                    Some(json) => text.with_json(json),
                    None => text,
                }))
            }
            (_, last) => {
                texts.extend(last);
                let candidates = texts.into_iter().map(|text| Value::new(ValueKind::String(text))).collect();
                let symbol = Symbol::derived(canonical(&naming), super::canonical::symbols(&[&naming]));
                one_of(candidates, || symbol).unwrap_or(naming)
            }
        };
        value.sensitive = sensitive;
        value
    }
}
