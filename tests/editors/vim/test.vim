" vim -N -u NONE -i NONE -n -es -S test.vim, with $SERVER_DIRECTORY, $ROOT and $RESULT: editors/vim against the real
" server, by ALE's own client. Writes a line for each check to $RESULT.
filetype plugin on
let g:ale_linters_explicit = 1
let g:ale_linters = {'terraform': ['crosstrail'], 'json': ['crosstrail']}
let $PATH = $SERVER_DIRECTORY . ':' . $PATH
set runtimepath+=/usr/share/vim-ale
runtime plugin/ale.vim
execute 'source' fnameescape(expand('<sfile>:p:h') . '/../../../editors/vim/crosstrail.vim')
let s:lines = []

function! s:Check(name, ok, found) abort
  call add(s:lines, a:ok ? 'ok - ' . a:name : 'not ok - ' . a:name . ': ' . string(a:found))
endfunction

function! s:Eventually(condition) abort
  for l:round in range(400)
    if a:condition()
      return 1
    endif
    sleep 50m
  endfor
  return 0
endfunction

function! s:Findings() abort
  return ale#engine#GetLoclist(bufnr(''))
endfunction

function! s:RootOfJson() abort
  let l:linter = filter(ale#linter#Get('json'), 'v:val.name is# "crosstrail"')[0]
  return l:linter.project_root(bufnr(''))
endfunction

execute 'edit' fnameescape($ROOT . '/audit/main.tf')
setfiletype terraform
ALELint
call s:Check('both findings are shown', s:Eventually({-> len(s:Findings()) == 2}), s:Findings())
let s:line = search('s3:GetObjct')
try
  ALECodeAction
catch
  call add(s:lines, 'not ok - ' . v:exception)
endtry
call s:Check('a quick fix is applied', s:Eventually({-> getline(s:line) =~# '"s3:GetObject"'}), getline('.'))
call writefile(['{"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "s3:GetObjct", "Resource": "*"}]}'], $ROOT . '/policy.json')
call writefile(['{ "name": "none of ours" }'], $ROOT . '/package.json')
execute 'edit!' fnameescape($ROOT . '/policy.json')
setfiletype json
ALELint
call s:Check('a policy in JSON has findings', s:Eventually({-> len(s:Findings()) == 1}), s:Findings())
execute 'edit!' fnameescape($ROOT . '/package.json')
setfiletype json
call s:Check('other JSON has no root, and so no server', s:RootOfJson() ==# '', s:RootOfJson())
let s:failed = len(filter(copy(s:lines), 'v:val =~# "^not ok"'))
call writefile(s:lines + [(len(s:lines) - s:failed) . ' passed, ' . s:failed . ' failed'], $RESULT)
execute s:failed ? 'cquit!' : 'qall!'
