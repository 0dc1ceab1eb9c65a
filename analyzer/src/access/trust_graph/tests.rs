//! Edges and ways, from files.

use std::sync::Arc;

use super::{Around, Edge, EdgeKind, Hold, Node, NodeKind, TrustGraph};
use crate::access::AccessView;
use crate::analysis::{Analysis, Host, Roots};
use crate::source::MemoryFileSystem;

const ACCOUNTS: &str = r#"
provider "aws" {
  region              = "eu-west-1"
  allowed_account_ids = ["111111111111"]
}
provider "aws" {
  alias               = "data"
  region              = "eu-west-1"
  allowed_account_ids = ["222222222222"]
}
"#;

fn analysis(text: &str) -> Analysis {
    let mut files = MemoryFileSystem::default();
    files.insert("main.tf", format!("{ACCOUNTS}{text}"));
    let mut host = Host::new(Arc::new(files));
    host.set_roots(Roots { directories: vec![".".to_owned()], ..Roots::default() });
    let analysis = host.analysis();
    assert_eq!(analysis.problems(), [], "{text}");
    analysis
}

/// A role that `statements` trust, in the account of `provider` if it is not empty.
fn role(name: &str, provider: &str, statements: &str) -> String {
    let provider = if provider.is_empty() { String::new() } else { format!("  provider = aws.{provider}\n") };
    format!(
        "resource \"aws_iam_role\" \"{name}\" {{\n{provider}  name = \"{name}\"\n  \
         assume_role_policy = jsonencode({{ Version = \"2012-10-17\", Statement = [{statements}] }})\n}}\n"
    )
}

