//! A plan as a stack: every instance is a block of its own, whose attributes are what is planned.
//!
//! The name of a block has the key of its instance, and so has that of a module call. So the
//! layers behind see the addresses that Terraform shows, and evaluate what is planned as they
//! evaluate what is written.

use std::collections::BTreeMap;
use std::sync::Arc;

use rayon::prelude::*;
use smol_str::{SmolStr, format_smolstr};

use crate::aws::sites;
use crate::module::{
    Child, Module, ModuleCall, ModuleNode, Output, ProviderConfig, ProviderReference, Resource, Stack, Variable,
    VariableValue,
};
use crate::source::{FileId, TextRange};
use crate::syntax::ast::{
    Attribute, Body, Expr, ExprKind, Ident, Item, Literal, Notation, ObjectItem, OffsetMap, Template, TemplateForm,
    TemplatePart,
};
use crate::syntax::json::{JsonKind, JsonMember, JsonValue};
use crate::syntax::json_expression;

use super::Plan;
use super::accounts::Told;
use super::address::{module_path, without_key};
use super::body::{self, Said};
use super::document::{ModuleConfiguration, ProviderConfiguration, Raw};
use super::expression;
use super::instances::Instance;
use super::mirrored::Mirrored;

/// Attributes by which other resources name one: all that is kept of what has no policy.
pub(super) const THIN: &[&str] = &["arn", "id", "name"];

/// The beginnings of the names of resource types that the models ask about.
const MODELLED: &[&str] = &[
    "aws_caller_identity",
    "aws_cloudtrail",
    "aws_cloudwatch_log",
    "aws_iam_",
    "aws_kms_",
    "aws_organizations_",
    "aws_partition",
    "aws_region",
    "aws_s3_",
    "aws_sns_",
    "aws_sqs_",
    "aws_ssoadmin_",
    "awscc_",
];

/// Settings of a provider that tell where its resources are.
const SETTINGS: &[&str] =
    &["access_key", "allowed_account_ids", "assume_role", "assume_role_with_web_identity", "profile", "region"];

/// A module instance on the way to its node.
#[derive(Default)]
struct Part<'p> {
    instances: Vec<&'p Instance<'p>>,
    /// The blocks that they are, in the same order.
    resources: Vec<Arc<Resource>>,
    children: BTreeMap<SmolStr, Part<'p>>,
}

pub(super) struct Builder<'p> {
    plan: &'p Plan<'p>,
    mirrored: Mirrored,
}

impl<'p> Builder<'p> {
    /// The stack of `plan`, known by the path of the file.
    pub(super) fn stack(plan: &'p Plan<'p>, path: &str) -> Stack {
        let builder = Self { plan, mirrored: Mirrored::of(plan) };
        let mut root = Part::default();
        let resources: Vec<Arc<Resource>> =
            plan.instances.par_iter().map(|instance| Arc::new(builder.resource(instance))).collect();
        for (instance, resource) in plan.instances.iter().zip(resources) {
            let part = instance
                .address
                .module
                .iter()
                .fold(&mut root, |part, step| part.children.entry(step.clone()).or_default());
            part.instances.push(instance);
            part.resources.push(resource);
        }
        let configuration = plan.root_configuration();
        Stack {
            dir: path.into(),
            environment: None,
            workspace: None,
            root: Arc::new(builder.node(&root, &[], None, configuration, path)),
            variables: builder.variable_values(),
            given: BTreeMap::new(),
            library: false,
        }
    }

    fn file(&self) -> FileId {
        self.plan.file
    }

    fn node(
        &self,
        part: &Part<'p>,
        path: &[SmolStr],
        call: Option<Arc<ModuleCall>>,
        configuration: Option<&'p ModuleConfiguration<'p>>,
        dir: &str,
    ) -> ModuleNode {
        let providers = self.providers(path);
        let mut module = Module { dir: dir.into(), providers, ..Module::default() };
        if path.is_empty() {
            module.files.push(self.file());
        }
        module.resources = part.resources.iter().cloned().collect();
        self.declare_names(&mut module, configuration);
        if path.is_empty() {
            self.declare_roles(&mut module);
        }
        let mut children = BTreeMap::new();
        for (name, child) in &part.children {
            let inner = configuration.and_then(|it| it.module_calls.as_ref()?.get(without_key(name)));
            let call = Arc::new(self.call(name, inner.and_then(|it| it.expressions), child));
            let mut path = path.to_vec();
            path.push(name.clone());
            let node = self.node(child, &path, Some(Arc::clone(&call)), inner.and_then(|it| it.module.as_ref()), dir);
            module.calls.insert(name.clone(), call);
            children.insert(name.clone(), Child::Loaded(Arc::new(node)));
        }
        ModuleNode { path: path.to_vec(), module: Arc::new(module), call, downloaded: false, children }
    }

