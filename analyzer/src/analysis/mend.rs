//! Fixes, each tried before it is kept: what is analysed anew must no longer have the
//! finding that it mends.

use std::collections::BTreeMap;
use std::sync::Arc;

use rustc_hash::FxHashMap;

use crate::finding::{Finding, Safety};
use crate::fixes::{self, Allowed, Candidate, Obstacle, Rewritten, Round};
use crate::source::{FileId, SourceMap, TextRange};

use super::{Analysis, Options, Problem};

/// How often what is left after fixes is looked at for more. Fixes that meet are done one
/// after the other; more than a few never do.
const MAX_ROUNDS: usize = 16;

/// The code of the finding that a policy is not JSON.
const INVALID_JSON: &str = "invalid-json";

/// The directory in which Terraform keeps what it has downloaded.
const DOWNLOADED: &str = ".terraform";

/// What fixes make of what was analysed.
pub struct Fixed {
    /// What is there after them.
    pub analysis: Analysis,
    /// The files that change, by path.
    pub files: Vec<FixedFile>,
    /// The fixes that are done.
    pub done: Vec<DoneFix>,
    /// Those that are not, and why.
    pub left: Vec<LeftFix>,
}

/// A file that changes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FixedFile {
    /// Its path.
    pub path: Arc<str>,
    /// Its text before.
    pub old_text: Arc<str>,
    /// Its text afterwards.
    pub new_text: Arc<str>,
}

/// A fix that is done.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DoneFix {
    /// The rule of the finding that it mends.
    pub code: &'static str,
    /// What it does.
    pub title: String,
    /// Whether it may be done unseen.
    pub safety: Safety,
    /// What it changed: files and ranges of their new texts.
    pub places: Vec<(Arc<str>, TextRange)>,
}

/// A fix that is not done.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LeftFix {
    /// What it would do.
    pub title: String,
    /// The file of its finding.
    pub path: Arc<str>,
    /// Why it is not done.
    pub obstacle: Obstacle,
}

impl Analysis {
    /// What is there after the fixes of `findings` with `options` that are allowed, in files
    /// that `may_change` says of that they may change.
    #[must_use]
    pub fn fixed(&self, options: &Options, allowed: Allowed, may_change: &dyn Fn(&str) -> bool) -> Fixed {
        self.fixed_except(options, allowed, may_change, &|_, _| false)
    }

    /// The same without the fixes of the findings that `stays` says of that they may stay.
    #[must_use]
    pub fn fixed_except(
        &self,
        options: &Options,
        allowed: Allowed,
        may_change: &dyn Fn(&str) -> bool,
        stays: &dyn Fn(&Finding, &SourceMap) -> bool,
    ) -> Fixed {
        let mut trial = Trial::new(self, options);
        for _ in 0..MAX_ROUNDS {
            let analysis = trial.analysis.clone();
            let may_change = |file: FileId| {
                let path = Arc::clone(analysis.sources().file(file).path());
                !analysis.state.foreign.contains(&file) && !is_downloaded(&path) && may_change(&path)
            };
            let findings = std::mem::take(&mut trial.findings);
            let mut candidates = fixes::candidates(&findings, allowed, &may_change);
            candidates.retain(|it| may_change(it.finding.primary.file) && !trial.is_refused(it));
            candidates.retain(|it| !stays(it.finding, analysis.sources()));
            let round = fixes::apply(&candidates, analysis.sources());
            if round.done.is_empty() {
                trial.leave(&round);
                break;
            }
            let after = trial.try_round(&round, &findings);
            trial.findings = after.unwrap_or(findings);
        }
        trial.finish()
    }
}

fn is_downloaded(path: &str) -> bool {
    path.split('/').any(|part| part == DOWNLOADED)
}

/// The finding that a fix mends, as it is known in two analyses.
type Key = (&'static str, Arc<str>, String);

fn key(finding: &Finding, sources: &SourceMap) -> Key {
    (finding.code, Arc::clone(sources.file(finding.primary.file).path()), finding.message.clone())
}

/// Fixes on the way.
struct Trial<'a> {
    original: &'a Analysis,
    options: &'a Options,
    analysis: Analysis,
    findings: Vec<Finding>,
    files: BTreeMap<Arc<str>, FixedFile>,
    done: Vec<DoneFix>,
    left: Vec<LeftFix>,
    refused: Vec<Key>,
}

impl<'a> Trial<'a> {
    fn new(original: &'a Analysis, options: &'a Options) -> Self {
        Self {
            original,
            options,
            analysis: original.clone(),
            findings: original.findings(options),
            files: BTreeMap::new(),
            done: Vec::new(),
            left: Vec::new(),
            refused: Vec::new(),
        }
    }

