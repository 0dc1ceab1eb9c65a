//! Module calls: local, downloaded and missing ones.

use crate::source::{Entry, EntryKind, FileError, FileSystem};

use super::*;

#[track_caller]
fn missing<'a>(node: &'a ModuleNode, name: &str) -> (&'a str, &'a str) {
    match &node.children[name] {
        Child::Missing { source, reason, .. } => (source, reason),
        other => panic!("{name} is not missing: {other:?}"),
    }
}

#[test]
fn local_calls_share_their_module() {
    let fixture = Fixture::new(&[
        (
            "live/prod/main.tf",
            "module \"a\" {\n  source = \"../../modules/x\"\n}\nmodule \"b\" {\n  source = \"../../modules/x\"\n}\n",
        ),
        ("modules/x/main.tf", "module \"inner\" {\n  source = \"./inner\"\n}\n"),
        ("modules/x/inner/main.tf", "resource \"aws_iam_role\" \"r\" {}\n"),
    ]);
    let root = &fixture.stack("live/prod").root;
    let (a, b) = (root.child("a").unwrap(), root.child("b").unwrap());
    assert!(Arc::ptr_eq(&a.module, &b.module));
    assert_eq!(a.call.as_ref().unwrap().name.text, "a");
    let addresses: Vec<_> = root.descendants().into_iter().map(ModuleNode::address).collect();
    assert_eq!(addresses, ["", "module.a", "module.a.module.inner", "module.b", "module.b.module.inner"]);
    assert!(root.descendants().iter().all(|node| !node.downloaded));
    let chain = root.chain(&["b".into(), "inner".into()]).unwrap();
    assert_eq!(chain.last().unwrap().module.dir, "modules/x/inner");
    assert!(root.chain(&["b".into(), "none".into()]).is_none());
    assert_eq!(fixture.workspace.stacks.len(), 1);
}

#[test]
fn downloaded_modules_are_found_through_the_manifest() {
    let manifest = r#"{"Modules":[
        {"Key":"","Source":"","Dir":"."},
        {"Key":"roles","Source":"registry.terraform.io/terraform-aws-modules/iam/aws","Version":"5.0.0","Dir":".terraform/modules/roles/modules/roles"},
        {"Key":"roles.sub","Source":"./sub","Dir":".terraform/modules/roles/modules/roles/sub"},
        {"Key":"roles.deep","Source":"git::https://example.com/deep.git","Dir":".terraform/modules/roles.deep"},
        {"Key":"gone","Source":"git::https://example.com/gone.git","Dir":".terraform/modules/gone"}]}"#;
    let fixture = Fixture::new(&[
        (
            "root/main.tf",
            "module \"roles\" {\n  source  = \"terraform-aws-modules/iam/aws\"\n  version = \"5.0.0\"\n}\nmodule \"gone\" {\n  source = \"git::https://example.com/gone.git\"\n}\nmodule \"never\" {\n  source = \"a/b/c\"\n}\n",
        ),
        ("root/.terraform/modules/modules.json", manifest),
        (
            "root/.terraform/modules/roles/modules/roles/main.tf",
            "module \"sub\" {\n  source = \"./sub\"\n}\nmodule \"deep\" {\n  source = \"git::https://example.com/deep.git\"\n}\n",
        ),
        ("root/.terraform/modules/roles/modules/roles/sub/main.tf", "locals {\n  a = 1\n}\n"),
        ("root/.terraform/modules/roles.deep/main.tf", "locals {\n  a = 1\n}\n"),
    ]);
    let root = &fixture.stack("root").root;
    let roles = root.child("roles").unwrap();
    assert!(roles.downloaded && roles.child("sub").unwrap().downloaded && roles.child("deep").unwrap().downloaded);
    assert!(!root.downloaded);
    assert_eq!(root.module.calls["roles"].version.as_deref(), Some("5.0.0"));
    let not_downloaded = "not downloaded: run `terraform init`";
    assert_eq!(missing(root, "gone"), ("git::https://example.com/gone.git", not_downloaded));
    assert_eq!(missing(root, "never"), ("a/b/c", not_downloaded));
    assert_eq!(fixture.workspace.stacks.len(), 1);
}

