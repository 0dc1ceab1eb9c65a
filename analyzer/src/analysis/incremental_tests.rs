//! What is worked out with what is kept is what is worked out from nothing, and costs no more than what changed.

#![allow(clippy::unwrap_used, reason = "a test that slips fails, as it should")]

use std::collections::{BTreeMap, BTreeSet};
use std::sync::RwLock;

use proptest::prelude::*;

use crate::chance;
use crate::config::{ConfigurationPlace, FILE_NAME};
use crate::finding::{Finding, Label};
use crate::render::{self, Checked};
use crate::rules::RULES;
use crate::source::{Entry, EntryKind, FileError, MemoryFileSystem};

use super::*;

/// A disk that changes.
#[derive(Default)]
struct Disk {
    texts: RwLock<BTreeMap<String, String>>,
}

impl Disk {
    fn files(&self) -> MemoryFileSystem {
        let mut files = MemoryFileSystem::default();
        self.texts.read().unwrap().iter().for_each(|(path, text)| files.insert(path, text.as_str()));
        files
    }
}

impl FileSystem for Disk {
    fn read(&self, path: &str) -> Result<Vec<u8>, FileError> {
        self.files().read(path)
    }

    fn list(&self, path: &str) -> Result<Vec<Entry>, FileError> {
        self.files().list(path)
    }

    fn kind(&self, path: &str) -> Option<EntryKind> {
        self.files().kind(path)
    }
}

const CONFIGURATION: &str = r#"
[accounts.tools]
id = "111111111111"

[accounts.prod]
id = "222222222222"

[stacks."live/*"]
environments = [{ name = "prod", var_files = ["prod.tfvars"] }, { name = "dev", vars = { trusted = "333333333333" } }]
"#;

/// Stacks that hang together: modules, states, files that expressions read, variables.
const FILES: &[(&str, &str)] = &[
    (
        "org/main.tf",
        "terraform {\n  backend \"s3\" {\n    bucket = \"states\"\n    key    = \"org/terraform.tfstate\"\n  }\n}\nprovider \"aws\" {\n  allowed_account_ids = [\"111111111111\"]\n}\nresource \"aws_iam_role\" \"deploy\" {\n  name               = \"deploy\"\n  assume_role_policy = file(\"trust.json\")\n}\noutput \"deploy\" {\n  value = aws_iam_role.deploy.arn\n}\n",
    ),
    (
        "org/trust.json",
        "{\"Version\": \"2012-10-17\", \"Statement\": [{\"Effect\": \"Allow\", \"Action\": \"sts:AssumeRole\", \"Principal\": {\"Service\": \"ec2.amazonaws.com\"}}]}\n",
    ),
    (
        "live/app/main.tf",
        "terraform {\n  backend \"s3\" {\n    bucket = \"states\"\n    key    = \"app/terraform.tfstate\"\n  }\n}\nprovider \"aws\" {\n  allowed_account_ids = [\"222222222222\"]\n}\nvariable \"trusted\" {\n  default = \"444444444444\"\n}\ndata \"terraform_remote_state\" \"org\" {\n  backend = \"s3\"\n  config = {\n    bucket = \"states\"\n    key    = \"org/terraform.tfstate\"\n  }\n}\nmodule \"role\" {\n  source  = \"../../modules/role\"\n  name    = \"admin\"\n  trusted = data.terraform_remote_state.org.outputs.deploy\n}\nmodule \"other\" {\n  source  = \"../../modules/role\"\n  name    = \"other\"\n  trusted = \"arn:aws:iam::${var.trusted}:rooot\"\n}\n",
    ),
    ("live/app/prod.tfvars", "trusted = \"555555555555\"\n"),
    (
        "modules/role/main.tf",
        "variable \"name\" {}\nvariable \"trusted\" {}\nresource \"aws_iam_role\" \"this\" {\n  name               = var.name\n  assume_role_policy = templatefile(\"${path.module}/trust.tftpl\", { trusted = var.trusted })\n}\nresource \"aws_iam_role_policy\" \"this\" {\n  role   = aws_iam_role.this.id\n  policy = data.aws_iam_policy_document.this.json\n}\ndata \"aws_iam_policy_document\" \"this\" {\n  statement {\n    actions   = [\"s3:GetObjekt\", \"s3:GetObject\"]\n    resources = [\"*\"]\n  }\n}\n",
    ),
    (
        "modules/role/trust.tftpl",
        "{\"Version\": \"2012-10-17\", \"Statement\": [{\"Effect\": \"Allow\", \"Action\": \"sts:AssumeRole\", \"Principal\": {\"AWS\": \"${trusted}\"}}]}\n",
    ),
    (
        "lib/main.tf",
        "# crosstrail:ignore[unknown-action] why\nresource \"aws_iam_policy\" \"a\" {\n  policy = jsonencode({ Version = \"2012-10-17\", Statement = [{ Effect = \"allow\", Action = \"s3:GetObjekt\", Resource = \"*\" }] })\n}\n",
    ),
    (
        "policy.json",
        "{\"Version\": \"2012-10-17\", \"Statement\": [{\"Effect\": \"Allow\", \"Action\": \"s3:GetObjekt\", \"Resource\": \"*\"}]}\n",
    ),
];

