-- Opening a Python and a Java file attaches one server to both buffers.

local session = require('session')

session.check(function(child)
  child:open('journal.py', 'python')
  child:open('Version.java', 'java')
  local clients = child:run([[
    return vim.tbl_map(function(client)
      return { name = client.name, buffers = vim.tbl_count(client.attached_buffers) }
    end, vim.lsp.get_clients())
  ]])
  assert(vim.deep_equal(clients, { { name = 'peephole', buffers = 2 } }), vim.inspect(clients))
end)
