; extends
; Policies in heredocs are JSON: copy this to ~/.config/nvim/after/queries/terraform/.

((attribute
  (identifier) @_name
  (expression
    (template_expr
      (heredoc_template
        (template_literal) @injection.content))))
  (#any-of? @_name
    "access_policies" "access_policy" "assume_role_policy" "assume_role_policy_document"
    "delivery_destination_policy" "destination_policy" "file_system_policy"
    "inline_policy" "key_policy" "kms_policy_document" "namespace_resource_policy"
    "permissions_policy_document" "policy" "policy_document" "policy_text"
    "repository_policy" "repository_policy_text" "resource_policy" "s3_access_point"
    "s3_policy_document" "session_policy" "sts_policy_document")
  (#set! injection.language "json")
  (#set! injection.combined))