/// The examples of the rules, without the marks of what is found.
fn examples() -> Vec<String> {
    let blocks = RULES.iter().flat_map(|rule| rule.doc().split("```hcl\n").skip(1));
    let text = |block: &str| {
        let text = block.split("```").next().unwrap_or_default();
        let is_mark = |line: &&str| line.trim_start_matches('#').trim_start().starts_with(['^', '-']);
        text.lines().filter(|line| !is_mark(line)).collect::<Vec<_>>().join("\n") + "\n"
    };
    blocks.map(text).collect()
}

/// What chance decides, from one number to the next.
struct Chance(u64);

impl Chance {
    fn below(&mut self, end: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(self.0 >> 33).unwrap() % end.max(1)
    }

    fn of<'a, T>(&mut self, of: &'a [T]) -> &'a T {
        of.get(self.below(of.len())).unwrap()
    }
}

/// A workspace that is edited, and a host that follows.
struct Edited {
    disk: Arc<Disk>,
    buffers: BTreeMap<String, String>,
    host: Host,
    chance: Chance,
}

fn roots() -> Roots {
    Roots { directories: vec![".".to_owned()], documents: vec!["policy.json".to_owned()], plans: Vec::new() }
}

fn configuration() -> Arc<Configuration> {
    Arc::new(Configuration::read(ConfigurationPlace::new(FILE_NAME), CONFIGURATION).0)
}

impl Edited {
    fn new(seed: u64) -> Self {
        let disk = Arc::new(Disk::default());
        let mut chance = Chance(seed);
        let examples = examples();
        {
            let mut texts = disk.texts.write().unwrap();
            texts.extend(FILES.iter().map(|(path, text)| ((*path).to_owned(), (*text).to_owned())));
            for number in 0..4 {
                texts.insert(format!("rules/{number}/main.tf"), chance.of(&examples).clone());
            }
        }
        let mut host = Host::new(Arc::clone(&disk) as Arc<dyn FileSystem>).remembering();
        host.set_roots(roots());
        host.set_configuration(configuration());
        Self { disk, buffers: BTreeMap::new(), host, chance }
    }

    fn texts(&self) -> BTreeMap<String, String> {
        let mut texts = self.disk.texts.read().unwrap().clone();
        texts.extend(self.buffers.clone());
        texts
    }

    /// Changes something, and says what.
    fn edit(&mut self) -> String {
        let texts = self.texts();
        let paths: Vec<String> = texts.keys().cloned().collect();
        let path = self.chance.of(&paths).clone();
        let text = texts[&path].clone();
        let other = texts[self.chance.of(&paths)].clone();
        match self.chance.below(12) {
            0 => self.delete(&path),
            1 => self.put(&format!("{}/new{}.tf", crate::source::path::parent(&path), self.chance.0 % 3), &other),
            2 => self.put(&format!("made/{}/main.tf", self.chance.0 % 3), &other),
            3 => {
                let to = format!("{}.moved.tf", path.trim_end_matches(".tf"));
                self.delete(&path) + &self.put(&to, &text)
            }
            4 => self.close(&path),
            _ => {
                let text = self.typed(&text, &other);
                self.put(&path, &text)
            }
        }
    }

