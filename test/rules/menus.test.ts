/** Alternatives of which someone is to leave one: what holds of two of them together is not said, what holds of one is. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fileId } from '../../server/src/base/file-id.ts';
import { Config } from '../../server/src/config/config.ts';
import { fragmentContext } from '../../server/src/config/fragment.ts';
import { DEFAULT_SETTINGS } from '../../server/src/config/settings.ts';
import { NO_DISK } from '../../server/src/config/tree.ts';
import { lint } from '../../server/src/rules/run.ts';
import { parts } from '../harness/rules.ts';

async function errors(name: string, text: string): Promise<string[]> {
  const { parser, engine, rules } = await parts();
  const id = fileId(`file:///srv/templates/${name}`);
  const source = parser.open(id, text);
  const tree = { root: id, files: new Map([[id, source]]), includes: new Map(), disk: NO_DISK };
  const { contexts } = fragmentContext(source, engine.catalog);
  const config = new Config(tree, engine, DEFAULT_SETTINGS, 'fragment', contexts[0], contexts);
  return lint(config, rules)
    .filter((f) => f.severity === 'error')
    .map((f) => f.rule);
}

const PROXY = '    proxy_pass http://127.0.0.1:8000;\n    include proxy_params;\n';

for (const [what, name, text] of [
  [
    'numbered locations',
    'a.conf.j2',
    `# Pick one of these and delete the other:\n# 1. a port\nlocation / {\n${PROXY}}\n\n# 2. a socket\nlocation / {\n    proxy_pass http://unix:/run/app.sock;\n}\n`,
  ],
  ['a comment of Jinja', 'a.conf.j2', 'server {\n  {# choose one of the roots #}\n  root /srv/a;\n  root /srv/b;\n  listen 80;\n}\n'],
  [
    'a comment of Go',
    'a.conf.tmpl',
    'server {\n  {{/* use only one of them */}}\n  root /srv/a;\n  root /srv/b;\n  listen {{ .Port }};\n}\n',
  ],
  [
    'options of several lines in a sample',
    'nginx.conf.example',
    'server {\n  listen 80;\n  # Keep one of the following.\n  # Option A\n  root /srv/a;\n  index a.html;\n\n  # Option B\n  root /srv/b;\n  index b.html;\n}\n',
  ],
  ['two ways with "or"', 'site.conf.dist', 'upstream a {\n  # choose one\n  zone a 1m;\n  # or\n  zone b 1m;\n  server 127.0.0.1;\n}\n'],
  [
    'a loop over variants',
    'a.conf.j2',
    "server {\n{% for v in variants %}\n  {% if v == 'a' %}\n  root /srv/a;\n  {% else %}\n  root /srv/b;\n  {% endif %}\n{% endfor %}\n  listen 80;\n}\n",
  ],
  [
    'snippets by name',
    'a.conf.j2',
    "{% set snippets = {'a': 'root /srv/a;', 'b': 'root /srv/b;'} %}\nserver {\n  listen 80;\n  {{ snippets[kind] }}\n}\n",
  ],
  [
    'snippets as definitions',
    'a.conf.j2',
    '{% set plain %}\nroot /srv/a;\n{% endset %}\n{% set other %}\nroot /srv/b;\n{% endset %}\nserver {\n  listen 80;\n  {{ plain if kind else other }}\n}\n',
  ],
] as const)
  test(`not reported: ${what}`, async () => assert.deepEqual(await errors(name, text), []));

for (const [what, name, text, rules] of [
  // nginx reads this file as it stands
  ['a file that is used', 'site.conf', 'server {\n  # choose one\n  root /srv/a;\n  root /srv/b;\n}\n', ['duplicate-directive']],
  [
    'a comment that announces nothing',
    'a.conf.j2',
    'server {\n  # two roots for {{ x }}\n  root /srv/a;\n  root /srv/b;\n}\n',
    ['duplicate-directive'],
  ],
  [
    'what comes behind the menu',
    'a.conf.j2',
    'server {\n  # choose one\n  root {{ a }};\n  root {{ b }};\n\n  index a;\n  charset a;\n  charset b;\n}\n',
    ['duplicate-directive'],
  ],
  [
    'a mistake in one of them',
    'a.conf.j2',
    'server {\n  # choose one\n  root {{ a }};\n  root /srv/b;\n  gzip perhaps;\n}\n',
    ['invalid-value'],
  ],
  [
    'twice in one alternative',
    'a.conf.j2',
    'server {\n  # choose one of the following, {{ x }}\n  # 1.\n  root /a;\n  root /b;\n  # 2.\n  root /c;\n}\n',
    ['duplicate-directive'],
  ],
] as const)
  test(`reported: ${what}`, async () => assert.deepEqual(await errors(name, text), rules));
