//! Findings that are known: what was there when a check was introduced, so that only what
//! is new has to be mended.
//!
//! A baseline is a file of the repository that it is about. It names files as they are seen
//! from its own directory, so that it does not matter where the repository lies or where the
//! program is started. This module reads no file itself.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use serde::{Deserialize, Serialize};

use crate::finding::Finding;
use crate::fingerprint::{self, Identity};
use crate::source::SourceMap;

/// The number of the format that is written, and the only one that is read.
pub const VERSION: u32 = 1;

/// The findings of some day.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Baseline {
    entries: Vec<Entry>,
}

/// A finding that is known. Two that are alike in everything are two entries.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Entry {
    /// The file, as seen from the directory of the baseline.
    pub file: String,
    /// The rule.
    pub code: String,
    /// The address of the block, for people.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub address: String,
    /// What was said, for people.
    #[serde(default)]
    pub message: String,
    /// Of rule, address and marked text.
    pub fingerprint: String,
}

/// The file as it is written.
#[derive(Serialize, Deserialize)]
struct Document {
    version: u32,
    findings: Vec<Entry>,
}

/// What any number of the format has.
#[derive(Deserialize)]
#[serde(expecting = "an object with a `version`")]
struct Numbered {
    version: u32,
}

/// Why a text is no baseline.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum BaselineError {
    /// It is not of the form that it should be.
    Form {
        /// From 1.
        line: usize,
        /// From 1.
        column: usize,
        /// What is wrong there.
        reason: String,
    },
    /// It was written by a later version of the program.
    Version(u32),
}

impl fmt::Display for BaselineError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Form { line, column, reason } => write!(f, "line {line}, column {column}: not a baseline: {reason}"),
            Self::Version(version) => write!(
                f,
                "a baseline of format {version}, and this version of Crosstrail reads format {VERSION}: \
                 update Crosstrail, or write the baseline anew"
            ),
        }
    }
}

impl std::error::Error for BaselineError {}

/// Findings, parted by whether a baseline has them.
#[derive(Debug, Clone, Default)]
pub struct Compared<'a> {
    /// What it has not.
    pub new: Vec<Finding>,
    /// What it has.
    pub known: Vec<Finding>,
    /// What it has and is found no more.
    pub gone: Vec<&'a Entry>,
}

impl Baseline {
    /// Reads the text of a baseline.
    ///
    /// # Errors
    /// When it is none, or one of a format that is not known.
    pub fn read(text: &str) -> Result<Self, BaselineError> {
        let text = text.trim_start_matches('\u{feff}');
        let form = |error: serde_json::Error| BaselineError::Form {
            line: error.line(),
            column: error.column(),
            reason: without_place(&error.to_string()),
        };
        let Numbered { version } = serde_json::from_str(text).map_err(form)?;
        if version != VERSION {
            return Err(BaselineError::Version(version));
        }
        let document: Document = serde_json::from_str(text).map_err(form)?;
        Ok(Self { entries: document.findings })
    }

    /// The baseline that has all of `findings`. `seen` gives a path of `sources` as it is seen
    /// from the directory of the baseline.
    #[must_use]
    pub fn of(findings: &[Finding], sources: &SourceMap, seen: &dyn Fn(&str) -> String) -> Self {
        let identities = fingerprint::identities(findings, sources);
        let entry = |(identity, finding): (Identity, &Finding)| Entry {
            file: seen(&identity.file),
            code: identity.code.to_owned(),
            address: identity.address,
            message: finding.message.clone(),
            fingerprint: identity.mark,
        };
        let mut entries: Vec<Entry> = identities.into_iter().zip(findings).map(entry).collect();
        entries.sort();
        Self { entries }
    }

    /// The text of the file, in an order that does not depend on lines, with a line feed at its end.
    #[must_use]
    pub fn to_text(&self) -> String {
        let document = Document { version: VERSION, findings: self.entries.clone() };
        // Strings and numbers in structs always have a JSON form.
        let mut text = serde_json::to_string_pretty(&document).unwrap_or_default();
        text.push('\n');
        text
    }

