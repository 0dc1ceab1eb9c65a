//! How statements and policies are laid out, as `terraform fmt` leaves them.

/// A statement that allows something.
pub(in crate::rules) struct Statement<'a> {
    /// Whom, each as an expression; `None` in a policy of a principal.
    pub(in crate::rules) principal: Option<Vec<String>>,
    pub(in crate::rules) actions: &'a [String],
    /// On what, as an expression.
    pub(in crate::rules) resource: Option<String>,
}

/// A member of a statement and its value.
pub(in crate::rules) type Members = Vec<(&'static str, String)>;

/// The language that a policy is written in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::rules) enum Notation {
    /// An object of Terraform's language.
    Hcl,
    /// JSON within a template.
    Json,
}

/// How statements of a policy are laid out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::rules) enum Shape {
    /// Each on one line.
    Line,
    /// Each member on a line of its own.
    Lines {
        /// What stands in front of members.
        inner: String,
        /// What stands in front of the closing brace.
        outer: String,
    },
}

impl Shape {
    /// The layout of the statement `text`, from brace to brace.
    pub(in crate::rules) fn of(text: &str) -> Self {
        let indent = |line: &str| line.chars().take_while(|letter| letter.is_whitespace()).collect();
        let mut behind = text.lines().skip(1).filter(|line| !line.trim().is_empty());
        match (behind.next(), text.lines().last()) {
            (Some(inner), Some(outer)) if outer.trim() == "}" => {
                Self::Lines { inner: indent(inner), outer: indent(outer) }
            }
            (_, _) => Self::Line,
        }
    }
}

impl Statement<'_> {
    /// Its members as an object has them.
    pub(in crate::rules) fn members(&self) -> Members {
        let mut members = vec![("Effect", quoted("Allow"))];
        if let Some(principals) = &self.principal {
            members.push(("Principal", list(principals)));
        }
        members.push(("Action", names(self.actions)));
        members.extend(self.resource.clone().map(|resource| ("Resource", resource)));
        members
    }
}

/// A statement in a list of others.
pub(in crate::rules) fn statement(members: &Members, notation: Notation, shape: &Shape) -> String {
    let width = members.iter().map(|(name, _)| name.len()).max().unwrap_or_default();
    let written = members.iter().map(|(name, value)| match (notation, shape) {
        (Notation::Hcl, Shape::Line) => format!("{name} = {}", principal(name, value, notation)),
        (Notation::Hcl, Shape::Lines { .. }) => format!("{name:width$} = {}", principal(name, value, notation)),
        (Notation::Json, _) => format!("\"{name}\": {}", principal(name, value, notation)),
    });
    let written: Vec<String> = written.collect();
    match shape {
        Shape::Line => format!("{{ {} }}", written.join(", ")),
        Shape::Lines { inner, outer } => {
            let separator = if notation == Notation::Json { ",\n" } else { "\n" };
            let lines: Vec<String> = written.iter().map(|member| format!("{inner}{member}")).collect();
            format!("{{\n{}\n{outer}}}", lines.join(separator))
        }
    }
}

/// The value of a member: principals stand in a map, and JSON holds expressions in templates. A map is
/// written as it is.
fn principal(name: &str, value: &str, notation: Notation) -> String {
    if value.starts_with('{') {
        return value.to_owned();
    }
    let value = match notation {
        Notation::Hcl => value.to_owned(),
        Notation::Json => in_json(value),
    };
    match (name, notation) {
        ("Principal", Notation::Hcl) => format!("{{ AWS = {value} }}"),
        ("Principal", Notation::Json) => format!("{{ \"AWS\": {value} }}"),
        (_, _) => value,
    }
}

/// An expression, or a list of them, as JSON within a template.
fn in_json(value: &str) -> String {
    let one = |item: &str| if item.starts_with('"') { item.to_owned() } else { format!("\"${{{item}}}\"") };
    match value.strip_prefix('[').and_then(|items| items.strip_suffix(']')) {
        Some(items) => format!("[{}]", items.split(", ").map(one).collect::<Vec<_>>().join(", ")),
        None => one(value),
    }
}

/// One more `statement` block of an `aws_iam_policy_document`.
pub(in crate::rules) fn statement_block(statement: &Statement<'_>) -> String {
    let resources = statement.resource.as_ref().map(|resource| many(resource));
    let width = if resources.is_some() { "resources".len() } else { "actions".len() };
    let resources = resources.map(|resources| format!("    resources = {resources}\n")).unwrap_or_default();
    let principals = statement.principal.as_ref().map(|principals| {
        let identifiers = principals.join(", ");
        format!("\n    principals {{\n      type        = \"AWS\"\n      identifiers = [{identifiers}]\n    }}\n")
    });
    let actions: Vec<String> = statement.actions.iter().map(|name| quoted(name)).collect();
    format!(
        "\n  statement {{\n    {:width$} = [{}]\n{resources}{}  }}\n",
        "actions",
        actions.join(", "),
        principals.unwrap_or_default(),
    )
}

/// A list, whatever the expression is.
fn many(value: &str) -> String {
    if value.starts_with('[') { value.to_owned() } else { format!("[{value}]") }
}

/// The attribute that holds a policy with these statements.
pub(in crate::rules) fn policy(attribute: &str, statements: &[Members]) -> String {
    let shape = Shape::Lines { inner: " ".repeat(8), outer: " ".repeat(6) };
    let lines = statements.iter().map(|members| format!("      {},\n", statement(members, Notation::Hcl, &shape)));
    let lines: String = lines.collect();
    format!("  {attribute} = jsonencode({{\n    Version = \"2012-10-17\"\n    Statement = [\n{lines}    ]\n  }})\n")
}

/// A resource with these arguments and a policy.
pub(in crate::rules) fn resource(
    ty: &str,
    label: &str,
    head: &str,
    arguments: &[(&'static str, String)],
    policy: &str,
) -> String {
    let width = arguments.iter().map(|(name, _)| name.len()).max().unwrap_or_default();
    let arguments: String = arguments.iter().map(|(name, value)| format!("  {name:width$} = {value}\n")).collect();
    format!("\nresource \"{ty}\" \"{label}\" {{\n{head}{arguments}\n{policy}}}\n")
}

/// Actions as a string or a list; the two languages agree on both.
fn names(actions: &[String]) -> String {
    let names: Vec<String> = actions.iter().map(|name| quoted(name)).collect();
    list(&names)
}

/// One expression, or a list of several.
pub(in crate::rules) fn list(items: &[String]) -> String {
    match items {
        [one] => one.clone(),
        items => format!("[{}]", items.join(", ")),
    }
}

pub(in crate::rules) fn quoted(text: &str) -> String {
    format!("\"{text}\"")
}
