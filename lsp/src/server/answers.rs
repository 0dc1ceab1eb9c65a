//! What is at hand for the answer to a question, and what it still has to wait for.

use std::path::Path;
use std::sync::Arc;

use crosstrail_analyzer::finding::Finding;
use tower_lsp_server::ls_types::Uri;

use super::Server;
use crate::project::Project;
use crate::question::{Material, Question, Subject, View};
use crate::uris;

impl Server {
    pub(super) fn asked(&mut self, question: Question) {
        let material = match &question.subject {
            Subject::Text(uri) => Some(Material { document: self.documents.get(uri).cloned(), ..self.material() }),
            Subject::Meaning(uri) => self.of_file(uri, |project, _| self.meaning(project)),
            Subject::Shown(uri) => self.of_file(uri, |project, path| self.shown(project, path)),
            Subject::File(uri) => self.of_file(uri, |project, _| self.view(project)),
            Subject::Diagnostics(uri) => self.diagnostics_of(uri),
            Subject::Meanings => self.of_all(Self::meaning),
            Subject::Everything => self.of_all(Self::view),
        };
        match material {
            Some(material) => drop(self.tasks.spawn_blocking(move || question.answer(&material))),
            None if self.projects.values().all(Project::is_settled) => question.fail(),
            None => self.waiting.push(question),
        }
    }

    pub(super) fn answer_waiting(&mut self) {
        for question in std::mem::take(&mut self.waiting) {
            if question.is_wanted() {
                self.asked(question);
            }
        }
    }

    fn material(&self) -> Material {
        Material { views: Vec::new(), at_once: None, document: None, client: Arc::clone(&self.client) }
    }

    /// What `view` has of the project of a file; `None` if there is something that is not known yet.
    fn of_file(&self, uri: &Uri, view: impl Fn(&Project, &Path) -> Option<View>) -> Option<Material> {
        let document = self.documents.get(uri).cloned();
        let material = Material { document, ..self.material() };
        let Some(path) = uris::path_of(uri) else { return Some(material) };
        let owner = match self.owner(&path) {
            Some(owner) => Some(owner),
            None if self.projects.values().all(Project::is_understood) => self.reader(&path),
            None => return None,
        };
        let Some(project) = owner.and_then(|owner| self.projects.get(&owner)) else { return Some(material) };
        Some(Material { views: vec![view(project, &path)?], ..material })
    }

    /// What was found, or what was said of a file at once if that is not less than what is known. Who cannot be told
    /// that there is more to say would go on showing it.
    fn diagnostics_of(&self, uri: &Uri) -> Option<Material> {
        self.of_file(uri, |project, _| self.view(project)).or_else(|| {
            let path = uris::path_of(uri).filter(|_| self.client.hears_more())?;
            let at_once = self.projects.get(&self.owner(&path)?)?.at_once(&path)?;
            Some(Material { at_once: Some(at_once.report.clone()), ..self.material() })
        })
    }

    /// A project that has read the file at `path`, though it lies outside.
    fn reader(&self, path: &Path) -> Option<usize> {
        let knows = |project: &Project| self.meaning(project).is_some_and(|view| view.knows(path));
        self.projects.iter().find(|(_, project)| knows(project)).map(|(number, _)| *number)
    }

    fn of_all(&self, view: fn(&Self, &Project) -> Option<View>) -> Option<Material> {
        let views = self.projects.values().map(|project| view(self, project)).collect::<Option<_>>()?;
        Some(Material { views, ..self.material() })
    }

    /// What was found in a project, if that is all there is to it.
    fn view(&self, project: &Project) -> Option<View> {
        let found = project.found.clone().filter(|_| project.is_current())?;
        let (base, client) = (project.base.clone(), Arc::clone(&self.client));
        let (understood, findings) = (found.understood.clone(), Arc::clone(&found.findings));
        Some(View { understood, found: Some(found), findings, base, client })
    }

    /// What a project means, if that is all there is to it.
    fn meaning(&self, project: &Project) -> Option<View> {
        let understood = project.understood.clone().filter(|_| project.is_understood())?;
        let (base, client) = (project.base.clone(), Arc::clone(&self.client));
        Some(View { understood, found: None, findings: Arc::default(), base, client })
    }

    /// The same, and what is shown as found in the file at `path`.
    fn shown(&self, project: &Project, path: &Path) -> Option<View> {
        let view = self.meaning(project)?;
        let findings = shown(project, path, &view).unwrap_or_default();
        Some(View { findings, ..view })
    }
}

/// What the client was told last of the file at `path`, if it is about the texts of `view`: what was found there, what was
/// said at once, or else what was found before something was typed in another file.
fn shown(project: &Project, path: &Path, view: &View) -> Option<Arc<[Finding]>> {
    let found = project.found.as_ref();
    if let Some(found) = found.filter(|_| project.is_current()) {
        return Some(Arc::clone(&found.findings));
    }
    if let Some(at_once) = project.at_once(path) {
        return Some(Arc::clone(&at_once.findings));
    }
    let (then, now) = (found?.understood.analysis.sources(), view.understood.analysis.sources());
    found.filter(|_| now.is_in_line_with(then)).map(|found| Arc::clone(&found.findings))
}