    fn typed(&mut self, text: &str, other: &str) -> String {
        let mut lines: Vec<&str> = text.lines().collect();
        let at = self.chance.below(lines.len());
        let others: Vec<&str> = other.lines().collect();
        match self.chance.below(7) {
            0 => drop(lines.splice(at..at, ["# a comment"])),
            1 if !lines.is_empty() => drop(lines.remove(at)),
            2 if !others.is_empty() => lines.insert(at, self.chance.of::<&str>(&others)),
            3 if lines.len() > 1 => drop(lines.splice(at..=at, others.first().copied())),
            4 => lines.truncate(at),
            5 => drop(lines.splice(0..0, [""])),
            _ => {
                let at = (0..=text.len()).cycle().skip(self.chance.below(text.len() + 1));
                let at = { at }.find(|at| text.is_char_boundary(*at)).unwrap();
                let (before, behind) = text.split_at(at);
                let typed = self.chance.of(&["\"", "{", "}", "x", "${", " ", "# ", "]", "*", "<<EOT\n"]);
                return format!("{before}{typed}{behind}");
            }
        }
        lines.join("\n") + "\n"
    }

    /// Puts a text into a buffer or onto the disk.
    fn put(&mut self, path: &str, text: &str) -> String {
        if self.chance.below(3) > 0 {
            self.buffers.insert(path.to_owned(), text.to_owned());
            self.host.set_text(path, Some(text.into()));
            return format!("typed into {path}; ");
        }
        self.disk.texts.write().unwrap().insert(path.to_owned(), text.to_owned());
        self.host.disk_changed(path);
        format!("wrote {path}; ")
    }

    fn delete(&mut self, path: &str) -> String {
        let said = self.close(path);
        self.disk.texts.write().unwrap().remove(path);
        self.host.disk_changed(path);
        format!("{said}deleted {path}; ")
    }

    fn close(&mut self, path: &str) -> String {
        self.buffers.remove(path);
        self.host.set_text(path, None);
        format!("closed {path}; ")
    }

    /// What a host says that has not seen anything before.
    fn anew(&self) -> Analysis {
        let mut files = MemoryFileSystem::default();
        self.texts().iter().for_each(|(path, text)| files.insert(path, text.as_str()));
        let mut host = Host::new(Arc::new(files));
        host.set_roots(roots());
        host.set_configuration(configuration());
        host.analysis()
    }
}

fn json(findings: &[Finding], analysis: &Analysis) -> String {
    let Summary { files, stacks, policies, .. } = analysis.summary();
    render::json::render(findings, analysis.sources(), Checked { files, stacks, policies })
}

/// All places of a finding.
fn spans(finding: &Finding) -> impl Iterator<Item = Span> {
    let edits = finding.fixes.iter().flat_map(|fix| &fix.edits).map(|edit| edit.span);
    let labels = finding.labels.iter().chain(&finding.path).map(|label| label.span);
    edits.chain(labels).chain([finding.primary])
}

/// What of findings does not depend on the places of files in a map.
fn told(findings: &[Finding], sources: &SourceMap) -> BTreeSet<String> {
    let told = |it: &Finding| {
        let path = sources.file(it.primary.file).path().to_string();
        format!("{path} {:?} {:?} {} {}", it.primary.range, it.severity, it.code, it.message)
    };
    findings.iter().map(told).collect()
}

fn problems(analysis: &Analysis) -> Vec<String> {
    let place = |problem: &Problem| problem.span.map(|span| (span.range.start, span.range.end));
    analysis.problems().iter().map(|it| format!("{} {:?} {}", it.path, place(it), it.message)).collect()
}

