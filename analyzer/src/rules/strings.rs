//! The strings of a policy that rules look at one by one.

use crate::aws::facts::{self, ConditionKeyFacts, KeyType, OperatorType, OperatorUse};
use crate::policy::model::{Condition, Leaf, PolicyDocument, PrincipalGroup, Statement};

/// The actions of a statement, and those of an unknown branch: a wrong one is wrong if it is there.
pub(super) fn actions(statement: &Statement) -> impl Iterator<Item = &Leaf> {
    statement.actions.iter().flat_map(|strings| with_written(&strings.items, &strings.possible))
}

/// The resources of a statement, and those of an unknown branch.
pub(super) fn resources(statement: &Statement) -> impl Iterator<Item = &Leaf> {
    statement.resources.iter().flat_map(|strings| with_written(&strings.items, &strings.possible))
}

/// The principals of the type `AWS`, and those of an unknown branch.
pub(super) fn aws_principals(statement: &Statement) -> impl Iterator<Item = &Leaf> {
    principals(statement, "AWS")
}

/// The principals of the type `kind`, and those of an unknown branch.
pub(super) fn principals<'a>(statement: &'a Statement, kind: &'static str) -> impl Iterator<Item = &'a Leaf> {
    let groups = statement.principals.iter().flat_map(|principals| &principals.groups);
    let of_kind = groups.filter(move |group| group.kind.text.as_known().is_some_and(|it| it == kind));
    of_kind.flat_map(of_group)
}

/// The principals of one type, and those of an unknown branch.
pub(super) fn of_group(group: &PrincipalGroup) -> impl Iterator<Item = &Leaf> {
    with_written(&group.items, &group.possible)
}

/// What is an ARN, or may be: resources, principals, and the values of conditions on ARNs.
pub(super) fn arns(document: &PolicyDocument) -> impl Iterator<Item = &Leaf> {
    let of_statement = |statement| {
        let principals = aws_principals(statement).chain(principals(statement, "Federated"));
        resources(statement).chain(principals)
    };
    let conditions = known_conditions(document)
        .filter(|(_, operator, key)| key.ty == KeyType::Arn && operator.operator.ty != OperatorType::Null);
    document.statements.iter().flat_map(of_statement).chain(conditions.flat_map(|(condition, ..)| values(condition)))
}

/// The values of a condition, and those of an unknown branch.
pub(super) fn values(condition: &Condition) -> impl Iterator<Item = &Leaf> {
    with_written(&condition.values, &condition.possible)
}

/// What is there for certain, and of what may be there that which someone wrote as it is.
///
/// The rest is put together in branches that often exclude each other: the partition of
/// a data source that is not there is empty, but then what names it is not there either.
fn with_written<'a>(items: &'a [Leaf], possible: &'a [Leaf]) -> impl Iterator<Item = &'a Leaf> {
    items.iter().chain(possible.iter().filter(|leaf| leaf.is_written()))
}

/// The conditions of which operator and key are known and exist.
pub(super) fn known_conditions(
    document: &PolicyDocument,
) -> impl Iterator<Item = (&Condition, OperatorUse, ConditionKeyFacts)> {
    document.statements.iter().flat_map(|statement| &statement.conditions).filter_map(|condition| {
        let operator = facts::operator(&condition.operator.text.as_known()?)?;
        let key = facts::condition_key(&condition.key.text.as_known()?)?;
        Some((condition, operator, key))
    })
}
