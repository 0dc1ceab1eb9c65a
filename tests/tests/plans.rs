//! What is found in a configuration, in a plan or state of it, and in both together is the same, as
//! far as the values are known.
//!
//! The plans are those that Terraform itself has made (`tests/conformance`).

use std::collections::BTreeSet;
use std::path::Path;
use std::sync::Arc;

use crosstrail_analyzer::analysis::{Analysis, Host, Options, PlanFile, Roots};
use crosstrail_analyzer::finding::Finding;
use crosstrail_analyzer::policy::model::PolicyDocument;
use crosstrail_analyzer::policy::sites::PolicySite;
use crosstrail_analyzer::source::{MemoryFileSystem, Span};
use crosstrail_tests::source_tree;

/// Code, message without the keys of instances, and the addresses of the resources whose policy it is about.
type Found = BTreeSet<(&'static str, String, BTreeSet<String>)>;

/// A recorded module, and the findings, by code, that are not everywhere.
struct Case {
    dir: &'static str,
    /// The plans and states of it.
    plans: &'static [&'static str],
    /// What a plan does not show: the source alone has it, and both together.
    only_written: &'static [&'static str],
    /// What the source does not know: a plan alone has it, and both together.
    only_planned: &'static [&'static str],
    /// What neither knows alone.
    only_together: &'static [&'static str],
}

const CASES: &[Case] = &[
    case("arn-oracle", &["expected-state.json"]),
    Case {
        // A policy that names what is known only after apply is not in a plan.
        only_written: &["missing-identity-half", "trail-bucket-write-missing"],
        // The accounts of the source, with the statement that it has.
        only_together: &["missing-resource-half"],
        ..case("aws-multi-account", &["plan.json"])
    },
    Case { only_planned: &["missing-resource-half"], ..case("aws-multi-account", &["plan-noop.json"]) },
    Case {
        // A state does not say which provider a resource has: the account of a bucket is not known.
        only_written: &["missing-identity-half"],
        ..case("aws-multi-account", &["expected-state.json"])
    },
    // Where a statement takes the place of another one, the latter is not in what is rendered.
    Case { only_written: &["duplicate-sid"], ..case("aws-policy-doc", &["plan.json"]) },
    case("aws-providers-map", &["plan.json"]),
    case("expr", &["plan.json"]),
    case("modules", &["plan.json"]),
    case("tfjson", &["plan.json"]),
];

/// A module of which everything is found everywhere.
const fn case(dir: &'static str, plans: &'static [&'static str]) -> Case {
    Case { dir, plans, only_written: &[], only_planned: &[], only_together: &[] }
}

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

fn analysed(dir: &str, directories: &[&str], plans: Vec<PlanFile>) -> Analysis {
    let mut files = MemoryFileSystem::default();
    read(&source_tree::root().join("tests/conformance/terraform").join(dir), "", &mut files);
    let mut host = Host::new(Arc::new(files));
    let directories = directories.iter().map(|dir| (*dir).to_owned()).collect();
    host.set_roots(Roots { directories, plans, ..Roots::default() });
    let analysis = host.analysis();
    assert_eq!(analysis.problems(), [], "{dir}");
    analysis
}

fn source(dir: &str) -> Analysis {
    analysed(dir, &["."], Vec::new())
}

fn plan(dir: &str, name: &str, source: Option<&str>) -> Analysis {
    let plan = PlanFile { path: name.to_owned(), source: source.map(str::to_owned), ..PlanFile::default() };
    analysed(dir, &[], vec![plan])
}

fn found(analysis: &Analysis) -> Found {
    let findings = analysis.findings(&Options::default());
    let about = |finding: &Finding| (finding.code, without_keys(&finding.message), addresses(analysis, finding));
    findings.iter().map(about).collect()
}

/// `aws_iam_role.r["a"]` as `aws_iam_role.r`: instances that share a text are one finding of the source.
fn without_keys(message: &str) -> String {
    message.replace("[\"a\"]", "").replace("[\"b\"]", "")
}

/// The resources that have the policy which the finding is in: as their own text, or as a document elsewhere.
fn addresses(analysis: &Analysis, finding: &Finding) -> BTreeSet<String> {
    let is_there = |span: Span| span.file == finding.primary.file && span.range.contains_range(finding.primary.range);
    let address = |site: &PolicySite| without_keys(&site.address);
    let policies = || analysis.policies().iter().filter(|site| !site.address.starts_with("data."));
    let own: BTreeSet<_> = policies().filter(|site| is_there(site.span)).map(address).collect();
    if own.is_empty() { policies().filter(|site| spans(site).any(is_there)).map(address).collect() } else { own }
}

/// Where the policy and all its strings stand.
fn spans(site: &PolicySite) -> impl Iterator<Item = Span> {
    let mut document = PolicyDocument::clone(&site.document);
    let mut spans = vec![document.span];
    spans.extend(document.statements.iter().map(|statement| statement.span));
    document.for_each_leaf_mut(&mut |leaf, _| spans.push(leaf.span));
    spans.into_iter()
}

/// Where each finding is, as `path:line:column code`.
fn places(analysis: &Analysis) -> BTreeSet<String> {
    let place = |finding: &Finding| {
        let file = analysis.sources().file(finding.primary.file);
        let at = file.line_column(finding.primary.range.start);
        format!("{}:{}:{} {}", file.path(), at.line, at.column, finding.code)
    };
    analysis.findings(&Options::default()).iter().map(place).collect()
}

fn codes<'f>(found: impl Iterator<Item = &'f (&'static str, String, BTreeSet<String>)>) -> BTreeSet<&'static str> {
    found.map(|(code, ..)| *code).collect()
}

fn set(codes: &[&'static str]) -> BTreeSet<&'static str> {
    codes.iter().copied().collect()
}

#[test]
fn a_plan_alone_finds_what_its_source_finds() {
    for case in CASES {
        let written = found(&source(case.dir));
        for name in case.plans {
            let planned = found(&plan(case.dir, name, None));
            let (lost, new) = (written.difference(&planned), planned.difference(&written));
            let names = format!("{}/{name}: {written:#?} {planned:#?}", case.dir);
            assert_eq!(codes(lost), set(case.only_written), "{names}");
            assert_eq!(codes(new), set(case.only_planned), "{names}");
        }
    }
}

#[test]
fn a_plan_with_its_source_finds_what_either_finds() {
    for case in CASES {
        let written = found(&source(case.dir));
        for name in case.plans {
            let (alone, both) = (found(&plan(case.dir, name, None)), found(&plan(case.dir, name, Some("."))));
            let either: Found = written.union(&alone).cloned().collect();
            let (lost, new) = (either.difference(&both), both.difference(&either));
            assert_eq!(codes(lost), set(&[]), "{}/{name}: {either:#?} {both:#?}", case.dir);
            assert_eq!(codes(new), set(case.only_together), "{}/{name}: {either:#?} {both:#?}", case.dir);
        }
    }
}

#[test]
fn what_is_written_keeps_its_place() {
    for case in CASES {
        let written = places(&source(case.dir));
        for name in case.plans {
            let both = places(&plan(case.dir, name, Some(".")));
            let new: BTreeSet<_> = both.difference(&written).filter_map(|place| place.split(' ').nth(1)).collect();
            assert!(written.is_subset(&both), "{}/{name}: {written:#?} {both:#?}", case.dir);
            let known: BTreeSet<_> = set(case.only_planned).union(&set(case.only_together)).copied().collect();
            assert!(new.is_subset(&known), "{}/{name}: {both:#?}", case.dir);
        }
    }
}
