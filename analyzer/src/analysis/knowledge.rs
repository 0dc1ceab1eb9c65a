//! Evaluators that know what the configuration tells them, the outputs of other stacks among it.

use std::cell::{Cell, RefCell};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use rustc_hash::FxHashMap;
use smol_str::SmolStr;

use crate::cancellation::Cancellation;
use crate::config::Configuration;
use crate::eval::bindings::{BoundValues, OtherStacks, StateWorkspace};
use crate::eval::evaluator::{self, Evaluator};
use crate::eval::file_values::FileValues;
use crate::eval::value::Value;
use crate::module::{Stack, StatePlace};
use crate::source::{EntryKind, FileSystem, SourceMap, TextRange};

use super::Problem;
use super::planned::Planned;
use super::remembered::{Reads, Recording};

/// Stacks that ask each other for outputs are not followed deeper than this.
const MOST_STACKS_IN_A_CHAIN: usize = 16;

/// What evaluators are made from.
pub(super) struct Knowing<'a> {
    files: &'a dyn FileSystem,
    sources: &'a SourceMap,
    configuration: &'a Configuration,
    stacks: &'a [Arc<Stack>],
    planned: &'a Planned,
    numbers: OnceLock<Numbers>,
    values: BoundValues,
    file_values: FileValues,
    outputs: Mutex<FxHashMap<usize, Outputs>>,
    /// Where the stacks keep their states, as far as their source says it.
    places: OnceLock<Places>,
}

/// The outputs of a stack, and what they were made from, if that is noted.
type Outputs = (Value, Option<Arc<Reads>>);

impl<'a> Knowing<'a> {
    /// Reads what `configuration` binds, and says what of it cannot be had.
    pub(super) fn new(
        files: &'a dyn FileSystem,
        sources: &'a SourceMap,
        configuration: &'a Configuration,
        stacks: &'a [Arc<Stack>],
        planned: &'a Planned,
    ) -> (Self, Vec<Problem>) {
        let (values, mut wrong) = BoundValues::read(configuration, files, sources);
        wrong.extend(missing_directories(files, configuration));
        wrong.sort();
        let problem = |(range, message): (TextRange, String)| Problem {
            path: configuration.place().path().to_owned(),
            span: Some(configuration.span(range, sources)),
            message,
        };
        let problems = wrong.into_iter().map(problem).collect();
        let (outputs, file_values) = (Mutex::default(), FileValues::default());
        let (numbers, places) = (OnceLock::new(), OnceLock::new());
        let knowing =
            Self { files, sources, configuration, stacks, planned, numbers, values, file_values, outputs, places };
        (knowing, problems)
    }

    fn numbers(&self) -> &Numbers {
        self.numbers.get_or_init(|| Numbers::of(self.stacks))
    }

    fn places(&self) -> &Places {
        self.places.get_or_init(|| places(self.stacks))
    }

    /// What `ask` makes of an evaluator of `stack`.
    pub(super) fn with_evaluator<T>(&self, stack: &Arc<Stack>, ask: impl FnOnce(&Evaluator<'_>) -> T) -> T {
        let chain = self.chain(stack, None);
        ask(&self.evaluator(stack, self.files, &chain))
    }

    /// The same, and what it was made from beside the module tree of `stack`. What is made is worth nothing if it is
    /// cancelled in the meantime.
    pub(super) fn with_recorded_evaluator<T>(
        &self,
        stack: &Arc<Stack>,
        cancellation: &Cancellation,
        ask: impl FnOnce(&Evaluator<'_>) -> T,
    ) -> (T, Reads) {
        let recording = Recording::new(self.files);
        let chain = self.chain(stack, Some(&recording));
        let made = ask(&self.evaluator(stack, &recording, &chain).with_cancellation(cancellation));
        (made, recording.end())
    }

    fn chain<'b>(&'b self, stack: &Arc<Stack>, recording: Option<&'b Recording<'b>>) -> Chain<'b> {
        Chain {
            knowing: self,
            recording,
            first: Arc::clone(stack),
            stacks: RefCell::default(),
            cut: Cell::new(false),
            partly: RefCell::default(),
        }
    }

