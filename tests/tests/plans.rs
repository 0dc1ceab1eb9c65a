//! What is found in a configuration, in a plan of it, and in both together is the same, as far as
//! the plan knows it.
//!
//! The plans are those that Terraform itself has made (`tests/conformance`).

use std::collections::BTreeSet;
use std::path::Path;
use std::sync::Arc;

use crosstrail_analyzer::analysis::{Analysis, Host, Options, PlanFile, Roots};
use crosstrail_analyzer::source::MemoryFileSystem;
use crosstrail_tests::source_tree;

/// Code and message, the latter without the keys of instances.
type Found = BTreeSet<(&'static str, String)>;

fn read(dir: &Path, inside: &str, files: &mut MemoryFileSystem) {
    let entries = std::fs::read_dir(dir).into_iter().flatten().flatten();
    for entry in entries {
        let path = format!("{inside}{}", entry.file_name().to_string_lossy());
        if entry.path().is_dir() {
            read(&entry.path(), &format!("{path}/"), files);
        } else if let Ok(bytes) = std::fs::read(entry.path()) {
            files.insert(&path, bytes);
        }
    }
}

fn analysed(case: &str, directories: &[&str], plans: Vec<PlanFile>) -> Analysis {
    let mut files = MemoryFileSystem::default();
    read(&source_tree::root().join("tests/conformance/terraform").join(case), "", &mut files);
    let mut host = Host::new(Arc::new(files));
    let directories = directories.iter().map(|dir| (*dir).to_owned()).collect();
    host.set_roots(Roots { directories, plans, ..Roots::default() });
    host.analysis()
}

fn found(analysis: &Analysis) -> Found {
    let findings = analysis.findings(&Options::default());
    findings.into_iter().map(|finding| (finding.code, without_keys(&finding.message))).collect()
}

/// `aws_iam_role.r["a"]` as `aws_iam_role.r`: instances that share a text are one finding of the source.
fn without_keys(message: &str) -> String {
    message.replace("[\"a\"]", "").replace("[\"b\"]", "")
}

fn source(case: &str) -> Found {
    found(&analysed(case, &["."], Vec::new()))
}

fn plan(case: &str, name: &str, source: Option<&str>) -> Found {
    let plan = PlanFile { path: name.to_owned(), source: source.map(str::to_owned), ..PlanFile::default() };
    let analysis = analysed(case, &[], vec![plan]);
    assert_eq!(analysis.problems(), [], "{case}");
    found(&analysis)
}

#[test]
fn source_and_plan_together_lose_nothing_that_the_source_has() {
    for case in ["aws-multi-account", "aws-policy-doc", "aws-providers-map", "modules", "tfjson"] {
        let (alone, both) = (source(case), plan(case, "plan.json", Some(".")));
        let lost: Vec<_> = alone.difference(&both).collect();
        assert!(lost.is_empty(), "{case}: {lost:#?}");
    }
}

#[test]
fn a_plan_of_what_is_there_finds_the_same_alone_and_with_its_source() {
    let case = "aws-multi-account";
    let (alone, both) = (plan(case, "plan-noop.json", None), plan(case, "plan-noop.json", Some(".")));
    assert_eq!(alone, both);
    let codes: BTreeSet<_> = alone.iter().map(|(code, _)| *code).collect();
    let halves = BTreeSet::from(["missing-identity-half", "missing-resource-half"]);
    assert!(codes.is_superset(&halves), "{codes:?}");
}

#[test]
fn what_a_plan_knows_is_found_without_its_source() {
    for (case, only_in_source) in
        [("aws-policy-doc", &["duplicate-sid"][..]), ("aws-providers-map", &[]), ("modules", &[]), ("tfjson", &[])]
    {
        let (source, alone) = (source(case), plan(case, "plan.json", None));
        let missing: BTreeSet<_> = source.difference(&alone).map(|(code, _)| *code).collect();
        assert_eq!(missing, only_in_source.iter().copied().collect(), "{case}");
        let more: Vec<_> = alone.difference(&source).collect();
        assert!(more.is_empty(), "{case}: {more:#?}");
    }
}
