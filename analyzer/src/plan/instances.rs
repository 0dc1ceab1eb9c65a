//! The resource instances that a plan or a state tells of.

use smol_str::SmolStr;

use crate::module::{Mode, ResourceAddress};
use crate::source::TextRange;

use super::Block;
use super::address::InstanceAddress;
use super::document::{Change, Changed, Document, ModuleValues, Pieces, Raw, ResourceValues, text_of};

/// A resource instance as it will be after the plan is applied.
pub(super) struct Instance<'a> {
    pub(super) address: InstanceAddress,
    /// The address as it is written.
    pub(super) full: SmolStr,
    /// Where it is written.
    pub(super) place: TextRange,
    /// Its attributes, those that are known.
    pub(super) values: Option<Raw<'a>>,
    /// `true` in place of what is not known before it is applied.
    pub(super) unknown: Option<Raw<'a>>,
    /// `true` in place of what is never printed.
    pub(super) sensitive: Option<Raw<'a>>,
    /// Its attributes as they were.
    pub(super) before: Option<Raw<'a>>,
    /// Its block in the configuration, if the plan has that.
    pub(super) block: Option<Block<'a>>,
}

impl Instance<'_> {
    pub(super) fn ty(&self) -> &str {
        &self.address.resource.ty
    }

    pub(super) fn is_data(&self) -> bool {
        self.address.resource.mode == Mode::Data
    }

    /// Whether it is there to give others a value.
    pub(super) fn is_random(&self) -> bool {
        is_random(self.ty())
    }
}

/// All instances of `document`: of a plan what is planned and what was read, of a state what is in it.
pub(super) fn of_document<'a>(document: &Document<'a>, text: Pieces<'a>) -> Vec<Instance<'a>> {
    let mut found = Vec::new();
    match (&document.resource_changes, document.planned_values) {
        (Some(changes), _) => found.extend(changes.iter().filter_map(|change| of_change(change, text))),
        (None, Some(planned)) => {
            if let Ok(values) = serde_json::from_str::<super::document::Values<'a>>(planned.get()) {
                of_module(values.root_module.as_ref(), text, &|_| true, &mut found);
            }
        }
        (None, None) => {}
    }
    // A document whose text is known is in the resources that use it.
    let is_own = |address: &ResourceAddress| address.mode != Mode::Data || address.ty != "aws_iam_policy_document";
    let state = document.values.as_ref().and_then(|values| values.root_module.as_ref());
    of_module(state, text, &is_own, &mut found);
    // What was read before the plan was made is nowhere else.
    let prior = document.prior_state.as_ref().and_then(|state| state.values.as_ref());
    let is_read = |address: &ResourceAddress| address.mode == Mode::Data && is_own(address);
    of_module(prior.and_then(|values| values.root_module.as_ref()), text, &is_read, &mut found);
    found
}

/// The addresses of everything that will be there, whatever its type.
pub(super) fn addresses(document: &Document<'_>) -> impl Iterator<Item = InstanceAddress> {
    let changes = document.resource_changes.iter().flatten();
    let planned = changes.filter(|change| change.deposed.is_none() && !is_gone(&change.change));
    planned.filter_map(|change| InstanceAddress::parse(&text_of(change.address)?))
}

/// Whether nothing is left of what changes.
fn is_gone(changed: &Changed<'_>) -> bool {
    changed.after.is_none() && changed.after_unknown.is_none_or(|unknown| unknown.get() != "true")
}

fn of_change<'a>(change: &Change<'a>, text: Pieces<'a>) -> Option<Instance<'a>> {
    let (place, full) = (text.range(change.address), text_of(change.address)?);
    let changed = &change.change;
    if change.deposed.is_some() || is_gone(changed) || !is_wanted(&change.ty, change.mode.as_deref()) {
        return None;
    }
    Some(Instance {
        address: InstanceAddress::parse(&full)?,
        full: full.into(),
        place,
        values: changed.after,
        unknown: changed.after_unknown,
        sensitive: changed.after_sensitive,
        before: changed.before,
        block: None,
    })
}

fn of_module<'a>(
    module: Option<&ModuleValues<'a>>,
    text: Pieces<'a>,
    wanted: &dyn Fn(&ResourceAddress) -> bool,
    found: &mut Vec<Instance<'a>>,
) {
    let Some(module) = module else { return };
    let resources = module.resources.iter().flatten().filter_map(|resource| of_values(resource, text));
    found.extend(resources.filter(|instance| wanted(&instance.address.resource)));
    for child in module.child_modules.iter().flatten() {
        of_module(Some(child), text, wanted, found);
    }
}

fn of_values<'a>(resource: &ResourceValues<'a>, text: Pieces<'a>) -> Option<Instance<'a>> {
    if resource.deposed_key.is_some() || !is_wanted(&resource.ty, resource.mode.as_deref()) {
        return None;
    }
    let full = text_of(resource.address)?;
    Some(Instance {
        address: InstanceAddress::parse(&full)?,
        full: full.into(),
        place: text.range(resource.address),
        values: resource.values,
        unknown: None,
        sensitive: resource.sensitive_values,
        before: None,
        block: None,
    })
}

/// Whether resources of the type may have to do with access: those of AWS, what data sources of
/// other providers read, and what is made for its value.
fn is_wanted(ty: &str, mode: Option<&str>) -> bool {
    mode == Some("data") || ty.starts_with("aws_") || ty.starts_with("awscc_") || is_random(ty)
}

fn is_random(ty: &str) -> bool {
    ty.starts_with("random_")
}
