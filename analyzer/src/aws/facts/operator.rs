//! Condition operators.
//!
//! Source: IAM User Guide, `reference_policies_elements_condition_operators` and
//! `reference_policies_condition-single-vs-multi-valued-context-keys`.

/// What an operator compares.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum OperatorType {
    /// Text.
    String,
    /// Numbers.
    Numeric,
    /// Dates.
    Date,
    /// Truth values.
    Bool,
    /// Base64 text.
    Binary,
    /// Addresses with CIDR blocks.
    IpAddress,
    /// ARNs, field by field.
    Arn,
    /// Whether the key is absent.
    Null,
}

/// A condition operator without qualifiers.
#[derive(Debug, PartialEq, Eq)]
pub struct Operator {
    /// As AWS spells it.
    pub name: &'static str,
    /// What it compares.
    pub ty: OperatorType,
    /// Whether it holds where no value matches, and where the key is absent.
    pub negated: bool,
    /// Whether `*` and `?` in values are wildcards.
    pub wildcards: bool,
}

const fn operator_row(name: &'static str, ty: OperatorType, negated: bool, wildcards: bool) -> Operator {
    Operator { name, ty, negated, wildcards }
}

/// All operators.
pub static OPERATORS: [Operator; 27] = {
    use OperatorType as Type;
    [
        operator_row("StringEquals", Type::String, false, false),
        operator_row("StringNotEquals", Type::String, true, false),
        operator_row("StringEqualsIgnoreCase", Type::String, false, false),
        operator_row("StringNotEqualsIgnoreCase", Type::String, true, false),
        operator_row("StringLike", Type::String, false, true),
        operator_row("StringNotLike", Type::String, true, true),
        operator_row("NumericEquals", Type::Numeric, false, false),
        operator_row("NumericNotEquals", Type::Numeric, true, false),
        operator_row("NumericLessThan", Type::Numeric, false, false),
        operator_row("NumericLessThanEquals", Type::Numeric, false, false),
        operator_row("NumericGreaterThan", Type::Numeric, false, false),
        operator_row("NumericGreaterThanEquals", Type::Numeric, false, false),
        operator_row("DateEquals", Type::Date, false, false),
        operator_row("DateNotEquals", Type::Date, true, false),
        operator_row("DateLessThan", Type::Date, false, false),
        operator_row("DateLessThanEquals", Type::Date, false, false),
        operator_row("DateGreaterThan", Type::Date, false, false),
        operator_row("DateGreaterThanEquals", Type::Date, false, false),
        operator_row("Bool", Type::Bool, false, false),
        operator_row("BinaryEquals", Type::Binary, false, false),
        operator_row("IpAddress", Type::IpAddress, false, false),
        operator_row("NotIpAddress", Type::IpAddress, true, false),
        operator_row("ArnEquals", Type::Arn, false, true),
        operator_row("ArnNotEquals", Type::Arn, true, true),
        operator_row("ArnLike", Type::Arn, false, true),
        operator_row("ArnNotLike", Type::Arn, true, true),
        operator_row("Null", Type::Null, false, false),
    ]
};

/// How the several values of a request are taken together.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum SetQualifier {
    /// `ForAllValues:` holds also where there is no value at all.
    ForAllValues,
    /// `ForAnyValue:` does not hold where there is no value.
    ForAnyValue,
}

/// An operator as a policy writes it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct OperatorUse {
    /// The operator.
    pub operator: &'static Operator,
    /// `ForAllValues:` or `ForAnyValue:`
    pub set: Option<SetQualifier>,
    /// Whether it ends in `IfExists`, and so holds where the key is absent.
    pub if_exists: bool,
}

/// Reads an operator with its qualifiers, letter case aside: `ForAnyValue:StringLikeIfExists`.
/// `None` for what is no operator, `NullIfExists` among them.
#[must_use]
pub fn operator(text: &str) -> Option<OperatorUse> {
    let (set, rest) = match text.split_once(':') {
        Some((qualifier, rest)) => (Some(SetQualifier::read(qualifier)?), rest),
        None => (None, text),
    };
    let find = |name: &str| OPERATORS.iter().find(|operator| operator.name.eq_ignore_ascii_case(name));
    if let Some(operator) = find(rest) {
        return Some(OperatorUse { operator, set, if_exists: false });
    }
    let (name, suffix) = rest.split_at_checked(rest.len().checked_sub(IF_EXISTS.len())?)?;
    let operator = find(name).filter(|operator| operator.ty != OperatorType::Null)?;
    suffix.eq_ignore_ascii_case(IF_EXISTS).then_some(OperatorUse { operator, set, if_exists: true })
}

const IF_EXISTS: &str = "IfExists";

impl SetQualifier {
    fn read(text: &str) -> Option<Self> {
        [Self::ForAllValues, Self::ForAnyValue].into_iter().find(|it| it.name().eq_ignore_ascii_case(text))
    }

    /// As AWS spells it, without the colon.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::ForAllValues => "ForAllValues",
            Self::ForAnyValue => "ForAnyValue",
        }
    }
}

impl OperatorUse {
    /// The whole of it as AWS spells it.
    #[must_use]
    pub fn name(&self) -> String {
        let set = self.set.map(|set| format!("{}:", set.name())).unwrap_or_default();
        let if_exists = if self.if_exists { IF_EXISTS } else { "" };
        format!("{set}{}{if_exists}", self.operator.name)
    }
}
