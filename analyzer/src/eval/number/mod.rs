//! Terraform's numbers: binary floats of 512 bits, printed as the shortest
//! decimal that reads back the same.
//!
//! Nearly all numbers are small integers; they take no allocation.

mod decimal;
mod float;

use std::cmp::Ordering;
use std::fmt;
use std::hash::{Hash, Hasher};
use std::sync::Arc;

use num_bigint::{BigInt, Sign};

use float::Float;

/// A number.
///
/// INVARIANT: an integer that fits is always `Small`, except for negative zero,
/// which Terraform tells apart when it prints.
#[derive(Debug, Clone)]
pub struct Number(Form);

#[derive(Debug, Clone)]
enum Form {
    Small(i64),
    Big(Arc<Float>),
    Infinite(Sign),
}

/// Why a calculation has no number as its result.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NumberError {
    /// Zero by zero, infinity less infinity.
    Undefined,
    /// Farther from zero, or closer to it, than is calculated with here.
    OutOfRange,
}

impl fmt::Display for NumberError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Undefined => "the result is not a number",
            Self::OutOfRange => "the number has too many digits",
        })
    }
}

impl Number {
    /// Zero.
    pub const ZERO: Self = Self(Form::Small(0));

    /// A number of things.
    #[must_use]
    pub fn from_count(count: usize) -> Self {
        Self(Form::Small(i64::try_from(count).unwrap_or(i64::MAX)))
    }

