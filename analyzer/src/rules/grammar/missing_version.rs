//! What it finds, why, and its tests: `missing_version.md`.

use super::elements::is_reported_at_top;
use crate::finding::{Edit, Fix, Safety, Severity};
use crate::policy::model::{Leaf, PolicyDocument};
use crate::rules::text::known_parts;
use crate::rules::{Check, Group, PolicySite, Report, Rule, RuleContext, strings};
use crate::source::{SourceFile, Span, TextRange};

pub(in crate::rules) static RULE: Rule = Rule {
    code: "missing-version",
    group: Group::Grammar,
    severity: Severity::Warning,
    since: "0.1.0",
    sources: &["AA MISSING_VERSION", "AA VARIABLE_UNSUPPORTED_IN_VERSION"],
    check: Check::Policy(check),
};

const OLD: &str = "2008-10-17";
const CURRENT: &str = "2012-10-17";

fn check(site: &PolicySite, ctx: &RuleContext<'_>, report: &mut Report<'_>) {
    let document = &*site.document;
    match &document.version {
        Some(version) if version.text.as_known().is_some_and(|version| version == OLD) => {
            say_old(version, site, report);
        }
        None if document.open.is_empty() && !is_reported_at_top(document, "Version") => {
            say_missing(site, ctx, report);
        }
        Some(_) | None => {}
    }
}

fn say_missing(site: &PolicySite, ctx: &RuleContext<'_>, report: &mut Report<'_>) {
    let document = &*site.document;
    // Without it the document has no statements, which is another rule's.
    let Some(key) = document.statement_key else { return };
    let variable = variable(document);
    let finding = match &variable {
        Some((_, name)) => report
            .finding(key, format!("this policy has no `Version`, so `{name}` is no policy variable but plain text"))
            .severity(Severity::Error),
        None if is_managed(site) => report
            .finding(key, format!("this policy has no `Version`: a managed policy needs {CURRENT}"))
            .severity(Severity::Error),
        None => report.finding(key, format!("this policy has no `Version`: AWS reads it as one of {OLD}")),
    };
    let finding = match &variable {
        Some((leaf, _)) => finding.label(leaf.span, "plain text without a `Version`"),
        None => finding,
    };
    // What AWS refuses has no meaning yet that the version could change.
    let safety = if variable.is_some() && !is_managed(site) { Safety::Unsafe } else { Safety::Safe };
    if let Some(edit) = insertion(key, &ctx.sources.file(key.file)) {
        finding.fix(Fix { title: format!("add `Version` {CURRENT}"), safety, edits: vec![edit] });
    }
}

fn say_old(version: &Leaf, site: &PolicySite, report: &mut Report<'_>) {
    let literal = report.is_literal(version);
    let finding = match variable(&site.document) {
        Some((leaf, name)) => report
            .leaf(version, format!("version {OLD} has no policy variables: `{name}` is plain text"))
            .label(leaf.span, format!("plain text in version {OLD}")),
        None if is_managed(site) => report.leaf(version, format!("a managed policy needs version {CURRENT}")),
        None => return,
    };
    let finding = finding.severity(Severity::Error);
    if literal {
        let safety = if is_managed(site) { Safety::Safe } else { Safety::Unsafe };
        finding.replace(version.span, CURRENT, safety);
    }
}

/// Whether it is a managed policy, which AWS takes in the current version only: "Policy document
/// must be version 2012-10-17 or greater".
fn is_managed(site: &PolicySite) -> bool {
    site.site.is_some_and(|site| ["aws_iam_policy", "awscc_iam_managed_policy"].contains(&site.resource_type))
}

/// The first policy variable where AWS takes them: in resources and values of conditions.
fn variable(document: &PolicyDocument) -> Option<(&Leaf, String)> {
    let leaves = document.statements.iter().flat_map(|statement| {
        strings::resources(statement).chain(statement.conditions.iter().flat_map(strings::values))
    });
    leaves.into_iter().find_map(|leaf| Some((leaf, name(leaf)?)))
}

