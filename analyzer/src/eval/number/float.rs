//! Binary floats of 512 bits, rounded to the nearest, ties to even: Go's `big.Float`.

use std::cmp::Ordering;

use num_bigint::{BigInt, BigUint, Sign};

/// Bits of a mantissa.
pub(super) const PRECISION: u64 = 512;

/// The largest magnitude, as a power of two, of numbers that are calculated with:
/// some 5,000 decimal digits. Go's goes to 2^31, and printing those takes gigabytes.
const LARGEST_EXPONENT: i64 = 1 << 14;

/// `mantissa * 2^exponent`.
///
/// INVARIANT: the mantissa is odd, or zero with exponent zero, and has at most
/// [`PRECISION`] bits. So equal values have equal fields.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(super) struct Float {
    negative: bool,
    mantissa: BigUint,
    exponent: i64,
}

impl Float {
    /// The nearest float to `mantissa * 2^exponent`.
    pub(super) fn rounded(negative: bool, mantissa: BigUint, exponent: i64) -> Self {
        let excess = mantissa.bits().saturating_sub(PRECISION);
        if excess == 0 {
            return Self::normalized(negative, mantissa, exponent);
        }
        let half_bit = mantissa.bit(excess - 1);
        let is_tie = mantissa.trailing_zeros() == Some(excess - 1);
        let kept: BigUint = mantissa >> excess;
        let up = half_bit && (!is_tie || kept.bit(0));
        let kept = if up { kept + 1_u32 } else { kept };
        Self::normalized(negative, kept, exponent.saturating_add_unsigned(excess))
    }

    fn normalized(negative: bool, mantissa: BigUint, exponent: i64) -> Self {
        match mantissa.trailing_zeros() {
            None => Self { negative, mantissa, exponent: 0 },
            Some(0) => Self { negative, mantissa, exponent },
            Some(zeros) => {
                Self { negative, mantissa: mantissa >> zeros, exponent: exponent.saturating_add_unsigned(zeros) }
            }
        }
    }

    /// The nearest float to `numerator / denominator * 2^exponent`; the denominator is not zero.
    pub(super) fn quotient(negative: bool, numerator: &BigUint, denominator: &BigUint, exponent: i64) -> Self {
        let shift = (PRECISION + 2 + denominator.bits()).saturating_sub(numerator.bits());
        let shifted = numerator << shift;
        let whole = &shifted / denominator;
        let is_exact = &whole * denominator == shifted;
        // One more bit says whether anything was cut off, so that ties are told from near ties.
        let sticky = (whole << 1_u32) + u32::from(!is_exact);
        Self::rounded(negative, sticky, exponent.saturating_sub_unsigned(shift).saturating_sub(1))
    }

    pub(super) fn is_in_range(&self) -> bool {
        self.is_zero() || self.magnitude().abs() <= LARGEST_EXPONENT
    }

    /// The power of two that is just larger.
    fn magnitude(&self) -> i64 {
        self.exponent.saturating_add_unsigned(self.mantissa.bits())
    }

    pub(super) fn is_zero(&self) -> bool {
        self.mantissa.bits() == 0
    }

    pub(super) fn is_negative(&self) -> bool {
        self.negative
    }

    pub(super) fn is_integer(&self) -> bool {
        self.exponent >= 0
    }

    pub(super) fn mantissa(&self) -> &BigUint {
        &self.mantissa
    }

    pub(super) fn exponent(&self) -> i64 {
        self.exponent
    }

    /// The value, if it is an integer of 64 bits; `None` for negative zero.
    pub(super) fn as_i64(&self) -> Option<i64> {
        if self.is_zero() {
            return (!self.negative).then_some(0);
        }
        let fits = self.is_integer() && self.magnitude() <= 64;
        fits.then(|| self.truncate()).and_then(|whole| i64::try_from(whole).ok())
    }

    /// The integer part.
    pub(super) fn truncate(&self) -> BigInt {
        let sign = if self.negative { Sign::Minus } else { Sign::Plus };
        let by = self.exponent.unsigned_abs();
        let magnitude = if self.exponent >= 0 { &self.mantissa << by } else { &self.mantissa >> by };
        BigInt::from_biguint(sign, magnitude)
    }

    pub(super) fn negate(&self) -> Self {
        Self { negative: !self.negative, ..self.clone() }
    }

    /// Both as integers over the smaller exponent.
    fn aligned(&self, other: &Self) -> (BigInt, BigInt, i64) {
        let exponent = self.exponent.min(other.exponent);
        let widened = |float: &Self| {
            let sign = if float.negative { Sign::Minus } else { Sign::Plus };
            BigInt::from_biguint(sign, &float.mantissa << (float.exponent - exponent).unsigned_abs())
        };
        (widened(self), widened(other), exponent)
    }

    pub(super) fn add(&self, other: &Self) -> Self {
        let (left, right, exponent) = self.aligned(other);
        let sum = left + right;
        // A sum of zero is negative only if both are.
        let negative =
            if sum.sign() == Sign::NoSign { self.negative && other.negative } else { sum.sign() == Sign::Minus };
        Self::rounded(negative, sum.into_parts().1, exponent)
    }

    pub(super) fn multiply(&self, other: &Self) -> Self {
        let negative = self.negative != other.negative;
        Self::rounded(negative, &self.mantissa * &other.mantissa, self.exponent + other.exponent)
    }

    /// The quotient; `other` is not zero.
    pub(super) fn divide(&self, other: &Self) -> Self {
        let negative = self.negative != other.negative;
        Self::quotient(negative, &self.mantissa, &other.mantissa, self.exponent - other.exponent)
    }

    pub(super) fn compare(&self, other: &Self) -> Ordering {
        let (left, right, _) = self.aligned(other);
        left.cmp(&right)
    }
}

impl From<i64> for Float {
    fn from(value: i64) -> Self {
        Self::normalized(value < 0, value.unsigned_abs().into(), 0)
    }
}
