//! Values as they come over the wire: go-cty's form of MessagePack.
//!
//! A value is read by its type, which stands beside it where it was asked for as `dynamic`.
//! What is marked as sensitive or ephemeral is there all the same, with its marks beside it:
//! [`hide`] has to be called before anyone looks.

use std::collections::BTreeMap;

use crosstrail_analyzer::config::GivenValue;
use serde_json::Value as Type;

use crate::wire::{AttributePath, Step, StepSelector, ValueMark};

/// The type of values that bring their type with them.
pub const DYNAMIC: &str = "\"dynamic\"";

/// How deep values may be nested.
const MAX_DEPTH: usize = 128;

/// The value in `bytes`, which was asked for as `ty`, a type as JSON; `None` if it is none of that type.
#[must_use]
pub fn decode(bytes: &[u8], ty: &str) -> Option<GivenValue> {
    let ty: Type = serde_json::from_str(ty).ok()?;
    let mut reader = Reader { bytes };
    let value = reader.value(&ty, MAX_DEPTH)?;
    reader.bytes.is_empty().then_some(value)
}

/// `value` with what is marked hidden.
#[must_use]
pub fn hide(mut value: GivenValue, marks: &[ValueMark]) -> GivenValue {
    for mark in marks.iter().filter(|mark| mark.sensitive || mark.ephemeral) {
        let steps = mark.path.as_ref().map_or(&[][..], |AttributePath { steps }| steps);
        hide_at(&mut value, steps);
    }
    value
}

/// Hides what `steps` lead to; all of it if they lead nowhere.
fn hide_at(value: &mut GivenValue, steps: &[Step]) {
    let inner = steps.split_first().and_then(|(step, rest)| Some((part(value, step)?, rest)));
    if let Some((inner, rest)) = inner {
        return hide_at(inner, rest);
    }
    let hidden = std::mem::replace(value, GivenValue::Unknown);
    *value = match hidden {
        GivenValue::Secret(_) => hidden,
        hidden => GivenValue::Secret(Box::new(hidden)),
    };
}

fn part<'a>(value: &'a mut GivenValue, step: &Step) -> Option<&'a mut GivenValue> {
    match (value, step.selector.as_ref()?) {
        (GivenValue::Table(fields), StepSelector::AttributeName(name) | StepSelector::ElementKeyString(name)) => {
            fields.get_mut(name)
        }
        (GivenValue::List(items), StepSelector::ElementKeyInt(at)) => items.get_mut(usize::try_from(*at).ok()?),
        _ => None,
    }
}

struct Reader<'a> {
    bytes: &'a [u8],
}

/// One element as MessagePack has it, the inside of collections still to come.
enum Token<'a> {
    Nil,
    Bool(bool),
    Number(String),
    Text(&'a [u8]),
    Array(usize),
    Map(usize),
    Extension,
}

impl<'a> Reader<'a> {
    fn value(&mut self, ty: &Type, depth: usize) -> Option<GivenValue> {
        let depth = depth.checked_sub(1)?;
        Some(match self.token()? {
            Token::Nil => GivenValue::Null,
            Token::Extension => GivenValue::Unknown,
            Token::Array(2) if ty == "dynamic" => {
                let Token::Text(ty) = self.token()? else { return None };
                let ty: Type = serde_json::from_slice(ty).ok()?;
                self.value(&ty, depth)?
            }
            Token::Bool(value) => GivenValue::Bool(value),
            Token::Number(digits) => GivenValue::Number(digits),
            Token::Text(text) => {
                let text = std::str::from_utf8(text).ok()?.to_owned();
                if ty == "number" { GivenValue::Number(text) } else { GivenValue::Text(text) }
            }
            Token::Array(len) => {
                GivenValue::List((0..len).map(|at| self.value(element_type(ty, at)?, depth)).collect::<Option<_>>()?)
            }
            Token::Map(len) => {
                let mut fields = BTreeMap::new();
                for _ in 0..len {
                    let Token::Text(name) = self.token()? else { return None };
                    let name = std::str::from_utf8(name).ok()?;
                    let value = self.value(field_type(ty, name)?, depth)?;
                    fields.insert(name.to_owned(), value);
                }
                GivenValue::Table(fields)
            }
        })
    }

