//! Calls of functions; those that need the evaluator itself are here.

use smol_str::SmolStr;

use crate::aws::arn::AccountId;
use crate::source::{FileError, FileId, Span, TextRange, path};
use crate::syntax::ast::{Call, Expr, ExprKind, Template};
use crate::syntax::{self, SyntaxError};

use super::super::account::is_account_map;
use super::super::error::EvalError;
use super::super::evaluator::Evaluator;
use super::super::functions::{self, RootFiles};
use super::super::scope::Scope;
use super::super::symbol::Symbol;
use super::super::text::{Known, Piece, Text};
use super::super::types::Type;
use super::super::value::{Origin, Refinement, SequencePart, Unknown, Value, ValueKind};
use super::for_expr::choice;
use super::lift::{alternatives, one_of, over_alternatives};
use super::{Result, canonical, derived};

/// Functions that cannot fail for arguments whose types are right, whatever they are.
const TOTAL: &[&str] = &[
    "abs",
    "ceil",
    "chomp",
    "compact",
    "concat",
    "distinct",
    "endswith",
    "flatten",
    "floor",
    "join",
    "jsonencode",
    "keys",
    "length",
    "lower",
    "max",
    "merge",
    "min",
    "nonsensitive",
    "replace",
    "reverse",
    "sensitive",
    "setunion",
    "sha1",
    "sha256",
    "sort",
    "split",
    "startswith",
    "strcontains",
    "strrev",
    "title",
    "tolist",
    "toset",
    "tostring",
    "trim",
    "trimprefix",
    "trimspace",
    "trimsuffix",
    "upper",
    "values",
];

/// Functions whose first argument is the path of a file.
const OF_FILES: &[&str] = &[
    "file",
    "filebase64",
    "filebase64sha256",
    "filebase64sha512",
    "fileexists",
    "filemd5",
    "fileset",
    "filesha1",
    "filesha256",
    "filesha512",
    "templatefile",
];

/// Largest file that is read, in bytes.
const LARGEST_FILE: usize = 8 << 20;

