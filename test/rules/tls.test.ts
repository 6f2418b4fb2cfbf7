// TLS rules against whole configurations: Mozilla's generated ones are silent, and each advisory's trigger finds what exposes it.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { advisories, advisory, TRIGGERS, type Trigger } from '../../server/src/catalog/advisories.ts';
import { type MozillaProfile, mozillaProfiles, profileDirectives } from '../../server/src/catalog/mozilla.ts';
import { version } from '../../server/src/catalog/version.ts';
import { DEFAULT_SETTINGS, NEWEST_NGINX, type Settings } from '../../server/src/config/settings.ts';
import { RULES } from '../../server/src/rules/all.ts';
import { groupParents } from '../../server/src/rules/security/_exposures.ts';
import { lintText } from '../harness/rules.ts';
import { ROWS } from './advisory-rows.ts';

const TLS = RULES.filter((r) => r.group === 'tls');

const settings = (nginx: string, openssl: string, mozillaProfile: MozillaProfile['name'] = 'intermediate'): Settings => ({
  ...DEFAULT_SETTINGS,
  target: { ...DEFAULT_SETTINGS.target, nginx: version(nginx), openssl: version(openssl) },
  versionFrom: 'setting',
  mozillaProfile,
});

/** What Mozilla's generator writes for nginx: the profile, HSTS, and a plain server that redirects. */
const generated = (p: MozillaProfile, s: Settings): string => `
events {
}
http {
    server {
        listen 443 ssl;
        listen [::]:443 ssl;
        server_name example.com;
        http2 on;
        ssl_certificate /path/to/signed_cert_plus_intermediates;
        ssl_certificate_key /path/to/private_key;
        add_header Strict-Transport-Security "max-age=${p.hstsMinAge}; includeSubDomains" always;
        location / {
            proxy_pass http://127.0.0.1:8000;
        }
    }
${profileDirectives(p, s.target)
  .map((d) => `    ${d.name} ${d.value};`)
  .join('\n')}
    server {
        listen 80 default_server;
        listen [::]:80 default_server;
        return 308 https://$host$request_uri;
    }
}
`;

describe("Mozilla's generated configurations", () => {
  const versions = [
    ['1.22.1', '1.1.1w'],
    ['1.22.1', '3.0.20'],
    ['1.26.3', '3.5.7'],
    ['1.31.4', '3.5.7'],
  ] as const;
  for (const p of mozillaProfiles())
    for (const [nginx, openssl] of versions)
      test(`${p.guideline} ${p.name} for nginx ${nginx}, OpenSSL ${openssl}`, async () => {
        const s = settings(nginx, openssl, p.name);
        const { findings } = await lintText(generated(p, s), TLS, s);
        assert.deepEqual(
          findings.map((f) => `${f.rule}: ${f.message}`),
          [],
        );
      });
});

/** The smallest configuration for each trigger, and the directive that is marked. */
const EXPOSED: Partial<Record<Trigger, readonly [string, string]>> = {
  any: ['http {\n}', 'http'],
  'capture-then-regex-map': ['http { map $uri $m { ~^/a(.) 1; } log_format x "$1 $m"; }', 'log_format'],
  'capture-in-subrequest': [
    'http { map $uri $m { ~^/a 1; } server { location ~ ^/f/(.+)$ { slice 1m; proxy_pass http://127.0.0.1/$1; } } }',
    'location',
  ],
  'ssi-unbuffered': ['http { server { ssi on; location / { proxy_buffering off; proxy_pass http://10.0.0.1; } } }', 'proxy_pass'],
  quic: ['http { server { listen 443 quic; } }', 'listen'],
  http2: ['http { server { listen 443 ssl http2; } }', 'listen'],
  spdy: ['http { server { listen 443 ssl spdy; } }', 'listen'],
  'http2-upstream-large-headers': [
    'http { server { ignore_invalid_headers off; large_client_header_buffers 4 3m; location / { grpc_pass 10.0.0.1:50051; } } }',
    'grpc_pass',
  ],
  'http2-upstream-set-body': [
    'http { server { location / { proxy_http_version 2; proxy_set_body $request_body; proxy_pass http://10.0.0.1; } } }',
    'proxy_set_body',
  ],
  'recode-from-utf8': ['http { charset_map koi8-r utf-8 { C0 D18E; } server { source_charset utf-8; charset koi8-r; } }', 'source_charset'],
  'rewrite-nested-captures': ['http { server { rewrite ^/((a)b)$ /$1$2 redirect; } }', 'rewrite'],
  'rewrite-arguments-then-capture': ['http { server { rewrite ^/(a)$ /b?c=$1; if ($1) { return 403; } } }', 'rewrite'],
  'uwsgi-or-scgi-upstream': ['http { server { location / { uwsgi_pass 10.0.0.1:3031; } } }', 'uwsgi_pass'],
  'tls-upstream': ['http { server { location / { proxy_pass https://10.0.0.1; } } }', 'proxy_pass'],
  proxy: ['http { server { location / { proxy_pass http://10.0.0.1; } } }', 'proxy_pass'],
  upstream: ['http { server { location / { fastcgi_pass 127.0.0.1:9000; } } }', 'fastcgi_pass'],
  'client-ocsp': ['http { server { ssl_verify_client on; ssl_ocsp on; } }', 'ssl_ocsp'],
  'stream-client-ocsp': ['stream { server { listen 9000 ssl; ssl_verify_client optional; ssl_ocsp leaf; } }', 'ssl_ocsp'],
  'shared-socket-client-certificates': [
    'http { server { listen 443 ssl; server_name a; } server { listen 443 ssl; server_name b; ssl_verify_client on; } ssl_protocols TLSv1.3; }',
    'ssl_verify_client',
  ],
  'shared-session-cache': [
    'http { ssl_session_cache shared:S:1m; server { listen 443 ssl; } server { listen 444 ssl; } }',
    'ssl_session_cache',
  ],
  tls: ['http { server { listen 443 ssl; } }', 'server'],
  'dav-copy-alias': ['http { server { location /d/ { alias /srv/d/; dav_methods PUT COPY; } } }', 'alias'],
  'dav-copy': ['http { server { dav_methods MOVE; } }', 'dav_methods'],
  mp4: ['http { server { location / { mp4; } } }', 'mp4'],
  resolver: ['http { resolver 10.0.0.53; }', 'resolver'],
  'cache-with-ranges': ['http { server { location / { proxy_cache z; proxy_pass http://10.0.0.1; } } }', 'proxy_cache'],
  'mail-challenge-response': ['mail { auth_http 127.0.0.1/a; server { listen 143; imap_auth plain cram-md5; } }', 'server'],
  'smtp-resolver': ['mail { resolver 10.0.0.53; server { listen 25; protocol smtp; } }', 'server'],
  'smtp-auth-none': ['mail { auth_http 127.0.0.1/a; server { listen 25; smtp_auth none; } }', 'server'],
  'smtp-starttls': ['mail { server { listen 25; protocol smtp; starttls on; } }', 'server'],
};

