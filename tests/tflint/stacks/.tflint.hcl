plugin "terraform" {
  enabled = false
}

plugin "crosstrail" {
  enabled        = true
  config         = "accounts.toml"
  workspace_root = "."
}
