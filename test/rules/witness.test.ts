/** The witnesses of the regex rules and the ways of the taint rules: what they find is checked against PCRE2, what they miss must be nothing. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { groupAlwaysHolds, groupHolds, samplesOf } from '../../server/src/witness/regex-samples.ts';
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
