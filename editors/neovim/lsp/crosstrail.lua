-- Crosstrail for Neovim 0.11 and later: put this file into ~/.config/nvim/lsp/, and
-- vim.lsp.enable("crosstrail") into init.lua.
return {
  cmd = { "crosstrail", "lsp" },
  -- Neovim calls an empty .tf file "tf", and OpenTofu's nothing (see the page for that).
  filetypes = { "terraform", "terraform-vars", "tf", "opentofu", "opentofu-vars" },
  -- The first that is found decides: what lies below it is analysed together.
  root_markers = { "crosstrail.toml", ".git", ".terraform" },
}
