//! What plain scalars mean.

use jiff::civil::{Date, Time};

use crate::eval::number::Number;
use crate::eval::text::Text;
use crate::eval::types::Type;
use crate::eval::value::ValueKind;

/// The value of a scalar without quotes and without a tag. The error is for people.
pub(super) fn resolve(text: &str) -> Result<ValueKind, String> {
    if let Some(kind) = word(text)? {
        return Ok(kind);
    }
    if let Some(number) = number(text)? {
        return Ok(ValueKind::Number(number));
    }
    Ok(ValueKind::String(Text::known(timestamp(text).unwrap_or_else(|| text.to_owned()))))
}

/// The value of a plain scalar with the core tag `tag`.
pub(super) fn tagged(tag: &str, text: &str) -> Result<ValueKind, String> {
    let cannot = || format!("`{text}` cannot be read as `!!{tag}`");
    match tag {
        "str" => Ok(ValueKind::String(Text::known(text))),
        "null" => Ok(ValueKind::Null(Type::Dynamic)),
        "bool" => word(text)?.filter(|kind| matches!(kind, ValueKind::Bool(_))).ok_or_else(cannot),
        "int" => number(text)?.filter(Number::is_integer).map(ValueKind::Number).ok_or_else(cannot),
        "float" => number(text)?.map(ValueKind::Number).ok_or_else(cannot),
        "timestamp" => timestamp(text).map(|time| ValueKind::String(Text::known(time))).ok_or_else(cannot),
        "binary" => {
            use base64::Engine as _;
            let decoded = base64::engine::general_purpose::STANDARD.decode(text);
            decoded.map(|_| ValueKind::String(Text::known(text))).map_err(|_| cannot())
        }
        _ => Err(format!("the tag `!!{tag}` is not supported")),
    }
}

fn word(text: &str) -> Result<Option<ValueKind>, String> {
    Ok(Some(match text {
        "" | "~" | "null" | "Null" | "NULL" => ValueKind::Null(Type::Dynamic),
        "y" | "Y" | "yes" | "Yes" | "YES" | "true" | "True" | "TRUE" | "on" | "On" | "ON" => ValueKind::Bool(true),
        "n" | "N" | "no" | "No" | "NO" | "false" | "False" | "FALSE" | "off" | "Off" | "OFF" => ValueKind::Bool(false),
        ".nan" | ".NaN" | ".NAN" => return Err("`.nan` is not a number that Terraform knows".to_owned()),
        _ => return Ok(None),
    }))
}

fn number(text: &str) -> Result<Option<Number>, String> {
    match text {
        ".inf" | ".Inf" | ".INF" | "+.inf" | "+.Inf" | "+.INF" => return Ok(Number::parse("Inf")),
        "-.inf" | "-.Inf" | "-.INF" => return Ok(Number::parse("-Inf")),
        _ => {}
    }
    for (prefix, radix) in [("0x", 16), ("0o", 8)] {
        if let Some(digits) = text.strip_prefix(prefix) {
            return radix_number(text, digits, radix);
        }
    }
    let starts = text.trim_start_matches(['+', '-']).starts_with(|char: char| char.is_ascii_digit() || char == '.');
    Ok(if starts { Number::parse(text) } else { None })
}

fn radix_number(text: &str, digits: &str, radix: u32) -> Result<Option<Number>, String> {
    if digits.is_empty() || !digits.chars().all(|char| char.is_digit(radix)) {
        return Ok(None);
    }
    let value = i64::from_str_radix(digits, radix).map_err(|_| format!("`{text}` has more than 64 bits"))?;
    Ok(Some(value.into()))
}

/// A date, perhaps with a time, in the form of RFC 3339; fractions of seconds are dropped.
fn timestamp(text: &str) -> Option<String> {
    let (date, time) = match text.split_once(['T', 't', ' ']) {
        Some((date, time)) => (date, Some(time)),
        None => (text, None),
    };
    let mut parts = date.split('-');
    let (year, month, day) = (parts.next()?, parts.next()?, parts.next()?);
    if parts.next().is_some() || year.len() != 4 {
        return None;
    }
    let date =
        Date::new(digits(year, 4)?, i8::try_from(digits(month, 2)?).ok()?, i8::try_from(digits(day, 2)?).ok()?).ok()?;
    let date = date.strftime("%Y-%m-%d");
    let Some(time) = time else { return Some(format!("{date}T00:00:00Z")) };
    let has_space = text.contains(' ');
    let zone_at = time.find(['Z', '+', '-']);
    let (clock, zone) = match zone_at {
        None if has_space => (time, "Z"),
        Some(at) if !has_space => time.split_at_checked(at)?,
        _ => return None,
    };
    is_zone(zone).then(|| clock_text(clock)).flatten().map(|clock| format!("{date}T{clock}{zone}"))
}

/// One to `most` digits.
fn digits(text: &str, most: usize) -> Option<i16> {
    let fits = (1..=most).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_digit());
    fits.then(|| text.parse().ok()).flatten()
}

fn is_zone(zone: &str) -> bool {
    let digits = zone.strip_prefix(['+', '-']).and_then(|zone| zone.split_once(':'));
    zone == "Z" || digits.is_some_and(|(hours, minutes)| two_digits(hours) && two_digits(minutes))
}

fn two_digits(text: &str) -> bool {
    text.len() == 2 && digits(text, 2).is_some()
}

fn clock_text(clock: &str) -> Option<String> {
    let whole = match clock.split_once('.') {
        Some((whole, fraction)) if fraction.bytes().all(|byte| byte.is_ascii_digit()) => whole,
        Some(_) => return None,
        None => clock,
    };
    let mut parts = whole.split(':').map(|part| digits(part, 2).and_then(|part| i8::try_from(part).ok()));
    let (hour, minute, second) = (parts.next()??, parts.next()??, parts.next()??);
    if parts.next().is_some() {
        return None;
    }
    Time::new(hour, minute, second, 0).ok().map(|time| time.strftime("%H:%M:%S").to_string())
}
