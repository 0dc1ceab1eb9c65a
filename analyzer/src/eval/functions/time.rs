//! Timestamps.

use jiff::SignedDuration;
use jiff::civil::{Date, DateTime, Time};

use crate::eval::error::EvalError;
use crate::eval::symbol::{Cause, Symbol};
use crate::eval::types::Type;
use crate::eval::value::Value;

use super::call::{Call, Outcome, number};
use super::table::Function;

pub(super) static FUNCTIONS: &[Function] = &[
    Function::known("formatdate", formatdate),
    Function::known("plantimestamp", plantimestamp),
    Function::known("timeadd", timeadd),
    Function::known("timecmp", timecmp),
];

/// A time of RFC 3339.
struct Timestamp {
    local: DateTime,
    /// Seconds east of Greenwich.
    offset: i64,
}

impl Timestamp {
    fn parse(text: &str) -> Option<Self> {
        let (date, rest) = text.split_once('T')?;
        let zone_at = rest.find(['Z', '+', '-'])?;
        let (time, zone) = rest.split_at_checked(zone_at)?;
        let local = DateTime::from_parts(parse_date(date)?, parse_time(time)?);
        Some(Self { local, offset: parse_offset(zone)? })
    }

    /// The same moment in Greenwich.
    fn universal(&self) -> Option<DateTime> {
        self.local.checked_sub(SignedDuration::from_secs(self.offset)).ok()
    }

    fn offset_text(&self, separator: &str) -> String {
        let sign = if self.offset < 0 { '-' } else { '+' };
        let minutes = self.offset.unsigned_abs() / 60;
        format!("{sign}{:02}{separator}{:02}", minutes / 60, minutes % 60)
    }

    fn zone(&self) -> String {
        if self.offset == 0 { "Z".to_owned() } else { self.offset_text(":") }
    }

    fn render(&self) -> String {
        format!("{}{}", self.local.strftime("%Y-%m-%dT%H:%M:%S"), self.zone())
    }
}

/// `count` digits.
fn digits(text: &str, count: usize) -> Option<i16> {
    let fits = text.len() == count && text.bytes().all(|byte| byte.is_ascii_digit());
    fits.then(|| text.parse().ok()).flatten()
}

fn small(text: &str) -> Option<i8> {
    digits(text, 2).and_then(|value| i8::try_from(value).ok())
}

fn parse_date(text: &str) -> Option<Date> {
    let mut parts = text.splitn(3, '-');
    let (year, month, day) = (parts.next()?, parts.next()?, parts.next()?);
    Date::new(digits(year, 4)?, small(month)?, small(day)?).ok()
}

fn parse_time(text: &str) -> Option<Time> {
    let (clock, fraction) = text.split_once('.').map_or((text, None), |(clock, fraction)| (clock, Some(fraction)));
    let mut parts = clock.splitn(3, ':');
    let (hour, minute, second) = (parts.next()?, parts.next()?, parts.next()?);
    let nanoseconds = match fraction {
        None => 0,
        Some(fraction) if !fraction.is_empty() && fraction.bytes().all(|byte| byte.is_ascii_digit()) => {
            format!("{fraction:0<9}").get(..9)?.parse().ok()?
        }
        Some(_) => return None,
    };
    Time::new(small(hour)?, small(minute)?, small(second)?, nanoseconds).ok()
}

fn parse_offset(text: &str) -> Option<i64> {
    if text == "Z" {
        return Some(0);
    }
    let (sign, rest) = match text.strip_prefix('-') {
        Some(rest) => (-1, rest),
        None => (1, text.strip_prefix('+')?),
    };
    let (hours, minutes) = rest.split_once(':')?;
    let (hours, minutes) = (small(hours)?, small(minutes)?);
    (hours < 24 && minutes < 60).then(|| sign * (i64::from(hours) * 3600 + i64::from(minutes) * 60))
}

fn timestamp(call: &Call<'_>, index: usize) -> Result<Timestamp, EvalError> {
    let text = call.string(index);
    Timestamp::parse(&text).ok_or_else(|| call.fail_at(index, format!("`{text}` is not a time of RFC 3339")))
}

/// One for the whole plan, unlike `timestamp`.
fn plantimestamp(call: &Call<'_>) -> Outcome {
    Ok(Value::unknown(Symbol::new("", "plantimestamp()", Cause::Impure, Some(call.span)), Type::String))
}

