//! The authorization reference of all services, put together from two versions.
//!
//! The newest version says what there is. The previous one adds what later versions
//! lost (dependent actions, permission-only flags, some condition keys of actions) and
//! what AWS has since retired: that an action no longer exists is no reason to call it
//! misspelt.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use crate::Outcome;

use super::package::Package;

/// All services by prefix.
pub(super) struct Catalogue {
    /// The services.
    pub(super) services: BTreeMap<String, Service>,
    /// Condition keys by lower-case name.
    pub(super) condition_keys: BTreeMap<String, ConditionKey>,
}

/// A service.
pub(super) struct Service {
    pub(super) name: String,
    pub(super) retired: bool,
    pub(super) resource_control_policies: bool,
    /// By lower-case name.
    pub(super) actions: BTreeMap<String, Action>,
    /// By lower-case name.
    pub(super) resource_types: BTreeMap<String, ResourceType>,
}

/// An action.
pub(super) struct Action {
    pub(super) name: String,
    pub(super) access_level: String,
    /// Names, and whether one of the type must be given.
    pub(super) resource_types: BTreeMap<String, bool>,
    pub(super) condition_keys: BTreeSet<String>,
    pub(super) dependent_actions: BTreeSet<String>,
    pub(super) permission_only: bool,
    pub(super) retired: bool,
}

/// A resource type.
pub(super) struct ResourceType {
    pub(super) name: String,
    pub(super) arn: String,
    pub(super) condition_keys: BTreeSet<String>,
}

/// A condition key.
pub(super) struct ConditionKey {
    pub(super) name: String,
    /// The type as the reference writes it; `ArrayOf` wins where services differ.
    pub(super) ty: String,
    /// The services whose reference lists it.
    pub(super) services: BTreeSet<String>,
}

impl Catalogue {
    /// Reads both packages.
    pub(super) fn merge(current: &Package, previous: &Package) -> Outcome<Self> {
        let mut catalogue = Self { services: BTreeMap::new(), condition_keys: BTreeMap::new() };
        let guarded = strings(&current.json("data/rcpSupportedServices.json")?);
        for (prefix, name) in entries(&current.json("data/serviceNames.json")?) {
            let mut service = catalogue.service(current, prefix, name)?;
            service.resource_control_policies = guarded.contains(prefix.as_str());
            catalogue.services.insert(prefix.clone(), service);
        }
        for (prefix, name) in entries(&previous.json("data/serviceNames.json")?) {
            match catalogue.services.get_mut(prefix) {
                Some(service) => {
                    let actions = previous.json(&format!("data/actions/{prefix}.json"))?;
                    service.add_lost(&actions, &catalogue.condition_keys);
                }
                None => {
                    let mut service = catalogue.service(previous, prefix, name)?;
                    service.retired = true;
                    service.actions.values_mut().for_each(|action| action.retired = true);
                    catalogue.services.insert(prefix.clone(), service);
                }
            }
        }
        Ok(catalogue)
    }

    fn service(&mut self, package: &Package, prefix: &str, name: &Value) -> Outcome<Service> {
        let read = |what: &str| package.json(&format!("data/{what}/{prefix}.json"));
        for (key, entry) in entries(&read("conditionKeys")?) {
            self.add_condition_key(prefix, key, entry);
        }
        Ok(Service {
            name: name.as_str().unwrap_or(prefix).to_owned(),
            retired: false,
            resource_control_policies: false,
            actions: entries(&read("actions")?).map(|(key, entry)| (key.clone(), Action::read(entry))).collect(),
            resource_types: entries(&read("resourceTypes")?)
                .map(|(key, entry)| (key.to_ascii_lowercase(), ResourceType::read(entry)))
                .collect(),
        })
    }

    fn add_condition_key(&mut self, prefix: &str, key: &str, entry: &Value) {
        let ty = text(entry, "type");
        let known = self.condition_keys.entry(key.to_ascii_lowercase()).or_insert_with(|| ConditionKey {
            name: template(&text(entry, "key")),
            ty: ty.clone(),
            services: BTreeSet::new(),
        });
        known.services.insert(prefix.to_owned());
        if ty.starts_with("ArrayOf") {
            known.ty = ty;
        }
    }
}

impl Service {
    fn add_lost(&mut self, previous_actions: &Value, known: &BTreeMap<String, ConditionKey>) {
        for (key, entry) in entries(previous_actions) {
            let mut previous = Action::read(entry);
            previous.condition_keys.retain(|key| known.contains_key(&key.to_ascii_lowercase()));
            if let Some(action) = self.actions.get_mut(key) {
                action.dependent_actions.extend(previous.dependent_actions);
                action.condition_keys.extend(previous.condition_keys);
                action.permission_only = previous.permission_only;
            } else {
                previous.retired = true;
                previous.resource_types.retain(|name, _| self.resource_types.contains_key(&name.to_ascii_lowercase()));
                self.actions.insert(key.clone(), previous);
            }
        }
    }
}

impl Action {
    fn read(entry: &Value) -> Self {
        let rows: Vec<&Value> = entry.get("resourceTypes").and_then(Value::as_array).into_iter().flatten().collect();
        let everywhere = |key: &str| -> BTreeSet<String> {
            rows.iter().copied().chain([entry]).filter_map(|row| row.get(key)).flat_map(strings).collect()
        };
        Self {
            name: text(entry, "name"),
            access_level: text(entry, "accessLevel"),
            resource_types: rows.iter().map(|row| (text(row, "name"), flag(row, "required"))).collect(),
            condition_keys: everywhere("conditionKeys"),
            dependent_actions: everywhere("dependentActions"),
            permission_only: flag(entry, "isPermissionOnly"),
            retired: false,
        }
    }
}

impl ResourceType {
    fn read(entry: &Value) -> Self {
        Self {
            name: text(entry, "key"),
            arn: text(entry, "arn"),
            condition_keys: entry.get("conditionKeys").map(strings).unwrap_or_default(),
        }
    }
}

fn entries(value: &Value) -> impl Iterator<Item = (&String, &Value)> {
    value.as_object().into_iter().flatten()
}

fn strings(value: &Value) -> BTreeSet<String> {
    value.as_array().into_iter().flatten().filter_map(Value::as_str).map(template).collect()
}

/// Most services write `${TagKey}` for what the writer of a policy fills in, two write `tag-key`.
fn template(name: &str) -> String {
    name.strip_suffix("/tag-key").map_or_else(|| name.to_owned(), |start| format!("{start}/${{TagKey}}"))
}

fn text(entry: &Value, key: &str) -> String {
    entry.get(key).and_then(Value::as_str).unwrap_or_default().to_owned()
}

fn flag(entry: &Value, key: &str) -> bool {
    entry.get(key).and_then(Value::as_bool).unwrap_or_default()
}
