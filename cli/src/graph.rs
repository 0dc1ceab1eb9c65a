//! `crosstrail graph [PATH]`

use std::io;
use std::slice;

use crosstrail_analyzer::diagram::{render_dot, render_html, render_json, render_mermaid, render_svg};

use crate::arguments::{GraphArguments, GraphFormat};
use crate::outcome::Outcome;
use crate::run;
use crate::terminal::{self, When};

/// Draws who may become whom and reach what.
///
/// # Errors
/// When standard output cannot be written to.
pub(crate) fn run(arguments: &GraphArguments, color: When) -> io::Result<Outcome> {
    let paths = slice::from_ref(&arguments.path);
    let Some(analysed) = run::analyse(paths, &arguments.configuration, color) else { return Ok(Outcome::Failed) };
    let diagram = analysed.diagram();
    let diagram = if arguments.across { diagram.across() } else { diagram };
    terminal::print(&match arguments.format {
        GraphFormat::Dot => render_dot(&diagram),
        GraphFormat::Mermaid => render_mermaid(&diagram),
        GraphFormat::Svg => render_svg(&diagram),
        GraphFormat::Html => render_html(&diagram, analysed.sources()),
        GraphFormat::Json => render_json(&diagram, analysed.sources()),
    })?;
    if diagram.is_cut {
        terminal::report(&terminal::warning_line("there are too many grants to draw: some were left out", color));
    }
    Ok(Outcome::Clean)
}
