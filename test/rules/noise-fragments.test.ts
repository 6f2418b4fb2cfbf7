/** Bare fragments, as people paste them: what they alone decide is reported, and what an unseen outer level may settle is not. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { fileId } from '../../server/src/base/file-id.ts';
import { Config } from '../../server/src/config/config.ts';
import { fragmentContext } from '../../server/src/config/fragment.ts';
import { DEFAULT_SETTINGS } from '../../server/src/config/settings.ts';
import { NO_DISK } from '../../server/src/config/tree.ts';
import { RULES } from '../../server/src/rules/all.ts';
import { lint } from '../../server/src/rules/run.ts';
import { parts } from '../harness/rules.ts';

/** The rules of these groups that report on a fragment, everything on. */
async function reported(text: string): Promise<string[]> {
  const { parser, engine } = await parts();
  const id = fileId('file:///srv/fragment.conf');
  const source = parser.open(id, text);
  const tree = { root: id, files: new Map([[id, source]]), includes: new Map(), disk: NO_DISK };
  const { contexts } = fragmentContext(source, engine.catalog);
  const config = new Config(tree, engine, { ...DEFAULT_SETTINGS, profile: 'strict' }, 'fragment', contexts[0], contexts);
  const groups = new Set(['limits', 'upstreams', 'performance', 'deprecation', 'environment']);
  return [
    ...new Set(
      lint(config, RULES)
        .filter((f) => groups.has(f.group))
        .map((f) => f.rule),
    ),
  ].sort();
}

const CASES: readonly (readonly [string, readonly string[]])[] = [
  ['location / { proxy_pass https://api.example.com; }', ['dns-resolved-once']],
  ['location /api/ { proxy_pass https://api.example.com/v1/; }', ['dns-resolved-once']],
  ['location / { grpc_pass grpc://api.example.com:50051; }', ['dns-resolved-once']],
  ['upstream pool { server app.example.com:80; }\nserver { location / { proxy_pass http://pool; } }', ['dns-resolved-once']],
  ['resolver 127.0.0.1;\nupstream pool { zone pool 64k; server app.example.com:80 resolve; }', []],
  ['location / { proxy_pass http://10.0.0.1:8000; }', []],
  ['location / { proxy_pass http://app:8000; }', []],
  ['location / { proxy_pass http://app.default.svc.cluster.local; }', []],
  ['location / { set $api api.example.com; proxy_pass https://$api; }', []],
  ['proxy_buffering off;', ['buffering-off']],
  ['proxy_buffering on;', []],
  ['keepalive_requests 100;', ['keepalive-requests-low']],
  ['keepalive_requests 1000;', []],
  ['location / { try_files $uri $uri/ /index.php; }', []],
  ['server { open_file_cache max=1000; location / { try_files $uri $uri/ /index.php; } }', []],
  ['server { location / { root /srv/www; } }', ['root-in-location']],
  // nobody says which nginx runs it: a hint, which is not counted here
  ['server { listen 443 ssl http2; }', []],
  ['server { listen 443; ssl on; }', ['ssl-directive-deprecated']],
  ['server { location / { proxy_pass http://127.0.0.1:8000; proxy_set_header X-Real-IP $remote_addr; } }', ['proxy-host-missing']],
  // the host may be set in the http block that is not here
  ['server { location / { proxy_pass http://127.0.0.1:8000; } }', []],
  ['limit_req_zone $http_x_forwarded_for zone=perip:10m rate=10r/s;', ['limit-key-forgeable']],
  ['limit_req_zone $binary_remote_addr zone=perip:10m rate=10r/s;', []],
  ['upstream pool { server 10.0.0.1 down; }', ['all-servers-down']],
];

describe('fragments', () => {
  for (const [text, rules] of CASES)
    test(text.replaceAll('\n', ' '), async () => {
      assert.deepEqual(await reported(text), [...rules].sort());
    });
});