    fn resource(&self, instance: &Instance<'p>) -> Resource {
        let text = self.plan.text;
        let range = instance.values.map_or(instance.place, |values| text.range(values));
        let read = |piece: Option<Raw<'p>>| piece.map(|piece| text.value(piece));
        let is_modelled = is_modelled(instance.ty());
        let mut value = read(instance.values);
        if !is_modelled && let Some(JsonKind::Object(members)) = value.as_mut().map(|it| &mut it.kind) {
            members.retain(|member| THIN.iter().any(|name| member.key.is_text(name)));
        }
        let unknown = if is_modelled { read(instance.unknown) } else { None };
        let written = instance.block.and_then(|block| block.expressions).filter(|_| is_modelled);
        let (sensitive, written) = (read(instance.sensitive), read(written));
        if let Some(value) = value.as_mut().filter(|_| is_modelled && !instance.is_data()) {
            self.mirrored.remove(instance, value, written.as_ref());
        }
        let said = Said {
            value: value.as_ref(),
            unknown: unknown.as_ref(),
            sensitive: sensitive.as_ref(),
            written: written.as_ref(),
        };
        Resource {
            address: instance.address.resource.clone(),
            body: body::body(self.file(), said, range),
            header: instance.place.at(self.file()),
            provider: self.plan.provider_of(instance).map(|key| Box::new(reference(&key))),
        }
    }

    /// Variables and outputs, by which references lead from module to module.
    fn declare_names(&self, module: &mut Module, configuration: Option<&'p ModuleConfiguration<'p>>) {
        let Some(configuration) = configuration else { return };
        let at = TextRange::empty(0);
        for (name, variable) in configuration.variables.iter().flatten() {
            let default = variable.default.map(|default| self.constant("default", default));
            let variable = self.variable(name.into(), default, variable.sensitive.unwrap_or(false));
            module.variables.insert(name.into(), Arc::new(variable));
        }
        for (name, output) in configuration.outputs.iter().flatten() {
            let value = output.expression.map(|written| self.expression("value", written));
            let output = Output {
                name: Ident { text: name.into(), range: at },
                value: value.map(Arc::new),
                sensitive: output.sensitive.unwrap_or(false),
                header: at.at(self.file()),
            };
            module.outputs.insert(name.into(), Arc::new(output));
        }
    }

    /// A name for each role of which nothing is known.
    fn declare_roles(&self, module: &mut Module) {
        for (key, _) in self.plan.providers() {
            let name = SmolStr::from(unknown_role(key));
            let variable = self.variable(name.clone(), None, false);
            module.variables.insert(name, Arc::new(variable));
        }
    }

    fn variable(&self, name: SmolStr, default: Option<Attribute>, sensitive: bool) -> Variable {
        let range = TextRange::empty(0);
        Variable {
            name: Ident { text: name, range },
            ty: None,
            default: default.map(Arc::new),
            sensitive,
            nullable: true,
            validations: Vec::new(),
            header: range.at(self.file()),
        }
    }

    fn constant(&self, name: &str, piece: Raw<'p>) -> Attribute {
        let value = json_expression(self.file(), &self.plan.text.value(piece));
        self.attribute(name, value)
    }

    fn expression(&self, name: &str, piece: Raw<'p>) -> Attribute {
        let written = self.plan.text.value(piece);
        let missing = Expr { kind: ExprKind::Missing, range: written.range };
        self.attribute(name, expression::value(self.file(), &written).unwrap_or(missing))
    }

    fn attribute(&self, name: &str, value: Expr) -> Attribute {
        let range = value.range;
        Attribute { file: self.file(), name: Ident { text: name.into(), range }, value, range }
    }

    fn body(&self, attributes: Vec<Attribute>) -> Body {
        let items = attributes.into_iter().map(|attribute| Item::Attribute(Arc::new(attribute))).collect();
        Body { items, range: TextRange::empty(0), notation: Notation::Json }
    }

    /// The call of the module `name`, with its arguments. All provider configurations are passed under
    /// their own names: what the plan says of a resource is the configuration that it has in the end.
    fn call(&self, name: &SmolStr, expressions: Option<Raw<'p>>, part: &Part<'p>) -> ModuleCall {
        let place = first_place(part);
        let arguments = expressions.map(|piece| self.plan.text.value(piece));
        let argument = |member: &JsonMember| {
            let missing = Expr { kind: ExprKind::Missing, range: member.value.range };
            let value = expression::value(self.file(), &member.value).unwrap_or(missing);
            Some(self.attribute(&member.key.as_text()?, value))
        };
        let arguments = arguments.iter().flat_map(JsonValue::members).filter_map(argument).collect();
        let passed = self.plan.providers().map(|(key, _)| (reference(key), reference(key)));
        ModuleCall {
            name: Ident { text: name.clone(), range: place },
            source: None,
            source_span: place.at(self.file()),
            version: None,
            body: self.body(arguments),
            providers: Some(passed.collect()),
            header: place.at(self.file()),
        }
    }

