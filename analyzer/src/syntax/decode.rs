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
    fn says_why_bytes_are_not_text() {
        assert_eq!(decode("\u{feff}é".as_bytes()).unwrap(), "\u{feff}é");
        assert_eq!(message(b"a = \"\xe9\"\n"), "the file is not UTF-8 at byte 5");
        assert_eq!(message(b"\0GITCRYPT\0\x01\x02"), "the file is encrypted with git-crypt");
        assert_eq!(message(b"\0GITCRYPT\0\xff\x02"), "the file is encrypted with git-crypt");
        assert_eq!(message(b"PK\x03\x04\0\0\xff"), "the file is binary, not text");
        assert_eq!(message(b"\xff\xfea\0"), "the file is UTF-16: save it as UTF-8");
    }
}
