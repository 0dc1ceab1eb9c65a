//! From bytes to text.

use std::borrow::Cow;

use super::SyntaxError;
use crate::source::TextRange;

/// How a file starts that git-crypt has encrypted.
const GIT_CRYPT: &[u8] = b"\0GITCRYPT\0";

/// How many bytes tell whether a file is text: as many as git looks at.
const SAMPLE: usize = 8000;

/// The text of a file. A byte order mark is kept: the parsers skip it, and the
/// offsets are those of the file.
///
/// # Errors
/// When the bytes are not UTF-8. The range is that of the first byte that is not.
pub fn decode(bytes: &[u8]) -> Result<Cow<'_, str>, SyntaxError> {
    match std::str::from_utf8(bytes) {
        Ok(text) if !bytes.starts_with(GIT_CRYPT) => Ok(Cow::Borrowed(text)),
        Ok(_) => Err(fault(0, "the file is encrypted with git-crypt".to_owned())),
        Err(error) => Err(why_not_text(bytes, error.valid_up_to())),
    }
}

/// The text of a file in UTF-16 with its byte order mark, in which PowerShell writes what a program
/// prints; `None` of any other file.
#[must_use]
pub fn decode_utf16(bytes: &[u8]) -> Option<String> {
    let (to_unit, units): (fn([u8; 2]) -> u16, _) = match bytes {
        [0xff, 0xfe, units @ ..] => (u16::from_le_bytes, units),
        [0xfe, 0xff, units @ ..] => (u16::from_be_bytes, units),
        _ => return None,
    };
    let (units, []) = units.as_chunks::<2>() else { return None };
    char::decode_utf16(units.iter().map(|unit| to_unit(*unit))).collect::<Result<String, _>>().ok()
}

fn why_not_text(bytes: &[u8], at: usize) -> SyntaxError {
    if bytes.starts_with(GIT_CRYPT) {
        return fault(0, "the file is encrypted with git-crypt".to_owned());
    }
    if bytes.starts_with(&[0xff, 0xfe]) || bytes.starts_with(&[0xfe, 0xff]) {
        return fault(0, "the file is UTF-16: save it as UTF-8".to_owned());
    }
    if bytes.iter().take(SAMPLE).any(|byte| *byte == 0) {
        return fault(at, "the file is binary, not text".to_owned());
    }
    fault(at, format!("the file is not UTF-8 at byte {at}"))
}

fn fault(at: usize, message: String) -> SyntaxError {
    let at = u32::try_from(at).unwrap_or(u32::MAX);
    SyntaxError { range: TextRange::new(at, at.saturating_add(1)), message }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn message(bytes: &[u8]) -> String {
        decode(bytes).unwrap_err().message
    }

    #[test]
    fn reads_what_powershell_writes() {
        assert_eq!(decode_utf16(b"\xff\xfea\0\xac\x20").unwrap(), "a€");
        assert_eq!(decode_utf16(b"\xfe\xff\0a\x20\xac").unwrap(), "a€");
        for bytes in [&b"a\0"[..], b"\xff\xfea", b"\xff\xfe\0\xd8", b"\xff"] {
            assert_eq!(decode_utf16(bytes), None);
        }
    }

    #[test]
    fn says_why_bytes_are_not_text() {
        assert_eq!(decode("\u{feff}é".as_bytes()).unwrap(), "\u{feff}é");
        assert_eq!(message(b"a = \"\xe9\"\n"), "the file is not UTF-8 at byte 5");
        assert_eq!(message(b"\0GITCRYPT\0\x01\x02"), "the file is encrypted with git-crypt");
        assert_eq!(message(b"\0GITCRYPT\0\xff\x02"), "the file is encrypted with git-crypt");
        assert_eq!(message(b"PK\x03\x04\0\0\xff"), "the file is binary, not text");
        assert_eq!(message(b"\xff\xfea\0"), "the file is UTF-16: save it as UTF-8");
    }
}
