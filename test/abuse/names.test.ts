/** Names that every object of JavaScript has are words as any other: in the place of each directive, value, variable and name, for every command. */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { describe, test } from 'node:test';
import { loadCatalog } from '../../server/src/catalog/catalog.ts';
import type { Context } from '../../server/src/catalog/context.ts';
import { DEFAULT_SETTINGS } from '../../server/src/config/settings.ts';
import { readSettings } from '../../server/src/config/settings-file.ts';
import { readDeployment } from '../../server/src/deploy/deployment.ts';
import { completion } from '../../server/src/features/completion.ts';
import { format } from '../../server/src/features/format.ts';
import { hover } from '../../server/src/features/hover.ts';
import { signatureHelp } from '../../server/src/features/signature.ts';
import { outline } from '../../server/src/features/symbols.ts';
import { tokens } from '../../server/src/features/tokens.ts';
import { ruleNames } from '../../server/src/rules/rule.ts';
import { lint } from '../../server/src/rules/run.ts';
import { readTests } from '../../server/src/trace/expect.ts';
import { traceMermaid } from '../../server/src/trace/print/mermaid.ts';
import { traceText } from '../../server/src/trace/print/text.ts';
import { traceRequest } from '../../server/src/trace/request.ts';
import { loadedPython, tree } from '../deploy/fixture.ts';
import { parts } from '../harness/rules.ts';
import { configOf } from '../trace/config-of.ts';
import { INHERITED } from './hostile.ts';

/** How a text gets to be in a context. */
const AROUND: readonly (readonly [Context, string, string])[] = [
  ['main', '', '\n'],
  ['events', 'events {\n', '\n}\n'],
  ['http', 'http {\n', '\n}\n'],
  ['server', 'http { server { listen 80;\n', '\n} }\n'],
  ['location', 'http { server { listen 80; location / {\n', '\n} } }\n'],
  ['if-in-location', 'http { server { location / { if ($uri) {\n', '\n} } } }\n'],
  ['upstream', 'http { upstream u {\n', '\n} server { location / { proxy_pass http://u; } } }\n'],
  ['stream', 'stream {\n', '\n}\n'],
  ['stream-server', 'stream { server { listen 1;\n', '\n} }\n'],
  ['mail', 'mail {\n', '\n}\n'],
];

/** Each directive of the context with the word wherever a word of it may be. */
function directivesIn(context: Context, word: string): string {
  const catalog = loadCatalog();
  const out: string[] = [];
  for (const fact of catalog.names().flatMap((name) => catalog.directives(name))) {
    if (!fact.contexts.includes(context)) continue;
    const count = Math.max(1, Math.min(fact.args.min, 3));
    const words = Array.from({ length: fact.args.max === 0 ? 0 : count }, () => word).join(' ');
    out.push(fact.args.block ? `${fact.name} ${words} { ${word} ${word}; }` : `${fact.name} ${words};`);
    if (fact.args.max !== 0 && !fact.args.block) out.push(`${fact.name} $${word};`, `${fact.name} ${word}=${word} ${word}:${word};`);
  }
  out.push(`${word} y;`, `${word};`, `${word} { ${word} z; }`, `include ${word};`);
  return out.join('\n');
}

const ANSWERS: readonly Readonly<Record<string, string>>[] = [{}, { other: 'x' }];

