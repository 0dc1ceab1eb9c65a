//! YAML as Terraform reads and writes it.

use super::*;
use crate::eval::json;
use crate::eval::text::Text;
use crate::eval::value::Value;

fn decoded(yaml: &str) -> String {
    match decode(&Text::known(yaml)) {
        Ok(value) => json::encode(&value).unwrap().display(),
        Err(error) => format!("error: {}", error.message),
    }
}

fn encoded(json: &str) -> String {
    encode(&json::decode(&Text::known(json)).unwrap()).unwrap()
}

#[test]
fn scalars() {
    for (yaml, json) in [
        ("[yes, NO, On, off, y, N, True, tRue]", r#"[true,false,true,false,true,false,true,"tRue"]"#),
        ("[~, null, Null, NULL, '', nULL]", r#"[null,null,null,null,"","nULL"]"#),
        ("[0x1F, 0o14, 014, 1_000, 1e3, .5, 1., +1]", r#"[31,12,14,"1_000",1000,0.5,1,1]"#),
        (
            "[0b11, 1:30, -0, 0x, -0x1F, 0X1F, +.5, 00, -01, _1]",
            r#"["0b11","1:30",-0,"0x","-0x1F","0X1F",0.5,0,-1,"_1"]"#,
        ),
        ("[1E3, 1e-3, 0x1G, 0o8, 09, 1e, e1, -1.5e+2]", r#"[1000,0.001,"0x1G","0o8",9,"1e","e1",-150]"#),
        ("[2020-01-02, 2020-1-2, '2020-01-02']", r#"["2020-01-02T00:00:00Z","2020-01-02T00:00:00Z","2020-01-02"]"#),
        ("[2020-01-02 03:04:05, 2020-01-02T03:04:05.123Z]", r#"["2020-01-02T03:04:05Z","2020-01-02T03:04:05Z"]"#),
        ("[2020-01-02T03:04:05+02:00, 2020-13-01]", r#"["2020-01-02T03:04:05+02:00","2020-13-01"]"#),
        ("[!!str 5, !!int '5', !!int 0x1F, !!null x, !!binary aGk=]", r#"["5","5",31,null,"aGk="]"#),
    ] {
        assert_eq!(decoded(yaml), json, "{yaml}");
    }
}

#[test]
fn structures() {
    for (yaml, json) in [
        ("a: &x {k: 1}\nb:\n  <<: *x\n  l: 2", r#"{"a":{"k":1},"b":{"k":1,"l":2}}"#),
        ("a: 1\na: 2", r#"{"a":2}"#),
        ("1.0: x\ntrue: y\nyes: z", r#"{"1":"x","true":"z"}"#),
        ("a: |\n  x\n  y\nb: >\n  x\n  y\n", r#"{"a":"x\ny\n","b":"x y\n"}"#),
        ("- a\n-\n  - b", r#"["a",["b"]]"#),
        ("{a: 1, b: }", r#"{"a":1,"b":null}"#),
        (r#""\u00e9\x41\n""#, r#""éA\n""#),
        ("a\n...\n", r#""a""#),
    ] {
        assert_eq!(decoded(yaml), json, "{yaml}");
    }
    for yaml in
        ["", "# only", "--- a\n--- b", "a: [", "? [a]\n: b", "~: x", "!foo 5", "a: *x", "&a [*a]", "<<: 1", ".nan"]
    {
        assert!(decoded(yaml).starts_with("error"), "{yaml}: {}", decoded(yaml));
    }
}

#[test]
fn aliases_do_not_multiply_without_bound() {
    let mut yaml = String::from("a0: &a0 [x, x]\n");
    for level in 1..40 {
        yaml.push_str(&format!("a{level}: &a{level} [*a{0}, *a{0}]\n", level - 1));
    }
    assert!(decoded(&yaml).starts_with("error"));
}

#[test]
fn layout() {
    for (json, yaml) in [
        (
            r#"{"a":"b","c":[1,true,null],"d":{},"e":[],"f":{"x":{"y":"z"}}}"#,
            "\"a\": \"b\"\n\"c\":\n- 1\n- true\n- null\n\"d\": {}\n\"e\": []\n\"f\":\n  \"x\":\n    \"y\": \"z\"\n",
        ),
        (r#"[[1,2],[3,[4,{"a":[5]}]]]"#, "- - 1\n  - 2\n- - 3\n  - - 4\n    - \"a\":\n      - 5\n"),
        (r#"[{"a":{"b":{"c":1}}},{}]"#, "- \"a\":\n    \"b\":\n      \"c\": 1\n- {}\n"),
        ("null", "null\n...\n"),
        ("[]", "[]\n"),
        (r#""""#, "\"\"\n"),
    ] {
        assert_eq!(encoded(json), yaml, "{json}");
    }
}

#[test]
fn texts() {
    let text = |text: &str| encode(&Value::string(text)).unwrap();
    for (plain, yaml) in [
        ("multi\nline", "|-\n  multi\n  line\n"),
        ("a\n\nb\n\n", "|+\n  a\n\n  b\n\n"),
        ("\n x\n", "|2\n\n   x\n"),
        ("x\n\ty", "\"x\\n\\ty\"\n"),
        ("b\n ", "\"b\\n \"\n"),
        ("\u{1f600}\nb", "\"\\U0001F600\\nb\"\n"),
        ("é\u{1}\u{7f}\u{85}\u{a0}\u{2028}\"\\/\t", "\"é\\x01\\x7F\\N\u{a0}\\L\\\"\\\\/\\t\"\n"),
    ] {
        assert_eq!(text(plain), yaml, "{plain:?}");
    }
    let long = format!("{}end", "long ".repeat(24));
    let broken = format!("\"{}\n  {}end\"\n", ["long"; 17].join(" "), "long ".repeat(7));
    assert_eq!(text(&long), broken);
}
