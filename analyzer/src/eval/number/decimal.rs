//! Between floats and decimal text.

use num_bigint::BigUint;

use super::float::{Float, PRECISION};

/// The most digits, and the largest decimal exponent, that are read.
const MOST_DIGITS: usize = 10_000;

/// Reads `[+-]digits[.digits][e[+-]digits]`; digits may lack on one side of the point.
pub(super) fn parse(text: &str) -> Option<Float> {
    let (negative, unsigned) = match text.strip_prefix('-') {
        Some(rest) => (true, rest),
        None => (false, text.strip_prefix('+').unwrap_or(text)),
    };
    let (digits, exponent) = match unsigned.split_once(['e', 'E']) {
        Some((digits, exponent)) => (digits, parse_exponent(exponent)?),
        None => (unsigned, 0),
    };
    let (whole, fraction) = digits.split_once('.').unwrap_or((digits, ""));
    let count = whole.len() + fraction.len();
    if count == 0 || count > MOST_DIGITS || !whole.bytes().chain(fraction.bytes()).all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let mantissa: BigUint = format!("{whole}{fraction}").parse().ok()?;
    let exponent = exponent - i64::try_from(fraction.len()).ok()?;
    scaled(negative, mantissa, exponent)
}

/// An exponent behind its `e`; a hyphen only at the start, and not too long to matter.
fn parse_exponent(text: &str) -> Option<i64> {
    let digits = text.strip_prefix(['-', '+']).unwrap_or(text);
    if digits.is_empty() || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    text.parse().ok()
}

/// `mantissa * 10^exponent`
fn scaled(negative: bool, mantissa: BigUint, exponent: i64) -> Option<Float> {
    if mantissa.bits() == 0 {
        return Some(Float::rounded(negative, mantissa, 0));
    }
    let power = u32::try_from(exponent.unsigned_abs()).ok().filter(|power| *power as usize <= MOST_DIGITS)?;
    let fives = BigUint::from(5_u32).pow(power);
    Some(if exponent < 0 {
        Float::quotient(negative, &mantissa, &fives, exponent)
    } else {
        Float::rounded(negative, mantissa * fives, exponent)
    })
}

/// Decimal digits without zeros at the end: `0.digits * 10^exponent`.
struct Decimal {
    digits: Vec<u8>,
    exponent: i64,
}

impl Decimal {
    fn new(mantissa: &BigUint, exponent: i64) -> Self {
        let by = exponent.unsigned_abs();
        let (integer, shift) = if exponent >= 0 {
            (mantissa << by, 0)
        } else {
            (mantissa * BigUint::from(5_u32).pow(u32::try_from(by).unwrap_or(u32::MAX)), by)
        };
        let mut digits = integer.to_radix_be(10);
        let exponent = i64::try_from(digits.len()).unwrap_or(i64::MAX).saturating_sub_unsigned(shift);
        while digits.last() == Some(&0) {
            digits.pop();
        }
        Self { digits, exponent }
    }

    fn at(&self, index: usize) -> u8 {
        self.digits.get(index).copied().unwrap_or(0)
    }

    fn round_down(&mut self, count: usize) {
        self.digits.truncate(count);
        while self.digits.last() == Some(&0) {
            self.digits.pop();
        }
    }

    fn round_up(&mut self, count: usize) {
        self.digits.truncate(count);
        while self.digits.last() == Some(&9) {
            self.digits.pop();
        }
        match self.digits.last_mut() {
            Some(last) => *last += 1,
            None => {
                self.digits.push(1);
                self.exponent += 1;
            }
        }
    }

    fn round(&mut self, count: usize) {
        let next = self.at(count);
        let is_tie = next == 5 && self.digits.len() == count + 1;
        let is_odd = count.checked_sub(1).is_some_and(|last| self.at(last) % 2 == 1);
        if next > 5 || (next == 5 && (!is_tie || is_odd)) { self.round_up(count) } else { self.round_down(count) }
    }

