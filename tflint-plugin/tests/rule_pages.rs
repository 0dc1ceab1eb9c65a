//! What the plugin finds is what `crosstrail lint` finds: in every example of every rule's page,
//! the same rules at the same places with the same messages.

#![cfg(unix)]
#![allow(clippy::unwrap_used, reason = "what goes wrong here is a test that fails")]

mod host;

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::sync::Arc;

use crosstrail_analyzer::analysis::{Analysis, Host, Options, Roots};
use crosstrail_analyzer::config::{Configuration, ConfigurationPlace, FILE_NAME};
use crosstrail_analyzer::source::{MemoryFileSystem, path};
use crosstrail_disk::content;
use crosstrail_tests::fixture::Page;
use crosstrail_tests::source_tree;
use crosstrail_tflint::check::{Owners, message};
use crosstrail_tflint::rules;
use crosstrail_tflint::wire::{EmitIssueRequest, GlobalConfig};

use host::{Module, Scratch};

/// Rule, file, first and last byte, message.
type Found = (String, String, i64, i64, String);

#[test]
fn the_plugin_finds_what_lint_finds() {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let failures = runtime.block_on(async {
        let scratch = Scratch::new("pages");
        let host = host::Host::start("pages", &scratch.0).await;
        let mut failures = String::new();
        let mut found = 0;
        for (page, text) in source_tree::files(&source_tree::root().join("analyzer/src/rules"), "md") {
            for (number, section) in Page::parse(&text).sections().iter().enumerate() {
                let dir = scratch.0.join(format!("{}-{number}", page.file_stem().unwrap().to_str().unwrap()));
                let (expected, actual) = compare(&host, &dir, section.files.clone()).await;
                found += expected.len();
                if expected != actual {
                    failures += &format!("{} `{}`\n", source_tree::display(&page), section.title);
                    failures +=
                        &expected.difference(&actual).map(|it| format!("  missing: {it:?}\n")).collect::<String>();
                    failures +=
                        &actual.difference(&expected).map(|it| format!("  unwanted: {it:?}\n")).collect::<String>();
                }
            }
        }
        assert!(found > 300, "{found}");
        assert!(host.close().await.0.success());
        failures
    });
    assert!(failures.is_empty(), "\n{failures}");
}

/// What lint finds in `files`, and what the plugin finds in the directories of their modules.
async fn compare(host: &host::Host, dir: &Path, files: BTreeMap<String, String>) -> (BTreeSet<Found>, BTreeSet<Found>) {
    let mut files = files;
    let (mut analysis, mut options) = analysed(&files);
    let owners = Owners::of(analysis.workspace());
    let is_lost = |finding: &crosstrail_analyzer::finding::Finding| {
        owners.owner(analysis.sources().file(finding.primary.file).path()).is_none()
    };
    // The host looks into directories with configuration only.
    if analysis.findings(&options).iter().any(is_lost) {
        files.insert("main.tf".to_owned(), String::new());
        (analysis, options) = analysed(&files);
    }
    let findings = analysis.findings(&options);
    let expected = findings.iter().map(|finding| {
        let file = Arc::clone(analysis.sources().file(finding.primary.file).path());
        let (start, end) = (finding.primary.range.start.into(), finding.primary.range.end.into());
        (rules::name_of_code(finding.code), file.to_string(), start, end, message(finding, analysis.sources()))
    });
    let expected = expected.collect();
    for (path, text) in &files {
        let path = dir.join(path);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, text).unwrap();
    }
    let config = files.contains_key(FILE_NAME).then_some(("config", "\"crosstrail.toml\""));
    let block: Vec<_> = [("workspace_root", "\".\"")].into_iter().chain(config).collect();
    host.configure(GlobalConfig::default(), &block, dir.join(".tflint.hcl").to_str().unwrap()).await;
    let loaded = files.keys().filter(|path| path.ends_with(".tf") || path.ends_with(".tf.json"));
    let modules: BTreeSet<&str> =
        loaded.map(|path| path::parent(path)).filter(|dir| !dir.contains("/.") && !dir.starts_with(".t")).collect();
    let mut actual = BTreeSet::new();
    for module in modules {
        let issues = host.check(&Arc::new(Module::root(dir, module))).await.unwrap();
        actual.extend(issues.into_iter().map(found));
    }
    (expected, actual)
}

fn found(issue: EmitIssueRequest) -> Found {
    let (rule, range) = (issue.rule.unwrap(), issue.range.unwrap());
    (rule.name, range.filename, range.start.unwrap().byte, range.end.unwrap().byte, issue.message)
}

fn analysed(files: &BTreeMap<String, String>) -> (Analysis, Options) {
    let mut system = MemoryFileSystem::default();
    files.iter().for_each(|(path, text)| system.insert(path, text.as_bytes()));
    let is_policy = |(path, text): &(&String, &String)| {
        path.ends_with(".json") && !content::is_terraform(path) && content::is_policy(text)
    };
    let documents = files.iter().filter(is_policy).map(|(path, _)| path.clone()).collect();
    let text = files.get(FILE_NAME).map_or("", String::as_str);
    let (configuration, errors) = Configuration::read(ConfigurationPlace::new(FILE_NAME), text);
    assert!(errors.is_empty(), "{errors:?}");
    let options = Options::configured(&configuration).0;
    let mut host = Host::new(Arc::new(system));
    host.set_roots(Roots { directories: vec![".".to_owned()], documents, ..Roots::default() });
    host.set_configuration(Arc::new(configuration));
    (host.analysis(), options)
}