    fn token(&mut self) -> Option<Token<'a>> {
        let [first] = self.take()?;
        Some(match first {
            0x00..=0x7f => Token::Number(first.to_string()),
            0x80..=0x8f => Token::Map(usize::from(first & 0x0f)),
            0x90..=0x9f => Token::Array(usize::from(first & 0x0f)),
            0xa0..=0xbf => Token::Text(self.bytes(usize::from(first & 0x1f))?),
            0xc0 => Token::Nil,
            0xc2 | 0xc3 => Token::Bool(first == 0xc3),
            0xc4 | 0xd9 => {
                let len = usize::from(u8::from_be_bytes(self.take()?));
                Token::Text(self.bytes(len)?)
            }
            0xc5 | 0xda => {
                let len = usize::from(u16::from_be_bytes(self.take()?));
                Token::Text(self.bytes(len)?)
            }
            0xc6 | 0xdb => {
                let len = self.long_length()?;
                Token::Text(self.bytes(len)?)
            }
            0xc7 => {
                let len = usize::from(u8::from_be_bytes(self.take()?));
                self.extension(len)?
            }
            0xc8 => {
                let len = usize::from(u16::from_be_bytes(self.take()?));
                self.extension(len)?
            }
            0xc9 => {
                let len = self.long_length()?;
                self.extension(len)?
            }
            0xd4..=0xd8 => self.extension(1 << (first - 0xd4))?,
            0xdc => Token::Array(usize::from(u16::from_be_bytes(self.take()?))),
            0xdd => Token::Array(self.long_length()?),
            0xde => Token::Map(usize::from(u16::from_be_bytes(self.take()?))),
            0xdf => Token::Map(self.long_length()?),
            0xe0..=0xff => Token::Number(i8::from_be_bytes([first]).to_string()),
            0xc1 | 0xca..=0xd3 => Token::Number(self.number(first)?),
        })
    }

    /// The digits of a number of more than one byte.
    fn number(&mut self, first: u8) -> Option<String> {
        Some(match first {
            0xca => f32::from_be_bytes(self.take()?).to_string(),
            0xcb => f64::from_be_bytes(self.take()?).to_string(),
            0xcc => u8::from_be_bytes(self.take()?).to_string(),
            0xcd => u16::from_be_bytes(self.take()?).to_string(),
            0xce => u32::from_be_bytes(self.take()?).to_string(),
            0xcf => u64::from_be_bytes(self.take()?).to_string(),
            0xd0 => i8::from_be_bytes(self.take()?).to_string(),
            0xd1 => i16::from_be_bytes(self.take()?).to_string(),
            0xd2 => i32::from_be_bytes(self.take()?).to_string(),
            0xd3 => i64::from_be_bytes(self.take()?).to_string(),
            _ => return None,
        })
    }

    /// An extension of `len` bytes, whatever its type: a value that is not known.
    fn extension(&mut self, len: usize) -> Option<Token<'a>> {
        self.bytes(len.checked_add(1)?)?;
        Some(Token::Extension)
    }

    fn long_length(&mut self) -> Option<usize> {
        usize::try_from(u32::from_be_bytes(self.take()?)).ok()
    }

    fn bytes(&mut self, len: usize) -> Option<&'a [u8]> {
        let (taken, rest) = self.bytes.split_at_checked(len)?;
        self.bytes = rest;
        Some(taken)
    }

    fn take<const N: usize>(&mut self) -> Option<[u8; N]> {
        let (taken, rest) = self.bytes.split_first_chunk()?;
        self.bytes = rest;
        Some(*taken)
    }
}

/// The type of an element of a value of type `ty`.
fn element_type(ty: &Type, at: usize) -> Option<&Type> {
    match ty.get(0)?.as_str()? {
        "list" | "set" => ty.get(1),
        "tuple" => ty.get(1)?.get(at),
        _ => None,
    }
}

