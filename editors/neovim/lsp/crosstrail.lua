-- Crosstrail for Neovim 0.11 and later: put this file into ~/.config/nvim/lsp/, and
-- vim.lsp.enable("crosstrail") into init.lua.

-- The first that is found decides: what lies below it is analysed together.
local ROOT_MARKERS = { "crosstrail.toml", ".git", ".terraform" }

local function root_of(buffer)
  return vim.iter(ROOT_MARKERS):map(function(marker) return vim.fs.root(buffer, marker) end):next()
end

-- Most JSON is none of ours: a policy has statements.
local function is_policy(buffer)
  local lines = vim.api.nvim_buf_get_lines(buffer, 0, -1, false)
  return vim.iter(lines):any(function(line) return line:find('"Statement"', 1, true) ~= nil end)
end

return {
  cmd = { "crosstrail", "lsp" },
  -- Neovim calls an empty .tf file "tf", and OpenTofu's nothing (see the page for that).
  filetypes = { "terraform", "terraform-vars", "tf", "opentofu", "opentofu-vars", "json" },
  root_dir = function(buffer, start)
    local is_terraform = vim.bo[buffer].filetype ~= "json" or vim.api.nvim_buf_get_name(buffer):find("%.tf%.json$")
    if is_terraform or is_policy(buffer) then
      start(root_of(buffer))
    end
  end,
}
