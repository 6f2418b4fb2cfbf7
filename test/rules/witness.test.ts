/** The witnesses of the regex rules and the ways of the taint rules: what they find is checked against PCRE2, what they miss must be nothing. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { lint } from '../../server/src/rules/run.ts';
import { groupAlwaysHolds, groupHolds, samplesOf } from '../../server/src/witness/regex-samples.ts';
import { witnessesOf } from '../../server/src/witness/requests.ts';
import { lintText, parts } from '../harness/rules.ts';

test('samples match their pattern, and every usual form of pattern has some', async () => {
  const { engine } = await parts();
  for (const pattern of [
    '^/a(b|c)+/\\d{3}$',
    '(?i)\\.(?:jpe?g|png)$',
    '^(?!/x)/[[:alpha:]]+$',
    "^/(?'n'[^/]+)/\\k'n'$",
    '^\\x2fq\\Q',
    '[]a]+',
    '(?<year>\\d{4})-(?P<month>\\d\\d)',
  ]) {
    const compiled = engine.regexes.compile(pattern);
    if (!compiled.ok) continue;
    const samples = samplesOf(engine.regexes, pattern);
    assert.ok(samples.length, pattern);
    for (const s of samples) assert.equal(typeof compiled.regex.match(s), 'object', `${pattern} on ${JSON.stringify(s)}`);
  }
});

test('a group holds a line end only where its pattern lets one in', async () => {
  const { engine } = await parts();
  const holds = (pattern: string, group = 1): boolean => groupHolds(engine.regexes, pattern, false, group, '\n');
  assert.equal(holds('^/(.*)$'), false);
  assert.equal(holds('(?s)^/(.*)$'), true);
  assert.equal(holds('^/([^/]*)/x$'), true);
  assert.equal(holds('^/([^/\\n]*)/x$'), false);
  assert.equal(holds('^/(\\w+)/(\\W+)$', 1), false);
  assert.equal(holds('^/(\\w+)/(\\W+)$', 2), true);
  assert.equal(groupAlwaysHolds(engine.regexes, '^(/.*)$', false, 1, '/'), true);
  assert.equal(groupAlwaysHolds(engine.regexes, '^/(.*)$', false, 1, '/'), false);
});

test('the chain of a value names each step across files', async () => {
  const { findings } = await lintText(`#- nginx.conf
events {}
http { include maps.conf; server { include site.conf; } }
#- maps.conf
map $uri $page { ~^/p/(?<rest>[^.]+) $rest; default ""; }
#- site.conf
set $target $page;
location / { return 302 $target; }
`);
  const found = findings.find((f) => f.rule === 'response-splitting');
  assert.ok(found);
  assert.ok(found.related.some((r) => r.at.file.endsWith('/maps.conf')));
  assert.ok(found.related.some((r) => r.at.file.endsWith('/site.conf')));
});

test('a set in another server, or one that is overwritten, taints nothing', async () => {
  const { findings } = await lintText(
    `server { listen 81; set $to $arg_to; return 204; }
server { listen 82; set $to $arg_to; set $to 127.0.0.1; location / { proxy_pass http://$to; } }`,
    undefined,
    undefined,
    'http',
  );
  assert.deepEqual(
    findings.filter((f) => f.rule === 'server-side-request-forgery'),
    [],
  );
});

test('a round that runs out of requests says where it stopped, and one that has enough says nothing', async () => {
  const { rules } = await parts();
  const { config, findings } = await lintText(
    'events {}\nhttp {\n    server {\n        listen 8080;\n        location /a { return 301 /b; }\n        location /b { return 301 /a; }\n    }\n}\n',
  );
  const about = (all: typeof findings): string[] => all.filter((f) => f.messageId === 'budget').map((f) => `${f.rule} ${f.severity}`);
  assert.deepEqual(about(findings), []);
  assert.ok(findings.some((f) => f.rule === 'redirect-loop'));
  const witnesses = witnessesOf(config);
  for (let i = 0; !witnesses.cut; i++)
    witnesses.ask({ scheme: 'http', target: `/${i}`, headers: [['host', 'example.com']], localPort: 8080 });
  const after = lint(config, rules);
  assert.deepEqual(about(after), ['not-checked info']);
  assert.ok(!after.some((f) => f.rule === 'redirect-loop'));
  // the witnesses of the rest are not run, and quick rounds never judged them
  assert.deepEqual(about(lint(config, rules, { quick: true })), []);
});
