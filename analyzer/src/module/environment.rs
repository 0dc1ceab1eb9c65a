//! From a root module to its stacks: one, or one for each environment that the
//! configuration names.

use std::collections::BTreeMap;
use std::sync::Arc;

use smol_str::SmolStr;

use crate::config::{Configuration, Environment, Given};
use crate::source::{EntryKind, FileId, path};
use crate::syntax::SyntaxError;

use super::files::ModuleFiles;
use super::library::Library;
use super::load::Reader;
use super::stack::{ModuleNode, Stack, VariableValue};
use super::tree;

/// What is wrong, and with which file.
pub(super) type Errors = Vec<(FileId, SyntaxError)>;

type Variables = BTreeMap<SmolStr, VariableValue>;

/// Builds stacks.
pub(super) struct StackBuilder<'a> {
    pub(super) reader: Reader<'a>,
    pub(super) library: &'a Library<'a>,
}

impl StackBuilder<'_> {
    /// The stacks of the root in `dir`, by the names of their environments, and what is
    /// wrong with its variable files.
    pub(super) fn stacks(&self, files: &ModuleFiles, dir: &str, is_library: bool) -> Option<(Vec<Stack>, Errors)> {
        let mut errors = Vec::new();
        let root = tree::root(self.library, dir)?;
        let variables = self.automatic_variables(dir, files, &mut errors);
        let environments = self.configuration().environments(dir);
        let alone = Stack {
            dir: dir.into(),
            environment: None,
            workspace: None,
            root: Arc::clone(&root),
            variables: variables.clone(),
            given: self.configuration().given_variables(dir).cloned().unwrap_or_default(),
            library: is_library,
        };
        let mut stacks: Vec<Stack> = environments
            .iter()
            .map(|environment| self.in_environment(dir, environment, &root, variables.clone(), &mut errors))
            .collect();
        stacks.sort_by(|a, b| a.environment.cmp(&b.environment));
        Some((if stacks.is_empty() { vec![alone] } else { stacks }, errors))
    }

    fn configuration(&self) -> &Configuration {
        self.library.configuration()
    }

    fn in_environment(
        &self,
        dir: &str,
        environment: &Environment,
        root: &Arc<ModuleNode>,
        mut variables: Variables,
        errors: &mut Errors,
    ) -> Stack {
        let mut named = BTreeMap::new();
        for file in &environment.var_files {
            self.named_variables(dir, file, &mut named, errors);
        }
        if !environment.vars.is_empty() {
            let file = self.configuration_file();
            let given = environment.vars.iter().map(|entry| {
                let value = VariableValue::Configured(Arc::new(entry.value.clone()), file);
                (SmolStr::from(entry.key.as_str()), value)
            });
            named.extend(given);
        }
        let mut given = self.configuration().given_variables(dir).cloned().unwrap_or_default();
        given.retain(|name, _| !named.contains_key(name.as_str()));
        variables.extend(named);
        Stack {
            dir: dir.into(),
            environment: Some(environment.name.as_str().into()),
            workspace: environment.workspace.as_deref().map(SmolStr::from),
            root: Arc::clone(root),
            variables,
            given,
            library: false,
        }
    }

    /// The values that Terraform loads for the root in `dir` without being told.
    fn automatic_variables(&self, dir: &str, files: &ModuleFiles, errors: &mut Errors) -> Variables {
        let mut variables = BTreeMap::new();
        for name in &files.variables {
            self.add_variables(&path::join(dir, name), &mut variables, errors);
        }
        variables
    }

    /// The values of a file that the configuration names.
    fn named_variables(&self, dir: &str, file: &Given<String>, variables: &mut Variables, errors: &mut Errors) {
        let path = match file.value.strip_prefix('/') {
            Some(path) => self.configuration().place().outside(path),
            None => path::join(dir, &file.value),
        };
        if self.reader.fs.kind(&path) == Some(EntryKind::File) {
            return self.add_variables(&path, variables, errors);
        }
        let message = format!("there is no file `{path}`");
        errors.push((self.configuration_file(), SyntaxError { range: file.range, message }));
    }

    fn add_variables(&self, path: &str, variables: &mut Variables, errors: &mut Errors) {
        let tree = self.reader.variables(path);
        for attribute in tree.body.attributes() {
            variables.insert(attribute.name.text.clone(), VariableValue::File(Arc::clone(attribute)));
        }
        errors.extend(tree.errors.iter().map(|error| (tree.file, error.clone())));
    }

    fn configuration_file(&self) -> FileId {
        let configuration = self.configuration();
        self.reader.sources.add(configuration.place().path(), Arc::clone(configuration.text()))
    }
}
