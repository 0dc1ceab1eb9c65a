# Crosstrail for Kakoune with kak-lsp: source this file in your kakrc.
eval %sh{kak-lsp}

hook global BufCreate .*\.(tf|tofu) %{ set-option buffer filetype terraform }
hook global BufSetOption filetype=terraform %{
    set-option buffer lsp_language_id terraform
    set-option buffer lsp_servers %{
        [crosstrail]
        root_globs = ["crosstrail.toml", ".git", ".terraform"]
        command = "crosstrail"
        args = ["lsp"]
    }
}
lsp-enable
