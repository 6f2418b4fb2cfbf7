/**
 * The requests that a configuration is asked, probe by probe: each row is a small configuration in which one kind of request shows the fault,
 * with the rule that judges it by that request. What only comparisons need is looked for among the representative requests.
 */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { traceRequest } from '../../server/src/trace/request.ts';
import { representative } from '../../server/src/witness/representative.ts';
import { lintText } from '../harness/rules.ts';

const PASS = 'proxy_pass http://127.0.0.1:8000;';
const TLS = 'listen 443 ssl; ssl_certificate a.pem; ssl_certificate_key a.key;';

interface Row {
  readonly probe: string;
  /** in http */
  readonly text: string;
  readonly rule: string;
  /** what the request of the proof is like */
  readonly request: RegExp;
  /** what comes of it */
  readonly outcome?: RegExp;
}

const server = (text: string): string => `server { listen 80; ${text} }`;

const JUDGED: readonly Row[] = [
  // paths
  {
    probe: 'a path below',
    text: server('location /api { proxy_pass http://127.0.0.1:8000/; }'),
    rule: 'proxy-pass-slash-mismatch',
    request: /\/api\/users$/,
    outcome: /^GET \/\/users/,
  },
  {
    probe: 'a query',
    text: server('location /old { rewrite ^/old(.*)$ /new$1?$args redirect; }'),
    rule: 'redirect-query-twice',
    request: /\?b=1$/,
    outcome: /b=1&b=1/,
  },
  {
    probe: 'an escape in the path',
    text: server('location ~ ^/files/(.*)$ { proxy_pass http://127.0.0.1:8000/$1; }'),
    rule: 'capture-sent-decoded',
    request: /%20/,
  },
  {
    probe: 'an escaped slash',
    text: server('server_name gitlab.example.com; location / { proxy_pass http://127.0.0.1:8080/; }'),
    rule: 'encoded-slash-decoded',
    request: /group%2Fproject$/,
    outcome: /group\/project at/,
  },
  {
    probe: 'two slashes',
    text: server(`merge_slashes off; location /admin/ { deny all; ${PASS} } location / { ${PASS} }`),
    rule: 'access-list-passed-by-slashes',
    request: /test\/\/admin\//,
  },
  {
    probe: '.. behind the prefix',
    text: server('location /v1 { proxy_pass http://127.0.0.1:8000/public/; }'),
    rule: 'proxy-pass-slash-mismatch',
    request: /\/v1\.\.\/x$/,
    outcome: /\/public\/\.\.\/x/,
  },
  {
    probe: 'a trailing slash and none',
    text: server('root /srv; rewrite ^(.*[^/])$ $1/ permanent; rewrite ^(.+)/$ $1 permanent;'),
    rule: 'redirect-loop',
    request: /./,
    outcome: /301/,
  },
  {
    probe: 'upper case, where a pattern takes it',
    text: server(`location /admin/ { deny all; ${PASS} } location ~* \\.JSON$ { ${PASS} }`),
    rule: 'access-list-outranked',
    request: /\/admin\/.*\.json$/i,
  },
  // methods, bodies and protocols
  {
    probe: 'a POST with a large body',
    text: server(
      `client_max_body_size 20m; error_page 502 /down.html; location = /down.html { client_max_body_size 1m; root /srv; } location / { ${PASS} }`,
    ),
    rule: 'error-page-fails-too',
    request: /^POST .*Content-Length: \d{7}/,
    outcome: /413/,
  },
  {
    probe: 'a WebSocket',
    text: `map $http_upgrade $connecting { default keep-alive; }\n${server(
      `location /ws/ { proxy_http_version 1.1; proxy_set_header Upgrade $http_upgrade; proxy_set_header Connection $connecting; ${PASS} }`,
    )}`,
    rule: 'websocket-upgrade-wrong',
    request: /Upgrade: websocket/,
  },
  {
    probe: 'another origin with credentials',
    text: server(
      `location / { add_header Access-Control-Allow-Origin $http_origin always; add_header Access-Control-Allow-Credentials true always; ${PASS} }`,
    ),
    rule: 'cors-misconfigured',
    request: /Origin: /,
  },
  {
    probe: 'a preflight',
    text: server(
      `location /api/ { auth_basic a; auth_basic_user_file u; add_header Access-Control-Allow-Origin https://a.example always; add_header Access-Control-Allow-Headers Authorization always; ${PASS} }`,
    ),
    rule: 'cors-preflight-fails',
    request: /^OPTIONS /,
  },
  // who asks
  {
    probe: 'from outside of a list, without credentials',
    text: server(`location /admin/ { allow all; deny all; ${PASS} }`),
    rule: 'access-list-ineffective',
    request: /\/admin\/users$/,
  },
  {
    probe: 'a password, which opens what it does not',
    text: server(`location /admin/ { auth_basic staff; auth_basic_user_file s; ${PASS} } location ~ \\.json$ { ${PASS} }`),
    rule: 'access-list-outranked',
    request: /\.json$/,
  },
  {
    probe: 'a host of the client’s choice',
    text: server('if ($arg_next) { return 302 $arg_next; } root /srv;'),
    rule: 'open-redirect',
    request: /next=/,
  },
  // what the application does
  {
    probe: 'the application down',
    text: server(`error_page 502 /down.html; location / { ${PASS} }`),
    rule: 'error-page-fails-too',
    request: /./,
    outcome: /502/,
  },
  {
    probe: 'the application fails',
    text: `proxy_cache_path /c keys_zone=z:1m;\n${server(`location / { proxy_cache z; proxy_cache_valid any 1d; ${PASS} }`)}`,
    rule: 'cache-stores-errors',
    request: /./,
    outcome: /^HIT.*500/,
  },
  {
    probe: 'nothing is there',
    text: server('root /srv; add_header X-Frame-Options DENY; location / { try_files $uri =404; }'),
    rule: 'header-without-always',
    request: /./,
    outcome: /^404 without/,
  },
  {
    probe: 'the second hop of a redirect',
    text: `server { listen 80; server_name a.example; return 301 http://www.a.example$request_uri; }
server { listen 80; server_name www.a.example; return 301 http://a.example$request_uri; }`,
    rule: 'redirect-loop',
    request: /a\.example/,
  },
  {
    probe: 'asked twice through a cache',
    text: `proxy_cache_path /c keys_zone=z:1m;\n${server(`location / { proxy_cache z; ${PASS} }`)}`,
    rule: 'cache-stores-nothing',
    request: /./,
    outcome: /^MISS/,
  },
  // listeners and names
  {
    probe: 'a listener with TLS',
    text: `server { ${TLS} server_name a.example; if ($scheme = https) { return 301 https://$host$request_uri; } }`,
    rule: 'redirect-loop',
    request: /^GET https:\/\/a\.example/,
  },
  {
    probe: 'a name with a mask',
    text: server('server_name *.a.example; location / { return 301 http://$host$request_uri; }'),
    rule: 'redirect-loop',
    request: /\/\/w\.a\.example/,
  },
  {
    probe: 'a name by an expression',
    text: server('server_name ~^shop\\d+\\.a\\.example$; location / { return 301 http://$host$request_uri; }'),
    rule: 'redirect-loop',
    request: /\/\/shop\d+\.a\.example/,
  },
  {
    probe: 'no name',
    text: server('location / { return 301 http://$host$request_uri; }'),
    rule: 'redirect-loop',
    request: /www\.example\.test/,
  },
  // places
  {
    probe: 'a nested location',
    text: server('location /a/ { location /a/b/ { return 301 /a/b/c; } }'),
    rule: 'redirect-loop',
    request: /\/a\/b\//,
  },
  {
    probe: 'a named location',
    text: server('root /srv; location /a/ { try_files $uri @go; } location @go { return 301 $request_uri; }'),
    rule: 'redirect-loop',
    request: /\/a\//,
  },
  {
    probe: 'an exact location',
    text: server('location = /a { return 301 /a; }'),
    rule: 'redirect-loop',
    request: /\/a(?:\?|$)/,
  },
  {
    probe: 'a location by an expression',
    text: server('location ~ ^/v\\d+/x$ { return 301 $request_uri; }'),
    rule: 'redirect-loop',
    request: /\/v\d+\/x/,
  },
  // both sides of what is asked
  {
    probe: 'a condition that is met',
    text: server(`location / { if ($cookie_old = "1") { return 301 $request_uri; } ${PASS} }`),
    rule: 'redirect-loop',
    request: /Cookie: old=1/,
  },
  {
    probe: 'a row of a map',
    text: `map $cookie_kind $to { default ""; a /loop; }\n${server(`location / { if ($to) { return 301 $to; } ${PASS} }`)}`,
    rule: 'redirect-loop',
    request: /Cookie: kind=a/,
  },
  {
    probe: 'a network of geo',
    text: `geo $old { default 0; 198.51.100.0/24 1; }\n${server(`location / { if ($old) { return 301 $request_uri; } ${PASS} }`)}`,
    rule: 'redirect-loop',
    request: /./,
  },
];

