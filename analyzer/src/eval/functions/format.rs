//! `format` and `formatlist`: the verbs of `cty/function/stdlib`.

use crate::eval::canonical;
use crate::eval::convert::{convert, type_of};
use crate::eval::error::EvalError;
use crate::eval::json;
use crate::eval::number::Number;
use crate::eval::symbol::Cause;
use crate::eval::text::{Known, Piece, Text};
use crate::eval::types::Type;
use crate::eval::value::{SequencePart, Value, ValueKind};

use super::call::{Call, Outcome, text};
use super::parts::{list_of, parts_of};
use super::strings::{known, text_of};
use super::table::Function;
use super::verb::Verb;

pub(super) static FUNCTIONS: &[Function] =
    &[Function::partial("format", format), Function::partial("formatlist", formatlist)];

fn format(call: &Call<'_>) -> Outcome {
    let arguments = call.arguments.get(1..).unwrap_or_default();
    Ok(formatted(call, arguments)?.unwrap_or_else(|| call.unknown(Type::String)))
}

/// The formatted text; `None` if not even its form is known.
fn formatted(call: &Call<'_>, arguments: &[Value]) -> Result<Option<Value>, EvalError> {
    let pattern = text_of(&call.value(0));
    // A hole might hold verbs; an account number does not.
    let is_safe = |cause: &Cause| matches!(cause, Cause::Account | Cause::Region | Cause::Partition);
    let is_open = pattern.holes().any(|hole| !is_safe(hole.cause()));
    let has_open_null = arguments.iter().any(|value| matches!(&value.kind, ValueKind::Null(Type::Dynamic)));
    if is_open {
        return Ok(None);
    }
    // What a null without a type becomes is not known, but how many arguments are taken is.
    let stand_in = |argument: &Value| match &argument.kind {
        ValueKind::Null(Type::Dynamic) => call.unknown(Type::Dynamic),
        _ => argument.clone(),
    };
    let arguments: &[Value] = &arguments.iter().map(stand_in).collect::<Vec<_>>();
    let mut formatter = Formatter { call, arguments, next: 0, highest: 0, pieces: Vec::new() };
    for piece in pattern.pieces() {
        match piece {
            Piece::Known(known) => formatter.known(known)?,
            Piece::Hole(_) => formatter.pieces.push(piece.clone()),
        }
    }
    if formatter.highest < arguments.len() {
        return Err(call.fail_at(formatter.highest + 1, format!("only {} arguments are used", formatter.highest)));
    }
    Ok((!has_open_null).then(|| text(Text::from_pieces(formatter.pieces))))
}

struct Formatter<'a> {
    call: &'a Call<'a>,
    arguments: &'a [Value],
    next: usize,
    highest: usize,
    pieces: Vec<Piece>,
}

impl Formatter<'_> {
    /// A piece of the pattern: text as it stands, with its place, and verbs.
    fn known(&mut self, pattern: &Known) -> Result<(), EvalError> {
        let mut start = 0;
        while let Some(rest) = pattern.text.get(start..).filter(|rest| !rest.is_empty()) {
            let end = rest.find('%').unwrap_or(rest.len());
            self.pieces.extend(pattern.slice(start..start + end).map(Piece::Known));
            start += end;
            let Some(verb) = rest.get(end..).filter(|verb| !verb.is_empty()) else { break };
            start += if verb.starts_with("%%") {
                self.pieces.push(known("%"));
                2
            } else {
                self.verb(verb)?
            };
        }
        Ok(())
    }

    fn verb(&mut self, text: &str) -> Result<usize, EvalError> {
        let verb = Verb::parse(text).map_err(|message| self.call.fail_at(0, message))?;
        let shown = text.get(..verb.length).unwrap_or(text);
        let index = verb.index.map_or(self.next, |index| index - 1);
        self.next = index + 1;
        self.highest = self.highest.max(self.next);
        let Some(argument) = self.arguments.get(index) else {
            return Err(self.call.fail_at(0, format!("there is no argument {} for `{shown}`", index + 1)));
        };
        if argument.is_null() && verb.letter != 'v' {
            return Err(self.call.fail_at(index + 1, format!("null cannot be written with `{shown}`")));
        }
        if verb.is_too_wide() {
            let limit = self.call.limited(Type::String, "width of a format");
            self.pieces.extend(text_of(&limit).pieces().iter().cloned());
            return Ok(verb.length);
        }
        let written = write(&verb, argument).map_err(|needed| {
            self.call.fail_at(index + 1, format!("`{shown}` needs {needed}, not {}", type_of(argument).with_article()))
        })?;
        self.pieces.extend(written);
        Ok(verb.length)
    }
}

