//! Policies without a Terraform file around them, to try one rule on.

#![expect(clippy::string_slice, reason = "a test that slips fails, as it should")]

use std::sync::Arc;

use jiff::civil::Date;

use crate::access::AccessView;
use crate::analysis::{Analysis, Host, Options, Roots};
use crate::cancellation::Cancellation;
use crate::cloudtrail::CloudTrail;
use crate::config::{Configuration, ConfigurationPlace, FILE_NAME};
use crate::eval::account::KnownAccounts;
use crate::eval::json_text::verbatim;
use crate::eval::symbol::{Cause, Symbol};
use crate::eval::text::{Piece, Text};
use crate::finding::{Confidence, Edit, Finding};
use crate::iam::IamModel;
use crate::policy::model::PolicyKind;
use crate::policy::read_text;
use crate::render;
use crate::source::{FileId, MemoryFileSystem, SourceMap, TextRange};

use super::{Lacks, PolicySite, Rule, RuleContext, Selection, run};

/// One policy in one file.
pub(super) struct Fixture {
    pub(super) sources: SourceMap,
    pub(super) file: FileId,
    pub(super) sites: Vec<PolicySite>,
    iam: IamModel,
    cloudtrail: CloudTrail,
    as_of: Date,
}

impl Fixture {
    /// An identity policy. `${name}` is a hole; `${account.name}` one of an account; `$${` is `${`.
    pub(super) fn new(json: &str) -> Self {
        Self::of_kind(PolicyKind::Identity, json)
    }

    /// A policy of that kind.
    pub(super) fn of_kind(kind: PolicyKind, json: &str) -> Self {
        let sources = SourceMap::default();
        let file = sources.add("policy.json", json);
        let whole = TextRange::new(0, u32::try_from(json.len()).unwrap()).at(file);
        let document = Arc::new(read_text(&with_holes(json, file), whole));
        let address = "aws_iam_role.deploy";
        let site =
            PolicySite { kind, block_address: address.into(), ..PolicySite::unattached(document, address, whole) };
        Self {
            sources,
            file,
            sites: vec![site],
            iam: IamModel::default(),
            cloudtrail: CloudTrail::default(),
            as_of: crate::aws::facts::date(),
        }
    }

    /// The same on another day.
    pub(super) fn on_day(self, day: &str) -> Self {
        Self { as_of: day.parse().unwrap(), ..self }
    }

    pub(super) fn access(&self) -> AccessView<'_> {
        AccessView::new(&self.iam, &self.sites, KnownAccounts::new(None, &self.sources))
    }

    pub(super) fn context<'a>(&'a self, access: &'a AccessView<'a>) -> RuleContext<'a> {
        let anchor = Some(TextRange::empty(0).at(self.file));
        RuleContext {
            sources: &self.sources,
            policies: &self.sites,
            iam: &self.iam,
            cloudtrail: &self.cloudtrail,
            access,
            lacks: Lacks::default(),
            foreign: &|_| false,
            as_of: self.as_of,
            anchor,
        }
    }

    /// What `rule` finds.
    pub(super) fn run(&self, rule: &'static Rule) -> Vec<Finding> {
        let wanted = Cancellation::default();
        run::check_with(&[rule], &self.context(&self.access()), &Selection::default(), &wanted).unwrap_or_default()
    }

    /// What `rule` finds, each as `underlined text | severity: message`.
    pub(super) fn shown(&self, rule: &'static Rule) -> Vec<String> {
        let show = |finding: Finding| {
            let text = self.sources.text(finding.primary);
            format!("{text} | {}: {}", render::severity(finding.severity), finding.message)
        };
        self.run(rule).into_iter().map(show).collect()
    }

    /// The text after the first fix of each finding of `rule`; one that several findings share is done once.
    pub(super) fn fixed(&self, rule: &'static Rule) -> String {
        let mut edits: Vec<Edit> = Vec::new();
        for fix in self.run(rule).into_iter().filter_map(|it| it.fixes.into_iter().next()) {
            edits.extend(fix.edits.into_iter().filter(|edit| !edits.contains(edit)).collect::<Vec<_>>());
        }
        edits.sort_by_key(|edit| edit.span.range);
        edited(self.sources.file(self.file).text(), &edits)
    }
}

