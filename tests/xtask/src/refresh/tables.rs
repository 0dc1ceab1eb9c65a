//! The tables as text: one record a line, fields parted by tabs, sorted by the
//! lower-case first field. `aws::facts` of the analyzer reads them.

use std::collections::{BTreeMap, BTreeSet};

use super::catalogue::{Action, Catalogue, ConditionKey};

/// The files and their texts.
pub(super) fn all(catalogue: &Catalogue) -> [(&'static str, String); 4] {
    [
        ("actions.tsv", table(ACTIONS, actions(catalogue))),
        ("condition_keys.tsv", table(CONDITION_KEYS, condition_keys(catalogue))),
        ("resource_types.tsv", table(RESOURCE_TYPES, resource_types(catalogue))),
        ("services.tsv", table(SERVICES, services(catalogue))),
    ]
}

const ACTIONS: &str = "\
# action, access level (R read, L list, W write, T tagging, P permissions management; \
then o: permission without an operation, x: retired), resource types (* one must be given), \
condition keys, dependent actions";
const CONDITION_KEYS: &str = "# condition key, type, services that list it if not the one it is named after";
const RESOURCE_TYPES: &str = "# service:resource type, ARN, condition keys";
const SERVICES: &str = "# prefix, name, flags (r: resource control policies apply, x: retired)";

fn table(header: &str, records: impl IntoIterator<Item = Vec<String>>) -> String {
    let sorted: BTreeMap<String, Vec<String>> = records
        .into_iter()
        .map(|record| (record.first().map(|key| key.to_ascii_lowercase()).unwrap_or_default(), record))
        .collect();
    let mut text = format!("{header}\n");
    for record in sorted.values() {
        text.push_str(record.join("\t").trim_end_matches('\t'));
        text.push('\n');
    }
    text
}

fn services(catalogue: &Catalogue) -> impl Iterator<Item = Vec<String>> {
    catalogue.services.iter().map(|(prefix, service)| {
        let flags = flags(&[(service.resource_control_policies, 'r'), (service.retired, 'x')]);
        vec![prefix.clone(), service.name.clone(), flags]
    })
}

fn actions(catalogue: &Catalogue) -> impl Iterator<Item = Vec<String>> {
    catalogue.services.iter().flat_map(|(prefix, service)| {
        service.actions.values().map(move |action| {
            vec![
                format!("{prefix}:{}", action.name),
                level(action),
                required(&action.resource_types),
                join(&action.condition_keys),
                join(&action.dependent_actions),
            ]
        })
    })
}

/// Access levels are given singly (`Write`) or with the level that they are part of (`Tagging, Write`).
fn level(action: &Action) -> String {
    let letter = match action.access_level.split(',').next().unwrap_or_default() {
        "Read" => 'R',
        "List" => 'L',
        "Tagging" => 'T',
        "Permissions management" => 'P',
        _ => 'W',
    };
    format!("{letter}{}", flags(&[(action.permission_only, 'o'), (action.retired, 'x')]))
}

fn required(resource_types: &BTreeMap<String, bool>) -> String {
    let mark = |required: bool| if required { "*" } else { "" };
    let names: Vec<String> =
        resource_types.iter().map(|(name, required)| format!("{name}{}", mark(*required))).collect();
    names.join(",")
}

fn resource_types(catalogue: &Catalogue) -> impl Iterator<Item = Vec<String>> {
    catalogue.services.iter().flat_map(|(prefix, service)| {
        service.resource_types.values().map(move |resource_type| {
            let name = format!("{prefix}:{}", resource_type.name);
            vec![name, resource_type.arn.clone(), join(&resource_type.condition_keys)]
        })
    })
}

fn condition_keys(catalogue: &Catalogue) -> impl Iterator<Item = Vec<String>> {
    // Keys named `aws:` are the same everywhere and are kept by hand, with more than the reference says of them.
    let own = catalogue.condition_keys.values().filter(|key| !key.name.starts_with("aws:"));
    own.map(|key| vec![key.name.clone(), key.ty.clone(), foreign_services(key)])
}

fn foreign_services(key: &ConditionKey) -> String {
    let named_after = key.name.split(':').next().unwrap_or_default();
    let only_its_own = key.services.len() == 1 && key.services.contains(named_after);
    if only_its_own { String::new() } else { join(&key.services) }
}

fn flags(flags: &[(bool, char)]) -> String {
    flags.iter().filter(|(set, _)| *set).map(|(_, letter)| letter).collect()
}

fn join(items: &BTreeSet<String>) -> String {
    items.iter().map(String::as_str).collect::<Vec<_>>().join(",")
}

#[cfg(test)]
mod tests {
    use super::all;
    use crate::refresh::catalogue::Catalogue;
    use crate::refresh::package::Package;

    /// What the newest version says, and what only the previous one says.
    #[test]
    fn two_versions_make_one_catalogue() {
        let current = Package::of_files(
            "current",
            &[
                ("data/serviceNames.json", r#"{"x": "Service X"}"#),
                ("data/rcpSupportedServices.json", r#"["x"]"#),
                (
                    "data/actions/x.json",
                    r#"{"tagit": {"name": "TagIt", "accessLevel": "Tagging, Write", "conditionKeys": ["x:T/tag-key"],
                        "resourceTypes": [{"name": "b", "required": false, "conditionKeys": ["x:K"]},
                                          {"name": "a", "required": true}]},
                        "Get": {"name": "Get", "accessLevel": "Read"}}"#,
                ),
                (
                    "data/resourceTypes/x.json",
                    r#"{"a": {"key": "a", "arn": "arn:a"}, "b": {"key": "b", "arn": "arn:b"}}"#,
                ),
                (
                    "data/conditionKeys/x.json",
                    r#"{"x:k": {"key": "x:K", "type": "ArrayOfString"}, "x:t/tag-key": {"key": "x:T/tag-key", "type": "String"},
                        "aws:tagkeys": {"key": "aws:TagKeys", "type": "ArrayOfString"},
                        "z:m": {"key": "z:M", "type": "ARN"}}"#,
                ),
            ],
        );
        let previous = Package::of_files(
            "previous",
            &[
                ("data/serviceNames.json", r#"{"old": "Service Old", "x": "Service X"}"#),
                (
                    "data/actions/x.json",
                    r#"{"tagit": {"name": "TagIt", "accessLevel": "Tagging", "isPermissionOnly": true,
                        "conditionKeys": ["x:Gone"], "dependentActions": ["x:Get"]},
                        "bye": {"name": "Bye", "accessLevel": "List",
                                "resourceTypes": [{"name": "a", "required": true}, {"name": "gone", "required": true}]}}"#,
                ),
                ("data/actions/old.json", r#"{"do": {"name": "Do", "accessLevel": "Permissions management"}}"#),
                ("data/resourceTypes/old.json", "{}"),
                ("data/conditionKeys/old.json", "{}"),
            ],
        );
        let catalogue = Catalogue::merge(&current.unwrap(), &previous.unwrap()).unwrap();
        let tables = all(&catalogue).map(|(file, text)| (file, text.lines().skip(1).collect::<Vec<_>>().join("|")));
        let expected = [
            ("actions.tsv", "old:Do\tPx|x:Bye\tLx\ta*|x:Get\tR|x:TagIt\tTo\ta*,b\tx:K,x:T/${TagKey}\tx:Get"),
            ("condition_keys.tsv", "x:K\tArrayOfString|x:T/${TagKey}\tString|z:M\tARN\tx"),
            ("resource_types.tsv", "x:a\tarn:a|x:b\tarn:b"),
            ("services.tsv", "old\tService Old\tx|x\tService X\tr"),
        ];
        assert_eq!(tables, expected.map(|(file, text)| (file, text.to_owned())));
    }
}
