//! References: from a name in the source to what it names, no further than is asked.

use std::sync::Arc;

use smol_str::SmolStr;

use crate::module::{Mode, ResourceAddress};
use crate::syntax::ast::{Expr, ExprKind};

use super::super::error::EvalError;
use super::super::evaluator::{Evaluator, ModuleExpansion, ModuleInstance, ResourceExpansion, ResourceInstance};
use super::super::scope::Scope;
use super::super::symbol::Cause;
use super::super::text::Text;
use super::super::types::Type;
use super::super::value::{Value, ValueKind};
use super::{Result, canonical};

/// What a reference has led to so far. Resources and modules stay names until an
/// attribute or output is taken, so that only that one is evaluated.
pub(super) enum Place {
    Value(Value),
    /// `var`, `local`, `path`, `terraform`, `module`
    Namespace(&'static str, Arc<ModuleInstance>),
    /// `resource`, `data`, `ephemeral`
    Mode(Mode, Arc<ModuleInstance>),
    /// `aws_iam_role`, `data.aws_iam_role`
    ResourceType(Mode, SmolStr, Arc<ModuleInstance>),
    /// All instances of one block.
    Resource(Arc<ResourceExpansion>),
    Instance(Arc<ResourceInstance>),
    /// All instances of one call.
    Module(Arc<ModuleExpansion>),
    ModuleInstance(Arc<ModuleInstance>),
}

const NAMESPACES: &[&str] = &["local", "module", "path", "terraform", "var"];

impl Evaluator<'_> {
    pub(super) fn reference(&self, expression: &Expr, scope: &Scope) -> Result<Value> {
        let is_named = self.is_named(expression, scope);
        let value = self.place_value(self.place(expression, scope)?)?;
        if !is_named {
            return Ok(value);
        }
        let origin = value.origin.clone().through(scope.span(expression.range));
        Ok(value.with_origin(origin))
    }

    /// Whether the reference starts at something declared, not at a value around the expression.
    fn is_named(&self, expression: &Expr, scope: &Scope) -> bool {
        let mut current = expression;
        loop {
            match &current.kind {
                ExprKind::GetAttr(base, _) | ExprKind::Index(base, _) | ExprKind::Paren(base) => current = base,
                ExprKind::Variable(name) => return scope.bound(name).is_none(),
                _ => return false,
            }
        }
    }

    pub(super) fn place(&self, expression: &Expr, scope: &Scope) -> Result<Place> {
        let placed = |error: EvalError| error.or_at(scope.span(expression.range));
        match &expression.kind {
            ExprKind::Variable(name) => self.root_place(name, scope).map_err(placed),
            ExprKind::Paren(inner) => self.place(inner, scope),
            ExprKind::GetAttr(base, name) => {
                let base = self.place(base, scope)?;
                self.attribute_place(base, &name.text, scope).map_err(|error| error.or_at(scope.span(name.range)))
            }
            ExprKind::Index(base, key) => {
                let place = self.place(base, scope)?;
                let at = scope.span(key.range);
                let key = self.evaluate(key, scope)?;
                let indexed = match place {
                    Place::Value(value) => {
                        let name = || self.reference_name(base, scope).unwrap_or_else(|| canonical(&value));
                        self.get_index_of(&value, &key, &name).map(Place::Value)
                    }
                    place => self.index_place(place, &key),
                };
                indexed.map_err(|error| error.or_at(at))
            }
            _ => self.evaluate(expression, scope).map(Place::Value),
        }
    }

    /// The full address of a reference without calculated keys: within one stack it names one value.
    fn reference_name(&self, expression: &Expr, scope: &Scope) -> Option<SmolStr> {
        let mut current = expression;
        let root = loop {
            match &current.kind {
                ExprKind::GetAttr(base, _) => current = base,
                ExprKind::Index(base, key) if is_constant(key) => current = base,
                ExprKind::Variable(name) => break name,
                _ => return None,
            }
        };
        let module = scope.module().filter(|_| scope.bound(root).is_none())?;
        Some(module.full_address(self.sources.text(scope.span(expression.range))))
    }

