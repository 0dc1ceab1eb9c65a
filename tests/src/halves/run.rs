//! Writes the files of a row in a layout, and compares what is found in them.

use std::sync::Arc;

use crosstrail_analyzer::analysis::{Analysis, Host, Options, Roots};
use crosstrail_analyzer::config::{Configuration, ConfigurationPlace, FILE_NAME};
use crosstrail_analyzer::finding::Finding;
use crosstrail_analyzer::source::MemoryFileSystem;

use super::case::{CASES, Case, Half};
use super::layout::{Layout, Sides};
use super::row::{Accounts, Form, Row};
use super::target::Target;

/// What is to be found, or is.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Found {
    code: &'static str,
    path: String,
    /// The text that is underlined.
    text: String,
    /// Of the message what decides: who, what, and which actions.
    words: Vec<String>,
}

/// Compares what is found for `row` in `layout` with what the row says, in all cases.
///
/// # Errors
/// When they differ: what was expected and what was found.
pub fn check(row: &Row, layout: &Layout) -> Result<(), String> {
    let failures: String =
        cases(row).filter_map(|(case, letter)| check_case(row, layout, case, letter).err()).collect();
    if failures.is_empty() { Ok(()) } else { Err(failures) }
}

/// The cases that can be written, each with what is said of it.
fn cases(row: &Row) -> impl Iterator<Item = (&'static Case, &'static str)> {
    assert_eq!(row.says.split_whitespace().count(), CASES.len(), "{row:?}");
    CASES.iter().zip(row.says.split_whitespace()).filter(|(_, letter)| *letter != "x")
}

fn check_case(row: &Row, layout: &Layout, case: &Case, letter: &str) -> Result<(), String> {
    let (files, expected) = (files(row, layout, case), expected(row, layout, letter));
    let analysis = analysis(&files);
    let problems = analysis.problems();
    let found: Vec<Found> = findings(&analysis).iter().map(|it| of_finding(it, &analysis)).collect();
    if found == expected && problems.is_empty() {
        return Ok(());
    }
    let title =
        format!("{}, {:?}, {:?} account, {}, {}", row.target.name, row.form, row.accounts, layout.name, case.name);
    let texts: Vec<String> = files.iter().map(|(path, text)| format!("--- {path}\n{text}")).collect();
    Err(format!("## {title}\nexpected {expected:#?}\nfound {found:#?}\n{problems:?}\n{}\n", texts.concat()))
}

