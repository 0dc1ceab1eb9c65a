//! Notices that the client's process is gone though it has left its end of the input open.

use std::sync::mpsc::Sender;
use std::thread;
use std::time::Duration;

/// How often it is looked for.
const INTERVAL: Duration = Duration::from_secs(1);

/// Tells `ending` once `process` has ended. One that cannot be seen from here, from a container
/// for instance, is not waited for.
pub(super) fn watch(process: u32, ending: Sender<()>) {
    if !is_alive(process) {
        return;
    }
    let watch = move || {
        while is_alive(process) {
            thread::sleep(INTERVAL);
        }
        let _ended = ending.send(());
    };
    drop(thread::Builder::new().name("watchdog".to_owned()).spawn(watch));
}

#[cfg(target_os = "linux")]
fn is_alive(process: u32) -> bool {
    // A process that nobody has waited for is still listed.
    let stat = std::fs::read_to_string(format!("/proc/{process}/stat")).unwrap_or_default();
    stat.rsplit_once(") ").is_some_and(|(_, state)| !state.starts_with(['Z', 'X']))
}

#[cfg(all(unix, not(target_os = "linux")))]
fn is_alive(process: u32) -> bool {
    std::os::unix::process::parent_id() == process
}

#[cfg(not(unix))]
fn is_alive(_: u32) -> bool {
    false
}