    /// Reads `[+-]digits[.digits][e[+-]digits]` as Terraform does; `None` for any other text,
    /// and for numbers out of range.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        if let Ok(small) = text.parse::<i64>()
            && text != "-0"
        {
            return Some(Self(Form::Small(small)));
        }
        match text {
            "Inf" | "+Inf" | "inf" | "+inf" => Some(Self(Form::Infinite(Sign::Plus))),
            "-Inf" | "-inf" => Some(Self(Form::Infinite(Sign::Minus))),
            text => decimal::parse(text).and_then(|float| Self::from_float(float).ok()),
        }
    }

    /// The number that prints as `value` does; `None` for what is not a number.
    ///
    /// Terraform keeps results of 64-bit functions in 64 bits and prints them as
    /// short as that allows: 2^0.5 is 1.4142135623730951 and nothing behind it.
    #[must_use]
    pub fn from_f64(value: f64) -> Option<Self> {
        Self::parse(&value.to_string())
    }

    /// An integer of any size; rounded to 512 bits.
    #[must_use]
    pub fn from_integer(value: &BigInt) -> Option<Self> {
        let float = Float::rounded(value.sign() == Sign::Minus, value.magnitude().clone(), 0);
        Self::from_float(float).ok()
    }

    fn from_float(float: Float) -> Result<Self, NumberError> {
        if let Some(small) = float.as_i64() {
            return Ok(Self(Form::Small(small)));
        }
        if float.is_in_range() { Ok(Self(Form::Big(Arc::new(float)))) } else { Err(NumberError::OutOfRange) }
    }

    fn to_float(&self) -> Option<Float> {
        match &self.0 {
            Form::Small(value) => Some(Float::from(*value)),
            Form::Big(float) => Some(Float::clone(float)),
            Form::Infinite(_) => None,
        }
    }

    /// The value, if it is an integer of 64 bits.
    #[must_use]
    pub fn as_i64(&self) -> Option<i64> {
        match &self.0 {
            Form::Small(value) => Some(*value),
            Form::Big(float) if float.is_zero() => Some(0),
            Form::Big(_) | Form::Infinite(_) => None,
        }
    }

    /// The value, if it is an integer that can count things.
    #[must_use]
    pub fn as_usize(&self) -> Option<usize> {
        self.as_i64().and_then(|value| usize::try_from(value).ok())
    }

    /// The value, if it is an integer.
    #[must_use]
    pub fn as_integer(&self) -> Option<BigInt> {
        match &self.0 {
            Form::Small(value) => Some(BigInt::from(*value)),
            Form::Big(float) if float.is_integer() => Some(float.truncate()),
            Form::Big(_) | Form::Infinite(_) => None,
        }
    }

    /// The nearest float of 64 bits.
    #[must_use]
    pub fn to_f64(&self) -> f64 {
        match &self.0 {
            // The formatted decimal is read back with correct rounding.
            Form::Small(_) | Form::Big(_) => self.to_string().parse().unwrap_or(f64::NAN),
            Form::Infinite(Sign::Minus) => f64::NEG_INFINITY,
            Form::Infinite(_) => f64::INFINITY,
        }
    }

    /// As Go's `%.{places}f` writes it.
    #[must_use]
    pub fn to_fixed(&self, places: usize) -> String {
        self.to_float().map_or_else(|| self.to_string(), |float| decimal::fixed(&float, places))
    }

    /// As Go's `%.{places}e` writes it.
    #[must_use]
    pub fn to_exponential(&self, places: usize) -> String {
        self.to_float().map_or_else(|| self.to_string(), |float| decimal::exponential(&float, places))
    }

    /// As Go's `%g` writes it, with at most `precision` digits if that is given.
    #[must_use]
    pub fn to_general(&self, precision: Option<usize>) -> String {
        self.to_float().map_or_else(|| self.to_string(), |float| decimal::general(&float, precision))
    }

    /// Whether it is zero, negative zero included.
    #[must_use]
    pub fn is_zero(&self) -> bool {
        self.as_i64() == Some(0)
    }

    /// Whether it is an integer (an infinity is not).
    #[must_use]
    pub fn is_integer(&self) -> bool {
        match &self.0 {
            Form::Small(_) => true,
            Form::Big(float) => float.is_integer(),
            Form::Infinite(_) => false,
        }
    }

    /// Whether it has a minus sign: negative zero has.
    #[must_use]
    pub fn is_negative(&self) -> bool {
        match &self.0 {
            Form::Small(value) => *value < 0,
            Form::Big(float) => float.is_negative(),
            Form::Infinite(sign) => *sign == Sign::Minus,
        }
    }

    /// Whether it is an infinity.
    #[must_use]
    pub fn is_infinite(&self) -> bool {
        matches!(self.0, Form::Infinite(_))
    }

    /// The same with the other sign; zero becomes negative zero.
    #[must_use]
    pub fn negate(&self) -> Self {
        match &self.0 {
            Form::Small(value) if *value != 0 => {
                value.checked_neg().map_or_else(|| Self::of(Float::from(*value).negate()), Self::from)
            }
            Form::Small(_) => Self(Form::Big(Arc::new(Float::from(0).negate()))),
            Form::Big(float) if float.is_zero() && float.is_negative() => Self::ZERO,
            Form::Big(float) => Self::of(float.negate()),
            Form::Infinite(sign) => Self(Form::Infinite(-*sign)),
        }
    }

    /// A float that is in range because it is no farther from zero than one that was.
    fn of(float: Float) -> Self {
        match float.as_i64() {
            Some(small) => Self(Form::Small(small)),
            None => Self(Form::Big(Arc::new(float))),
        }
    }

    /// Without its sign.
    #[must_use]
    pub fn abs(&self) -> Self {
        if self.is_negative() { self.negate() } else { self.clone() }
    }

    /// The largest integer that is not larger.
    #[must_use]
    pub fn floor(&self) -> Self {
        match &self.0 {
            Form::Big(float) if !float.is_integer() => {
                let whole = float.truncate();
                let floor = if float.is_negative() { whole - 1 } else { whole };
                Self::from_integer(&floor).unwrap_or(Self::ZERO)
            }
            Form::Small(_) | Form::Big(_) | Form::Infinite(_) => self.clone(),
        }
    }

    /// The smallest integer that is not smaller.
    #[must_use]
    pub fn ceil(&self) -> Self {
        self.negate().floor().negate()
    }

    /// The sum.
    ///
    /// # Errors
    /// For infinities of two signs, and when the sum is out of range.
    pub fn add(&self, other: &Self) -> Result<Self, NumberError> {
        if let (Form::Small(left), Form::Small(right)) = (&self.0, &other.0)
            && let Some(sum) = left.checked_add(*right)
        {
            return Ok(Self::from(sum));
        }
        match (&self.0, &other.0) {
            (Form::Infinite(left), Form::Infinite(right)) if left != right => Err(NumberError::Undefined),
            (Form::Infinite(_), _) => Ok(self.clone()),
            (_, Form::Infinite(_)) => Ok(other.clone()),
            _ => self.with(other, Float::add),
        }
    }

    /// The difference.
    ///
    /// # Errors
    /// For infinities of one sign, and when the difference is out of range.
    pub fn subtract(&self, other: &Self) -> Result<Self, NumberError> {
        if other.is_zero() { Ok(self.clone()) } else { self.add(&other.negate()) }
    }

    /// The product.
    ///
    /// # Errors
    /// For infinity times zero, and when the product is out of range.
    pub fn multiply(&self, other: &Self) -> Result<Self, NumberError> {
        if self.is_infinite() || other.is_infinite() {
            if self.is_zero() || other.is_zero() {
                return Err(NumberError::Undefined);
            }
            return Ok(Self::infinity(self.is_negative() != other.is_negative()));
        }
        if let (Form::Small(left), Form::Small(right)) = (&self.0, &other.0)
            && *left != 0
            && *right != 0
            && let Some(product) = left.checked_mul(*right)
        {
            return Ok(Self::from(product));
        }
        self.with(other, Float::multiply)
    }

    /// The quotient; infinity when a number is divided by zero, as in Terraform.
    ///
    /// # Errors
    /// For zero by zero, infinity by infinity, and when the quotient is out of range.
    pub fn divide(&self, other: &Self) -> Result<Self, NumberError> {
        let negative = self.is_negative() != other.is_negative();
        match (self.is_infinite(), other.is_infinite()) {
            (true, true) => Err(NumberError::Undefined),
            (true, false) => Ok(Self::infinity(negative)),
            (false, true) => Ok(if negative { Self::ZERO.negate() } else { Self::ZERO }),
            (false, false) if other.is_zero() && self.is_zero() => Err(NumberError::Undefined),
            (false, false) if other.is_zero() => Ok(Self::infinity(negative)),
            (false, false) => self.with(other, Float::divide),
        }
    }

    /// What is left of dividing towards zero: it has the sign of `self`.
    ///
    /// # Errors
    /// When the quotient is not a number.
    pub fn remainder(&self, other: &Self) -> Result<Self, NumberError> {
        if let (Form::Small(left), Form::Small(right)) = (&self.0, &other.0)
            && let Some(rest) = left.checked_rem(*right)
        {
            return Ok(Self::from(rest));
        }
        // Terraform's: division by zero leaves all.
        if other.is_zero() {
            return Ok(self.clone());
        }
        let quotient = self.divide(other)?;
        if quotient.is_infinite() {
            return Err(NumberError::Undefined);
        }
        let whole = if quotient.is_negative() { quotient.ceil() } else { quotient.floor() };
        self.subtract(&other.multiply(&whole)?)
    }

    fn infinity(negative: bool) -> Self {
        Self(Form::Infinite(if negative { Sign::Minus } else { Sign::Plus }))
    }

    fn with(&self, other: &Self, operation: fn(&Float, &Float) -> Float) -> Result<Self, NumberError> {
        let (Some(left), Some(right)) = (self.to_float(), other.to_float()) else {
            return Err(NumberError::Undefined);
        };
        Self::from_float(operation(&left, &right))
    }
}

