; Policies in heredocs are JSON: copy this to languages/terraform/ and languages/terraform-vars/ of Zed's
; Terraform extension. It stands in for the queries that are there, so comments are here too.

((comment) @injection.content
  (#set! injection.language "comment"))

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

; Any other is what it is called.
(heredoc_template
  (heredoc_identifier) @injection.language
  (template_literal) @injection.content)
