//! The strings of a policy that rules look at one by one.

use crate::aws::facts::{self, ConditionKeyFacts, OperatorUse};
use crate::policy::model::{Condition, Leaf, PolicyDocument, Statement};

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
    let groups = statement.principals.iter().flat_map(|principals| &principals.groups);
    let of_aws = groups.filter(|group| group.kind.text.as_known().is_some_and(|kind| kind == "AWS"));
    of_aws.flat_map(|group| with_written(&group.items, &group.possible))
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