    fn evaluator<'b>(
        &'b self,
        stack: &'b Stack,
        files: &'b dyn FileSystem,
        others: &'b dyn OtherStacks,
    ) -> Evaluator<'b> {
        let bindings = self.values.of_stack(self.configuration, &stack.dir, stack.environment.as_deref());
        let bindings = match self.planned.known_of(stack) {
            Some(known) => known.behind(bindings),
            None => bindings,
        };
        let evaluator = Evaluator::new(stack, self.sources, files, evaluator::Options::usual());
        evaluator.with_configuration(self.configuration, bindings, others).with_file_values(&self.file_values)
    }

    /// The stack in `dir`: that of `environment`, else that of the environment that asks, else the only one.
    fn find(&self, dir: &str, environment: Option<&str>, asking: Option<&str>) -> Option<usize> {
        let here = || self.numbers().in_dir(dir).iter().filter_map(|index| Some((*index, self.stacks.get(*index)?)));
        let of = |name: Option<&str>| {
            name.and_then(|name| here().find(|(_, stack)| stack.environment.as_deref() == Some(name)))
        };
        let only = || here().next().filter(|_| here().count() == 1);
        let found = if environment.is_some() { of(environment) } else { of(asking).or_else(only) };
        found.map(|(index, _)| index)
    }

    /// The stack whose state is in `place`: no root but its own may keep one there.
    fn find_state(&self, place: &StatePlace, workspace: &StateWorkspace, asking: &Stack) -> Option<usize> {
        let there: Vec<(usize, &Arc<Stack>)> = self
            .places()
            .get(place.name())?
            .iter()
            .filter(|(other, _)| other.is(place))
            .filter_map(|(_, index)| Some((*index, self.stacks.get(*index)?)))
            .collect();
        let dir = &there.first()?.1.dir;
        if there.iter().any(|(_, stack)| stack.dir != *dir) {
            return None;
        }
        let in_workspace = |name: &str| {
            let found = there.iter().find(|(_, stack)| stack.workspace.as_deref() == Some(name));
            found.map(|(index, _)| *index)
        };
        let beside = || self.find(dir, None, asking.environment.as_deref());
        let is_unnamed = |index: &usize| self.stacks.get(*index).is_some_and(|stack| stack.workspace.is_none());
        match (workspace, &asking.workspace) {
            (StateWorkspace::Named(name), _) | (StateWorkspace::Own, Some(name)) => in_workspace(name),
            (StateWorkspace::Default, _) => in_workspace("default").or_else(|| beside().filter(is_unnamed)),
            (StateWorkspace::Own, None) => beside(),
        }
    }
}

/// The numbers of stacks: how to find one among thousands.
struct Numbers {
    /// By where they are in memory: two stacks may be equal in all else.
    by_address: FxHashMap<usize, usize>,
    by_dir: FxHashMap<SmolStr, Vec<usize>>,
}

impl Numbers {
    fn of(stacks: &[Arc<Stack>]) -> Self {
        let mut numbers = Self { by_address: FxHashMap::default(), by_dir: FxHashMap::default() };
        for (index, stack) in stacks.iter().enumerate() {
            numbers.by_address.entry(address(stack)).or_insert(index);
            numbers.by_dir.entry(stack.dir.clone()).or_default().push(index);
        }
        numbers
    }

    fn of_stack(&self, stack: &Arc<Stack>) -> Option<usize> {
        self.by_address.get(&address(stack)).copied()
    }

    fn in_dir(&self, dir: &str) -> &[usize] {
        self.by_dir.get(dir).map(Vec::as_slice).unwrap_or_default()
    }
}

fn address(stack: &Arc<Stack>) -> usize {
    Arc::as_ptr(stack).addr()
}

/// The places of states and the numbers of their stacks, by the names of the places.
type Places = FxHashMap<SmolStr, Vec<(StatePlace, usize)>>;

fn places(stacks: &[Arc<Stack>]) -> Places {
    let mut places = Places::default();
    for (index, stack) in stacks.iter().enumerate().filter(|(_, stack)| !stack.library) {
        if let Some(place) = StatePlace::of_root(&stack.root.module) {
            places.entry(place.name().clone()).or_default().push((place, index));
        }
    }
    places
}

/// What the configuration names as directories and is none.
fn missing_directories(files: &dyn FileSystem, configuration: &Configuration) -> Vec<(TextRange, String)> {
    let place = configuration.place();
    let modules = configuration.modules().iter().map(|module| (&module.directory.value, module.directory.range));
    let literal = configuration.stacks().iter().filter(|settings| settings.pattern.value.is_literal());
    let stacks: Vec<_> =
        literal.map(|settings| (settings.pattern.value.text().to_owned(), settings.pattern.range)).collect();
    let named = modules.chain(stacks.iter().map(|(text, range)| (text, *range)));
    let missing = named.filter(|(path, _)| files.kind(&place.outside(path)) != Some(EntryKind::Directory));
    missing.map(|(path, range)| (range, format!("there is no directory `{path}`"))).collect()
}

