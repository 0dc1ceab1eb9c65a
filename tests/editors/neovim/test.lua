-- nvim --headless --clean -l test.lua SERVER ROOT: the configuration of editors/neovim against the real
-- server, in the workspace at ROOT. Prints a line for each check; exits with 1 if one fails.
local server, root = arg[1], arg[2]
local here = vim.fs.dirname(vim.fs.abspath(debug.getinfo(1, "S").source:sub(2)))
local passed, failed = 0, 0
local PATIENCE_MS = 20000

local function check(name, ok, found)
  if ok then
    passed = passed + 1
    print("ok - " .. name)
  else
    failed = failed + 1
    print("not ok - " .. name .. ": " .. vim.inspect(found))
  end
  return ok
end

local function eventually(condition)
  return vim.wait(PATIENCE_MS, condition, 20)
end

local function codes(buffer)
  local found = vim.iter(vim.diagnostic.get(buffer)):map(function(it) return it.code end):totable()
  table.sort(found)
  return table.concat(found, " ")
end

vim.opt.runtimepath:append(vim.fs.joinpath(here, "../../../editors/neovim"))
vim.cmd("filetype on")
vim.lsp.config("crosstrail", { cmd = { server, "lsp" } })
vim.lsp.enable("crosstrail")
vim.cmd.edit(vim.fn.fnameescape(root .. "/audit/main.tf"))
local buffer = vim.api.nvim_get_current_buf()

local function client()
  return vim.lsp.get_clients({ bufnr = buffer, name = "crosstrail" })[1]
end

check("the server is attached", eventually(function() return client() and client().initialized end), vim.bo.filetype)
check("the root is that of the marker", client().root_dir == root, client().root_dir)
check("diagnostics are pulled", client():supports_method("textDocument/diagnostic"))
check(
  "both findings are shown",
  eventually(function() return codes(buffer) == "assume-role-missing-identity-half unknown-action" end),
  codes(buffer)
)

local function finding(code)
  return vim.iter(vim.diagnostic.get(buffer)):find(function(it) return it.code == code end)
end

local unknown = finding("unknown-action")
local line = vim.api.nvim_buf_get_lines(buffer, unknown.lnum, unknown.lnum + 1, false)[1]
check("it is on the action, though the line has wide characters", line:sub(unknown.col + 1, unknown.end_col) == "s3:GetObjct", unknown)
check("it is an error of crosstrail", unknown.source == "crosstrail" and unknown.severity == vim.diagnostic.severity.ERROR, unknown)

local function at(word)
  local lines = vim.api.nvim_buf_get_lines(buffer, 0, -1, false)
  for row, text in ipairs(lines) do
    local column = text:find(word, 1, true)
    if column then
      vim.api.nvim_win_set_cursor(0, { row, column })
      return vim.lsp.util.make_position_params(0, client().offset_encoding)
    end
  end
end

local function ask(method, parameters)
  local answer = client():request_sync(method, parameters, PATIENCE_MS, buffer)
  return answer and answer.result
end

local hover = ask("textDocument/hover", at("incident-response"))
check("hover shows the account of a principal", hover and vim.inspect(hover):find("777788889999", 1, true), hover)
local definition = ask("textDocument/definition", at("incident-response"))
check("a principal leads to its role in another stack", vim.inspect(definition):find("security/main.tf", 1, true), definition)

at("s3:GetObjct")
vim.lsp.buf.code_action({
  context = { only = { "quickfix" }, diagnostics = {} },
  filter = function(action) return action.title:find("s3:GetObject", 1, true) end,
  apply = true,
})
check(
  "a quick fix is applied",
  eventually(function() return vim.api.nvim_buf_get_lines(buffer, unknown.lnum, unknown.lnum + 1, false)[1]:find('"s3:GetObject"', 1, true) end),
  line
)
check("and its finding goes", eventually(function() return codes(buffer) == "assume-role-missing-identity-half" end), codes(buffer))

at("incident-response")
vim.lsp.buf.code_action({
  context = { only = { "quickfix" }, diagnostics = {} },
  filter = function(action) return action.title:find("add a policy", 1, true) end,
  apply = true,
})
local other = vim.fn.bufadd(root .. "/security/main.tf")
local function text_of_other()
  return table.concat(vim.api.nvim_buf_get_lines(other, 0, -1, false), "\n")
end
check(
  "the missing half is written into the other account's file",
  eventually(function() return text_of_other():find('resource "aws_iam_role_policy"', 1, true) end),
  text_of_other()
)
check("nothing is left", eventually(function() return codes(buffer) == "" end), codes(buffer))

vim.fn.writefile({ '{"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "s3:GetObjct", "Resource": "*"}]}' }, root .. "/policy.json")
vim.fn.writefile({ '{ "name": "none of ours" }' }, root .. "/package.json")
vim.cmd.edit(vim.fn.fnameescape(root .. "/policy.json"))
local policy = vim.api.nvim_get_current_buf()
check("a policy in JSON has findings", eventually(function() return codes(policy) == "unknown-action" end), codes(policy))
check("by the same server", vim.lsp.get_clients({ bufnr = policy })[1] == client(), vim.lsp.get_clients())
vim.cmd.edit(vim.fn.fnameescape(root .. "/package.json"))
vim.wait(200)
check("other JSON is left alone", #vim.lsp.get_clients({ bufnr = 0 }) == 0, vim.lsp.get_clients({ bufnr = 0 }))

local stopping = client()
stopping:stop()
check("the server exits", eventually(function() return stopping:is_stopped() end))
print(("%d passed, %d failed"):format(passed, failed))
os.exit(failed == 0 and 0 or 1)
