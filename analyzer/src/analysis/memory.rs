//! What a host that stays keeps from one analysis to the next.
//!
//! Nothing is kept that the last analysis has not used: trees and modules by the texts of their
//! files, and of each stack what was made of it, as long as all that it was made from is the same.

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex, PoisonError};

use rustc_hash::{FxHashMap, FxHashSet};
use smol_str::SmolStr;

use crate::cloudtrail;
use crate::iam;
use crate::module::{Changes, Kept, Stack, StatePlace};
use crate::policy::sites::PolicySite;
use crate::rules::PolicyFindings;
use crate::source::{EntryKind, FileSystem, SourceMap, path};

use super::Options;
use super::remembered::{Reads, Remembered};

/// What was made of a stack, or of a file that is a policy.
#[derive(Debug, Default)]
pub(super) struct Evaluated {
    pub(super) sites: Vec<PolicySite>,
    pub(super) iam: iam::StackPart,
    pub(super) trails: cloudtrail::StackPart,
    /// The paths of the files that it was made from.
    pub(super) paths: FxHashSet<Arc<str>>,
    /// What the rules that look at one policy at a time found in it, and how they were asked.
    checked: Mutex<Option<(Options, Arc<PolicyFindings>)>>,
}

impl Evaluated {
    pub(super) fn new(mut sites: Vec<PolicySite>, iam: iam::StackPart, trails: cloudtrail::StackPart) -> Self {
        sites.shrink_to_fit();
        Self { sites, iam, trails, ..Self::default() }
    }

    /// What is made of a file that is a policy.
    pub(super) fn of_document(path: &str, site: PolicySite) -> Self {
        Self { sites: vec![site], paths: std::iter::once(Arc::from(path)).collect(), ..Self::default() }
    }

    /// What was found with `options`, if that was asked last.
    pub(super) fn checked(&self, options: &Options) -> Option<Arc<PolicyFindings>> {
        let checked = self.checked.lock().unwrap_or_else(PoisonError::into_inner);
        checked.as_ref().filter(|(asked, _)| asked == options).map(|(_, found)| Arc::clone(found))
    }

    pub(super) fn keep_checked(&self, options: &Options, found: Arc<PolicyFindings>) {
        *self.checked.lock().unwrap_or_else(PoisonError::into_inner) = Some((options.clone(), found));
    }
}

/// How much was done so far for all analyses of a host.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Work {
    /// Files parsed.
    pub parsed: usize,
    /// Directories listed.
    pub listed: usize,
    /// Stacks evaluated.
    pub evaluated: usize,
    /// What is kept: trees, modules, stacks and texts.
    pub kept: usize,
}

/// What is kept.
pub(super) struct Memory {
    pub(super) files: Arc<Remembered>,
    pub(super) kept: Kept,
    pub(super) sources: Arc<SourceMap>,
    /// What has happened since the last analysis.
    pub(super) changes: Changes,
    /// The same with everything around what was made or taken away.
    touched: BTreeSet<String>,
    /// What was touched before the last analysis.
    touched_before: BTreeSet<String>,
    /// By where the stacks are in memory.
    stacks: FxHashMap<usize, KeptStack>,
    /// The files that are policies, by path.
    documents: FxHashMap<String, Arc<Evaluated>>,
    /// What else the configuration was read with.
    configured: BTreeSet<String>,
    places: Vec<PlaceOfStack>,
    pub(super) evaluated: usize,
}

struct KeptStack {
    /// Kept so that its address stays its own.
    _stack: Arc<Stack>,
    evaluated: Arc<Evaluated>,
    reads: Reads,
    /// The other stacks that were read.
    others: Vec<Arc<Stack>>,
}

/// What tells one stack from another for those who look for one.
type PlaceOfStack = (SmolStr, Option<SmolStr>, Option<SmolStr>, bool, Option<StatePlace>);

impl Memory {
    pub(super) fn new(files: Arc<dyn FileSystem>) -> Self {
        Self {
            files: Arc::new(Remembered::new(files)),
            kept: Kept::default(),
            sources: Arc::default(),
            changes: Changes { structure: true, ..Changes::default() },
            touched: BTreeSet::new(),
            touched_before: BTreeSet::new(),
            stacks: FxHashMap::default(),
            documents: FxHashMap::default(),
            configured: BTreeSet::new(),
            places: Vec::new(),
            evaluated: 0,
        }
    }

    /// Nothing holds any longer but what files say.
    pub(super) fn reset(&mut self) {
        let files = Arc::clone(&self.files);
        *self = Self { files, evaluated: self.evaluated, ..Self::new(Arc::clone(&self.files) as Arc<dyn FileSystem>) };
    }

