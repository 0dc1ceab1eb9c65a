//! Which directories are root modules, and in which environments.

use std::sync::atomic::{AtomicUsize, Ordering};

use crate::source::{Entry, EntryKind, FileError, FileSystem};

use super::*;

/// The stacks, those of libraries with a star.
fn stacks(files: &[(&str, &str)]) -> Vec<String> {
    let fixture = Fixture::new(files);
    let show = |stack: &Arc<Stack>| format!("{}{}", stack.dir, if stack.library { "*" } else { "" });
    fixture.workspace.stacks.iter().map(show).collect()
}

const RESOURCE: &str = "resource \"aws_iam_role\" \"r\" {}\n";
const PROVIDER: &str = "provider \"aws\" {\n  region = \"eu-west-1\"\n}\n";

#[test]
fn signs_of_a_root() {
    assert_eq!(
        stacks(&[
            ("alias/main.tf", "provider \"aws\" {\n  alias = \"x\"\n}\n"),
            ("auto/main.tf", RESOURCE),
            ("auto/x.auto.tfvars", "a = 1\n"),
            ("backend/main.tf", "terraform {\n  backend \"s3\" {}\n}\n"),
            ("cloud/main.tf", "terraform {\n  cloud {}\n}\n"),
            ("envs/env/prod.tfvars", "a = 1\n"),
            ("envs/main.tf", RESOURCE),
            ("lib/main.tf", RESOURCE),
            ("nested/environments/prod/terraform.tfvars", "a = 1\n"),
            ("nested/main.tf", RESOURCE),
            ("provider/main.tf", PROVIDER),
            ("terragrunt/main.tf", RESOURCE),
            ("terragrunt/terragrunt.hcl", ""),
            ("vars/main.tf", RESOURCE),
            ("vars/prod.tfvars", "a = 1\n"),
        ]),
        ["alias*", "auto", "backend", "cloud", "envs", "lib*", "nested", "provider", "terragrunt", "vars"]
    );
}

#[test]
fn a_called_module_is_a_stack_only_with_a_backend_or_values() {
    let call = |dir: &str| format!("module \"{0}\" {{\n  source = \"../{0}\"\n}}\n", dir);
    let root = format!("{PROVIDER}{}{}{}{}", call("plain"), call("legacy"), call("stated"), call("valued"));
    assert_eq!(
        stacks(&[
            ("legacy/main.tf", PROVIDER),
            ("plain/main.tf", RESOURCE),
            ("root/main.tf", &root),
            ("stated/main.tf", "terraform {\n  backend \"s3\" {}\n}\n"),
            ("valued/main.tf", RESOURCE),
            ("valued/terraform.tfvars", "a = 1\n"),
        ]),
        ["root", "stated", "valued"]
    );
}

#[test]
fn examples_are_roots_and_what_they_call_is_none() {
    assert_eq!(
        stacks(&[
            ("examples/complete/main.tf", &format!("{PROVIDER}module \"this\" {{\n  source = \"../..\"\n}}\n")),
            ("main.tf", RESOURCE),
            (".hidden/main.tf", PROVIDER),
            ("x/.terraform/modules/m/main.tf", PROVIDER),
        ]),
        ["examples/complete"]
    );
}