/// The type of a field of a value of type `ty`.
fn field_type<'t>(ty: &'t Type, name: &str) -> Option<&'t Type> {
    match ty.get(0)?.as_str()? {
        "map" => ty.get(1),
        "object" => ty.get(1)?.get(name),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use std::fmt::Write as _;

    use super::*;

    fn bytes(hex: &str) -> Vec<u8> {
        let digits: Vec<u32> = hex.chars().map(|digit| digit.to_digit(16).unwrap()).collect();
        digits.chunks(2).map(|pair| u8::try_from(pair[0] << 4 | pair[1]).unwrap()).collect()
    }

    /// As the recording has it, with one name for numbers of every kind.
    fn shown(value: &GivenValue, to: &mut String) {
        match value {
            GivenValue::Unknown => to.push_str("Unknown"),
            GivenValue::Null => to.push_str("Null"),
            GivenValue::Bool(value) => write!(to, "Bool({value})").unwrap(),
            GivenValue::Number(digits) => write!(to, "Number({digits})").unwrap(),
            GivenValue::Text(text) => write!(to, "Str({text:?})").unwrap(),
            GivenValue::List(items) => {
                to.push_str("Seq([");
                for (at, item) in items.iter().enumerate() {
                    to.push_str(if at > 0 { ", " } else { "" });
                    shown(item, to);
                }
                to.push_str("])");
            }
            GivenValue::Table(fields) => {
                to.push_str("Map({");
                for (at, (name, field)) in fields.iter().enumerate() {
                    write!(to, "{}{name:?}: ", if at > 0 { ", " } else { "" }).unwrap();
                    shown(field, to);
                }
                to.push_str("})");
            }
            GivenValue::Secret(_) => to.push_str("Secret"),
        }
    }

    /// `Int(1)`, `Float(1.5)` and `BigNum("1")` are numbers.
    fn expected(recorded: &str) -> String {
        let mut text = recorded.strip_prefix("Ok(").and_then(|text| text.strip_suffix(')')).unwrap().to_owned();
        for kind in ["Int(", "Float("] {
            text = text.replace(kind, "Number(");
        }
        while let Some((before, rest)) = text.split_once("BigNum(\"") {
            let (digits, rest) = rest.split_once("\")").unwrap();
            text = format!("{before}Number({digits}){rest}");
        }
        text
    }

    #[test]
    fn what_was_recorded_of_the_host_is_read() {
        let root = concat!(env!("CARGO_MANIFEST_DIR"), "/../tests/conformance/");
        let mut count = 0;
        for file in ["tflint-values.json", "tflint-values-2.json"] {
            let text = std::fs::read_to_string(format!("{root}{file}")).unwrap();
            let recorded: Vec<Type> = serde_json::from_str(&text).unwrap();
            for it in recorded {
                let member = |name: &str| it.get(name).and_then(Type::as_str).unwrap_or_default().to_owned();
                let (hex, decoded) = (member("value_hex"), member("decoded"));
                if hex.is_empty() || !decoded.starts_with("Ok(") {
                    continue;
                }
                let value = decode(&bytes(&hex), &member("type"));
                let mut text = String::new();
                shown(&value.unwrap_or_else(|| panic!("{} is not read", member("expr"))), &mut text);
                assert_eq!(text, expected(&decoded), "{}", member("expr"));
                count += 1;
            }
        }
        assert!(count >= 60, "{count}");
    }

    #[test]
    fn what_is_cut_off_or_nested_too_deep_is_no_value() {
        let whole = bytes("92c40822737472696e6722a568656c6c6f");
        assert_eq!(decode(&whole, DYNAMIC), Some(GivenValue::Text("hello".to_owned())));
        for len in 0..whole.len() {
            assert_eq!(decode(&whole[..len], DYNAMIC), None);
        }
        let deep = [vec![0x91; 1000], vec![0xc0]].concat();
        let ty = format!("{}\"bool\"{}", "[\"list\",".repeat(100), "]".repeat(100));
        assert_eq!(decode(&deep, &ty), None);
    }

    #[test]
    fn what_is_marked_is_hidden() {
        let text = |text: &str| GivenValue::Text(text.to_owned());
        let table = |fields: [(&str, GivenValue); 2]| {
            GivenValue::Table(fields.into_iter().map(|(name, value)| (name.to_owned(), value)).collect())
        };
        let value = table([("a", GivenValue::List(vec![text("x"), text("y")])), ("b", text("z"))]);
        let step = |selector| Step { selector: Some(selector) };
        let mark =
            |steps: Vec<Step>| ValueMark { path: Some(AttributePath { steps }), sensitive: true, ephemeral: false };
        let steps = vec![step(StepSelector::AttributeName("a".to_owned())), step(StepSelector::ElementKeyInt(1))];
        let secret = |value| GivenValue::Secret(Box::new(value));
        let hidden = table([("a", GivenValue::List(vec![text("x"), secret(text("y"))])), ("b", text("z"))]);
        assert_eq!(hide(value.clone(), &[mark(steps)]), hidden);
        // A way that leads nowhere hides all that it has come to.
        let astray = vec![step(StepSelector::AttributeName("b".to_owned())), step(StepSelector::ElementKeyInt(7))];
        let hidden = table([("a", GivenValue::List(vec![text("x"), text("y")])), ("b", secret(text("z")))]);
        assert_eq!(hide(value.clone(), &[mark(astray)]), hidden);
        assert_eq!(hide(value.clone(), &[ValueMark { ephemeral: true, ..ValueMark::default() }]), secret(value));
    }
}
