//! Crosstrail in Zed: where its server is, and what it is told when it starts.

use zed_extension_api::serde_json::{Value, json};
use zed_extension_api::settings::LspSettings;
use zed_extension_api::{self as zed, Command, LanguageServerId, Result, Worktree};

/// What the server is called on the `PATH`, and its section of settings.
const NAME: &str = "crosstrail";

struct Crosstrail;

impl zed::Extension for Crosstrail {
    fn new() -> Self {
        Self
    }

    /// The binary of the settings, else the one on the `PATH` of the project.
    fn language_server_command(&mut self, server: &LanguageServerId, worktree: &Worktree) -> Result<Command> {
        let binary = LspSettings::for_worktree(server.as_ref(), worktree).ok().and_then(|settings| settings.binary);
        let (path, arguments, environment) =
            binary.map(|binary| (binary.path, binary.arguments, binary.env)).unwrap_or_default();
        let missing = || format!("`{NAME}` is not on the PATH: install it, or set `lsp.{NAME}.binary.path`");
        let command = path.or_else(|| worktree.which(NAME)).ok_or_else(missing)?;
        let args = arguments.unwrap_or_else(|| vec!["lsp".to_owned()]);
        let mut env = worktree.shell_env();
        env.extend(environment.into_iter().flatten());
        Ok(Command { command, args, env })
    }

    fn language_server_initialization_options(
        &mut self,
        server: &LanguageServerId,
        worktree: &Worktree,
    ) -> Result<Option<Value>> {
        Ok(LspSettings::for_worktree(server.as_ref(), worktree)
            .ok()
            .and_then(|settings| settings.initialization_options))
    }

    fn language_server_workspace_configuration(
        &mut self,
        server: &LanguageServerId,
        worktree: &Worktree,
    ) -> Result<Option<Value>> {
        let settings = LspSettings::for_worktree(server.as_ref(), worktree).ok().and_then(|settings| settings.settings);
        Ok(settings.map(|settings| json!({ NAME: settings })))
    }
}

zed::register_extension!(Crosstrail);
