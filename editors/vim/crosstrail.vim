" Crosstrail for Vim with ALE: put this file into ~/.vim/plugin/.
call ale#linter#Define('terraform', {
  \ 'name': 'crosstrail',
  \ 'lsp': 'stdio',
  \ 'executable': 'crosstrail',
  \ 'command': '%e lsp',
  \ 'project_root': {buffer -> s:Root(buffer)},
  \ 'language': 'terraform',
  \ })

function! s:Root(buffer) abort
  for l:marker in ['crosstrail.toml', '.git', '.terraform']
    let l:found = ale#path#FindNearestFileOrDirectory(a:buffer, l:marker)
    if !empty(l:found)
      return fnamemodify(l:found, l:found =~# '/$' ? ':h:h' : ':h')
    endif
  endfor
  return fnamemodify(bufname(a:buffer), ':p:h')
endfunction
