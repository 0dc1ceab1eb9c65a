//! What was found, handed to the host.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use crosstrail_analyzer::finding::{Finding, Fix, Safety};
use crosstrail_analyzer::fixes::Allowed;
use crosstrail_analyzer::rules as rule_table;
use crosstrail_analyzer::source::{SourceMap, TextRange};

use crate::rules;
use crate::runner::{Failure, Runner};
use crate::wire::{ApplyChangesRequest, EmitIssueRequest, Rule};

use super::analysed::Analysed;
use super::files::HostFile;
use super::message::message;
use super::{enclosing, log, position};

/// The host takes messages of four megabytes; larger files keep their faults.
const LARGEST_CHANGE: usize = 3 << 20;

/// Emits what was found in the root module.
pub(super) async fn root(analysed: &Analysed, runner: &Runner) -> Result<(), Failure> {
    for finding in of_root(analysed) {
        let fixable = analysed.can_mend(finding);
        runner.emit(issue(analysed, finding, finding.primary.range, fixable)).await?;
    }
    Ok(())
}

/// Emits what was found in the root module, and has the host change what can be mended unseen.
/// What a comment of the host's silences is not mended.
pub(super) async fn root_with_fixes(analysed: &Analysed, runner: &Runner) -> Result<(), Failure> {
    let mut mended = analysed.mend(&BTreeSet::new());
    let mut silenced = BTreeSet::new();
    for finding in of_root(analysed) {
        let fixable = analysed.can_mend(finding) && !mended.left.contains(&key(finding, analysed.analysis.sources()));
        let applied = runner.emit(issue(analysed, finding, finding.primary.range, fixable)).await?;
        if fixable && !applied {
            silenced.insert(key(finding, analysed.analysis.sources()));
        }
    }
    if !silenced.is_empty() {
        mended = analysed.mend(&silenced);
    }
    if mended.changes.is_empty() {
        return Ok(());
    }
    runner.apply(ApplyChangesRequest { changes: mended.changes }).await
}

/// Emits what was found in a called module that has the files `own`, where the host takes it: at
/// the expression that depends on the caller. `is_news` says what has not been told yet.
pub(super) async fn called(
    analysed: &Analysed,
    runner: &Runner,
    own: &[HostFile],
    is_news: &(dyn Fn(&EmitIssueRequest) -> bool + Sync),
) -> Result<(), Failure> {
    let sources = analysed.analysis.sources();
    for finding in &analysed.findings {
        let file = sources.file(finding.primary.file);
        let Some(own) = own.iter().find(|own| own.path.as_str() == file.path().as_ref()) else { continue };
        // Places in another text than the host's would be wrong.
        if own.text != file.text().as_bytes() {
            log::warn(std::iter::once(format!(
                "{}: what was found in it has no place: it is read in two ways",
                own.name
            )));
            continue;
        }
        let around = enclosing::expression(finding.primary.file, file.text(), file.path(), finding.primary.range);
        let range = around.unwrap_or(finding.primary.range);
        let issue = issue(analysed, finding, range, false);
        if is_news(&issue) {
            runner.emit(issue).await?;
        }
    }
    Ok(())
}

fn of_root(analysed: &Analysed) -> impl Iterator<Item = &Finding> {
    let sources = analysed.analysis.sources();
    analysed.findings.iter().filter(move |finding| analysed.owners.is_of(finding, &analysed.dir, sources))
}

fn issue(analysed: &Analysed, finding: &Finding, range: TextRange, fixable: bool) -> EmitIssueRequest {
    let sources = analysed.analysis.sources();
    let file = sources.file(finding.primary.file);
    EmitIssueRequest {
        rule: Some(Rule {
            name: rules::name_of_code(finding.code),
            enabled: true,
            severity: rules::severity(finding.severity).into(),
            link: rule_table::find(finding.code).map(|rule| rule.url()).unwrap_or_default(),
        }),
        message: message(finding, sources),
        range: Some(position::range(&file, range, analysed.host_name(file.path()))),
        fixable,
    }
}

/// A finding as it is known before and after fixes.
type Key = (&'static str, Arc<str>, String);

fn key(finding: &Finding, sources: &SourceMap) -> Key {
    (finding.code, Arc::clone(sources.file(finding.primary.file).path()), finding.message.clone())
}

/// What fixes do.
struct Mended {
    /// The new texts, by the names that the host has for the files.
    changes: BTreeMap<String, Vec<u8>>,
    /// What is found after them.
    left: BTreeSet<Key>,
}

impl Analysed {
    /// Whether there is a fix that may be done unseen, in files that the host will change.
    fn can_mend(&self, finding: &Finding) -> bool {
        let is_ours = |fix: &Fix| {
            fix.edits.iter().all(|edit| self.may_change(self.analysis.sources().file(edit.span.file).path()))
        };
        let mut safe = finding.fixes.iter().filter(|fix| fix.safety == Safety::Safe && !fix.edits.is_empty());
        safe.any(is_ours)
    }

    fn may_change(&self, path: &str) -> bool {
        self.file(path).is_some_and(|file| file.text.len() <= LARGEST_CHANGE)
    }

    /// Does the fixes that may be done unseen, but for those of `silenced`.
    fn mend(&self, silenced: &BTreeSet<Key>) -> Mended {
        let keep = |finding: &Finding, sources: &SourceMap| silenced.contains(&key(finding, sources));
        let may_change = |path: &str| self.may_change(path);
        let fixed = self.analysis.fixed_except(&self.options, Allowed::Safe, &may_change, &keep);
        let after = fixed.analysis.findings(&self.options);
        let change = |file: &crosstrail_analyzer::analysis::FixedFile| {
            (self.host_name(&file.path), file.new_text.as_bytes().to_vec())
        };
        Mended {
            changes: fixed.files.iter().map(change).collect(),
            left: after.iter().map(|finding| key(finding, fixed.analysis.sources())).collect(),
        }
    }
}
