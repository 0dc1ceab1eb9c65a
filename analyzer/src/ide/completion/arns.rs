//! ARNs of what is in view: references to what the module declares, texts for what is elsewhere.

use rustc_hash::FxHashMap;
use smol_str::SmolStr;

use crate::aws::arn_formats::{FormatPart, attribute_format};
use crate::aws::facts::{self, ActionFacts, ResourceTypeFacts};
use crate::aws::pattern::{Pattern, Syntax as Wild};
use crate::aws::resource::resource_type_fits;
use crate::aws::subjects::subject_type;
use crate::eval::symbol::Cause;
use crate::eval::text::{Piece, Text};
use crate::ide::sketch::Syntax;
use crate::ide::{tree, walk, words};
use crate::module::{Child, Mode, Module, ModuleNode, Resource};
use crate::source::{Span, TextRange};
use crate::syntax::ast::{Expr, ExprKind};
use crate::syntax::key_name;

use super::{Asked, CompletionItemKind, Draft, Insert};

/// ARNs that are written as texts are no more than this.
const MOST_TEXTS: usize = 500;

/// Ranks: what the actions are about, what may hold anything, what they are not about.
const BEST: u32 = 0;
const NEAR: u32 = 1;
const OTHER: u32 = 3;
/// In another module or stack.
const FAR: u32 = 1;

/// What can be written for a `Resource`.
pub(super) fn resources(asked: &Asked<'_>) -> Vec<Draft> {
    let actions = asked.actions();
    let wanted = Wanted::by(&actions);
    let star_only = !actions.is_empty() && wanted.types.is_empty();
    let star = Draft::text("*", CompletionItemKind::Value, if star_only { BEST } else { OTHER + FAR });
    let mut drafts = vec![star.detail("every resource")];
    drafts.extend(named(asked, &wanted));
    drafts
}

/// What has an ARN that is one of `wanted`.
pub(super) fn named(asked: &Asked<'_>, wanted: &Wanted) -> Vec<Draft> {
    let mut drafts = references(asked, wanted);
    drafts.extend(texts(asked, wanted));
    drafts
}

/// The resource types that are looked for.
#[derive(Default)]
pub(super) struct Wanted {
    types: Vec<ResourceTypeFacts>,
}

impl Wanted {
    fn by(actions: &[ActionFacts]) -> Self {
        let mut types: Vec<ResourceTypeFacts> = Vec::new();
        for action in actions {
            for (name, _) in action.resource_types() {
                let is_new = !types.iter().any(|it| it.name == name && it.service == action.service());
                types.extend(facts::resource_type(action.service(), name).filter(|_| is_new));
            }
        }
        Self { types }
    }

    /// All of a service.
    pub(super) fn of_service(prefix: &str) -> Self {
        Self { types: facts::resource_types(prefix).collect() }
    }

    /// That one.
    pub(super) fn one(service: &str, name: &str) -> Self {
        Self { types: facts::resource_type(service, name).into_iter().collect() }
    }

    /// What to write behind the ARN of an `own` to have one of what is looked for, each with its rank.
    fn suffixes(&self, own: Option<&ResourceTypeFacts>) -> Vec<(String, u32)> {
        let Some(own) = own else { return vec![(String::new(), if self.types.is_empty() { NEAR } else { OTHER })] };
        if self.types.is_empty() {
            return vec![(String::new(), NEAR)];
        }
        let mut found: Vec<(String, u32)> = Vec::new();
        for wanted in self.types.iter().filter(|wanted| wanted.service == own.service) {
            let suffix = wanted.arns().find_map(|arn| within(own, arn));
            found.extend(suffix.map(|suffix| (suffix, BEST)));
        }
        found.sort();
        found.dedup();
        if found.is_empty() { vec![(String::new(), OTHER)] } else { found }
    }
}

