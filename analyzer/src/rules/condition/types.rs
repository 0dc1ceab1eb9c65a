//! What values the types of conditions have.
//!
//! Source: IAM User Guide, `reference_policies_elements_condition_operators`.

use std::net::IpAddr;

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, STANDARD_NO_PAD, URL_SAFE, URL_SAFE_NO_PAD};
use ipnet::IpNet;
use jiff::Timestamp;
use jiff::civil::{Date, DateTime};

use crate::aws::facts::{KeyType, OperatorType};

/// Why a value is not one that an operator compares.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Fault {
    /// It is none.
    Other,
    /// It is a number of seconds where a date is clearer: the same date in ISO 8601, if there is one.
    Epoch {
        /// The date.
        date: Option<String>,
    },
    /// A block of addresses whose address has bits behind the mask.
    HostBits {
        /// The block without them.
        block: String,
    },
}

/// What is wrong with `value` under an operator of that type.
pub(super) fn fault(value: &str, ty: OperatorType) -> Option<Fault> {
    let is_such = match ty {
        OperatorType::String => true,
        OperatorType::Numeric => value.parse::<f64>().is_ok_and(f64::is_finite),
        OperatorType::Date => return date_fault(value),
        OperatorType::Bool | OperatorType::Null => ["true", "false"].iter().any(|it| value.eq_ignore_ascii_case(it)),
        OperatorType::Binary => is_base64(value),
        OperatorType::IpAddress => return address_fault(value),
        // What begins with a wildcard may be an ARN all the same.
        OperatorType::Arn => value.starts_with("arn:") || value.contains(['*', '?']),
    };
    (!is_such).then_some(Fault::Other)
}

fn is_base64(value: &str) -> bool {
    [STANDARD, STANDARD_NO_PAD, URL_SAFE, URL_SAFE_NO_PAD].iter().any(|engine| engine.decode(value).is_ok())
}

fn address_fault(value: &str) -> Option<Fault> {
    match value.parse::<IpNet>() {
        Ok(block) if block.trunc() != block => Some(Fault::HostBits { block: block.trunc().to_string() }),
        Ok(_) => None,
        Err(_) => value.parse::<IpAddr>().is_err().then_some(Fault::Other),
    }
}

/// The fewest digits of a number of seconds: eight are a date without hyphens.
const EPOCH_DIGITS: usize = 9;

fn date_fault(value: &str) -> Option<Fault> {
    let is_number = value.bytes().all(|byte| byte.is_ascii_digit());
    if is_number && value.len() >= EPOCH_DIGITS {
        let date = value.parse().ok().and_then(|seconds| Timestamp::from_second(seconds).ok());
        return Some(Fault::Epoch { date: date.map(|date| date.to_string()) });
    }
    let is_date = is_number || is_iso_8601(value);
    (!is_date).then_some(Fault::Other)
}

/// The forms of the W3C, from the year to parts of a second, with and without hyphens.
fn is_iso_8601(value: &str) -> bool {
    let is_month = || format!("{value}-01").parse::<Date>().is_ok();
    let is_local = || value.parse::<DateTime>().is_ok() || value.parse::<Date>().is_ok();
    value.parse::<Timestamp>().is_ok() || is_local() || is_month()
}

/// What a key of that type holds: one, and several.
pub(super) const fn noun(ty: KeyType) -> (&'static str, &'static str) {
    match ty {
        KeyType::String => ("a text", "texts"),
        KeyType::Arn => ("an ARN", "ARNs"),
        KeyType::Bool => ("a truth value", "truth values"),
        KeyType::Numeric => ("a number", "numbers"),
        KeyType::Date => ("a date", "dates"),
        KeyType::IpAddress => ("an IP address", "IP addresses"),
    }
}

/// What operators of that type compare.
pub(super) const fn compares(ty: OperatorType) -> &'static str {
    match ty {
        OperatorType::String => "texts",
        OperatorType::Numeric => "numbers",
        OperatorType::Date => "dates",
        OperatorType::Bool | OperatorType::Null => "truth values",
        OperatorType::Binary => "binary values",
        OperatorType::IpAddress => "IP addresses",
        OperatorType::Arn => "ARNs",
    }
}

/// What is to be said of a value that is not of that type.
pub(super) const fn negated(ty: OperatorType) -> &'static str {
    match ty {
        OperatorType::String => "no text",
        OperatorType::Numeric => "no number",
        OperatorType::Date => "no date",
        OperatorType::Bool | OperatorType::Null => "neither `true` nor `false`",
        OperatorType::Binary => "no base64 text",
        OperatorType::IpAddress => "no address and no block",
        OperatorType::Arn => "no ARN",
    }
}
