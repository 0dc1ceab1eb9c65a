//! Messages on standard input and output.
//!
//! tower-lsp-server reads, writes and answers; what it must never do is think. It gets its
//! input through [`gate`], which a client cannot break, and is left behind when the client is gone.

mod gate;
mod watchdog;

use std::io;
use std::sync::mpsc;
use std::thread;
use std::time::Duration;

use tokio::runtime;
use tower_lsp_server::{LspService, Server};

use crate::backend::Backend;
use crate::server::{self, Message};
use crate::trial;

/// How many requests may wait for their answers. The crate stops reading when there are more,
/// and then hears of no cancellation either.
const CONCURRENCY: usize = 1024;

/// How long answers that are on their way may take once the client wants no more.
const FAREWELL: Duration = Duration::from_secs(1);

/// Serves a client on standard input and output until it says `exit` or is gone. Whether it
/// said `shutdown` before.
///
/// # Errors
/// When the system does not let it start.
pub fn serve() -> io::Result<bool> {
    let runtime = runtime::Builder::new_multi_thread().worker_threads(2).enable_time().build()?;
    let (queue, messages) = mpsc::channel();
    let (ending, end) = mpsc::channel();
    let input = gate::open(ending.clone())?;
    let service = LspService::build(|client| Backend::new(client, queue.clone()));
    let (service, socket) = trial::answers(gate::answers(service)).finish();
    let (client, tasks, own_queue) = (service.inner().client(), runtime.handle().clone(), queue.clone());
    let owner = thread::Builder::new().name("server".to_owned());
    let owner = owner.spawn(move || server::run(&messages, own_queue, client, tasks, ending))?;
    let server = Server::new(input, tokio::io::stdout(), socket).concurrency_level(CONCURRENCY);
    let serving = runtime.spawn(server.serve(service));
    // All senders are gone only if the threads that hold them are.
    let _all_gone = end.recv();
    runtime.block_on(async { drop(tokio::time::timeout(FAREWELL, serving).await) });
    // All that the client has said is in the queue by now.
    drop(queue.send(Message::Gone));
    let was_shut_down = owner.join().unwrap_or(false);
    runtime.shutdown_background();
    Ok(was_shut_down)
}

/// Has the server end when the process `client` is gone.
pub(crate) fn end_with(client: u32, ending: mpsc::Sender<()>) {
    watchdog::watch(client, ending);
}