/// What stands in the form `arn` behind that of `own`, with `*` for each name: empty for `own` itself.
fn within(own: &ResourceTypeFacts, arn: &str) -> Option<String> {
    let rest = own.arns().find_map(|own| arn.strip_prefix(own))?;
    let mut suffix = String::new();
    let mut rest = rest;
    while let Some((before, behind)) = rest.split_once("${") {
        suffix.push_str(before);
        suffix.push('*');
        rest = behind.split_once('}').map_or("", |(_, behind)| behind);
    }
    suffix.push_str(rest);
    let is_part = suffix.is_empty() || suffix.starts_with(['/', ':']);
    is_part.then_some(suffix)
}

/// References to what the module of the file declares.
fn references(asked: &Asked<'_>, wanted: &Wanted) -> Vec<Draft> {
    if asked.context.syntax == Syntax::Json {
        return Vec::new();
    }
    let Some(module) = tree::module_of(asked.analysis, asked.position.file) else { return Vec::new() };
    let mut types = Types::default();
    let mut drafts = Vec::new();
    // What refers to itself is a circle.
    let is_own = |resource: &Resource| {
        let range = TextRange::new(resource.header.range.start, resource.body.range.end);
        resource.header.file == asked.position.file && range.touches(asked.position.offset)
    };
    for resource in module.resources.iter().filter(|it| lasts(it) && !is_own(it)) {
        let Some((attribute, own)) = types.of(&resource.address.ty) else { continue };
        for reference in instances(resource) {
            for (suffix, rank) in wanted.suffixes(own.as_ref()) {
                let detail = own.as_ref().map(|own| format!("{} of {}", own.name, own.service)).unwrap_or_default();
                drafts.push(reference_to(format!("{reference}.{attribute}"), suffix, rank).detail(detail));
            }
        }
    }
    let passed = named_like_arns(asked, module).into_iter();
    drafts.extend(passed.map(|name| reference_to(name, String::new(), NEAR)));
    drafts
}

pub(super) fn reference_to(code: String, suffix: String, rank: u32) -> Draft {
    Draft {
        label: if suffix.is_empty() { code.clone() } else { format!("{code}{suffix}") },
        kind: CompletionItemKind::Reference,
        detail: None,
        documentation: None,
        insert: Insert::Code(code, suffix),
        rank,
    }
}

/// The references to the instances of a resource, as far as they can be told without evaluation.
pub(super) fn instances(resource: &Resource) -> Vec<String> {
    let address = resource.address.to_string();
    if resource.body.attribute("count").is_some() {
        return vec![format!("{address}[0]")];
    }
    let Some(for_each) = resource.body.attribute("for_each") else { return vec![address] };
    let keys = keys(&for_each.value);
    if keys.is_empty() {
        return vec![format!("{address}[each.key]")];
    }
    keys.iter().map(|key| format!("{address}[\"{key}\"]")).collect()
}

/// The keys that are written in the value of a `for_each`.
fn keys(value: &Expr) -> Vec<SmolStr> {
    match &value.kind {
        ExprKind::Object(items) => items.iter().filter_map(|item| key_name(&item.key)).map(|name| name.text).collect(),
        ExprKind::Call(call) if call.name.text == "toset" => match &*call.arguments {
            [Expr { kind: ExprKind::Tuple(items), .. }] => items.iter().filter_map(walk::literal).collect(),
            _ => Vec::new(),
        },
        _ => Vec::new(),
    }
}

/// Variables, local values and outputs of called modules that are called after an ARN.
fn named_like_arns(asked: &Asked<'_>, module: &Module) -> Vec<String> {
    let is_arn = |name: &&SmolStr| {
        let name = name.to_lowercase();
        name == "arn" || name.ends_with("_arn")
    };
    let variables = module.variables.keys().filter(is_arn).map(|name| format!("var.{name}"));
    let locals = module.locals.keys().filter(is_arn).map(|name| format!("local.{name}"));
    let mut names: Vec<String> = variables.chain(locals).collect();
    let node = node_of(asked, module);
    for (call, child) in node.iter().flat_map(|node| &node.children) {
        if let Child::Loaded(child) = child {
            names.extend(child.module.outputs.keys().filter(is_arn).map(|name| format!("module.{call}.{name}")));
        }
    }
    names
}