proptest! {
    #![proptest_config(chance::cases(6))]

    #[test]
    fn what_is_kept_changes_nothing(seed in any::<u64>()) {
        let mut edited = Edited::new(seed);
        let mut said = String::new();
        let mut first = BTreeSet::new();
        for step in 0..12 {
            let (analysis, expected) = (edited.host.analysis(), edited.anew());
            prop_assert_eq!(problems(&analysis), problems(&expected), "{}", said);
            let options = Options::default();
            let (findings, all) = (analysis.findings(&options), expected.findings(&options));
            prop_assert_eq!(json(&findings, &analysis), json(&all, &expected), "after {}: {}", step, said);
            prop_assert_eq!(analysis.summary(), expected.summary());
            let found = told(&findings, analysis.sources());
            prop_assert!(first.is_subset(&found), "said first: {:#?} of {:#?} after {}", first, found, said);
            said += &edited.edit();
            let wanted = Cancellation::default();
            let reading = edited.host.try_reading(&wanted).unwrap().unwrap();
            let texts = edited.texts();
            let paths: Vec<&str> = texts.keys().map(String::as_str).collect();
            let all = reading.first_findings(&paths, &options, &wanted).unwrap();
            first = all.iter().flat_map(|(_, found)| told(found, reading.sources())).collect();
            for path in texts.keys() {
                let at_once = reading.findings_at_once(path, &analysis, &findings, &options, &wanted).unwrap();
                for span in at_once.iter().flatten().flat_map(spans) {
                    let text = reading.sources().file(span.file);
                    prop_assert!(text.text().get(span.range.as_usize()).is_some(), "{}: {}", path, said);
                }
            }
        }
    }
}

#[test]
fn what_is_found_in_examples_is_the_same_with_what_is_kept() {
    let mut files = MemoryFileSystem::default();
    for (number, example) in examples().iter().enumerate() {
        files.insert(&format!("rules/{number}/main.tf"), example.as_str());
    }
    let (once, kept) = (Host::new(Arc::new(files.clone())), Host::new(Arc::new(files)).remembering());
    let findings = |mut host: Host| {
        host.set_roots(Roots { directories: vec![".".to_owned()], ..Roots::default() });
        let analysis = host.analysis();
        let found = analysis.findings(&Options::default());
        let place = |span: Span| (analysis.sources().file(span.file).path().to_string(), span.range);
        found.into_iter().map(|it| (place(it.primary), it.code, it.message)).collect::<Vec<_>>()
    };
    let (kept, once) = (findings(kept), findings(once));
    let missing: Vec<_> = once.iter().filter(|it| !kept.contains(it)).collect();
    let extra: Vec<_> = kept.iter().filter(|it| !once.contains(it)).collect();
    assert!(missing.is_empty() && extra.is_empty(), "missing: {missing:#?}, extra: {extra:#?}");
}

/// A host with `stacks` stacks of four files and a module that all call.
fn workspace(stacks: usize) -> Host {
    let mut files = MemoryFileSystem::default();
    for stack in 0..stacks {
        let file = |name: &str| format!("live/{stack}/{name}.tf");
        files.insert(&file("main"), "module \"role\" {\n  source = \"../../modules/role\"\n  name   = var.name\n}\n");
        files.insert(&file("variables"), "variable \"name\" {\n  default = \"a\"\n}\n");
        files.insert(&file("providers"), "terraform {\n  backend \"s3\" {}\n}\nprovider \"aws\" {}\n");
        files.insert(&file("policy"), FILES[6].1);
    }
    files.insert("modules/role/main.tf", FILES[4].1);
    files.insert("modules/role/trust.tftpl", FILES[5].1);
    let mut host = Host::new(Arc::new(files)).remembering();
    host.set_roots(Roots { directories: vec![".".to_owned()], ..Roots::default() });
    host
}

/// What is done for the findings of all files, behind what was done before.
fn work(host: &Host, options: &Options) -> Work {
    let before = host.work();
    assert!(!host.analysis().findings(options).is_empty());
    let after = host.work();
    Work {
        parsed: after.parsed - before.parsed,
        listed: after.listed - before.listed,
        evaluated: after.evaluated - before.evaluated,
        kept: after.kept,
    }
}

