//! The stable format for programs. A member may be added without a new [`VERSION`]; none is
//! renamed, removed or given another meaning.

use serde::Serialize;
use smol_str::SmolStr;

use crate::access::trust_graph::EdgeKind;
use crate::render::json::{Range, document};
use crate::source::{SourceMap, Span};

use super::{AccountBox, Arrow, Diagram, Vertex};

/// The number of the format.
pub const VERSION: u32 = 1;

/// `diagram` as one JSON document with a line feed behind it.
#[must_use]
pub fn render(diagram: &Diagram, sources: &SourceMap) -> String {
    document(&Output::new(diagram, sources))
}

#[derive(Serialize)]
pub(super) struct Output<'a> {
    version: u32,
    accounts: Vec<AccountOutput<'a>>,
    nodes: Vec<NodeOutput<'a>>,
    edges: Vec<EdgeOutput<'a>>,
    complete: bool,
}

#[derive(Serialize)]
struct AccountOutput<'a> {
    name: Option<&'a str>,
    id: Option<&'a str>,
}

#[derive(Serialize)]
struct NodeOutput<'a> {
    id: usize,
    kind: &'static str,
    name: &'a str,
    account: Option<&'a str>,
    stack: Option<&'a str>,
    address: Option<&'a str>,
    arn: Option<&'a str>,
    place: Option<PlaceOutput>,
}

#[derive(Serialize)]
struct EdgeOutput<'a> {
    from: usize,
    to: usize,
    kind: &'static str,
    actions: Vec<&'a str>,
    state: &'static str,
    lacking_account: Option<&'a str>,
    likely: bool,
    condition_keys: Vec<&'a str>,
    identity: Option<PlaceOutput>,
    resource: Option<PlaceOutput>,
}

#[derive(Serialize)]
struct PlaceOutput {
    file: String,
    range: Range,
}

impl<'a> Output<'a> {
    pub(super) fn new(diagram: &'a Diagram, sources: &'a SourceMap) -> Self {
        Self {
            version: VERSION,
            accounts: diagram.boxes.iter().filter(|place| place.name.is_some()).map(AccountOutput::new).collect(),
            nodes: diagram.boxes.iter().flat_map(|place| nodes(place, sources)).collect(),
            edges: diagram.arrows.iter().map(|arrow| EdgeOutput::new(arrow, sources)).collect(),
            complete: !diagram.is_cut,
        }
    }
}

impl<'a> AccountOutput<'a> {
    fn new(place: &'a AccountBox) -> Self {
        Self { name: place.name.as_deref(), id: place.id.as_deref() }
    }
}

fn nodes<'a>(place: &'a AccountBox, sources: &'a SourceMap) -> impl Iterator<Item = NodeOutput<'a>> {
    place.vertices.iter().map(|vertex| node(vertex, place.name.as_deref(), sources))
}

fn node<'a>(vertex: &'a Vertex, account: Option<&'a str>, sources: &SourceMap) -> NodeOutput<'a> {
    NodeOutput {
        id: vertex.id,
        kind: vertex.kind.word(),
        name: &vertex.name,
        account,
        stack: vertex.stack.as_deref(),
        address: vertex.address.as_deref(),
        arn: vertex.arn.as_deref(),
        place: vertex.span.map(|span| PlaceOutput::new(span, sources)),
    }
}

impl<'a> EdgeOutput<'a> {
    fn new(arrow: &'a Arrow, sources: &SourceMap) -> Self {
        Self {
            from: arrow.from,
            to: arrow.to,
            kind: match arrow.kind {
                EdgeKind::Assume => "assume",
                EdgeKind::Reach => "reach",
                EdgeKind::Member => "member",
            },
            actions: arrow.actions.iter().map(SmolStr::as_str).collect(),
            state: arrow.standing.word(),
            lacking_account: arrow.lacks.as_deref(),
            likely: arrow.likely,
            condition_keys: arrow.keys.iter().map(SmolStr::as_str).collect(),
            identity: arrow.identity.map(|span| PlaceOutput::new(span, sources)),
            resource: arrow.resource.map(|span| PlaceOutput::new(span, sources)),
        }
    }
}

impl PlaceOutput {
    fn new(span: Span, sources: &SourceMap) -> Self {
        let file = sources.file(span.file);
        Self { file: file.path().to_string(), range: Range::new(span, &file) }
    }
}
