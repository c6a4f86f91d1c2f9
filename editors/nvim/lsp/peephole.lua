-- Peephole for Neovim 0.11 or newer. Copy this file to ~/.config/nvim/lsp/peephole.lua, then put into init.lua:
--
--   vim.lsp.enable('peephole')
--
-- The command must be on Neovim's PATH; if it lives in a virtual environment, write its whole path below.

---@type vim.lsp.Config
return {
  cmd = { 'peephole', 'serve', '--stdio' },
  filetypes = { 'java', 'python' },
  -- The first of these that is found above the file names the project. Without one, the server still serves the
  -- single file.
  root_markers = { '.git', 'pyproject.toml', 'setup.py', 'pom.xml', 'build.gradle', 'build.gradle.kts' },
  -- What differs from the defaults, for instance: `diagnostics = { enabled = false }`. The README names the settings.
  settings = { peephole = {} },
}
