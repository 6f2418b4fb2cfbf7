/** Templates of every engine, as people write them: nothing that the text alone does not decide may be reported as wrong. */
import assert from 'node:assert/strict';
import fs from 'node:fs';
import { test } from 'node:test';
import { fileId } from '../../server/src/base/file-id.ts';
import { Config } from '../../server/src/config/config.ts';
import { fragmentContext } from '../../server/src/config/fragment.ts';
import { DEFAULT_SETTINGS } from '../../server/src/config/settings.ts';
import { NO_DISK } from '../../server/src/config/tree.ts';
import type { Finding } from '../../server/src/rules/rule.ts';
import { lint } from '../../server/src/rules/run.ts';
import { parts } from '../harness/rules.ts';

async function findings(name: string, text: string): Promise<{ template: string | null; found: Finding[] }> {
  const { parser, engine, rules } = await parts();
  const id = fileId(`file:///srv/templates/${name}`);
  const source = parser.open(id, text);
  const tree = { root: id, files: new Map([[id, source]]), includes: new Map(), disk: NO_DISK };
  const { contexts } = fragmentContext(source, engine.catalog);
  const config = new Config(tree, engine, DEFAULT_SETTINGS, contexts[0] === 'main' ? 'root' : 'fragment', contexts[0], contexts);
  const found = lint(config, rules, {
    onCrash: (rule, error) => {
      throw new Error(`${rule.id} threw`, { cause: error });
    },
  });
  return { template: source.template, found };
}

const ENGINES: Record<string, string> = {
  'app.conf.tmpl': 'confd',
  'configmap.conf': 'helm',
  'cookiecutter.conf': 'cookiecutter',
  'default.conf.template': 'envsubst',
  'nginx.conf.j2': 'jinja',
  'site.conf.j2': 'jinja',
  'up.ctmpl': 'consul-template',
  'vhost.conf.epp': 'epp',
  'vhost.conf.erb': 'erb',
};

test('every sample is of the engine that it is for', async () => {
  const names = fs.readdirSync('test/rules/templates').sort();
  const seen: Record<string, string | null> = {};
  for (const name of names) seen[name] = (await findings(name, fs.readFileSync(`test/rules/templates/${name}`, 'utf8'))).template;
  assert.deepEqual(seen, ENGINES);
});

for (const name of Object.keys(ENGINES))
  test(`${name}: no error and no warning`, async () => {
    const { found } = await findings(name, fs.readFileSync(`test/rules/templates/${name}`, 'utf8'));
    assert.deepEqual(
      found.filter((f) => f.severity === 'error' || f.severity === 'warning').map((f) => `${f.rule}: ${f.message}`),
      [],
    );
  });

/** What is outside of the marks is checked as ever. */
for (const [text, rules] of [
  ['server {\n  listen {{ port }};\n  lsten 80;\n}\n', ['unknown-directive']],
  ['server {\n  root {{ a }};\n  root /b;\n}\n', ['duplicate-directive']],
  ['server {\n{% if a %}\n  root /a;\n{% else %}\n  root /b;\n{% endif %}\n}\n', []],
  ['server {\n{% if a %}\n  root /a;\n  root /c;\n{% else %}\n  root /b;\n{% endif %}\n}\n', ['duplicate-directive']],
  ['server {\n  client_max_body_size {{ n }};\n  gzip maybe;\n}\n', ['invalid-value']],
  ['server {\n  gzip {{ n }} {{ m }};\n}\n', []],
] as const)
  test(JSON.stringify(text), async () => {
    const { found } = await findings('a.conf.j2', text);
    assert.deepEqual([...new Set(found.filter((f) => f.severity === 'error').map((f) => f.rule))], rules);
  });

