//! Where policies are: every attribute of a resource that takes one, data sources that
//! nobody uses, and files that hold nothing but a policy.
//!
//! A document that several places use is read once. This module must not judge what it
//! finds, and reads no file itself.

pub(crate) mod declared;
mod duplicates;
mod form;
mod omitted;
pub(crate) mod path;
mod replaced;
#[cfg(test)]
mod tests;

use std::collections::BTreeSet;
use std::sync::Arc;

use rayon::prelude::*;
use rustc_hash::{FxHashMap, FxHashSet};
use smol_str::SmolStr;

use crate::aws::sites::{self as table, Site, Subject};
use crate::eval::evaluator::{Evaluator, Existence, ResourceInstance};
use crate::eval::value::{Refinement, SequencePart, Value, ValueKind};
use crate::module::{Mode, ResourceAddress};
use crate::source::{FileId, SourceMap, Span, TextRange};

use super::model::{Leaf, PolicyDocument, PolicyKind};
use super::{is_policy, read_file, read_string, read_value};
use declared::Headers;
use duplicates::DuplicateKeys;
pub use form::Form;
use omitted::StatementBlocks;
use path::Found;
use replaced::ReplacedStatements;

/// A policy and a place that uses it.
#[derive(Debug, Clone)]
pub struct PolicySite {
    /// The directory and environment of the stack, as symbols name it; empty for a file.
    pub stack: SmolStr,
    /// The full address of the resource instance; the path of a file.
    pub address: SmolStr,
    /// The address of the block within its module, without keys: `aws_iam_role.deploy`.
    pub block_address: SmolStr,
    /// The address of the module instance; empty in the root.
    pub module: SmolStr,
    /// The region of the resource: its own or its provider's, if that is known. `None` for a file.
    pub region: Option<SmolStr>,
    /// The path of the attribute: `policy`, `inline_policy.policy`; empty for a file.
    pub attribute: SmolStr,
    /// What the place makes of the policy.
    pub kind: PolicyKind,
    /// What is known of the attribute, whatever its value: the service and what the policy
    /// is on. `None` for what no resource uses.
    pub site: Option<Site<table::PolicySite>>,
    /// The name or ARN of what the policy is on, where an attribute of the resource gives it.
    pub subject: Option<Leaf>,
    /// The document; shared by all places that use the same one.
    pub document: Arc<PolicyDocument>,
    /// The attribute, or the header of the block that has it implicitly.
    pub span: Span,
    /// Whether the place is there.
    pub existence: Existence,
    /// Whether the place is in a module that is not the user's to mend.
    pub downloaded: bool,
    /// How the policy is written at this place.
    pub form: Form,
    /// How much of the document is known.
    pub knowledge: Knowledge,
}

/// How much of a document is known.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Knowledge {
    /// All of it.
    Known,
    /// Some of it.
    Partly,
    /// Nothing.
    Unknown,
}

/// All policies of the stack that `evaluator` evaluates, in the order of files and
/// offsets; those of several instances of a block in the order of addresses.
#[must_use]
pub fn of_stack(evaluator: &Evaluator<'_>) -> Vec<PolicySite> {
    of_blocks(evaluator, |_| true)
}

