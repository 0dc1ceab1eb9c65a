//! What is said about a broken text, and which text is marked.

use crosstrail_analyzer::source::SourceMap;
use crosstrail_analyzer::syntax::parse_hcl;

/// Compares all errors of `text`: the marked text, a colon, the message.
#[track_caller]
fn check(text: &str, expected: &[&str]) {
    let tree = parse_hcl(SourceMap::default().add("main.tf", text), text);
    let errors: Vec<String> =
        tree.errors.iter().map(|error| format!("{:?}: {}", &text[error.range.as_usize()], error.message)).collect();
    assert_eq!(errors, expected, "{text}");
}

#[test]
fn bodies() {
    check("name\n", &[r#""": expected `=` or a block after `name`, found the end of the line"#]);
    check("a = 1\na = 2\n", &[r#""a": `a` is set twice in this body"#]);
    check("a = 1 b = 2\nc = 3\n", &[r#""b": expected the end of the line, found `b`"#]);
    check("a = 1, b = 2\nc = 3\n", &[r#"",": expected the end of the line, found `,`"#]);
    check("}\na = 1\n", &[r#""}": this `}` closes nothing"#]);
    check("b {\n  a = 1\n", &[r#""{": this `{` is not closed: expected `}`"#]);
    check("b {\n  a = 1\nc {\n}\n", &[r#""{": this `{` is not closed: expected `}`"#]);
    check("b \"c\"\n{\n  a = 1\n}\n", &[r#""{": the `{` of the block `b` must stand in the same line"#]);
    check("b \"c\"\nd = 1\n", &[r#""": expected `{` or a label of the block `b`, found the end of the line"#]);
    check("b \"c {\n  a = 1\n}\n", &[r#""\"": this `"` is not closed"#]);
    check("b \"${c}\" {\n}\n", &[r#""${c}": a label cannot contain a template: write `$${` for `${`"#]);
    check("b { a = 1, c = 2 }\n", &[r#"",": expected `}`: a block in one line can only have one argument, found `,`"#]);
    check("1 = 2\n", &[r#""1": expected the name of an argument or a block, found `1`"#]);
    check("\"a\" = 2\n", &[r#""\"": expected the name of an argument or a block, found a string"#]);
    check("a = 1 /* b\nc = 2\n", &[r#""/*": this comment is not closed: expected `*/`"#]);
    check("a = 1\u{a0}\n", &["\"\\u{a0}\": expected the end of the line, found the character U+00A0"]);
}

#[test]
fn expressions() {
    check("a =\n", &[r#""": expected a value, found the end of the line"#]);
    check("a = 1 +\n", &[r#""": expected a value, found the end of the line"#]);
    check(
        "a = b ? c\n",
        &[r#""": expected `:` and the value if the condition does not hold, found the end of the line"#],
    );
    check("a = b.\n", &[r#""": expected the name of an attribute after `.`, found the end of the line"#]);
    check("a = b.0.1\n", &[r#""0.1": two indexes in a row must be written in brackets, such as `[0][1]`"#]);
    check("a = 1.2.3\n", &[r#""1.2.3": `1.2.3` is not a number"#]);
    check("a = [1 2]\n", &[r#""2": expected `,` or `]`, found `2`"#]);
    check("a = f(1; 2)\nb = 1\n", &[r#"";": expected `,` or `)`, found `;`"#]);
    check("a = f(\nb = 1\n", &[r#""(": this `(` is not closed: expected `)`"#]);
    check("a = {\n  b = 1 c = 2\n}\n", &[r#""c": expected `,` or a new line, found `c`"#]);
    check("a = {\n  b\n}\n", &[r#""": expected `=` and a value after the key, found the end of the line"#]);
    check("a = [\n  \"b\"\n  \"c\"\n]\n", &[r#""\"": expected `,` or `]`, found a string"#]);
    check("a = [for b c]\n", &[r#""c": expected `in` after the names of the `for`, found `c`"#]);
    check("a = [for b in c: d => e]\n", &[r#""d": a `for` that makes a tuple has no key: write `{` for `[`"#]);
    check("a = {for b in c: d}\n", &[r#""d": a `for` that makes an object needs `key => value`"#]);
    check("a = b::c\n", &[r#""": expected `(` after the function name `b::c`, found the end of the line"#]);
    check("a = 'b'\n", &[r#""'": expected a value, found `'`"#]);
}

#[test]
fn templates() {
    check("a = \"b\nc = 1\n", &[r#""\"": this `"` is not closed: expected `"` in the same line"#]);
    check("a = \"${b\"\nc = 1\n", &[r#""${": this `${` is not closed: expected `}`"#]);
    check("a = \"${b c}\"\n", &[r#""c": expected `}` at the end of `${`, found `c`"#]);
    let said = "write `$${aws:username}` for the policy variable, or `&{aws:username}` in an `aws_iam_policy_document`";
    let said = format!("\"${{\": `${{` starts an expression of Terraform: {said}");
    check("a = \"x/${aws:username}/*\"\n", &[&said]);
    check("a = <<E\n{\"b\": \"${aws:username}\"}\nE\n", &[&said]);
    check("a = \"${b : c}\"\n", &[r#"":": expected `}` at the end of `${`, found `:`"#]);
    check("a = \"${b:1}\"\n", &[r#"":": expected `}` at the end of `${`, found `:`"#]);
    check("a = \"${}\"\n", &[r#""}": expected a value, found `}`"#]);
    check("a = \"\\d\"\n", &[r#""\\d": `\d` is no escape: write `\\` for a backslash"#]);
    check("a = \"\\u12\"\n", &[r#""\\u12": `\u` needs 4 hexadecimal digits of a Unicode character"#]);
    check("a = \"%{ iff b }\"\n", &[r#""iff": expected `if`, `else`, `endif`, `for` or `endfor`, found `iff`"#]);
    check("a = \"%{ if b }c\"\n", &[r#""%{ if b }": this `if` has no `endif`"#]);
    check("a = \"c%{ endfor }\"\n", &[r#""%{ endfor }": this `endfor` belongs to no `for`"#]);
    check("a = \"%{ else }\"\n", &[r#""%{ else }": this `else` belongs to no `if`"#]);
    check("a = <<E\nb\n", &[r#""<<E": this heredoc is not closed: expected a line with `E`"#]);
    check("a = << E\nb\nE\n", &[r#""<<": a heredoc starts with `<<`, a name and the end of the line"#]);
}

#[test]
fn several_faults_of_one_file_are_all_reported() {
    check(
        "a {\n  b =\n  c = [1, 2\n  d = \"x\n  e = 1\n}\nf {\n  g = 1 +\n}\n",
        &[
            r#""": expected a value, found the end of the line"#,
            r#""[": this `[` is not closed: expected `]`"#,
            r#""\"": this `"` is not closed: expected `"` in the same line"#,
            r#""": expected a value, found the end of the line"#,
        ],
    );
}