    /// Cuts off the digits that are not needed to tell `float` from its neighbours:
    /// `roundShortest` of Go's `math/big`, digit by digit.
    fn shorten(&mut self, float: &Float) {
        if float.is_zero() {
            return;
        }
        let shift = (PRECISION + 1).saturating_sub(float.mantissa().bits());
        let doubled = float.mantissa() << shift;
        let exponent = float.exponent().saturating_sub_unsigned(shift);
        let inclusive = !doubled.bit(1);
        let lower = Self::new(&(&doubled - 1_u32), exponent);
        let upper = Self::new(&(&doubled + 1_u32), exponent);
        for index in 0..self.digits.len() {
            let (low, digit, high) = (lower.at(index), self.at(index), upper.at(index));
            let is_lower_end = index + 1 == lower.digits.len();
            let is_before_upper_end = index + 1 < upper.digits.len();
            let may_go_down = low != digit || (inclusive && is_lower_end);
            let may_go_up = digit != high && (inclusive || digit + 1 < high || is_before_upper_end);
            match (may_go_down, may_go_up) {
                (true, true) => return self.round(index + 1),
                (true, false) => return self.round_down(index + 1),
                (false, true) => return self.round_up(index + 1),
                (false, false) => {}
            }
        }
    }

    fn write_fixed(&self, places: usize, negative: bool) -> String {
        let mut text = self.write(negative);
        if places > 0 {
            let written = text.split_once('.').map(|(_, fraction)| fraction.len());
            if written.is_none() {
                text.push('.');
            }
            text.extend(std::iter::repeat_n('0', places.saturating_sub(written.unwrap_or(0))));
        }
        text
    }

    fn write_exponential(&self, places: usize, negative: bool) -> String {
        let mut text = String::from(if negative { "-" } else { "" });
        text.push(char::from(b'0' + self.at(0)));
        if places > 0 {
            text.push('.');
            text.extend((1..=places).map(|index| char::from(b'0' + self.at(index))));
        }
        let exponent = if self.digits.is_empty() { 0 } else { self.exponent - 1 };
        let sign = if exponent < 0 { '-' } else { '+' };
        text.push_str(&format!("e{sign}{:02}", exponent.unsigned_abs()));
        text
    }

    fn write(&self, negative: bool) -> String {
        let sign = if negative { "-" } else { "" };
        let digits: String = self.digits.iter().map(|digit| char::from(b'0' + digit)).collect();
        let point = usize::try_from(self.exponent).unwrap_or(0);
        let leading = usize::try_from(-self.exponent).unwrap_or(0);
        match digits.split_at_checked(point) {
            _ if digits.is_empty() => format!("{sign}0"),
            Some(("", fraction)) => format!("{sign}0.{}{fraction}", "0".repeat(leading)),
            Some((whole, "")) => format!("{sign}{whole}"),
            Some((whole, fraction)) => format!("{sign}{whole}.{fraction}"),
            None => format!("{sign}{digits}{}", "0".repeat(point - digits.len())),
        }
    }
}

/// With exactly `places` digits behind the point: Go's `%f`.
pub(super) fn fixed(float: &Float, places: usize) -> String {
    let mut decimal = Decimal::new(float.mantissa(), float.exponent());
    let kept = usize::try_from(decimal.exponent.saturating_add(i64::try_from(places).unwrap_or(i64::MAX)));
    match kept {
        Ok(kept) => decimal.round(kept),
        Err(_) => decimal.round_down(0),
    }
    decimal.write_fixed(places, float.is_negative())
}

/// One digit before the point, `places` behind it, and an exponent: Go's `%e`.
pub(super) fn exponential(float: &Float, places: usize) -> String {
    let mut decimal = Decimal::new(float.mantissa(), float.exponent());
    decimal.round(places + 1);
    decimal.write_exponential(places, float.is_negative())
}

/// The shorter of the two, with at most `precision` digits: Go's `%g`.
pub(super) fn general(float: &Float, precision: Option<usize>) -> String {
    let mut decimal = Decimal::new(float.mantissa(), float.exponent());
    match precision {
        Some(precision) => decimal.round(precision.max(1)),
        None => decimal.shorten(float),
    }
    let digits = decimal.digits.len();
    let before_point = usize::try_from(decimal.exponent).unwrap_or(0);
    let limit = match precision.map(|precision| precision.max(1)) {
        None => 6,
        Some(precision) if precision > digits && digits >= before_point => digits,
        Some(precision) => precision,
    };
    let exponent = decimal.exponent - 1;
    if exponent < -4 || (exponent >= 0 && before_point > limit) {
        decimal.write_exponential(digits.saturating_sub(1), float.is_negative())
    } else {
        decimal.write(float.is_negative())
    }
}

/// The shortest decimal that reads back as `float`, without exponent.
pub(super) fn shortest(float: &Float) -> String {
    let mut decimal = Decimal::new(float.mantissa(), float.exponent());
    if !float.is_integer() || float.exponent() > 0 {
        decimal.shorten(float);
    }
    decimal.write(float.is_negative())
}