fn timeadd(call: &Call<'_>) -> Outcome {
    let start = timestamp(call, 0)?;
    let text = call.string(1);
    let duration = parse_duration(&text).ok_or_else(|| call.fail_at(1, format!("`{text}` is not a duration")))?;
    let local = start.local.checked_add(duration).map_err(|_| call.fail("the time is out of range"))?;
    Ok(Value::string(Timestamp { local, ..start }.render()))
}

fn timecmp(call: &Call<'_>) -> Outcome {
    let (left, right) = (timestamp(call, 0)?, timestamp(call, 1)?);
    let (Some(left), Some(right)) = (left.universal(), right.universal()) else {
        return Err(call.fail("the time is out of range"));
    };
    Ok(number((left.cmp(&right) as i64).into()))
}

/// Go's `time.ParseDuration`: `-1h30m5.5s`.
fn parse_duration(text: &str) -> Option<SignedDuration> {
    let (sign, mut rest) = match text.strip_prefix('-') {
        Some(rest) => (-1, rest),
        None => (1, text.strip_prefix('+').unwrap_or(text)),
    };
    if rest == "0" {
        return Some(SignedDuration::ZERO);
    }
    if rest.is_empty() {
        return None;
    }
    let mut total: i128 = 0;
    while !rest.is_empty() {
        let unit_at = rest.find(|char: char| !char.is_ascii_digit() && char != '.')?;
        let (amount, behind) = rest.split_at_checked(unit_at)?;
        let unit_end = behind.find(|char: char| char.is_ascii_digit() || char == '.').unwrap_or(behind.len());
        let (unit, next) = behind.split_at_checked(unit_end)?;
        total = total.checked_add(nanoseconds(amount, unit)?)?;
        rest = next;
    }
    let total = i64::try_from(total).ok()?;
    Some(SignedDuration::from_nanos(sign * total))
}

fn nanoseconds(amount: &str, unit: &str) -> Option<i128> {
    let unit: i128 = match unit {
        "ns" => 1,
        "us" | "\u{b5}s" | "\u{3bc}s" => 1_000,
        "ms" => 1_000_000,
        "s" => 1_000_000_000,
        "m" => 60_000_000_000,
        "h" => 3_600_000_000_000,
        _ => return None,
    };
    let (whole, fraction) = amount.split_once('.').unwrap_or((amount, ""));
    if whole.is_empty() && fraction.is_empty() {
        return None;
    }
    let whole: i128 = if whole.is_empty() { 0 } else { whole.parse().ok()? };
    let fraction = fraction.get(..fraction.len().min(15))?;
    let part: i128 = if fraction.is_empty() { 0 } else { fraction.parse().ok()? };
    let scale = 10_i128.checked_pow(u32::try_from(fraction.len()).ok()?)?;
    whole.checked_mul(unit)?.checked_add(part.checked_mul(unit)? / scale)
}

fn formatdate(call: &Call<'_>) -> Outcome {
    let time = timestamp(call, 1)?;
    let pattern = call.string(0);
    let mut shown = String::new();
    let mut rest = pattern.as_str();
    while let Some(first) = rest.chars().next() {
        let length = if rest.starts_with("''") {
            shown.push('\'');
            2
        } else if first == '\'' {
            quoted(rest, &mut shown).ok_or_else(|| call.fail_at(0, "a quote is not closed"))?
        } else if first.is_ascii_alphabetic() {
            let length = rest.find(|char| char != first).unwrap_or(rest.len());
            let verb = rest.get(..length).unwrap_or(rest);
            let text =
                verb_text(&time, verb).ok_or_else(|| call.fail_at(0, format!("`{verb}` is no part of a date")))?;
            shown.push_str(&text);
            length
        } else {
            shown.push(first);
            first.len_utf8()
        };
        rest = rest.get(length..).unwrap_or_default();
    }
    Ok(Value::string(shown))
}

