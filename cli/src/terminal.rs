//! Where output goes, and how it may look there.

use std::env;
use std::io::{self, ErrorKind, IsTerminal, Write};

use clap::ValueEnum;
use crosstrail_analyzer::render::human::{Color, Style};

/// Columns of a line where output goes to no terminal.
const WIDTH_ELSEWHERE: usize = 140;

/// Columns below which cutting lines makes them unreadable.
const WIDTH_LEAST: usize = 40;

/// When output is coloured.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum When {
    /// On a terminal, unless `NO_COLOR` is set
    Auto,
    /// Always
    Always,
    /// Never
    Never,
}

impl When {
    /// The choice for standard output.
    pub(crate) fn for_output(self) -> Color {
        self.choose(io::stdout().is_terminal())
    }

    /// The choice for standard error.
    pub(crate) fn for_errors(self) -> Color {
        self.choose(io::stderr().is_terminal())
    }

    fn choose(self, is_terminal: bool) -> Color {
        let is_set = |name| env::var_os(name).is_some_and(|value| !value.is_empty());
        let is_dumb = env::var_os("TERM").is_some_and(|term| term == "dumb");
        match self {
            Self::Always => Color::Ansi,
            Self::Auto if is_terminal && !is_set("NO_COLOR") && !is_dumb => Color::Ansi,
            Self::Auto | Self::Never => Color::Plain,
        }
    }
}

/// The style of findings on standard output.
pub(crate) fn style(color: When) -> Style {
    Style { color: color.for_output(), width: width() }
}

/// The style of findings in a file.
pub(crate) fn file_style() -> Style {
    Style { color: Color::Plain, width: WIDTH_ELSEWHERE }
}

/// Columns of a line on standard output.
pub(crate) fn width() -> usize {
    let size = terminal_size::terminal_size().filter(|_| io::stdout().is_terminal());
    size.map_or(WIDTH_ELSEWHERE, |(width, _)| usize::from(width.0).max(WIDTH_LEAST))
}

/// Writes to standard output.
///
/// # Errors
/// When it cannot be written to. That the reader went away (`| head`) is no error:
/// it has had what it wanted.
pub(crate) fn print(text: &str) -> io::Result<()> {
    let mut output = io::stdout().lock();
    match output.write_all(text.as_bytes()).and_then(|()| output.flush()) {
        Err(error) if error.kind() == ErrorKind::BrokenPipe => Ok(()),
        result => result,
    }
}

/// Writes a line to standard error. If that cannot be written to, there is no one to tell.
pub(crate) fn report(line: &str) {
    let _no_one_to_tell = writeln!(io::stderr(), "{line}");
}

/// A line for standard error that says that something went wrong.
pub(crate) fn error_line(text: &str, color: When) -> String {
    marked("error", "\u{1b}[1;31m", text, color)
}

/// A line for standard error that says that something is odd.
pub(crate) fn warning_line(text: &str, color: When) -> String {
    marked("warning", "\u{1b}[1;33m", text, color)
}

fn marked(word: &str, paint: &str, text: &str, color: When) -> String {
    match color.for_errors() {
        Color::Ansi => format!("{paint}{word}\u{1b}[0m: {text}"),
        Color::Plain => format!("{word}: {text}"),
    }
}
