//! Which account, region and partition a resource lives in.

use std::sync::Arc;

use smol_str::{SmolStr, format_smolstr};

use crate::aws::facts;
use crate::module::{ModuleNode, ProviderConfig, ProviderKey, ProviderReference, ProviderSource, resolve_provider};
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
    /// `aws.log`, if it is a configuration of the root module.
    pub root_name: Option<SmolStr>,
    /// Whether what configures it is not in view: a caller, or a block that is not there.
    pub is_open: bool,
    /// Whether a key, which may be another one for each instance, picks it from several of one block.
    pub is_keyed: bool,
}

impl Provider {
    /// Whether it is the root's default configuration.
    #[must_use]
    pub fn is_default(&self) -> bool {
        self.root_name.as_ref().is_some_and(|name| !name.contains('.'))
    }
}

impl Evaluator<'_> {
    /// The provider configuration of `instance`.
    #[must_use]
    pub fn provider(&self, instance: &ResourceInstance) -> Arc<Provider> {
        let reference = instance.decl.provider_reference();
        let number = instance.module().map_or(u32::MAX, |module| module.id);
        let name = (number, reference.name.clone(), reference.alias.clone());
        if let Some(known) = self.providers.borrow().get(&name).filter(|_| reference.key.is_none()) {
            return Arc::clone(known);
        }
        let provider = Arc::new(self.find_provider(instance, &reference));
        // A key is that of the instance; what has none is one configuration, whoever names it.
        if reference.key.is_none() && !provider.is_keyed {
            self.providers.borrow_mut().insert(name, Arc::clone(&provider));
        }
        provider
    }

    fn find_provider(&self, instance: &ResourceInstance, reference: &ProviderReference) -> Provider {
        let modules = module_chain(instance);
        let nodes: Vec<&ModuleNode> = modules.iter().filter_map(|module| module.node().map(Arc::as_ref)).collect();
        match resolve_provider(&nodes, reference) {
            ProviderSource::Configured { config, depth, key } => {
                self.configured_provider(instance, &modules, config, depth, key.as_ref())
            }
            ProviderSource::Default { name } => unconfigured(&name, None, false),
            ProviderSource::FromCaller { reference } => {
                unconfigured(&dotted(&reference.name, reference.alias.as_ref()), reference.span, self.stack.library)
            }
            ProviderSource::Undeclared { reference, .. } => {
                unconfigured(&dotted(&reference.name, reference.alias.as_ref()), reference.span, true)
            }
        }
    }

    /// The default configuration of the provider `name` in the root module.
    pub(in crate::eval) fn root_provider(&self, name: &str) -> Option<Provider> {
        let root = self.root();
        match resolve_provider(&[&**root.node()?], &ProviderReference::default_of(name)) {
            ProviderSource::Configured { config, .. } => Some(root_provider(root, &config)),
            ProviderSource::Default { name } => Some(unconfigured(&name, None, false)),
            ProviderSource::FromCaller { .. } | ProviderSource::Undeclared { .. } => None,
        }
    }

    /// The configured providers for AWS of the root module that stand for themselves.
    fn root_providers(&self) -> Vec<Provider> {
        let root = self.root();
        let module = root.node().map(|node| &node.module);
        let configs = module.into_iter().flat_map(|module| &module.providers);
        let configs = configs.filter(|it| it.reference.name == "aws" && it.body.attribute("for_each").is_none());
        configs.map(|config| root_provider(root, config)).collect()
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
        let root_name = (depth == 0).then(|| name.into());
        let span = Some(config.header);
        let is_keyed = key.is_some();
        Provider { address: address.into(), span, config: Some(config), scope, root_name, is_open: false, is_keyed }
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

    /// The region of `instance`: its own `region` argument, or that of its provider.
    #[must_use]
    pub fn region(&self, instance: &ResourceInstance) -> Value {
        let own = instance.decl.body.attribute("region");
        let own = own.map(|attribute| self.attribute_value(attribute, &instance.scope));
        own.filter(|value| !value.is_null()).unwrap_or_else(|| self.provider_region(&self.provider(instance)))
    }

    /// The region that `provider` names, or that the configuration of the analysis gives for it.
    #[must_use]
    pub fn provider_region(&self, provider: &Provider) -> Value {
        if let Some(known) = self.regions.borrow().get(&provider.address) {
            return known.clone();
        }
        let region = self.find_region(provider);
        // One that is not known may be so because it is asked for while it is found out.
        if region.is_wholly_known() {
            self.regions.borrow_mut().insert(provider.address.clone(), region.clone());
        }
        region
    }

    fn find_region(&self, provider: &Provider) -> Value {
        if let Some(region) = self.given_region(provider) {
            return Value::string(region);
        }
        let named = self.provider_setting(provider, "region").filter(|value| !value.is_null());
        if let Some(named) = &named
            && named.is_wholly_known()
        {
            return named.clone();
        }
        match (self.home_region(provider), named) {
            (Some(region), _) => Value::string(region),
            (None, Some(named)) => named,
            (None, None) => match self.configuration.and_then(|it| it.assumptions().region.as_deref()) {
                Some(region) => Value::string(region),
                None => self.provider_symbol(provider, "region", Cause::Region),
            },
        }
    }

    fn given_region(&self, provider: &Provider) -> Option<&str> {
        let name = provider.root_name.as_deref()?;
        self.configuration?.region_of(&self.stack.dir, self.stack.environment.as_deref(), name)
    }

    fn home_region(&self, provider: &Provider) -> Option<&str> {
        let configuration = self.configuration.filter(|_| provider.is_default())?;
        configuration.home_region(&self.stack.dir, self.stack.environment.as_deref())
    }

    /// The partition of `provider`: that of the role that it assumes, of `region`, of its account; a symbol if
    /// it cannot be told.
    #[must_use]
    pub fn partition(&self, provider: &Provider, region: &Value) -> Value {
        let of_region = region.as_str().and_then(|region| partition_of(&region)).map(Text::known);
        let given = || self.given_partition(provider).map(Text::known);
        let beside = || self.partition_beside(provider).map(Text::known);
        let told = of_region.or_else(|| self.partition_of_role(provider)).or_else(given).or_else(beside);
        match told {
            Some(partition) => Value::new(ValueKind::String(partition)),
            None => self.provider_symbol(provider, "partition", Cause::Partition),
        }
    }

    /// The partition of the root's other providers of the same account, which lies in one partition alone.
    fn partition_beside(&self, provider: &Provider) -> Option<&'static str> {
        // Accounts are not asked for: what tells them often names the partition.
        let own = self.written_credentials(provider);
        let others = self.root_providers().into_iter().filter(|other| self.written_credentials(other) == own);
        let others = others.filter(|_| provider.root_name.is_some() && !provider.is_open);
        let mut partitions = others.filter_map(|other| partition_of(&self.provider_region(&other).as_str()?));
        let first = partitions.next()?;
        partitions.all(|partition| partition == first).then_some(first)
    }

    /// The partition that the configuration of the analysis gives: for the account, for the stack, for all.
    fn given_partition(&self, provider: &Provider) -> Option<&str> {
        let configuration = self.configuration?;
        let account = || self.provider_account(provider).name.as_ref().and_then(|name| configuration.account(name));
        let of_account = || account().and_then(|account| account.partition.as_deref());
        let of_stack = || configuration.home_partition(&self.stack.dir).filter(|_| provider.is_default());
        of_account().or_else(of_stack).or(configuration.assumptions().partition.as_deref())
    }

    /// What is not known of `provider`: the same for all that it makes.
    pub(in crate::eval) fn provider_symbol(&self, provider: &Provider, what: &str, cause: Cause) -> Value {
        let address = format_smolstr!("{}.{what}", provider.address);
        let mut symbols = self.provider_symbols.borrow_mut();
        let symbol = symbols
            .entry(address.clone())
            .or_insert_with(|| Value::new(ValueKind::String(Text::hole(self.symbol(address, cause, provider.span)))));
        symbol.clone()
    }
}

/// The partition that `region` belongs to, also if the region is new.
fn partition_of(region: &str) -> Option<&'static str> {
    let known = facts::region(region).map(|region| region.partition);
    known.or_else(|| facts::partitions().find(|partition| partition.may_have_region(region)).map(|found| found.name))
}

/// The provider that the root module configures by `config`.
fn root_provider(root: &Arc<ModuleInstance>, config: &Arc<ProviderConfig>) -> Provider {
    let name = dotted(&config.reference.name, config.reference.alias.as_ref());
    Provider {
        address: format!("provider.{name}").into(),
        span: Some(config.header),
        scope: Some(Scope::of_module(Arc::clone(root), config.header.file)),
        config: Some(Arc::clone(config)),
        root_name: Some(name.into()),
        is_open: false,
        is_keyed: false,
    }
}

fn unconfigured(name: &str, span: Option<Span>, is_open: bool) -> Provider {
    let address = format!("provider.{name}").into();
    let root_name = Some(name.into());
    Provider { address, config: None, scope: None, span, root_name, is_open, is_keyed: false }
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
