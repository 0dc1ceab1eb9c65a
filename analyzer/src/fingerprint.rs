//! What a finding is known by from run to run.
//!
//! Lines move, blocks are indented anew, directories above are renamed: nothing of that is
//! part of it. A finding is its rule, its file, the block that it is in and the text that
//! it marks; what is alike in all of these is told apart by its turn.

use std::fmt::Write as _;
use std::sync::Arc;

use rustc_hash::FxHashMap;
use sha2::{Digest as _, Sha256};

use crate::finding::Finding;
use crate::module::Outline;
use crate::source::{FileId, SourceMap};

/// What of a finding stays as it is when the text around it changes.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Identity {
    /// The path of the file.
    pub file: Arc<str>,
    /// The rule.
    pub code: &'static str,
    /// The address of the block; empty outside of blocks and in files that have none.
    pub address: String,
    /// Of rule, address and marked text, in hexadecimal.
    pub mark: String,
}

/// The identities of `findings`, in their order.
#[must_use]
pub fn identities<'a>(findings: impl IntoIterator<Item = &'a Finding>, sources: &SourceMap) -> Vec<Identity> {
    let mut outlines: FxHashMap<FileId, Outline> = FxHashMap::default();
    let mut identity = |finding: &Finding| {
        let source = sources.file(finding.primary.file);
        let outline = outlines.entry(finding.primary.file).or_insert_with_key(|file| Outline::of(&source, *file));
        let address = outline.at(finding.primary.range.start).unwrap_or_default().to_owned();
        let text = sources.text(finding.primary);
        let words: Vec<&str> = text.split_whitespace().collect();
        let mark = digest(&[finding.code, &address, &words.join(" ")]);
        Identity { file: Arc::clone(source.path()), code: finding.code, address, mark }
    };
    findings.into_iter().map(&mut identity).collect()
}

/// The fingerprints of `findings`, in their order; no two are equal. Of findings with equal
/// identities the first in the text has the first turn, so all that were found have to be here.
#[must_use]
pub fn fingerprints(findings: &[&Finding], sources: &SourceMap) -> Vec<String> {
    let identities = identities(findings.iter().copied(), sources);
    let mut order: Vec<usize> = (0..findings.len()).collect();
    order.sort_by_key(|index| findings.get(*index).map(|finding| (finding.primary.range, &finding.message)));
    let mut turns: FxHashMap<&Identity, usize> = FxHashMap::default();
    let mut fingerprints = vec![String::new(); findings.len()];
    for index in order {
        let (Some(identity), Some(fingerprint)) = (identities.get(index), fingerprints.get_mut(index)) else {
            continue;
        };
        let turn = turns.entry(identity).or_default();
        *fingerprint = digest(&[&identity.file, &identity.mark, &turn.to_string()]);
        *turn += 1;
    }
    fingerprints
}

/// How many bytes of a digest are kept: enough that no two findings of a workspace meet.
const LENGTH: usize = 16;

fn digest(parts: &[&str]) -> String {
    let mut hash = Sha256::new();
    for part in parts {
        hash.update(part.as_bytes());
        hash.update([0]);
    }
    let mut text = String::with_capacity(2 * LENGTH);
    for byte in hash.finalize().iter().take(LENGTH) {
        // Writing to a string does not fail.
        let _always_ok = write!(text, "{byte:02x}");
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::finding::{Confidence, Severity};
    use crate::source::TextRange;

    /// The fingerprints of a finding at each `bad` in `text`.
    fn of(path: &str, text: &str) -> Vec<String> {
        let sources = SourceMap::default();
        let file = sources.add(path, text);
        let finding = |(at, word): (usize, &str)| {
            let start = u32::try_from(at).unwrap();
            Finding {
                code: "unknown-action",
                severity: Severity::Error,
                confidence: Confidence::Certain,
                message: String::new(),
                primary: TextRange::new(start, start + u32::try_from(word.len()).unwrap()).at(file),
                labels: Vec::new(),
                path: Vec::new(),
                help: None,
                fixes: Vec::new(),
            }
        };
        let findings: Vec<Finding> = text.match_indices("bad").map(finding).collect();
        fingerprints(&findings.iter().collect::<Vec<_>>(), &sources)
    }

    const TEXT: &str =
        "resource \"a\" \"b\" {\n  c = [\"bad\", \"bad\"]\n}\n\nresource \"a\" \"d\" {\n  c = \"bad\"\n}\n";

    #[test]
    fn no_two_are_equal() {
        let prints = of("main.tf", TEXT);
        let mut unique = prints.clone();
        unique.sort();
        unique.dedup();
        assert_eq!((prints.len(), unique.len()), (3, 3), "{prints:?}");
        assert!(prints.iter().all(|print| print.len() == 32), "{prints:?}");
    }

    #[test]
    fn lines_and_indentation_are_no_part_of_them() {
        let moved =
            format!("# more\n\n{}", TEXT.replace("  c = [\"bad\", \"bad\"]", "    c    = [\n\"bad\",\n\"bad\"\n]"));
        assert_eq!(of("main.tf", &moved), of("main.tf", TEXT));
    }

    #[test]
    fn blocks_that_change_places_keep_them() {
        let (first, second) = TEXT.split_once("\n\n").unwrap();
        let mut swapped = of("main.tf", &format!("{second}\n{first}\n"));
        swapped.rotate_left(1);
        assert_eq!(swapped, of("main.tf", TEXT));
    }

    #[test]
    fn file_block_and_text_are_part_of_them() {
        let prints = of("main.tf", TEXT);
        assert_ne!(of("other.tf", TEXT), prints);
        assert_ne!(of("main.tf", &TEXT.replace("\"b\"", "\"e\""))[0], prints[0]);
    }
}
