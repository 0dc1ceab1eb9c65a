//! Where output goes, and how it may look there.

use std::ffi::OsString;
use std::io::{self, ErrorKind, IsTerminal, Write};
use std::sync::atomic::{AtomicBool, Ordering};

use clap::ValueEnum;
use crosstrail_analyzer::render::human::{Color, Links, Style};

/// Columns of a line where output goes to no terminal.
const WIDTH_ELSEWHERE: usize = 140;

/// Columns below which cutting lines makes them unreadable.
const WIDTH_LEAST: usize = 40;

/// Puts a terminal's cursor on an empty page.
const CLEAR: &str = "\u{1b}[H\u{1b}[2J\u{1b}[3J";

/// When output is coloured.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum When {
    /// On a terminal, unless `NO_COLOR` is set, and where `CLICOLOR_FORCE` asks for it
    Auto,
    /// Always
    Always,
    /// Never
    Never,
}

impl When {
    /// The choice for standard output.
    fn for_output(self) -> Color {
        Output { is_terminal: io::stdout().is_terminal(), environment: &environment }.color(self)
    }

    /// The choice for standard error.
    fn for_errors(self) -> Color {
        Output { is_terminal: io::stderr().is_terminal(), environment: &environment }.color(self)
    }
}

fn environment(name: &str) -> Option<OsString> {
    std::env::var_os(name)
}

/// Where output goes, and what the environment says of it.
struct Output<'a> {
    is_terminal: bool,
    environment: &'a dyn Fn(&str) -> Option<OsString>,
}

impl Output<'_> {
    fn value(&self, name: &str) -> Option<String> {
        let value = (self.environment)(name)?.to_string_lossy().into_owned();
        (!value.is_empty()).then_some(value)
    }

    fn is_dumb(&self) -> bool {
        self.value("TERM").is_some_and(|term| term == "dumb")
    }

    /// As <https://no-color.org> and <https://bixense.com/clicolors> have it; the first of them wins.
    fn color(&self, when: When) -> Color {
        let is_off = |name| self.value(name).is_some_and(|value| value == "0");
        let is_forced = self.value("CLICOLOR_FORCE").is_some() && !is_off("CLICOLOR_FORCE");
        let is_wanted = is_forced || (self.is_terminal && !self.is_dumb() && !is_off("CLICOLOR"));
        match when {
            When::Always => Color::Ansi,
            When::Auto if is_wanted && self.value("NO_COLOR").is_none() => Color::Ansi,
            When::Auto | When::Never => Color::Plain,
        }
    }

    /// No terminal can be asked whether it has links: it is known of some, and `FORCE_HYPERLINK`
    /// knows better. Plain text has no escape sequences at all.
    fn links(&self, when: When) -> Links {
        if self.color(when) == Color::Plain {
            return Links::Absent;
        }
        let has_links = match self.value("FORCE_HYPERLINK") {
            Some(value) => value != "0",
            None => self.is_terminal && !self.is_dumb() && self.is_terminal_with_links(),
        };
        if has_links { Links::Shown } else { Links::Absent }
    }

    fn is_terminal_with_links(&self) -> bool {
        let is_one_of = |name, known: &[&str]| self.value(name).is_some_and(|value| known.contains(&value.as_str()));
        let is_set = |name| self.value(name).is_some();
        let vte = self.value("VTE_VERSION").and_then(|version| version.parse::<u32>().ok());
        is_one_of("TERM_PROGRAM", TERMINALS)
            || is_one_of("TERM", TERMINAL_TYPES)
            || TERMINAL_VARIABLES.into_iter().any(is_set)
            || vte.is_some_and(|version| version >= FIRST_VTE)
    }
}

/// Terminals that have links, by `TERM_PROGRAM`, by `TERM` and by variables of their own.
const TERMINALS: &[&str] = &["Hyper", "WarpTerminal", "WezTerm", "ghostty", "iTerm.app", "rio", "vscode", "zed"];
const TERMINAL_TYPES: &[&str] =
    &["alacritty", "alacritty-direct", "contour", "foot", "foot-direct", "wezterm", "xterm-ghostty", "xterm-kitty"];