/// Those of the policies that blocks have whose addresses are `wanted`. The others are not evaluated, unless one of
/// these asks for them; a data source that only others use is a policy of its own.
#[must_use]
pub fn of_blocks(evaluator: &Evaluator<'_>, wanted: impl Fn(&ResourceAddress) -> bool) -> Vec<PolicySite> {
    let instances = evaluator.resources_where(|address| may_have_policy(address) && wanted(address));
    if instances.is_empty() {
        return Vec::new();
    }
    let reading = Reading {
        blocks: StatementBlocks::of_stack(evaluator),
        duplicates: DuplicateKeys::of_stack(evaluator),
        headers: Headers::of_stack(evaluator),
    };
    let mut finder = Finder {
        evaluator,
        documents: FxHashMap::default(),
        used: FxHashSet::default(),
        replaced: ReplacedStatements::of_stack(evaluator, &instances),
        reading: &reading,
        places: Vec::new(),
        sites: Vec::with_capacity(instances.len()),
    };
    for some in instances.chunks(AT_A_TIME) {
        finder.managed(some.iter().take_while(|_| evaluator.is_wanted()));
    }
    for instance in instances.iter().take_while(|_| evaluator.is_wanted()) {
        finder.unattached(instance);
    }
    finder.read_places();
    let mut sites = finder.sites;
    let files: BTreeSet<FileId> = sites.iter().map(|site| site.span.file).collect();
    let path = |file: FileId| Arc::clone(evaluator.sources().file(file).path());
    let mut files: Vec<(Arc<str>, FileId)> = files.into_iter().map(|file| (path(file), file)).collect();
    files.sort_unstable();
    let rank = |path: &Arc<str>| files.partition_point(|(other, _)| other < path);
    let ranks: FxHashMap<FileId, usize> = files.iter().map(|(path, file)| (*file, rank(path))).collect();
    let rank = |site: &PolicySite| ranks.get(&site.span.file).copied();
    sites.sort_by(|a, b| {
        (rank(a), a.span.range, &a.address, &a.attribute).cmp(&(rank(b), b.span.range, &b.address, &b.attribute))
    });
    sites
}

/// How many instances are looked at before the policies that they have are read, side by side.
const AT_A_TIME: usize = 4096;

/// Fewer policies are not worth another thread.
const FEWEST_AT_ONCE: usize = 64;

/// Whether a block of that address may use a policy or be one.
fn may_have_policy(address: &ResourceAddress) -> bool {
    match address.mode {
        Mode::Managed => table::policies(&address.ty).next().is_some(),
        Mode::Data => address.ty == "aws_iam_policy_document",
        Mode::Ephemeral => false,
    }
}

/// The policy that the JSON file `file` is; `None` if it is something else.
#[must_use]
pub fn of_file(sources: &SourceMap, file: FileId) -> Option<PolicySite> {
    let source = sources.file(file);
    if !is_policy(source.text()) {
        return None;
    }
    let document = Arc::new(read_file(sources, file));
    Some(PolicySite::unattached(document, source.path(), TextRange::empty(0).at(file)))
}

impl PolicySite {
    /// A policy in a file of its own, which no resource in view uses.
    #[must_use]
    pub fn unattached(document: Arc<PolicyDocument>, path: &str, span: Span) -> Self {
        Self {
            stack: SmolStr::default(),
            address: path.into(),
            block_address: path.into(),
            module: SmolStr::default(),
            region: None,
            attribute: SmolStr::default(),
            kind: PolicyKind::Unattached,
            site: None,
            subject: None,
            span,
            existence: Existence::Certain,
            downloaded: false,
            form: Form::PolicyFile,
            knowledge: knowledge(&document),
            document,
        }
    }

    /// Which of the instances of the block the place belongs to, for people: the stack
    /// and the module instance in it.
    #[must_use]
    pub fn instance(&self) -> String {
        match (self.stack.as_str(), self.module.as_str()) {
            (stack, "") => stack.to_owned(),
            ("." | "", module) => module.to_owned(),
            (stack, module) => format!("{module} of {stack}"),
        }
    }
}

struct Finder<'e, 'a> {
    evaluator: &'e Evaluator<'a>,
    /// Documents by the value that they were read from, which is kept so that its address stays its own.
    documents: FxHashMap<usize, (Arc<Value>, Arc<PolicyDocument>)>,
    /// The values that some place uses.
    used: FxHashSet<usize>,
    replaced: ReplacedStatements,
    reading: &'e Reading<'a>,
    /// What is found and not read yet.
    places: Vec<Place>,
    sites: Vec<PolicySite>,
}

/// A place that uses a policy.
struct Place {
    instance: Arc<ResourceInstance>,
    attribute: &'static str,
    kind: PolicyKind,
    site: Option<Site<table::PolicySite>>,
    found: Found,
}

/// What is needed to read a policy: no evaluator, so that many are read at once.
struct Reading<'a> {
    blocks: StatementBlocks<'a>,
    duplicates: DuplicateKeys,
    headers: Headers,
}