    /// The file at `path` has another text.
    pub(super) fn text_changed(&mut self, path: String) {
        self.touched.insert(path.clone());
        self.changes.texts.insert(path);
    }

    /// Something was made or taken away at `path`.
    pub(super) fn structure_changed(&mut self, path: &str) {
        let within = self.kept.files_within(path);
        within.into_iter().for_each(|file| self.text_changed(file));
        self.text_changed(path.to_owned());
        self.changes.structure = true;
        let mut around = path;
        while around != path::parent(around) {
            around = path::parent(around);
            self.touched.insert(around.to_owned());
        }
    }

    /// The texts with which the next analysis starts. `is_open` says of a path that it has a buffer.
    pub(super) fn next_sources(&mut self, is_open: impl Fn(&str) -> bool) -> Arc<SourceMap> {
        // What is there no longer may come back: its text is kept for one analysis.
        let is_gone = |path: &&String| {
            !self.touched.contains(*path) && !is_open(path) && self.files.kind(path) != Some(EntryKind::File)
        };
        let gone = self.touched_before.iter().filter(is_gone).map(String::as_str);
        self.sources = Arc::new(self.sources.following(gone));
        Arc::clone(&self.sources)
    }

    /// Lets go of what was made from something that has changed. `stacks` are those that there are now.
    pub(super) fn forget_changed(&mut self, stacks: &[Arc<Stack>], configured: &Reads) {
        let touched = std::mem::take(&mut self.touched);
        let is_touched = |paths: &BTreeSet<String>| {
            let (few, many) = if touched.len() < paths.len() { (&touched, paths) } else { (paths, &touched) };
            few.iter().any(|path| many.contains(path))
        };
        let places: Vec<PlaceOfStack> = stacks.iter().map(|stack| place(stack)).collect();
        if is_touched(&self.configured) || is_touched(&configured.paths) {
            self.stacks.clear();
        }
        let are_places_same = places == self.places;
        let now: FxHashSet<usize> = stacks.iter().map(address).collect();
        self.stacks.retain(|stack, kept| {
            now.contains(stack)
                && !is_touched(&kept.reads.paths)
                && (are_places_same || !kept.reads.asked_for_stacks)
                && kept.others.iter().all(|other| now.contains(&address(other)))
        });
        self.documents.retain(|path, _| !touched.contains(&path::normalize(path)));
        self.places = places;
        self.configured.clone_from(&configured.paths);
        self.touched_before = touched;
        self.changes = Changes::default();
    }

    pub(super) fn evaluated(&self, stack: &Arc<Stack>) -> Option<Arc<Evaluated>> {
        self.stacks.get(&address(stack)).map(|kept| Arc::clone(&kept.evaluated))
    }

    /// Keeps what was made of a stack.
    pub(super) fn keep(&mut self, stack: &Arc<Stack>, mut evaluated: Evaluated, reads: Reads, others: Vec<Arc<Stack>>) {
        let modules = stack.root.descendants().into_iter().flat_map(|node| &node.module.files);
        evaluated.paths = modules.map(|file| Arc::clone(self.sources.file(*file).path())).collect();
        evaluated.paths.extend(reads.paths.iter().map(|path| Arc::from(path.as_str())));
        self.evaluated += 1;
        let kept = KeptStack { _stack: Arc::clone(stack), evaluated: Arc::new(evaluated), reads, others };
        self.stacks.insert(address(stack), kept);
    }

    pub(super) fn document(&self, path: &str) -> Option<Arc<Evaluated>> {
        self.documents.get(path).cloned()
    }

    /// Keeps what was made of the files that are policies, and of no others.
    pub(super) fn keep_documents(&mut self, documents: FxHashMap<String, Arc<Evaluated>>) {
        self.documents = documents;
    }

    pub(super) fn work(&self) -> Work {
        Work {
            parsed: self.kept.parsed(),
            listed: self.kept.listed(),
            evaluated: self.evaluated,
            kept: self.kept.len() + self.stacks.len() + self.documents.len() + self.sources.len(),
        }
    }
}

fn address(stack: &Arc<Stack>) -> usize {
    Arc::as_ptr(stack).addr()
}

fn place(stack: &Stack) -> PlaceOfStack {
    let state = if stack.library { None } else { StatePlace::of_root(&stack.root.module) };
    (stack.dir.clone(), stack.environment.clone(), stack.workspace.clone(), stack.library, state)
}