    /// How many findings it has.
    #[must_use]
    pub fn len(&self) -> usize {
        self.entries.len()
    }

    /// Whether it has none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    /// Parts `findings`. `seen` is as in [`Self::of`]; `is_there` says of a path of the
    /// baseline whether there is such a file: what was known of one that is there no more
    /// is known wherever it has gone.
    #[must_use]
    pub fn compare(
        &self,
        findings: Vec<Finding>,
        sources: &SourceMap,
        seen: &dyn Fn(&str) -> String,
        is_there: &dyn Fn(&str) -> bool,
    ) -> Compared<'_> {
        let mut rest = Rest::new(&self.entries);
        let identities = fingerprint::identities(&findings, sources);
        let mut known: Vec<bool> = identities.iter().map(|it| rest.take(&seen(&it.file), &it.mark)).collect();
        rest.keep_moved(is_there);
        for (identity, known) in identities.iter().zip(&mut known) {
            *known = *known || rest.take_moved(&identity.mark);
        }
        let mut compared = Compared { gone: rest.gone(), ..Compared::default() };
        for (finding, is_known) in findings.into_iter().zip(known) {
            if is_known { &mut compared.known } else { &mut compared.new }.push(finding);
        }
        compared
    }
}

/// The entries that no finding was taken for yet.
struct Rest<'a> {
    /// By file and fingerprint.
    here: BTreeMap<(String, String), Vec<&'a Entry>>,
    /// By fingerprint.
    moved: BTreeMap<String, Vec<&'a Entry>>,
}

impl<'a> Rest<'a> {
    fn new(entries: &'a [Entry]) -> Self {
        let mut here: BTreeMap<_, Vec<_>> = BTreeMap::new();
        for entry in entries {
            here.entry((entry.file.clone(), entry.fingerprint.clone())).or_default().push(entry);
        }
        Self { here, moved: BTreeMap::new() }
    }

    fn take(&mut self, file: &str, mark: &str) -> bool {
        self.here.get_mut(&(file.to_owned(), mark.to_owned())).is_some_and(|entries| entries.pop().is_some())
    }

    /// Lets the entries of files that are there no more be taken from anywhere.
    fn keep_moved(&mut self, is_there: &dyn Fn(&str) -> bool) {
        let files: BTreeSet<String> = self.here.keys().map(|(file, _)| file.clone()).collect();
        let lost: BTreeSet<String> = files.into_iter().filter(|file| !is_there(file)).collect();
        for ((file, mark), entries) in &mut self.here {
            if lost.contains(file) {
                self.moved.entry(mark.clone()).or_default().append(entries);
            }
        }
    }

    fn take_moved(&mut self, mark: &str) -> bool {
        self.moved.get_mut(mark).is_some_and(|entries| entries.pop().is_some())
    }

    fn gone(self) -> Vec<&'a Entry> {
        let mut gone: Vec<_> = self.here.into_values().chain(self.moved.into_values()).flatten().collect();
        gone.sort();
        gone
    }
}

