//! Pictures, letter by letter.

use std::sync::Arc;

use quick_xml::events::Event;

use super::{AccountBox, Arrow, Diagram, EdgeKind, Standing, Vertex, VertexKind};
use super::{render_dot, render_html, render_json, render_mermaid, render_svg};
use crate::analysis::{Analysis, Host, Roots};
use crate::source::{MemoryFileSystem, SourceMap};

const WORKSPACE: &str = r#"
provider "aws" {
  region              = "eu-west-1"
  allowed_account_ids = ["111111111111"]
}
provider "aws" {
  alias               = "data"
  region              = "eu-west-1"
  allowed_account_ids = ["222222222222"]
}
resource "aws_iam_role" "app" {
  name               = "app"
  assume_role_policy = jsonencode({ Version = "2012-10-17", Statement = [
    { Effect = "Allow", Action = "sts:AssumeRole", Principal = { Service = "ec2.amazonaws.com" } },
  ] })
}
resource "aws_iam_role_policy" "app" {
  role   = aws_iam_role.app.name
  policy = jsonencode({ Version = "2012-10-17", Statement = [
    { Effect = "Allow", Action = "sts:AssumeRole", Resource = aws_iam_role.admin.arn },
  ] })
}
resource "aws_iam_role" "admin" {
  provider           = aws.data
  name               = "ad\"min"
  assume_role_policy = jsonencode({ Version = "2012-10-17", Statement = [
    { Effect = "Allow", Action = "sts:AssumeRole", Principal = { AWS = aws_iam_role.app.arn } },
    { Effect = "Allow", Action = "sts:AssumeRole", Principal = { AWS = "333333333333" }, Condition = { StringEquals = { "sts:ExternalId" = "x" } } },
  ] })
}
resource "aws_sqs_queue" "q" {
  provider = aws.data
  name     = "q"
  policy   = jsonencode({ Version = "2012-10-17", Statement = [
    { Effect = "Allow", Action = ["sqs:SendMessage", "sqs:GetQueueUrl"], Principal = { AWS = aws_iam_role.app.arn }, Resource = "*" },
  ] })
}
"#;

fn analysis() -> Analysis {
    let mut files = MemoryFileSystem::default();
    files.insert("main.tf", WORKSPACE);
    let mut host = Host::new(Arc::new(files));
    host.set_roots(Roots { directories: vec![".".to_owned()], ..Roots::default() });
    host.analysis()
}

#[test]
fn for_graphviz() {
    let expected = r#"digraph crosstrail {
  rankdir=LR;
  node [shape=box, style=rounded, fontname="Helvetica"];
  edge [fontname="Helvetica", fontsize=10];
  subgraph cluster_0 {
    label="account 111111111111";
    n1 [label="role\napp", tooltip="arn:aws:iam::111111111111:role/app"];
  }
  subgraph cluster_1 {
    label="account 222222222222";
    n0 [label="role\nad\"min", tooltip="arn:aws:iam::222222222222:role/ad\"min"];
    n4 [label="resource\naws_sqs_queue.q", shape=cylinder, style=solid, tooltip="arn:aws:sqs:eu-west-1:222222222222:q"];
  }
  subgraph cluster_2 {
    label="account 333333333333";
    n2 [label="whole account"];
  }
  n3 [label="service\nec2.amazonaws.com", shape=ellipse, style=solid];
  n1 -> n0 [label="sts:AssumeRole"];
  n2 -> n0 [label="sts:AssumeRole\ndepends on sts:ExternalId", style=dotted];
  n3 -> n1 [label="sts:AssumeRole"];
  n1 -> n4 [label="sqs:SendMessage, sqs:GetQueueUrl\naccount 111111111111 lacks its half", style=dashed, color=red, fontcolor=red];
}
"#;
    assert_eq!(render_dot(&analysis().diagram()), expected);
}