#[test]
fn a_keystroke_costs_the_same_in_any_workspace() {
    for stacks in [4, 8, 16] {
        let (mut host, options) = (workspace(stacks), Options::default());
        let first = work(&host, &options);
        assert_eq!((first.parsed, first.evaluated), (4 * stacks + 1, stacks));
        let mut edit = |path: &str, text: &str| {
            host.set_text(path, Some(text.into()));
            let Work { parsed, listed, evaluated, .. } = work(&host, &options);
            (parsed, listed, evaluated)
        };
        assert_eq!(edit("live/1/policy.tf", &format!("# {}", FILES[6].1)), (1, 0, 1));
        assert_eq!(edit("live/1/policy.tf", &format!("# {}", FILES[6].1)), (0, 0, 0), "the text is the same");
        assert_eq!(edit("live/1/variables.tf", "variable \"name\" {\n  default = \"ab\"\n}\n"), (1, 0, 1));
        assert_eq!(edit("modules/role/main.tf", &format!("{}# end\n", FILES[4].1)), (1, 0, stacks));
        assert_eq!(edit("modules/role/trust.tftpl", "{}").2, stacks, "all have read it");
    }
}

#[test]
fn nothing_is_kept_forever() {
    let (mut host, options) = (workspace(4), Options::default());
    work(&host, &options);
    let mut edit = |number: usize| {
        host.set_text("live/1/policy.tf", Some(format!("{}# {number}\n", FILES[6].1).into()));
        work(&host, &options).kept
    };
    // The text before is there as well.
    let first = edit(0);
    (1..20).for_each(|number| assert_eq!(edit(number), first));
    for number in 0..20 {
        let path = format!("live/1/new{number}.tf");
        host.set_text(&path, Some(format!("# {number}\n").into()));
        work(&host, &options);
        host.set_text(&path, None);
        work(&host, &options);
    }
    work(&host, &options);
    assert!(work(&host, &options).kept <= first);
}

/// What is said at once of the file at `path`, after `text` came in place of what was there.
fn at_once(host: &mut Host, path: &str, text: &str) -> (Vec<Finding>, Analysis) {
    let (options, wanted) = (Options::default(), Cancellation::default());
    let before = host.analysis();
    let found = before.findings(&options);
    host.set_text(path, Some(text.into()));
    let reading = host.try_reading(&wanted).unwrap().unwrap();
    let said = reading.findings_at_once(path, &before, &found, &options, &wanted).unwrap().unwrap();
    drop(reading);
    (said, host.analysis())
}

#[test]
fn what_is_said_at_once_is_what_is_found_where_policies_alone_decide() {
    let policies = FILES[6].1;
    let two = format!("{policies}{}", policies.replace("\"a\"", "\"b\"").replace("Objekt", "Obyekt"));
    let of_module = FILES[4].1;
    let cases: &[(&str, &str, String)] = &[
        ("live/1/policy.tf", policies, format!("\n{policies}")),
        ("live/1/policy.tf", policies, policies.replace("Objekt", "Object")),
        ("live/1/policy.tf", policies, policies.replace("# crosstrail:ignore[unknown-action] why\n", "")),
        ("live/1/policy.tf", policies, two.clone()),
        ("live/1/policy.tf", &two, two.replace("Obyekt", "Object")),
        ("live/1/policy.tf", &two, two.replacen("allow", "Allow", 1)),
        ("live/1/policy.tf", &two, two.replacen("Statement", "Sttement", 1)),
        ("live/1/policy.tf", &two, policies.to_owned()),
        ("live/1/policy.tf", policies, policies.replace("})\n}", "")),
        ("modules/role/main.tf", of_module, of_module.replace("\"s3:GetObjekt\", ", "")),
        ("modules/role/main.tf", of_module, of_module.replace("actions ", "not_actions ")),
        ("modules/role/main.tf", of_module, format!("# {of_module}")),
    ];
    for (path, old, new) in cases {
        let mut host = workspace(3);
        host.set_text(path, Some((*old).into()));
        let (said, analysis) = at_once(&mut host, path, new);
        let mut all = analysis.findings_in(&Options::default(), &[path], &Cancellation::default()).unwrap();
        all.retain(|finding| finding.code != crate::suppress::UNUSED);
        assert_eq!(json(&said, &analysis), json(&all, &analysis), "{path}: {new}");
    }
}