impl From<i64> for Number {
    fn from(value: i64) -> Self {
        Self(Form::Small(value))
    }
}

impl Ord for Number {
    fn cmp(&self, other: &Self) -> Ordering {
        match (&self.0, &other.0) {
            (Form::Small(left), Form::Small(right)) => left.cmp(right),
            (Form::Infinite(left), Form::Infinite(right)) => left.cmp(right),
            (Form::Infinite(Sign::Minus), _) | (_, Form::Infinite(Sign::Plus)) => Ordering::Less,
            (Form::Infinite(_), _) | (_, Form::Infinite(_)) => Ordering::Greater,
            _ => match (self.to_float(), other.to_float()) {
                (Some(left), Some(right)) => left.compare(&right),
                _ => Ordering::Equal,
            },
        }
    }
}

impl PartialOrd for Number {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl PartialEq for Number {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other) == Ordering::Equal
    }
}

impl Eq for Number {}

impl Hash for Number {
    fn hash<H: Hasher>(&self, state: &mut H) {
        match &self.0 {
            Form::Small(value) => value.hash(state),
            Form::Big(float) if float.is_zero() => 0_i64.hash(state),
            Form::Big(float) => float.hash(state),
            Form::Infinite(sign) => (*sign == Sign::Minus).hash(state),
        }
    }
}

/// As Terraform writes it: no exponent, as few digits as read back to the same number.
impl fmt::Display for Number {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.0 {
            Form::Small(value) => write!(f, "{value}"),
            Form::Big(float) => f.write_str(&decimal::shortest(float)),
            Form::Infinite(Sign::Minus) => f.write_str("-Inf"),
            Form::Infinite(_) => f.write_str("+Inf"),
        }
    }
}

#[cfg(test)]
mod tests;
