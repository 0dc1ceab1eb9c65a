//! Numbers.

use num_bigint::BigInt;

use crate::eval::convert::convert;
use crate::eval::error::EvalError;
use crate::eval::number::{Number, NumberError};
use crate::eval::types::Type;
use crate::eval::value::{SequencePart, Value, ValueKind};
use crate::truth::Truth;

use super::call::{Call, Outcome, list, number};
use super::parts::parts_of;
use super::table::Function;

pub(super) static FUNCTIONS: &[Function] = &[
    Function::known("abs", |call| Ok(number(call.number(0).abs()))),
    Function::partial("alltrue", |call| Ok(fold(call, Truth::Yes, Truth::and))),
    Function::partial("anytrue", |call| Ok(fold(call, Truth::No, Truth::or))),
    Function::known("ceil", |call| Ok(number(call.number(0).ceil()))),
    Function::known("floor", |call| Ok(number(call.number(0).floor()))),
    Function::known("log", |call| float(call, call.number(0).to_f64().ln() / call.number(1).to_f64().ln())),
    Function::known("max", |call| extreme(call, Iterator::max)),
    Function::known("min", |call| extreme(call, Iterator::min)),
    Function::known("parseint", parseint),
    Function::known("pow", |call| float(call, call.number(0).to_f64().powf(call.number(1).to_f64()))),
    Function::known("range", range),
    Function::known("signum", |call| Ok(number(call.integer(0)?.signum().into()))),
    Function::known("sum", sum),
];

fn failed(call: &Call<'_>, error: NumberError) -> EvalError {
    call.fail(error.to_string())
}

fn float(call: &Call<'_>, value: f64) -> Outcome {
    Number::from_f64(value).map(number).ok_or_else(|| failed(call, NumberError::Undefined))
}

/// Puts the elements together; null counts as false.
fn fold(call: &Call<'_>, start: Truth, combine: fn(Truth, Truth) -> Truth) -> Value {
    let parts = parts_of(&call.value(0)).unwrap_or_default();
    let answer = parts.iter().fold(start, |answer, part| {
        let next = match part {
            SequencePart::One(Value { kind: ValueKind::Bool(holds), .. }) => Truth::from(*holds),
            SequencePart::One(value) if value.is_null() => Truth::No,
            SequencePart::One(_) | SequencePart::Spread(_) => Truth::Unknown,
        };
        combine(answer, next)
    });
    answer.known().map_or_else(|| call.unknown(Type::Bool), Value::bool)
}

fn extreme(call: &Call<'_>, choose: fn(std::vec::IntoIter<Number>) -> Option<Number>) -> Outcome {
    let numbers: Vec<Number> = (0..call.arguments.len()).map(|index| call.number(index)).collect();
    choose(numbers.into_iter()).map(number).ok_or_else(|| call.fail("at least one number is required"))
}

fn parseint(call: &Call<'_>) -> Outcome {
    let ValueKind::String(_) = call.value(0).kind else { return Err(call.fail_at(0, "a string is required")) };
    let base = call.integer(1)?;
    let base = u32::try_from(base).ok().filter(|base| (2..=62).contains(base));
    let base = base.ok_or_else(|| call.fail_at(1, "a base from 2 to 62 is required"))?;
    let text = call.string(0);
    let digits = text.strip_prefix(['+', '-']).unwrap_or(&text);
    let not_a_number = || call.fail_at(0, format!("`{text}` is no whole number in base {base}"));
    if digits.is_empty() {
        return Err(not_a_number());
    }
    let mut value = BigInt::ZERO;
    for char in digits.chars() {
        let digit = digit_value(char, base).ok_or_else(not_a_number)?;
        value = value * base + digit;
    }
    let value = if text.starts_with('-') { -value } else { value };
    Number::from_integer(&value).map(number).ok_or_else(|| failed(call, NumberError::OutOfRange))
}

/// Digits, then letters; from base 37 on capitals follow the small letters.
fn digit_value(char: char, base: u32) -> Option<u32> {
    let value = match char {
        'A'..='Z' if base > 36 => u32::from(char) - u32::from('A') + 36,
        _ => char.to_digit(36)?,
    };
    (value < base).then_some(value)
}

/// The most numbers that Terraform's `range` gives.
const LONGEST_RANGE: usize = 1024;

fn range(call: &Call<'_>) -> Outcome {
    let one = Number::from(1);
    let (start, end, step) = match call.arguments.len() {
        1 => (Number::ZERO, call.number(0), None),
        2 => (call.number(0), call.number(1), None),
        3 => (call.number(0), call.number(1), Some(call.number(2))),
        _ => return Err(call.fail("one, two or three numbers are required")),
    };
    let goes_down = end < start;
    let step = step.unwrap_or_else(|| if goes_down { one.negate() } else { one });
    if goes_down && !step.is_negative() && !step.is_zero() {
        return Err(call.fail_at(1, "the end must be greater than the start when the step is positive"));
    }
    if end > start && step.is_negative() {
        return Err(call.fail_at(1, "the end must be less than the start when the step is negative"));
    }
    let mut numbers = Vec::new();
    let mut next = start;
    while if goes_down { next > end } else { next < end } {
        if numbers.len() >= LONGEST_RANGE {
            return Err(call.fail(format!("more than {LONGEST_RANGE} numbers")));
        }
        numbers.push(number(next.clone()));
        next = next.add(&step).map_err(|error| failed(call, error))?;
    }
    Ok(list(Type::Number, numbers))
}

fn sum(call: &Call<'_>) -> Outcome {
    let argument = call.value(0);
    let Some(items) = argument.elements() else { return Err(call.fail_at(0, "a list, set or tuple is required")) };
    if items.is_empty() {
        return Err(call.fail_at(0, "the list is empty"));
    }
    let mut total = Number::ZERO;
    for item in items.iter() {
        match convert(item, &Type::Number).map(|item| item.kind) {
            Ok(ValueKind::Number(next)) => total = total.add(&next).map_err(|error| failed(call, error))?,
            _ => return Err(call.fail_at(0, "only numbers can be added")),
        }
    }
    Ok(number(total))
}
