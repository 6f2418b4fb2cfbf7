/** Every directive of nginx that a request may meet is read by the trace, changes nothing that it tells, or is named as not simulated. */
import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { CONTENT_HANDLERS } from '../../server/src/config/handlers.ts';
import { HARMLESS, harmlessBecause, UNFOLLOWED_MODULES, UNFOLLOWED_NAMES } from '../../server/src/trace/ledger.ts';
import { traceRequest } from '../../server/src/trace/request.ts';
import { configOf } from './config-of.ts';

const SERVER = 'server/src';
/** Rooms whose code follows a request; the ledger itself reads nothing. */
const ROOMS = ['trace', 'config'];
const HOST = [['Host', 'a.test']] as const;
const CONTEXTS = new Set(['http', 'server', 'location', 'upstream', 'if-in-server', 'if-in-location', 'limit_except']);
/** Families that one piece of code reads under several names, as `${prefix}_buffering`. */
const FAMILY = /^(?:proxy|fastcgi|uwsgi|scgi|grpc|memcached|add_header|add_trailer)(_.+)$/;

/** All words of the code that could be the name of a directive, or the rest of one behind a family's prefix. */
function wordsRead(): ReadonlySet<string> {
  const words = new Set<string>();
  const visit = (folder: string): void => {
    for (const entry of fs.readdirSync(folder, { withFileTypes: true })) {
      const file = path.join(folder, entry.name);
      if (entry.isDirectory()) visit(file);
      else if (entry.name.endsWith('.ts') && entry.name !== 'ledger.ts') {
        const text = fs.readFileSync(file, 'utf8').replace(/\/\*[\s\S]*?\*\/|^\s*\/\/.*$/gm, '');
        for (const m of text.matchAll(/(?<=['"`|(\s{[])[a-z]\w*(?=['"`|)\s:,}\]])|(?<=\})_\w+/g)) words.add(m[0]);
      }
    }
  };
  for (const room of ROOMS) visit(path.join(SERVER, room));
  return words;
}

test('nothing of the catalog is left out', async () => {
  const { catalog } = await configOf('events {}\n');
  const words = wordsRead();
  const left: string[] = [];
  const twice: string[] = [];
  const used = new Set<RegExp>();
  for (const name of catalog.names())
    for (const fact of catalog.directives(name)) {
      if (fact.source !== 'oss' || !fact.contexts.some((c) => CONTEXTS.has(c))) continue;
      for (const [, names] of HARMLESS) if (names.test(name)) used.add(names);
      const family = FAMILY.exec(name)?.[1];
      const read = words.has(name) || (family !== undefined && words.has(family)) || CONTENT_HANDLERS.has(name);
      const named = UNFOLLOWED_NAMES.has(name) || UNFOLLOWED_MODULES.has(fact.module);
      const harmless = harmlessBecause(name) !== null;
      if (!read && !named && !harmless) left.push(`${name} (${fact.module})`);
      if (named && harmless) twice.push(name);
    }
  assert.deepEqual([...new Set(left)].sort(), []);
  assert.deepEqual(twice, []);
  assert.deepEqual(
    HARMLESS.filter(([, names]) => !used.has(names)).map(([why]) => why),
    [],
  );
});

test('what is not simulated is named, also where it stands in the group that is asked', async () => {
  const config = await configOf(
    'events {}\nhttp { upstream u { server 127.0.0.1:1; fair; } server { listen 80; ssi on; location / { proxy_pass http://u; } location /f { ssi off; return 204; } } }\n',
  );
  const named = (target: string): string[] => traceRequest(config, { target, headers: HOST }).notSimulated.map((n) => n.directive);
  assert.deepEqual(named('/'), ['ssi', 'fair']);
  assert.deepEqual(named('/f'), []);
});

test('a volatile geo is asked anew', async () => {
  const config = await configOf(
    'events {}\nhttp { geo $arg_a $g { volatile; 1.0.0.0/8 one; 2.0.0.0/8 two; } server { listen 80; location / { set $x $g; set $args a=2.0.0.1; return 200 "$x $g"; } } }\n',
  );
  assert.equal(traceRequest(config, { target: '/?a=1.0.0.1', headers: HOST }).outcome.body, 'one two');
});