/** A configuration with the same directives that is not open to the advisory. */
const CLOSED: Partial<Record<Trigger, string>> = {
  'capture-then-regex-map': 'http { map $uri $m { ~^/a(.) 1; } log_format x "$m $1"; server { return 200 $1; } }',
  'capture-in-subrequest': 'http { server { location ~ ^/f/(.+)$ { slice 1m; proxy_pass http://127.0.0.1/$1; } } }',
  'ssi-unbuffered': 'http { server { ssi on; location / { proxy_pass http://10.0.0.1; } } }',
  'http2-upstream-large-headers': 'http { server { ignore_invalid_headers off; location / { grpc_pass 10.0.0.1:50051; } } }',
  'http2-upstream-set-body': 'http { server { location / { proxy_set_body $request_body; proxy_pass http://10.0.0.1; } } }',
  'recode-from-utf8': 'http { server { charset utf-8; source_charset koi8-r; } }',
  'rewrite-nested-captures':
    'http { server { rewrite ^/(a)(b)$ /$1$2 redirect; rewrite ^/((c)d)$ /$1$2 last; rewrite "^/(?:(e))$" /?$1; } }',
  'rewrite-arguments-then-capture': 'http { server { rewrite ^/(a)$ /b?c=$1 last; rewrite ^/(b)$ /x?; set $y $1; } }',
  'uwsgi-or-scgi-upstream': 'http { server { location / { uwsgi_pass unix:/run/app.sock; } } }',
  'tls-upstream': 'http { server { location / { proxy_pass https://127.0.0.1:8443; } } }',
  'client-ocsp': 'http { server { ssl_ocsp on; } }',
  'shared-socket-client-certificates':
    'http { ssl_verify_client on; server { listen 443 ssl; server_name a; } server { listen 443 ssl; server_name b; } }',
  'dav-copy-alias': 'http { server { location /d/ { alias /srv/d/; dav_methods PUT DELETE; } } }',
  resolver: 'http { resolver off; }',
  'mail-challenge-response': 'mail { auth_http 127.0.0.1/a; server { listen 143; imap_auth plain; } }',
};

describe('the triggers of advisories', () => {
  const rule = RULES.filter((r) => r.id === 'known-vulnerability');
  const unfindable = ['undecidable', 'windows', 'mp4-32-bit', 'spdy-32-bit'];
  const run = async (text: string, trigger: Trigger) => {
    const all = advisories().filter((a) => a.trigger === trigger);
    const s = settings(all[0]!.vulnerable[0]![1]!, '3.0.20');
    const { findings, sources } = await lintText(text, rule, s);
    return findings
      .filter((f) => all.some((a) => f.message.includes(a.id)))
      .map((f) => [...sources.values()][0]!.text.slice(f.at.span.start).split(/[\s;{]/)[0]);
  };
  test('every trigger that a configuration can show has an example', () => {
    assert.deepEqual(
      TRIGGERS.filter((t) => !EXPOSED[t] && !ROWS.some((r) => advisory(r.id)?.trigger === t)),
      unfindable,
    );
  });
  for (const [trigger, [text, mark]] of Object.entries(EXPOSED))
    test(trigger, async () => {
      assert.equal((await run(text, trigger as Trigger))[0], mark);
      const closed = CLOSED[trigger as Trigger];
      if (closed) assert.deepEqual(await run(closed, trigger as Trigger), []);
    });
  test('the newest version has none of them', async () => {
    const s = settings(NEWEST_NGINX, '3.5.9');
    for (const [text] of Object.values(EXPOSED)) assert.deepEqual((await lintText(text, rule, s)).findings, []);
  });
});

test('groups of a pattern and those around them', () => {
  assert.deepEqual(groupParents('^/((a)(?:b(c)))$'), [[], [1], [1]]);
  assert.deepEqual(groupParents('(?<n>x(y))\\([)(](z)'), [[], [1], []]);
  assert.deepEqual(groupParents('(?P<n>a)(?=b)(?<!c)[]()](d)'), [[], []]);
});
