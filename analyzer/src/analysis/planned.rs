//! Plans and states, each with its source or alone, among the stacks of the workspace.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use rustc_hash::FxHashMap;
use smol_str::SmolStr;

use crate::config::Configuration;
use crate::finding::{Finding, Label};
use crate::module::{Module, Stack, Workspace, load_configured_workspace};
use crate::plan::{Known, Places, Plan};
use crate::source::{FileId, FileSystem, SourceMap, Span, TextRange, path};
use crate::syntax::decode_utf16;

use super::{PlanFile, Problem, read_document};

/// What plans add to a workspace.
#[derive(Default)]
pub(super) struct Planned {
    /// What is known of stacks, by where they are in memory.
    known: FxHashMap<usize, Known>,
    places: FxHashMap<FileId, Places>,
    pub(super) problems: Vec<Problem>,
}

impl Planned {
    /// Reads `plans` and puts their stacks into `workspace`, in place of those of the source alone.
    pub(super) fn join(
        files: &dyn FileSystem,
        sources: &SourceMap,
        configuration: &Configuration,
        plans: &[PlanFile],
        workspace: &mut Workspace,
    ) -> Self {
        let mut planned = Self::default();
        let mut joiner = Joiner { files, sources, configuration, workspace, taken: FxHashMap::default() };
        for plan in plans {
            if let Err(problem) = planned.read(plan, &mut joiner) {
                planned.problems.push(problem);
            }
        }
        joiner.workspace.stacks.sort_by(|a, b| (&a.dir, &a.environment).cmp(&(&b.dir, &b.environment)));
        planned
    }

    fn read(&mut self, plan: &PlanFile, joiner: &mut Joiner<'_>) -> Result<(), Problem> {
        let file = read_plan(joiner, &plan.path)?;
        let source = joiner.sources.file(file);
        let problem = |at: Option<u32>, message: String| Problem {
            path: plan.path.clone(),
            span: at.map(|at| TextRange::empty(at).at(file)),
            message,
        };
        let read = Plan::read(file, source.text()).map_err(|error| problem(error.at, error.message))?;
        if let Some(place) = read.errored() {
            let message = "Terraform failed to make this plan: what is missing in it is not checked";
            self.problems.push(problem(Some(place.start), message.to_owned()));
        }
        match joiner.source_of(plan, &read) {
            Ok(Some(mut stack)) => {
                self.problems.extend(undeclared(&read, &stack, &problem));
                if let Some(completed) = read.completed(&stack, source.path()) {
                    stack = Arc::new(completed);
                    self.places.insert(file, read.places());
                }
                self.known.insert(address(&stack), read.known());
                joiner.workspace.stacks.push(stack);
            }
            alone => {
                self.problems.extend(alone.err().map(|message| problem(Some(0), message)));
                let stack = Arc::new(read.stack(source.path()));
                self.places.insert(file, read.places());
                joiner.workspace.modules.push(Arc::clone(&stack.root.module));
                joiner.workspace.stacks.push(stack);
            }
        }
        Ok(())
    }

    /// What a plan knows of `stack`.
    pub(super) fn known_of(&self, stack: &Stack) -> Option<&Known> {
        self.known.get(&address(stack))
    }

    /// Whether `file` is a plan that stands for its source.
    pub(super) fn is_plan(&self, file: FileId) -> bool {
        self.places.contains_key(&file)
    }

    /// The findings, those in plans with the resource that they are about and without edits: what is
    /// to be mended is the source.
    pub(super) fn placed(&self, mut findings: Vec<Finding>, sources: &SourceMap) -> Vec<Finding> {
        self.tell_differences(&mut findings);
        if self.places.is_empty() {
            return findings;
        }
        findings.retain(|finding| !self.is_of_provider(finding, sources) && !self.needs_references(finding));
        for finding in &mut findings {
            finding.fixes.retain(|fix| !fix.edits.iter().any(|edit| self.is_plan(edit.span.file)));
            let primary = finding.primary;
            let instance = self.places.get(&primary.file).and_then(|places| places.instance_at(primary.range));
            if let Some((address, span)) = instance.filter(|(_, span)| *span != primary) {
                finding.labels.push(Label { span, message: format!("in `{address}`") });
            }
        }
        findings
    }
}

impl Planned {
    /// Says of what is found in a planned value, which is not the one that is written, where that stands.
    fn tell_differences(&self, findings: &mut [Finding]) {
        let differences: BTreeSet<(Span, Span)> = self.known.values().flat_map(Known::differences).collect();
        // Of several plans of one source the first one is told.
        let differences: BTreeMap<Span, Span> = differences.into_iter().rev().collect();
        for finding in findings {
            if let Some(span) = differences.get(&finding.primary) {
                let message = "the plan has another value than what is written".to_owned();
                finding.labels.push(Label { span: *span, message });
            }
        }
    }
}

/// The code of the finding that nothing has one resource made before another one.
const ORDER: &str = "trail-bucket-policy-order";

impl Planned {
    /// Whether the finding is about references, of which a plan has not all: those of local values are
    /// not in it.
    fn needs_references(&self, finding: &Finding) -> bool {
        let mut places = std::iter::once(finding.primary).chain(finding.labels.iter().map(|label| label.span));
        finding.code == ORDER && places.any(|place| self.is_plan(place.file))
    }
}

