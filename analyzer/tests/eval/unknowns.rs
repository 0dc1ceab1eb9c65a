//! What stays unknown, what is known of it, and what it is called.

use crate::configuration::evaluate;
use crate::show::show;

const PREAMBLE: &str = r#"
terraform {
  backend "s3" {}
}
variable "name" { type = string }
variable "other" { type = string }
variable "list" { type = list(string) }
variable "map" { type = map(string) }
variable "any" {}
variable "flag" { type = bool }
data "aws_secretsmanager_secret_version" "s" { secret_id = "x" }
data "aws_ssm_parameter" "p" { name = "/x" }
data "terraform_remote_state" "network" {
  backend = "s3"
}
"#;

fn check(expression: &str, expected: &str) {
    let text = format!("{PREAMBLE}\nlocals {{\n  it = {expression}\n}}\n");
    evaluate(&[("main.tf", &text)], |evaluator| {
        let value = evaluator.local(evaluator.root(), "it").expect("the local");
        assert_eq!(evaluator.errors(), [], "{expression}");
        assert_eq!(show(&value), expected, "{expression}");
    });
}

#[test]
fn a_text_keeps_what_is_known_around_a_hole() {
    check(r#""arn:aws:iam::${var.name}:role/x""#, r#""arn:aws:iam::{var.name}:role/x""#);
    check(r#""${var.name}""#, "?var.name");
    check(r#"upper("a-${var.name}")"#, r#""A-{upper(var.name)}""#);
}

#[test]
fn structures_stay_partly_known() {
    check(r#"{ a = var.name, b = [1, var.other] }"#, "{a = ?var.name, b = [1, ?var.other]}");
    check(r#"{ a = var.name, b = [1, var.other] }.b[0]"#, "1");
    check(r#"jsondecode(jsonencode({ a = var.name, b = 1 })).b"#, "1");
}

#[test]
fn a_step_into_an_unknown_extends_its_address() {
    check("var.any.a[0]", "?var.any.a[0]");
    check("data.aws_ssm_parameter.p.value", "?data.aws_ssm_parameter.p.value");
    check("data.terraform_remote_state.network.outputs.vpc.id", "?data.terraform_remote_state.network.outputs.vpc.id");
    check(
        r#"jsondecode(data.aws_secretsmanager_secret_version.s.secret_string).account_ids["log"]"#,
        r#"?jsondecode(data.aws_secretsmanager_secret_version.s.secret_string).account_ids["log"]"#,
    );
    check(r#"var.map["log"]"#, r#"?var.map["log"]"#);
}

#[test]
fn an_unknown_condition_gives_both_branches() {
    check(r#"var.flag ? "a" : "b""#, r#"one of ("a", "b")"#);
    check(r#"var.flag ? "a" : "a""#, r#""a""#);
    check(r#""x-${var.flag ? "a" : "b"}""#, r#"one of ("x-a", "x-b")"#);
    check(r#"upper(var.flag ? "a" : "b")"#, r#"one of ("A", "B")"#);
    check(r#"(var.flag ? { a = 1 } : { a = 2 }).a + 1"#, "one of (2, 3)");
    check(r#"[for x in var.flag ? ["a"] : ["b", "c"] : "${x}!"]"#, r#"one of (["a!"], ["b!", "c!"])"#);
    check(r#"var.flag ? "a" : (var.name == "x" ? "b" : "c")"#, r#"one of ("a", "b", "c")"#);
}

#[test]
fn one_unknown_is_the_same_everywhere_in_a_text() {
    let condition = r#"(var.flag ? "a" : "b")"#;
    check(&format!(r#""${{{condition}}}-${{{condition}}}""#), r#"one of ("a-a", "b-b")"#);
}

#[test]
fn alternatives_that_fail_are_not_what_it_is() {
    check(r#"(var.flag ? ["a"] : [])[0]"#, r#""a""#);
    check(r#"one(var.flag ? ["a"] : [])"#, r#"one of ("a", null)"#);
}

#[test]
fn logic_and_comparison_need_not_know_all() {
    check("false && var.flag", "false");
    check("var.flag || true", "true");
    check("var.flag && true", "?(var.flag && true)");
    check("var.name == var.name", "true");
    check(r#""a-${var.name}" == "b-${var.name}""#, "false");
    check(r#"var.name == "x""#, r#"?(var.name == "x")"#);
    check("var.name != null ? 1 : 2", "one of (1, 2)");
}

#[test]
fn an_unknown_key_chooses_among_all() {
    check(r#"{ a = 1, b = 2 }[var.name]"#, "one of (1, 2)");
    check(r#"{ a-x = 1, b-x = 2, b-y = 3 }["b-${var.name}"]"#, "one of (2, 3)");
    check(r#"["x", "y"][var.flag ? 0 : 1]"#, r#"one of ("x", "y")"#);
}

#[test]
fn iteration_over_unknown_elements() {
    check("[for x in var.list : upper(x)]", r#"?[for var.list : "${upper(each.value of var.list)}"]"#);
    check(
        r#"[for x in concat(["a"], var.list) : "${x}!"]"#,
        r#"sequence ("a!", ?[for concat(["a"], var.list) : "${each.value of var.list}!"]...)"#,
    );
    check(r#"[for x in ["a", "b"] : x if x == "a" || var.flag]"#, r#"sequence ("a", one of ([], ["b"])...)"#);
    check("var.list[*]", "?[for var.list : each.value of var.list]");
}

#[test]
fn try_and_can_do_not_decide_for_unknowns() {
    check(r#"try(var.any.a, "fallback")"#, r#"one of (?var.any.a, "fallback")"#);
    check(r#"try(var.name, "fallback")"#, "?var.name");
    check(r#"try({ a = 1 }.b, "fallback")"#, r#""fallback""#);
    check("can(var.any.a)", "?can(var.any.a)");
    check(r#"can({ a = 1 }.b)"#, "false");
    check(r#"try("${data.aws_ssm_parameter.p.value}/x", "fallback")"#, r#""{data.aws_ssm_parameter.p.value}/x""#);
}

#[test]
fn an_error_in_one_part_leaves_the_others() {
    let text = "locals {\n  it = { a = nothing.here, b = [1, upper([]), 2] }\n}\n";
    evaluate(&[("main.tf", text)], |evaluator| {
        let value = evaluator.local(evaluator.root(), "it").expect("the local");
        assert_eq!(show(&value), "{a = ?error at main.tf:22, b = [1, ?error at main.tf:44, 2]}");
        assert_eq!(evaluator.errors().len(), 2);
    });
}

#[test]
fn sensitive_values_stay_so_in_what_is_made_of_them() {
    let text = "variable \"s\" {\n  sensitive = true\n  default = \"x\"\n}\nlocals {\n  a = \"a-${var.s}\"\n  b = upper(local.a)\n  c = { d = var.s }.d\n  e = [for x in [var.s] : x][0]\n  f = var.s == \"x\" ? 1 : 2\n}\n";
    evaluate(&[("main.tf", text)], |evaluator| {
        for name in ["a", "b", "c", "e", "f"] {
            assert!(evaluator.local(evaluator.root(), name).expect("a local").sensitive, "{name}");
        }
    });
}