/// The argument as the verb writes it; the error says what is needed.
fn write(verb: &Verb, argument: &Value) -> Result<Vec<Piece>, &'static str> {
    let ty = match verb.letter {
        'v' => return Ok(write_any(verb, argument)),
        's' | 'q' => (Type::String, "a string"),
        't' => (Type::Bool, "a bool"),
        'b' | 'd' | 'o' | 'x' | 'X' | 'e' | 'E' | 'f' | 'g' | 'G' => (Type::Number, "a number"),
        _ => return Err("one of the letters `b d e f g o q s t v x`"),
    };
    let value = convert(argument, &ty.0).map_err(|_| ty.1)?;
    let is_plain = verb.is_plain() && matches!(verb.letter, 's' | 'd' | 't');
    match &value.kind {
        ValueKind::Bool(holds) => Ok(vec![known(if *holds { "true" } else { "false" })]),
        ValueKind::Number(number) => write_number(verb, number).map(|text| vec![known(text)]),
        ValueKind::String(text) if is_plain => Ok(text.pieces().to_vec()),
        ValueKind::String(text) => match text.as_known() {
            Some(text) if verb.letter == 'q' => Ok(vec![known(verb.pad(&quoted(verb.cut(&text))))]),
            Some(text) => Ok(vec![known(verb.pad(verb.cut(&text)))]),
            None => Ok(vec![hole(verb, &value)]),
        },
        ValueKind::Unknown(unknown) if is_plain => Ok(vec![Piece::Hole(unknown.symbol.clone())]),
        _ => Ok(vec![hole(verb, &value)]),
    }
}

/// What an unknown becomes under a verb that changes it.
fn hole(verb: &Verb, value: &Value) -> Piece {
    let verb = format!("{verb:?}");
    Piece::Hole(canonical::call_symbol("format", &[Value::string(verb), value.clone()]))
}

fn quoted(text: &str) -> String {
    let encoded = json::encode(&Value::string(text)).ok().and_then(|text| text.as_known());
    encoded.unwrap_or_default().into()
}

/// `%v`: strings as they are, numbers in the shortest form, all else as JSON.
fn write_any(verb: &Verb, argument: &Value) -> Vec<Piece> {
    match &argument.kind {
        ValueKind::String(text) if !verb.sharp && verb.is_plain() => text.pieces().to_vec(),
        ValueKind::String(text) if !verb.sharp && text.is_known() => {
            vec![known(verb.pad(&text.as_known().unwrap_or_default()))]
        }
        ValueKind::Number(number) if !verb.sharp => vec![known(verb.pad(&number.to_general(None)))],
        ValueKind::Unknown(unknown) if unknown.ty == Type::String && verb.is_plain() && !verb.sharp => {
            vec![Piece::Hole(unknown.symbol.clone())]
        }
        _ => match json::encode(argument) {
            Ok(text) if verb.is_plain() => text.pieces().to_vec(),
            Ok(text) if text.is_known() => vec![known(verb.pad(&text.as_known().unwrap_or_default()))],
            _ => vec![hole(verb, argument)],
        },
    }
}

fn write_number(verb: &Verb, number: &Number) -> Result<String, &'static str> {
    let places = verb.precision.unwrap_or(6);
    let float = match verb.letter {
        'e' => number.to_exponential(places),
        'E' => number.to_exponential(places).to_uppercase(),
        'f' => number.to_fixed(places),
        'g' => number.to_general(verb.precision),
        'G' => number.to_general(verb.precision).to_uppercase(),
        _ => return write_integer(verb, number),
    };
    Ok(verb.pad_number(&float, "", !number.is_infinite()))
}

