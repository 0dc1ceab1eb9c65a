//! Configuration in JSON notation.

use crate::syntax::ast::{Expr, ExprKind, TemplatePart};

use super::*;

const TEXT: &str = r#"{
  "//": "a comment ${",
  "terraform": {"backend": {"s3": {"bucket": "${literal}"}}, "required_providers": {"aws": {"source": "hashicorp/aws", "configuration_aliases": ["aws.hub"]}}},
  "variable": {"v": {"type": "map(string)", "default": {"a": "${literal"}}, "w": {"//": "x"}},
  "provider": {"aws": [{"region": "x"}, {"alias": "log", "region": "x"}]},
  "locals": [{"a": "é\"${var.v[\"k\"]}"}, {"b": {"//": "kept", "${upper(\"k\")}": -1}}],
  "data": {"aws_iam_policy_document": {"d": {
    "statement": [{"//": "comment", "actions": ["a"], "principals": {"type": "AWS"}}, {"actions": ["b"]}],
    "dynamic": {"statement": {"for_each": "${var.v}", "content": {"principals": [{"type": "AWS"}, {"type": "Service"}]}}}
  }}},
  "resource": [{"aws_iam_role": {"r": {"provider": "aws.log"}}}, {"aws_iam_role": {"s": [{"name": "s"}]}}],
  "module": {"m": {"source": "./m", "providers": {"aws.peer": "aws.log"}}},
  "output": {"o": {"value": "${local.a}", "sensitive": true}},
  "moved": [{"from": "a.b", "to": "a.c"}]
}"#;

fn fixture() -> Fixture {
    Fixture::new(&[("main.tf.json", TEXT)])
}

#[test]
fn blocks_are_read_by_their_labels() {
    let fixture = fixture();
    assert_eq!(fixture.errors(), Vec::<String>::new());
    let module = fixture.module(".");
    let resources: Vec<String> = module.resources.addresses().map(ToString::to_string).collect();
    assert_eq!(resources, ["aws_iam_role.r", "aws_iam_role.s", "data.aws_iam_policy_document.d"]);
    assert_eq!(names(&module.variables), ["v", "w"]);
    assert_eq!(names(&module.locals), ["a", "b"]);
    let providers: Vec<String> = module.providers.iter().map(|provider| provider.reference.to_string()).collect();
    assert_eq!(providers, ["aws", "aws.log"]);
    let role = module.resources.iter().next().unwrap();
    assert_eq!(role.provider.as_ref().unwrap().to_string(), "aws.log");
    assert_eq!(fixture.text(role.header), "r");
    assert_eq!(module.configuration_aliases[0].to_string(), "aws.hub");
    assert_eq!(module.backend.as_ref().unwrap().label(0).unwrap().text, "s3");
    let call = &module.calls["m"];
    assert_eq!(call.source.as_deref(), Some("./m"));
    let (inner, outer) = &call.providers.as_ref().unwrap()[0];
    assert_eq!((inner.to_string(), outer.to_string()), ("aws.peer".to_owned(), "aws.log".to_owned()));
    assert!(module.outputs["o"].sensitive);
}

#[test]
fn nested_blocks_do_not_depend_on_the_notation() {
    let native = r#"data "aws_iam_policy_document" "d" {
  statement {
    actions = ["a"]
    principals {
      type = "AWS"
    }
  }
  statement {
    actions = ["b"]
  }
  dynamic "statement" {
    for_each = var.v
    content {
      principals {
        type = "AWS"
      }
      principals {
        type = "Service"
      }
    }
  }
}
"#;
    let shape = |fixture: &Fixture| {
        let resources = &fixture.module(".").resources;
        let document = resources.iter().find(|resource| resource.address.name == "d").unwrap();
        let statements = document.body.blocks("statement");
        let plain: Vec<(usize, Vec<String>)> = statements
            .iter()
            .map(|statement| {
                let attributes = statement.body.attributes().map(|attribute| attribute.name.text.to_string());
                let attributes = attributes.filter(|name| name != "principals").collect();
                (statement.body.blocks("principals").len(), attributes)
            })
            .collect();
        let dynamic = document.body.dynamic_blocks("statement");
        let content = dynamic[0].body.blocks("content");
        assert!(dynamic[0].body.attribute("for_each").is_some());
        (plain, dynamic.len(), content.len(), content[0].body.blocks("principals").len())
    };
    let native = Fixture::new(&[("main.tf", native)]);
    assert_eq!(shape(&native), (vec![(1, vec!["actions".to_owned()]), (0, vec!["actions".to_owned()])], 1, 1, 2));
    assert_eq!(shape(&fixture()), shape(&native));
}