/// What `rule` finds in an identity policy with one statement, made of `members`.
pub(super) fn statement(rule: &'static Rule, members: &str) -> Vec<String> {
    statement_of(rule, PolicyKind::Identity, members)
}

/// What `rule` finds in a policy of that kind with one statement, made of `members`.
pub(super) fn statement_of(rule: &'static Rule, kind: PolicyKind, members: &str) -> Vec<String> {
    Fixture::of_kind(kind, &format!(r#"{{"Statement": [{{{members}}}]}}"#)).shown(rule)
}

fn with_holes(source: &str, file: FileId) -> Text {
    let mut pieces = Vec::new();
    let mut at = 0;
    while let Some(start) = source[at..].find("${").map(|it| at + it) {
        if source[..start].ends_with('$') {
            pieces.extend(known(source, at, start - 1, file));
            pieces.extend(known(source, start, start + 2, file));
            at = start + 2;
            continue;
        }
        let end = start + source[start..].find('}').unwrap();
        pieces.extend(known(source, at, start, file));
        pieces.push(Piece::Hole(symbol(&source[start + 2..end])));
        at = end + 1;
    }
    pieces.extend(known(source, at, source.len(), file));
    Text::from_pieces(pieces)
}

fn known(source: &str, start: usize, end: usize, file: FileId) -> Vec<Piece> {
    let range = TextRange::new(u32::try_from(start).unwrap(), u32::try_from(end).unwrap());
    verbatim(&source[start..end], range.at(file)).pieces().to_vec()
}

fn symbol(name: &str) -> Symbol {
    let cause = match name.split('.').next() {
        Some("account") => Cause::Account,
        Some("region") => Cause::Region,
        Some("uuid") => Cause::Impure,
        _ => Cause::Variable,
    };
    Symbol::new("", name, cause, None)
}

/// A workspace of these files, in which nothing is wrong as such.
pub(super) fn analysed(configuration: Configuration, files: &[(&str, &str)]) -> Analysis {
    let mut system = MemoryFileSystem::default();
    for (path, text) in files {
        system.insert(path, *text);
    }
    let mut host = Host::new(Arc::new(system));
    host.set_roots(Roots { directories: vec![".".to_owned()], ..Roots::default() });
    host.set_configuration(Arc::new(configuration));
    let analysis = host.analysis();
    assert_eq!(analysis.problems(), [], "{files:?}");
    analysis
}

/// The text after edits of it, which are in the order of the text.
pub(super) fn edited(text: &str, edits: &[Edit]) -> String {
    let mut text = text.to_owned();
    for edit in edits.iter().rev() {
        text.replace_range(edit.span.range.as_usize(), &edit.new_text);
    }
    text
}

/// What `rule` finds in a workspace of these files, analysed as `settings` has it: each as
/// `underlined text | severity: message`, with `likely` in front of the severity where it is.
pub(super) fn in_workspace(rule: &'static Rule, settings: &str, files: &[(&str, &str)]) -> Vec<String> {
    let (configuration, errors) = Configuration::read(ConfigurationPlace::new(FILE_NAME), settings);
    assert_eq!(errors, []);
    let as_of = configuration.as_of();
    let analysis = analysed(configuration, files);
    let mut select = Selection::default();
    select.select(rule.code).unwrap();
    let findings = analysis.findings(&Options { select, as_of });
    let show = |finding: Finding| {
        let doubt = if finding.confidence == Confidence::Likely { "likely " } else { "" };
        let text = analysis.sources().text(finding.primary);
        format!("{text} | {doubt}{}: {}", render::severity(finding.severity), finding.message)
    };
    findings.into_iter().map(show).collect()
}