/// The first place at which `module` is called.
fn node_of<'a>(asked: &Asked<'a>, module: &Module) -> Option<&'a ModuleNode> {
    let stacks = &asked.analysis.workspace().stacks;
    let mut nodes = stacks.iter().flat_map(|stack| stack.root.descendants());
    nodes.find(|node| node.module.dir == module.dir)
}

/// What the resource types of Terraform's are to AWS, as far as they were asked about.
#[derive(Default)]
struct Types {
    known: FxHashMap<SmolStr, Option<(&'static str, Option<ResourceTypeFacts>)>>,
}

impl Types {
    /// The attribute that is the ARN, and the type; `None` if there is no such attribute.
    fn of(&mut self, ty: &SmolStr) -> Option<(&'static str, Option<ResourceTypeFacts>)> {
        *self.known.entry(ty.clone()).or_insert_with(|| read_type(ty))
    }
}

fn read_type(ty: &str) -> Option<(&'static str, Option<ResourceTypeFacts>)> {
    if let Some(subject) = subject_type(ty) {
        return Some((subject.arn, facts::resource_type(subject.service, subject.resource_type)));
    }
    let sample = sample(&attribute_format(ty, "arn")?);
    let service = sample.split(':').nth(2)?.to_owned();
    let pattern = Pattern::<u8>::of_text(&sample, Wild::Literal);
    let own = facts::resource_types(&service).find(|found| resource_type_fits(found, &pattern).is_yes());
    Some(("arn", own))
}

/// An ARN of that format.
fn sample(format: &[FormatPart]) -> String {
    let part = |part: &FormatPart| match part {
        FormatPart::Text(text) => (*text).to_owned(),
        FormatPart::Partition => "aws".to_owned(),
        FormatPart::Account => "111122223333".to_owned(),
        FormatPart::Region => "us-east-1".to_owned(),
        FormatPart::DnsSuffix => "amazonaws.com".to_owned(),
        FormatPart::Attribute { .. } | FormatPart::Opaque(_) => "x".to_owned(),
        FormatPart::Optional(_) => String::new(),
    };
    format.iter().map(part).collect()
}

/// ARNs as texts: of everything in a file of JSON, else of what other modules declare.
fn texts(asked: &Asked<'_>, wanted: &Wanted) -> Vec<Draft> {
    let iam = asked.analysis.iam();
    let own_files = tree::module_of(asked.analysis, asked.position.file).map(|module| module.files.as_slice());
    let is_near = |span: Span| own_files.is_some_and(|files| files.contains(&span.file));
    let mut drafts = Vec::new();
    let is_wanted = |service: &str| wanted.types.is_empty() || wanted.types.iter().any(|it| it.service == service);
    let elsewhere = iam.resources().iter().filter(|it| !it.address.is_empty() && !is_near(it.span));
    for resource in elsewhere.filter(|it| is_wanted(it.service)) {
        let own = resource.resource_type.and_then(|name| facts::resource_type(resource.service, name));
        for (suffix, rank) in wanted.suffixes(own.as_ref()).into_iter().filter(|(_, rank)| *rank < OTHER) {
            let Some(arn) = settled(&resource.arn) else { break };
            let text = Draft::text(format!("{arn}{suffix}"), CompletionItemKind::Name, rank + FAR);
            drafts.push(text.detail(format!("{} in {}", resource.address, words::account(&resource.account))));
        }
        if drafts.len() >= MOST_TEXTS {
            break;
        }
    }
    drafts
}

/// An ARN of which nothing but the partition is unknown: nearly all there are is in the commercial one.
pub(super) fn settled(arn: &Text) -> Option<String> {
    let piece = |piece: &Piece| match piece {
        Piece::Known(known) => Some(known.text.to_string()),
        Piece::Hole(symbol) if *symbol.cause() == Cause::Partition => Some("aws".to_owned()),
        Piece::Hole(_) => None,
    };
    arn.pieces().iter().map(piece).collect()
}

/// Whether `resource` is declared or read, not opened for a moment.
pub(super) fn lasts(resource: &Resource) -> bool {
    resource.address.mode != Mode::Ephemeral
}
