//! What the client is told of findings, or told to ask for.

use std::collections::BTreeSet;
use std::sync::Arc;

use tower_lsp_server::ls_types::{Diagnostic, Uri};

use super::Server;
use crate::diagnostics::NOTHING;
use crate::project::{AtOnce, Found, Project};
use crate::uris;

impl Server {
    /// Tells a client that does not ask what can be said of a file at once. One that asks does so after each edit.
    pub(super) fn report_at_once(&mut self, at_once: &AtOnce) {
        let AtOnce { report, version, .. } = at_once;
        if !self.client.pulls {
            self.say(&report.uri, &report.diagnostics, report.id, Some(*version));
        } else {
            self.published.insert(report.uri.clone(), report.id);
        }
    }

    /// Tells the client what is new of what was found, or that it should ask. Of a text that was edited since, it was
    /// told something newer.
    pub(super) fn report(&mut self, number: usize, found: &Found) {
        let mut is_news = false;
        for (name, report) in found.reports.iter() {
            if self.is_edited_since(number, &report.uri, found) {
                continue;
            }
            let version = found.understood.versions.get(name).copied();
            is_news |= self.say(&report.uri, &report.diagnostics, report.id, version);
        }
        if self.projects.values().all(Project::is_current) {
            for uri in self.silent() {
                let open = uris::path_of(&uri).and_then(|path| self.documents.at(&path));
                let version = open.map(|document| document.version);
                is_news |= self.say(&uri, &Arc::default(), NOTHING, version);
            }
        }
        if let Some(project) = self.projects.get_mut(&number) {
            project.edits.retain(|_, edit| *edit > found.understood.changes);
        }
        if is_news {
            self.refresh();
        }
    }

    fn is_edited_since(&self, number: usize, uri: &Uri, found: &Found) -> bool {
        let edited = || {
            let project = self.projects.get(&number)?;
            Some(project.is_edited_after(&uris::path_of(uri)?, found.understood.changes))
        };
        edited().unwrap_or(false)
    }

    /// Files of which something was said, and of which no project has anything to say now.
    pub(super) fn silent(&self) -> Vec<Uri> {
        let latest = || self.projects.values().filter_map(|project| project.found.as_ref());
        let said = self.published.values().filter(|id| **id != NOTHING).count();
        if self.projects.len() == 1 && said == latest().map(|latest| latest.reports.len()).sum::<usize>() {
            // All that was said is in what was just said.
            return Vec::new();
        }
        let spoken_of: BTreeSet<&Uri> = latest().flat_map(|it| it.reports.values()).map(|report| &report.uri).collect();
        let published = self.published.iter().filter(|(_, id)| **id != NOTHING).map(|(uri, _)| uri);
        published.filter(|uri| !spoken_of.contains(uri)).cloned().collect()
    }

    /// Says what is known of a file, unless that was said before. Whether it was not.
    pub(super) fn say(&mut self, uri: &Uri, diagnostics: &Arc<[Diagnostic]>, id: u64, version: Option<i32>) -> bool {
        if self.published.insert(uri.clone(), id).unwrap_or(NOTHING) == id {
            return false;
        }
        if !self.client.pulls {
            // The client's own spelling of the address, for what it has open.
            let open = uris::path_of(uri).and_then(|path| self.documents.at(&path));
            let uri = open.map_or_else(|| uri.clone(), |document| document.uri.clone());
            self.outbox.publish(uri, Arc::clone(diagnostics), version);
        }
        true
    }

    fn refresh(&self) {
        if self.client.pulls && self.client.refreshes_diagnostics {
            self.outbox.refresh_diagnostics();
        }
        if self.client.refreshes_lenses {
            self.outbox.refresh_lenses();
        }
        if self.client.refreshes_hints {
            self.outbox.refresh_hints();
        }
    }
}
