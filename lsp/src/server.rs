//! The thread that owns the state: which texts are open, which projects there are, who waits.
//!
//! It takes messages in the order in which the client sent them and never computes: projects
//! are analysed by their own threads, and answers are worked out on others.

mod answers;
mod telling;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::{Arc, mpsc};

use crosstrail_analyzer::config::FILE_NAME;
use crosstrail_disk::configuration;
use serde_json::Value;
use tokio::runtime::Handle;
use tokio::sync::oneshot;
use tower_lsp_server::Client;
use tower_lsp_server::jsonrpc::Result;
use tower_lsp_server::ls_types::{
    DidChangeTextDocumentParams, DidChangeWorkspaceFoldersParams, FileChangeType, FileEvent, InitializeParams,
    InitializeResult, MessageType, TextDocumentItem, Uri,
};

use crate::analyst::Ground;
use crate::capabilities;
use crate::client::{self, ClientInfo};
use crate::diagnostics::NOTHING;
use crate::documents::{Document, Documents};
use crate::outbox::{Extent, Outbox, Work};
use crate::project::{Change, Outcome, Project};
use crate::question::Question;
use crate::settings::{SECTION, Settings};
use crate::{transport, uris};

/// Something that happened.
#[derive(Debug)]
pub(crate) enum Message {
    Initialize(Box<InitializeParams>, oneshot::Sender<Result<InitializeResult>>),
    Initialized,
    Opened(TextDocumentItem),
    Changed(DidChangeTextDocumentParams),
    Saved(Uri),
    Closed(Uri),
    /// Files changed on the disk.
    Touched(Vec<FileEvent>),
    Folders(DidChangeWorkspaceFoldersParams),
    /// The client has other settings; they may have come with the message.
    SettingsChanged(Value),
    Settings(Value),
    Asked(Question),
    /// The thread of a project has come to an end with its changes.
    Analysed(usize, Box<Outcome>),
    Shutdown(oneshot::Sender<()>),
    /// The client wants no more.
    Gone,
}

/// Takes messages until the client wants no more. Whether it said `shutdown` before.
pub(crate) fn run(
    messages: &mpsc::Receiver<Message>,
    queue: mpsc::Sender<Message>,
    client: Client,
    tasks: Handle,
    ending: mpsc::Sender<()>,
) -> bool {
    let outbox = Outbox::new(client, tasks.clone());
    let start = Start { queue, outbox, tasks, ending };
    let mut was_shut_down = false;
    let mut server = None;
    while let Ok(message) = messages.recv() {
        match (message, &mut server) {
            (Message::Gone, _) => break,
            (Message::Shutdown(done), _) => {
                was_shut_down = true;
                let _gone = done.send(());
            }
            (Message::Initialize(params, answer), place) => {
                let started = start.server(&params);
                drop(answer.send(Ok(capabilities::result(&started.client))));
                *place = Some(started);
            }
            (message, Some(server)) => server.take(message),
            // The transport refuses requests before `initialize`; notifications are dropped.
            (_, None) => {}
        }
    }
    was_shut_down
}

/// What a server is made of before the client has said who it is.
struct Start {
    queue: mpsc::Sender<Message>,
    outbox: Outbox,
    tasks: Handle,
    /// Who waits for the end.
    ending: mpsc::Sender<()>,
}

impl Start {
    fn server(&self, params: &InitializeParams) -> Server {
        if let Some(process) = params.process_id {
            transport::end_with(process, self.ending.clone());
        }
        Server {
            client: Arc::new(ClientInfo::new(params)),
            queue: self.queue.clone(),
            outbox: self.outbox.clone(),
            tasks: self.tasks.clone(),
            folders: client::roots(params),
            settings: params.initialization_options.as_ref().map(Settings::of).unwrap_or_default(),
            documents: Documents::default(),
            projects: BTreeMap::new(),
            work: BTreeMap::new(),
            projects_made: 0,
            waiting: Vec::new(),
            published: BTreeMap::new(),
        }
    }
}

struct Server {
    client: Arc<ClientInfo>,
    queue: mpsc::Sender<Message>,
    outbox: Outbox,
    tasks: Handle,
    folders: Vec<PathBuf>,
    settings: Settings,
    documents: Documents,
    projects: BTreeMap<usize, Project>,
    /// What the client is shown of projects that are analysed for the first time.
    work: BTreeMap<usize, Work>,
    projects_made: usize,
    waiting: Vec<Question>,
    /// What the client was told of each file, or would have been if it did not ask.
    published: BTreeMap<Uri, u64>,
}

