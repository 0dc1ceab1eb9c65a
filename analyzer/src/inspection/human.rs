//! The same for people: an outline.

use std::fmt::{self, Write};

use serde::Serialize;

use super::document::DocumentJson;
use super::value::ValueJson;
use super::{
    AccountCount, Inspection, KnownAs, PolicyInspection, PrincipalInspection, ResourceInspection, StackInspection,
    Summary, kind,
};
use crate::eval::value::{Value, ValueKind};
use crate::source::SourceMap;

/// An outline of all stacks.
///
/// # Errors
/// When `out` refuses the text.
pub fn render(inspection: &Inspection, sources: &SourceMap, out: &mut dyn Write) -> fmt::Result {
    inspection.stacks.iter().try_for_each(|it| stack(it, sources, out))?;
    policies(&inspection.policies, "", sources, out)?;
    summary(&inspection.summary, out)
}

fn summary(summary: &Summary, out: &mut dyn Write) -> fmt::Result {
    heading("summary", "", summary.accounts.len() + summary.grants.len(), out)?;
    for AccountCount { known_as, accounts, resources } in &summary.accounts {
        let how = match known_as {
            KnownAs::Number => "known by its number",
            KnownAs::Name => "known by a name",
            KnownAs::Symbol => "known by the expression that gives it",
            KnownAs::Home => "that of whoever applies a stack",
            KnownAs::Unknown => "not known",
        };
        let (one, many) =
            (format!("account is {how}"), format!("accounts are {}", how.replace("its number", "number")));
        writeln!(out, "  {}, with {}", counted(*accounts, &one, &many), counted(*resources, "resource", "resources"))?;
    }
    let grants = summary.grants.iter().enumerate().map(|(index, count)| {
        let (be, noun) = if count.grants == 1 { ("is", "grant ") } else { ("are", "grants ") };
        let noun = if index == 0 { noun } else { "" };
        let state = match count.state {
            "granted" => "complete",
            "open" => "not known from source",
            "lacks-identity" => "without the caller's half",
            "lacks-resource" => "without the other half",
            state => state,
        };
        format!("{} {noun}{be} {state}", count.grants)
    });
    let grants: Vec<String> = grants.collect();
    if grants.is_empty() { Ok(()) } else { writeln!(out, "  from one account to another {}", grants.join(", ")) }
}

fn counted(count: usize, one: &str, many: &str) -> String {
    format!("{count} {}", if count == 1 { one } else { many })
}

fn stack(stack: &StackInspection, sources: &SourceMap, out: &mut dyn Write) -> fmt::Result {
    write!(out, "stack {}", stack.dir)?;
    if let Some(environment) = &stack.environment {
        write!(out, " ({environment})")?;
    }
    out.write_char('\n')?;
    if !stack.accounts.is_empty() {
        writeln!(out, "  accounts: {}", stack.accounts.join(", "))?;
    }
    for (title, values) in [("locals", &stack.locals), ("outputs", &stack.outputs)] {
        heading(title, "  ", values.len(), out)?;
        values.iter().try_for_each(|(name, value)| named_value(name, value, out))?;
    }
    heading("resources", "  ", stack.resources.len(), out)?;
    stack.resources.iter().try_for_each(|it| resource(it, out))?;
    policies(&stack.policies, "  ", sources, out)?;
    heading("principals", "  ", stack.principals.len(), out)?;
    stack.principals.iter().try_for_each(|it| principal(it, out))
}

fn heading(title: &str, indent: &str, count: usize, out: &mut dyn Write) -> fmt::Result {
    if count == 0 { Ok(()) } else { writeln!(out, "{indent}{title}:") }
}

fn policies(list: &[PolicyInspection], indent: &str, sources: &SourceMap, out: &mut dyn Write) -> fmt::Result {
    heading("policies", indent, list.len(), out)?;
    list.iter().try_for_each(|it| policy(it, &format!("{indent}  "), sources, out))
}

fn named_value(name: &str, value: &Value, out: &mut dyn Write) -> fmt::Result {
    match &value.kind {
        _ if value.sensitive => writeln!(out, "    {name} is sensitive"),
        ValueKind::Unknown(unknown) => writeln!(out, "    {name} is unknown: {}", unknown.symbol.address()),
        _ => writeln!(out, "    {name} = {}", json(&ValueJson(value), "    ")),
    }
}

fn resource(resource: &ResourceInspection, out: &mut dyn Write) -> fmt::Result {
    write!(out, "    {}", resource.address)?;
    if let Some(account) = &resource.account {
        write!(out, " in {account}")?;
    }
    match &resource.arn {
        Some(arn) => writeln!(out, ": {}", arn.display()),
        None => out.write_char('\n'),
    }
}

fn principal(principal: &PrincipalInspection, out: &mut dyn Write) -> fmt::Result {
    match principal.address.as_str() {
        "" => writeln!(out, "    {}: {}", principal.kind, principal.arn)?,
        address => writeln!(out, "    {address} ({}): {}", principal.kind, principal.arn)?,
    }
    for held in &principal.policies {
        let verb = if held.certain { "has" } else { "may have" };
        writeln!(out, "      {verb} {}", held.policy)?;
    }
    if !principal.open.is_empty() {
        writeln!(out, "      may have more: {}", principal.open.join(", "))?;
    }
    match &principal.boundary {
        Some(held) if held.certain => writeln!(out, "      bounded by {}", held.policy),
        Some(held) => writeln!(out, "      may be bounded by {}", held.policy),
        None => Ok(()),
    }
}

fn policy(policy: &PolicyInspection, indent: &str, sources: &SourceMap, out: &mut dyn Write) -> fmt::Result {
    let file = sources.file(policy.span.file);
    let at = file.line_column(policy.span.range.start);
    let known = if policy.known { "" } else { ", not wholly known" };
    let dot = if policy.attribute.is_empty() { "" } else { "." };
    write!(out, "{indent}{}{dot}{} ({}{known}", policy.address, policy.attribute, kind(policy.kind))?;
    writeln!(out, ", at {}:{}:{})", file.path(), at.line, at.column)?;
    let indent = format!("{indent}  ");
    writeln!(out, "{indent}{}", json(&DocumentJson(&policy.document), &indent))
}

/// JSON over several lines, the lines behind the first one indented.
fn json(value: &impl Serialize, indent: &str) -> String {
    let text = serde_json::to_string_pretty(value).unwrap_or_default();
    text.replace('\n', &format!("\n{indent}"))
}
