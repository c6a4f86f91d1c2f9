-- The command `peephole.introspect`, which works in every client, answers with one int8 for each character.

local session = require('session')

session.check(function(child)
  child:open('journal.py', 'python')
  -- Asked again until it answers: while the model is still loading, the server cannot.
  local answer = session.eventually(function()
    return child:run([[
      local client = vim.lsp.get_clients({ bufnr = 0, name = 'peephole' })[1]
      local reply = client:request_sync('workspace/executeCommand', {
        command = 'peephole.introspect',
        arguments = {
          { uri = vim.uri_from_bufnr(0), layer = 0, neurons = { 3, 5 }, signals = { 'hidden', 'cell' } },
        },
      }, 30000, 0)
      if not reply or reply.err or not reply.result or not reply.result.data then
        return false
      end
      local text = table.concat(vim.api.nvim_buf_get_lines(0, 0, -1, true), '\n') .. '\n'
      return { result = reply.result, characters = vim.fn.strchars(text) }
    ]])
  end, 'an answer to peephole.introspect')
  local result, characters = answer.result, answer.characters
  assert(vim.deep_equal(result.shape, { 2, 2, characters }), 'shape ' .. vim.inspect(result.shape))
  local bytes = vim.base64.decode(result.data)
  assert(#bytes == 2 * 2 * characters, ('expected %d bytes, found %d'):format(4 * characters, #bytes))
  assert(bytes:find('[^%z]'), 'a neuron that is zero on a whole file tells nothing')
end)