impl Evaluator<'_> {
    pub(super) fn call(&self, call: &Call, range: TextRange, scope: &Scope) -> Result<Value> {
        let span = scope.span(range);
        let name = call.name.text.strip_prefix("core::").unwrap_or(&call.name.text);
        let mut value = match name {
            "try" => self.call_try(call, scope)?,
            "can" => self.call_can(call, scope)?,
            _ => {
                check_form(call, name).map_err(|error| error.or_at(span))?;
                let arguments = self.arguments(call, name, scope)?;
                match arguments {
                    Arguments::Known(arguments) => self.apply(name, arguments, span, scope)?,
                    Arguments::Open(arguments) => self.open_call(name, &arguments, span, scope)?,
                }
            }
        };
        if value.origin.span.is_none() {
            value.origin = Origin::at(span);
        }
        Ok(value)
    }

    fn apply(&self, name: &str, mut arguments: Vec<Value>, span: Span, scope: &Scope) -> Result<Value> {
        if OF_FILES.contains(&name)
            && let Some(first) = arguments.first_mut()
        {
            *first = without_working_directory(first);
        }
        if !TOTAL.contains(&name) && arguments.iter().any(|argument| !argument.is_wholly_known()) {
            self.doubt();
        }
        match (name, arguments.as_slice()) {
            ("lookup", [map, key]) if is_opaque(map) => return self.get_index(map, key),
            ("lookup", [map, key, default]) if is_of_accounts(map) && is_no_account(default) => {
                return self
                    .get_index(map, key)
                    .map(|entry| if default.is_null() { perhaps_null(entry) } else { entry });
            }
            _ => {}
        }
        match name {
            "templatefile" => self.templatefile(&arguments, span, scope),
            "templatestring" => self.templatestring(&arguments, span, scope),
            _ => self.call_function(name, &arguments, span).map_err(|error| error.or_at(span)),
        }
    }

    fn arguments(&self, call: &Call, name: &str, scope: &Scope) -> Result<Arguments> {
        let mut values = Vec::with_capacity(call.arguments.len());
        for argument in &call.arguments {
            values.push(self.part(argument, scope)?);
        }
        if !call.expand {
            return Ok(Arguments::Known(values));
        }
        let Some(last) = values.pop() else { return Ok(Arguments::Known(values)) };
        match (last.elements(), &last.kind) {
            (Some(items), _) => {
                values.extend(items.iter().map(|item| {
                    let mut item = item.clone();
                    item.sensitive |= last.sensitive;
                    item
                }));
                Ok(Arguments::Known(values))
            }
            (None, ValueKind::Unknown(unknown)) => {
                if let Refinement::Sequence(parts) = &unknown.refinement
                    && matches!(name, "concat" | "merge")
                {
                    values.extend(parts.iter().map(spread_argument));
                    return Ok(Arguments::Known(values));
                }
                values.push(last);
                Ok(Arguments::Open(values))
            }
            _ => {
                let at = call.arguments.last().map_or(call.name.range, |argument| argument.range);
                Err(EvalError::at(scope.span(at), "only a list, set or tuple can be expanded with `...`"))
            }
        }
    }

    /// A call of which the number of arguments is not known: made with each, if those are few.
    fn open_call(&self, name: &str, arguments: &[Value], span: Span, scope: &Scope) -> Result<Value> {
        self.doubt();
        let names = arguments.iter().map(|argument| canonical(argument).to_string()).collect::<Vec<_>>().join(", ");
        let text = super::canonical::shorten(format!("{name}({names}...)"));
        let inputs: Vec<&Value> = arguments.iter().collect();
        let expansions = arguments.split_last().and_then(|(last, first)| Some((first, alternatives(last)?)));
        match expansions {
            Some((first, options)) if options.iter().all(|option| option.elements().is_some()) => {
                let symbol = |_: &[Value]| Symbol::derived(text, super::canonical::symbols(&inputs));
                over_alternatives(options, symbol, |option| {
                    let rest = option.elements().into_iter().flat_map(|items| items.iter());
                    self.apply(name, first.iter().chain(rest).cloned().collect(), span, scope)
                })
            }
            _ => Ok(derived(text, &inputs, Type::Dynamic)),
        }
    }

    /// The first argument that has a value; as long as one may yet fail, the next counts too.
    fn call_try(&self, call: &Call, scope: &Scope) -> Result<Value> {
        let scope = scope.strictly();
        let mut candidates: Vec<Value> = Vec::new();
        let mut first_error = None;
        for argument in &call.arguments {
            match self.with_doubt(|| self.evaluate(argument, &scope)) {
                (Ok(value), doubtful) => {
                    candidates.push(value);
                    if !doubtful {
                        break;
                    }
                }
                (Err(error), _) => first_error = first_error.or(Some(error)),
            }
        }
        if candidates.is_empty() {
            let reason = first_error.map(|error| error.message).unwrap_or_default();
            return Err(EvalError::new(format!("no argument of `try` has a value: {reason}")));
        }
        let names = candidates.iter().map(|value| canonical(value).to_string()).collect::<Vec<_>>().join(", ");
        let symbols = super::canonical::symbols(&candidates.iter().collect::<Vec<_>>());
        one_of(candidates, || Symbol::derived(super::canonical::shorten(format!("try({names})")), symbols))
    }

    fn call_can(&self, call: &Call, scope: &Scope) -> Result<Value> {
        let [argument] = &*call.arguments else {
            return Err(EvalError::new("`can` takes one argument"));
        };
        Ok(match self.with_doubt(|| self.evaluate(argument, &scope.strictly())) {
            (Ok(value), true) => derived(format!("can({})", canonical(&value)), &[&value], Type::Bool),
            (Ok(_), false) => Value::bool(true),
            (Err(_), _) => Value::bool(false),
        })
    }

    fn templatefile(&self, arguments: &[Value], span: Span, scope: &Scope) -> Result<Value> {
        let [name, variables] = arguments else {
            return Err(EvalError::at(span, "`templatefile` takes a path and an object of variables"));
        };
        if let Some(options) = alternatives(name) {
            let symbol = |results: &[Value]| choice(name, results);
            let each = |name: &Value| self.templatefile(&[name.clone(), variables.clone()], span, scope);
            return over_alternatives(options, symbol, each);
        }
        let Some(file) = name.as_str() else { return unknown_template("templatefile", name, variables) };
        let full = path::join(&self.stack.dir, &file);
        let text =
            self.read_text(&full).map_err(|error| EvalError::at(span, format!("cannot read `{file}`: {error}")))?;
        let id = self.sources.add(&full, text.as_str());
        let parsed = syntax::parse_template(id, &text);
        self.render(&parsed, id, variables, span, scope)
    }

    fn templatestring(&self, arguments: &[Value], span: Span, scope: &Scope) -> Result<Value> {
        let [text, variables] = arguments else {
            return Err(EvalError::at(span, "`templatestring` takes a text and an object of variables"));
        };
        self.render_text(text, variables, span, scope)
    }

    /// The template `text` with `variables` filled in.
    pub(in crate::eval) fn render_text(
        &self,
        text: &Value,
        variables: &Value,
        span: Span,
        scope: &Scope,
    ) -> Result<Value> {
        if let Some(options) = alternatives(text) {
            let symbol = |results: &[Value]| choice(text, results);
            return over_alternatives(options, symbol, |text| self.render_text(text, variables, span, scope));
        }
        let Some(known) = text.as_str() else { return unknown_template("templatestring", text, variables) };
        let id = self.file_of(text, &known).unwrap_or_else(|| {
            // A text of its own: the positions in it are not those of the file it came from.
            let name = format!("{}#template@{}", self.sources.file(span.file).path(), span.range.start);
            self.sources.add(&name, known.as_str())
        });
        let parsed = syntax::parse_template(id, &known);
        let mut value = self.render(&parsed, id, variables, span, scope)?;
        value.sensitive |= text.sensitive;
        Ok(value)
    }

    /// The file whose whole content the text is, as `file()` gives it.
    fn file_of(&self, value: &Value, known: &str) -> Option<FileId> {
        let [Piece::Known(piece)] = value.as_text()?.pieces() else { return None };
        let file = piece.place.as_ref()?.file;
        (&**self.sources.file(file).text() == known).then_some(file)
    }

    fn render(
        &self,
        parsed: &(Template, Vec<SyntaxError>),
        file: FileId,
        variables: &Value,
        span: Span,
        scope: &Scope,
    ) -> Result<Value> {
        let (template, errors) = parsed;
        if let Some(error) = errors.first() {
            return Err(EvalError::at(span, format!("the template is not valid: {}", error.message)));
        }
        if let Some(options) = alternatives(variables) {
            let symbol = |results: &[Value]| choice(variables, results);
            return over_alternatives(options, symbol, |variables| self.render(parsed, file, variables, span, scope));
        }
        let Some(fields) = variables.fields() else {
            if matches!(variables.kind, ValueKind::Unknown(_)) {
                return unknown_template(
                    "templatefile",
                    &Value::string(self.sources.file(file).path().to_string()),
                    variables,
                );
            }
            return Err(EvalError::at(span, "the variables of a template must be an object"));
        };
        let bindings = fields.iter().map(|(name, field)| (name.clone(), field.value.clone()));
        let scope = scope.template(file, bindings);
        let mut value = self.template(template, TextRange::default(), &scope)?;
        value.sensitive |= variables.sensitive;
        Ok(value)
    }

    /// The value of a function that needs no scope.
    pub(in crate::eval) fn call_function(&self, name: &str, arguments: &[Value], span: Span) -> Result<Value> {
        functions::call(&self.root_files(), name, arguments, span)
    }

    fn root_files(&self) -> RootFiles<'_> {
        RootFiles { files: self.files, sources: self.sources, root: &self.stack.dir, values: self.file_values }
    }

    /// The text of the file at `full`, which must lie in the workspace.
    pub(in crate::eval) fn read_text(&self, full: &str) -> std::result::Result<SmolStr, FileError> {
        let bytes = self.files.read(full)?;
        if bytes.len() > LARGEST_FILE {
            return Err(FileError::TooLarge { size: bytes.len() as u64, limit: LARGEST_FILE as u64 });
        }
        String::from_utf8(bytes).map(SmolStr::from).map_err(|_| FileError::Other("it is not UTF-8".to_owned()))
    }
}

