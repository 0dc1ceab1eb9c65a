//! How many megabytes of native syntax are parsed in a second, correct and broken.
//!
//! `cargo bench -p crosstrail-analyzer --bench parse`

#![expect(clippy::print_stdout, reason = "a benchmark prints its result")]

use std::hint::black_box;
use std::time::{Duration, Instant};

use crosstrail_analyzer::source::SourceMap;
use crosstrail_analyzer::syntax::parse_hcl;

/// Written as people write it; many copies make a large text.
const DOCUMENTS: [&str; 3] = [
    include_str!("../../tests/recovery/roles.tf"),
    include_str!("../../tests/recovery/trail.tf"),
    include_str!("../../tests/recovery/modules.tf"),
];

/// Bytes of the text.
const SIZE: usize = 1_000_000;

const RUNS: usize = 31;

fn main() {
    let text: String = DOCUMENTS.iter().copied().cycle().scan(0, up_to_size).collect();
    report("correct", &text);
    report("broken in every block", &text.replace("\n  name ", "\n  name = \"\n  other "));
    report("one brace missing at the start", &text.replacen("\n}\n", "\n\n", 1));
}

fn up_to_size(length: &mut usize, document: &'static str) -> Option<&'static str> {
    let goes_on = *length < SIZE;
    *length += document.len();
    goes_on.then_some(document)
}

/// Prints the median of some runs.
fn report(name: &str, text: &str) {
    let file = SourceMap::default().add("main.tf", text);
    let mut times: Vec<Duration> = (0..RUNS)
        .map(|_| {
            let start = Instant::now();
            black_box(parse_hcl(file, black_box(text)));
            start.elapsed()
        })
        .collect();
    times.sort_unstable();
    let median = times.get(RUNS / 2).map_or(0.0, Duration::as_secs_f64);
    let errors = parse_hcl(file, text).errors.len();
    println!("{name}: {:.1} MB/s ({} bytes, {errors} errors)", text.len() as f64 / median / 1e6, text.len());
}
