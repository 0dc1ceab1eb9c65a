//! Pictures that need no other program.

use std::fmt::Write as _;

use super::labels::Labels;
use super::layout::{self, Layout, Line, Place};
use super::{AccountBox, Arrow, Diagram, EdgeKind, Standing, Vertex, VertexKind, actions, remarks};

/// Letters of a name that a node has room for.
const MOST_LETTERS: usize = 28;

/// With more arrows than this only those that lack something have labels; with more than
/// [`MOST_MISSING`], none.
const MOST_LABELS: usize = 40;
const MOST_MISSING: usize = 200;

const STYLE: &str = include_str!("picture.css");

/// `diagram` as a picture that browsers draw.
#[must_use]
pub fn render(diagram: &Diagram) -> String {
    let layout = layout::of(diagram);
    let mut svg = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {0} {1}\" width=\"{0}\" height=\"{1}\">\n\
         <title>Who may do what</title>\n<style>\n{STYLE}</style>\n<defs>\n",
        layout.width, layout.height
    );
    for (name, shape) in HEADS {
        // Writing to a string cannot fail.
        let _infallible = writeln!(
            svg,
            "<marker id=\"head-{name}\" class=\"{name}\" viewBox=\"0 0 8 8\" refX=\"8\" refY=\"4\" markerWidth=\"7\" \
             markerHeight=\"7\" orient=\"auto\"><path d=\"{shape}\"/></marker>"
        );
    }
    svg.push_str("</defs>\n");
    for (account, place) in diagram.boxes.iter().zip(&layout.boxes) {
        box_of_account(&mut svg, account, *place);
    }
    lines(&mut svg, diagram, &layout);
    for vertex in diagram.boxes.iter().flat_map(|account| &account.vertices) {
        if let Some(place) = layout.nodes.get(&vertex.id) {
            node(&mut svg, vertex, *place);
        }
    }
    svg.push_str("</svg>\n");
    svg
}

/// The heads of arrows: one that is barred for what is in the way.
const HEADS: [(&str, &str); 4] = [
    ("granted", "M0 0L8 4L0 8z"),
    ("open", "M0 0L8 4L0 8z"),
    ("missing", "M0 0L8 4L0 8z"),
    ("blocked", "M5 0L8 0L8 8L5 8z"),
];

fn box_of_account(svg: &mut String, account: &AccountBox, place: Place) {
    let Some(name) = &account.name else { return };
    let Place { x, y, width, height } = place;
    let shown = escaped(&shortened(&format!("account {name}")));
    let (title, left, below) = (escaped(name), x + 12, y + 18);
    let _infallible = writeln!(
        svg,
        "<g class=\"box\"><title>account {title}</title>\
         <rect x=\"{x}\" y=\"{y}\" width=\"{width}\" height=\"{height}\" rx=\"8\"/>\
         <text x=\"{left}\" y=\"{below}\">{shown}</text></g>"
    );
}

fn node(svg: &mut String, vertex: &Vertex, place: Place) {
    let Place { x, y, width, height } = place;
    let round = match vertex.kind {
        VertexKind::Service | VertexKind::Federated | VertexKind::Everyone => height / 2,
        VertexKind::Account | VertexKind::Role | VertexKind::User | VertexKind::Group | VertexKind::PermissionSet => 6,
        VertexKind::Resource => 0,
    };
    let title = escaped(vertex.arn.as_deref().or(vertex.address.as_deref()).unwrap_or(&vertex.name));
    let (kind, name) = (vertex.kind.word(), escaped(&shortened(&vertex.name)));
    let (left, above, below) = (x + 14, y + 15, y + 31);
    let _infallible = writeln!(
        svg,
        "<g class=\"node {kind}\" data-node=\"{}\"><title>{title}</title>\
         <rect x=\"{x}\" y=\"{y}\" width=\"{width}\" height=\"{height}\" rx=\"{round}\"/>\
         <text class=\"kind\" x=\"{left}\" y=\"{above}\">{kind}</text><text x=\"{left}\" y=\"{below}\">{name}</text></g>",
        vertex.id
    );
}