describe('inherited names', () => {
  for (const word of INHERITED)
    test(`${word}: check, trace, format, hover and proposals in every place`, async () => {
      const { rules } = await parts();
      for (const [context, before, after] of AROUND) {
        const config = await configOf(`${context === 'events' ? '' : 'events {}\n'}${before}${directivesIn(context, word)}${after}`);
        const crashes: string[] = [];
        lint(config, rules, { onCrash: (rule, error) => crashes.push(`${rule.id}: ${(error as Error).stack}`) });
        assert.deepEqual(crashes, []);
        const file = config.files.get(config.root)!;
        format(file, { indent: '    ' });
        outline(file);
        tokens(config, file);
        const step = Math.max(1, Math.floor(file.text.length / 400));
        for (let at = 0; at < file.text.length; at += step) {
          hover([config], file, at, { rules });
          signatureHelp([config], file, at);
          if (at % (step * 10) === 0) completion([config], file, at);
        }
      }
    });

  for (const word of INHERITED)
    test(`${word}: the shapes of a request`, async () => {
      for (const body of [
        `return 200 $${word};`,
        `return 200 $http_${word}$arg_${word}$cookie_${word}$sent_http_${word};`,
        `set $${word} x; return 200 $${word};`,
        `proxy_pass http://${word}; proxy_next_upstream ${word}; proxy_set_header ${word} ${word};`,
        `${word} y; charset ${word}; default_type ${word}; error_page ${word} /; try_files ${word} =404;`,
        `add_header ${word} $${word}; expires ${word}; proxy_hide_header ${word}; proxy_pass http://127.0.0.1;`,
        `if ($${word} = ${word}) { return 302 ${word}; } types { ${word} ${word}; }`,
        `limit_req zone=${word}; auth_basic ${word}; satisfy ${word}; proxy_cache ${word}; proxy_pass http://u;`,
      ]) {
        const config = await configOf(
          `events {}\nhttp { ${word} y; map $uri $m { ${word} ${word}; default $${word}; } upstream ${word} { server 127.0.0.1; ${word}; } server { listen 80; server_name ${word}; location / { ${body} } location /${word} { return 200 $m; } } }`,
        );
        for (const target of ['/', `/${word}`, `/?${word}=1`]) {
          const trace = traceRequest(config, {
            target,
            headers: [
              ['host', word],
              [word, word],
              ['cookie', `${word}=1`],
            ],
            method: word,
          });
          traceText(trace);
          traceMermaid(trace);
        }
      }
    });

  for (const word of INHERITED)
    test(`${word}: a variable that nobody defines is a question, whatever else was answered`, async () => {
      const config = await configOf(`events {}\nhttp { server { listen 80; location / { set $a $${word}; return 200 "$${word}$a."; } } }`);
      for (const assume of ANSWERS) {
        const { outcome, assumptions } = traceRequest(config, { target: '/', headers: [['host', 'a']] }, { assume });
        assert.equal(outcome.body, '.');
        assert.deepEqual(
          assumptions.map((a) => a.assumed),
          [''],
        );
      }
    });

  for (const word of INHERITED)
    test(`${word}: the application's side, settings and request tests`, async () => {
      const files = tree(`#- Dockerfile
FROM ${word} AS ${word}
ENV ${word}=${word}
CMD ${word} --${word} ${word}:${word} && gunicorn --${word} -${word[0]} ${word} -b \${${word}}
#- docker-compose.yml
services: { ${word}: { image: ${word}, ${word}: ${word}, environment: { ${word}: ${word} }, command: "gunicorn ${word}", depends_on: [${word}] } }
volumes: { ${word}: { } }
#- .env
${word}=\${${word}}
#- uwsgi.ini
[uwsgi]
${word} = %(${word})
http = ${word}
#- Procfile
${word}: ${word} ${word}
web: uvicorn ${word}:${word} --${word}=1
#- gunicorn.conf.py
${word} = ${word}
bind = ${word}.${word}[${word}](${word}, ${word}=${word})
#- a.service
[Service]
${word}=${word}
ExecStart=/x/${word} %${word}
#- manage.py
import os
os.environ.setdefault('DJANGO_SETTINGS_MODULE', '${word}')
#- ${word}.py
from ${word} import *
ALLOWED_HOSTS = ['${word}'.${word}(), ${word}]
#- deployment.yaml
kind: Deployment
metadata: { name: ${word}, labels: { ${word}: ${word} } }
spec: { template: { spec: { containers: [ { name: ${word}, image: nginx, ${word}: ${word}, envFrom: [ { configMapRef: { name: ${word} } } ] } ] } } }
`);
      const made = readDeployment(files, await loadedPython());
      assert.deepEqual(made.unread, []);
      readSettings(
        `${word}: ${word}\nrules: { ${word}: ${word} }\npathMap: { ${word}: ${word} }\nnginx: ${word}\nflavour: ${word}\n`,
        ruleNames((await parts()).rules),
      );
      readTests(
        `config: ${word}\n${word}: x\nrequests:\n  - name: ${word}\n    request: GET http://${word}/\n    ${word}: 1\n    expect: { ${word}: ${word} }\n`,
      );
      assert.equal(({} as Record<string, unknown>)[`polluted${word}`], undefined);
      void DEFAULT_SETTINGS;
    });
});

