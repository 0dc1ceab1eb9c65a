//! Attributes that follow from others by a rule of AWS: ARNs, ids, generated names.

use std::sync::Arc;

use smol_str::SmolStr;

use crate::aws::arn_formats::{Cut, FormatPart, attribute_format};
use crate::aws::facts;

use super::super::evaluator::{Evaluator, Provider, ResourceInstance};
use super::super::expression::{TextBuilder, known_piece};
use super::super::symbol::{Cause, Symbol};
use super::super::text::{Known, Piece, Text};
use super::super::value::{Origin, Value, ValueKind};

/// What the formats of one instance have in common.
struct Surroundings<'i> {
    instance: &'i Arc<ResourceInstance>,
    provider: Arc<Provider>,
    region: Value,
}

impl Evaluator<'_> {
    /// The attribute `name` of `instance` as AWS makes it from others; `None` if there is no rule
    /// for it or an attribute that it needs is not set.
    pub(super) fn derived(&self, instance: &Arc<ResourceInstance>, name: &str) -> Option<Value> {
        let parts = attribute_format(instance.ty(), name)?;
        let provider = self.provider(instance);
        let region = self.region(instance);
        let surroundings = Surroundings { instance, provider, region };
        if let [FormatPart::Attribute { name, default: None, cut: Cut::None }] = parts.as_slice() {
            return self.set_attribute(instance, name);
        }
        let mut builder = TextBuilder::default();
        for part in &parts {
            self.push_part(part, &surroundings, &mut builder)?;
        }
        Some(builder.finish().with_origin(Origin::at(instance.decl.header)))
    }

    /// The ARN format of `ty` filled in for `instance`, which need not be of that type: a data
    /// source reads what a resource of that type made.
    pub(in crate::eval) fn derived_as(
        &self,
        instance: &Arc<ResourceInstance>,
        ty: &str,
        name: &str,
        argument: impl Fn(&str) -> Option<Value>,
    ) -> Option<Value> {
        let parts = attribute_format(ty, name)?;
        let surroundings = Surroundings { instance, provider: self.provider(instance), region: self.region(instance) };
        let mut builder = TextBuilder::default();
        for part in &parts {
            match part {
                FormatPart::Attribute { name, .. } => self.push_value(&argument(name)?, &mut builder).ok()?,
                part => self.push_part(part, &surroundings, &mut builder)?,
            }
        }
        Some(builder.finish().with_origin(Origin::at(instance.decl.header)))
    }

    fn push_part(&self, part: &FormatPart, surroundings: &Surroundings<'_>, builder: &mut TextBuilder) -> Option<()> {
        let Surroundings { instance, provider, region } = surroundings;
        match part {
            FormatPart::Text(text) => builder.push(known_piece(*text)),
            FormatPart::Partition => self.push_value(&self.partition(provider, region), builder).ok()?,
            FormatPart::Account => self.push_value(&self.provider_account(provider).value(), builder).ok()?,
            FormatPart::Region => self.push_value(region, builder).ok()?,
            FormatPart::DnsSuffix => self.push_value(&self.dns_suffix(provider, region), builder).ok()?,
            FormatPart::Attribute { name, default, cut } => {
                let value = match default {
                    // What decides between a prefix and the default is what is written.
                    Some(_) => self.configured(instance, name).filter(|value| !value.is_null()),
                    None => self.set_attribute(instance, name),
                };
                match (value, default) {
                    (Some(value), _) => self.push_value(&self.cut(&value, *cut), builder).ok()?,
                    (None, Some(default)) => self.push_part(default, surroundings, builder)?,
                    (None, None) => return None,
                };
            }
            FormatPart::Opaque(name) => {
                let address = format!("{}.{name}", instance.address);
                builder.push(Piece::Hole(self.symbol(address, Cause::Computed, Some(instance.decl.header))));
            }
            FormatPart::Optional(parts) => {
                if parts.iter().all(|part| self.is_given(instance, part)) {
                    for part in parts {
                        self.push_part(part, surroundings, builder)?;
                    }
                }
            }
        }
        Some(())
    }

    /// What host names in the partition of `region` end in.
    pub(in crate::eval) fn dns_suffix(&self, provider: &Provider, region: &Value) -> Value {
        let partition = self.partition(provider, region);
        match partition.as_str().and_then(|name| facts::partition(&name)) {
            Some(facts) => Value::string(facts.dns_suffix),
            None => self.provider_symbol(provider, "dns_suffix", Cause::Partition),
        }
    }

    fn is_given(&self, instance: &Arc<ResourceInstance>, part: &FormatPart) -> bool {
        match part {
            FormatPart::Attribute { name, .. } => self
                .configured(instance, name)
                .is_some_and(|value| !value.is_null() && value.as_str().as_deref() != Some("default")),
            _ => true,
        }
    }

    /// The attribute, unless it is null for certain.
    fn set_attribute(&self, instance: &Arc<ResourceInstance>, name: &str) -> Option<Value> {
        Some(self.attribute(instance, name)).filter(|value| !value.is_null())
    }

    fn cut(&self, value: &Value, cut: Cut) -> Value {
        let Some(text) = value.as_text() else { return value.clone() };
        let shortened = match cut {
            Cut::None => None,
            Cut::Start(start) => without_start(text, start),
            Cut::BehindLast(last) => behind_last(text, last),
        };
        match (shortened, cut) {
            (Some(text), _) => Value { kind: ValueKind::String(text), ..value.clone() },
            (None, Cut::None) => value.clone(),
            (None, _) if text.is_known() => value.clone(),
            (None, _) => {
                let holes: Vec<Symbol> = text.holes().cloned().collect();
                let address = format!("part of {}", text.display());
                Value { kind: ValueKind::String(Text::hole(Symbol::derived(address, holes))), ..value.clone() }
            }
        }
    }
}

/// `text` without `start`; `None` if it is not plain that it starts, or does not start, so.
fn without_start(text: &Text, start: &str) -> Option<Text> {
    let (first, rest) = text.pieces().split_first()?;
    let Piece::Known(known) = first else { return None };
    let Some(kept) = known.text.strip_prefix(start) else {
        return (known.text.len() >= start.len()).then(|| text.clone());
    };
    let place = known.place.as_ref().map(|place| place.skip(u32::try_from(start.len()).unwrap_or(0)));
    let kept = Piece::Known(Known { text: SmolStr::new(kept), place });
    Some(Text::from_pieces(std::iter::once(kept).chain(rest.iter().cloned())))
}

/// What stands behind the last `separator`; `None` if that cannot be told.
fn behind_last(text: &Text, separator: &str) -> Option<Text> {
    let (last, _) = text.pieces().split_last()?;
    let Piece::Known(known) = last else { return None };
    match known.text.rfind(separator) {
        Some(at) => Some(Text::known(known.text.get(at + separator.len()..)?)),
        None => text.is_known().then(|| text.clone()),
    }
}