#[test]
fn what_is_said_at_once_costs_what_was_typed() {
    for stacks in [4, 8, 16] {
        let mut host = workspace(stacks);
        let text = FILES[6].1.replace("Objekt", "Object");
        let (said, _) = at_once(&mut host, "live/1/policy.tf", &text);
        assert!(!said.is_empty());
        let (options, wanted) = (Options::default(), Cancellation::default());
        let (before, work) = (host.analysis(), host.work());
        let found = before.findings(&options);
        host.set_text("live/1/policy.tf", Some(format!("{text}# end\n").into()));
        let reading = host.try_reading(&wanted).unwrap().unwrap();
        let again = reading.findings_at_once("live/1/policy.tf", &before, &found, &options, &wanted).unwrap();
        assert!(again.is_some());
        let at = reading.findings_at_once("modules/role/main.tf", &before, &found, &options, &wanted).unwrap();
        assert_eq!(at.is_some(), stacks <= 8, "too many stacks wait for the analysis");
        drop(reading);
        let after = host.work();
        assert_eq!((after.parsed - work.parsed, after.evaluated - work.evaluated), (1, 0));
    }
}

#[test]
fn places_in_texts_that_changed_since_are_left_out() {
    let mut host = workspace(1);
    let (options, wanted) = (Options::default(), Cancellation::default());
    let (bucket, policy) = (
        "provider \"aws\" {\n  region = \"cn-north-1\"\n}\n",
        "resource \"aws_iam_policy\" \"p\" {\n  policy = jsonencode({ Version = \"2012-10-17\", Statement = [{ Effect = \
         \"Allow\", Action = \"s3:GetObject\", Resource = \"arn:aws:s3:::b/*\" }] })\n}\n",
    );
    host.set_text("cn/provider.tf", Some(bucket.into()));
    host.set_text("cn/main.tf", Some(policy.into()));
    let before = host.analysis();
    let provider = before.sources().find("cn/provider.tf").unwrap();
    let mut found = before.findings_in(&options, &["cn/main.tf"], &wanted).unwrap();
    for finding in &mut found {
        finding.labels.push(Label { span: TextRange::new(0, 8).at(provider), message: String::new() });
    }
    assert!(!found.is_empty());
    for typed in ["# one\n", "# two\n"] {
        host.set_text("cn/provider.tf", Some(format!("{typed}{bucket}").into()));
        drop(host.analysis());
    }
    host.set_text("cn/main.tf", Some(format!("{policy}\n# three\n").into()));
    let reading = host.try_reading(&wanted).unwrap().unwrap();
    let said = reading.findings_at_once("cn/main.tf", &before, &found, &options, &wanted).unwrap().unwrap();
    assert!(said.len() == found.len() && said.iter().flat_map(spans).all(|span| reading.sources().has(span.file)));
}

#[test]
fn what_rests_on_other_files_stays_until_the_analysis() {
    let mut host = workspace(1);
    let pair = |name: &str| {
        format!(
            "provider \"aws\" {{\n  allowed_account_ids = [\"111111111111\"]\n}}\nresource \"aws_iam_role\" \"r\" {{\n  name \
             = \"r\"\n  assume_role_policy = jsonencode({{ Version = \"2012-10-17\", Statement = [{{ Effect = \"Allow\", \
             Action = \"sts:AssumeRole\", Principal = {{ AWS = \"arn:aws:iam::111111111111:role/{name}\" }} }}] \
             }})\n}}\n"
        )
    };
    host.set_text("pair/main.tf", Some(pair("nobody").into()));
    let (said, analysis) = at_once(&mut host, "pair/main.tf", &format!("# typed\n{}", pair("nobody")));
    let all = analysis.findings_in(&Options::default(), &["pair/main.tf"], &Cancellation::default()).unwrap();
    assert!(said.iter().any(|finding| finding.code == "principal-not-found"), "{said:#?}");
    assert_eq!(json(&said, &analysis), json(&all, &analysis));
}