/// The code of the finding that a statement has an empty `Sid`, or one that AWS does not take.
const INVALID_SID: &str = "invalid-sid";

impl Planned {
    /// Whether the finding is about what the provider has written and nobody else: versions before 4.0
    /// give every statement of a document a `Sid`, empty if it has none.
    fn is_of_provider(&self, finding: &Finding, sources: &SourceMap) -> bool {
        let is_empty = || sources.text(finding.primary).chars().all(|letter| matches!(letter, '"' | '\\'));
        finding.code == INVALID_SID && self.is_plan(finding.primary.file) && is_empty()
    }
}

/// Says, if there are any, which resources of `plan` nobody can check.
fn undeclared(plan: &Plan<'_>, source: &Stack, problem: &impl Fn(Option<u32>, String) -> Problem) -> Option<Problem> {
    let mut undeclared = plan.undeclared(source);
    let (address, place) = undeclared.next()?;
    let others = match undeclared.count() {
        0 => String::new(),
        1 => " and 1 other resource".to_owned(),
        others => format!(" and {others} other resources"),
    };
    let message = format!(
        "`{address}`{others} cannot be checked: the source of the module at hand does not declare what is planned"
    );
    Some(problem(Some(place.start), message))
}

/// The text of the plan at `path`, in UTF-8 even if it is written in UTF-16.
fn read_plan(joiner: &Joiner<'_>, path: &str) -> Result<FileId, Problem> {
    match joiner.files.read(path).ok().and_then(|bytes| decode_utf16(&bytes)) {
        Some(text) => Ok(joiner.sources.add(&path::normalize(path), text)),
        None => read_document(joiner.files, joiner.sources, path),
    }
}

fn address(stack: &Stack) -> usize {
    std::ptr::from_ref(stack).addr()
}

/// Puts stacks into a workspace.
struct Joiner<'a> {
    files: &'a dyn FileSystem,
    sources: &'a SourceMap,
    configuration: &'a Configuration,
    workspace: &'a mut Workspace,
    /// The stacks as the source alone has them, and how many plans there were of each directory.
    taken: FxHashMap<String, (Arc<Stack>, usize)>,
}

impl Joiner<'_> {
    /// The stack that `plan` is of, in an environment of its own if there are several plans of it;
    /// `None` if its source is not at hand.
    ///
    /// # Errors
    /// When the directory that is said to have the source has another.
    fn source_of(&mut self, plan: &PlanFile, read: &Plan<'_>) -> Result<Option<Arc<Stack>>, String> {
        let names = read.root_names();
        if let Some(dir) = &plan.source {
            let found = self.stack_in(dir).ok_or_else(|| format!("there is no configuration in `{dir}`"))?;
            if !declares_some(&found.root.module, &names) {
                return Err(format!("`{dir}` declares nothing of what is planned: its source is not used"));
            }
            return Ok(Some(self.take(dir, &found, plan)));
        }
        for dir in &plan.candidates {
            let found = self.stack_in(dir).filter(|stack| declares_all(&stack.root.module, &names));
            if let Some(found) = found {
                return Ok(Some(self.take(dir, &found, plan)));
            }
        }
        Ok(None)
    }

    fn stack_in(&self, dir: &str) -> Option<Arc<Stack>> {
        let dir = path::normalize(dir);
        if let Some((stack, _)) = self.taken.get(&dir) {
            return Some(Arc::clone(stack));
        }
        let is_here = |stack: &&Arc<Stack>| stack.dir == dir;
        if let Some(stack) = self.workspace.stacks.iter().find(is_here) {
            return Some(Arc::clone(stack));
        }
        let read = load_configured_workspace(self.files, self.sources, std::slice::from_ref(&dir), self.configuration);
        read.stacks.iter().find(is_here).cloned()
    }

    /// Takes the stack out of the workspace for `plan` to put it back with what it knows.
    fn take(&mut self, dir: &str, stack: &Arc<Stack>, plan: &PlanFile) -> Arc<Stack> {
        let dir = path::normalize(dir);
        let (_, count) = self.taken.entry(dir.clone()).or_insert_with(|| (Arc::clone(stack), 0));
        *count += 1;
        let is_first = *count == 1;
        if is_first {
            self.workspace.stacks.retain(|stack| stack.dir != dir);
            let mut known: BTreeSet<SmolStr> = self.workspace.modules.iter().map(|module| module.dir.clone()).collect();
            let nodes = stack.root.descendants();
            let modules = nodes.iter().map(|node| &node.module);
            self.workspace.modules.extend(modules.filter(|module| known.insert(module.dir.clone())).cloned());
        }
        let environment = if is_first { stack.environment.clone() } else { Some(plan.path.as_str().into()) };
        Arc::new(Stack { environment, library: false, ..Stack::clone(stack) })
    }
}

/// Whether everything that is planned is declared in `module`.
fn declares_all(module: &Module, names: &BTreeSet<String>) -> bool {
    let declared = declared(module);
    !names.is_empty() && names.is_subset(&declared)
}

fn declares_some(module: &Module, names: &BTreeSet<String>) -> bool {
    names.is_empty() || !names.is_disjoint(&declared(module))
}

fn declared(module: &Module) -> BTreeSet<String> {
    let calls = module.calls.keys().map(|name| format!("module.{name}"));
    calls.chain(module.resources.addresses().map(ToString::to_string)).collect()
}
