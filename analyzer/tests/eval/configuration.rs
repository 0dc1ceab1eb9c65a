//! Configurations in memory.

use crosstrail_analyzer::eval::evaluator::{Evaluator, Options};
use crosstrail_analyzer::module::load_workspace;
use crosstrail_analyzer::source::{MemoryFileSystem, SourceMap};

/// The locals and errors of the root module that `files` make.
pub(crate) fn evaluate<T>(files: &[(&str, &str)], ask: impl FnOnce(&Evaluator<'_>) -> T) -> T {
    let mut system = MemoryFileSystem::default();
    for (path, text) in files {
        system.insert(path, *text);
    }
    let sources = SourceMap::default();
    let workspace = load_workspace(&system, &sources, &[".".to_owned()]);
    let stack = workspace.stacks.iter().find(|stack| stack.dir == ".").expect("a root module");
    let evaluator = Evaluator::new(stack, &sources, &system, Options::usual());
    ask(&evaluator)
}
