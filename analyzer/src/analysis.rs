//! The facade: what is in view goes in, what was understood and found comes out.
//!
//! [`Host`] is the one thing that changes; [`Analysis`] is a snapshot that any number of
//! threads may ask. Each stack is evaluated once, only as far as policies need it, and
//! what the evaluation kept in memory is gone when its policies are read.

mod at_first;
mod at_once;
mod buffers;
mod draft;
mod findings;
mod host;
mod inspect;
mod knowledge;
mod memory;
mod mend;
mod models;
mod places;
mod planned;
mod reading;
mod remembered;
mod things;

use std::sync::{Arc, OnceLock};

use jiff::civil::Date;
use rustc_hash::FxHashSet;

use crate::access::AccessView;
use crate::access::trust_graph::TrustGraph;
use crate::answer::{Answer, Asking, Refusal, Roll};
use crate::aws::facts;
use crate::cloudtrail::CloudTrail;
use crate::config::{Configuration, ConfigurationError};
use crate::diagram::Diagram;
use crate::eval::account::KnownAccounts;
use crate::eval::text::Text;
use crate::finding::Finding;
use crate::iam::IamModel;
use crate::inspection::Inspection;
use crate::module::{ModuleNode, Workspace};
use crate::policy;
use crate::policy::sites::{Knowledge, PolicySite};
use crate::rules::{self, RuleContext, Selection};
use crate::source::{FileId, FileSystem, SourceMap, Span, TextRange, path};
use crate::suppress::{Parted, Suppressions};
use crate::syntax::{self, SyntaxError};

pub use crate::cancellation::{Cancellation, Cancelled};
pub use host::Host;
pub use memory::Work;
pub use mend::{DoneFix, Fixed, FixedFile, LeftFix};
use models::{Models, Parts};
use places::PolicyPlaces;
use planned::Planned;
pub use reading::Reading;

/// What is to be analysed, in the form of [`crate::source::path`].
#[derive(Debug, Clone, Default)]
pub struct Roots {
    /// Directories below which modules are searched.
    pub directories: Vec<String>,
    /// Files that hold a policy and nothing else.
    pub documents: Vec<String>,
    /// Files that hold a plan or a state as JSON.
    pub plans: Vec<PlanFile>,
}

/// A plan or state, and where its source may be.
#[derive(Debug, Clone, Default)]
pub struct PlanFile {
    /// The file.
    pub path: String,
    /// The directory of the root module that it was made from, as the caller says it.
    pub source: Option<String>,
    /// Directories that may be that; the first one that fits is taken.
    pub candidates: Vec<String>,
}

/// What a caller may choose.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Options {
    /// The rules that run, and how bad their findings are.
    pub select: Selection,
    /// The day as of which AWS's support is judged; `None` for the day of the facts.
    pub as_of: Option<Date>,
}

impl Options {
    /// What `configuration` chooses, and which names of rules in it are wrong.
    #[must_use]
    pub fn configured(configuration: &Configuration) -> (Self, Vec<ConfigurationError>) {
        let (select, errors) = Selection::configured(configuration);
        (Self { select, as_of: configuration.as_of() }, errors)
    }
}

/// Something that could not be read, or not as it was meant.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    /// The file or directory.
    pub path: String,
    /// Where in it; `None` if it is all of it.
    pub span: Option<Span>,
    /// Why, in lower case and without a full stop.
    pub message: String,
}

/// How much was looked at, and how much of it is known.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Summary {
    /// Files of configuration and policy files.
    pub files: usize,
    /// Root modules, each in each environment.
    pub stacks: usize,
    /// Policy documents: one for each text, however often it is used.
    pub policies: usize,
    /// Those of which everything is known.
    pub policies_known: usize,
    /// Those of which a part is known.
    pub policies_partly: usize,
    /// Those of which nothing is known.
    pub policies_unknown: usize,
    /// Principals of which nothing but the number of their account is unknown.
    pub principals_without_number: usize,
}

/// What was understood at one moment. A clone costs a counter.
#[derive(Clone)]
pub struct Analysis {
    state: Arc<State>,
}

