//! Which types become which: the rules of `cty/convert`.

use std::collections::BTreeMap;

use smol_str::SmolStr;

use crate::eval::types::Type;

/// Whether some values of type `from` can become `to`.
#[must_use]
pub fn is_convertible(from: &Type, to: &Type) -> bool {
    match (from, to) {
        (Type::Dynamic, _) | (_, Type::Dynamic) => true,
        (Type::Bool | Type::Number | Type::String, Type::String) => true,
        (Type::Bool | Type::String, Type::Bool) | (Type::Number | Type::String, Type::Number) => true,
        (Type::List(from) | Type::Set(from), Type::List(to) | Type::Set(to)) => is_convertible(from, to),
        (Type::Tuple(from), Type::List(to) | Type::Set(to)) => {
            from.iter().all(|from| is_convertible(from, to)) && (!to.has_dynamic() || unify_elements(from).is_some())
        }
        (Type::Tuple(from), Type::Tuple(to)) => {
            from.len() == to.len() && from.iter().zip(to).all(|(from, to)| is_convertible(from, to))
        }
        (Type::Map(from), Type::Map(to)) => is_convertible(from, to),
        (Type::Map(from), Type::Object(to)) => to.values().all(|to| is_convertible(from, to)),
        (Type::Object(from), Type::Map(to)) => from.values().all(|from| is_convertible(from, to)),
        (Type::Object(from), Type::Object(to)) => {
            to.iter().all(|(name, to)| from.get(name).is_some_and(|from| is_convertible(from, to)))
        }
        _ => false,
    }
}

/// The one type for the elements of a list made from elements of these types;
/// open for an empty list.
pub(super) fn unify_elements(types: &[Type]) -> Option<Type> {
    if types.is_empty() {
        return Some(Type::Dynamic);
    }
    let types: Vec<&Type> = types.iter().collect();
    let unified = unify(&types)?;
    let is_open = unified == Type::Dynamic && types.iter().any(|ty| **ty != Type::Dynamic);
    (!is_open).then_some(unified)
}

/// The type that values of all `types` can become: what a conditional of such
/// branches, or a list of such elements, has. `None` if there is none, or no types.
#[must_use]
pub fn unify(types: &[&Type]) -> Option<Type> {
    let first = types.first()?;
    if types.iter().all(|ty| ty == first) {
        return Some((*first).clone());
    }
    let count = |is: fn(&Type) -> bool| types.iter().filter(|ty| is(ty)).count();
    let open = count(|ty| matches!(ty, Type::Dynamic));
    let maps = count(|ty| matches!(ty, Type::Map(_)));
    let lists = count(|ty| matches!(ty, Type::List(_)));
    let sets = count(|ty| matches!(ty, Type::Set(_)));
    let objects = count(|ty| matches!(ty, Type::Object(_)));
    let tuples = count(|ty| matches!(ty, Type::Tuple(_)));
    let all = types.len();
    if open > 0 && (maps + open == all || lists + open == all || sets + open == all) {
        return Some(Type::Dynamic);
    }
    if open > 0 && (objects + open == all || tuples + open == all) {
        return Some(Type::Dynamic);
    }
    if maps + objects == all {
        return if maps == 0 { unify_objects(types) } else { unify_as_maps(types) };
    }
    if lists + tuples == all {
        return if lists == 0 { unify_tuples(types) } else { unify_as_lists(types) };
    }
    if sets == all {
        let elements: Vec<&Type> = types.iter().filter_map(|ty| element_type(ty)).collect();
        return unify(&elements).map(Type::set);
    }
    if objects > 0 && tuples > 0 { None } else { preferred(types) }
}

fn element_type(ty: &Type) -> Option<&Type> {
    match ty {
        Type::List(element) | Type::Set(element) | Type::Map(element) => Some(element),
        _ => None,
    }
}

fn attributes(ty: &Type) -> Option<&BTreeMap<SmolStr, Type>> {
    match ty {
        Type::Object(attributes) => Some(attributes),
        _ => None,
    }
}

fn elements(ty: &Type) -> Option<&[Type]> {
    match ty {
        Type::Tuple(elements) => Some(elements),
        _ => None,
    }
}

/// Objects of the same attributes stay objects; others become a map.
fn unify_objects(types: &[&Type]) -> Option<Type> {
    let objects: Vec<_> = types.iter().filter_map(|ty| attributes(ty)).collect();
    let first = objects.first()?;
    if objects.iter().any(|object| !object.keys().eq(first.keys())) {
        return unify_as_maps(types);
    }
    let unified = first.keys().map(|name| {
        let column: Vec<&Type> = objects.iter().filter_map(|object| object.get(name)).collect();
        Some((name.clone(), unify(&column)?))
    });
    unified.collect::<Option<_>>().map(Type::Object)
}

fn unify_as_maps(types: &[&Type]) -> Option<Type> {
    let mut inner: Vec<&Type> = Vec::new();
    for ty in types {
        match ty {
            Type::Object(attributes) => inner.extend(attributes.values()),
            ty => inner.extend(element_type(ty)),
        }
    }
    unify_inner(&inner).map(Type::map)
}

/// Tuples of the same length stay tuples; others become a list.
fn unify_tuples(types: &[&Type]) -> Option<Type> {
    let tuples: Vec<_> = types.iter().filter_map(|ty| elements(ty)).collect();
    let first = tuples.first()?;
    if tuples.iter().any(|tuple| tuple.len() != first.len()) {
        return unify_as_lists(types);
    }
    let unified = (0..first.len()).map(|index| {
        let column: Vec<&Type> = tuples.iter().filter_map(|tuple| tuple.get(index)).collect();
        unify(&column)
    });
    unified.collect::<Option<_>>().map(Type::Tuple)
}

fn unify_as_lists(types: &[&Type]) -> Option<Type> {
    let mut inner: Vec<&Type> = Vec::new();
    for ty in types {
        match ty {
            Type::Tuple(elements) => inner.extend(elements),
            ty => inner.extend(element_type(ty)),
        }
    }
    unify_inner(&inner).map(Type::list)
}

fn unify_inner(types: &[&Type]) -> Option<Type> {
    if types.is_empty() { Some(Type::Dynamic) } else { unify(types) }
}

/// The first type, strings before other primitives and lists before sets, that all can become.
fn preferred(types: &[&Type]) -> Option<Type> {
    let rank = |ty: &Type| match ty {
        Type::String | Type::List(_) => 0,
        Type::Dynamic => 2,
        _ => 1,
    };
    let mut order: Vec<&Type> = types.to_vec();
    order.sort_by_key(|ty| rank(ty));
    order.into_iter().find(|want| types.iter().all(|ty| is_convertible(ty, want))).cloned()
}
