-- What the scripts beside this file share: a second, embedded Neovim with the project's own configuration, driven
-- over RPC. It has a main loop, so insert mode, popups and diagnostics work in it as they do for a person.
--
-- Environment: PEEPHOLE_ROOT (the checkout), PEEPHOLE_PYTHON (an interpreter that has Peephole).

local M = {}

-- Longer than a model load on a busy machine; a healthy run waits a fraction of a second.
local PATIENCE_MS = 60000

---@param condition fun(): any
---@param what string what was waited for, printed when it did not come
---@return any # the first true value of the condition
function M.eventually(condition, what)
  local value
  local came = vim.wait(PATIENCE_MS, function()
    value = condition()
    return value
  end, 20)
  assert(came, 'this did not happen in time: ' .. what)
  return value
end

---@class Child
---@field channel integer
local Child = {}
Child.__index = Child

---Starts an embedded Neovim in which `vim.lsp.enable('peephole')` is all that was configured.
---@return Child
function M.start()
  local command = { vim.v.progpath, '--embed', '--headless', '--clean', '-n', '-i', 'NONE' }
  local child = setmetatable({ channel = vim.fn.jobstart(command, { rpc = true }) }, Child)
  assert(child.channel > 0, 'the embedded Neovim did not start')
  child:run(
    [[
      local root, python = ...
      vim.opt.runtimepath:prepend(root .. '/editors/nvim')
      vim.lsp.config('peephole', { cmd = { python, '-m', 'peephole.server', 'serve', '--stdio' } })
      vim.lsp.enable('peephole')
    ]],
    vim.env.PEEPHOLE_ROOT,
    vim.env.PEEPHOLE_PYTHON
  )
  return child
end

---Runs Lua in the child; its `...` are the arguments. Gives what it returns.
---@param code string
---@return any
function Child:run(code, ...)
  return vim.rpcrequest(self.channel, 'nvim_exec_lua', code, { ... })
end

---Opens a file of `server/samples` and waits until the server has attached to the buffer.
---@param name string
---@param filetype string
function Child:open(name, filetype)
  self:run(
    [[
      local path, filetype = ...
      vim.cmd.edit(vim.fn.fnameescape(path))
      vim.bo.filetype = filetype
    ]],
    vim.env.PEEPHOLE_ROOT .. '/server/samples/' .. name,
    filetype
  )
  M.eventually(function()
    return self:run([[
      local client = vim.lsp.get_clients({ bufnr = 0, name = 'peephole' })[1]
      return client ~= nil and client.initialized
    ]])
  end, 'the server attached to ' .. name)
end

---Presses keys, as `nvim_input` understands them.
---@param keys string
function Child:press(keys)
  vim.rpcrequest(self.channel, 'nvim_input', keys)
end

---Ends the child, and with it its server.
function Child:stop()
  vim.fn.jobstop(self.channel)
end

---Runs one claim in a fresh child and ends this Neovim: exit code 0 if it held, 1 with the reason if not.
---@param claim fun(child: Child)
function M.check(claim)
  local child = M.start()
  local held, reason = xpcall(claim, debug.traceback, child)
  child:stop()
  if not held then
    io.stderr:write(reason .. '\n')
  end
  vim.cmd.cquit({ count = held and 0 or 1 })
end

return M
