//! What can be said of a text at once while someone types in it.
//!
//! Of what was found before that stays which has nothing to do with what was typed, at the places that it has moved
//! to. What was typed in is checked anew, as far as one policy at a time tells what is wrong: the policies that the
//! blocks have which were touched, and those whose texts are in them. What else follows from it, in other files or
//! between policies, the analysis tells that comes behind.

use std::sync::Arc;

use rustc_hash::FxHashSet;
use smol_str::{SmolStr, ToSmolStr};

use crate::cancellation::{Cancellation, Cancelled};
use crate::finding::{Finding, Fix, sort};
use crate::module::{Mode, ResourceAddress, Stack};
use crate::policy::sites::{self, PolicySite};
use crate::rules;
use crate::source::{FileId, SourceMap, Span, TextChange, TextRange, path};
use crate::suppress::Suppressions;
use crate::syntax::ast::{Block, Item, Tree};

use super::findings::{Setting, check_and_conclude};
use super::reading::Reading;
use super::{Analysis, Options, Problem, document_site, problem_of_syntax};

/// A module that more stacks use waits for the analysis.
pub(super) const MOST_STACKS: usize = 8;

impl Reading<'_> {
    /// What can be said of the file at `path` at once. `before` is an earlier analysis, and `found` is what was found
    /// then, in all files. `None` if the file was not in view then, is none of the user's own, or has too many readers.
    ///
    /// Where a rule that looks at more than one policy would be more specific, one of the others may speak.
    ///
    /// # Errors
    /// When it is not wanted any longer.
    pub fn findings_at_once(
        &self,
        path: &str,
        before: &Analysis,
        found: &[Finding],
        options: &Options,
        cancellation: &Cancellation,
    ) -> Result<Option<Vec<Finding>>, Cancelled> {
        let path = &*path::normalize(path);
        let Some(typed) = self.typed(path, before) else { return Ok(None) };
        let Some(policies) = self.policies(path, &typed, cancellation)? else { return Ok(None) };
        let foreign = |file| before.state.foreign.contains(&file);
        let setting = Setting {
            sources: &self.sources,
            configuration: &self.host.configuration,
            foreign: &foreign,
            anchor: Some(TextRange::empty(0).at(typed.file)),
        };
        let mut new = check_and_conclude(&setting, &policies, options, cancellation)?;
        new.retain(|finding| finding.primary.file == typed.file);
        let mut findings = typed.kept(found, &new, &self.sources);
        findings.extend(new);
        rules::let_the_most_specific_speak(&mut findings);
        Ok(Some(self.not_silenced(typed.file, findings)))
    }

    /// What of `findings`, all in one file, is not silenced there, in the order of places.
    pub(super) fn not_silenced(&self, file: FileId, mut findings: Vec<Finding>) -> Vec<Finding> {
        if !self.sources.file(file).path().ends_with(".json") {
            let mut suppressions = Suppressions::default();
            suppressions.add(&self.sources, file);
            findings = suppressions.silence(findings);
        }
        sort(&mut findings, &self.sources);
        findings
    }

    /// What is wrong with the configuration in the file at `path` as such: its syntax, and what it declares twice.
    #[must_use]
    pub fn problems_in(&self, path: &str) -> Vec<Problem> {
        let path = &*path::normalize(path);
        let Some(file) = self.sources.find(path) else { return Vec::new() };
        let modules = &self.workspace.modules;
        let module = modules.binary_search_by(|module| module.dir.as_str().cmp(path::parent(path)));
        let errors = module.ok().and_then(|at| modules.get(at)).map(|module| module.errors.as_slice());
        let of_file = errors.unwrap_or_default().iter().filter(|(of, _)| *of == file);
        of_file.map(|(file, error)| problem_of_syntax(&self.sources, *file, error)).collect()
    }

    /// What has become of the file since `before`.
    fn typed(&self, path: &str, before: &Analysis) -> Option<Typed> {
        let old = before.sources().find(path)?;
        let is_comparable = self.sources.is_in_line_with(before.sources());
        if !is_comparable || before.state.foreign.contains(&old) || before.state.parts.parts.is_empty() {
            return None;
        }
        let is_document = self.is_document(path);
        let tree = self.memory.kept.tree(path).filter(|_| !is_document);
        let new = match &tree {
            Some(tree) => tree.file,
            None if is_document => {
                let bytes = self.files.read(path).ok()?;
                self.sources.add(path, crate::syntax::decode(&bytes).ok()?.as_ref())
            }
            None => return None,
        };
        let (then, now) = (before.sources().file(old), self.sources.file(new));
        let change = TextChange::between(then.text(), now.text());
        let mut typed = Typed { old, file: new, change, places: Vec::new(), addresses: FxHashSet::default() };
        typed.touch(tree.as_deref(), change.new);
        let parts = before.state.parts.parts.iter().filter(|part| part.paths.contains(path));
        typed.reach(parts.flat_map(|part| &part.sites), tree.as_deref());
        Some(typed)
    }

    pub(super) fn is_document(&self, path: &str) -> bool {
        self.host.roots.documents.iter().any(|document| path::normalize(document) == path)
    }

    /// The policies that have to do with what was typed, as they are now; `None` if there are too many stacks.
    fn policies(
        &self,
        path: &str,
        typed: &Typed,
        cancellation: &Cancellation,
    ) -> Result<Option<Vec<PolicySite>>, Cancelled> {
        if self.is_document(path) {
            return Ok(Some(vec![document_site(&self.sources, typed.file)]));
        }
        let stacks = self.memory.kept.stacks_of(path::parent(path));
        if stacks.len() > MOST_STACKS {
            return Ok(None);
        }
        let knowing = self.knowing();
        let policies = |stack: &Arc<Stack>| {
            cancellation.check()?;
            Ok(knowing.with_evaluator(stack, |evaluator| {
                sites::of_blocks(evaluator, |address| typed.addresses.contains(&address.to_smolstr()))
            }))
        };
        let policies: Vec<Vec<PolicySite>> = stacks.iter().map(policies).collect::<Result<_, Cancelled>>()?;
        Ok(Some(policies.into_iter().flatten().collect()))
    }
}