    fn root_place(&self, name: &SmolStr, scope: &Scope) -> Result<Place> {
        if let Some(value) = scope.bound(name) {
            return Ok(Place::Value(value.clone()));
        }
        let Some(module) = scope.module() else {
            return Err(EvalError::new(format!("there is no variable `{name}` here")));
        };
        let module = Arc::clone(module);
        if let Some(namespace) = NAMESPACES.iter().find(|namespace| *namespace == name) {
            return Ok(Place::Namespace(namespace, module));
        }
        Ok(match name.as_str() {
            "resource" => Place::Mode(Mode::Managed, module),
            "data" => Place::Mode(Mode::Data, module),
            "ephemeral" => Place::Mode(Mode::Ephemeral, module),
            "each" | "count" | "self" => {
                return Err(EvalError::new(format!("`{name}` has no meaning here")));
            }
            _ if module.declares_type(name) => Place::ResourceType(Mode::Managed, name.clone(), module),
            _ => return Err(EvalError::new(format!("nothing here is called `{name}`"))),
        })
    }

    fn attribute_place(&self, base: Place, name: &SmolStr, scope: &Scope) -> Result<Place> {
        Ok(match base {
            Place::Value(value) => Place::Value(self.get_attribute(&value, name)?),
            Place::Namespace(namespace, module) => self.namespace_place(namespace, &module, name)?,
            Place::Mode(mode, module) => Place::ResourceType(mode, name.clone(), module),
            Place::ResourceType(mode, ty, module) => {
                let address = ResourceAddress { mode, ty, name: name.clone() };
                match self.resource_expansion(&module, &address) {
                    Some(expansion) => Place::Resource(expansion),
                    None => return Err(EvalError::new(format!("`{address}` is not declared"))),
                }
            }
            Place::Resource(expansion) => match expansion.single() {
                Some(instance) => Place::Value(self.instance_attribute(instance, name, scope)?),
                None => self.key_place(&expansion, &Value::string(name.clone()))?,
            },
            Place::Instance(instance) => Place::Value(self.instance_attribute(&instance, name, scope)?),
            Place::Module(expansion) => match expansion.single() {
                Some(instance) => Place::Value(self.output_or_error(instance, name)?),
                None => self.module_key_place(&expansion, &Value::string(name.clone()))?,
            },
            Place::ModuleInstance(instance) => Place::Value(self.output_or_error(&instance, name)?),
        })
    }

    fn index_place(&self, base: Place, key: &Value) -> Result<Place> {
        match base {
            Place::Resource(expansion) if expansion.single().is_none() => self.key_place(&expansion, key),
            Place::Module(expansion) if expansion.single().is_none() => self.module_key_place(&expansion, key),
            Place::Mode(..) | Place::Namespace(..) | Place::ResourceType(..) => match key.as_str() {
                Some(name) => {
                    let Place::Namespace(namespace, module) = base else {
                        return Err(EvalError::new("a resource is named with dots, not by an index"));
                    };
                    self.namespace_place(namespace, &module, &name)
                }
                None => Err(EvalError::new("this cannot be indexed")),
            },
            base => {
                // `resource["name"]` is the attribute of that name.
                match (&base, key.as_str()) {
                    (
                        Place::Resource(_) | Place::Instance(_) | Place::Module(_) | Place::ModuleInstance(_),
                        Some(name),
                    ) => {
                        let file = self.root_file();
                        self.attribute_place(base, &name, &Scope::isolated(file))
                    }
                    _ => Ok(Place::Value(self.get_index(&self.place_value(base)?, key)?)),
                }
            }
        }
    }

    fn key_place(&self, expansion: &Arc<ResourceExpansion>, key: &Value) -> Result<Place> {
        match self.instance_under(expansion, key)? {
            Some(instance) => Ok(Place::Instance(instance)),
            None => {
                let whole = self.expansion_value(expansion, "", |instance| self.whole(instance));
                Ok(Place::Value(self.get_index(&whole, key)?))
            }
        }
    }