#[test]
fn missing_modules_say_why() {
    let fixture = Fixture::new(&[
        (
            "main.tf",
            "module \"none\" {\n  source = \"./none\"\n}\nmodule \"docs\" {\n  source = \"./docs\"\n}\nmodule \"expr\" {\n  source = \"./${var.x}\"\n}\nmodule \"bare\" {}\n",
        ),
        ("docs/README.md", "nothing"),
    ]);
    let root = &fixture.stack(".").root;
    assert_eq!(missing(root, "none"), ("./none", "no such directory"));
    assert_eq!(missing(root, "docs"), ("./docs", "no Terraform files in the directory"));
    assert_eq!(missing(root, "expr"), ("", "the source is not a literal"));
    assert_eq!(missing(root, "bare"), ("", "the call has no `source`"));
}

/// A file system with the empty directory `vendor`, as git leaves it for a submodule.
struct WithSubmodule(MemoryFileSystem);

impl FileSystem for WithSubmodule {
    fn read(&self, path: &str) -> Result<Vec<u8>, FileError> {
        self.0.read(path)
    }

    fn list(&self, path: &str) -> Result<Vec<Entry>, FileError> {
        if path == "vendor" { Ok(Vec::new()) } else { self.0.list(path) }
    }

    fn kind(&self, path: &str) -> Option<EntryKind> {
        if path == "vendor" { Some(EntryKind::Directory) } else { self.0.kind(path) }
    }
}

#[test]
fn a_submodule_that_is_not_checked_out_is_named() {
    let mut fs = MemoryFileSystem::default();
    fs.insert("main.tf", "module \"m\" {\n  source = \"./vendor\"\n}\n");
    let workspace = load_workspace(&WithSubmodule(fs), &SourceMap::default(), &[".".to_owned()]);
    let reason = missing(&workspace.stacks[0].root, "m").1;
    assert_eq!(reason, "the directory is empty: a git submodule that is not checked out looks like this");
}

#[test]
fn circles_end() {
    let fixture = Fixture::new(&[
        ("a/main.tf", "module \"b\" {\n  source = \"../b\"\n}\n"),
        ("b/main.tf", "module \"a\" {\n  source = \"../a\"\n}\nmodule \"self\" {\n  source = \"./\"\n}\n"),
    ]);
    assert_eq!(fixture.workspace.stacks.len(), 1, "one entry into the circle");
    let b = fixture.stack("a").root.child("b").unwrap();
    assert!(matches!(b.children["a"], Child::Recursive { .. }));
    assert!(matches!(b.children["self"], Child::Recursive { .. }));
}

#[test]
fn depth_and_number_of_calls_are_limited() {
    let chain: Vec<(String, String)> = (0..100)
        .map(|at| (format!("m{at}/main.tf"), format!("module \"n\" {{\n  source = \"../m{}\"\n}}\n", at + 1)))
        .collect();
    let fixture = Fixture::new(&chain.iter().map(|(path, text)| (path.as_str(), text.as_str())).collect::<Vec<_>>());
    let root = &fixture.stack("m0").root;
    let deepest = root.descendants().into_iter().last().unwrap();
    assert_eq!(missing(deepest, "n").1, "more than 48 module calls in each other");

    let twice = |at: usize| {
        let call = |name: &str| format!("module \"{name}\" {{\n  source = \"../m{}\"\n}}\n", at + 1);
        (format!("m{at}/main.tf"), call("x") + &call("y"))
    };
    let doubling: Vec<(String, String)> = (0..40).map(twice).collect();
    let fixture = Fixture::new(&doubling.iter().map(|(path, text)| (path.as_str(), text.as_str())).collect::<Vec<_>>());
    assert!(fixture.stack("m0").root.descendants().len() <= 20_000);
}

#[test]
fn modules_outside_the_workspace_are_not_the_users() {
    let mut fs = MemoryFileSystem::default();
    fs.insert("own/main.tf", "module \"m\" {\n  source = \"../shared/m\"\n}\n");
    fs.insert("shared/m/main.tf", "locals {\n  a = 1\n}\n");
    let workspace = load_workspace(&fs, &SourceMap::default(), &["own".to_owned()]);
    assert_eq!(workspace.stacks.len(), 1);
    assert!(workspace.stacks[0].root.child("m").unwrap().downloaded);
}