/// `${aws:username}`, if the text has such a part.
fn name(leaf: &Leaf) -> Option<String> {
    known_parts(&leaf.text).find_map(|text| {
        let (_, behind) = text.split_once("${")?;
        let (name, _) = behind.split_once('}')?;
        Some(format!("${{{name}}}"))
    })
}

/// Writes the element in front of the one whose key stands at `key`, in its manner.
fn insertion(key: Span, file: &SourceFile) -> Option<Edit> {
    let range = key.range.as_usize();
    let (before, behind) = (file.text().get(..range.start)?, file.text().get(range.end..)?);
    let quoted = before.ends_with('"');
    let (before, behind) =
        if quoted { (before.strip_suffix('"')?, behind.strip_prefix('"')?) } else { (before, behind) };
    // Quotes that are escaped, and keys that are put together, stand in texts of other kinds.
    if file.text().get(range)? != "Statement" || before.ends_with('\\') {
        return None;
    }
    let sign = if behind.trim_start().starts_with('=') { " =" } else { ":" };
    let line_start = before.rfind('\n').map_or(0, |at| at + 1);
    let indent = before.get(line_start..)?;
    let is_first = !indent.is_empty() && indent.chars().all(char::is_whitespace);
    let gap = if is_first { format!("\n{indent}") } else { " ".to_owned() };
    let comma = if is_first && sign != ":" { "" } else { "," };
    let quote = if quoted { "\"" } else { "" };
    let start = u32::try_from(before.len()).ok()?;
    let new_text = format!("{quote}Version{quote}{sign} \"{CURRENT}\"{comma}{gap}");
    Some(Edit { span: TextRange::empty(start).at(key.file), new_text })
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::aws::sites::policies;
    use crate::rules::testing::Fixture;

    #[test]
    fn the_old_language_has_no_variables() {
        let policy =
            |version: &str, resource: &str| format!(r#"{{{version}"Statement": {{"Resource": "{resource}"}}}}"#);
        let plain = Fixture::new(&policy("", "*")).shown(&RULE);
        assert_eq!(plain, ["Statement | warning: this policy has no `Version`: AWS reads it as one of 2008-10-17"]);
        assert_eq!(Fixture::new(&policy(r#""Version": "2008-10-17", "#, "*")).shown(&RULE), [""; 0]);
        assert_eq!(Fixture::new(&policy(r#""Version": "2012-10-17", "#, "*")).shown(&RULE), [""; 0]);
        assert_eq!(Fixture::new(&policy(r#""Version": "${v}", "#, "*")).shown(&RULE), [""; 0]);
        assert_eq!(Fixture::new(&policy(r#""version": "2012-10-17", "#, "*")).shown(&RULE), [""; 0], "misspelt");
        assert_eq!(Fixture::new(&policy(r#"${x}, "#, "*")).shown(&RULE), [""; 0]);
    }

    #[test]
    fn a_managed_policy_needs_the_current_version() {
        let found = |version: &str| {
            let json = format!(r#"{{{version}"Statement": {{"Resource": "*"}}}}"#);
            let mut fixture = Fixture::new(&json);
            fixture.sites[0].site = policies("aws_iam_policy").next();
            fixture.shown(&RULE)
        };
        let missing = "Statement | error: this policy has no `Version`: a managed policy needs 2012-10-17";
        assert_eq!(found(""), [missing]);
        let old = "2008-10-17 | error: a managed policy needs version 2012-10-17";
        assert_eq!(found(r#""Version": "2008-10-17", "#), [old]);
        assert_eq!(found(r#""Version": "2012-10-17", "#), [""; 0]);
    }

    #[test]
    fn the_fix_is_written_as_the_rest_is() {
        assert_eq!(
            Fixture::new(r#"{ "Statement": [] }"#).fixed(&RULE),
            r#"{ "Version": "2012-10-17", "Statement": [] }"#
        );
        assert_eq!(
            Fixture::new("{\n  \"Statement\": []\n}").fixed(&RULE),
            "{\n  \"Version\": \"2012-10-17\",\n  \"Statement\": []\n}"
        );
    }
}