struct State {
    files: Arc<dyn FileSystem>,
    configuration: Arc<Configuration>,
    roots: Roots,
    sources: Arc<SourceMap>,
    workspace: Workspace,
    planned: Planned,
    parts: Parts,
    problems: Vec<Problem>,
    /// The files that are not the user's to mend.
    foreign: FxHashSet<FileId>,
    /// Counted when it is first asked for.
    summary: OnceLock<Summary>,
    /// Put together when it is first asked for.
    trust_graph: OnceLock<TrustGraph>,
    /// The same.
    policy_places: OnceLock<PolicyPlaces>,
}

impl State {
    fn models(&self) -> &Models {
        self.parts.models()
    }
}

impl Analysis {
    /// What the selected rules find, suppressions applied, in the order of paths and offsets.
    #[must_use]
    pub fn findings(&self, options: &Options) -> Vec<Finding> {
        self.parted_findings(options).kept
    }

    /// [`findings`](Self::findings), as long as they are wanted.
    ///
    /// # Errors
    /// When they are not.
    pub fn try_findings(&self, options: &Options, cancellation: &Cancellation) -> Result<Vec<Finding>, Cancelled> {
        self.try_parted(options, cancellation).map(|parted| parted.kept)
    }

    /// Those of the [`findings`](Self::findings) that are in the files at `paths`.
    ///
    /// # Errors
    /// When they are not wanted any longer.
    pub fn findings_in(
        &self,
        options: &Options,
        paths: &[&str],
        cancellation: &Cancellation,
    ) -> Result<Vec<Finding>, Cancelled> {
        let mut findings = self.try_findings(options, cancellation)?;
        findings.retain(|finding| paths.contains(&&**self.sources().file(finding.primary.file).path()));
        Ok(findings)
    }

    /// What the selected rules find, and what of it comments silence, each in the order of
    /// paths and offsets.
    #[must_use]
    pub fn parted_findings(&self, options: &Options) -> Parted {
        self.try_parted(options, &Cancellation::default()).unwrap_or_default()
    }

    fn try_parted(&self, options: &Options, cancellation: &Cancellation) -> Result<Parted, Cancelled> {
        let state = &*self.state;
        let models = state.models();
        let (foreign, access) = (|file| state.foreign.contains(&file), self.access());
        let ctx = RuleContext {
            sources: &state.sources,
            policies: &models.policies,
            iam: &models.iam,
            cloudtrail: &models.cloudtrail,
            access: &access,
            lacks: rules::Lacks::default(),
            foreign: &foreign,
            as_of: options.as_of.unwrap_or_else(facts::date),
            anchor: self.own_files().next().map(|file| TextRange::empty(0).at(file)),
        };
        let findings = match state.parts.parts.as_slice() {
            [] => rules::check(&ctx, &options.select, cancellation)?,
            parts => {
                let found = self.policy_findings(parts, options, cancellation)?;
                rules::check_rest(&ctx, &options.select, found, cancellation)?
            }
        };
        let findings = state.planned.placed(findings, &state.sources);
        Ok(self.suppressions(self.own_files()).part(findings, &options.select, &state.sources))
    }

    /// The texts.
    #[must_use]
    pub fn sources(&self) -> &SourceMap {
        &self.state.sources
    }

    /// The modules and stacks.
    #[must_use]
    pub fn workspace(&self) -> &Workspace {
        &self.state.workspace
    }

    /// What the analysis was told.
    #[must_use]
    pub fn configuration(&self) -> &Configuration {
        &self.state.configuration
    }

    /// The policies, one entry for each use.
    #[must_use]
    pub fn policies(&self) -> &[PolicySite] {
        &self.state.models().policies
    }

    /// Those of the policies of which some text stands in `file`, in their order.
    pub fn policies_in(&self, file: FileId) -> impl Iterator<Item = &PolicySite> {
        let parts = &self.state.parts;
        let places = self.state.policy_places.get_or_init(|| PolicyPlaces::of(parts.policies()));
        places.in_file(file).iter().filter_map(|place| parts.policy(*place))
    }

