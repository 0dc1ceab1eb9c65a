//! Encodings of text: base64, character sets, URLs.

use std::fmt::Write as _;

use base64::Engine as _;
use base64::engine::general_purpose::{GeneralPurpose, GeneralPurposeConfig, STANDARD};
use encoding_rs::Encoding;

use crate::eval::text::{Piece, Text};
use crate::eval::types::Type;
use crate::eval::value::Value;

use super::call::{Call, Outcome, text};
use super::strings::known;
use super::table::Function;

pub(super) static FUNCTIONS: &[Function] = &[
    Function::known("base64decode", base64decode),
    Function::known("base64encode", |call| Ok(Value::string(STANDARD.encode(call.string(0).as_bytes())))),
    // Compressed bytes differ between implementations, so that no result would be Terraform's.
    Function::known("base64gunzip", |call| Ok(call.unknown(Type::String))),
    Function::partial("base64gzip", base64gzip),
    Function::known("textdecodebase64", textdecodebase64),
    Function::known("textencodebase64", textencodebase64),
    Function::known("urldecode", urldecode),
    Function::known("urlencode", |call| Ok(Value::string(urlencode(&call.string(0))))),
];

/// As Go decodes: unused bits of the last character may be set.
static LENIENT: GeneralPurpose =
    GeneralPurpose::new(&base64::alphabet::STANDARD, GeneralPurposeConfig::new().with_decode_allow_trailing_bits(true));

fn decode(call: &Call<'_>) -> Result<Vec<u8>, crate::eval::error::EvalError> {
    let text: String = call.string(0).chars().filter(|char| !matches!(char, '\r' | '\n')).collect();
    LENIENT.decode(text).map_err(|_| call.fail_at(0, "this is not base64"))
}

fn base64gzip(call: &Call<'_>) -> Outcome {
    /// Nine bytes that every file of Go's gzip starts with.
    const START: &str = "H4sIAAAAAAAA";
    Ok(text(Text::from_pieces([known(START), Piece::Hole(call.symbol())])))
}

fn base64decode(call: &Call<'_>) -> Outcome {
    let text = String::from_utf8(decode(call)?);
    text.map(Value::string).map_err(|_| call.fail_at(0, "the decoded bytes are not UTF-8"))
}

/// A character set.
enum CharacterSet {
    Utf16 {
        big_endian: bool,
        mark: bool,
    },
    /// The first 256 characters of Unicode, or fewer.
    Latin {
        below: u32,
    },
    Other(&'static Encoding),
}

fn character_set(call: &Call<'_>) -> Result<CharacterSet, crate::eval::error::EvalError> {
    let name = call.string(1);
    Ok(match name.to_ascii_lowercase().as_str() {
        "utf-16" => CharacterSet::Utf16 { big_endian: true, mark: true },
        "utf-16be" => CharacterSet::Utf16 { big_endian: true, mark: false },
        "utf-16le" => CharacterSet::Utf16 { big_endian: false, mark: false },
        "iso-8859-1" | "iso_8859-1" | "latin1" | "l1" => CharacterSet::Latin { below: 0x100 },
        "us-ascii" | "ascii" => CharacterSet::Latin { below: 0x80 },
        other => match Encoding::for_label(other.as_bytes()) {
            Some(encoding) => CharacterSet::Other(encoding),
            None => return Err(call.fail_at(1, format!("there is no character set `{name}`"))),
        },
    })
}

fn textencodebase64(call: &Call<'_>) -> Outcome {
    let text = call.string(0);
    let cannot = || call.fail_at(0, "some characters are not in the character set");
    let bytes = match character_set(call)? {
        CharacterSet::Utf16 { big_endian, mark } => {
            let mark = mark.then_some(0xfeff);
            let units = mark.into_iter().chain(text.encode_utf16());
            units.flat_map(|unit| if big_endian { unit.to_be_bytes() } else { unit.to_le_bytes() }).collect()
        }
        CharacterSet::Latin { below } => {
            let bytes = text.chars().map(|char| u8::try_from(char).ok().filter(|byte| u32::from(*byte) < below));
            bytes.collect::<Option<Vec<u8>>>().ok_or_else(cannot)?
        }
        CharacterSet::Other(encoding) => match encoding.encode(&text) {
            (bytes, _, false) => bytes.into_owned(),
            (_, _, true) => return Err(cannot()),
        },
    };
    Ok(Value::string(STANDARD.encode(bytes)))
}

fn textdecodebase64(call: &Call<'_>) -> Outcome {
    let bytes = decode(call)?;
    let cannot = || call.fail_at(0, "some bytes mean nothing in the character set");
    let text = match character_set(call)? {
        CharacterSet::Utf16 { big_endian, mark } => {
            let encoding = if big_endian { encoding_rs::UTF_16BE } else { encoding_rs::UTF_16LE };
            let decoded = if mark { encoding.decode(&bytes).0 } else { encoding.decode_without_bom_handling(&bytes).0 };
            decoded.into_owned()
        }
        CharacterSet::Latin { below } => {
            let chars = bytes.iter().map(|byte| Some(char::from(*byte)).filter(|char| u32::from(*char) < below));
            chars.collect::<Option<String>>().ok_or_else(cannot)?
        }
        CharacterSet::Other(encoding) => match encoding.decode_without_bom_handling(&bytes) {
            (text, false) => text.into_owned(),
            (_, true) => return Err(cannot()),
        },
    };
    Ok(Value::string(text))
}

/// Go's `url.QueryEscape`.
fn urlencode(text: &str) -> String {
    let mut encoded = String::with_capacity(text.len());
    for byte in text.bytes() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'_' | b'.' | b'~' => encoded.push(char::from(byte)),
            b' ' => encoded.push('+'),
            byte => {
                let _infallible = write!(encoded, "%{byte:02X}");
            }
        }
    }
    encoded
}

/// Go's `url.QueryUnescape`.
fn urldecode(call: &Call<'_>) -> Outcome {
    let text = call.string(0);
    let mut decoded = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let [byte, behind @ ..] = rest {
        rest = behind;
        match (byte, behind) {
            (b'+', _) => decoded.push(b' '),
            (b'%', [high, low, behind @ ..]) => {
                let digits = [*high, *low].map(|digit| char::from(digit).to_digit(16));
                let [Some(high), Some(low)] = digits else { return Err(call.fail_at(0, "`%` without two digits")) };
                decoded.extend(u8::try_from(high * 16 + low));
                rest = behind;
            }
            (b'%', _) => return Err(call.fail_at(0, "`%` without two digits")),
            (byte, _) => decoded.push(*byte),
        }
    }
    String::from_utf8(decoded).map(Value::string).map_err(|_| call.fail_at(0, "the decoded bytes are not UTF-8"))
}
