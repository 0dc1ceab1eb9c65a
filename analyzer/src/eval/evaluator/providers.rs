//! Which account, region and partition a resource lives in.

use std::sync::Arc;

use smol_str::SmolStr;

use crate::aws::facts;
use crate::module::{ModuleNode, ProviderConfig, ProviderKey, ProviderSource, resolve_provider};
use crate::source::Span;

use super::super::expression::canonical;
use super::super::scope::Scope;
use super::super::symbol::Cause;
use super::super::text::Text;
use super::super::value::{Value, ValueKind};
use super::{Evaluator, ModuleInstance, ResourceInstance};

/// A provider configuration as a resource instance has it.
#[derive(Debug, Clone)]
pub struct Provider {
    /// `provider.aws.log`; with the module in front if the block stands in one.
    pub address: SmolStr,
    /// The block, if there is one in view.
    pub config: Option<Arc<ProviderConfig>>,
    /// Where the expressions of the block are evaluated.
    pub scope: Option<Scope>,
    /// Where a reader is sent who asks which provider this is.
    pub span: Option<Span>,
}

impl Evaluator<'_> {
    /// The provider configuration of `instance`.
    #[must_use]
    pub fn provider(&self, instance: &ResourceInstance) -> Provider {
        let modules = module_chain(instance);
        let nodes: Vec<&ModuleNode> = modules.iter().filter_map(|module| module.node().map(Arc::as_ref)).collect();
        match resolve_provider(&nodes, &instance.decl.provider_reference()) {
            ProviderSource::Configured { config, depth, key } => {
                self.configured_provider(instance, &modules, config, depth, key.as_ref())
            }
            ProviderSource::Default { name } => unconfigured(format!("provider.{name}"), None),
            ProviderSource::FromCaller { reference } | ProviderSource::Undeclared { reference, .. } => {
                unconfigured(format!("provider.{}", dotted(&reference.name, reference.alias.as_ref())), reference.span)
            }
        }
    }

    fn configured_provider(
        &self,
        instance: &ResourceInstance,
        modules: &[Arc<ModuleInstance>],
        config: Arc<ProviderConfig>,
        depth: usize,
        key: Option<&ProviderKey>,
    ) -> Provider {
        let name = dotted(&config.reference.name, config.reference.alias.as_ref());
        let mut scope = modules.get(depth).map(|module| Scope::of_module(Arc::clone(module), config.header.file));
        let mut address = match modules.get(depth) {
            Some(module) => module.full_address(format_args!("provider.{name}")).to_string(),
            None => format!("provider.{name}"),
        };
        if let Some(key) = key {
            let value = self.provider_key(instance, modules, key);
            address = format!("{address}[{}]", canonical(&value));
            scope = scope.map(|scope| self.bind_provider_key(&scope, &config, value));
        }
        Provider { address: address.into(), span: Some(config.header), config: Some(config), scope }
    }

    fn provider_key(&self, instance: &ResourceInstance, modules: &[Arc<ModuleInstance>], key: &ProviderKey) -> Value {
        // The reference of the resource itself sees its `each`; one of a call that of the call.
        let scope = match modules.get(key.depth + 1) {
            Some(called) => called.caller(),
            None => Some(&instance.scope),
        };
        scope.map_or_else(|| Value::new(ValueKind::Null(Default::default())), |scope| self.value(&key.expr, scope))
    }

    fn bind_provider_key(&self, scope: &Scope, config: &ProviderConfig, key: Value) -> Scope {
        let each = config.body.attribute("for_each").map(|attribute| self.attribute_value(attribute, scope));
        let value = each.and_then(|each| self.get_index(&each, &key).ok()).unwrap_or_else(|| key.clone());
        let field = |value| super::super::value::Field { key: Default::default(), value };
        let fields = [("key".into(), field(key)), ("value".into(), field(value))];
        scope.bind("each", Value::new(ValueKind::Object(Arc::new(fields.into_iter().collect()))))
    }

    /// The account that resources with `provider` live in, as a string: its number if the
    /// configuration says it, else a symbol named after the configuration.
    #[must_use]
    pub fn provider_account(&self, provider: &Provider) -> Value {
        self.provider_symbol(provider, "account_id", Cause::Account)
    }

    /// The region of `instance`: its own `region` argument, or that of its provider.
    #[must_use]
    pub fn region(&self, instance: &ResourceInstance) -> Value {
        let own = instance.decl.body.attribute("region");
        let own = own.map(|attribute| self.attribute_value(attribute, &instance.scope));
        own.filter(|value| !value.is_null()).unwrap_or_else(|| self.provider_region(&self.provider(instance)))
    }

    /// The region that `provider` names.
    #[must_use]
    pub fn provider_region(&self, provider: &Provider) -> Value {
        let attribute = provider.config.as_ref().and_then(|config| config.body.attribute("region"));
        let value =
            attribute.zip(provider.scope.as_ref()).map(|(attribute, scope)| self.attribute_value(attribute, scope));
        match value.filter(|value| !value.is_null()) {
            Some(value) => value,
            None => self.provider_symbol(provider, "region", Cause::Region),
        }
    }

    /// The partition of `region`; a symbol of `provider` if it cannot be told.
    #[must_use]
    pub fn partition(&self, provider: &Provider, region: &Value) -> Value {
        match region.as_str().and_then(|region| partition_of(&region)) {
            Some(partition) => Value::string(partition),
            None => self.provider_symbol(provider, "partition", Cause::Partition),
        }
    }

    fn provider_symbol(&self, provider: &Provider, what: &str, cause: Cause) -> Value {
        let address = format!("{}.{what}", provider.address);
        Value::new(ValueKind::String(Text::hole(self.symbol(address, cause, provider.span))))
    }
}

/// The partition that `region` belongs to, also if the region is new.
fn partition_of(region: &str) -> Option<&'static str> {
    let known = facts::region(region).map(|region| region.partition);
    known.or_else(|| facts::partitions().find(|partition| partition.may_have_region(region)).map(|found| found.name))
}

fn unconfigured(address: String, span: Option<Span>) -> Provider {
    Provider { address: address.into(), config: None, scope: None, span }
}

fn dotted(name: &str, alias: Option<&SmolStr>) -> String {
    alias.map_or_else(|| name.to_owned(), |alias| format!("{name}.{alias}"))
}

/// The instances from the root to that of the resource.
fn module_chain(instance: &ResourceInstance) -> Vec<Arc<ModuleInstance>> {
    let mut chain = Vec::new();
    let mut module = instance.module().cloned();
    while let Some(current) = module {
        module = current.parent().cloned();
        chain.push(current);
    }
    chain.reverse();
    chain
}