/// The words of a parser without the place, which is said in ours.
fn without_place(said: &str) -> String {
    said.rsplit_once(" at line ").map_or(said, |(reason, _)| reason).to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::finding::{Confidence, Severity};
    use crate::source::TextRange;

    /// A finding at each `bad` in each of the files.
    fn found(files: &[(&str, &str)]) -> (Vec<Finding>, SourceMap) {
        let sources = SourceMap::default();
        let mut findings = Vec::new();
        for (path, text) in files {
            let file = sources.add(path, *text);
            findings.extend(text.match_indices("bad").map(|(at, _)| {
                let start = u32::try_from(at).unwrap();
                Finding {
                    code: "unknown-action",
                    severity: Severity::Error,
                    confidence: Confidence::Certain,
                    message: "there is no action `bad`".to_owned(),
                    primary: TextRange::new(start, start + 3).at(file),
                    labels: Vec::new(),
                    path: Vec::new(),
                    help: None,
                    fixes: Vec::new(),
                }
            }));
        }
        (findings, sources)
    }

    /// How many of the findings in `now` are new, known, and gone if those of `then` are known.
    fn compared(then: &[(&str, &str)], now: &[(&str, &str)]) -> (usize, usize, usize) {
        let same = |path: &str| path.to_owned();
        let (findings, sources) = found(then);
        let baseline = Baseline::of(&findings, &sources, &same);
        let baseline = Baseline::read(&baseline.to_text()).unwrap();
        let (findings, sources) = found(now);
        let is_there = |path: &str| sources.find(path).is_some();
        let compared = baseline.compare(findings, &sources, &same, &is_there);
        (compared.new.len(), compared.known.len(), compared.gone.len())
    }

    const TEXT: &str = "locals {\n  a = \"bad\"\n  b = \"bad\"\n}\n";

    #[test]
    fn what_is_known_is_known_on_other_lines_too() {
        assert_eq!(compared(&[("a.tf", TEXT)], &[("a.tf", TEXT)]), (0, 2, 0));
        let moved = format!("# a\n\n{}", TEXT.replace("  a", "    a"));
        assert_eq!(compared(&[("a.tf", TEXT)], &[("a.tf", &moved)]), (0, 2, 0));
    }

    #[test]
    fn one_more_of_the_same_is_new_and_one_less_is_gone() {
        let (one, two) = ("locals {\n  a = \"bad\"\n}\n", "locals {\n  a = [\"bad\", \"bad\"]\n}\n");
        assert_eq!(compared(&[("a.tf", one)], &[("a.tf", two)]), (1, 1, 0));
        assert_eq!(compared(&[("a.tf", two)], &[("a.tf", one)]), (0, 1, 1));
    }

    #[test]
    fn a_file_that_moves_takes_along_what_is_known_of_it() {
        assert_eq!(compared(&[("a.tf", TEXT)], &[("b/c.tf", TEXT)]), (0, 2, 0));
        assert_eq!(compared(&[("a.tf", TEXT)], &[("a.tf", "locals {}\n"), ("b/c.tf", TEXT)]), (2, 0, 2));
    }

    #[test]
    fn the_file() {
        let (findings, sources) = found(&[("b/a.tf", "locals {\n  a = \"bad\"\n}\n"), ("a.tf", "bad")]);
        let baseline = Baseline::of(&findings, &sources, &|path| path.trim_start_matches("b/").to_owned());
        let expected = r#"{
  "version": 1,
  "findings": [
    {
      "file": "a.tf",
      "code": "unknown-action",
      "message": "there is no action `bad`",
      "fingerprint": "MARK"
    },
    {
      "file": "a.tf",
      "code": "unknown-action",
      "address": "local.a",
      "message": "there is no action `bad`",
      "fingerprint": "MARK"
    }
  ]
}
"#;
        let marks = regex::Regex::new("\"[0-9a-f]{32}\"").unwrap();
        assert_eq!(marks.replace_all(&baseline.to_text(), "\"MARK\""), expected);
        assert_eq!(Baseline::read(&baseline.to_text()), Ok(baseline));
        assert_eq!(Baseline::read("{\"version\": 1, \"findings\": []}").unwrap(), Baseline::default());
    }

    #[test]
    fn what_is_no_baseline_is_said() {
        let said = |text: &str| Baseline::read(text).unwrap_err().to_string();
        assert_eq!(
            said("{\"version\": 2}"),
            "a baseline of format 2, and this version of Crosstrail reads format 1: \
             update Crosstrail, or write the baseline anew"
        );
        assert_eq!(said(""), "line 1, column 0: not a baseline: EOF while parsing a value");
        assert_eq!(said("{\n  \"version\": 1,\n"), "line 3, column 0: not a baseline: EOF while parsing a value");
        assert_eq!(
            said("[]"),
            "line 1, column 2: not a baseline: invalid length 0, expected an object with a `version`"
        );
        assert_eq!(said("{}"), "line 1, column 2: not a baseline: missing field `version`");
        assert_eq!(
            said("{\"version\": 1, \"findings\": [{\"file\": 1}]}"),
            "line 1, column 38: not a baseline: invalid type: integer `1`, expected a string"
        );
    }
}