#[test]
fn for_mermaid() {
    let expected = r#"flowchart LR
  subgraph a0["account 111111111111"]
    n1("role<br>app")
  end
  subgraph a1["account 222222222222"]
    n0("role<br>ad#34;min")
    n4[("resource<br>aws#95;sqs#95;queue.q")]
  end
  subgraph a2["account 333333333333"]
    n2("whole account")
  end
  n3(["service<br>ec2.amazonaws.com"])
  n1 -->|"sts:AssumeRole"| n0
  n2 -.->|"sts:AssumeRole<br>depends on sts:ExternalId"| n0
  n3 -->|"sts:AssumeRole"| n1
  n1 -.->|"sqs:SendMessage, sqs:GetQueueUrl<br>account 111111111111 lacks its half"| n4
  linkStyle 3 stroke:red,color:red,stroke-dasharray:6
"#;
    assert_eq!(render_mermaid(&analysis().diagram()), expected);
}

#[test]
fn what_leads_from_one_account_to_another() {
    let text = render_mermaid(&analysis().diagram().across());
    assert!(!text.contains("ec2") && text.contains("linkStyle 2 "), "{text}");
}

#[test]
fn for_programs() {
    let analysis = analysis();
    let output: serde_json::Value =
        serde_json::from_str(&render_json(&analysis.diagram(), analysis.sources())).unwrap();
    assert_eq!(output["version"], 1);
    assert_eq!(output["accounts"][0], serde_json::json!({"name": "111111111111", "id": "111111111111"}));
    let (nodes, edges) = (output["nodes"].as_array().unwrap(), output["edges"].as_array().unwrap());
    assert_eq!((nodes.len(), edges.len()), (5, 4));
    assert_eq!(output["complete"], true);
    let missing = edges.iter().find(|edge| edge["state"] == "lacks-identity").unwrap();
    assert_eq!(missing["actions"], serde_json::json!(["sqs:SendMessage", "sqs:GetQueueUrl"]));
    assert_eq!((&missing["kind"], &missing["identity"]), (&"reach".into(), &serde_json::Value::Null));
    assert_eq!(missing["resource"]["file"], "main.tf");
    let open = edges.iter().find(|edge| edge["state"] == "open").unwrap();
    assert_eq!(open["condition_keys"], serde_json::json!(["sts:ExternalId"]));
}

#[test]
fn as_svg() {
    let text = render_svg(&analysis().diagram());
    assert_eq!(elements(&text).iter().filter(|it| *it == "marker").count(), 4);
    for part in [
        "<title>account 222222222222</title>",
        "<g class=\"node role\" data-node=\"0\"><title>arn:aws:iam::222222222222:role/ad&quot;min</title>",
        "<g class=\"edge open\" data-edge=\"1\"",
        "<g class=\"edge missing\" data-edge=\"3\">",
        "<title>sqs:SendMessage, sqs:GetQueueUrl; account 111111111111 lacks its half</title>",
        "marker-end=\"url(#head-missing)\"",
        ">sqs:SendMessage +1</text>",
    ] {
        assert!(text.contains(part), "{part} in {text}");
    }
    assert_eq!(text, render_svg(&analysis().diagram()));
}

#[test]
fn as_a_page() {
    let analysis = analysis();
    let page = render_html(&analysis.diagram(), analysis.sources());
    let data = data(&page);
    assert_eq!(data["version"], 1);
    let edge = &data["edges"][3];
    assert_eq!((&edge["state"], &edge["lacking_account"]), (&"lacks-identity".into(), &"111111111111".into()));
    let range = &edge["resource"]["range"];
    let key = format!("main.tf:{}-{}", range["start"]["offset"], range["end"]["offset"]);
    let statement = data["statements"][key].as_str().unwrap();
    assert!(statement.starts_with("{ Effect = \"Allow\", Action = [\"sqs:SendMessage\""), "{statement}");
    assert!(page.contains("default-src 'none'") && !page.contains("<!-- the "));
    // The name of the language is the one address in it.
    let addresses = page.matches("://").count();
    assert_eq!(addresses, page.matches("xmlns=\"http://www.w3.org/2000/svg\"").count());
}

