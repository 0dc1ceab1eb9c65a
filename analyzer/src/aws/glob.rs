//! Whether a known text matches a known pattern: `*` is any run of characters, `?` one.

/// Whether `text` matches `pattern`, letter case aside (as actions and condition keys compare).
pub(super) fn matches_ignoring_case(pattern: &str, text: &str) -> bool {
    matches(pattern.as_bytes(), text.as_bytes(), |pattern, text| pattern.eq_ignore_ascii_case(&text))
}

/// The classic walk with one point of return: behind the last `*`, linear in practice.
fn matches(pattern: &[u8], text: &[u8], same: impl Fn(u8, u8) -> bool) -> bool {
    let (mut at, mut read) = (0, 0);
    let mut star: Option<(usize, usize)> = None;
    while let Some(&byte) = text.get(read) {
        match pattern.get(at) {
            Some(b'*') => {
                star = Some((at + 1, read));
                at += 1;
            }
            Some(&wanted) if wanted == b'?' || same(wanted, byte) => {
                at += 1;
                read += 1;
            }
            _ => {
                let Some((behind, from)) = star else { return false };
                star = Some((behind, from + 1));
                (at, read) = (behind, from + 1);
            }
        }
    }
    pattern.get(at..).unwrap_or_default().iter().all(|byte| *byte == b'*')
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::matches_ignoring_case;
    use crate::aws::pattern::{Pattern, Syntax};

    proptest! {
        #![proptest_config(crate::chance::cases(256))]

        #[test]
        fn agrees_with_patterns(pattern in "[aAb*?]{0,8}", text in "[aAb]{0,8}") {
            let folded = Pattern::<u8>::of_text(&pattern, Syntax::Wildcards).fold_case();
            let expected = folded.matches(&text.to_lowercase()).is_yes();
            prop_assert_eq!(matches_ignoring_case(&pattern, &text), expected);
        }
    }
}