impl Reading<'_> {
    fn read(&self, value: &Value, place: Span) -> Option<PolicyDocument> {
        let mut document = read_value(value, place)?;
        self.blocks.note_omissions(&mut document);
        self.duplicates.note(&mut document);
        self.headers.settle(&mut document);
        if document.statements.is_empty() && self.headers.contains(document.span) {
            document.span = place;
        }
        Some(document)
    }

    /// The documents of those of `places` whose policies are texts, read side by side.
    fn texts(&self, places: &[Place]) -> Vec<Option<PolicyDocument>> {
        let text = |Place { found, .. }: &Place| {
            if is_text(found) { self.read(&found.value, found.span) } else { None }
        };
        places.par_iter().with_min_len(FEWEST_AT_ONCE).map(text).collect()
    }
}

impl Finder<'_, '_> {
    /// Looks for the policies of `instances`. Those that were found before are read meanwhile: an evaluator belongs to
    /// one thread, and others have nothing to do.
    fn managed<'i>(&mut self, instances: impl Iterator<Item = &'i Arc<ResourceInstance>>) {
        let (before, reading) = (std::mem::take(&mut self.places), self.reading);
        let mut texts = Vec::new();
        rayon::in_place_scope(|scope| {
            if !before.is_empty() {
                scope.spawn(|_| texts = reading.texts(&before));
            }
            instances.for_each(|instance| self.policies_of(instance));
        });
        self.keep(before, texts);
    }

    fn policies_of(&mut self, instance: &Arc<ResourceInstance>) {
        if instance.decl.address.mode != Mode::Managed {
            return;
        }
        for site in table::policies(instance.ty()) {
            let found = path::find(self.evaluator, instance, site.attribute);
            let Some(kind) = (if found.is_empty() { None } else { self.kind(instance, site.kind) }) else { continue };
            for found in found.into_iter().map(Found::if_any) {
                self.used_by(&found.value);
                let (instance, attribute) = (Arc::clone(instance), site.attribute);
                self.places.push(Place { instance, attribute, kind, site: Some(site), found });
            }
        }
    }

    /// The kind of policy; `None` if it is none of IAM's, as a tag policy.
    fn kind(&self, instance: &ResourceInstance, site: table::PolicySite) -> Option<PolicyKind> {
        match site {
            table::PolicySite::Identity => Some(PolicyKind::Identity),
            table::PolicySite::Trust => Some(PolicyKind::Trust),
            table::PolicySite::Resource => Some(PolicyKind::Resource),
            table::PolicySite::Session => Some(PolicyKind::Session),
            table::PolicySite::Endpoint => Some(PolicyKind::Endpoint),
            table::PolicySite::Organization => organization_kind(self.evaluator.configured(instance, "type").as_ref()),
        }
    }

    /// A data source that no place uses is read for its own sake.
    fn unattached(&mut self, instance: &Arc<ResourceInstance>) {
        let address = &instance.decl.address;
        if address.mode != Mode::Data || address.ty != "aws_iam_policy_document" {
            return;
        }
        let value = self.evaluator.attribute(instance, "json");
        let is_used = json_of(&value).is_some_and(|json| self.used.contains(&identity(json)));
        if !is_used {
            let header = instance.decl.header;
            let existence = Existence::Certain;
            let found = Found { value, span: header, existence, form: Form::DataSource };
            let (instance, kind) = (Arc::clone(instance), PolicyKind::Unattached);
            self.places.push(Place { instance, attribute: "json", kind, site: None, found });
        }
    }

    /// Reads the policies of what was found.
    fn read_places(&mut self) {
        let places = std::mem::take(&mut self.places);
        let texts = self.reading.texts(&places);
        self.keep(places, texts);
    }

    /// Keeps `places` with the documents of those that are texts.
    fn keep(&mut self, places: Vec<Place>, texts: Vec<Option<PolicyDocument>>) {
        for (place, text) in places.into_iter().zip(texts) {
            self.site(place, text);
        }
    }

    /// Keeps `place`. `text` is the document of one whose value no other place can have.
    fn site(&mut self, place: Place, text: Option<PolicyDocument>) {
        let document = match shared_json(&place.found) {
            Some(json) => self.document(&Arc::clone(json), &place.found),
            None => text.map(Arc::new),
        };
        let Some(document) = document else { return };
        let Place { instance, attribute, kind, site, found } = place;
        let module = instance.module();
        self.sites.push(PolicySite {
            stack: self.evaluator.scope_name().clone(),
            address: instance.address.clone(),
            block_address: instance.decl.address.to_string().into(),
            module: module.map(|module| module.address().clone()).unwrap_or_default(),
            region: self.evaluator.region(&instance).as_str(),
            attribute: attribute.into(),
            kind,
            subject: site.and_then(|site| self.subject(&instance, site.subject)),
            site,
            knowledge: knowledge(&document),
            document,
            span: found.span,
            existence: instance.existence.and(&found.existence),
            downloaded: module.and_then(|module| module.node()).is_some_and(|node| node.downloaded),
            form: found.form,
        });
    }

    /// What the resource names as the subject of its policy.
    fn subject(&self, instance: &Arc<ResourceInstance>, subject: Subject) -> Option<Leaf> {
        let Subject::Named { attributes, .. } = subject else { return None };
        let attribute = attributes.split(',').next()?;
        let found = path::find(self.evaluator, instance, attribute).into_iter().next()?;
        let mut leaf = read_string(&found.value, found.span)?;
        self.reading.headers.settle_string(&mut leaf, found.span);
        Some(leaf)
    }

    /// The document that `json`, the value at a place, is; `None` if it is none.
    fn document(&mut self, json: &Arc<Value>, found: &Found) -> Option<Arc<PolicyDocument>> {
        if let Some((_, document)) = self.documents.get(&identity(json)) {
            return Some(Arc::clone(document));
        }
        let place = found.value.origin.span.unwrap_or(found.span);
        let mut document = self.reading.read(json, place)?;
        self.replaced.note(&mut document, identity(json));
        let document = Arc::new(document);
        self.documents.insert(identity(json), (Arc::clone(json), Arc::clone(&document)));
        Some(document)
    }

    /// Remembers the documents that `value` is, or may be.
    fn used_by(&mut self, value: &Value) {
        if let Some(json) = json_of(value) {
            self.used.insert(identity(json));
        }
        let ValueKind::Unknown(unknown) = &value.kind else { return };
        match &unknown.refinement {
            Refinement::OneOf(values) | Refinement::Merged(values) => {
                values.iter().for_each(|value| self.used_by(value))
            }
            Refinement::Sequence(parts) => {
                for part in parts.iter() {
                    match part {
                        SequencePart::One(value) | SequencePart::Spread(value) => self.used_by(value),
                    }
                }
            }
            Refinement::Opaque | Refinement::Entry(_) => {}
        }
    }
}