impl Server {
    fn take(&mut self, message: Message) {
        match message {
            Message::Initialized => self.initialized(),
            Message::Opened(item) => self.opened(&item),
            Message::Changed(params) => self.changed(&params),
            Message::Saved(uri) => self.on_disk(&uri, Change::Content),
            Message::Closed(uri) => self.closed(&uri),
            Message::Touched(events) => events.iter().for_each(|event| self.touched(event)),
            Message::Folders(params) => self.folders_changed(&params),
            Message::SettingsChanged(settings) => self.settings_changed(&settings),
            Message::Settings(settings) => self.set(Settings::of(&settings)),
            Message::Asked(question) => self.asked(question),
            Message::Analysed(number, outcome) => self.analysed(number, *outcome),
            Message::Initialize(..) | Message::Shutdown(_) | Message::Gone => {}
        }
    }

    fn initialized(&mut self) {
        let registrations = capabilities::registrations(&self.client);
        if !registrations.is_empty() {
            self.outbox.register(registrations);
        }
        if self.client.configures {
            self.ask_settings();
        }
        self.start_projects();
    }

    fn ask_settings(&self) {
        let queue = self.queue.clone();
        self.outbox.ask_settings(SECTION, move |settings| drop(queue.send(Message::Settings(settings))));
    }

    fn settings_changed(&mut self, settings: &Value) {
        if self.client.configures {
            self.ask_settings();
        } else if !settings.is_null() {
            self.set(Settings::of(settings));
        }
        self.projects.values_mut().for_each(|project| project.change(Change::Configuration));
    }

    fn set(&mut self, settings: Settings) {
        if self.settings != settings {
            self.settings = settings;
            self.start_projects();
        }
    }

    fn folders_changed(&mut self, params: &DidChangeWorkspaceFoldersParams) {
        for removed in params.event.removed.iter().filter_map(|folder| uris::path_of(&folder.uri)) {
            self.folders.retain(|folder| *folder != removed);
        }
        let added = params.event.added.iter().filter_map(|folder| uris::path_of(&folder.uri));
        self.folders.extend(added);
        self.folders.sort();
        self.folders.dedup();
        self.start_projects();
    }

    /// Starts the projects of the folders, in place of those there were.
    fn start_projects(&mut self) {
        self.projects.clear();
        self.work.clear();
        let mut by_configuration: BTreeMap<Option<PathBuf>, Vec<PathBuf>> = BTreeMap::new();
        for folder in &self.folders {
            let named = self.settings.configuration.as_ref().map(|named| folder.join(named));
            let file = named.or_else(|| configuration::find(folder));
            by_configuration.entry(file).or_default().push(folder.clone());
        }
        by_configuration.into_iter().for_each(|(file, roots)| self.start_project(roots, file));
        if self.projects.is_empty() {
            self.silent().iter().for_each(|uri| _ = self.say(uri, &Arc::default(), NOTHING, None));
        }
    }

    fn start_project(&mut self, roots: Vec<PathBuf>, configuration: Option<PathBuf>) {
        let number = self.projects_made;
        self.projects_made += 1;
        let extent = Arc::<Extent>::default();
        if self.client.progress {
            let work = self.outbox.work(&number.to_string(), "Crosstrail: reading", Arc::clone(&extent));
            self.work.insert(number, work);
        }
        let (client, queue) = (Arc::clone(&self.client), self.queue.clone());
        let ground = Ground::new(number, roots, configuration, client, extent, queue);
        self.projects.insert(number, Project::start(ground, self.documents.iter().filter_map(text_of)));
    }

    fn opened(&mut self, item: &TextDocumentItem) {
        let document = self.documents.open(item.uri.clone(), item.version, &item.text).clone();
        let Some(path) = &document.path else { return };
        if self.folders.is_empty() && self.owner(path).is_none() {
            // Without a folder what is around the file is looked at.
            let directory = path.parent().unwrap_or(path).to_owned();
            let found = configuration::find(&directory);
            return self.start_project(vec![directory], found);
        }
        self.tell(&document);
    }