/// The trust of `principal`.
fn trust(principal: &str) -> String {
    format!(r#"{{ Effect = "Allow", Action = "sts:AssumeRole", Principal = {{ AWS = {principal} }} }}"#)
}

/// A policy of the role `name` in the first account.
fn may(name: &str, action: &str, resource: &str) -> String {
    format!(
        "resource \"aws_iam_role_policy\" \"{name}_{}\" {{\n  role = aws_iam_role.{name}.name\n  \
         policy = jsonencode({{ Version = \"2012-10-17\", Statement = [{{ Effect = \"Allow\", Action = \"{action}\", Resource = {resource} }}] }})\n}}\n",
        resource.replace(|it: char| !it.is_ascii_alphanumeric(), "_")
    )
}

const EC2: &str = r#"{ Effect = "Allow", Action = "sts:AssumeRole", Principal = { Service = "ec2.amazonaws.com" } }"#;

fn name(node: &Node, view: &AccessView<'_>) -> String {
    match &node.kind {
        NodeKind::Principal(index) => view.iam().principals()[*index].name.display(),
        NodeKind::PermissionSet(index) => {
            format!(
                "{} in {}",
                view.iam().principals()[*index].name.display(),
                node.account.as_ref().unwrap().text.display()
            )
        }
        NodeKind::Resource(index) => view.iam().resources()[*index].address.to_string(),
        NodeKind::Account => node.account.as_ref().unwrap().text.display(),
        NodeKind::Stranger(arn) | NodeKind::Federated(arn) => arn.display(),
        NodeKind::Service(name) => name.to_string(),
        NodeKind::Everyone => "*".to_owned(),
    }
}

fn edge(edge: &Edge, graph: &TrustGraph, view: &AccessView<'_>) -> String {
    let name = |node: usize| name(&graph.nodes()[node], view);
    let keys = if edge.keys.is_empty() { String::new() } else { format!(" {}", edge.keys.join(",")) };
    format!("{} -> {} {} {:?}{keys}", name(edge.from), name(edge.to), edge.actions.join(","), edge.state)
}

/// All edges, but those of services.
fn edges(text: &str) -> Vec<String> {
    let analysis = analysis(text);
    let view = analysis.access();
    let graph = view.trust_graph();
    check_parts(graph, &view);
    let is_service = |edge: &&Edge| matches!(graph.nodes()[edge.from].kind, NodeKind::Service(_));
    graph.edges().iter().filter(|it| !is_service(it)).map(|it| edge(it, graph, &view)).collect()
}

/// The part of the graph around each principal and each resource has the edges of the whole that are about it.
fn check_parts(graph: &TrustGraph, view: &AccessView<'_>) {
    let sorted = |graph: &TrustGraph, is_wanted: &dyn Fn(&Edge) -> bool| {
        let mut edges: Vec<String> =
            graph.edges().iter().filter(|it| is_wanted(it)).map(|it| edge(it, graph, view)).collect();
        edges.sort();
        edges
    };
    let part = |around: Around| sorted(&TrustGraph::around(view, &around), &|_| true);
    for index in 0..view.iam().principals().len() {
        let is_it = |node: usize| match graph.nodes()[node].kind {
            NodeKind::Principal(it) | NodeKind::PermissionSet(it) => it == index,
            _ => false,
        };
        let whole = sorted(graph, &|it| it.kind == EdgeKind::Assume && (is_it(it.from) || is_it(it.to)));
        assert_eq!(part(Around { principals: [index].into_iter().collect(), ..Around::default() }), whole);
    }
    for index in 0..view.iam().resources().len() {
        let is_it = |node: usize| matches!(graph.nodes()[node].kind, NodeKind::Resource(it) if it == index);
        let whole = sorted(graph, &|it| it.kind == EdgeKind::Reach && is_it(it.to));
        assert_eq!(part(Around { resources: [index].into_iter().collect(), ..Around::default() }), whole);
    }
}

/// What is decided for the part around one role, and for the whole, where each of `count` roles trusts the one before.
fn decided(count: usize) -> (usize, usize) {
    let trusting = |number: usize| {
        let before = if number == 0 { EC2.to_owned() } else { trust(&format!("aws_iam_role.r{}.arn", number - 1)) };
        let name = format!("r{number}");
        let next = format!("aws_iam_role.r{}.arn", (number + 1) % count);
        role(&name, "", &before) + &may(&name, "sts:AssumeRole", &next)
    };
    let analysis = analysis(&(0..count).map(trusting).collect::<String>());
    let (one, all) = (analysis.access(), analysis.access());
    let index = one.iam().principals().iter().position(|it| it.name.display() == "r3").unwrap();
    let part = TrustGraph::around(&one, &Around { principals: [index].into_iter().collect(), ..Around::default() });
    assert_eq!(part.edges().len(), 2);
    assert!(TrustGraph::of(&all).edges().len() >= count);
    (one.decisions(), all.decisions())
}

#[test]
fn what_is_around_one_role_takes_as_much_however_many_there_are() {
    let [(few, some), (same, more), (as_few, most)] = [8, 16, 32].map(decided);
    assert_eq!([few, same, as_few], [few; 3]);
    assert!(few * 2 < some && some * 3 / 2 < more && more * 3 / 2 < most, "{few} of {some}, {more}, {most}");
}

#[test]
fn both_halves_or_one() {
    let app = role("app", "", EC2);
    let admin = role("admin", "data", &trust("aws_iam_role.app.arn"));
    let assume = may("app", "sts:AssumeRole", "aws_iam_role.admin.arn");
    assert_eq!(edges(&(app.clone() + &admin + &assume)), ["app -> admin sts:AssumeRole Both"]);
    assert_eq!(edges(&(app.clone() + &admin)), ["app -> admin sts:AssumeRole IdentityMissing"]);
    let other = role("admin", "data", EC2);
    assert_eq!(edges(&(app.clone() + &other + &assume)), ["app -> admin sts:AssumeRole ResourceMissing"]);
    assert_eq!(edges(&(app + &other)), [""; 0]);
}

#[test]
fn an_account_and_those_who_make_use_of_its_trust() {
    let roles = ["one", "two", "three"].map(|name| role(name, "", EC2)).concat();
    let admin = role("admin", "data", &trust("\"111111111111\""));
    let one = may("one", "sts:AssumeRole", "aws_iam_role.admin.arn");
    let two = may("two", "sts:*", "\"*\"");
    let three = may("three", "sts:AssumeRole", "\"arn:aws:iam::222222222222:role/other\"");
    assert_eq!(
        edges(&(roles + &admin + &one + &two + &three)),
        [
            "one -> admin sts:AssumeRole Both",
            "two -> admin sts:AssumeRole Both",
            "111111111111 -> admin sts:AssumeRole Both"
        ]
    );
}

#[test]
fn within_one_account() {
    let app = role("app", "", EC2);
    let named = role("admin", "", &trust("aws_iam_role.app.arn"));
    assert_eq!(edges(&(app.clone() + &named)), ["app -> admin sts:AssumeRole Both"]);
    let root = role("admin", "", &trust("\"arn:aws:iam::111111111111:root\""));
    assert_eq!(edges(&(app.clone() + &root)), ["111111111111 -> admin sts:AssumeRole Both"]);
    let assume = may("app", "sts:AssumeRole", "aws_iam_role.admin.arn");
    assert_eq!(
        edges(&(app + &root + &assume)),
        ["app -> admin sts:AssumeRole Both", "111111111111 -> admin sts:AssumeRole Both"]
    );
}

#[test]
fn everyone_else() {
    let statements = [
        trust("\"arn:aws:iam::333333333333:role/x\""),
        trust("\"*\"").replace("} }", "}, Condition = { StringEquals = { \"aws:PrincipalOrgID\" = \"o-a1b2c3d4e5\" } } }"),
        EC2.to_owned(),
        r#"{ Effect = "Allow", Action = "sts:AssumeRoleWithWebIdentity", Principal = { Federated = "accounts.google.com" } }"#
            .to_owned(),
    ];
    let analysis = analysis(&role("admin", "data", &statements.join(", ")));
    let view = analysis.access();
    let graph = view.trust_graph();
    let all: Vec<String> = graph.edges().iter().map(|it| edge(it, graph, &view)).collect();
    assert_eq!(
        all,
        [
            "arn:aws:iam::333333333333:role/x -> admin sts:AssumeRole Unknown aws:PrincipalOrgID",
            "* -> admin sts:AssumeRole Unknown aws:PrincipalOrgID",
            "ec2.amazonaws.com -> admin sts:AssumeRole Both",
            "accounts.google.com -> admin sts:AssumeRoleWithWebIdentity Both",
        ]
    );
}

const BUCKET: &str = r#"
resource "aws_s3_bucket" "b" {
  provider = aws.data
  bucket   = "b"
}
resource "aws_s3_bucket_policy" "b" {
  provider = aws.data
  bucket   = aws_s3_bucket.b.id
  policy   = jsonencode({ Version = "2012-10-17", Statement = [
    { Effect = "Allow", Principal = { AWS = aws_iam_role.app.arn }, Action = ["s3:GetObject", "s3:ListBucket"], Resource = ["arn:aws:s3:::b", "arn:aws:s3:::b/*"] },
    { Effect = "Allow", Principal = { AWS = aws_iam_role.own.arn }, Action = "s3:PutObject", Resource = "arn:aws:s3:::b/*" },
    { Effect = "Allow", Principal = { Service = "cloudtrail.amazonaws.com" }, Action = "s3:PutObject", Resource = "arn:aws:s3:::b/*", Condition = { StringEquals = { "aws:SourceAccount" = "222222222222" } } },
  ] })
}
"#;

#[test]
fn resources_in_every_state() {
    let roles = role("app", "", EC2) + &role("own", "data", EC2);
    let get = may("app", "s3:GetObject", "\"arn:aws:s3:::b/*\"");
    let put = may("app", "s3:PutObject", "\"arn:aws:s3:::b/x/*\"");
    assert_eq!(
        edges(&(roles + BUCKET + &get + &put)),
        [
            "app -> aws_s3_bucket.b s3:GetObject Both",
            "app -> aws_s3_bucket.b s3:ListBucket IdentityMissing",
            "own -> aws_s3_bucket.b s3:PutObject Both",
            "app -> aws_s3_bucket.b s3:PutObject ResourceMissing",
        ]
    );
}

#[test]
fn what_may_not_be_there_is_open() {
    let app = role("app", "", EC2);
    let admin = role("admin", "data", &trust("aws_iam_role.app[0].arn"));
    let counted = app.replace("  name =", "  count = var.x ? 1 : 0\n  name =");
    let all = edges(&format!("variable \"x\" {{}}\n{counted}{admin}"));
    assert_eq!(all, ["app -> admin sts:AssumeRole Unknown"]);
}

/// `a -> b -> ...`, and how far it holds.
fn ways(text: &str, from: &str, to: &str) -> Vec<String> {
    let analysis = analysis(text);
    let view = analysis.access();
    let graph = view.trust_graph();
    let find = |wanted: &str| graph.nodes().iter().position(|node| name(node, &view) == wanted).unwrap();
    let paths = graph.paths(find(from), find(to)).into_iter().map(|path| {
        let steps = path.edges.iter().map(|number| name(&graph.nodes()[graph.edges()[*number].to], &view));
        let steps: Vec<String> = std::iter::once(from.to_owned()).chain(steps).collect();
        format!("{} {:?}", steps.join(" -> "), path.hold)
    });
    paths.collect()
}

#[test]
fn ways_over_several_roles() {
    let start = role("a", "", EC2);
    let next = |name: &str, of: &str| role(name, "", &trust(&format!("aws_iam_role.{of}.arn")));
    let chain = start.clone() + &next("b", "a") + &next("c", "b") + &next("d", "c");
    assert_eq!(ways(&chain, "a", "d"), ["a -> b -> c -> d Certain"]);
    assert_eq!(ways(&chain, "d", "a"), [""; 0]);
    assert_eq!(ways(&chain, "ec2.amazonaws.com", "c"), ["ec2.amazonaws.com -> a -> b -> c Certain"]);
    let both = format!(
        "{}, {}",
        trust("aws_iam_role.c.arn"),
        trust("aws_iam_role.a.arn")
            .replace("} }", "}, Condition = { Bool = { \"aws:MultiFactorAuthPresent\" = \"true\" } } }")
    );
    let short = start.clone() + &next("b", "a") + &next("c", "b") + &role("d", "", &both);
    assert_eq!(ways(&short, "a", "d"), ["a -> b -> c -> d Certain", "a -> d Possible"]);
    let circle = role("a", "", &trust("aws_iam_role.c.arn")) + &next("b", "a") + &next("c", "b");
    assert_eq!(ways(&circle, "a", "c"), ["a -> b -> c Certain"]);
    assert_eq!(ways(&circle, "b", "a"), ["b -> c -> a Certain"]);
}

#[test]
fn a_way_that_lacks_a_half() {
    let text = role("app", "", EC2) + &role("admin", "data", &trust("aws_iam_role.app.arn"));
    assert_eq!(ways(&text, "app", "admin"), ["app -> admin Broken"]);
}

#[test]
fn nearest_first() {
    let next = |name: &str, of: &str| role(name, "", &trust(&format!("aws_iam_role.{of}.arn")));
    let analysis = analysis(&(role("a", "", EC2) + &next("b", "a") + &next("c", "b")));
    let view = analysis.access();
    let graph = view.trust_graph();
    let end = graph.nodes().iter().position(|node| name(node, &view) == "c").unwrap();
    let found = graph.ways(&[end], Hold::Certain, |edge| edge.kind == EdgeKind::Assume);
    let found: Vec<_> =
        found.iter().map(|(start, path)| (name(&graph.nodes()[*start], &view), path.edges.len())).collect();
    assert_eq!(found, [("b".to_owned(), 1), ("a".to_owned(), 2), ("ec2.amazonaws.com".to_owned(), 3)]);
}

/// The number of edges for so many roles that trust their account, and one that may assume any.
#[test]
fn edges_grow_with_what_is_said() {
    let count = |many: usize| {
        let roles: String = (0..many).map(|it| role(&format!("r{it}"), "", &trust("\"111111111111\""))).collect();
        edges(&(role("app", "", EC2) + &may("app", "sts:AssumeRole", "\"*\"") + &roles)).len()
    };
    assert_eq!([count(5), count(10), count(20)], [10, 20, 40]);
}

#[test]
fn groups_and_permission_sets() {
    let user = r#"
resource "aws_iam_user" "u" {
  name = "u"
}
resource "aws_iam_group" "g" {
  name = "g"
}
resource "aws_iam_user_group_membership" "u" {
  user   = aws_iam_user.u.name
  groups = [aws_iam_group.g.name]
}
resource "aws_iam_group_policy" "g" {
  group  = aws_iam_group.g.name
  policy = jsonencode({ Version = "2012-10-17", Statement = [
    { Effect = "Allow", Action = "sts:AssumeRole", Resource = aws_iam_role.admin.arn },
  ] })
}
"#;
    let set = r#"
resource "aws_ssoadmin_permission_set" "s" {
  name         = "s"
  instance_arn = "arn:aws:sso:::instance/ssoins-1111111111111111"
}
resource "aws_ssoadmin_permission_set_inline_policy" "s" {
  instance_arn       = "arn:aws:sso:::instance/ssoins-1111111111111111"
  permission_set_arn = aws_ssoadmin_permission_set.s.arn
  inline_policy      = jsonencode({ Version = "2012-10-17", Statement = [
    { Effect = "Allow", Action = "sts:AssumeRole", Resource = aws_iam_role.admin.arn },
  ] })
}
resource "aws_ssoadmin_account_assignment" "s" {
  for_each           = toset(["111111111111", "333333333333"])
  instance_arn       = "arn:aws:sso:::instance/ssoins-1111111111111111"
  permission_set_arn = aws_ssoadmin_permission_set.s.arn
  principal_id       = "x"
  principal_type     = "GROUP"
  target_id          = each.value
  target_type        = "AWS_ACCOUNT"
}
"#;
    let admin = role("admin", "data", &trust("\"111111111111\""));
    assert_eq!(
        edges(&(user.to_owned() + set + &admin)),
        [
            "u -> admin sts:AssumeRole Both",
            "s in 111111111111 -> admin sts:AssumeRole Both",
            "111111111111 -> admin sts:AssumeRole Both",
            "s in 333333333333 -> admin sts:AssumeRole ResourceMissing",
            "u -> g iam:AddUserToGroup Both",
        ]
    );
}

#[test]
fn the_role_of_a_new_account() {
    let account =
        "resource \"aws_organizations_account\" \"log\" {\n  name  = \"log\"\n  email = \"log@example.com\"\n}\n";
    let app =
        role("app", "", EC2) + &may("app", "sts:AssumeRole", "\"arn:aws:iam::*:role/OrganizationAccountAccessRole\"");
    assert_eq!(
        edges(&(account.to_owned() + &app)),
        [
            "app -> OrganizationAccountAccessRole sts:AssumeRole Unknown",
            "111111111111 -> OrganizationAccountAccessRole sts:AssumeRole Unknown",
        ]
    );
}