enum Arguments {
    Known(Vec<Value>),
    /// The last one stands for any number.
    Open(Vec<Value>),
}

/// `templatestring` takes a template by name only.
fn check_form(call: &Call, name: &str) -> Result<()> {
    let is_reference =
        |argument: &Expr| matches!(argument.kind, ExprKind::Variable(_) | ExprKind::GetAttr(..) | ExprKind::Index(..));
    match call.arguments.first() {
        Some(first) if name == "templatestring" && !is_reference(first) => {
            Err(EvalError::new("the template of `templatestring` must be a reference to a value with a name"))
        }
        _ => Ok(()),
    }
}

fn spread_argument(part: &SequencePart) -> Value {
    match part {
        SequencePart::One(value) => value.clone(),
        SequencePart::Spread(value) => derived(format!("{}...", canonical(value)), &[value], Type::Dynamic),
    }
}

fn unknown_template(name: &str, template: &Value, variables: &Value) -> Result<Value> {
    let text = super::canonical::shorten(format!("{name}({}, {})", canonical(template), canonical(variables)));
    Ok(derived(text, &[template, variables], Type::String))
}

/// A path under `path.cwd` as one relative to it: the working directory is the root module's.
fn without_working_directory(path: &Value) -> Value {
    let Some(text) = path.as_text() else { return path.clone() };
    let [Piece::Hole(symbol), rest @ ..] = text.pieces() else { return path.clone() };
    if symbol.address() != "path.cwd" {
        return path.clone();
    }
    let here = Piece::Known(Known { text: ".".into(), place: None });
    let text = Text::from_pieces(std::iter::once(here).chain(rest.iter().cloned()));
    Value { kind: ValueKind::String(text), ..path.clone() }
}

/// Whether `map` is one of accounts, of which nothing is known but its name.
fn is_of_accounts(map: &Value) -> bool {
    is_opaque(map) && matches!(&map.kind, ValueKind::Unknown(unknown) if is_account_map(unknown.symbol.address()))
}

/// Whether `value`, the default of an entry, cannot be the number of an account: where one is
/// wanted, it is the entry.
fn is_no_account(value: &Value) -> bool {
    value.is_null() || value.as_str().is_some_and(|text| AccountId::parse(&text).is_none())
}

fn perhaps_null(value: Value) -> Value {
    match value.kind {
        ValueKind::Unknown(unknown) => {
            Value { kind: ValueKind::Unknown(Unknown { not_null: false, ..unknown }), ..value }
        }
        kind => Value { kind, ..value },
    }
}

/// Whether nothing of what is in `value` is known.
fn is_opaque(value: &Value) -> bool {
    matches!(&value.kind, ValueKind::Unknown(unknown) if matches!(unknown.refinement, Refinement::Opaque))
}
