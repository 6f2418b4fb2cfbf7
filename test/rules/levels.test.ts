/** Findings that a rule has at a lower level than its own, as what is wrong about them hangs on what nobody sees here, or harms nobody. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { RULES } from '../../server/src/rules/all.ts';
import type { Example } from '../../server/src/rules/rule.ts';
import { exampleSettings, exampleTree, lintTree } from '../harness/rules.ts';

const PASS = 'proxy_set_header Host $host; proxy_pass http://127.0.0.1:8000;';
const CACHE = 'proxy_cache_path /c keys_zone=z:1m;\n';

interface Row {
  readonly rule: string;
  readonly inside?: Example['inside'];
  /** what is a warning, and the same with what makes it an information */
  readonly warning: string;
  readonly info: string;
}

const ROWS: readonly Row[] = [
  {
    rule: 'all-servers-down',
    warning: 'upstream a { server 10.0.0.1 down; }\nserver { location / { proxy_pass http://a; } }',
    info: 'upstream a { server 127.0.0.1 down; }\nserver { location / { proxy_pass http://a; } }',
  },
  {
    rule: 'all-servers-down',
    warning: 'upstream a { server 10.0.0.1 down; }\nserver { error_page 500 /m.html; location / { proxy_pass http://a; } }',
    info: 'upstream a { server 10.0.0.1 down; }\nserver { error_page 502 /m.html; location / { proxy_pass http://a; } }',
  },
  {
    rule: 'all-servers-down',
    warning: 'upstream a { server 10.0.0.1 down; }\nserver { location / { proxy_pass http://a; } }',
    info: 'upstream a { server 10.0.0.1 down; }\nupstream b { server 10.0.0.2; }\nserver { location / { proxy_pass http://b; } }',
  },
  {
    rule: 'all-servers-down',
    inside: 'stream',
    warning: 'upstream a { server 10.0.0.1:25 down; }\nserver { listen 25; proxy_pass a; }',
    info: 'upstream a { server 127.0.0.1:1 down; }\nserver { listen 25; proxy_pass a; }',
  },
  {
    rule: 'cache-key-leaks',
    warning: `${CACHE}server { location / { proxy_cache z; proxy_ignore_headers Set-Cookie; ${PASS} } }`,
    info: `${CACHE}server { location / { proxy_cache z; proxy_ignore_headers Set-Cookie; proxy_pass https://packages.example.com; } }`,
  },
  {
    rule: 'cache-key-leaks',
    warning: `${CACHE}server { location / { proxy_cache z; proxy_ignore_headers Set-Cookie; proxy_pass https://app.internal; } }`,
    info: `${CACHE}server { location / { proxy_cache z; proxy_ignore_headers Set-Cookie; proxy_set_header Host $proxy_host; proxy_pass https://packages.example.com; } }`,
  },
  {
    rule: 'root-repeats-prefix',
    inside: 'server',
    warning: 'location /static/ { root /srv/app/static; } location / { root /srv/app; }',
    info: 'location /static/ { root /srv/app/static; } location / { root /srv/app/static/; }',
  },
  {
    rule: 'auth-request-body-announced',
    inside: 'server',
    warning: `location /a/ { auth_request /who; ${PASS} } location = /who { internal; proxy_pass http://127.0.0.1:9000; }`,
    info: 'location /a/ { auth_request /who; root /srv/a; } location = /who { internal; proxy_pass http://127.0.0.1:9000; }',
  },
  {
    rule: 'auth-request-body-announced',
    inside: 'server',
    warning: `auth_request /who; location / { uwsgi_pass 127.0.0.1:8000; } location = /who { auth_request off; internal; proxy_pass http://127.0.0.1:9000; }`,
    info: `location /a/ { auth_request /who; root /srv/a; } location / { ${PASS} } location = /who { internal; proxy_pass http://127.0.0.1:9000; }`,
  },
  {
    rule: 'try-files-fallback-elsewhere',
    inside: 'server',
    warning: 'location /app/ { alias /srv/app/; try_files $uri $uri/ /index.html; } location / { root /srv/www; }',
    info: 'location /app/ { alias /srv/app/; try_files $uri $uri/ /404.html; } location / { root /srv/www; }',
  },
  {
    rule: 'try-files-fallback-elsewhere',
    inside: 'server',
    warning: 'location /app/ { root /srv/app; try_files $uri /notes.html; } location / { root /srv/www; }',
    info: 'location /app/ { root /srv/app; try_files $uri /not-found.html; } location / { root /srv/www; }',
  },
  {
    rule: 'retry-not-idempotent',
    warning: 'upstream a { server app:8000; }\nserver { location / { proxy_next_upstream error non_idempotent; proxy_pass http://a; } }',
    info: 'upstream a { server 10.0.0.1:8000; }\nserver { location / { proxy_next_upstream error non_idempotent; proxy_pass http://a; } }',
  },
  {
    rule: 'retry-not-idempotent',
    warning:
      'proxy_next_upstream error non_idempotent;\nupstream a { server 10.0.0.1; server 10.0.0.2; }\nserver { location / { proxy_pass http://10.0.0.3; } location /a { proxy_pass http://a; } }',
    info: 'proxy_next_upstream error non_idempotent;\nserver { location / { proxy_pass http://127.0.0.1:8000; } }',
  },
  {
    rule: 'all-servers-down',
    warning: 'upstream a { server 10.0.0.1 down; }\nserver { error_page 500 502 503 504 /50x.html; location / { proxy_pass http://a; } }',
    info: 'upstream a { server 10.0.0.1 down; }\nserver { error_page 502 503 /m.html; location / { proxy_pass http://a; } }',
  },
  {
    rule: 'cache-key-leaks',
    warning: `${CACHE}server { server_name www.example.com; location / { proxy_cache z; proxy_ignore_headers Set-Cookie; proxy_pass https://origin.example.com; } }`,
    info: `${CACHE}server { server_name www.example.com; location / { proxy_cache z; proxy_ignore_headers Set-Cookie; proxy_pass https://packages.example.org; } }`,
  },
  {
    rule: 'root-repeats-prefix',
    inside: 'server',
    warning: 'root /srv/app/static; location /static/ { root /srv/app/static; } location / { proxy_pass http://127.0.0.1:8000; }',
    info: 'root /srv/app/static; location /static/ { root /srv/app/static; } location / { index index.html; }',
  },
  {
    rule: 'basic-auth-over-http',
    warning: 'server { server_name 8.8.4.4; auth_basic x; auth_basic_user_file u; }',
    info: 'server { server_name 10.0.0.4; auth_basic x; auth_basic_user_file u; }',
  },
  {
    rule: 'basic-auth-over-http',
    warning: 'server { server_name ~^(\\w+)\\.example\\.org$; auth_basic x; auth_basic_user_file u; }',
    info: 'server { server_name ~^(\\w+)\\.lan$; auth_basic x; auth_basic_user_file u; }',
  },
  {
    rule: 'access-rules-bypassed',
    inside: 'server',
    warning: 'location /a/ { deny all; return https://partner.example.net/a; }',
    info: 'location /a/ { deny all; return 301 /b/; }',
  },
  {
    rule: 'content-type-by-add-header',
    inside: 'server',
    warning: 'location ~ ^/a/(?<who>.+)$ { add_header Content-Type text/plain; return 200 "hi $who"; }',
    info: 'location /a/ { add_header Content-Type text/plain; return 200 "hi $hostname"; }',
  },
  {
    rule: 'header-inheritance-lost',
    inside: 'server',
    warning: 'add_header Content-Security-Policy x; location ~ ^/uploads/.*\\.(css|svg)$ { add_header X-A b; root /srv; }',
    info: 'add_header Content-Security-Policy x; location ~ \\.(css|svg)$ { add_header X-A b; root /srv; }',
  },
  {
    rule: 'upstream-sni-missing',
    warning:
      'upstream a { server api.example.net:443; }\nserver { location / { proxy_pass https://a; proxy_ssl_verify on; proxy_ssl_trusted_certificate /etc/ssl/certs/ca-certificates.crt; } }',
    info: 'upstream a { server api.example.net:443; }\nserver { location / { proxy_pass https://a; proxy_ssl_verify on; proxy_ssl_trusted_certificate own.pem; } }',
  },
  {
    rule: 'program-served-as-text',
    inside: 'server',
    warning: 'root /srv; location ~ ^/(public|static)/ { } location ~ \\.php$ { fastcgi_pass 127.0.0.1:9000; }',
    info: 'root /srv; location ~ ^/(media|static)/ { } location ~ \\.php$ { fastcgi_pass 127.0.0.1:9000; }',
  },
];

describe('levels', () => {
  for (const { rule: id, inside = 'http', ...texts } of ROWS)
    for (const level of ['warning', 'info'] as const)
      test(`${id} is ${level}: ${texts[level].replace(/\s+/g, ' ').slice(0, 100)}`, async () => {
        const rule = RULES.find((r) => r.id === id)!;
        const example: Example = { inside };
        const { findings } = await lintTree(exampleTree(example, texts[level]), [rule], exampleSettings(example));
        const own = findings.filter((f) => f.rule === id);
        assert.ok(own.length > 0, 'nothing is told');
        assert.deepEqual(new Set(own.map((f) => f.severity)), new Set([level]));
      });
});
