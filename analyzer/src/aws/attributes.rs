//! What the AWS provider says about the arguments of resources and data sources.

use super::table::Table;

static ATTRIBUTES: Table = Table::new(include_str!("../../data/attributes.tsv"));

/// One argument, nested block or attribute at the top of a resource.
#[derive(Debug, Clone, Copy)]
pub struct AttributeFacts {
    /// Whether it is written as a nested block.
    pub is_block: bool,
    /// `String`, `Boolean`, `Number`, `List`, `NumberList`, `StringMap`; of blocks `list` or `single`.
    pub value_type: &'static str,
    /// Whether it may be set.
    pub settable: bool,
    /// Whether AWS or the provider gives a value if it is not set.
    pub computed: bool,
}

/// What is known of `name` of `ty`, the type of a data source with `data.` in front.
#[must_use]
pub fn attribute(ty: &str, name: &str) -> Option<AttributeFacts> {
    let [_, form, value_type, status] = ATTRIBUTES.find_dotted(ty, name)?.fields();
    Some(AttributeFacts {
        is_block: form == "block",
        value_type,
        settable: status != "computed",
        computed: status.contains("computed"),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tells_computed_from_optional() {
        let arn = attribute("aws_iam_role", "arn").unwrap();
        assert!(arn.computed && !arn.settable);
        let boundary = attribute("aws_iam_role", "permissions_boundary").unwrap();
        assert!(boundary.settable && !boundary.computed);
        assert!(attribute("aws_iam_role", "nothing").is_none());
    }
}
