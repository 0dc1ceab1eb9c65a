//! Calls whose arguments are one of several: the call is made with each.

use crate::eval::convert::{type_of, unify};
use crate::eval::equality::equal;
use crate::eval::types::Type;
use crate::eval::value::{Refinement, Unknown, Value, ValueKind};
use crate::truth::Truth;

use super::call::{Call, Outcome};

/// More combinations than this are not tried.
const MOST_COMBINATIONS: usize = 16;

/// Runs the call, once for each combination of alternatives in its arguments.
///
/// Combinations that fail do not apply in Terraform either, so they are left out.
pub(super) fn over_alternatives(call: &Call<'_>, run: &dyn Fn(&Call<'_>) -> Outcome) -> Outcome {
    let counts: Vec<usize> = call.arguments.iter().map(|argument| alternatives(argument).len()).collect();
    let combinations = counts.iter().try_fold(1_usize, |product, count| product.checked_mul((*count).max(1)));
    match combinations {
        Some(combinations) if (2..=MOST_COMBINATIONS).contains(&combinations) => {
            let results = (0..combinations).map(|number| run_one(call, number, run));
            one_of(call, results)
        }
        _ => run(call),
    }
}

fn alternatives(value: &Value) -> &[Value] {
    match &value.kind {
        ValueKind::Unknown(Unknown { refinement: Refinement::OneOf(alternatives), .. }) => alternatives,
        _ => &[],
    }
}

/// Runs the combination of that number: its digits in the bases of the counts choose the alternatives.
fn run_one(call: &Call<'_>, mut number: usize, run: &dyn Fn(&Call<'_>) -> Outcome) -> Outcome {
    let choose = |argument: &Value| {
        let choices = alternatives(argument);
        let count = choices.len().max(1);
        let choice = choices.get(number % count).unwrap_or(argument);
        number /= count;
        Value { sensitive: argument.sensitive || choice.sensitive, ..choice.clone() }
    };
    let arguments: Vec<Value> = call.arguments.iter().map(choose).collect();
    run(&Call { ctx: call.ctx, name: call.name, arguments: &arguments, span: call.span })
}

/// The results as one value: equal ones once.
fn one_of(call: &Call<'_>, results: impl Iterator<Item = Outcome>) -> Outcome {
    let mut failure = None;
    let mut distinct: Vec<Value> = Vec::new();
    for result in results {
        match result {
            Ok(value) => add(value, &mut distinct),
            Err(error) => failure = failure.or(Some(error)),
        }
    }
    if let ([], Some(error)) = (distinct.as_slice(), failure) {
        return Err(error);
    }
    if let [only] = distinct.as_slice() {
        return Ok(only.clone());
    }
    let types: Vec<Type> = distinct.iter().map(type_of).collect();
    let ty = unify(&types.iter().collect::<Vec<_>>()).unwrap_or_default();
    let not_null = distinct.iter().all(|value| match &value.kind {
        ValueKind::Null(_) => false,
        ValueKind::Unknown(unknown) => unknown.not_null,
        _ => true,
    });
    let sensitive = distinct.iter().any(|value| value.sensitive);
    let refinement = Refinement::OneOf(distinct.into());
    let kind = ValueKind::Unknown(Unknown { symbol: call.symbol(), ty, not_null, refinement });
    Ok(Value { sensitive, ..Value::new(kind) })
}

fn add(value: Value, distinct: &mut Vec<Value>) {
    if !alternatives(&value).is_empty() {
        for alternative in alternatives(&value) {
            add(alternative.clone(), distinct);
        }
    } else if distinct.iter().all(|other| equal(other, &value) != Truth::Yes) {
        distinct.push(value);
    }
}
