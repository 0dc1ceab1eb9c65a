//! The process: what the host tells it by its environment, the line by which it answers,
//! and how it ends.
//!
//! INVARIANT: nothing goes to standard output before that line. The process ends with its
//! only connection, so that a host that is killed leaves nobody behind.

use std::env;
use std::io::{self, Write as _};
use std::process::ExitCode;
use std::sync::Arc;
use std::time::Duration;

use tokio::sync::Notify;
use tokio::time::{sleep, timeout};

use crate::server::Server;
use crate::socket::Listener;
use crate::{VERSION, grpc};

/// What the host sets so that nobody starts a plugin by mistake.
pub const COOKIE: (&str, &str) =
    ("TFLINT_RULESET_PLUGIN", "5adSn1bX8nrDfgBqiAqqEkC6OE1h3iD8SqbMc5UUONx8x3xCF0KlPDsBRNDjoYDP");

/// The version of the protocol.
pub const PROTOCOL: u32 = 11;

/// How long the host may take to call. It gives up on a plugin after the same time.
const PATIENCE: Duration = Duration::from_secs(60);

/// How long the host may take to end the connection when it has said that it is done.
const GRACE: Duration = Duration::from_millis(100);

/// Serves the host that has started the process, until it is done or gone.
#[must_use]
pub fn run() -> ExitCode {
    if env::args().nth(1).is_some_and(|argument| argument == "--version" || argument == "-V") {
        return said(io::stdout(), &format!("tflint-ruleset-crosstrail {VERSION}\n"), ExitCode::SUCCESS);
    }
    match serve() {
        Ok(()) => ExitCode::SUCCESS,
        Err(why) => said(io::stderr(), &format!("[ERROR] {why}\n"), ExitCode::FAILURE),
    }
}

fn said(mut to: impl io::Write, text: &str, code: ExitCode) -> ExitCode {
    // That nobody listens is no error.
    let _nobody_listens = to.write_all(text.as_bytes()).and_then(|()| to.flush());
    code
}

fn serve() -> Result<(), String> {
    if env::var(COOKIE.0).as_deref() != Ok(COOKIE.1) {
        return Err("this is a plugin of TFLint, which starts it: see `plugin` in `.tflint.hcl`".to_owned());
    }
    if env::var_os("PLUGIN_CLIENT_CERT").is_some_and(|certificate| !certificate.is_empty()) {
        return Err("the host asks for an encrypted connection, which this plugin does not know".to_owned());
    }
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    let runtime = runtime.map_err(|error| format!("cannot start: {error}"))?;
    let served = runtime.block_on(serve_host());
    // An analysis that nobody waits for any longer must not keep the process.
    runtime.shutdown_background();
    served
}

async fn serve_host() -> Result<(), String> {
    // A terminal sends it to the whole group: the host decides what becomes of it.
    ignore_interrupts();
    let listener = open().await.map_err(|error| format!("cannot listen: {error}"))?;
    let (network, address) = listener.place().map_err(|error| format!("cannot listen: {error}"))?;
    let line = format!("1|{PROTOCOL}|{network}|{address}|grpc\n");
    let mut stdout = io::stdout();
    stdout.write_all(line.as_bytes()).and_then(|()| stdout.flush()).map_err(|error| format!("no host: {error}"))?;
    let called = tokio::select! {
        called = timeout(PATIENCE, listener.accept()) => called.ok(),
        () = abandoned() => None,
    };
    let Some(stream) = called else { return Err("no host has called".to_owned()) };
    let stream = stream.map_err(|error| format!("the host cannot be heard: {error}"))?;
    // The host calls once. That it has gone and lets something lie does not concern the exit code.
    let farewell = Arc::new(Notify::new());
    let server = Server::new(listener.into_file(), Arc::clone(&farewell));
    let served = grpc::serve(stream, {
        let server = Arc::clone(&server);
        move |request| Arc::clone(&server).answer(request)
    });
    tokio::select! {
        _ended = served => {}
        () = async { farewell.notified().await; sleep(GRACE).await } => {}
    }
    server.tidy_up();
    Ok(())
}

#[cfg(unix)]
async fn open() -> io::Result<Listener> {
    let directory = env::var_os("PLUGIN_UNIX_SOCKET_DIR").filter(|directory| !directory.is_empty());
    Listener::open(&directory.map_or_else(env::temp_dir, Into::into))
}

#[cfg(not(unix))]
async fn open() -> io::Result<Listener> {
    let port = |name, default| env::var(name).ok().and_then(|port| port.parse().ok()).unwrap_or(default);
    Listener::open_port(port("PLUGIN_MIN_PORT", 10_000)..=port("PLUGIN_MAX_PORT", 25_000)).await
}

/// Waits for the host to end before it has called: then the process is another one's child.
#[cfg(unix)]
async fn abandoned() {
    let host = std::os::unix::process::parent_id();
    while std::os::unix::process::parent_id() == host {
        sleep(GRACE).await;
    }
}

#[cfg(not(unix))]
async fn abandoned() {
    std::future::pending().await
}

/// Has interrupts do nothing. Where the system does not let it, they end the process as ever.
fn ignore_interrupts() {
    #[cfg(unix)]
    let _as_ever = tokio::signal::unix::signal(tokio::signal::unix::SignalKind::interrupt());
    #[cfg(windows)]
    let _as_ever = tokio::signal::windows::ctrl_c();
}
