//! Statements that gave way to others of the same `Sid`, so that what is rendered has no trace of them.

use std::sync::Arc;

use rustc_hash::FxHashMap;
use thin_vec::ThinVec;

use crate::eval::data_sources::policy_document::replaced_statements;
use crate::eval::evaluator::{Evaluator, ResourceInstance};
use crate::module::Mode;
use crate::policy::model::{PolicyDocument, Replaced};
use crate::policy::read_string;

use super::{identity, json_of};

/// The statements that gave way, by the identity of the document that lacks them.
pub(super) struct ReplacedStatements {
    by_document: FxHashMap<usize, ThinVec<Replaced>>,
}

impl ReplacedStatements {
    pub(super) fn of_stack(evaluator: &Evaluator<'_>, instances: &[Arc<ResourceInstance>]) -> Self {
        let documents = instances.iter().filter(|instance| {
            let address = &instance.decl.address;
            address.mode == Mode::Data && address.ty == "aws_iam_policy_document"
        });
        let mut by_document = FxHashMap::default();
        for instance in documents {
            let replaced = replaced(evaluator, instance);
            if !replaced.is_empty()
                && let Some(json) = json_of(&evaluator.attribute(instance, "json"))
            {
                by_document.insert(identity(json), replaced);
            }
        }
        Self { by_document }
    }

    /// Notes those that the document of that identity lacks.
    pub(super) fn note(&self, document: &mut PolicyDocument, identity: usize) {
        document.replaced = self.by_document.get(&identity).cloned().unwrap_or_default();
    }
}

fn replaced(evaluator: &Evaluator<'_>, instance: &Arc<ResourceInstance>) -> ThinVec<Replaced> {
    let header = instance.decl.header;
    let found = replaced_statements(evaluator, instance).into_iter();
    let read = found.filter_map(|it| {
        let (lost, by) = (read_string(&it.lost, header)?, read_string(&it.by, header)?);
        Some(Replaced { lost, by, replacement: it.replacement })
    });
    read.collect()
}
