//! What the tests of this layer have in common.

mod calls;
mod conformance;
mod declarations;
mod json;
mod overriding;
mod providers;
mod roots;

use std::sync::Arc;

use crate::source::{MemoryFileSystem, SourceMap};

use super::*;

/// The workspace of `files`, everything below the working directory.
struct Fixture {
    sources: SourceMap,
    workspace: Workspace,
}

impl Fixture {
    fn new(files: &[(&str, &str)]) -> Self {
        let mut fs = MemoryFileSystem::default();
        for (path, text) in files {
            fs.insert(path, *text);
        }
        Self::of(&fs)
    }

    fn of(fs: &MemoryFileSystem) -> Self {
        let sources = SourceMap::default();
        let workspace = load_workspace(fs, &sources, &[".".to_owned()]);
        Self { sources, workspace }
    }

    #[track_caller]
    fn module(&self, dir: &str) -> &Arc<Module> {
        self.workspace.modules.iter().find(|module| module.dir == dir).expect("a module in the directory")
    }

    #[track_caller]
    fn stack(&self, dir: &str) -> &Arc<Stack> {
        self.workspace.stacks.iter().find(|stack| stack.dir == dir).expect("a stack in the directory")
    }

    /// All errors as `path: marked text: message`.
    fn errors(&self) -> Vec<String> {
        let of_modules = self.workspace.modules.iter().flat_map(|module| &module.errors);
        let show = |(file, error): &(crate::source::FileId, crate::syntax::SyntaxError)| {
            let marked = self.sources.text(error.range.at(*file));
            format!("{}: {marked}: {}", self.sources.file(*file).path(), error.message)
        };
        of_modules.chain(&self.workspace.errors).map(show).collect()
    }

    fn text(&self, span: crate::source::Span) -> String {
        self.sources.text(span)
    }

    fn value(&self, attribute: &crate::syntax::ast::Attribute) -> String {
        self.text(attribute.value.range.at(attribute.file))
    }
}

fn names<V>(map: &std::collections::BTreeMap<smol_str::SmolStr, V>) -> Vec<&str> {
    map.keys().map(smol_str::SmolStr::as_str).collect()
}