const TERMINAL_VARIABLES: [&str; 3] = ["DOMTERM", "KONSOLE_VERSION", "WT_SESSION"];

/// The first version of the library under the terminals of GNOME and others that has links.
const FIRST_VTE: u32 = 5000;

/// The style of findings on standard output.
pub(crate) fn style(color: When) -> Style {
    let output = Output { is_terminal: io::stdout().is_terminal(), environment: &environment };
    Style { color: color.for_output(), links: output.links(color), width: width() }
}

/// The style of findings in a file.
pub(crate) fn file_style() -> Style {
    Style { color: Color::Plain, links: Links::Absent, width: WIDTH_ELSEWHERE }
}

/// Begins an empty page, if standard output is a terminal that can.
pub(crate) fn clear() {
    let output = Output { is_terminal: io::stdout().is_terminal(), environment: &environment };
    if output.is_terminal && !output.is_dumb() {
        // Who does not see an empty page sees what comes all the same.
        let _not_needed = print(CLEAR);
    }
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
        Err(error) if error.kind() == ErrorKind::BrokenPipe => {
            READER_IS_GONE.store(true, Ordering::Relaxed);
            Ok(())
        }
        result => result,
    }
}

static READER_IS_GONE: AtomicBool = AtomicBool::new(false);

/// Whether nobody reads standard output any more.
pub(crate) fn reader_is_gone() -> bool {
    READER_IS_GONE.load(Ordering::Relaxed)
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

#[cfg(test)]
mod tests {
    use super::*;

    const TERMINAL: bool = true;
    const PIPE: bool = false;

    /// What is chosen where output goes, with variables in the environment.
    fn chosen(is_terminal: bool, when: When, variables: &[(&str, &str)]) -> (Color, Links) {
        let environment = |name: &str| {
            let variable = variables.iter().find(|(known, _)| *known == name);
            variable.map(|(_, value)| OsString::from(value))
        };
        let output = Output { is_terminal, environment: &environment };
        (output.color(when), output.links(when))
    }

    #[test]
    fn what_is_asked_for_is_stronger_than_the_environment() {
        let color = |when, variables| chosen(PIPE, when, variables).0;
        assert_eq!(color(When::Always, &[("NO_COLOR", "1")]), Color::Ansi);
        assert_eq!(color(When::Never, &[("CLICOLOR_FORCE", "1")]), Color::Plain);
        assert_eq!(color(When::Auto, &[("CLICOLOR_FORCE", "1")]), Color::Ansi);
        assert_eq!(color(When::Auto, &[("CLICOLOR_FORCE", "1"), ("NO_COLOR", "1")]), Color::Plain);
        assert_eq!(color(When::Auto, &[]), Color::Plain);
    }

    #[test]
    fn links_are_for_terminals_that_have_them() {
        fn links(is_terminal: bool, variables: &[(&str, &str)]) -> Links {
            chosen(is_terminal, When::Auto, variables).1
        }
        for variable in [
            ("TERM_PROGRAM", "iTerm.app"),
            ("TERM", "xterm-kitty"),
            ("WT_SESSION", "x"),
            ("VTE_VERSION", "5000"),
            ("FORCE_HYPERLINK", "1"),
        ] {
            assert_eq!(links(TERMINAL, &[variable]), Links::Shown, "{variable:?}");
            assert_eq!(links(PIPE, &[variable]), Links::Absent, "{variable:?}");
        }
        assert_eq!(links(TERMINAL, &[("TERM_PROGRAM", "Apple_Terminal")]), Links::Absent);
        assert_eq!(links(TERMINAL, &[("VTE_VERSION", "4999")]), Links::Absent);
        assert_eq!(links(TERMINAL, &[("TERM", "dumb"), ("WT_SESSION", "x")]), Links::Absent);
        let forced = [("CLICOLOR_FORCE", "1"), ("FORCE_HYPERLINK", "1")];
        assert_eq!(links(PIPE, &forced), Links::Shown);
    }
}
