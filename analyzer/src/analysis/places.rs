//! Which policies have a text in which file: what an editor asks for at every turn.

use std::sync::Arc;

use rustc_hash::{FxHashMap, FxHashSet};

use crate::policy::model::PolicyDocument;
use crate::policy::sites::PolicySite;
use crate::source::FileId;

/// Where a policy is among what the stacks say: the number of the part, and its own in that.
pub(super) type PolicyPlace = (usize, usize);

/// Where policies are, by the files that some text of them stands in, ascending.
#[derive(Debug, Default)]
pub(super) struct PolicyPlaces {
    by_file: FxHashMap<FileId, Vec<PolicyPlace>>,
}

impl PolicyPlaces {
    pub(super) fn of<'a>(parts: impl Iterator<Item = &'a [PolicySite]>) -> Self {
        let mut places = Self::default();
        // A document is shared by all places that use it, and looked through once.
        let mut known: FxHashMap<usize, FxHashSet<FileId>> = FxHashMap::default();
        let numbered = parts
            .enumerate()
            .flat_map(|(part, sites)| sites.iter().enumerate().map(move |(number, site)| ((part, number), site)));
        for (place, site) in numbered {
            let address = Arc::as_ptr(&site.document).addr();
            let files = known.entry(address).or_insert_with(|| files(&site.document));
            let mut files: Vec<FileId> = files.iter().copied().collect();
            files.sort_unstable();
            files.into_iter().for_each(|file| places.by_file.entry(file).or_default().push(place));
        }
        places
    }

    pub(super) fn in_file(&self, file: FileId) -> &[PolicyPlace] {
        self.by_file.get(&file).map(Vec::as_slice).unwrap_or_default()
    }
}

fn files(document: &PolicyDocument) -> FxHashSet<FileId> {
    let statements = document.statements.iter().map(|statement| statement.span);
    let texts = document.leaves().map(|leaf| leaf.span);
    statements.chain(texts).chain([document.span]).map(|span| span.file).collect()
}
