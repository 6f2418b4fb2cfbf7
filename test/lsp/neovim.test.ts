// The recipe for Neovim that the documentation gives, run as it stands: a headless nvim opens a file and is told what is wrong with it.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { test } from 'node:test';

const present = spawnSync('nvim', ['--version']).status === 0;

/** Waits until a mark of ours is shown, then writes all of them, the names of the clients, and what a hover would say. */
const LOOK = `
local shown = vim.wait(10000, function()
  for _, mark in ipairs(vim.diagnostic.get(0)) do if mark.code == 'alias-traversal' then return true end end
  return false
end, 20)
local out = {}
for _, mark in ipairs(vim.diagnostic.get(0)) do table.insert(out, { code = mark.code, line = mark.lnum, source = mark.source }) end
local answer = vim.lsp.buf_request_sync(0, 'textDocument/codeAction', {
  textDocument = vim.lsp.util.make_text_document_params(0),
  range = { start = { line = 1, character = 14 }, ['end'] = { line = 1, character = 14 } },
  context = { diagnostics = {} },
}, 5000)
local titles = {}
for _, one in pairs(answer or {}) do for _, action in ipairs(one.result or {}) do table.insert(titles, action.title) end end
io.stdout:write(vim.fn.json_encode({ shown = shown, filetype = vim.bo.filetype, marks = out, titles = titles }) .. '\\n')
vim.cmd('qa!')
`;

test('the Neovim recipe gives diagnostics and code actions', { skip: present ? false : 'nvim is not installed', timeout: 40_000 }, () => {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'proxylens-nvim-'));
  try {
    const bin = path.join(folder, 'bin');
    fs.mkdirSync(bin);
    fs.symlinkSync(path.resolve('dist/cli.cjs'), path.join(bin, 'proxylens'));
    fs.mkdirSync(path.join(folder, 'deploy/conf.d'), { recursive: true });
    fs.writeFileSync(path.join(folder, '.proxylens.yaml'), 'nginxVersion: 1.24.0\n');
    fs.writeFileSync(path.join(folder, 'deploy/nginx.conf'), 'events {}\nhttp {\n    include conf.d/*.conf;\n}\n');
    const site = path.join(folder, 'deploy/conf.d/site.conf');
    fs.writeFileSync(site, 'server {\n    location /img {\n        alias /data/img/;\n    }\n}\n');
    fs.writeFileSync(path.join(folder, 'look.lua'), LOOK);
    const { stdout, stderr } = spawnSync(
      'nvim',
      ['--headless', '-i', 'NONE', '-u', path.resolve('server/docs/neovim.lua'), site, '-c', `luafile ${path.join(folder, 'look.lua')}`],
      {
        encoding: 'utf8',
        timeout: 30_000,
        env: {
          ...process.env,
          PATH: `${bin}${path.delimiter}${process.env.PATH}`,
          HOME: folder,
          XDG_CONFIG_HOME: folder,
          XDG_DATA_HOME: folder,
          XDG_STATE_HOME: folder,
          XDG_CACHE_HOME: folder,
        },
      },
    );
    const line = /^\{.*\}$/m.exec(stdout)?.[0];
    assert.ok(line, `nvim said: ${stdout}${stderr}`);
    const { shown, filetype, marks, titles } = JSON.parse(line);
    assert.equal(filetype, 'nginx');
    assert.equal(shown, true, line);
    assert.deepEqual(
      marks.filter((mark: { code: string }) => mark.code === 'alias-traversal'),
      [{ code: 'alias-traversal', line: 1, source: 'proxylens' }],
    );
    assert.ok(titles.includes('End the location with a slash'), titles.join(', '));
  } finally {
    fs.rmSync(folder, { recursive: true, force: true });
  }
});
