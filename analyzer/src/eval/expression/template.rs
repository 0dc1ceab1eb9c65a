//! Strings with interpolations and directives.

use unicode_normalization::{UnicodeNormalization, is_nfc};

use crate::source::TextRange;
use crate::syntax::ast::{Expr, ForDirective, IfDirective, Literal, Template, TemplatePart};

use super::super::evaluator::Evaluator;
use super::super::scope::Scope;
use super::super::symbol::{Cause, Symbol};
use super::super::text::{Known, Piece, Place, Text};
use super::super::value::{Origin, Value, ValueKind};
use super::for_expr::rounds;
use super::text_builder::LONGEST_TEXT;
use super::{Result, TextBuilder, canonical, known_bool, known_piece};

impl Evaluator<'_> {
    pub(super) fn template(&self, template: &Template, range: TextRange, scope: &Scope) -> Result<Value> {
        if let Some(expr) = single_interpolation(template) {
            return self.evaluate(expr, scope);
        }
        // Most texts are written in one piece.
        if let [TemplatePart::Literal(literal)] = &*template.parts
            && literal.text.len() <= LONGEST_TEXT
        {
            let text = Text::from_pieces([literal_piece(literal, scope)]);
            return Ok(Value::new(ValueKind::String(text)).with_origin(Origin::at(scope.span(range))));
        }
        let mut builder = TextBuilder::default();
        self.template_parts(&template.parts, &mut builder, scope)?;
        Ok(builder.finish().with_origin(Origin::at(scope.span(range))))
    }

    fn template_parts(&self, parts: &[TemplatePart], builder: &mut TextBuilder, scope: &Scope) -> Result<()> {
        for part in parts {
            match part {
                TemplatePart::Literal(literal) => builder.push(literal_piece(literal, scope)),
                TemplatePart::Interpolation { expr, .. } => self.interpolation(expr, builder, scope)?,
                TemplatePart::If(directive) => self.if_directive(directive, builder, scope)?,
                TemplatePart::For(directive) => self.for_directive(directive, builder, scope)?,
            }
            if builder.is_full() {
                let symbol = self.symbol("text that is too long", Cause::Limit("length of a text"), None);
                *builder = TextBuilder::default();
                builder.push(Piece::Hole(symbol));
                return Ok(());
            }
        }
        Ok(())
    }

    fn interpolation(&self, expr: &Expr, builder: &mut TextBuilder, scope: &Scope) -> Result<()> {
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

    fn if_directive(&self, directive: &IfDirective, builder: &mut TextBuilder, scope: &Scope) -> Result<()> {
        let condition = self.condition(&directive.condition, scope)?;
        builder.sensitive |= condition.sensitive;
        if let Some(holds) = known_bool(&condition) {
            let parts = if holds { &directive.then } else { &directive.otherwise };
            return self.template_parts(parts, builder, scope);
        }
        let render = |parts: &[TemplatePart]| -> Result<Vec<Text>> {
            let mut branch = TextBuilder::default();
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

    fn for_directive(&self, directive: &ForDirective, builder: &mut TextBuilder, scope: &Scope) -> Result<()> {
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
            let mut body = TextBuilder::default();
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
    match &*template.parts {
        [TemplatePart::Interpolation { expr, .. }] => Some(expr),
        _ => None,
    }
}

/// A literal, normalised as Terraform does; only then its bytes may not be those of the file.
fn literal_piece(literal: &Literal, scope: &Scope) -> Piece {
    if literal.text.is_ascii() || is_nfc(&literal.text) {
        let place = Some(Place::of_literal(scope.file(), literal));
        return Piece::Known(Known { text: literal.text.clone(), place });
    }
    known_piece(literal.text.nfc().collect::<String>())
}
