;;; crosstrail.el --- Crosstrail with Eglot -*- lexical-binding: t; -*-

;; Put (load "PATH/crosstrail.el") into your init file. `terraform-mode' is that of MELPA.

;;; Code:

(with-eval-after-load 'eglot
  (add-to-list 'eglot-server-programs
               '((terraform-mode :language-id "terraform") . ("crosstrail" "lsp"))))
(add-hook 'terraform-mode-hook #'eglot-ensure)

(provide 'crosstrail)
;;; crosstrail.el ends here
