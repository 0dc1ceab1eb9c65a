//! Pictures for Mermaid, which Markdown pages of many places draw.

use std::fmt::Write as _;

use super::{AccountBox, Arrow, Diagram, Standing, Vertex, VertexKind, actions, remarks};

/// `diagram` as a flowchart.
#[must_use]
pub fn render(diagram: &Diagram) -> String {
    let mut text = String::from("flowchart LR\n");
    for (number, place) in diagram.boxes.iter().enumerate() {
        account(&mut text, number, place);
    }
    for arrow in &diagram.arrows {
        let lines: Vec<String> = std::iter::once(actions(arrow)).chain(remarks(arrow)).collect();
        let line = if arrow.standing == Standing::Granted { "-->" } else { "-.->" };
        // Writing to a string cannot fail.
        let _infallible = writeln!(text, "  n{} {line}|{}| n{}", arrow.from, quoted(&lines.join("<br>")), arrow.to);
    }
    let is_broken =
        |arrow: &Arrow| matches!(arrow.standing, Standing::LacksIdentity | Standing::LacksResource | Standing::Blocked);
    let broken = diagram.arrows.iter().enumerate().filter(|(_, arrow)| is_broken(arrow));
    let numbers: Vec<String> = broken.map(|(number, _)| number.to_string()).collect();
    if !numbers.is_empty() {
        let _infallible = writeln!(text, "  linkStyle {} stroke:red,color:red,stroke-dasharray:6", numbers.join(","));
    }
    text
}

fn account(text: &mut String, number: usize, place: &AccountBox) {
    let Some(name) = &place.name else {
        for vertex in &place.vertices {
            let _infallible = writeln!(text, "  {}", node(vertex));
        }
        return;
    };
    let _infallible = writeln!(text, "  subgraph a{number}[{}]", quoted(&format!("account {name}")));
    for vertex in &place.vertices {
        let _infallible = writeln!(text, "    {}", node(vertex));
    }
    text.push_str("  end\n");
}

fn node(vertex: &Vertex) -> String {
    let name = quoted(&match vertex.kind {
        VertexKind::Account | VertexKind::Everyone => vertex.name.clone(),
        kind => format!("{}<br>{}", kind.word(), vertex.name),
    });
    let id = vertex.id;
    match vertex.kind {
        VertexKind::Account | VertexKind::Role | VertexKind::User | VertexKind::Group | VertexKind::PermissionSet => {
            format!("n{id}({name})")
        }
        VertexKind::Resource => format!("n{id}[({name})]"),
        VertexKind::Service | VertexKind::Federated | VertexKind::Everyone => format!("n{id}([{name}])"),
    }
}

/// Markdown and HTML are understood in texts: what would be either is written as a character's number.
fn quoted(text: &str) -> String {
    let mut quoted = String::from("\"");
    for part in text.split_inclusive("<br>") {
        let (part, line_end) = part.strip_suffix("<br>").map_or((part, ""), |part| (part, "<br>"));
        for letter in part.chars().filter(|it| !it.is_control()) {
            match letter {
                '"' | '#' | '<' | '>' | '&' | '*' | '_' | '`' | '\\' => {
                    let _infallible = write!(quoted, "#{};", u32::from(letter));
                }
                letter => quoted.push(letter),
            }
        }
        quoted.push_str(line_end);
    }
    quoted.push('"');
    quoted
}