fn write_integer(verb: &Verb, number: &Number) -> Result<String, &'static str> {
    let integer = number.as_integer().ok_or("a whole number")?;
    let (radix, prefix) = match verb.letter {
        'b' => (2, "0b"),
        'o' => (8, "0"),
        'x' => (16, "0x"),
        'X' => (16, "0X"),
        _ => (10, ""),
    };
    let mut digits = integer.magnitude().to_str_radix(radix);
    if verb.letter == 'X' {
        digits.make_ascii_uppercase();
    }
    if let Some(precision) = verb.precision {
        digits = format!("{}{digits}", "0".repeat(precision.saturating_sub(digits.len())));
    }
    let sign = if number.is_negative() && !number.is_zero() { "-" } else { "" };
    let prefix = if verb.sharp { prefix } else { "" };
    Ok(verb.pad_number(&format!("{sign}{digits}"), prefix, verb.precision.is_none()))
}

fn formatlist(call: &Call<'_>) -> Outcome {
    let arguments = call.arguments.get(1..).unwrap_or_default();
    let is_list = |value: &&Value| matches!(type_of(value), Type::List(_) | Type::Set(_) | Type::Tuple(_));
    let lists: Vec<&Value> = arguments.iter().filter(is_list).collect();
    let is_open = |value: &Value| type_of(value) == Type::Dynamic;
    if arguments.iter().any(is_open) || lists.iter().any(|list| list.is_null()) {
        return Ok(call.unknown(Type::list(Type::String)));
    }
    if let [list] = lists.as_slice() {
        return format_each(call, arguments, list);
    }
    let Some(length) = common_length(call, &lists)? else { return Ok(call.unknown(Type::list(Type::String))) };
    let rounds = (0..length).map(|index| {
        let row: Vec<Value> = arguments.iter().map(|argument| element_at(argument, index)).collect();
        Ok(SequencePart::One(formatted(call, &row)?.unwrap_or_else(|| row_unknown(call, &row))))
    });
    Ok(list_of(call, Type::String, rounds.collect::<Result<_, EvalError>>()?))
}

/// With one list the parts of it that are known are formatted.
fn format_each(call: &Call<'_>, arguments: &[Value], list: &Value) -> Outcome {
    let row_with = |item: &Value| -> Vec<Value> {
        let is_this = |argument: &Value| std::ptr::eq(argument, list);
        arguments.iter().map(|argument| if is_this(argument) { item } else { argument }.clone()).collect()
    };
    let mut parts = Vec::new();
    for part in parts_of(list).unwrap_or_default() {
        let (SequencePart::One(value) | SequencePart::Spread(value)) = &part;
        let row = row_with(value);
        parts.push(match part {
            SequencePart::One(_) => {
                SequencePart::One(formatted(call, &row)?.unwrap_or_else(|| row_unknown(call, &row)))
            }
            SequencePart::Spread(_) => {
                let arguments: Vec<Value> = std::iter::once(call.value(0)).chain(row).collect();
                let symbol = canonical::call_symbol("formatlist", &arguments);
                SequencePart::Spread(Value::unknown(symbol, Type::list(Type::String)))
            }
        });
    }
    Ok(list_of(call, Type::String, parts))
}

/// The unknown result of one round, named as `format` would be.
fn row_unknown(call: &Call<'_>, row: &[Value]) -> Value {
    let arguments: Vec<Value> = std::iter::once(call.value(0)).chain(row.iter().cloned()).collect();
    text(Text::hole(canonical::call_symbol("format", &arguments)))
}

/// The length of the lists, 1 without any; `None` if one is unknown.
fn common_length(call: &Call<'_>, lists: &[&Value]) -> Result<Option<usize>, EvalError> {
    let mut common = None;
    for list in lists {
        let Some(items) = list.elements() else { return Ok(None) };
        let length = items.len();
        if common.is_some_and(|common| common != length) {
            return Err(call.fail(format!("one list has {length} elements, another {}", common.unwrap_or(0))));
        }
        common = Some(length);
    }
    Ok(Some(common.unwrap_or(1)))
}

fn element_at(argument: &Value, index: usize) -> Value {
    argument.elements().and_then(|items| items.get(index)).unwrap_or(argument).clone()
}
