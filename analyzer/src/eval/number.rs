//! Terraform's numbers: decimal, as exact as its 512-bit floats.

use bigdecimal::BigDecimal;

/// A number.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Number(BigDecimal);

impl From<i64> for Number {
    fn from(value: i64) -> Self {
        Self(value.into())
    }
}
