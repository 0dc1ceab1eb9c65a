# Crosstrail for Kakoune with kak-lsp: source this file in your kakrc.
eval %sh{kak-lsp}

declare-option -hidden str crosstrail_server %{
    [crosstrail]
    root_globs = ["crosstrail.toml", ".git", ".terraform"]
    command = "crosstrail"
    args = ["lsp"]
}

hook global BufCreate .*\.(tf|tofu|tfvars) %{ set-option buffer filetype terraform }
hook global BufSetOption filetype=terraform %{
    set-option buffer lsp_language_id terraform
    set-option buffer lsp_servers %opt{crosstrail_server}
}

# JSON with statements is a policy, and .tf.json is Terraform's; what kak-lsp has for JSON stays beside it.
hook global BufSetOption filetype=json %{
    evaluate-commands %sh{
        case $kak_buffile in
            *.tf.json) ;;
            *) grep -qs '"Statement"' -- "$kak_buffile" || exit 0 ;;
        esac
        echo 'set-option -add buffer lsp_servers %opt{crosstrail_server}'
    }
}
lsp-enable
