//! Requests that need to know what was understood.

use std::panic::{self, AssertUnwindSafe};
use std::path::Path;
use std::sync::Arc;

use crosstrail_analyzer::finding::Finding;
use crosstrail_analyzer::ide;
use crosstrail_analyzer::source::{FileId, SourceFile, Span};
use crosstrail_disk::Base;
use tokio::sync::oneshot;
use tower_lsp_server::jsonrpc::{Error, Result};
use tower_lsp_server::ls_types::{Location, Position, Uri};

use crate::client::ClientInfo;
use crate::diagnostics::{Report, Reporter};
use crate::documents::Document;
use crate::encoding::Ruler;
use crate::project::{Found, Understood, words};
use crate::uris;

/// A project at one moment, for one request.
#[derive(Debug, Clone)]
pub(crate) struct View {
    pub(crate) understood: Understood,
    /// What was found in it; `None` if the question does not wait for that.
    pub(crate) found: Option<Found>,
    /// The findings that the question is about.
    pub(crate) findings: Arc<[Finding]>,
    pub(crate) base: Base,
    pub(crate) client: Arc<ClientInfo>,
}

impl View {
    /// The newest text of the file at `uri`, if it was analysed.
    pub(crate) fn file(&self, uri: &Uri) -> Option<(FileId, Arc<SourceFile>)> {
        let name = self.base.name_of(&uris::path_of(uri)?)?;
        let sources = self.understood.analysis.sources();
        let id = sources.find(&name)?;
        Some((id, sources.file(id)))
    }

    /// A place in a file that was analysed.
    pub(crate) fn position(&self, uri: &Uri, position: Position) -> Option<ide::Position> {
        let (id, file) = self.file(uri)?;
        Some(ide::Position { file: id, offset: Ruler::of(&file, self.client.encoding).offset(position) })
    }

    /// Where a span is, in the client's terms.
    pub(crate) fn location(&self, span: Span) -> Option<Location> {
        let sources = self.understood.analysis.sources();
        Reporter { sources, base: &self.base, client: &self.client }.location(span)
    }

    /// The version of the text that was analysed, if it is open.
    pub(crate) fn version(&self, name: &str) -> Option<i32> {
        self.understood.versions.get(name).copied()
    }

    pub(crate) fn knows(&self, path: &Path) -> bool {
        let name = self.base.name_of(path);
        name.is_some_and(|name| self.understood.analysis.sources().find(&name).is_some())
    }
}

/// What a request is about, and so what it waits for.
#[derive(Debug)]
pub(crate) enum Subject {
    /// What is understood of a file.
    Meaning(Uri),
    /// The same, and what is shown as found in it, which may be less than there is.
    Shown(Uri),
    /// What was found in a file, and what it means.
    File(Uri),
    /// What is to be said of a file, be it what was found or what can be said at once.
    Diagnostics(Uri),
    /// What is understood of everything.
    Meanings,
    /// What was found in everything.
    Everything,
    /// An open text, whatever it means.
    Text(Uri),
}

/// What is at hand for an answer.
#[derive(Debug)]
pub(crate) struct Material {
    /// The project of the file, or all.
    pub(crate) views: Vec<View>,
    /// What is to be said of the file at once.
    pub(crate) at_once: Option<Report>,
    /// The text, if it is open.
    pub(crate) document: Option<Document>,
    pub(crate) client: Arc<ClientInfo>,
}

/// A request on its way.
pub(crate) struct Question {
    pub(crate) subject: Subject,
    pending: Box<dyn Pending>,
}

/// Someone who waits for an answer.
trait Pending: Send {
    fn is_wanted(&self) -> bool;
    fn answer(self: Box<Self>, material: Option<&Material>);
}

struct Asked<T, F> {
    feature: F,
    sender: oneshot::Sender<Result<T>>,
}

impl<T: Send, F: FnOnce(&Material) -> T + Send> Pending for Asked<T, F> {
    fn is_wanted(&self) -> bool {
        // A client that cancels takes the other end away.
        !self.sender.is_closed()
    }

    fn answer(self: Box<Self>, material: Option<&Material>) {
        let Self { feature, sender } = *self;
        let answer = material.map_or_else(|| Err(failed("the analysis failed")), |it| isolated(feature, it));
        drop(sender.send(answer));
    }
}

impl std::fmt::Debug for Question {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Question").field("subject", &self.subject).finish_non_exhaustive()
    }
}

impl Question {
    /// A question, and where its answer arrives. A panic of `feature` is answered with an error.
    pub(crate) fn new<T: Send + 'static>(
        subject: Subject,
        feature: impl FnOnce(&Material) -> T + Send + 'static,
    ) -> (Self, oneshot::Receiver<Result<T>>) {
        let (sender, receiver) = oneshot::channel();
        (Self { subject, pending: Box::new(Asked { feature, sender }) }, receiver)
    }

    /// Whether anyone still waits for the answer.
    pub(crate) fn is_wanted(&self) -> bool {
        self.pending.is_wanted()
    }

    /// Answers. Takes as long as it takes.
    pub(crate) fn answer(self, material: &Material) {
        if self.is_wanted() {
            self.pending.answer(Some(material));
        }
    }

    /// Says that there is no answer.
    pub(crate) fn fail(self) {
        self.pending.answer(None);
    }
}

fn isolated<T>(feature: impl FnOnce(&Material) -> T, material: &Material) -> Result<T> {
    panic::catch_unwind(AssertUnwindSafe(|| feature(material))).map_err(|panic| failed(&words(&*panic)))
}

fn failed(message: &str) -> Error {
    let mut error = Error::internal_error();
    error.message = format!("crosstrail: {message}").into();
    error
}