#[test]
fn names_are_text_wherever_they_stand() {
    let hostile = "</script><script>alert(1)</script><!--&amp;\u{1}'\\u001b]]>";
    let vertex = |id: usize, kind| Vertex {
        id,
        kind,
        name: hostile.to_owned(),
        address: Some(hostile.to_owned()),
        stack: Some(hostile.to_owned()),
        arn: Some(hostile.to_owned()),
        span: None,
    };
    let arrow = Arrow {
        from: 0,
        to: 1,
        kind: EdgeKind::Reach,
        actions: vec![hostile.into()],
        standing: Standing::LacksIdentity,
        lacks: Some(hostile.to_owned()),
        keys: vec![hostile.into()],
        likely: true,
        crosses: true,
        identity: None,
        resource: None,
    };
    let vertices = vec![vertex(0, VertexKind::Role), vertex(1, VertexKind::Resource)];
    let account = AccountBox { name: Some(hostile.to_owned()), id: None, vertices };
    let diagram = Diagram { boxes: vec![account], arrows: vec![arrow], is_cut: false };
    let picture = render_svg(&diagram);
    elements(&picture);
    assert!(!picture.contains("<script"), "{picture}");
    let page = render_html(&diagram, &SourceMap::default());
    assert_eq!((page.matches("<script").count(), page.matches("</script").count()), (2, 2), "{page}");
    assert_eq!(data(&page)["nodes"][0]["name"], hostile);
}

#[test]
fn a_mesh_is_drawn_without_overlaps() {
    let diagram = mesh(40, 5);
    let layout = super::layout::of(&diagram);
    let nodes: Vec<_> = layout.nodes.values().collect();
    assert_eq!(nodes.len(), 200);
    let apart = |(a, b): (&super::layout::Place, &super::layout::Place)| {
        a.x + a.width <= b.x || b.x + b.width <= a.x || a.y + a.height <= b.y || b.y + b.height <= a.y
    };
    for places in [nodes, layout.boxes.iter().collect()] {
        let pairs = places.iter().enumerate().flat_map(|(number, a)| places[..number].iter().map(move |b| (*a, *b)));
        assert_eq!(pairs.filter(|it| !apart(*it)).count(), 0);
    }
    assert!(layout.width < 4 * layout.height && layout.height < 4 * layout.width, "{} {}", layout.width, layout.height);
    let picture = render_svg(&diagram);
    assert_eq!(elements(&picture).iter().filter(|it| *it == "path").count(), 4 + 2 * diagram.arrows.len());
}

/// Accounts of as many roles, each of which may become the next one of the next account.
fn mesh(accounts: usize, roles: usize) -> Diagram {
    let vertex = |id: usize| Vertex {
        id,
        kind: if id.is_multiple_of(2) { VertexKind::Role } else { VertexKind::Resource },
        name: format!("role-{id}"),
        address: None,
        stack: None,
        arn: None,
        span: None,
    };
    let boxes = (0..accounts).map(|account| AccountBox {
        name: Some(format!("{account:012}")),
        id: None,
        vertices: (account * roles..(account + 1) * roles).map(vertex).collect(),
    });
    let arrow = |from: usize| Arrow {
        from,
        to: (from * 7 + roles) % (accounts * roles),
        kind: EdgeKind::Assume,
        actions: vec!["sts:AssumeRole".into()],
        standing: Standing::Granted,
        lacks: None,
        keys: Vec::new(),
        likely: false,
        crosses: true,
        identity: None,
        resource: None,
    };
    Diagram { boxes: boxes.collect(), arrows: (0..accounts * roles).map(arrow).collect(), is_cut: false }
}

/// The names of the elements of a document that is well formed.
fn elements(xml: &str) -> Vec<String> {
    let mut reader = quick_xml::Reader::from_str(xml);
    let (mut found, mut depth) = (Vec::new(), 0);
    let name = |start: &quick_xml::events::BytesStart<'_>| {
        assert!(start.attributes().all(|attribute| attribute.is_ok()), "{start:?}");
        String::from_utf8(start.name().as_ref().to_vec()).unwrap()
    };
    loop {
        match reader.read_event().unwrap() {
            Event::Start(start) => {
                found.push(name(&start));
                depth += 1;
            }
            Event::Empty(start) => found.push(name(&start)),
            Event::End(_) => depth -= 1,
            Event::Eof => break,
            _ => {}
        }
    }
    assert_eq!(depth, 0);
    found
}

/// The data of a page.
fn data(page: &str) -> serde_json::Value {
    let (_, data) = page.split_once("<script type=\"application/json\" id=\"data\">\n").unwrap();
    let (data, _) = data.split_once("</script>").unwrap();
    serde_json::from_str(data).unwrap()
}