    /// Who is in view, and which of the policies they have.
    #[must_use]
    pub fn iam(&self) -> &IamModel {
        &self.state.models().iam
    }

    /// What is declared of CloudTrail.
    #[must_use]
    pub fn cloudtrail(&self) -> &CloudTrail {
        &self.state.models().cloudtrail
    }

    /// Who may do what, asked of those in view. Policies are compiled when they are first needed.
    #[must_use]
    pub fn access(&self) -> AccessView<'_> {
        let state = &*self.state;
        let accounts = KnownAccounts::new(Some(&state.configuration), &state.sources);
        AccessView::new(&state.models().iam, &state.models().policies, accounts)
    }

    /// Whether `principal` may do `action` to `resource`, all as someone types them. The stacks are
    /// evaluated anew where the resource is one without a policy.
    ///
    /// # Errors
    /// When one of the names means nothing, or several things.
    pub fn can(&self, principal: &str, action: &str, resource: &str) -> Result<Answer, Refusal> {
        let (view, things) = (self.access(), || things::things(&self.state));
        Asking { view: &view, things: &things }.can(principal, action, resource)
    }

    /// Who may do `action`, to `resource` if there is one. The stacks are evaluated anew for it.
    ///
    /// # Errors
    /// When one of the names means nothing, or several things.
    pub fn who_can(&self, action: &str, resource: Option<&str>) -> Result<Roll, Refusal> {
        let (view, things) = (self.access(), || things::things(&self.state));
        Asking { view: &view, things: &things }.who_can(action, resource)
    }

    /// Who may become whom and reach what. It is put together when it is first asked for.
    #[must_use]
    pub fn trust_graph(&self) -> &TrustGraph {
        self.state.trust_graph.get_or_init(|| TrustGraph::of(&self.access()))
    }

    /// What is at a path.
    pub(crate) fn file_system(&self) -> &dyn FileSystem {
        &*self.state.files
    }

    /// Who may become whom and reach what, as a picture.
    #[must_use]
    pub fn diagram(&self) -> Diagram {
        Diagram::of(&self.access())
    }

    /// What could not be read, in the order of paths.
    #[must_use]
    pub fn problems(&self) -> Vec<Problem> {
        self.state.problems.clone()
    }

    /// How much was looked at.
    #[must_use]
    pub fn summary(&self) -> Summary {
        *self.state.summary.get_or_init(|| self.count())
    }

    fn count(&self) -> Summary {
        let state = &*self.state;
        let mut seen = FxHashSet::default();
        let documents: Vec<Knowledge> = self
            .policies()
            .iter()
            .filter(|site| seen.insert((site.document.span, site.knowledge)))
            .map(|site| site.knowledge)
            .collect();
        let count = |wanted| documents.iter().filter(|knowledge| **knowledge == wanted).count();
        Summary {
            files: self.paths_read(),
            stacks: state.workspace.stacks.len(),
            policies: documents.len(),
            policies_known: count(Knowledge::Known),
            policies_partly: count(Knowledge::Partly),
            policies_unknown: count(Knowledge::Unknown),
            principals_without_number: self.principals_without_number(),
        }
    }

    /// How many principals, each where it is written, lack only the number of their account.
    fn principals_without_number(&self) -> usize {
        let accounts = KnownAccounts::new(Some(&self.state.configuration), &self.state.sources);
        let lacks_number = |text: &Text| {
            let account = accounts.of_arn(text);
            account.is_some_and(|account| account.id.is_none() && account.text.holes().eq(text.holes()))
        };
        let statements = self.policies().iter().flat_map(|site| &site.document.statements);
        let groups = statements.flat_map(|statement| &statement.principals).flat_map(|principals| &principals.groups);
        let leaves = groups.flat_map(|group| &group.items);
        let places: FxHashSet<Span> = leaves.filter(|leaf| lacks_number(&leaf.text)).map(|leaf| leaf.span).collect();
        places.len()
    }

    /// How many files of configuration and policy files there are, less those that
    /// could not be read.
    fn paths_read(&self) -> usize {
        let state = &*self.state;
        let whole = state.problems.iter().filter(|problem| problem.span.is_none());
        let unread: FxHashSet<&str> = whole.map(|problem| problem.path.as_str()).collect();
        let files = self.own_files().filter(|file| !unread.contains(&**state.sources.file(*file).path()));
        let documents = state.roots.documents.iter().filter(|path| !unread.contains(path.as_str()));
        files.count() + documents.count()
    }

    /// What was understood, for those who wonder. The stacks are evaluated anew for it.
    #[must_use]
    pub fn inspect(&self) -> Inspection {
        inspect::inspect(&self.state)
    }

    /// The text of a configuration with the accounts that the source speaks of. The stacks are evaluated anew.
    #[must_use]
    pub fn draft_configuration(&self) -> String {
        draft::draft(&self.state)
    }

    /// The files of modules that are the user's to mend.
    fn own_files(&self) -> impl Iterator<Item = FileId> {
        let state = &*self.state;
        let files = state.workspace.modules.iter().flat_map(|module| module.files.iter().copied());
        files.filter(|file| !state.foreign.contains(file))
    }

    /// What comments in `files` silence.
    fn suppressions(&self, files: impl Iterator<Item = FileId>) -> Suppressions {
        let mut suppressions = Suppressions::default();
        for file in files.filter(|file| self.may_have_comments(*file)) {
            suppressions.add(&self.state.sources, file);
        }
        suppressions
    }

    /// Whether comments in `file` silence what is found there.
    #[must_use]
    pub fn takes_suppressions(&self, file: FileId) -> bool {
        self.may_have_comments(file) && self.own_files().any(|own| own == file)
    }

    fn may_have_comments(&self, file: FileId) -> bool {
        !self.state.sources.file(file).path().ends_with(".json") && !self.state.planned.is_plan(file)
    }
}