/// The stacks that ask for each other's outputs.
struct Chain<'a> {
    knowing: &'a Knowing<'a>,
    recording: Option<&'a Recording<'a>>,
    /// The one that asks first, for whoever asks.
    first: Arc<Stack>,
    /// The numbers of those that were asked since.
    stacks: RefCell<Vec<usize>>,
    /// Whether some outputs were left unknown because they depend on the stack that asks.
    cut: Cell<bool>,
    /// Outputs as they are with what was left unknown, so that no stack is evaluated twice in one chain.
    partly: RefCell<FxHashMap<usize, Value>>,
}

impl OtherStacks for Chain<'_> {
    fn outputs(&self, dir: &str, environment: Option<&str>, asking: Option<&str>) -> Option<Value> {
        self.note(|reads| reads.asked_for_stacks = true);
        self.outputs_of(self.knowing.find(dir, environment, asking)?)
    }

    fn outputs_of_state(&self, place: &StatePlace, workspace: &StateWorkspace, asking: &Stack) -> Option<Value> {
        self.note(|reads| reads.asked_for_stacks = true);
        self.outputs_of(self.knowing.find_state(place, workspace, asking)?)
    }
}

impl Chain<'_> {
    fn note(&self, change: impl FnOnce(&mut Reads)) {
        if let Some(recording) = self.recording {
            recording.note(change);
        }
    }

    fn outputs_of(&self, index: usize) -> Option<Value> {
        self.note(|reads| reads.stacks.extend([index]));
        let known = self.knowing.outputs.lock().unwrap_or_else(PoisonError::into_inner).get(&index).cloned();
        if let Some((known, reads)) = known {
            self.note(|outer| reads.iter().for_each(|reads| outer.add(reads)));
            return Some(known);
        }
        if let Some(partly) = self.partly.borrow().get(&index) {
            return Some(partly.clone());
        }
        let stack = self.knowing.stacks.get(index)?;
        let in_a_circle =
            self.knowing.numbers().of_stack(&self.first) == Some(index) || self.stacks.borrow().contains(&index);
        if in_a_circle || self.stacks.borrow().len() + 1 >= MOST_STACKS_IN_A_CHAIN {
            self.cut.set(true);
            return None;
        }
        self.stacks.borrow_mut().push(index);
        let (outputs, reads) = self.evaluated_outputs(stack);
        self.stacks.borrow_mut().pop();
        // What a circle left unknown is not unknown to everyone who asks.
        if !self.cut.get() {
            let mut all = self.knowing.outputs.lock().unwrap_or_else(PoisonError::into_inner);
            all.insert(index, (outputs.clone(), reads.map(Arc::new)));
        } else {
            self.partly.borrow_mut().insert(index, outputs.clone());
        }
        Some(outputs)
    }

    fn evaluated_outputs(&self, stack: &Stack) -> (Value, Option<Reads>) {
        let outputs = |files| {
            let evaluator = self.knowing.evaluator(stack, files, self);
            evaluator.outputs(evaluator.root())
        };
        let Some(recording) = self.recording else { return (outputs(self.knowing.files), None) };
        recording.begin();
        (outputs(recording), Some(recording.end()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::module::load_configured_workspace;
    use crate::source::MemoryFileSystem;

    #[test]
    fn each_stack_has_the_number_of_its_place() {
        let mut files = MemoryFileSystem::default();
        for dir in ["a", "b", "c"] {
            files.insert(&format!("{dir}/main.tf"), "terraform {}\n");
        }
        let sources = SourceMap::default();
        let directories = ["a", "b", "c"].map(str::to_owned);
        let workspace = load_configured_workspace(&files, &sources, &directories, &Configuration::default());
        let numbers = Numbers::of(&workspace.stacks);
        for (index, stack) in workspace.stacks.iter().enumerate() {
            assert_eq!(numbers.of_stack(stack), Some(index));
            assert_eq!(numbers.of_stack(&Arc::new(Stack::clone(stack))), None, "it is another one");
            assert_eq!(numbers.in_dir(&stack.dir), [index]);
        }
        assert_eq!(numbers.in_dir("d"), [0; 0]);
    }
}