    fn changed(&mut self, params: &DidChangeTextDocumentParams) {
        let identifier = &params.text_document;
        let encoding = self.client.encoding;
        let changes = &params.content_changes;
        let changed = self.documents.change(&identifier.uri, identifier.version, changes, encoding).cloned();
        match changed {
            Some(document) => self.tell(&document),
            None => self.outbox.log(MessageType::WARNING, format!("{} is not open", identifier.uri.as_str())),
        }
    }

    fn closed(&mut self, uri: &Uri) {
        let closed = self.documents.close(uri);
        if let Some(path) = closed.and_then(|document| document.path) {
            for project in self.concerned(&path) {
                project.change(Change::Text { path: path.clone(), text: None });
                project.change(Change::Content(path.clone()));
            }
        }
    }

    /// Tells the projects of an open text.
    fn tell(&mut self, document: &Document) {
        let (Some(path), Some(change)) = (&document.path, text_of(document)) else { return };
        self.concerned(path).for_each(|project| project.change(change.clone()));
    }

    fn touched(&mut self, event: &FileEvent) {
        let is_new = event.typ == FileChangeType::CREATED || event.typ == FileChangeType::DELETED;
        self.on_disk(&event.uri, if is_new { Change::Names } else { Change::Content });
    }

    fn on_disk(&mut self, uri: &Uri, change: fn(PathBuf) -> Change) {
        let Some(path) = uris::path_of(uri) else { return };
        let name = path.file_name().and_then(|name| name.to_str()).unwrap_or_default();
        if name == FILE_NAME || self.projects.values().any(|project| project.configuration == path) {
            return self.configuration_touched(&path);
        }
        let change = if name == ".gitignore" { Change::Names } else { change };
        for project in self.concerned(&path) {
            project.change(change(path.clone()));
        }
    }

    /// Reads a configuration anew; one that came or went may divide the folders otherwise.
    fn configuration_touched(&mut self, path: &Path) {
        let is_known = |project: &Project| project.configuration == path;
        if !self.folders.is_empty() && (!path.is_file() || !self.projects.values().any(is_known)) {
            return self.start_projects();
        }
        let obeying = self.projects.values_mut().filter(|project| project.configuration == path);
        obeying.for_each(|project| project.change(Change::Configuration));
    }

    /// The project that `path` lies in.
    fn owner(&self, path: &Path) -> Option<usize> {
        let near = self.projects.iter().filter_map(|(number, project)| Some((project.distance(path)?, *number)));
        near.min().map(|(_, number)| number)
    }

    /// The projects that a change of `path` may matter to: that in which it lies, or all, if
    /// it lies outside.
    fn concerned(&mut self, path: &Path) -> impl Iterator<Item = &mut Project> {
        let owner = self.owner(path);
        let projects = self.projects.iter_mut();
        projects.filter(move |(number, _)| owner.is_none_or(|owner| owner == **number)).map(|(_, project)| project)
    }

    fn analysed(&mut self, number: usize, outcome: Outcome) {
        let Some(project) = self.projects.get_mut(&number) else { return };
        match outcome {
            Outcome::AtOnce(at_once) => {
                project.said(at_once.clone());
                self.report_at_once(&at_once);
                self.answer_waiting();
            }
            Outcome::Understood(understood) => {
                let before = project.understood.replace(understood);
                self.let_go(before);
                self.answer_waiting();
            }
            Outcome::Found(found) => {
                let before = project.found(found.clone());
                self.let_go(before);
                self.work.remove(&number);
                self.report(number, &found);
                self.answer_waiting();
            }
            Outcome::Failed { changes, message } => {
                project.fail(changes);
                self.work.remove(&number);
                let is_settled = project.is_settled();
                let message = format!("crosstrail: the analysis failed, please report it: {message}");
                self.outbox.log(MessageType::ERROR, &message);
                if is_settled {
                    self.outbox.show(MessageType::ERROR, &message);
                    self.answer_waiting();
                }
            }
        }
    }

    /// Frees what may be large somewhere else.
    fn let_go<T: Send + 'static>(&self, what: T) {
        drop(self.tasks.spawn_blocking(move || drop(what)));
    }
}

fn text_of(document: &Document) -> Option<Change> {
    let text = Some((Arc::clone(&document.text), document.version));
    Some(Change::Text { path: document.path.clone()?, text })
}
