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
