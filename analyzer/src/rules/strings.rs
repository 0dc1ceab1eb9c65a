//! The strings of a policy that rules look at one by one.

use crate::aws::facts::{self, ConditionKeyFacts, OperatorUse};
use crate::policy::model::{Condition, Leaf, PolicyDocument, Statement};

/// The actions of a statement, those that may be there included: a wrong one is wrong if it is there.
pub(super) fn actions(statement: &Statement) -> impl Iterator<Item = &Leaf> {
    statement.actions.iter().flat_map(|strings| strings.items.iter().chain(&strings.possible))
}

/// The resources of a statement, those that may be there included.
pub(super) fn resources(statement: &Statement) -> impl Iterator<Item = &Leaf> {
    statement.resources.iter().flat_map(|strings| strings.items.iter().chain(&strings.possible))
}

/// The principals of the type `AWS`, those that may be there included.
pub(super) fn aws_principals(statement: &Statement) -> impl Iterator<Item = &Leaf> {
    let groups = statement.principals.iter().flat_map(|principals| &principals.groups);
    let of_aws = groups.filter(|group| group.kind.text.as_known().is_some_and(|kind| kind == "AWS"));
    of_aws.flat_map(|group| group.items.iter().chain(&group.possible))
}

/// The values of a condition, those that may be there included.
pub(super) fn values(condition: &Condition) -> impl Iterator<Item = &Leaf> {
    condition.values.iter().chain(&condition.possible)
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
