//! What each function takes and gives: `data/functions.tsv`.
//!
//! Columns: name, who defines it, type of the result, parameters, the parameter
//! that takes all further arguments. A parameter is `name:type`, with `?` behind
//! the name if it takes null; types are in Terraform's JSON form. The rows of
//! Terraform itself are those of `terraform metadata functions -json`.

use std::sync::LazyLock;

use rustc_hash::FxHashMap;

use crate::eval::types::Type;

static TABLE: &str = include_str!("../../../data/functions.tsv");

/// The signature of a function.
#[derive(Debug)]
pub(super) struct Signature {
    pub(super) returns: Type,
    pub(super) parameters: Vec<Parameter>,
    pub(super) variadic: Option<Parameter>,
}

/// A parameter.
#[derive(Debug)]
pub(super) struct Parameter {
    pub(super) name: &'static str,
    pub(super) ty: Type,
    pub(super) nullable: bool,
}

static SIGNATURES: LazyLock<FxHashMap<&'static str, Signature>> =
    LazyLock::new(|| TABLE.lines().filter_map(parse_row).collect());

/// The signature of the function `name`.
pub(super) fn find(name: &str) -> Option<&'static Signature> {
    SIGNATURES.get(name)
}

/// All names, in no order.
pub(super) fn names() -> impl Iterator<Item = &'static str> {
    TABLE.lines().filter_map(|row| row.split('\t').next())
}

fn parse_row(row: &'static str) -> Option<(&'static str, Signature)> {
    let mut columns = row.split('\t');
    let (name, _origin) = (columns.next()?, columns.next()?);
    let returns = parse_type(columns.next()?)?;
    let parameters = columns.next()?.split_whitespace().map(parse_parameter).collect::<Option<_>>()?;
    let variadic = columns.next().and_then(parse_parameter);
    Some((name, Signature { returns, parameters, variadic }))
}

fn parse_parameter(text: &'static str) -> Option<Parameter> {
    let (name, ty) = text.split_once(':')?;
    let (name, nullable) = name.strip_suffix('?').map_or((name, false), |name| (name, true));
    Some(Parameter { name, ty: parse_type(ty)?, nullable })
}

fn parse_type(text: &str) -> Option<Type> {
    Type::from_json(&serde_json::from_str(text).ok()?)
}

impl Signature {
    /// The parameter that takes the argument at `index`.
    pub(super) fn parameter(&self, index: usize) -> Option<&Parameter> {
        self.parameters.get(index).or(self.variadic.as_ref())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_row_is_read() {
        assert_eq!(SIGNATURES.len(), TABLE.lines().count());
        assert!(TABLE.lines().is_sorted());
        let signature = find("join").unwrap();
        assert_eq!(signature.parameters.first().unwrap().name, "separator");
        assert_eq!(signature.parameter(7).unwrap().ty, Type::list(Type::String));
        assert!(find("jsonencode").unwrap().parameters.first().unwrap().nullable);
    }
}
