//! Which files of a directory belong to a module, by their names alone.

use std::collections::BTreeSet;

use crate::source::{Entry, EntryKind};

/// The files of a module's directory by what they are for, each list in the order
/// in which Terraform reads it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ModuleFiles {
    /// Declarations.
    pub primary: Vec<String>,
    /// Declarations that change others: `override.tf`, `*_override.tf` and their kin.
    pub overrides: Vec<String>,
    /// Files with values for variables that are loaded without being named.
    pub variables: Vec<String>,
    /// Files with values for variables that `-var-file` has to name.
    pub other_variables: Vec<String>,
    /// Whether Terragrunt runs this directory.
    pub terragrunt: bool,
    /// Whether `terraform init` ran here.
    pub initialized: bool,
}

/// Suffix, whether the notation is JSON, whether only OpenTofu reads it.
const SUFFIXES: &[(&str, bool, bool)] =
    &[(".tf.json", true, false), (".tofu.json", true, true), (".tf", false, false), (".tofu", false, true)];

/// A name split into stem and suffix.
struct ConfigurationName<'a> {
    name: &'a str,
    stem: &'a str,
    json: bool,
    tofu: bool,
}

impl<'a> ConfigurationName<'a> {
    fn new(name: &'a str) -> Option<Self> {
        let split = |(suffix, json, tofu): &(&str, bool, bool)| {
            let stem = name.strip_suffix(suffix)?;
            Some(Self { name, stem, json: *json, tofu: *tofu })
        };
        SUFFIXES.iter().find_map(split)
    }

    fn is_override(&self) -> bool {
        self.stem == "override" || self.stem.ends_with("_override")
    }
}

impl ModuleFiles {
    /// Sorts out `entries`, which are sorted by name.
    #[must_use]
    pub fn new(entries: &[Entry]) -> Self {
        let files = entries.iter().filter(|entry| entry.kind == EntryKind::File);
        let names: Vec<&str> = files.map(|entry| entry.name.as_str()).filter(|name| !is_ignored(name)).collect();
        let is_data_dir = |entry: &Entry| entry.kind == EntryKind::Directory && entry.name == ".terraform";
        let mut found = Self {
            terragrunt: names.contains(&"terragrunt.hcl"),
            initialized: entries.iter().any(is_data_dir),
            ..Self::default()
        };
        found.add_configuration(&names);
        found.add_variables(&names);
        found
    }

    /// Whether anything is declared here.
    #[must_use]
    pub fn is_module(&self) -> bool {
        !self.primary.is_empty() || !self.overrides.is_empty()
    }

    /// `x.tofu` takes the place of `x.tf`, `x.tofu.json` that of `x.tf.json`.
    fn add_configuration(&mut self, names: &[&str]) {
        let configurations: Vec<_> = names.iter().filter_map(|name| ConfigurationName::new(name)).collect();
        let tofu = configurations.iter().filter(|name| name.tofu).map(|name| (name.stem, name.json));
        let shadows: BTreeSet<_> = tofu.collect();
        for name in configurations {
            if !name.tofu && shadows.contains(&(name.stem, name.json)) {
                continue;
            }
            let list = if name.is_override() { &mut self.overrides } else { &mut self.primary };
            list.push(name.name.to_owned());
        }
    }

    fn add_variables(&mut self, names: &[&str]) {
        const FIRST: [&str; 2] = ["terraform.tfvars", "terraform.tfvars.json"];
        let present = |name: &&str| names.contains(name);
        self.variables.extend(FIRST.iter().copied().filter(present).map(str::to_owned));
        for name in names.iter().filter(|name| is_variable_file(name) && !FIRST.contains(*name)) {
            let automatic = name.ends_with(".auto.tfvars") || name.ends_with(".auto.tfvars.json");
            let list = if automatic { &mut self.variables } else { &mut self.other_variables };
            list.push((*name).to_owned());
        }
    }
}

fn is_variable_file(name: &str) -> bool {
    name.ends_with(".tfvars") || name.ends_with(".tfvars.json")
}

/// Names that Terraform passes over: hidden files and what editors leave behind.
fn is_ignored(name: &str) -> bool {
    name.starts_with('.') || name.ends_with('~') || name.starts_with('#') && name.ends_with('#')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn files(names: &[&str]) -> ModuleFiles {
        let entry = |name: &&str| Entry { name: (*name).to_owned(), kind: EntryKind::File };
        ModuleFiles::new(&names.iter().map(entry).collect::<Vec<_>>())
    }

    #[test]
    fn tofu_takes_the_place_of_tf() {
        let found = files(&["a.tf", "a.tf.json", "a.tofu", "b.tf", "c.tofu.json"]);
        assert_eq!(found.primary, ["a.tf.json", "a.tofu", "b.tf", "c.tofu.json"]);
    }

    #[test]
    fn overrides_and_leftovers_are_told_apart() {
        let found =
            files(&["#x.tf#", ".hidden.tf", "a.tf", "a.tf~", "b_override.tf.json", "override.tf", "overrides.tf"]);
        assert_eq!(found.primary, ["a.tf", "overrides.tf"]);
        assert_eq!(found.overrides, ["b_override.tf.json", "override.tf"]);
    }

    #[test]
    fn variable_files_have_terraforms_order() {
        let found =
            files(&["a.auto.tfvars", "b.auto.tfvars.json", "prod.tfvars", "terraform.tfvars", "terraform.tfvars.json"]);
        assert_eq!(
            found.variables,
            ["terraform.tfvars", "terraform.tfvars.json", "a.auto.tfvars", "b.auto.tfvars.json"]
        );
        assert_eq!(found.other_variables, ["prod.tfvars"]);
        assert!(!found.is_module());
    }
}
