-- The sample with a planted wrong return shows a diagnostic on that line, once; mending the line takes it away.

local session = require('session')

local PLANTED = 'return len[self._entries]'

session.check(function(child)
  child:open('planted/journal.py', 'python')
  local row = child:run(
    [[
      for row, line in ipairs(vim.api.nvim_buf_get_lines(0, 0, -1, true)) do
        if vim.trim(line) == ... then
          return row - 1
        end
      end
    ]],
    PLANTED
  )
  local on_row = [[
    local row = ...
    return #vim.diagnostic.get(0, { lnum = row }) > 0
  ]]
  session.eventually(function()
    return child:run(on_row, row)
  end, 'a diagnostic on the planted line')
  local doubled = [[
    local row, seen = ..., {}
    for _, each in ipairs(vim.diagnostic.get(0, { lnum = row })) do
      if seen[each.col] then
        return true
      end
      seen[each.col] = true
    end
    return false
  ]]
  assert(not child:run(doubled, row), 'a diagnostic is shown twice')

  child:run(
    [[
      local row = ...
      vim.api.nvim_buf_set_lines(0, row, row + 1, true, { '        return len(self._entries)' })
    ]],
    row
  )
  session.eventually(function()
    return not child:run(on_row, row)
  end, 'the diagnostic went away when the line was mended')
end)