/// Adds the text of the quotes that `text` starts with; gives their length. Two quotes inside stand for one.
fn quoted(text: &str, shown: &mut String) -> Option<usize> {
    let mut chars = text.char_indices().skip(1).peekable();
    while let Some((at, char)) = chars.next() {
        match char {
            '\'' if chars.peek().is_some_and(|(_, next)| *next == '\'') => {
                chars.next();
                shown.push('\'');
            }
            '\'' => return Some(at + 1),
            char => shown.push(char),
        }
    }
    None
}

fn verb_text(time: &Timestamp, verb: &str) -> Option<String> {
    let local = &time.local;
    let hour = i64::from(local.hour());
    let half = if hour % 12 == 0 { 12 } else { hour % 12 };
    let format = match verb {
        "YYYY" => "%Y",
        "YY" => "%y",
        "MMMM" => "%B",
        "MMM" => "%b",
        "MM" => "%m",
        "DD" => "%d",
        "EEEE" => "%A",
        "EEE" => "%a",
        "hh" => "%H",
        "mm" => "%M",
        "ss" => "%S",
        "M" => return Some(local.month().to_string()),
        "D" => return Some(local.day().to_string()),
        "h" => return Some(hour.to_string()),
        "HH" => return Some(format!("{half:02}")),
        "H" => return Some(half.to_string()),
        "AA" => return Some(if hour < 12 { "AM" } else { "PM" }.to_owned()),
        "aa" => return Some(if hour < 12 { "am" } else { "pm" }.to_owned()),
        "m" => return Some(local.minute().to_string()),
        "s" => return Some(local.second().to_string()),
        "ZZZZZ" => return Some(time.offset_text(":")),
        "ZZZZ" => return Some(time.offset_text("")),
        "ZZZ" if time.offset == 0 => return Some("UTC".to_owned()),
        "ZZZ" => return Some(time.offset_text("")),
        "Z" => return Some(time.zone()),
        _ => return None,
    };
    Some(local.strftime(format).to_string())
}

#[cfg(test)]
mod tests {
    use super::super::tests::{run, shown};
    use super::*;

    fn call(name: &str, arguments: [&str; 2]) -> String {
        shown(run(name, &arguments.map(Value::string)))
    }

    #[test]
    fn formats() {
        for (pattern, time, result) in [
            ("DD MMM YYYY hh:mm ZZZ", "2018-01-02T23:12:01Z", "02 Jan 2018 23:12 UTC"),
            ("EEEE, DD-MMM-YY hh:mm:ss ZZZ", "2018-01-02T23:12:01-08:00", "Tuesday, 02-Jan-18 23:12:01 -0800"),
            ("HH:mmaa H AA", "2018-01-02T23:12:01Z", "11:12pm 11 PM"),
            ("h'h'm'm''x'", "2018-01-02T03:02:01Z", "3h2m'x"),
            ("Z ZZZZ ZZZZZ MMMM M", "2018-01-02T00:12:01+05:30", "+05:30 +0530 +05:30 January 1"),
        ] {
            assert_eq!(call("formatdate", [pattern, time]), format!("{result:?}"), "{pattern}");
        }
        for pattern in ["YYY", "x", "'unclosed", "ZZ", "E", "a"] {
            assert!(call("formatdate", [pattern, "2018-01-02T23:12:01Z"]).starts_with("error"), "{pattern}");
        }
        assert!(call("formatdate", ["YYYY", "2018-13-02T03:02:01Z"]).starts_with("error"));
    }

    #[test]
    fn arithmetic() {
        for (time, duration, result) in [
            ("2017-11-22T00:00:00Z", "10m", "2017-11-22T00:10:00Z"),
            ("2017-11-22T00:00:00.5+02:00", "-1h30m5.5s", "2017-11-21T22:29:55+02:00"),
            ("2017-11-22T00:00:00Z", "1h2us", "2017-11-22T01:00:00Z"),
            ("2017-11-22T00:00:00Z", "0", "2017-11-22T00:00:00Z"),
        ] {
            assert_eq!(call("timeadd", [time, duration]), format!("{result:?}"));
        }
        assert!(call("timeadd", ["2017-11-22T00:00:00Z", "1d"]).starts_with("error"));
        assert_eq!(call("timecmp", ["2017-11-22T00:00:00Z", "2017-11-22T02:00:00+02:00"]), "0");
        assert_eq!(call("timecmp", ["2017-11-22T00:00:00Z", "2017-11-22T02:00:00Z"]), "-1");
    }
}
