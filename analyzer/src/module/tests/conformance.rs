//! The recorded examples: what Terraform itself said about them.

use std::collections::BTreeMap;
use std::path::Path;

use serde_json::Value;

use crate::source::{Entry, EntryKind, FileError, FileSystem};

use super::*;

/// The recorded examples on disk.
struct Recorded;

const DIRECTORY: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../tests/conformance/terraform");

impl FileSystem for Recorded {
    fn read(&self, path: &str) -> Result<Vec<u8>, FileError> {
        std::fs::read(Path::new(DIRECTORY).join(path)).map_err(|_| FileError::NotFound)
    }

    fn list(&self, path: &str) -> Result<Vec<Entry>, FileError> {
        let entries = std::fs::read_dir(Path::new(DIRECTORY).join(path)).map_err(|_| FileError::NotFound)?;
        let mut entries: Vec<Entry> = entries
            .map(|entry| {
                let entry = entry.unwrap();
                let kind = if entry.path().is_dir() { EntryKind::Directory } else { EntryKind::File };
                Entry { name: entry.file_name().into_string().unwrap(), kind }
            })
            .collect();
        entries.sort_by(|a, b| a.name.cmp(&b.name));
        Ok(entries)
    }

    fn kind(&self, path: &str) -> Option<EntryKind> {
        let path = Path::new(DIRECTORY).join(path);
        if path.is_dir() { Some(EntryKind::Directory) } else { path.is_file().then_some(EntryKind::File) }
    }
}

fn load(example: &str) -> (Fixture, Value) {
    let sources = SourceMap::default();
    let workspace = load_workspace(&Recorded, &sources, &[example.to_owned()]);
    let plan = std::fs::read(Path::new(DIRECTORY).join(example).join("plan.json")).unwrap();
    (Fixture { sources, workspace }, serde_json::from_slice(&plan).unwrap())
}

/// Resources of the plan's configuration and the key of their provider, by full address.
fn recorded(module: &Value, path: &str, found: &mut BTreeMap<String, String>) {
    for resource in module["resources"].as_array().into_iter().flatten() {
        let address = format!("{path}{}", resource["address"].as_str().unwrap());
        found.insert(address, resource["provider_config_key"].as_str().unwrap().to_owned());
    }
    for (name, call) in module["module_calls"].as_object().into_iter().flatten() {
        recorded(&call["module"], &format!("{path}module.{name}."), found);
    }
}

/// The same from source.
fn found(stack: &Stack) -> BTreeMap<String, String> {
    let mut found = BTreeMap::new();
    for node in stack.root.descendants() {
        let chain = stack.root.chain(&node.path).unwrap();
        let prefix = if node.path.is_empty() { String::new() } else { format!("{}.", node.address()) };
        for resource in node.module.resources.iter() {
            let provider = match resolve_provider(&chain, &resource.provider_reference()) {
                ProviderSource::Configured { config, .. } => config.reference.to_string(),
                ProviderSource::Default { name } => name.to_string(),
                other => panic!("{}: {other:?}", resource.address),
            };
            found.insert(format!("{prefix}{}", resource.address), provider);
        }
    }
    found
}

#[track_caller]
fn agrees_with_plan(example: &str) -> Fixture {
    let (fixture, plan) = load(example);
    assert_eq!(fixture.errors(), Vec::<String>::new());
    assert_eq!(fixture.workspace.stacks.len(), 1);
    let stack = fixture.stack(example);
    assert!(!stack.library);
    let configuration = &plan["configuration"]["root_module"];
    let mut expected = BTreeMap::new();
    recorded(configuration, "", &mut expected);
    assert!(!expected.is_empty());
    assert_eq!(found(stack), expected);
    let recorded_names = |key: &str| -> Vec<String> {
        configuration[key].as_object().into_iter().flatten().map(|(name, _)| name.clone()).collect()
    };
    assert_eq!(names(&stack.root.module.outputs), recorded_names("outputs"));
    assert_eq!(names(&stack.root.module.variables), recorded_names("variables"));
    assert_eq!(names(&stack.root.module.calls), recorded_names("module_calls"));
    fixture
}

#[test]
fn providers_map() {
    agrees_with_plan("aws-providers-map");
}

#[test]
fn modules() {
    agrees_with_plan("modules");
}

#[test]
fn json_notation() {
    agrees_with_plan("tfjson");
}

#[test]
fn several_accounts() {
    agrees_with_plan("aws-multi-account");
}

#[test]
fn policy_documents() {
    agrees_with_plan("aws-policy-doc");
}

/// A file as it is typed: every prefix of it gives a workspace.
#[test]
fn prefixes() {
    let paths = ["tfjson/main.tf.json", "aws-providers-map/main.tf", "modules/main.tf", "modules/env/prod.tfvars"];
    for path in paths {
        let text = String::from_utf8(Recorded.read(path).unwrap()).unwrap();
        let name = path.rsplit('/').next().unwrap().replace("prod", "terraform");
        for end in (0..text.len()).step_by(5).filter(|end| text.is_char_boundary(*end)) {
            let prefix = text.get(..end).unwrap();
            let fixture = Fixture::new(&[(&name, prefix), ("other.tf", "locals {\n  kept = 1\n}\n")]);
            assert!(fixture.module(".").locals.contains_key("kept"));
        }
    }
}