fn parts(expr: &Expr) -> &[TemplatePart] {
    match &expr.kind {
        ExprKind::Template(template) => &template.parts,
        other => panic!("no template: {other:?}"),
    }
}

#[test]
fn templates_lead_back_to_the_file() {
    let fixture = fixture();
    let attribute = &fixture.module(".").locals["a"].attribute;
    let [TemplatePart::Literal(literal), TemplatePart::Interpolation { expr, range }] = parts(&attribute.value) else {
        panic!("a literal and an interpolation: {attribute:?}")
    };
    assert_eq!(literal.text, "é\"");
    assert_eq!(fixture.text(range.at(attribute.file)), r#"${var.v[\"k\"]}"#);
    assert_eq!(fixture.text(expr.range.at(attribute.file)), r#"var.v[\"k\"]"#);
    let ExprKind::Index(_, key) = &expr.kind else { panic!("an index: {expr:?}") };
    assert_eq!(fixture.text(key.range.at(attribute.file)), r#"\"k\""#);
}

#[test]
fn comments_are_kept_in_values() {
    let fixture = fixture();
    let value = &fixture.module(".").locals["b"].attribute.value;
    let ExprKind::Object(items) = &value.kind else { panic!("an object: {value:?}") };
    assert_eq!(items.len(), 2);
    assert!(matches!(parts(&items[1].key), [TemplatePart::Interpolation { .. }]));
    assert!(matches!(items[1].value.kind, ExprKind::Unary(..)));
}

#[test]
fn defaults_are_literal_and_types_are_expressions() {
    let fixture = fixture();
    let variable = &fixture.module(".").variables["v"];
    let default = &variable.default.as_ref().unwrap().value;
    let ExprKind::Object(items) = &default.kind else { panic!("an object: {default:?}") };
    assert!(matches!(parts(&items[0].value), [TemplatePart::Literal(literal)] if literal.text == "${literal"));
    let ty = &variable.ty.as_ref().unwrap().value;
    assert!(matches!(&ty.kind, ExprKind::Call(call) if call.name.text == "map"), "{ty:?}");
}

#[test]
fn broken_json_keeps_what_is_there() {
    let text = "{\n  \"locals\": {\"a\": 1, \"b\": \"${1 +}\" \"c\": 3},\n  \"resource\": {\"aws_iam_role\": {\"r\": {\n    \"name\": \"x\"\n";
    let fixture = Fixture::new(&[("main.tf.json", text)]);
    assert_eq!(fixture.errors().len(), 3, "{:#?}", fixture.errors());
    let module = fixture.module(".");
    assert_eq!(names(&module.locals), ["a", "b", "c"]);
    assert_eq!(module.resources.len(), 1);
}

#[test]
fn only_objects_are_configurations() {
    let fixture =
        Fixture::new(&[("a.tf.json", "[{\"locals\": {\"a\": 1}}, {\"locals\": {\"b\": 1}}]"), ("b.tf.json", "1")]);
    assert_eq!(fixture.errors(), ["b.tf.json: 1: a configuration file must be a JSON object"]);
    assert_eq!(names(&fixture.module(".").locals), ["a", "b"]);
}