describe('inherited names on the command line', () => {
  const cli = path.resolve('dist/cli.cjs');
  for (const word of INHERITED)
    test(`${word}: as file, folder, key, option and part of a recording`, () => {
      const root = fs.mkdtempSync(path.join(os.tmpdir(), 'proxylens-names-'));
      const put = (name: string, text: string): void => fs.writeFileSync(path.join(root, name), text);
      // JSON has no other way to a key of that name
      const json = (value: unknown): string => JSON.stringify(value).replaceAll('KEY', word);
      try {
        fs.mkdirSync(path.join(root, word));
        put(`${word}/${word}.conf`, `location = /f { return 200 ${word}; }\n`);
        put(
          'nginx.conf',
          `events {}\nhttp { upstream ${word} { server 127.0.0.1:9; }\nserver { listen 80; server_name ${word} a.example; include ${word}/*.conf; location /${word} { proxy_set_header ${word} $cookie_${word}; proxy_pass http://${word}; } } }\n`,
        );
        put('baseline.json', json({ version: 1, findings: [{ path: 'KEY', rule: 'KEY', line: 'KEY' }], KEY: 'KEY' }));
        const pair = { name: 'KEY', value: 'KEY' };
        const request = { method: 'KEY', url: 'http://KEY/KEY?KEY=KEY', headers: [pair], cookies: [pair], queryString: [pair] };
        put('recorded.har', json({ log: { KEY: 'KEY', entries: [{ KEY: 'KEY', request, response: { status: 200, KEY: 1 } }] } }));
        put(
          'lines.jsonl',
          `${json({ url: 'http://KEY/', KEY: 1 })}\n${json({ url: 'http://KEY/KEY', headers: { KEY: 'KEY' }, upstreams: { KEY: { status: 200, headers: { KEY: 'KEY' } } } })}\n`,
        );
        put(
          'a.proxytest.yaml',
          `config: nginx.conf\nrequests:\n  - request: GET http://${word}/${word}\n    headers: { ${word}: ${word} }\n    upstreams: { ${word}: 502 }\n    expect: { status: 502, headers: { ${word}: null } }\n`,
        );
        const at = `http://${word}/${word}?${word}=${word}`;
        const calls: readonly (readonly [codes: readonly number[], ...words: string[]])[] = [
          [[0, 1, 2], 'check', '--baseline', 'baseline.json', '.'],
          [[0, 1], 'trace', 'nginx.conf', at, '--upstream', `${word}=200`, '-H', `${word}: ${word}`],
          [[0, 1, 2], 'trace', 'nginx.conf', '--requests', 'recorded.har'],
          [[0, 1, 2], 'trace', 'nginx.conf', '--requests', 'lines.jsonl', '--format', 'jsonl'],
          [[0, 1, 2], 'test'],
          [[2], 'check', '--only', word, 'nginx.conf'],
        ];
        for (const [codes, ...words] of calls) {
          const run = spawnSync(process.execPath, [cli, ...words], { cwd: root, encoding: 'utf8', timeout: 120_000 });
          assert.ok(codes.includes(run.status!), `${words.join(' ')}: ${run.status} ${run.stderr}`);
          assert.doesNotMatch(run.stdout + run.stderr, /please report|TypeError|native code|\[object|\bundefined\b/, words.join(' '));
        }
      } finally {
        fs.rmSync(root, { recursive: true });
      }
    });
});

test('tables that are asked for a word of a text inherit nothing', () => {
  const wrong: string[] = [];
  const visit = (folder: string): void => {
    for (const entry of fs.readdirSync(folder, { withFileTypes: true })) {
      const file = path.posix.join(folder, entry.name);
      if (entry.isDirectory()) {
        if (!['data', 'generate'].includes(entry.name)) visit(file);
      } else if (file.endsWith('.ts'))
        for (const [i, line] of fs.readFileSync(file, 'utf8').split('\n').entries())
          if (/^(?:export )?const [A-Z_0-9]+: (?:Readonly<)?(?:\{ readonly \[|Record<string,).*= \{/.test(line))
            wrong.push(`${file}:${i + 1}: ${line.trim()}`);
    }
  };
  visit('server/src');
  assert.deepEqual(wrong, [], 'make it with table() of base/table.ts, which has no prototype, or make it a Map');
});
