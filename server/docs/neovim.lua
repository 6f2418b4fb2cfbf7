-- Proxylens in Neovim 0.7 and later. Put it into init.lua, or into a file that init.lua requires.
-- "proxylens" has to be on the PATH: "npm install -g ." in a clone that was built

vim.api.nvim_create_autocmd({ 'BufRead', 'BufNewFile' }, {
  pattern = { '*.nginx', '*.conf.j2', '*.conf.template', '*/conf.d/*.conf', '*/sites-available/*', '*/sites-enabled/*', '*/nginx/*' },
  command = 'setfiletype nginx',
})

--- The folder that holds the whole deployment: the compose file or the repository, not only the nginx files.
local function root_of(file)
  local folder = vim.fn.fnamemodify(file, ':p:h')
  while true do
    for _, name in ipairs({ '.proxylens.yaml', '.git', 'compose.yaml', 'docker-compose.yml' }) do
      if vim.loop.fs_stat(folder .. '/' .. name) then return folder end
    end
    local parent = vim.fn.fnamemodify(folder, ':h')
    if parent == folder then return vim.fn.fnamemodify(file, ':p:h') end
    folder = parent
  end
end

local clients = {}

vim.api.nvim_create_autocmd('FileType', {
  pattern = 'nginx',
  callback = function(args)
    local root = root_of(vim.api.nvim_buf_get_name(args.buf))
    local config = {
      name = 'proxylens',
      cmd = { 'proxylens', 'lsp', '--stdio' },
      root_dir = root,
      settings = { proxylens = vim.empty_dict() },
      workspace_folders = { { uri = vim.uri_from_fname(root), name = vim.fn.fnamemodify(root, ':t') } },
    }
    if vim.lsp.start then
      vim.lsp.start(config, { bufnr = args.buf })
    else -- before 0.8
      clients[root] = clients[root] or vim.lsp.start_client(config)
      vim.lsp.buf_attach_client(args.buf, clients[root])
    end
  end,
})
