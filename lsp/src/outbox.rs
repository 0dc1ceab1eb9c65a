//! What the server tells the client, in order.
//!
//! Nothing that the client has to answer may be waited for by a handler or by the thread that
//! owns the state: each such request has a task of its own, and notifications stand in one line.

use std::fmt::Display;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use serde_json::Value;
use tokio::runtime::Handle;
use tokio::sync::{mpsc, oneshot};
use tower_lsp_server::Client;
use tower_lsp_server::ls_types::{ConfigurationItem, Diagnostic, MessageType, ProgressToken, Registration, Uri};

/// How often the client hears how far the work is.
const PACE: Duration = Duration::from_millis(100);

/// Sends to the client.
#[derive(Debug, Clone)]
pub(crate) struct Outbox {
    client: Client,
    tasks: Handle,
    notices: mpsc::UnboundedSender<Notice>,
}

#[derive(Debug)]
enum Notice {
    Diagnostics { uri: Uri, diagnostics: Arc<[Diagnostic]>, version: Option<i32> },
    Log(MessageType, String),
    Show(MessageType, String),
}

/// Work that the client shows. It is done when this is dropped.
#[derive(Debug)]
pub(crate) struct Work {
    _done: oneshot::Sender<()>,
}

/// How far work is, in files.
#[derive(Debug, Default)]
pub(crate) struct Extent {
    pub(crate) done: AtomicUsize,
    pub(crate) all: AtomicUsize,
}

impl Outbox {
    pub(crate) fn new(client: Client, tasks: Handle) -> Self {
        let (notices, mut waiting) = mpsc::unbounded_channel();
        let own = client.clone();
        tasks.spawn(async move {
            while let Some(notice) = waiting.recv().await {
                send(&own, notice).await;
            }
        });
        Self { client, tasks, notices }
    }

    pub(crate) fn publish(&self, uri: Uri, diagnostics: Arc<[Diagnostic]>, version: Option<i32>) {
        drop(self.notices.send(Notice::Diagnostics { uri, diagnostics, version }));
    }

    pub(crate) fn log(&self, kind: MessageType, message: impl Display) {
        drop(self.notices.send(Notice::Log(kind, message.to_string())));
    }

    pub(crate) fn show(&self, kind: MessageType, message: impl Display) {
        drop(self.notices.send(Notice::Show(kind, message.to_string())));
    }

    pub(crate) fn register(&self, registrations: Vec<Registration>) {
        let (client, outbox) = (self.client.clone(), self.clone());
        self.tasks.spawn(async move {
            if let Err(error) = client.register_capability(registrations).await {
                outbox.log(MessageType::WARNING, format!("the client does not watch files: {error}"));
            }
        });
    }

    /// Asks for a section of the client's settings.
    pub(crate) fn ask_settings(&self, section: &str, answer: impl FnOnce(Value) + Send + 'static) {
        let client = self.client.clone();
        let items = vec![ConfigurationItem { scope_uri: None, section: Some(section.to_owned()) }];
        self.tasks.spawn(async move {
            if let Ok(mut settings) = client.configuration(items).await {
                answer(settings.pop().unwrap_or_default());
            }
        });
    }

    pub(crate) fn refresh_diagnostics(&self) {
        let client = self.client.clone();
        self.tasks.spawn(async move { client.workspace_diagnostic_refresh().await });
    }

    pub(crate) fn refresh_lenses(&self) {
        let client = self.client.clone();
        self.tasks.spawn(async move { client.code_lens_refresh().await });
    }

    pub(crate) fn refresh_hints(&self) {
        let client = self.client.clone();
        self.tasks.spawn(async move { client.inlay_hint_refresh().await });
    }

    /// Shows work until what is returned is dropped.
    pub(crate) fn work(&self, name: &str, title: &'static str, extent: Arc<Extent>) -> Work {
        let (sender, done) = oneshot::channel();
        let (client, token) = (self.client.clone(), ProgressToken::String(format!("crosstrail/{name}")));
        self.tasks.spawn(async move { report(&client, token, title, &extent, done).await });
        Work { _done: sender }
    }
}

async fn send(client: &Client, notice: Notice) {
    match notice {
        Notice::Diagnostics { uri, diagnostics, version } => {
            client.publish_diagnostics(uri, diagnostics.to_vec(), version).await;
        }
        Notice::Log(kind, message) => client.log_message(kind, message).await,
        Notice::Show(kind, message) => client.show_message(kind, message).await,
    }
}

async fn report(
    client: &Client,
    token: ProgressToken,
    title: &'static str,
    extent: &Extent,
    mut done: oneshot::Receiver<()>,
) {
    if client.create_work_done_progress(token.clone()).await.is_err() {
        return;
    }
    let progress = client.progress(token, title).with_percentage(0).begin().await;
    let mut told = 0;
    while tokio::time::timeout(PACE, &mut done).await.is_err() {
        let (read, all) = (extent.done.load(Ordering::Relaxed), extent.all.load(Ordering::Relaxed));
        if read > told && read <= all {
            told = read;
            let percentage = u32::try_from(read * 100 / all.max(1)).unwrap_or(100);
            progress.report_with_message(format!("{read} of {all} files"), percentage).await;
        }
    }
    progress.finish().await;
}
