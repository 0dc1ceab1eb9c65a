//! `terraform_remote_state`: the outputs of another root, from its source if that is in view.

use std::sync::Arc;

use smol_str::SmolStr;

use crate::module::StatePlace;

use super::super::bindings::StateWorkspace;
use super::super::evaluator::{Evaluator, ResourceInstance};
use super::super::resources::open_object;
use super::super::symbol::Cause;
use super::super::text::{Piece, Text};
use super::super::types::Type;
use super::super::value::{Origin, Value};

/// `outputs`: those of the root in view that keeps its state there; else a symbol for all of them,
/// which every step extends.
pub(super) fn remote_state(evaluator: &Evaluator<'_>, instance: &Arc<ResourceInstance>, name: &str) -> Option<Value> {
    if name != "outputs" {
        return None;
    }
    let span = instance.decl.header;
    let reader = reader(evaluator, instance);
    let cause = Cause::RemoteState(reader.as_ref().and_then(Reader::state));
    let symbol = evaluator.symbol(format!("{}.{name}", instance.address), cause, Some(span));
    let found = reader.and_then(|reader| reader.outputs());
    let value = match found.as_ref().and_then(Value::fields) {
        // What the source does not declare may still be in the state.
        Some(outputs) => open_object(symbol, (**outputs).clone()),
        None => Value::unknown(symbol, Type::Dynamic),
    };
    Some(value.with_origin(Origin::at(span)))
}

/// What a data source says of the state that it reads.
struct Reader<'e, 'a> {
    evaluator: &'e Evaluator<'a>,
    config: Value,
    backend: SmolStr,
    workspace: Option<Value>,
}

fn reader<'e, 'a>(evaluator: &'e Evaluator<'a>, instance: &ResourceInstance) -> Option<Reader<'e, 'a>> {
    let backend = evaluator.configured(instance, "backend")?.as_str()?;
    let config = evaluator.configured(instance, "config")?;
    let workspace = evaluator.configured(instance, "workspace").filter(|workspace| !workspace.is_null());
    Some(Reader { evaluator, config, backend, workspace })
}

impl Reader<'_, '_> {
    /// What tells the state from others, whichever stack reads it; `None` for one of which a part is not said.
    fn state(&self) -> Option<SmolStr> {
        let (place, in_key) = self.place()?;
        if matches!(place, StatePlace::S3 { bucket: None, .. }) {
            return None;
        }
        let workspace = in_key.map_or_else(|| self.workspace(), |name| Some(StateWorkspace::Named(name)))?;
        (workspace != StateWorkspace::Own).then(|| format!("{place:?} {workspace:?}").into())
    }

    fn outputs(&self) -> Option<Value> {
        let (place, in_key) = self.place()?;
        let workspace = match in_key {
            Some(name) => StateWorkspace::Named(name),
            None => self.workspace()?,
        };
        self.evaluator.outputs_of_state(&place, &workspace)
    }

    /// The place, and the workspace if the key names one.
    fn place(&self) -> Option<(StatePlace, Option<SmolStr>)> {
        let dir = &self.evaluator.stack().dir;
        match self.backend.as_str() {
            "s3" => {
                let key = self.setting("key")?;
                let of_workspace = key.strip_prefix("env:/").and_then(|rest| rest.split_once('/'));
                let (workspace, key) = match of_workspace {
                    Some((workspace, key)) => (Some(workspace.into()), key.into()),
                    None => (None, key.clone()),
                };
                Some((StatePlace::S3 { bucket: self.setting("bucket"), key }, workspace))
            }
            "local" => Some((StatePlace::file(dir, &self.setting("path")?), None)),
            "remote" => {
                let workspaces = self.evaluator.get_attribute(&self.config, "workspaces").ok()?;
                let workspace = self.evaluator.get_attribute(&workspaces, "name").ok()?.as_str()?;
                Some((StatePlace::Cloud { organization: self.setting("organization")?, workspace }, None))
            }
            _ => None,
        }
    }

    fn setting(&self, name: &str) -> Option<SmolStr> {
        self.evaluator.get_attribute(&self.config, name).ok()?.as_str()
    }

    /// The workspace that is read; `None` if that cannot be told.
    fn workspace(&self) -> Option<StateWorkspace> {
        let Some(workspace) = &self.workspace else { return Some(StateWorkspace::Default) };
        let is_own = |piece: &Piece| matches!(piece, Piece::Hole(symbol) if *symbol.cause() == Cause::Workspace);
        match (workspace.as_str(), workspace.as_text().map(Text::pieces)) {
            (Some(name), _) if Some(&name) == self.evaluator.stack().workspace.as_ref() => Some(StateWorkspace::Own),
            (Some(name), _) if name == "default" => Some(StateWorkspace::Default),
            (Some(name), _) => Some(StateWorkspace::Named(name)),
            (None, Some([only])) if is_own(only) => Some(StateWorkspace::Own),
            (None, _) => None,
        }
    }
}
