import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { ABOUT, assumeProblems, mayBeAsked, NAMED } from '../../server/src/trace/assumptions.ts';
import { traceRequest } from '../../server/src/trace/request.ts';
import { configOf } from './config-of.ts';

const SITE = `
events {}
http {
  limit_req_zone $binary_remote_addr zone=login:1m rate=1r/s;
  upstream app { server 127.0.0.1:8000; server 127.0.0.1:8001; }
  server { listen 80; add_header X-Country $geoip_country_code;
    location / { limit_req zone=login; proxy_pass http://app; }
    location /p/ { proxy_pass http://$arg_to; }
  }
}`;

const said = async (given: Record<string, string>, source = SITE): Promise<string> => {
  const config = await configOf(source);
  const trace = traceRequest(config, { target: '/', headers: [['Host', 'a.test']] }, { assume: given });
  return assumeProblems(config, given, [trace])
    .map((p) => p.message)
    .join('\n');
};

test('what is asked may be answered, in its own words', async () => {
  const good: readonly Record<string, string>[] = [
    { 'upstream-status': 'refused' },
    { 'upstream-status': '418' },
    { 'limit_req:login': 'over' },
    { geoip_country_code: 'NZ' },
    // this request does not ask, another one does
    { 'upstream-status:127.0.0.1:8001': '502' },
    { 'file:/srv/x': 'file' },
  ];
  for (const given of good) assert.equal(await said(given), '');
});

test('a name that no question has is refused with the names that there are', async () => {
  const message = await said({ 'upstream-statuss': 'refused' });
  assert.match(message, /^Nothing is called "upstream-statuss"\. Did you mean "upstream-status"\?/);
  assert.match(message, /limit_req:login/);
  assert.match(await said({ 'limit_req:logins': 'over' }), /Nothing is called "limit_req:logins"/);
  assert.match(await said({ 'cache:none': 'HIT' }), /Nothing is called/);
  assert.match(await said({ geoip_city: 'x' }), /Nothing is called/);
  const closed = SITE.replace('$arg_to', 'localhost');
  assert.match(await said({ 'upstream-status:ap': '502' }, closed), /Nothing is called/);
  assert.equal(await said({ 'upstream-status:localhost': '502' }, closed), '');
  // a variable behind the host leaves the host as it is
  const fixed = SITE.replace('http://$arg_to', 'http://10.0.0.7:7000$request_uri');
  assert.match(await said({ 'upstream-status:ap': '502' }, fixed), /Nothing is called/);
  assert.equal(await said({ 'upstream-status:10.0.0.7:7000': '502' }, fixed), '');
});

test('a value that a question does not know is refused with those that it knows', async () => {
  assert.match(await said({ 'limit_req:login': 'much' }), /"much" is no answer to limit_req:login .*within, over/);
  assert.match(await said({ 'upstream-status': 'down' }), /refused.*any status/);
  assert.match(await said({ 'upstream-status': '99' }), /"99" is no answer/);
});

test('every question of the simulator has a name that is known here', async () => {
  const config = await configOf('events {} http { server { listen 80; } }');
  const unknown: string[] = [];
  let seen = 0;
  for (const file of fs.readdirSync('server/src/trace', { recursive: true, encoding: 'utf8' })) {
    if (!file.endsWith('.ts') || /^(?:variables|phases|stations|tables)\.ts$/.test(file)) continue;
    const text = fs.readFileSync(path.join('server/src/trace', file), 'utf8');
    for (const [, id] of text.matchAll(/assume\(\{\s*id: '([^']+)'/g)) {
      seen++;
      // those of variables are known where the text uses the variable
      if (!NAMED.has(id!) && id !== 'hostname' && !mayBeAsked(config, id!)) unknown.push(id!);
    }
    for (const [, about] of text.matchAll(/\bid(?: =|:) `([\w-]+):\$\{/g)) {
      seen++;
      if (!(about! in ABOUT)) unknown.push(about!);
    }
  }
  assert.ok(seen > 15, `only ${seen} questions found`);
  assert.deepEqual(unknown, []);
});
