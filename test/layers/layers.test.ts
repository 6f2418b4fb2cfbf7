import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';

/** What each layer may import, besides itself. The order is that of the architecture section of CONTRIBUTING.md. */
const LAYERS: Record<string, string[]> = {
  base: [],
  syntax: ['base'],
  catalog: ['base'],
  config: ['base', 'syntax', 'catalog'],
  trace: ['base', 'syntax', 'catalog', 'config'],
  answers: ['base', 'syntax', 'catalog', 'config', 'trace', 'deploy'],
  witness: ['answers', 'base', 'syntax', 'catalog', 'config', 'trace', 'deploy'],
  rules: ['answers', 'base', 'syntax', 'catalog', 'config', 'trace', 'deploy', 'witness'],
  fixes: ['answers', 'base', 'syntax', 'catalog', 'config', 'trace', 'witness', 'rules', 'deploy'],
  snippets: ['base', 'syntax', 'catalog', 'config'],
  deploy: ['base', 'syntax', 'catalog', 'config'],
  features: ['answers', 'fixes', 'base', 'syntax', 'catalog', 'config', 'trace', 'witness', 'rules', 'snippets', 'deploy'],
  project: ['base', 'syntax', 'catalog', 'config', 'deploy'],
  workspace: ['base', 'syntax', 'catalog', 'config', 'deploy', 'project'],
  generate: ['answers', 'fixes', 'base', 'syntax', 'catalog', 'config', 'trace', 'witness', 'rules', 'snippets', 'deploy', 'features'],
  host: ['base', 'syntax', 'catalog', 'config', 'rules', 'deploy', 'project'],
  lsp: [
    'host',
    'answers',
    'base',
    'syntax',
    'catalog',
    'config',
    'trace',
    'witness',
    'fixes',
    'rules',
    'snippets',
    'deploy',
    'features',
    'project',
    'workspace',
  ],
  cli: [
    'host',
    'answers',
    'base',
    'syntax',
    'catalog',
    'config',
    'trace',
    'witness',
    'fixes',
    'rules',
    'snippets',
    'deploy',
    'features',
    'project',
    'workspace',
  ],
};
/** Files that another row may import although its layer may not: the client's two (of the trace only types), and the launcher's way into the server. */
const EXCEPTIONS: Record<string, string[]> = {
  client: ['server/src/lsp/protocol.ts', 'server/src/trace/trace.ts', 'server/src/trace/stations.ts'],
  cli: ['server/src/lsp/node.ts'],
};
const CORE_PACKAGES = ['picomatch', 'ignore', 'yaml', 'web-tree-sitter', 'smol-toml', 'diff', 'preact', 'bcryptjs', '@noble/hashes'];

function* sources(folder: string): Generator<string> {
  for (const entry of fs.readdirSync(folder, { withFileTypes: true })) {
    const file = path.posix.join(folder, entry.name);
    if (entry.isDirectory()) yield* sources(file);
    else if (/\.tsx?$/.test(entry.name) && !entry.name.endsWith('.d.ts')) yield file;
  }
}

const imports = (text: string): { from: string; typeOnly: boolean }[] =>
  [...text.matchAll(/^\s*(import|export)\s+(type\s+)?(?:[^'"`;]*?\sfrom\s+)?'([^']+)'/gm)].map((m) => ({
    typeOnly: m[2] !== undefined,
    from: m[3]!,
  }));

const layerOf = (file: string): string => (file.startsWith('client/') ? 'client' : (file.split('/')[2] ?? ''));

test('every file imports only from its own layer and the layers that its row names', () => {
  const wrong: string[] = [];
  let seen = 0;
  for (const file of [...sources('server/src'), ...sources('client/src')]) {
    const layer = layerOf(file);
    for (const { from, typeOnly } of imports(fs.readFileSync(file, 'utf8'))) {
      seen++;
      if (!from.startsWith('.')) {
        const core = layer in LAYERS && !['lsp', 'cli', 'generate', 'host'].includes(layer);
        if (core && !CORE_PACKAGES.some((p) => from === p || from.startsWith(p + '/'))) wrong.push(`${file} imports the package ${from}`);
        continue;
      }
      const target = path.posix.normalize(path.posix.join(path.posix.dirname(file), from));
      const to = layerOf(target);
      if (to === layer || LAYERS[layer]?.includes(to) || target.endsWith('.json')) continue;
      if (EXCEPTIONS[layer]?.includes(target) && (layer !== 'client' || typeOnly || to === 'lsp')) continue;
      wrong.push(`${file} imports ${target}`);
    }
  }
  assert.ok(seen > 0);
  assert.deepEqual(wrong, []);
});

test('no file is loaded in a circle', () => {
  const files = [...sources('server/src'), ...sources('client/src')];
  const needs = new Map(
    files.map((file) => [
      file,
      imports(fs.readFileSync(file, 'utf8'))
        .filter((i) => !i.typeOnly && i.from.startsWith('.'))
        .map((i) => path.posix.normalize(path.posix.join(path.posix.dirname(file), i.from)))
        .filter((to) => files.includes(to)),
    ]),
  );
  const circles: string[] = [];
  const done = new Set<string>();
  const visit = (file: string, way: readonly string[]): void => {
    if (way.includes(file)) {
      circles.push([...way.slice(way.indexOf(file)), file].join(' → '));
      return;
    }
    if (done.has(file)) return;
    for (const to of needs.get(file) ?? []) visit(to, [...way, file]);
    done.add(file);
  };
  for (const file of files) visit(file, []);
  assert.deepEqual(circles, []);
});