    fn variable_values(&self) -> BTreeMap<SmolStr, VariableValue> {
        let variables = self.plan.document.variables.iter().flatten();
        let given = variables.filter_map(|(name, variable)| {
            let value = VariableValue::File(Arc::new(self.constant(name, variable.value?)));
            Some((name.into(), value))
        });
        given.collect()
    }

    /// The provider configurations that stand in the module at `path`.
    fn providers(&self, path: &[SmolStr]) -> Vec<Arc<ProviderConfig>> {
        let here: Vec<&str> = path.iter().map(|step| without_key(step)).collect();
        let is_here = |module: &str| module_path(module).iter().map(SmolStr::as_str).eq(here.iter().copied());
        let own = self.plan.providers().filter(|(_, provider)| {
            is_here(provider.and_then(|provider| provider.module_address.as_deref()).unwrap_or_default())
        });
        own.map(|(key, provider)| Arc::new(self.provider(key, provider))).collect()
    }

    fn provider(&self, key: &str, provider: Option<&'p ProviderConfiguration<'p>>) -> ProviderConfig {
        let written = provider.and_then(|provider| provider.expressions).map(|piece| self.plan.text.value(piece));
        let told = self.plan.accounts.get(key);
        let mut attributes = Vec::new();
        for member in written.iter().flat_map(JsonValue::members) {
            let name = member.key.as_text().unwrap_or_default();
            if SETTINGS.contains(&name.as_str()) {
                attributes.extend(self.setting(key, &name, &member.value));
            }
        }
        if let Some(told) = told {
            attributes.retain(|attribute| attribute.name.text != "allowed_account_ids");
            attributes.push(self.allowed(told));
        }
        let place = told.map_or(TextRange::empty(0), |told| told.place);
        let place = written.map_or(place, |written| written.range);
        ProviderConfig { reference: reference(key), body: self.body(attributes), header: place.at(self.file()) }
    }

    fn setting(&self, key: &str, name: &str, written: &JsonValue) -> Option<Attribute> {
        let (file, range) = (self.file(), written.range);
        if !name.starts_with("assume_role") {
            return Some(self.attribute(name, expression::value(file, written)?));
        }
        let block = written.elements().last().unwrap_or(written);
        let role = block.member("role_arn")?;
        let value = match role.member("constant_value") {
            Some(value) => json_expression(file, value),
            None => self.role(key, role),
        };
        let key = Expr { kind: ExprKind::Variable("role_arn".into()), range };
        let item = ObjectItem { key, value };
        Some(self.attribute(name, Expr { kind: ExprKind::Object(Box::new([item])), range }))
    }

    /// The role of a provider that refers to something: the account that it names if that is one
    /// of the variables, else the role is a name for itself.
    fn role(&self, key: &str, role: &JsonValue) -> Expr {
        let missing = Expr { kind: ExprKind::Missing, range: role.range };
        let references = role.member("references").map(JsonValue::elements).unwrap_or_default();
        let number = references.iter().find_map(|reference| self.plan.account_named(&reference.as_text()?));
        let arn = match number {
            Some(account) => format_smolstr!("arn:aws:iam::{account}:role/"),
            None => return expression::traversal(&["var", &unknown_role(key)], role.range).unwrap_or(missing),
        };
        literal(arn, role.range)
    }

    fn allowed(&self, told: &Told) -> Attribute {
        let number = literal(format_smolstr!("{}", told.account), told.place);
        self.attribute("allowed_account_ids", Expr { kind: ExprKind::Tuple(Box::new([number])), range: told.place })
    }
}

/// The name of the role that the provider `key` assumes and of which nothing is known.
fn unknown_role(key: &str) -> String {
    format!("role of {key}")
}

/// The provider configuration of `key`: `aws.log`, `module.a:aws`.
fn reference(key: &str) -> ProviderReference {
    let own = key.rsplit(':').next().unwrap_or(key);
    let (name, alias) = own.split_once('.').map_or((own, None), |(name, alias)| (name, Some(alias)));
    ProviderReference { name: name.into(), alias: alias.map(SmolStr::from), key: None, span: None }
}

fn literal(text: SmolStr, range: TextRange) -> Expr {
    let literal = Literal { text, range, map: OffsetMap::default() };
    let template = Template { parts: Box::new([TemplatePart::Literal(literal)]), form: TemplateForm::Json };
    Expr { kind: ExprKind::Template(Box::new(template)), range }
}

/// Where the first instance of the module is named.
fn first_place(part: &Part<'_>) -> TextRange {
    let own = part.instances.first().map(|instance| instance.place);
    own.or_else(|| part.children.values().next().map(first_place)).unwrap_or_default()
}

/// Whether the models ask more of a type than how other resources name it.
pub(super) fn is_modelled(ty: &str) -> bool {
    MODELLED.iter().any(|start| ty.starts_with(start))
        || sites::policies(ty).next().is_some()
        || sites::links(ty).next().is_some()
}
