# A rule of TFLint's own says how it counts.
config {
  disabled_by_default = true
}

rule "terraform_naming_convention" {
  enabled = true
}

plugin "crosstrail" {
  enabled = true
}

rule "crosstrail_unknown_action" {
  enabled = true
}
