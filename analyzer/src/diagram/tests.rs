//! Pictures, letter by letter.

use std::sync::Arc;

use super::{render_dot, render_json, render_mermaid};
use crate::analysis::{Analysis, Host, Roots};
use crate::source::MemoryFileSystem;

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