#[test]
fn files_that_are_policies_are_read_once() {
    let (mut host, options) = (workspace(2), Options::default());
    work(&host, &options);
    host.set_text("policy.json", Some(FILES[7].1.into()));
    host.set_roots(Roots {
        directories: vec![".".to_owned()],
        documents: vec!["./policy.json".to_owned()],
        plans: Vec::new(),
    });
    let found = |host: &Host| {
        let findings = host.analysis().findings(&options);
        findings.iter().filter(|finding| finding.message.contains("s3:GetObjekt")).count()
    };
    let (before, evaluated) = (found(&host), host.work().evaluated);
    assert_eq!((found(&host), host.work().evaluated), (before, evaluated), "the stacks are the same");
    host.set_text("policy.json", Some(FILES[7].1.replace("Objekt", "Object").into()));
    assert_eq!(found(&host), before - 1);
}

#[test]
fn what_is_cancelled_is_done_later() {
    let (mut host, options) = (workspace(2), Options::default());
    work(&host, &options);
    host.set_text("live/1/policy.tf", Some(FILES[6].1.replace("allow\"", "Allow\"").into()));
    let cancellation = Cancellation::default();
    cancellation.cancel();
    assert!(host.try_analysis(&cancellation).is_err());
    let findings = host.analysis().findings(&options);
    assert_eq!(findings.iter().filter(|finding| finding.code == "invalid-effect").count(), 1);
}

#[test]
fn what_is_said_first_needs_no_other_stack() {
    let mut files = MemoryFileSystem::default();
    FILES.iter().for_each(|(path, text)| files.insert(path, *text));
    examples().iter().enumerate().for_each(|(number, text)| files.insert(&format!("rules/{number}/main.tf"), &**text));
    let mut host = Host::new(Arc::new(files)).remembering();
    host.set_roots(roots());
    host.set_configuration(configuration());
    let (options, wanted) = (Options::default(), Cancellation::default());
    let reading = host.try_reading(&wanted).unwrap().unwrap();
    let rules: Vec<String> = (0..examples().len()).map(|number| format!("rules/{number}/main.tf")).collect();
    let own = ["lib/main.tf", "live/app/main.tf", "modules/role/main.tf", "policy.json", "not/there.tf"];
    let paths: Vec<&str> = own.into_iter().chain(rules.iter().map(String::as_str)).collect();
    let said = reading.first_findings(&paths, &options, &wanted).unwrap();
    let first: BTreeSet<String> = said.iter().flat_map(|(_, found)| told(found, reading.sources())).collect();
    drop(reading);
    assert_eq!(host.work().evaluated, 0);
    let analysis = host.analysis();
    let mut found = analysis.findings_in(&options, &paths, &wanted).unwrap();
    let all = told(&found, analysis.sources());
    let wrong: Vec<_> = first.difference(&all).collect();
    assert!(wrong.is_empty(), "{wrong:#?}");
    found.retain(|finding| {
        crate::rules::looks_at_one_policy(finding.code) && !crate::rules::may_give_way_to_others(finding.code)
    });
    let missing: Vec<_> = told(&found, analysis.sources()).difference(&first).cloned().collect();
    assert_eq!(missing, [""; 0]);
    assert!(said.iter().all(|(path, _)| path != "not/there.tf") && said.len() == paths.len() - 1);
}

#[test]
fn what_stands_in_a_file_is_known_before_all_stacks_are_joined() {
    let (analysis, text) = (workspace(3).analysis(), FILES[4].1);
    let file = analysis.sources().find("modules/role/main.tf").unwrap();
    let offset = u32::try_from(text.find("GetObject\"").unwrap()).unwrap();
    let hover = crate::ide::hover(&analysis, crate::ide::Position { file, offset }, &[]).unwrap();
    assert!(hover.markdown.contains("s3:GetObject"), "{hover:?}");
    let policies: Vec<_> = analysis.policies_in(file).map(|site| site.address.to_string()).collect();
    assert!(analysis.state.parts.models.get().is_none(), "nobody needed them");
    let in_file = analysis.policies().iter().filter(|site| site.document.span.file == file);
    assert_eq!((policies.len(), policies), (3, in_file.map(|site| site.address.to_string()).collect()));
}
