//! Which provider configuration a resource has: the walk up the module calls.

use std::sync::Arc;

use smol_str::SmolStr;

use crate::syntax::ast::{Expr, Item};

use super::declaration::{Module, ProviderConfig, ProviderReference, Resource};
use super::stack::ModuleNode;

/// Where the configuration of a provider comes from.
#[derive(Debug, Clone)]
pub enum ProviderSource {
    /// From a `provider` block.
    Configured {
        /// The block.
        config: Arc<ProviderConfig>,
        /// The module that has it: its place in the chain, 0 for the root. The block's
        /// expressions mean what they mean there.
        depth: usize,
        /// Which instance, if the block has `for_each`.
        key: Option<ProviderKey>,
    },
    /// No block: the environment and the provider's own defaults decide.
    Default {
        /// The root's name for the provider.
        name: SmolStr,
    },
    /// The root of the chain takes the configuration from callers that are not in view
    /// (`configuration_aliases`, or a `provider` block with nothing but its alias). If
    /// that root is applied as it is, the environment decides, as for `Default`.
    FromCaller {
        /// The root's name for it.
        reference: ProviderReference,
    },
    /// There is no such configuration: an alias that nobody declares or passes on.
    Undeclared {
        /// The name that leads nowhere.
        reference: ProviderReference,
        /// The module where it is so named, 0 for the root.
        depth: usize,
    },
}

/// The key of one instance of a provider configuration with `for_each`.
#[derive(Debug, Clone)]
pub struct ProviderKey {
    /// `each.key` in `aws.by_account[each.key]`.
    pub expr: Expr,
    /// The module where the expression stands, 0 for the root.
    pub depth: usize,
}

impl ProviderConfig {
    /// Whether the block says anything. One without settings, or with an alias and a
    /// version alone, is a name for what the caller may pass.
    #[must_use]
    pub fn is_configured(&self) -> bool {
        self.body.items.iter().any(|item| match item {
            Item::Attribute(attribute) => !matches!(attribute.name.text.as_str(), "alias" | "version"),
            Item::Block(_) => true,
        })
    }
}

impl Resource {
    /// The configuration that the resource names, or the default one of its type's provider.
    #[must_use]
    pub fn provider_reference(&self) -> ProviderReference {
        let implied = || self.address.ty.split('_').next().unwrap_or_default();
        self.provider.as_deref().cloned().unwrap_or_else(|| ProviderReference::default_of(implied()))
    }
}

/// Follows `reference`, as the last module of `chain` writes it, to the configuration
/// that it means. `chain` leads from the root to that module.
///
/// A `provider` block with settings ends the walk. Otherwise an entry of the call's
/// `providers` leads to the caller. Without one, a block without settings stands for
/// itself, and only where there is no block the default configuration, and no other, is
/// inherited. (Observed with Terraform 1.11.4.)
#[must_use]
pub fn resolve_provider(chain: &[&ModuleNode], reference: &ProviderReference) -> ProviderSource {
    let mut reference = reference.clone();
    let mut key = None;
    for (depth, node) in chain.iter().enumerate().rev() {
        if let Some(expr) = reference.key.take() {
            key = Some(ProviderKey { expr, depth });
        }
        let own = node.module.providers.iter().find(|config| is_same(&node.module, &config.reference, &reference));
        let configured = |config: &Arc<ProviderConfig>| ProviderSource::Configured {
            config: Arc::clone(config),
            depth,
            key: key.clone(),
        };
        if let Some(config) = own.filter(|config| config.is_configured()) {
            return configured(config);
        }
        let Some(caller) = depth.checked_sub(1).and_then(|depth| chain.get(depth)) else {
            return match own.filter(|_| reference.alias.is_none()) {
                Some(config) => configured(config),
                None => at_root(&node.module, reference),
            };
        };
        match (passed(node, &reference), own) {
            (Some(outer), _) => reference = outer,
            (None, Some(config)) => return configured(config),
            (None, None) if reference.alias.is_some() => return ProviderSource::Undeclared { reference, depth },
            (None, None) => reference = inherited(&node.module, &caller.module, reference),
        }
    }
    ProviderSource::Default { name: reference.name }
}

/// What the call of `node` passes for `reference`, as the caller names it.
fn passed(node: &ModuleNode, reference: &ProviderReference) -> Option<ProviderReference> {
    let entries = node.call.as_ref()?.providers.as_deref()?;
    entries.iter().find(|(inner, _)| is_same(&node.module, inner, reference)).map(|(_, outer)| outer.clone())
}

/// The default configuration by the caller's name: the two modules may have different
/// local names for one provider.
fn inherited(module: &Module, caller: &Module, reference: ProviderReference) -> ProviderReference {
    let source = provider_source(module, &reference.name);
    if caller.provider_sources.contains_key(&reference.name) && provider_source(caller, &reference.name) == source {
        return reference;
    }
    let same = caller.provider_sources.keys().find(|name| provider_source(caller, name) == source);
    ProviderReference { name: same.cloned().unwrap_or(reference.name), ..reference }
}

/// Whether two references in `module` mean the same configuration.
fn is_same(module: &Module, a: &ProviderReference, b: &ProviderReference) -> bool {
    let same_provider = || provider_source(module, &a.name) == provider_source(module, &b.name);
    a.alias == b.alias && (a.name == b.name || same_provider())
}

/// The source of the provider `name`, without the registry's host and with the
/// namespace that Terraform implies.
fn provider_source(module: &Module, name: &SmolStr) -> String {
    let source = module.provider_sources.get(name).unwrap_or(name);
    let source = source.strip_prefix("registry.terraform.io/").unwrap_or(source);
    let source = source.strip_prefix("registry.opentofu.org/").unwrap_or(source);
    if source.contains('/') { source.to_ascii_lowercase() } else { format!("hashicorp/{source}") }
}

fn at_root(root: &Module, reference: ProviderReference) -> ProviderSource {
    let declared = root.providers.iter().map(|config| &config.reference).chain(&root.configuration_aliases);
    let mut declared = declared.filter(|declared| declared.alias.is_some());
    if reference.alias.is_none() {
        ProviderSource::Default { name: reference.name }
    } else if declared.any(|declared| is_same(root, declared, &reference)) {
        ProviderSource::FromCaller { reference }
    } else {
        ProviderSource::Undeclared { reference, depth: 0 }
    }
}
