-- Typing in insert mode and asking for completion opens the popup with the server's items, and accepting one of
-- them writes it into the buffer once, over the half-typed word.

local session = require('session')

local INDENT = '        '
-- Typed above the closing brace of the class.
local TYPED = '    public int count() {<CR>' .. INDENT .. 'retu'

session.check(function(child)
  child:open('Version.java', 'java')
  child:run([[
    local client = vim.lsp.get_clients({ bufnr = 0, name = 'peephole' })[1]
    vim.lsp.completion.enable(true, client.id, 0, { autotrigger = false })
    vim.o.completeopt = 'menuone,noselect'
    -- The text is typed with its indentation: nothing else may add any.
    vim.bo.autoindent, vim.bo.cindent, vim.bo.indentexpr = false, false, ''
  ]])
  child:press('G<Up>o' .. TYPED)
  -- Asked again until items come: while the model is still loading, the server has none.
  local words = session.eventually(function()
    return child:run([[
      local items = vim.fn.complete_info({ 'items' }).items
      if #items == 0 then
        vim.lsp.completion.get()
        return false
      end
      return vim.tbl_map(function(item) return item.word end, items)
    ]])
  end, 'completion items in the popup')
  assert(vim.tbl_contains(words, 'return'), 'expected `return` among ' .. vim.inspect(words))

  child:press('<C-N><C-Y>')
  session.eventually(function()
    return child:run([[ return vim.fn.pumvisible() == 0 ]])
  end, 'the popup closed')
  local line = child:run([[ return vim.api.nvim_get_current_line() ]])
  local expected = INDENT .. words[1]
  assert(line == expected, ('expected the line to be %q, found %q'):format(expected, line))
end)