    fn is_refused(&self, candidate: &Candidate<'_>) -> bool {
        let key = key(candidate.finding, self.analysis.sources());
        self.refused.contains(&key)
    }

    /// Keeps the round if each of its fixes is of use, and gives what is found after it.
    /// Else refuses those that are not; the others are for the next round.
    fn try_round(&mut self, round: &Round<'_>, before: &[Finding]) -> Option<Vec<Finding>> {
        let texts = self.texts(round);
        let analysis = self.original.with_texts(texts);
        let after = analysis.findings(self.options);
        let useless = self.useless(round, before, &analysis, &after);
        if useless.is_empty() {
            self.keep(round, analysis);
            return Some(after);
        }
        let sources = self.analysis.sources();
        self.refused.extend(useless.iter().map(|(candidate, _)| key(candidate.finding, sources)));
        let left = useless.iter().map(|(candidate, obstacle)| left(candidate, *obstacle, sources));
        self.left.extend(left);
        None
    }

    /// The texts of all files that have changed so far.
    fn texts(&self, round: &Round<'_>) -> BTreeMap<String, Arc<str>> {
        let so_far = self.files.values().map(|file| (file.path.to_string(), Arc::clone(&file.new_text)));
        let now = round.files.iter().map(|file| (file.path.to_string(), Arc::clone(&file.new_text)));
        so_far.chain(now).collect()
    }

    /// The fixes of the round that do not mend their findings, or after which something cannot be read.
    fn useless<'f>(
        &self,
        round: &Round<'f>,
        before: &[Finding],
        analysis: &Analysis,
        after: &[Finding],
    ) -> Vec<(Candidate<'f>, Obstacle)> {
        let (old, new) = (self.analysis.sources(), analysis.sources());
        let (unread_before, unread) = (unreadable(&self.analysis, before), unreadable(analysis, after));
        let is_worse = |file: FileId| {
            let path = old.file(file);
            unread.get(path.path()) > unread_before.get(path.path())
        };
        let mut excess: FxHashMap<Key, usize> = FxHashMap::default();
        after.iter().for_each(|finding| *excess.entry(key(finding, new)).or_default() += 1);
        for candidate in &round.done {
            *excess.entry(key(candidate.finding, old)).or_default() += 1;
        }
        for finding in before {
            let count = excess.entry(key(finding, old)).or_default();
            *count = count.saturating_sub(1);
        }
        let obstacle = |candidate: &Candidate<'f>| {
            if candidate.fix.edits.iter().any(|edit| is_worse(edit.span.file)) {
                return Some(Obstacle::Syntax);
            }
            let is_there = excess.get(&key(candidate.finding, old)).is_some_and(|count| *count > 0);
            is_there.then_some(Obstacle::NoUse)
        };
        round.done.iter().filter_map(|it| Some((*it, obstacle(it)?))).collect()
    }

    fn keep(&mut self, round: &Round<'_>, analysis: Analysis) {
        for file in &round.files {
            self.done.iter_mut().flat_map(|done| &mut done.places).for_each(|place| shift(place, file));
        }
        self.done.extend(round.done.iter().map(|candidate| done(candidate, &round.files)));
        for file in &round.files {
            let changed = FixedFile {
                path: Arc::clone(&file.path),
                old_text: Arc::clone(&file.old_text),
                new_text: Arc::clone(&file.new_text),
            };
            let known = self.files.entry(Arc::clone(&file.path)).or_insert(changed);
            known.new_text = Arc::clone(&file.new_text);
        }
        self.analysis = analysis;
    }

    fn leave(&mut self, round: &Round<'_>) {
        let sources = self.analysis.sources();
        self.left.extend(round.left.iter().map(|(candidate, obstacle)| left(candidate, *obstacle, sources)));
    }

    fn finish(self) -> Fixed {
        let files = self.files.into_values().filter(|file| file.old_text != file.new_text).collect();
        Fixed { analysis: self.analysis, files, done: self.done, left: self.left }
    }
}

/// How much of each file cannot be read: faults of syntax, and policies that are no JSON.
fn unreadable(analysis: &Analysis, findings: &[Finding]) -> FxHashMap<Arc<str>, usize> {
    let problems = analysis.problems().into_iter().map(|Problem { path, .. }| Arc::from(path));
    let policies = findings.iter().filter(|finding| finding.code == INVALID_JSON);
    let policies = policies.map(|finding| Arc::clone(analysis.sources().file(finding.primary.file).path()));
    let mut counts = FxHashMap::default();
    problems.chain(policies).for_each(|path| *counts.entry(path).or_default() += 1);
    counts
}

fn left(candidate: &Candidate<'_>, obstacle: Obstacle, sources: &SourceMap) -> LeftFix {
    let path = Arc::clone(sources.file(candidate.finding.primary.file).path());
    LeftFix { title: candidate.fix.title.clone(), path, obstacle }
}

