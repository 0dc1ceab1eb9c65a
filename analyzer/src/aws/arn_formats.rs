//! How the ARNs, ids and names of Terraform's resources follow from their arguments.

use super::table::Table;

static FORMATS: Table = Table::new(include_str!("../../data/arn_formats.tsv"));

/// A piece of a format.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum FormatPart {
    /// Text as it is.
    Text(&'static str),
    /// The partition of the resource's provider: `aws`.
    Partition,
    /// The account of the resource's provider.
    Account,
    /// The region of the resource.
    Region,
    /// What host names end in: `amazonaws.com`.
    DnsSuffix,
    /// The value of an attribute.
    Attribute {
        /// Its name.
        name: &'static str,
        /// What stands there if it is not set.
        default: Option<Box<FormatPart>>,
        /// Only part of it.
        cut: Cut,
    },
    /// What AWS makes up, under a name that is the same wherever it occurs in the resource.
    Opaque(&'static str),
    /// Left out if an attribute in it is not set or is `default`.
    Optional(Vec<FormatPart>),
}

/// Which part of an attribute's value is meant.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Cut {
    /// All of it.
    None,
    /// Without this start.
    Start(&'static str),
    /// What stands behind the last of these.
    BehindLast(&'static str),
}

/// How `attribute` of resources of type `ty` is made; `None` if it does not follow from arguments.
#[must_use]
pub fn attribute_format(ty: &str, attribute: &str) -> Option<Vec<FormatPart>> {
    let record = FORMATS.find_dotted(ty, attribute)?;
    let (parts, _) = parse(record.field(1), None);
    Some(parts)
}

/// The attributes of resources of type `ty` that follow from arguments.
pub fn formatted_attributes(ty: &str) -> impl Iterator<Item = &'static str> {
    let records = FORMATS.starting_with(format!("{ty}."));
    records.filter_map(|record| record.key().rsplit_once('.')).map(|(_, attribute)| attribute)
}

/// The parts of `text` up to `end`, and what follows it.
fn parse(text: &'static str, end: Option<char>) -> (Vec<FormatPart>, &'static str) {
    let mut parts = Vec::new();
    let mut rest = text;
    while let Some(at) = rest.find(|letter| matches!(letter, '{' | '[') || Some(letter) == end) {
        let (before, from) = rest.split_at(at);
        if !before.is_empty() {
            parts.push(FormatPart::Text(before));
        }
        if let Some(inner) = from.strip_prefix('{') {
            let (name, behind) = up_to_brace(inner);
            parts.push(placeholder(name));
            rest = behind;
        } else if let Some(inner) = from.strip_prefix('[') {
            let (inner, behind) = parse(inner, Some(']'));
            parts.push(FormatPart::Optional(inner));
            rest = behind;
        } else {
            return (parts, from.get(1..).unwrap_or_default());
        }
    }
    if !rest.is_empty() {
        parts.push(FormatPart::Text(rest));
    }
    (parts, "")
}

/// The text up to the brace that closes it, and what follows the brace.
fn up_to_brace(text: &'static str) -> (&'static str, &'static str) {
    let mut depth = 0_usize;
    for (at, letter) in text.char_indices() {
        match (letter, depth) {
            ('{', _) => depth += 1,
            ('}', 0) => return (text.get(..at).unwrap_or_default(), text.get(at + 1..).unwrap_or_default()),
            ('}', _) => depth -= 1,
            _ => {}
        }
    }
    (text, "")
}

fn placeholder(text: &'static str) -> FormatPart {
    let attribute = |name, default, cut| FormatPart::Attribute { name, default, cut };
    match text {
        "P" => FormatPart::Partition,
        "A" => FormatPart::Account,
        "R" => FormatPart::Region,
        "D" => FormatPart::DnsSuffix,
        _ => {
            if let Some(name) = text.strip_prefix('?') {
                FormatPart::Opaque(name)
            } else if let Some((name, default)) = text.split_once('|') {
                let default = parse(default, None).0.into_iter().next().map(Box::new);
                attribute(name, default, Cut::None)
            } else if let Some((name, start)) = text.split_once('~') {
                attribute(name, None, Cut::Start(start))
            } else if let Some((name, last)) = text.split_once('@') {
                attribute(name, None, Cut::BehindLast(last))
            } else {
                attribute(text, None, Cut::None)
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn attribute(name: &'static str) -> FormatPart {
        FormatPart::Attribute { name, default: None, cut: Cut::None }
    }

    #[test]
    fn reads_a_role() {
        let parts = attribute_format("aws_iam_role", "arn").unwrap();
        assert_eq!(
            parts,
            [
                FormatPart::Text("arn:"),
                FormatPart::Partition,
                FormatPart::Text(":iam::"),
                FormatPart::Account,
                FormatPart::Text(":role"),
                attribute("path"),
                attribute("name"),
            ]
        );
    }

    #[test]
    fn reads_defaults_cuts_and_options() {
        let parts = attribute_format("aws_s3_access_point", "id").unwrap();
        let account =
            FormatPart::Attribute { name: "account_id", default: Some(Box::new(FormatPart::Account)), cut: Cut::None };
        assert_eq!(parts, [account, FormatPart::Text(":"), attribute("name")]);
        let parts = attribute_format("aws_cloudwatch_event_rule", "id").unwrap();
        let bus = FormatPart::Attribute { name: "event_bus_name", default: None, cut: Cut::BehindLast("/") };
        assert_eq!(parts, [FormatPart::Optional(vec![bus, FormatPart::Text("/")]), attribute("name")]);
    }

    #[test]
    fn every_format_can_be_read() {
        for record in FORMATS.records() {
            let (parts, rest) = parse(record.field(1), None);
            assert!(!parts.is_empty() && rest.is_empty(), "{}", record.key());
            assert!(record.key().contains('.'), "{}", record.key());
        }
    }
}