#[test]
fn variables_have_terraforms_order() {
    let fixture = Fixture::new(&[
        ("main.tf", "variable \"a\" {}\nvariable \"b\" {}\nvariable \"c\" {}\nvariable \"d\" {}\n"),
        ("terraform.tfvars", "a = \"terraform.tfvars\"\nb = \"terraform.tfvars\"\n"),
        ("terraform.tfvars.json", r#"{"b": "json ${not_evaluated}", "d": {"k": "%{ if }"}}"#),
        ("x.auto.tfvars", "c = \"x\"\n"),
        ("y.auto.tfvars.json", r#"{"c": "y"}"#),
        ("prod.tfvars", "a = \"prod\"\n"),
    ]);
    assert_eq!(fixture.errors(), Vec::<String>::new());
    let stack = fixture.stack(".");
    let values: Vec<(String, String)> = stack
        .variables
        .iter()
        .map(|(name, value)| match value {
            VariableValue::File(attribute) => (name.to_string(), fixture.value(attribute)),
            VariableValue::Text(text) => (name.to_string(), text.to_string()),
            VariableValue::Configured(setting, _) => (name.to_string(), format!("{:?}", setting.kind)),
        })
        .collect();
    let expected = [
        ("a", "\"terraform.tfvars\""),
        ("b", "\"json ${not_evaluated}\""),
        ("c", "\"y\""),
        ("d", "{\"k\": \"%{ if }\"}"),
    ];
    assert_eq!(values, expected.map(|(name, value)| (name.to_owned(), value.to_owned())));
}

#[test]
fn the_order_of_directories_does_not_matter() {
    let mut fs = MemoryFileSystem::default();
    for at in 0..40 {
        fs.insert(&format!("s{at}/main.tf"), format!("{PROVIDER}resource \"aws_iam_role\" \"r{at}\" {{\n"));
    }
    let show = |dirs: &[&str]| {
        let sources = SourceMap::default();
        let dirs: Vec<String> = dirs.iter().map(|dir| (*dir).to_owned()).collect();
        let workspace = load_workspace(&fs, &sources, &dirs);
        let stacks: Vec<String> = workspace.stacks.iter().map(|stack| stack.dir.to_string()).collect();
        let errors = workspace.modules.iter().flat_map(|module| &module.errors);
        let errors: Vec<String> = errors
            .map(|(file, error)| format!("{} {:?} {}", sources.file(*file).path(), error.range, error.message))
            .collect();
        (stacks, errors)
    };
    let once = show(&["."]);
    assert_eq!(once.0.len(), 40);
    assert!(once.1.len() >= 40);
    assert_eq!(once, show(&["s7", ".", "s3"]));
}

#[test]
fn a_directory_that_is_not_there_is_reported() {
    let sources = SourceMap::default();
    let workspace = load_workspace(&MemoryFileSystem::default(), &sources, &["none".to_owned()]);
    assert_eq!(workspace.errors.len(), 1);
    assert_eq!(&**sources.file(workspace.errors[0].0).path(), "none");
}

/// Counts what is read.
#[derive(Default)]
struct Counting {
    files: MemoryFileSystem,
    reads: AtomicUsize,
    lists: AtomicUsize,
}

impl FileSystem for Counting {
    fn read(&self, path: &str) -> Result<Vec<u8>, FileError> {
        self.reads.fetch_add(1, Ordering::Relaxed);
        self.files.read(path)
    }

    fn list(&self, path: &str) -> Result<Vec<Entry>, FileError> {
        self.lists.fetch_add(1, Ordering::Relaxed);
        self.files.list(path)
    }

    fn kind(&self, path: &str) -> Option<EntryKind> {
        self.files.kind(path)
    }
}

#[test]
fn each_file_and_directory_is_read_once() {
    for roots in [10, 20, 40] {
        let mut fs = Counting::default();
        for at in 0..roots {
            fs.files.insert(&format!("live/r{at}/main.tf"), "module \"m\" {\n  source = \"../../modules/m\"\n}\n");
            fs.files.insert(&format!("live/r{at}/terraform.tfvars"), "a = 1\n");
        }
        fs.files.insert("modules/m/main.tf", RESOURCE);
        let workspace = load_workspace(&fs, &SourceMap::default(), &[".".to_owned()]);
        assert_eq!(workspace.stacks.len(), roots);
        assert_eq!(fs.reads.into_inner(), 2 * roots + 1);
        assert_eq!(fs.lists.into_inner(), roots + 4, "the directories and `.`, `live`, `modules`, `modules/m`");
    }
}