fn done(candidate: &Candidate<'_>, files: &[Rewritten]) -> DoneFix {
    let place = |edit: &crate::finding::Edit| {
        let file = files.iter().find(|file| file.file == edit.span.file)?;
        Some((Arc::clone(&file.path), file.place_of(edit.span.range)?))
    };
    let Candidate { finding, fix } = candidate;
    let places = fix.edits.iter().filter_map(place).collect();
    DoneFix { code: finding.code, title: fix.title.clone(), safety: fix.safety, places }
}

/// Moves a place of an earlier round to where it is after this one.
fn shift((path, range): &mut (Arc<str>, TextRange), file: &Rewritten) {
    if *path == file.path {
        *range = TextRange::new(file.moved(range.start), file.moved(range.end));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::analysis::{Host, Roots};
    use crate::source::MemoryFileSystem;

    fn fixed(files: &[(&str, &str)], allowed: Allowed) -> Fixed {
        let mut system = MemoryFileSystem::default();
        files.iter().for_each(|(path, text)| system.insert(path, *text));
        let mut host = Host::new(Arc::new(system));
        host.set_roots(Roots { directories: vec![".".to_owned()], ..Roots::default() });
        host.analysis().fixed(&Options::default(), allowed, &|_| true)
    }

    fn role_policy(policy: &str) -> String {
        format!("resource \"aws_iam_role_policy\" \"a\" {{\n  role = \"a\"\n\n  policy = jsonencode({policy})\n}}\n")
    }

    #[test]
    fn what_is_mended_is_found_no_more() {
        let wrong = r#"{ Version = "2012-10-17", Statement = [{ Effect = "allow", Action = "s3:ListAllMyBuckets", Resource = "*" }] }"#;
        let text = role_policy(wrong);
        let fixed = fixed(&[("main.tf", &text)], Allowed::Safe);
        assert_eq!(fixed.left, []);
        assert_eq!(fixed.files.len(), 1);
        assert_eq!(*fixed.files[0].old_text, *text);
        assert_eq!(*fixed.files[0].new_text, *text.replace("allow\"", "Allow\""));
        assert_eq!(fixed.analysis.findings(&Options::default()), []);
        let (path, range) = &fixed.done[0].places[0];
        let changed = fixed.files[0].new_text.get(range.as_usize());
        assert_eq!((&**path, changed), ("main.tf", Some("Allow")));
    }

    #[test]
    fn fixes_that_meet_are_done_one_after_the_other() {
        let role = |name: &str, rest: &str, principal: &str| {
            let statement = format!(r#"Effect = "Allow", Principal = {{ {principal} }}, Action = "sts:AssumeRole""#);
            format!(
                "resource \"aws_iam_role\" \"{name}\" {{\n  name = \"{name}\"\n{rest}  assume_role_policy = \
                 jsonencode({{ Version = \"2012-10-17\", Statement = [{{ {statement} }}] }})\n}}\n"
            )
        };
        let account =
            |alias: &str, id: &str| format!("provider \"aws\" {{\n{alias}  allowed_account_ids = [\"{id}\"]\n}}\n");
        let (there, caller) = ("  provider = aws.there\n", "AWS = aws_iam_role.caller.arn");
        let text = [
            account("", "111111111111"),
            account("  alias = \"there\"\n", "222222222222"),
            role("caller", "", r#"Service = "ec2.amazonaws.com""#),
            role("one", there, caller),
            role("other", there, caller),
        ]
        .concat();
        let fixed = fixed(&[("main.tf", &text)], Allowed::All);
        assert_eq!((fixed.done.len(), fixed.left), (2, Vec::new()));
        let new_text = fixed.files[0].new_text.strip_prefix(&*text).unwrap();
        assert_eq!(new_text.matches("resource \"aws_iam_role_policy\"").count(), 2);
        // Both places are where the blocks are now.
        for (done, name) in fixed.done.iter().zip(["caller_one", "caller_other"]) {
            let written = fixed.files[0].new_text.get(done.places[0].1.as_usize()).unwrap();
            assert!(written.contains(name), "{written}");
        }
    }

    #[test]
    fn what_was_downloaded_stays() {
        let wrong = role_policy(
            r#"{ Version = "2012-10-17", Statement = [{ Effect = "allow", Action = "s3:ListAllMyBuckets", Resource = "*" }] }"#,
        );
        let fixed = fixed(&[(".terraform/modules/a/main.tf", &wrong)], Allowed::All);
        assert_eq!(fixed.files, []);
        assert!(is_downloaded("a/.terraform/modules/b.json") && !is_downloaded("a.terraform/b"));
    }
}
