//! Pictures for Graphviz.

use std::fmt::Write as _;

use super::{AccountBox, Arrow, Diagram, Standing, Vertex, VertexKind, actions, remarks};

/// `diagram` in the language DOT.
#[must_use]
pub fn render(diagram: &Diagram) -> String {
    let mut text = String::from(
        "digraph crosstrail {\n  rankdir=LR;\n  node [shape=box, style=rounded, fontname=\"Helvetica\"];\n  \
         edge [fontname=\"Helvetica\", fontsize=10];\n",
    );
    for (number, place) in diagram.boxes.iter().enumerate() {
        account(&mut text, number, place);
    }
    for arrow in &diagram.arrows {
        let attributes = attributes(arrow);
        // Writing to a string cannot fail.
        let _infallible = writeln!(text, "  n{} -> n{} [{attributes}];", arrow.from, arrow.to);
    }
    text.push_str("}\n");
    text
}

fn account(text: &mut String, number: usize, place: &AccountBox) {
    let Some(name) = &place.name else {
        for vertex in &place.vertices {
            let _infallible = writeln!(text, "  {}", node(vertex));
        }
        return;
    };
    let _infallible =
        writeln!(text, "  subgraph cluster_{number} {{\n    label={};", quoted(&format!("account {name}")));
    for vertex in &place.vertices {
        let _infallible = writeln!(text, "    {}", node(vertex));
    }
    text.push_str("  }\n");
}

fn node(vertex: &Vertex) -> String {
    let shape = match vertex.kind {
        VertexKind::Account | VertexKind::Role | VertexKind::User | VertexKind::Group | VertexKind::PermissionSet => "",
        VertexKind::Resource => ", shape=cylinder, style=solid",
        VertexKind::Service | VertexKind::Federated | VertexKind::Everyone => ", shape=ellipse, style=solid",
    };
    let label = match vertex.kind {
        VertexKind::Account | VertexKind::Everyone => vertex.name.clone(),
        kind => format!("{}\n{}", kind.word(), vertex.name),
    };
    let tooltip = vertex.arn.as_ref().map(|arn| format!(", tooltip={}", quoted(arn))).unwrap_or_default();
    format!("n{} [label={}{shape}{tooltip}];", vertex.id, quoted(&label))
}

fn attributes(arrow: &Arrow) -> String {
    let style = match arrow.standing {
        Standing::Granted => "",
        Standing::Open => ", style=dotted",
        Standing::LacksIdentity | Standing::LacksResource => ", style=dashed, color=red, fontcolor=red",
        Standing::Blocked => ", style=dashed, color=red, fontcolor=red, arrowhead=tee",
    };
    let lines: Vec<String> = std::iter::once(actions(arrow)).chain(remarks(arrow)).collect();
    format!("label={}{style}", quoted(&lines.join("\n")))
}

fn quoted(text: &str) -> String {
    let escaped = text.replace('\\', "\\\\").replace('"', "\\\"").replace('\n', "\\n");
    let clean: String = escaped.chars().filter(|it| !it.is_control()).collect();
    format!("\"{clean}\"")
}
