plugin "terraform" {
  enabled = false
}

plugin "crosstrail" {
  enabled = true
}