describe('each kind of request is asked, and a rule judges by it', () => {
  for (const { probe, text, rule, request, outcome } of JUDGED)
    test(probe, async () => {
      const { findings } = await lintText(text, undefined, undefined, 'http');
      const found = findings.filter((f) => f.rule === rule);
      const shown = found.map((f) => `${f.witness?.request} → ${f.witness?.outcome}`).join('\n');
      assert.ok(
        found.some((f) => f.witness && request.test(f.witness.request) && (!outcome || outcome.test(f.witness.outcome))),
        `${rule}: ${shown || 'nothing'}`,
      );
    });
});

const COMPARED: readonly (readonly [probe: string, text: string, is: (asked: string, client: string) => boolean])[] = [
  ['an encoded slash', server('location /a/ { proxy_pass http://127.0.0.1:8000/b/; }'), (asked) => asked.includes(' /a/a%2Fb ')],
  ['two slashes', server('location /a/ { proxy_pass http://127.0.0.1:8000/b/; }'), (asked) => asked.includes(' //a/')],
  ['.. behind the prefix', server('location /a { alias /srv/b/; }'), (asked) => asked.includes(' /a../w ')],
  ['no slash at the end', server('location /a/ { alias /srv/b/; }'), (asked) => asked.includes(' /a/users/ ')],
  ['upper case', server(`location /a/ { deny all; ${PASS} }`), (asked) => asked.includes(' /A/USERS ')],
  ['an allowed client', server(`location /a/ { allow 192.0.2.0/24; deny all; ${PASS} }`), (_, client) => client === '192.0.2.7'],
  ['a foreign host', server('location / { return 301 https://$host/; }'), (asked) => asked.includes('Host: of-nobody.test')],
  ['no host', server('location / { return 301 https://$http_host/; }'), (asked) => asked.endsWith('1.0 ')],
  ['HTTP/1.0', server(`location / { ${PASS} }`), (asked) => asked.includes(' 1.0 ')],
  ['a WebSocket', server(`location / { ${PASS} }`), (asked) => asked.includes('Upgrade: websocket')],
  [
    'another origin with a session',
    server(`add_header Access-Control-Allow-Origin *; location / { ${PASS} }`),
    (asked) => /Origin: https:\/\/other\.example.*Cookie: sessionid=1/.test(asked),
  ],
  ['a POST with a body', server(`location / { limit_except GET { deny all; } ${PASS} }`), (asked) => asked.startsWith('POST ')],
];

describe('what two configurations are compared by has', () => {
  for (const [probe, text, is] of COMPARED)
    test(probe, async () => {
      const { config } = await lintText(text, [], undefined, 'http');
      const all = representative(config, 400).map((input) => {
        const { request } = traceRequest(config, input);
        const headers = (input.headers ?? []).map(([n, v]) => `${n}: ${v}`).join(', ');
        return { asked: `${request.method} ${input.target} ${input.httpVersion ?? '1.1'} ${headers}`, client: request.clientAddress };
      });
      assert.ok(
        all.some(({ asked, client }) => is(asked, client)),
        all.map(({ asked }) => asked).join('\n'),
      );
    });
});
