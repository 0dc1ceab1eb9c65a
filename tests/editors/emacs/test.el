;;; test.el --- editors/emacs against the real server -*- lexical-binding: t; -*-

;; emacs --batch -q -l test.el SERVER ROOT. Prints a line for each check; exits with 1 if one fails.
;; Eglot 1.9 has diagnostics pushed. `terraform-mode' is not in Debian: a derived mode stands for it.

;;; Code:

(require 'eglot)
(require 'flymake)
(require 'seq)

(defvar passed 0)
(defvar failed 0)
(setq inhibit-message t)

(defun check (name ok &optional found)
  "Count the check called NAME; print what was FOUND unless it is OK."
  (if ok
      (setq passed (1+ passed))
    (setq failed (1+ failed)))
  (princ (if ok (format "ok - %s\n" name) (format "not ok - %s: %S\n" name found))))

(defun eventually (condition)
  "Wait until CONDITION holds."
  (let ((end (+ (float-time) 20)) value)
    (while (and (not (setq value (funcall condition))) (< (float-time) end))
      (accept-process-output nil 0.05))
    value))

(defun findings (pattern)
  "The diagnostics of this buffer whose text matches PATTERN."
  (seq-filter (lambda (it) (string-match-p pattern (flymake-diagnostic-text it))) (flymake-diagnostics)))

(defun apply-fix (pattern)
  "Apply the quick fix at point whose title matches PATTERN."
  (let ((action (seq-find (lambda (it) (string-match-p pattern (plist-get it :title)))
                          (eglot-code-actions (point) (point) "quickfix"))))
    (when action (eglot--apply-workspace-edit (plist-get action :edit)))
    action))

(define-derived-mode terraform-mode prog-mode "Terraform" (setq-local comment-start "#"))
(add-to-list 'auto-mode-alist '("\\.tf\\'" . terraform-mode))

(defun run-checks ()
  "Everything that is checked."
  (let* ((server (pop command-line-args-left))
	 (root (pop command-line-args-left))
	 (here (file-name-directory load-file-name)))
    (setq eglot-sync-connect t
          eglot-confirm-server-initiated-edits nil
          exec-path (cons (file-name-directory server) exec-path)
          project-find-functions (list (lambda (_) (cons 'transient root))))
    (setenv "PATH" (concat (file-name-directory server) ":" (getenv "PATH")))
    (load (expand-file-name "../../../editors/emacs/crosstrail.el" here))
    (find-file (expand-file-name "audit/main.tf" root))
    (apply #'eglot (eglot--guess-contact))
    (check "the server is attached" (eventually #'eglot-managed-p))
    (check "it says its name" (equal (plist-get (eglot--server-info (eglot-current-server)) :name) "crosstrail")
           (eglot--server-info (eglot-current-server)))
    (flymake-mode 1)
    (check "both findings are shown"
           (eventually (lambda () (flymake-start) (= 2 (length (flymake-diagnostics)))))
           (mapcar #'flymake-diagnostic-text (flymake-diagnostics)))
    (let ((unknown (car (findings "no action"))))
      (check "it is on the action, though the line has wide characters"
             (and unknown (equal "s3:GetObjct" (buffer-substring (flymake-diagnostic-beg unknown) (flymake-diagnostic-end unknown))))
             unknown)
      (goto-char (flymake-diagnostic-beg unknown)))
    (check "a quick fix is there" (apply-fix "s3:GetObject"))
    (check "and is applied" (string-match-p "\"s3:GetObject\"" (buffer-string)) (buffer-string))
    (eglot--signal-textDocument/didChange)
    (check "and its finding goes" (eventually (lambda () (flymake-start) (null (findings "no action")))))
    (goto-char (point-min))
    (search-forward "incident-response")
    (let ((hover (jsonrpc-request (eglot-current-server) :textDocument/hover (eglot--TextDocumentPositionParams))))
      (check "hover shows the account of a principal" (string-match-p "777788889999" (format "%S" hover)) hover))
    ;; Eglot asks before it writes into a file that no buffer visits.
    (find-file-noselect (expand-file-name "security/main.tf" root))
    (check "the fix for the missing half is there" (apply-fix "add a policy"))
    (check "it writes into the other account's file"
           (with-current-buffer (find-file-noselect (expand-file-name "security/main.tf" root))
             (string-match-p "resource \"aws_iam_role_policy\"" (buffer-string))))
    (let ((running (eglot-current-server)))
      (eglot-shutdown running nil 20)
      (check "the server exits" (eventually (lambda () (not (jsonrpc-running-p running))))))))
(condition-case problem
    (run-checks)
  (error (check "no error stops the checks" nil problem)))
(princ (format "%d passed, %d failed\n" passed failed))
(kill-emacs (if (= failed 0) 0 1))
;;; test.el ends here