/// The kind of an organization's policy, by the value of its attribute `type`.
fn organization_kind(ty: Option<&Value>) -> Option<PolicyKind> {
    let Some(ty) = ty.filter(|ty| !ty.is_null()) else { return Some(PolicyKind::ServiceControl) };
    match ty.as_str().as_deref() {
        Some("SERVICE_CONTROL_POLICY") => Some(PolicyKind::ServiceControl),
        Some("RESOURCE_CONTROL_POLICY") => Some(PolicyKind::ResourceControl),
        Some(_) => None,
        None => Some(PolicyKind::Unattached),
    }
}

/// Whether there is a policy at the place that no other place can have.
fn is_text(found: &Found) -> bool {
    let is_empty = found.value.as_text().is_some_and(crate::eval::text::Text::is_empty);
    !is_empty && shared_json(found).is_none()
}

/// The value that the text at a place encodes, which other places may have, too. One that is marked sensitive is
/// read for itself: the mark is not on what it encodes.
fn shared_json(found: &Found) -> Option<&Arc<Value>> {
    json_of(&found.value).filter(|_| !found.value.sensitive)
}

fn json_of(value: &Value) -> Option<&Arc<Value>> {
    value.as_text().and_then(|text| text.json())
}

fn identity(value: &Arc<Value>) -> usize {
    Arc::as_ptr(value).addr()
}

/// How much of `document` is known.
fn knowledge(document: &PolicyDocument) -> Knowledge {
    if document.statements.is_empty() && !document.open.is_empty() {
        return Knowledge::Unknown;
    }
    if document.is_wholly_known() { Knowledge::Known } else { Knowledge::Partly }
}