/// The caller says that the file is a policy: a text that is none has faults.
fn document_site(sources: &SourceMap, file: FileId) -> PolicySite {
    let document = Arc::new(policy::read_file(sources, file));
    PolicySite::unattached(document, sources.file(file).path(), TextRange::empty(0).at(file))
}

fn read_document(files: &dyn FileSystem, sources: &SourceMap, path: &str) -> Result<FileId, Problem> {
    let problem = |message| Problem { path: path.to_owned(), span: None, message };
    let bytes = files.read(path).map_err(|error| problem(error.to_string()))?;
    let text = syntax::decode(&bytes).map_err(|error| problem(error.message))?;
    Ok(sources.add(&path::normalize(path), text.as_ref()))
}

fn syntax_problems(workspace: &Workspace, sources: &SourceMap) -> Vec<Problem> {
    let of_modules = workspace.modules.iter().flat_map(|module| &module.errors);
    let errors = of_modules.chain(&workspace.errors);
    let mut problems: Vec<Problem> = errors.map(|(file, error)| problem_of_syntax(sources, *file, error)).collect();
    problems.sort_by(|a, b| {
        (&a.path, a.span.map(|span| span.range), &a.message).cmp(&(&b.path, b.span.map(|span| span.range), &b.message))
    });
    problems.dedup();
    problems
}

fn problem_of_syntax(sources: &SourceMap, file: FileId, error: &SyntaxError) -> Problem {
    let source = sources.file(file);
    // A file that could not be read is an empty text with an error.
    let span = (!source.text().is_empty()).then(|| error.range.at(file));
    Problem { path: source.path().to_string(), span, message: error.message.clone() }
}

fn foreign_files(workspace: &Workspace) -> FxHashSet<FileId> {
    let nodes = workspace.stacks.iter().flat_map(|stack| stack.root.descendants());
    let downloaded = nodes.filter(|node: &&ModuleNode| node.downloaded);
    downloaded.flat_map(|node| node.module.files.iter().copied()).collect()
}

#[cfg(test)]
mod incremental_tests;
#[cfg(test)]
mod tests;
