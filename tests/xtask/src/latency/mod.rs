//! How long an editor waits: from a keystroke in a long file of a large workspace to the
//! diagnostics that the server publishes for it, over standard input and output; and after
//! some keystrokes to everything that is found anywhere.

mod client;
mod estate;
pub(crate) mod features;

use std::fs;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use serde_json::json;

use crate::{Outcome, root, say};
use client::Client;

/// How many keystrokes are measured, after those that warm up.
const KEYSTROKES: usize = 500;
const WARM_UP: usize = 50;

/// After one in so many keystrokes the client waits until everything is found.
const ALL_AFTER: usize = 10;

/// Measures the server in the binary that is named, else in that of the release.
pub(crate) fn run(arguments: &[String]) -> Outcome {
    let built = root().join("target/release/crosstrail").with_extension(std::env::consts::EXE_EXTENSION);
    let binary = arguments.first().map_or(built, PathBuf::from);
    let directory = std::env::temp_dir().join(format!("crosstrail-latency-{}", std::process::id()));
    let estate = estate::write(&directory)?;
    let measured = measure(&binary, &directory, &estate);
    fs::remove_dir_all(&directory)?;
    say(&measured?);
    Ok(())
}

fn measure(binary: &Path, directory: &Path, estate: &estate::Estate) -> Outcome<String> {
    let start = Instant::now();
    let mut client = Client::start(binary, directory)?;
    client.open(&estate.long_file, &estate.text)?;
    client.published(1)?;
    let first = start.elapsed();
    client.all_found(&estate.long_file)?;
    let everything = start.elapsed();
    let (mut waits, mut all) = (Vec::new(), Vec::new());
    for key in 0..KEYSTROKES + WARM_UP {
        // A letter is typed into the name of an action, then taken out again.
        let (text, end) = if key % 2 == 0 { ("x", 0) } else { ("", 1) };
        let (line, character) = estate.place;
        let range = json!({
            "start": {"line": line, "character": character},
            "end": {"line": line, "character": character + end},
        });
        let pressed = Instant::now();
        let version = client.change(&estate.long_file, &json!([{"range": range, "text": text}]))?;
        client.published(version)?;
        waits.push(pressed.elapsed());
        if key % ALL_AFTER == 0 {
            client.all_found(&estate.long_file)?;
            all.push(pressed.elapsed());
        }
    }
    let memory = client.peak_memory()?;
    client.finish()?;
    Ok(report(estate, [first, everything], [waits.split_off(WARM_UP), all], memory))
}

fn report(estate: &estate::Estate, starts: [Duration; 2], times: [Vec<Duration>; 2], memory: u64) -> String {
    let milliseconds = |duration: Duration| format!("{:.1} ms", duration.as_secs_f64() * 1e3);
    let mut text = String::new();
    let mut line = |what: &str, value: String| text.push_str(&format!("{what:<40}{value:>12}\n"));
    line("files", estate.files.to_string());
    line("lines of the file that is typed in", estate.text.lines().count().to_string());
    for (what, start) in ["start to first diagnostics", "start to everything"].into_iter().zip(starts) {
        line(what, milliseconds(start));
    }
    for (what, mut times) in ["keystroke to diagnostics", "keystroke to everything"].into_iter().zip(times) {
        times.sort_unstable();
        let at = |percent: usize| milliseconds(times.get(times.len() * percent / 100).copied().unwrap_or_default());
        line(&format!("{what}, median"), at(50));
        line(&format!("{what}, 99th in 100"), at(99));
    }
    line("peak memory", format!("{} MB", memory >> 10));
    text
}