/// What was typed in a file since an earlier analysis.
struct Typed {
    /// The file of the earlier analysis, and the same file now.
    old: FileId,
    file: FileId,
    change: TextChange,
    /// Where policies were found, in the old text, of which something may be otherwise now.
    places: Vec<TextRange>,
    /// The addresses within their modules of what has or is such a policy.
    addresses: FxHashSet<SmolStr>,
}

impl Typed {
    /// Takes in the top-level blocks that `range` of the new text lies in, or nearest to.
    fn touch(&mut self, tree: Option<&Tree>, range: TextRange) {
        let mut touched = range;
        for block in blocks_at(tree, range) {
            touched = touched.cover(block.range);
            self.addresses.extend(address(block).map(|address| address.to_smolstr()));
        }
        self.places.push(self.change.old.cover(self.change.reversed().follow(touched)));
    }

    /// Takes in the policies of the earlier analysis that have a text where something was typed.
    fn reach<'s>(&mut self, sites: impl Iterator<Item = &'s PolicySite>, tree: Option<&Tree>) {
        let typed_in = self.places.clone();
        let is_typed_in = |place: &TextRange| typed_in.iter().any(|typed| typed.reaches(*place));
        let mut reached = Vec::new();
        for site in sites {
            let leaves = site.document.leaves().map(|leaf| leaf.span);
            let spans = leaves.chain([site.span, site.document.span]).filter(|span| span.file == self.old);
            let places: Vec<TextRange> = spans.map(|span| span.range).collect();
            if places.iter().any(is_typed_in) {
                self.addresses.insert(site.block_address.clone());
                reached.extend(places);
            }
        }
        reached.sort_unstable();
        reached.dedup();
        for place in &reached {
            // Its data sources, too: what one replaces of another is known to it alone.
            let blocks = blocks_at(tree, self.change.follow(*place));
            let documents = blocks.filter_map(address).filter(|address| address.mode == Mode::Data);
            self.addresses.extend(documents.map(|address| address.to_smolstr()));
        }
        self.places.extend(reached);
    }

    /// What was `found` in the file before and still holds as far as is known, where it is now.
    fn kept(&self, found: &[Finding], new: &[Finding], sources: &SourceMap) -> Vec<Finding> {
        let of_file = found.iter().filter(|finding| finding.primary.file == self.old);
        let holds = of_file.filter(|finding| {
            let is_here = self.places.iter().any(|place| place.reaches(finding.primary.range));
            let is_gone = self.change.old.contains_range(finding.primary.range) && !finding.primary.range.is_empty();
            !(is_gone || is_here && rules::looks_at_one_policy(finding.code))
        });
        let is_said = |finding: &Finding| new.iter().any(|it| it.code == finding.code && it.primary == finding.primary);
        holds.map(|finding| self.moved(finding, sources)).filter(|finding| !is_said(finding)).collect()
    }

    fn moved(&self, finding: &Finding, sources: &SourceMap) -> Finding {
        let mut finding = finding.clone();
        finding.primary = self.follow(finding.primary);
        // Places in other texts that were typed in since are not known any longer.
        let is_known = |span: Span| span.file == self.old || sources.has(span.file);
        finding.labels.retain(|label| is_known(label.span));
        finding.path.retain(|label| is_known(label.span));
        finding.fixes.retain(|fix| fix.edits.iter().all(|edit| is_known(edit.span)));
        for label in finding.labels.iter_mut().chain(&mut finding.path) {
            label.span = self.follow(label.span);
        }
        // What would write over what was typed is no longer what was meant.
        let is_typed_over = |span: Span| span.file == self.old && self.change.old.reaches(span.range);
        finding.fixes.retain(|fix: &Fix| !fix.edits.iter().any(|edit| is_typed_over(edit.span)));
        for edit in finding.fixes.iter_mut().flat_map(|fix| &mut fix.edits) {
            edit.span = self.follow(edit.span);
        }
        finding
    }

    fn follow(&self, span: Span) -> Span {
        if span.file == self.old { self.change.follow(span.range).at(self.file) } else { span }
    }
}

/// The top-level blocks that have a byte in `range` or stand beside it.
fn blocks_at(tree: Option<&Tree>, range: TextRange) -> impl Iterator<Item = &Block> {
    let items = tree.map(|tree| &*tree.body.items).unwrap_or_default();
    items.iter().filter_map(move |item| match item {
        Item::Block(block) => Some(&**block).filter(|block| block.range.reaches(range)),
        Item::Attribute(_) => None,
    })
}

/// The address of a resource or data source.
fn address(block: &Block) -> Option<ResourceAddress> {
    let mode = match block.kind.text.as_str() {
        "resource" => Mode::Managed,
        "data" => Mode::Data,
        _ => return None,
    };
    let (ty, name) = (block.label(0)?.text.clone(), block.label(1)?.text.clone());
    Some(ResourceAddress { mode, ty, name })
}