for (const [name, port] of [
  ['a.conf.j2', '{{ app_port }}'],
  ['a.conf.erb', '<%= @port %>'],
  ['default.conf.template', '${APP_PORT}'],
] as const)
  test(`${name}: whom a pass asks is known where a mark gives the port alone`, async () => {
    const pass = `proxy_pass http://127.0.0.1:${port};`;
    const { found } = await findings(
      name,
      `events {}\nhttp {\n  server {\n    listen 80;\n    location / { ${pass} }\n    location /a/ { ${pass} proxy_set_header Host $host; }\n  }\n}\n`,
    );
    assert.deepEqual(
      found.filter((f) => /^(proxy-host|forwarded-headers)-missing$/.test(f.rule)).map((f) => f.rule),
      ['proxy-host-missing', 'forwarded-headers-missing'],
    );
    assert.ok(found.some((f) => f.message.includes(`"127.0.0.1:${port}" as the host`)));
  });

test('a line end that a mark takes away is none in the value of a header', async () => {
  for (const [name, text] of [
    ['a.conf.erb', 'server {\n  add_header X-A "a=<%= @a -%>\n<% if @b %>; b<% end %>" always;\n}\n'],
    ['a.conf.j2', 'server {\n  add_header X-A "a={{ a -}}\n  ; b" always;\n}\n'],
  ] as const)
    assert.deepEqual(
      (await findings(name, text)).found.filter((f) => f.rule === 'multiline-header'),
      [],
    );
  // what the engine replaces is no line end of nginx
  assert.deepEqual(
    (await findings('c.conf.j2', `server {\n  add_header X-A "{{ a | replace('\\n', ' ') }}" always;\n}\n`)).found.filter(
      (f) => f.rule === 'multiline-header',
    ),
    [],
  );
  const { found } = await findings('b.conf.j2', 'server {\n  add_header X-A "a={{ a }}\n  ; b" always;\n}\n');
  assert.deepEqual(
    found.filter((f) => f.rule === 'multiline-header').map((f) => f.severity),
    ['warning'],
  );
});

/** What only a generator writes must not take long. */
for (const [what, text] of [
  ['thousands of marks in one line', `server { server_name ${'{{ a -}} '.repeat(20_000)}; }\n`],
  ['conditions thousands deep', `server { ${'{% if a %}'.repeat(4000)}root /x;${'{% endif %}'.repeat(4000)} }\n`],
  [
    'thousands of conditions',
    `server {\n${Array.from({ length: 2000 }, (_, i) => `{% if a${i} %}\nallow 10.0.0.${i % 250};\n{% endif %}`).join('\n')}\n}\n`,
  ],
  [
    'a choice of thousands',
    `server {\n{% if a == 1 %}\nroot /a;\n${Array.from({ length: 2000 }, (_, i) => `{% elif a${i} %}\nroot /b;`).join('\n')}\n{% endif %}\n}\n`,
  ],
] as const)
  test(`${what}`, async () => {
    const from = performance.now();
    await findings('big.conf.j2', text);
    assert.ok(performance.now() - from < 8000, `${Math.round(performance.now() - from)} ms`);
  });

test('a chart whose configuration envsubst fills in when it starts', async () => {
  const { found, template } = await findings(
    'a.conf',
    'upstream api { server ${API_HOST}:8000; }\nserver {\n  listen {{ .Values.port }};\n  set $backend http://api;\n  location / { proxy_pass ${BACKEND}/x; }\n}\n',
  );
  assert.equal(template, 'helm');
  assert.deepEqual(
    found.filter((f) => ['mixed-case-variable', 'unknown-variable'].includes(f.rule)),
    [],
  );
});

test('an upstream whose servers a template writes is not empty', async () => {
  for (const [name, text] of [
    ['a.conf.j2', 'upstream a {\n  {{ servers }}\n}\n'],
    ['a.conf.j2', 'upstream a { {{ servers }} }\n'],
    ['a.conf.mako', 'upstream a {\n  ${servers}\n}\n'],
  ] as const)
    assert.deepEqual(
      (await findings(name, text)).found.filter((f) => f.severity === 'error').map((f) => f.message),
      [],
    );
});