    fn module_key_place(&self, expansion: &Arc<ModuleExpansion>, key: &Value) -> Result<Place> {
        match self.instance_under(expansion, key)? {
            Some(instance) => Ok(Place::ModuleInstance(instance)),
            None => {
                let whole = self.expansion_value(expansion, "", |instance| self.outputs(instance));
                Ok(Place::Value(self.get_index(&whole, key)?))
            }
        }
    }

    fn instance_attribute(&self, instance: &Arc<ResourceInstance>, name: &str, _scope: &Scope) -> Result<Value> {
        Ok(self.attribute(instance, name))
    }

    fn output_or_error(&self, instance: &Arc<ModuleInstance>, name: &str) -> Result<Value> {
        self.output(instance, name)
            .ok_or_else(|| EvalError::new(format!("`{}` has no output `{name}`", instance.address())))
    }

    fn namespace_place(&self, namespace: &str, module: &Arc<ModuleInstance>, name: &SmolStr) -> Result<Place> {
        let found = match namespace {
            "var" => self.variable(module, name),
            "local" => self.local(module, name),
            "module" => {
                return self
                    .module_expansion(module, name)
                    .map(Place::Module)
                    .ok_or_else(|| EvalError::new(format!("`module.{name}` is not declared")));
            }
            "path" => self.path(module, name),
            _ => self.terraform(name),
        };
        found.map(Place::Value).ok_or_else(|| EvalError::new(format!("`{namespace}.{name}` is not declared")))
    }

    pub(super) fn place_value(&self, place: Place) -> Result<Value> {
        Ok(match place {
            Place::Value(value) => value,
            Place::Resource(expansion) => self.expansion_value(&expansion, "", |instance| self.whole(instance)),
            Place::Instance(instance) => self.whole(&instance),
            Place::Module(expansion) => self.expansion_value(&expansion, "", |instance| self.outputs(instance)),
            Place::ModuleInstance(instance) => self.outputs(&instance),
            Place::Namespace(name, _) => {
                return Err(EvalError::new(format!("`{name}` alone is no value: name what is in it")));
            }
            Place::Mode(..) | Place::ResourceType(..) => {
                return Err(EvalError::new("a reference to a resource needs its type and its name"));
            }
        })
    }

    fn path(&self, module: &Arc<ModuleInstance>, name: &str) -> Option<Value> {
        let text = match name {
            "module" => relative_path(&self.stack.dir, module.dir()?),
            "root" => ".".to_owned(),
            "cwd" => {
                let symbol = self.symbol("path.cwd", Cause::Data, None);
                return Some(Value::new(ValueKind::String(Text::hole(symbol))));
            }
            _ => return None,
        };
        Some(Value::string(text))
    }

    fn terraform(&self, name: &str) -> Option<Value> {
        match name {
            "workspace" => Some(match &self.stack.workspace {
                Some(workspace) => Value::string(workspace.clone()),
                None => {
                    let symbol = self.symbol("terraform.workspace", Cause::Workspace, None);
                    let bound = self.bound_symbol(&symbol);
                    bound.unwrap_or_else(|| Value::new(ValueKind::String(Text::hole(symbol))))
                }
            }),
            "applying" => Some(Value::unknown(self.symbol("terraform.applying", Cause::Impure, None), Type::Bool)),
            _ => None,
        }
    }
}

fn is_constant(key: &Expr) -> bool {
    match &key.kind {
        ExprKind::Number(_) => true,
        ExprKind::Template(template) => crate::syntax::literal_text(template).is_some(),
        _ => false,
    }
}

/// The directory `to` as seen from `from`; both normalised.
fn relative_path(from: &str, to: &str) -> String {
    let segments = |path: &str| -> Vec<String> {
        path.split('/').filter(|segment| !segment.is_empty() && *segment != ".").map(str::to_owned).collect()
    };
    let (from, to) = (segments(from), segments(to));
    let common = from.iter().zip(&to).take_while(|(left, right)| left == right).count();
    let up = std::iter::repeat_n("..", from.len() - common);
    let down = to.iter().skip(common).map(String::as_str);
    let path = up.chain(down).collect::<Vec<_>>().join("/");
    if path.is_empty() { ".".to_owned() } else { path }
}