/// All arrows: those that lack something over the others, and no line over a label.
fn lines(svg: &mut String, diagram: &Diagram, layout: &Layout) {
    let drawn = diagram.arrows.iter().zip(layout::ports(&diagram.arrows)).enumerate();
    let drawn = drawn.filter_map(|(number, (arrow, port))| Some((number, arrow, layout.line(arrow, port)?)));
    let (broken, whole): (Vec<_>, Vec<_>) = drawn.partition(|(_, arrow, _)| is_broken(arrow));
    for (number, arrow, place) in whole.iter().chain(&broken) {
        line(svg, *number, arrow, *place);
    }
    let mut labels = Labels::among(layout);
    let shown_broken = if broken.len() <= MOST_MISSING { broken.as_slice() } else { &[] };
    let shown_whole = if diagram.arrows.len() <= MOST_LABELS { whole.as_slice() } else { &[] };
    for (number, arrow, place) in shown_broken.iter().chain(shown_whole) {
        let text = brief(arrow);
        if let Some((x, y)) = labels.put(*place, &text) {
            let (class, text) = (head(arrow), escaped(&text));
            let _infallible = writeln!(
                svg,
                "<text class=\"label {class}\" data-label=\"{number}\" x=\"{x}\" y=\"{}\">{text}</text>",
                y + 4
            );
        }
    }
}

fn line(svg: &mut String, number: usize, arrow: &Arrow, place: Line) {
    let Line { ends: [(left, high), (right, low)], bend: [from, steep, to] } = place;
    let class = head(arrow);
    let said: Vec<String> = std::iter::once(actions(arrow)).chain(remarks(arrow)).collect();
    let path = format!("M{left} {high}H{from}C{steep} {high} {steep} {low} {to} {low}H{right}");
    // What is seen is too thin to be pointed at.
    let _infallible = writeln!(
        svg,
        "<g class=\"edge {class}\" data-edge=\"{number}\"><title>{}</title>\
         <path class=\"wide\" d=\"{path}\"/><path d=\"{path}\" marker-end=\"url(#head-{class})\"/></g>",
        escaped(&said.join("; "))
    );
}

const fn is_broken(arrow: &Arrow) -> bool {
    match arrow.standing {
        Standing::Granted | Standing::Open => false,
        Standing::LacksIdentity | Standing::LacksResource | Standing::Blocked => true,
    }
}

/// The class of an arrow, which is the name of its head.
const fn head(arrow: &Arrow) -> &'static str {
    match arrow.standing {
        Standing::Granted => "granted",
        Standing::Open => "open",
        Standing::LacksIdentity | Standing::LacksResource => "missing",
        Standing::Blocked => "blocked",
    }
}

/// As much of the actions as there is room for between two columns.
fn brief(arrow: &Arrow) -> String {
    if arrow.kind == EdgeKind::Member {
        return actions(arrow);
    }
    let first = arrow.actions.first().map(|action| shortened(action)).unwrap_or_default();
    match arrow.actions.len().saturating_sub(1) {
        0 => first,
        more => format!("{first} +{more}"),
    }
}

/// The end of a long name says more than its middle.
fn shortened(name: &str) -> String {
    const START: usize = 8;
    let count = name.chars().count();
    if count <= MOST_LETTERS {
        return name.to_owned();
    }
    let start: String = name.chars().take(START).collect();
    let end: String = name.chars().skip(count - (MOST_LETTERS - START - 1)).collect();
    format!("{start}…{end}")
}

/// Text for XML, without the characters that it cannot hold.
fn escaped(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for letter in text.chars() {
        match letter {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            '\u{fffe}' | '\u{ffff}' => {}
            letter if letter.is_control() => {}
            letter => escaped.push(letter),
        }
    }
    escaped
}
