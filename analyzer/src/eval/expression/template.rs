//! Strings with interpolations and directives.

use smol_str::SmolStr;
use unicode_normalization::{UnicodeNormalization, is_nfc};

use crate::source::TextRange;
use crate::syntax::ast::{Expr, ForDirective, IfDirective, Literal, Template, TemplatePart};

use super::super::convert::convert;
use super::super::error::EvalError;
use super::super::evaluator::Evaluator;
use super::super::scope::Scope;
use super::super::symbol::{Cause, Symbol};
use super::super::text::{Known, Piece, Place, Text};
use super::super::types::Type;
use super::super::value::{Origin, Refinement, Unknown, Value, ValueKind};
use super::for_expr::rounds;
use super::lift::{LIFT_LIMIT, alternatives, one_of};
use super::{Result, canonical, known_bool};

/// Longer texts are not put together, in bytes.
const LONGEST_TEXT: usize = 16 << 20;

impl Evaluator<'_> {
    pub(super) fn template(&self, template: &Template, range: TextRange, scope: &Scope) -> Result<Value> {
        if let Some(expr) = single_interpolation(template) {
            return self.evaluate(expr, scope);
        }
        let mut builder = Builder::default();
        self.template_parts(&template.parts, &mut builder, scope)?;
        Ok(builder.finish().with_origin(Origin::at(scope.span(range))))
    }

    fn template_parts(&self, parts: &[TemplatePart], builder: &mut Builder, scope: &Scope) -> Result<()> {
        for part in parts {
            match part {
                TemplatePart::Literal(literal) => builder.push(literal_piece(literal, scope)),
                TemplatePart::Interpolation { expr, .. } => self.interpolation(expr, builder, scope)?,
                TemplatePart::If(directive) => self.if_directive(directive, builder, scope)?,
                TemplatePart::For(directive) => self.for_directive(directive, builder, scope)?,
            }
            if builder.length > LONGEST_TEXT {
                let symbol = self.symbol("text that is too long", Cause::Limit("length of a text"), None);
                *builder = Builder::default();
                builder.push(Piece::Hole(symbol));
            }
        }
        Ok(())
    }

    fn interpolation(&self, expr: &Expr, builder: &mut Builder, scope: &Scope) -> Result<()> {
        let span = scope.span(expr.range);
        let pushed = self.part(expr, scope).and_then(|value| {
            builder.sensitive |= value.sensitive;
            self.push_value(&value, builder)
        });
        match pushed {
            Err(error) if !scope.is_strict() => {
                if let ValueKind::Unknown(unknown) = self.failed(error, span).kind {
                    builder.push(Piece::Hole(unknown.symbol));
                }
                Ok(())
            }
            pushed => pushed.map_err(|error| error.or_at(span)),
        }
    }

    fn push_value(&self, value: &Value, builder: &mut Builder) -> Result<()> {
        if let Some(options) = alternatives(value) {
            return self.push_options(value, options, builder);
        }
        match &value.kind {
            ValueKind::String(text) => builder.push_text(text),
            ValueKind::Number(number) => builder.push(known_piece(number.to_string())),
            ValueKind::Bool(value) => builder.push(known_piece(if *value { "true" } else { "false" })),
            ValueKind::Unknown(unknown) if is_textual(unknown) => {
                if !unknown.not_null {
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

    fn push_options(&self, value: &Value, options: &[Value], builder: &mut Builder) -> Result<()> {
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

    fn if_directive(&self, directive: &IfDirective, builder: &mut Builder, scope: &Scope) -> Result<()> {
        let condition = self.condition(&directive.condition, scope)?;
        builder.sensitive |= condition.sensitive;
        if let Some(holds) = known_bool(&condition) {
            let parts = if holds { &directive.then } else { &directive.otherwise };
            return self.template_parts(parts, builder, scope);
        }
        let render = |parts: &[TemplatePart]| -> Result<Vec<Text>> {
            let mut branch = Builder::default();
            self.quiet_if(true, || self.template_parts(parts, &mut branch, scope))?;
            Ok(branch.texts())
        };
        let mut texts = render(&directive.then)?;
        texts.extend(render(&directive.otherwise)?);
        let shown = texts.iter().map(Text::display).collect::<Vec<_>>().join("%{ else }");
        let address = super::canonical::shorten(format!("%{{ if {} }}{shown}%{{ endif }}", canonical(&condition)));
        builder.choose(&Symbol::derived(address, super::canonical::symbols(&[&condition])), &texts);
        Ok(())
    }

    fn for_directive(&self, directive: &ForDirective, builder: &mut Builder, scope: &Scope) -> Result<()> {
        let collection = self.evaluate(&directive.collection, scope)?;
        builder.sensitive |= collection.sensitive;
        let span = scope.span(directive.collection.range);
        for round in rounds(self, &collection).map_err(|error| error.or_at(span))? {
            let mut scope = scope.clone();
            if let Some(name) = &directive.key_name {
                scope = scope.bind(name.text.clone(), round.key);
            }
            scope = scope.bind(directive.value_name.text.clone(), round.value);
            if !round.summary {
                self.template_parts(&directive.body, builder, &scope)?;
                continue;
            }
            let mut body = Builder::default();
            self.quiet_if(true, || self.template_parts(&directive.body, &mut body, &scope))?;
            let shown = body.finish();
            let address =
                super::canonical::shorten(format!("%{{ for {} }}{}", canonical(&collection), canonical(&shown)));
            builder.push(Piece::Hole(Symbol::derived(address, super::canonical::symbols(&[&collection, &shown]))));
        }
        Ok(())
    }
}

/// The expression of a template that is nothing but one interpolation: it keeps its type.
pub(super) fn single_interpolation(template: &Template) -> Option<&Expr> {
    match template.parts.as_slice() {
        [TemplatePart::Interpolation { expr, .. }] => Some(expr),
        _ => None,
    }
}

fn is_textual(unknown: &Unknown) -> bool {
    matches!(unknown.ty, Type::Dynamic | Type::String | Type::Number | Type::Bool)
        && matches!(unknown.refinement, Refinement::Opaque | Refinement::OneOf(_))
}

/// A literal, normalised as Terraform does; only then its bytes may not be those of the file.
fn literal_piece(literal: &Literal, scope: &Scope) -> Piece {
    if literal.text.is_ascii() || is_nfc(&literal.text) {
        let place = Some(Place::of_literal(scope.file(), literal));
        return Piece::Known(Known { text: literal.text.clone(), place });
    }
    known_piece(literal.text.nfc().collect::<String>())
}

fn known_piece(text: impl Into<SmolStr>) -> Piece {
    Piece::Known(Known { text: text.into(), place: None })
}

/// A text under construction: all that it may be, as long as those are few.
struct Builder {
    options: Vec<TextOption>,
    /// The text with each choice as a hole: what names the whole.
    naming: Vec<Piece>,
    sensitive: bool,
    length: usize,
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

impl Default for Builder {
    fn default() -> Self {
        Self {
            options: vec![TextOption::default()],
            naming: Vec::new(),
            sensitive: false,
            length: 0,
            json: None,
            only_json: true,
        }
    }
}

impl Builder {
    fn push(&mut self, piece: Piece) {
        if let Piece::Known(known) = &piece {
            self.length += known.text.len();
            self.only_json &= known.text.chars().all(char::is_whitespace);
        } else {
            self.only_json = false;
        }
        self.add(piece);
    }

    fn add(&mut self, piece: Piece) {
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

    fn push_text(&mut self, text: &Text) {
        if text.json().is_some() {
            self.only_json &= self.json.is_none();
            self.json = Some(text.clone());
            for piece in text.pieces() {
                if let Piece::Known(known) = piece {
                    self.length += known.text.len();
                }
                self.add(piece.clone());
            }
            return;
        }
        for piece in text.pieces() {
            self.push(piece.clone());
        }
    }

    /// One of `texts` comes next, chosen by what `symbol` turns out to be.
    fn choose(&mut self, symbol: &Symbol, texts: &[Text]) {
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
                option.pieces.extend(text.pieces().iter().cloned());
                option.taken.push((symbol.clone(), index));
                options.push(option);
            }
        }
        self.options = options;
    }

    fn texts(self) -> Vec<Text> {
        self.options.into_iter().map(|option| Text::from_pieces(option.pieces)).collect()
    }

    fn finish(self) -> Value {
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
