" Crosstrail for Vim with ALE: put this file into ~/.vim/plugin/.
for s:language in ['terraform', 'json']
  call ale#linter#Define(s:language, {
    \ 'name': 'crosstrail',
    \ 'lsp': 'stdio',
    \ 'executable': 'crosstrail',
    \ 'command': '%e lsp',
    \ 'project_root': {buffer -> s:Root(buffer)},
    \ 'language': s:language,
    \ })
endfor

" Most JSON is none of ours, and without a root nothing is started: a policy has statements.
function! s:IsOurs(buffer) abort
  return getbufvar(a:buffer, '&filetype') isnot# 'json'
    \ || bufname(a:buffer) =~# '\.tf\.json$'
    \ || match(getbufline(a:buffer, 1, '$'), '"Statement"') >= 0
endfunction

function! s:Root(buffer) abort
  if !s:IsOurs(a:buffer)
    return ''
  endif
  let l:file = ale#path#FindNearestFile(a:buffer, 'crosstrail.toml')
  if !empty(l:file)
    return fnamemodify(l:file, ':h')
  endif
  for l:marker in ['.git', '.terraform']
    let l:directory = ale#path#FindNearestDirectory(a:buffer, l:marker)
    if !empty(l:directory)
      return fnamemodify(l:directory, ':h:h')
    endif
  endfor
  return fnamemodify(bufname(a:buffer), ':p:h')
endfunction
