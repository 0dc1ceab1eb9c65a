//! Variables, locals, outputs, and the arguments of modules.

use std::sync::Arc;

use smol_str::SmolStr;

use crate::config::GivenValue;
use crate::module::{Variable, VariableValue};
use crate::source::Span;
use crate::syntax;
use crate::syntax::ast::{Expr, ExprKind};

use super::super::bindings::value_of;
use super::super::convert::TypeConstraint;
use super::super::error::EvalError;
use super::super::given;
use super::super::scope::Scope;
use super::super::symbol::Cause;
use super::super::types::Type;
use super::super::value::{Field, Fields, Origin, Unknown, Value, ValueKind};
use super::{Evaluator, Key, ModuleInstance};

impl Evaluator<'_> {
    /// The value of `var.name` in `module`; `None` if it is not declared.
    #[must_use]
    pub fn variable(&self, module: &Arc<ModuleInstance>, name: &str) -> Option<Value> {
        let variable = module.node()?.module.variables.get(name)?;
        let label = || module.full_address(format_args!("var.{name}"));
        let key = Key::Variable(module.id, name.into());
        Some(self.remember(key, label, Some(variable.header), || self.variable_value(module, variable)))
    }

    /// The value of `local.name` in `module`; `None` if it is not declared.
    #[must_use]
    pub fn local(&self, module: &Arc<ModuleInstance>, name: &str) -> Option<Value> {
        let local = module.node()?.module.locals.get(name)?;
        let attribute = &local.attribute;
        let label = || module.full_address(format_args!("local.{name}"));
        let key = Key::Local(module.id, name.into());
        Some(self.remember(key, label, Some(attribute.name.range.at(attribute.file)), || {
            let value = || self.attribute_value(attribute, &Scope::of_module(Arc::clone(module), attribute.file));
            self.bound(label).unwrap_or_else(value)
        }))
    }

    /// The value of the output `name` of `module`; `None` if it is not declared. An output of a
    /// module whose source is not at hand is a symbol.
    #[must_use]
    pub fn output(&self, module: &Arc<ModuleInstance>, name: &str) -> Option<Value> {
        let Some(node) = module.node() else {
            let span = module.call().map(|call| call.source_span);
            let symbol = self.symbol(module.full_address(name), Cause::MissingModule, span);
            return Some(self.bound_symbol(&symbol).unwrap_or_else(|| Value::unknown(symbol, Type::Dynamic)));
        };
        let output = node.module.outputs.get(name)?;
        let label = || module.full_address(format_args!("output.{name}"));
        let key = Key::Output(module.id, name.into());
        Some(self.remember(key, label, Some(output.header), || {
            let Some(attribute) = &output.value else {
                return self.fresh_unknown(&label(), Cause::Failed, Some(output.header));
            };
            let mut value = self.attribute_value(attribute, &Scope::of_module(Arc::clone(module), attribute.file));
            value.sensitive |= output.sensitive;
            value
        }))
    }

    /// All outputs of `module` as an object.
    #[must_use]
    pub fn outputs(&self, module: &Arc<ModuleInstance>) -> Value {
        let Some(node) = module.node() else {
            let span = module.call().map(|call| call.source_span);
            return self.fresh_unknown(module.address(), Cause::MissingModule, span);
        };
        let field = |name: &SmolStr| {
            let value = self.output(module, name)?;
            Some((name.clone(), Field { key: Origin::default(), value }))
        };
        let fields: Fields = node.module.outputs.keys().filter_map(field).collect();
        Value::new(ValueKind::Object(Arc::new(fields)))
    }

    /// What the call of `module` gives for its variable `name`; `None` if it gives nothing.
    /// This works for modules whose source is not at hand, too.
    #[must_use]
    pub fn argument(&self, module: &Arc<ModuleInstance>, name: &str) -> Option<Value> {
        let attribute = module.call()?.body.attribute(name)?;
        Some(self.attribute_value(attribute, module.caller()?))
    }

    fn variable_value(&self, module: &Arc<ModuleInstance>, variable: &Variable) -> Value {
        let constraint = self.constraint(module, variable);
        let address = || module.full_address(format_args!("var.{}", variable.name.text));
        let bound = self.bound(address);
        let bound = bound.map(|value| value.or_at(variable.header));
        let beside = self.given_beside(module, variable).filter(|_| bound.is_none());
        let given = bound.or_else(|| match module.parent() {
            Some(_) => self.argument(module, &variable.name.text),
            None => self.root_variable(module, variable, &constraint),
        });
        let given = given.filter(|value| variable.nullable || !value.is_null());
        let mut value = match (given, &variable.default) {
            (Some(value), _) => self.constrained(&constraint, value, variable),
            // Nobody calls a library here: whether `null` stands for "not set" is the callers' choice.
            (None, Some(default)) if self.is_open(module) && is_null(&default.value) => {
                self.unset_variable(module, variable, &constraint)
            }
            (None, Some(default)) => {
                let value = self.attribute_value(default, &Scope::isolated(default.file));
                self.constrained(&constraint, value, variable)
            }
            (None, None) => self.unset_variable(module, variable, &constraint),
        };
        if let Some(beside) = beside.filter(|beside| !given::agrees(beside, &value)) {
            let symbol = |address: &str| self.symbol(address, Cause::Variable, Some(variable.header));
            let beside = given::value(beside, &address(), &symbol).or_at(variable.header);
            value = self.constrained(&constraint, beside, variable);
        }
        value.sensitive |= variable.sensitive;
        value
    }

    /// What is known of a variable of the root beside what is written.
    fn given_beside(&self, module: &Arc<ModuleInstance>, variable: &Variable) -> Option<&GivenValue> {
        module.parent().is_none().then(|| self.stack.given.get(variable.name.text.as_str())).flatten()
    }

    fn constraint(&self, module: &Arc<ModuleInstance>, variable: &Variable) -> TypeConstraint {
        let Some(ty) = &variable.ty else { return TypeConstraint::default() };
        TypeConstraint::parse_in(ty.file, &ty.value).unwrap_or_else(|error| {
            let scope = Scope::of_module(Arc::clone(module), ty.file);
            self.record(error.or_at(scope.span(ty.value.range)));
            TypeConstraint::default()
        })
    }

    fn constrained(&self, constraint: &TypeConstraint, value: Value, variable: &Variable) -> Value {
        let span = value.origin.span.unwrap_or(variable.header);
        let origin = value.origin.clone();
        match constraint.apply(&value) {
            Ok(converted) => {
                let origin = if converted.origin.span.is_none() { origin } else { converted.origin.clone() };
                converted.with_origin(origin)
            }
            Err(error) => {
                let message = format!("unsuitable value for `var.{}`: {}", variable.name.text, error.message);
                self.failed(EvalError { span: error.span, message }, span)
            }
        }
    }

    fn root_variable(
        &self,
        module: &Arc<ModuleInstance>,
        variable: &Variable,
        constraint: &TypeConstraint,
    ) -> Option<Value> {
        match self.stack.variables.get(&variable.name.text)? {
            VariableValue::File(attribute) => Some(self.attribute_value(attribute, &Scope::isolated(attribute.file))),
            VariableValue::Configured(setting, file) => Some(value_of(setting, *file, self.sources)),
            VariableValue::Text(text) => Some(self.given_as_text(module, variable, constraint, text)),
        }
    }

    /// A value given on the command line: an expression, unless the variable wants a simple value.
    fn given_as_text(
        &self,
        _module: &Arc<ModuleInstance>,
        variable: &Variable,
        constraint: &TypeConstraint,
        text: &SmolStr,
    ) -> Value {
        if variable.ty.is_none() || matches!(constraint.ty(), Type::String | Type::Number | Type::Bool) {
            return Value::string(text.clone());
        }
        let name = format!("<value for var.{}>", variable.name.text);
        let file = self.sources.add(&name, text.as_str());
        let (expression, errors) = syntax::parse_expression(file, text, 0);
        match errors.first() {
            Some(error) => {
                let message =
                    format!("the value given for `var.{}` is not valid: {}", variable.name.text, error.message);
                self.failed(EvalError::at(error.range.at(file), message), variable.header)
            }
            None => self.value(&expression, &Scope::isolated(file)),
        }
    }

    fn unset_variable(&self, module: &Arc<ModuleInstance>, variable: &Variable, constraint: &TypeConstraint) -> Value {
        let address = module.full_address(format_args!("var.{}", variable.name.text));
        let span: Option<Span> = Some(variable.header);
        let cause = match module.call() {
            None if self.stack.library => Cause::ModuleInput,
            None => Cause::Variable,
            Some(call) => {
                let message = format!("`module.{}` lacks the argument `{}`", call.name.text, variable.name.text);
                self.record(EvalError::at(call.header, message));
                Cause::Failed
            }
        };
        let not_null = !variable.nullable;
        let refinement = super::super::value::Refinement::Opaque;
        let symbol = self.symbol(address, cause, span);
        let mut value = Value::new(ValueKind::Unknown(Unknown { symbol, ty: constraint.ty(), not_null, refinement }));
        value.origin = Origin::at(variable.header);
        value
    }

    /// Whether the callers of `module` are not in view.
    fn is_open(&self, module: &ModuleInstance) -> bool {
        self.stack.library && module.parent().is_none()
    }
}

fn is_null(expression: &Expr) -> bool {
    match &expression.kind {
        ExprKind::Null => true,
        ExprKind::Paren(inner) => is_null(inner),
        _ => false,
    }
}