fn analysis(files: &[(&'static str, String)]) -> Analysis {
    let mut memory = MemoryFileSystem::default();
    for (path, text) in files {
        memory.insert(path, text.as_bytes());
    }
    let settings = files.iter().find(|(path, _)| *path == FILE_NAME).map_or("", |(_, text)| text);
    let (configuration, errors) = Configuration::read(ConfigurationPlace::new(FILE_NAME), settings);
    assert!(errors.is_empty(), "{errors:?}");
    let mut host = Host::new(Arc::new(memory));
    host.set_roots(Roots { directories: vec![".".to_owned()], ..Roots::default() });
    host.set_configuration(Arc::new(configuration));
    host.analysis()
}

/// What the rules about two accounts find.
#[expect(clippy::unwrap_used, reason = "there is a group of that name")]
fn findings(analysis: &Analysis) -> Vec<Finding> {
    let mut options = Options::default();
    options.select.select("cross-account").unwrap();
    analysis.findings(&options)
}

fn of_finding(finding: &Finding, analysis: &Analysis) -> Found {
    let file = analysis.sources().file(finding.primary.file);
    let text = file.text().get(finding.primary.range.as_usize()).unwrap_or_default();
    let text = text.trim_matches('"').to_owned();
    let words = finding.message.split('`').skip(1).step_by(2).map(str::to_owned).collect();
    Found { code: finding.code, path: file.path().to_string(), text, words }
}

fn expected(row: &Row, layout: &Layout, letter: &str) -> Vec<Found> {
    let is_regional = row.target.arn.contains(":eu-west-1:");
    let is_open = row.target.made_up || (layout.open_region && is_regional);
    let is_lost = layout.by_letters && is_open && matches!(letter, "R" | "r");
    if is_lost || letter == "." {
        return Vec::new();
    }
    let [caller, owner] = layout.places;
    let is_role = row.target.address.starts_with("aws_iam_role.");
    let lacks_identity = matches!(letter, "I" | "i");
    let code = match (lacks_identity, is_role) {
        (true, false) => "missing-identity-half",
        (true, true) => "assume-role-missing-identity-half",
        (false, false) => "missing-resource-half",
        (false, true) => "assume-role-missing-trust-half",
    };
    let text = match (lacks_identity, row.target.policy_block.contains("PRINCIPAL")) {
        (true, true) => permitted(&(layout.principal)(row, written(row.form))),
        (true, false) => (layout.principal)(row, written(row.form)),
        (false, _) => resource(row, layout),
    };
    let path = if lacks_identity { owner } else { caller };
    let words = words(row, layout, letter, code);
    vec![Found { code, path: path.to_owned(), text: numbered(one_of(&text), row), words }]
}

/// The names in the message, in their order: who, what, and the actions that are missing.
fn words(row: &Row, layout: &Layout, letter: &str, code: &str) -> Vec<String> {
    let target = format!("{}{}", layout.module, row.target.address);
    let lacking = if matches!(letter, "i" | "r") { row.target.actions.get(1..) } else { Some(row.target.actions) };
    let mut words: Vec<String> = lacking.unwrap_or_default().iter().map(|it| (*it).to_owned()).collect();
    match code {
        "assume-role-missing-trust-half" => words = vec![target],
        "missing-resource-half" => words.push(target),
        _ => words.insert(0, target),
    }
    words.insert(0, "app".to_owned());
    words
}

/// What is underlined of a string, or of a list that is made of several.
fn one_of(text: &str) -> &str {
    if text.ends_with("[0]") {
        return text;
    }
    let element = text.strip_suffix(']').and_then(|list| list.split_once(" : ")).map(|(_, element)| element);
    element.unwrap_or(text).trim_matches('"')
}

/// The files of a case.
fn files(row: &Row, layout: &Layout, case: &Case) -> Vec<(&'static str, String)> {
    let principal = (layout.principal)(row, written(row.form));
    let sides = Sides {
        caller: with_provider(&caller(row, layout, case.identity), layout.providers[0]),
        owner: with_provider(&owner(row, &principal, case.resource), layout.providers[1]),
    };
    let files = (layout.files)(row, written(row.form), &sides);
    files.into_iter().map(|(path, text)| (path, numbered(&text, row))).collect()
}

/// How the caller is named, its account a word.
fn written(form: Form) -> &'static str {
    match form {
        Form::Role => "arn:aws:iam::CALLER:role/app",
        Form::User => "arn:aws:iam::CALLER:user/app",
        Form::Session => "arn:aws:sts::CALLER:assumed-role/app/me",
        Form::Account => "CALLER",
        Form::Root => "arn:aws:iam::CALLER:root",
        Form::Everyone | Form::Service => "*",
    }
}

/// The text with the numbers of the accounts; those of the second environment are others.
fn numbered(text: &str, row: &Row) -> String {
    let owner = if row.accounts == Accounts::One { "111111111111" } else { "222222222222" };
    let other = if row.accounts == Accounts::One { "333333333333" } else { "444444444444" };
    let text = text.replace("9CALLER", "333333333333").replace("9OWNER", other);
    text.replace("CALLER", "111111111111").replace("OWNER", owner)
}

fn with_provider(blocks: &str, provider: Option<&str>) -> String {
    let mut kind = "aws";
    let lines = blocks.lines().filter_map(|line| {
        if line.starts_with("resource ") {
            kind = if line.contains("\"awscc_") { "awscc" } else { "aws" };
        }
        match (line, provider) {
            ("PROVIDER", None) => None,
            ("PROVIDER", Some(name)) => Some(format!("  provider = {kind}.{name}\n")),
            (line, _) => Some(format!("{line}\n")),
        }
    });
    lines.collect()
}

/// How the caller's policy names the resource.
fn resource(row: &Row, layout: &Layout) -> String {
    let target = (layout.target)(row);
    let within = row.target.within;
    match target.strip_suffix('"') {
        _ if within.is_empty() || target.starts_with('[') => target,
        Some(open) => format!("{open}{within}\""),
        None => format!("\"${{{target}}}{within}\""),
    }
}

const TRUST: &str = "jsonencode({ Version = \"2012-10-17\", Statement = [{ Effect = \"Allow\", Action = \"sts:AssumeRole\", Principal = { Service = \"ec2.amazonaws.com\" } }] })";

/// The role or the user, with its policy.
fn caller(row: &Row, layout: &Layout, half: Half) -> String {
    let kind = match row.form {
        Form::Service => return String::new(),
        Form::User => "user",
        Form::Role | Form::Session | Form::Account | Form::Root | Form::Everyone => "role",
    };
    let trust = if kind == "role" { format!("  assume_role_policy = {TRUST}\n") } else { String::new() };
    let principal = format!("resource \"aws_iam_{kind}\" \"app\" {{\nPROVIDER\n  name = \"app\"\n{trust}}}\n");
    let actions = list(row, half);
    let resource = if half == Half::Unknown { "var.unknown".to_owned() } else { resource(row, layout) };
    let statement = format!("{{ Effect = \"Allow\", Action = {actions}, Resource = {resource} }}");
    let policy = match half {
        Half::Nothing => return principal,
        Half::Whole | Half::Part | Half::Other | Half::Unknown => document(&statement),
    };
    format!(
        "{principal}resource \"aws_iam_{kind}_policy\" \"app\" {{\nPROVIDER\n  {kind} = aws_iam_{kind}.app.name\n  policy = {policy}\n}}\n"
    )
}

/// The resource, with its policy.
fn owner(row: &Row, principal: &str, half: Half) -> String {
    let target = row.target;
    if target.policy_block.contains("PRINCIPAL") {
        return permitting(row, principal, half);
    }
    let own = if target.own.is_empty() { String::new() } else { format!(", Resource = {}", target.own) };
    let principal = match (half, row.form) {
        (Half::Other, _) => "{ AWS = \"arn:aws:iam::OWNER:root\" }".to_owned(),
        (Half::Unknown, _) => "{ AWS = var.unknown }".to_owned(),
        (_, Form::Service) => format!("{{ Service = \"{}\" }}", target.service),
        _ => format!("{{ AWS = {principal} }}"),
    };
    let statement = format!("{{ Effect = \"Allow\", Principal = {principal}, Action = {}{own} }}", list(row, half));
    let argument = match target.address.split_once('.') {
        Some(("aws_iam_role", _)) => "assume_role_policy",
        Some(("aws_glacier_vault", _)) => "access_policy",
        Some(_) | None => argument(target.policy_block),
    };
    let policy = format!("  {argument} = {}", document(&statement));
    let (policy, policy_block) =
        if half == Half::Nothing { (String::new(), "") } else { (policy, target.policy_block) };
    format!("{}{policy_block}", target.block).replace("POLICY", &policy)
}

/// The resource, with what lets one principal in.
fn permitting(row: &Row, principal: &str, half: Half) -> String {
    let Target { block, policy_block, service, .. } = row.target;
    let principal = match (half, row.form) {
        (Half::Nothing, _) => return (*block).to_owned(),
        (Half::Other, _) => "\"OWNER\"".to_owned(),
        (Half::Unknown, _) => "var.unknown".to_owned(),
        (_, Form::Service) => format!("\"{service}\""),
        _ => permitted(principal),
    };
    format!("{block}{}", policy_block.replace("PRINCIPAL", &principal))
}

/// Whom a permission names: one, and not a list.
fn permitted(principal: &str) -> String {
    if principal.starts_with('[') { format!("{principal}[0]") } else { principal.to_owned() }
}

/// The argument that takes a policy.
fn argument(block: &str) -> &'static str {
    if block.contains("codeartifact") {
        "policy_document"
    } else if block.contains("awscc_cloudtrail_resource_policy") {
        "resource_policy"
    } else if !block.contains("log_destination_policy") {
        "policy"
    } else {
        "access_policy"
    }
}

fn list(row: &Row, half: Half) -> String {
    let actions = row.target.actions.iter().take(if half == Half::Part { 1 } else { row.target.actions.len() });
    let names: Vec<String> = actions.map(|it| format!("\"{it}\"")).collect();
    format!("[{}]", names.join(", "))
}

fn document(statement: &str) -> String {
    format!("jsonencode({{ Version = \"2012-10-17\", Statement = [{statement}] }})")
}
