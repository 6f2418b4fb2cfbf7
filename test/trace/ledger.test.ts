/**
 * Every directive of nginx's own that a request, a stream or a mail session may meet is read by the trace, changes nothing that it tells for a
 * reason that the catalog gives, or is named as not simulated. What the parts of the trace declare to read is held against what they read while
 * they follow the requests of all tables.
 */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { HARMLESS } from '../../server/src/catalog/harmless.ts';
import { atLeast, version } from '../../server/src/catalog/version.ts';
import type { ServerProtocol } from '../../server/src/config/servers.ts';
import type { Ledger } from '../../server/src/trace/ledger.ts';
import { LEDGER as MAIL } from '../../server/src/trace/mail.ts';
import type { Reader } from '../../server/src/trace/reader.ts';
import { LEDGER as HTTP, traceRequest } from '../../server/src/trace/request.ts';
import { LEDGER as STREAM } from '../../server/src/trace/stream.ts';
import type { RequestInput, TraceOptions } from '../../server/src/trace/trace.ts';
import { AREAS as ANSWERS } from '../nginx/areas/answers.ts';
import type { AreaAsk } from '../nginx/areas/area.ts';
import { AREAS as BACKENDS } from '../nginx/areas/backends.ts';
import { AREAS as BODIES } from '../nginx/areas/bodies.ts';
import { AREAS as FILES } from '../nginx/areas/files.ts';
import { AREAS as LOCATIONS } from '../nginx/areas/locations.ts';
import { AREAS as SERVERS } from '../nginx/areas/servers.ts';
import { LINES } from '../nginx/trace-lines.ts';
import { configAt, configOf } from './config-of.ts';
import { type Readings, watch } from './reading.ts';
import { httpText, readSend } from './rows.ts';
import { CHAPTERS } from './rules/all.ts';

const { catalog } = await configOf('events {}\n');
const HOST = [['Host', 'a.test']] as const;

const CONTEXTS: Readonly<Record<ServerProtocol, ReadonlySet<string>>> = {
  http: new Set(['http', 'server', 'location', 'upstream', 'if-in-server', 'if-in-location', 'limit_except']),
  stream: new Set(['stream', 'stream-server', 'stream-upstream']),
  mail: new Set(['mail', 'mail-server']),
};
const LEDGERS: Readonly<Record<ServerProtocol, Ledger>> = { http: HTTP, stream: STREAM, mail: MAIL };

/** Directives of nginx's own modules in a protocol's contexts, each with its reason to be harmless. */
const factsOf = (protocol: ServerProtocol): Map<string, string | null> =>
  new Map(
    catalog.names().flatMap((name) =>
      catalog
        .directives(name)
        .filter((f) => f.source === 'oss' && f.contexts.some((c) => CONTEXTS[protocol].has(c)))
        .map((f) => [name, f.harmless] as const),
    ),
  );

/** What no part of the trace follows, or not wholly. A new directive of the catalog lands here: then it is to be followed, or to be agreed to. */
const NOT_SIMULATED: Readonly<Record<ServerProtocol, string>> = {
  http: `add_after_body add_before_body add_trailer add_trailer_inherit addition_types charset_map degradation degrade disable_symlinks early_hints
    fastcgi_catch_stderr fastcgi_store image_filter image_filter_buffer image_filter_interlace image_filter_jpeg_quality image_filter_sharpen
    image_filter_transparency image_filter_webp_quality memcached_gzip_flag proxy_pass_trailers proxy_store scgi_store source_charset ssi
    ssi_last_modified ssi_silent_errors ssi_types ssi_value_length status sub_filter sub_filter_last_modified sub_filter_once sub_filter_types uwsgi_store
    uwsgi_string
    xml_entities xml_external_entities xslt_last_modified xslt_param xslt_string_param xslt_stylesheet xslt_types`,
  stream: '',
  mail: '',
};

for (const protocol of ['http', 'stream', 'mail'] as const)
  test(`every directive of ${protocol} is read, harmless or named`, () => {
    const { reads, partly } = LEDGERS[protocol];
    const facts = factsOf(protocol);
    const named = [...facts].flatMap(([name, harmless]) => (partly.has(name) || (!reads.has(name) && harmless === null) ? [name] : []));
    assert.deepEqual(named.filter((n) => n !== 'include').sort(), NOT_SIMULATED[protocol].split(/\s+/).filter(Boolean));
    assert.deepEqual(
      [...facts].flatMap(([name, harmless]) =>
        reads.has(name) && harmless !== null ? [`${name} is read, and harmless: ${harmless}`] : [],
      ),
      [],
    );
  });

test('every reason is given to some directive', () => {
  const given = new Set(catalog.names().flatMap((n) => catalog.directives(n).map((f) => f.harmless)));
  assert.deepEqual(
    Object.values(HARMLESS).filter((why) => !given.has(why)),
    [],
  );
});

// ---- what is declared against what is read

type Job = () => void;

const VERSIONS = ['1.31.9', '1.22.1', '1.18.0'];

async function rows(): Promise<Job[]> {
  const jobs: Job[] = [];
  for (const { rows } of CHAPTERS)
    for (const row of rows) {
      const nginx = VERSIONS.find((v) => atLeast(version(v), row.since) && !(row.until && atLeast(version(v), row.until)));
      if (!nginx) continue;
      const config = await configAt('/srv/nginx/nginx.conf', `http {\n${httpText(row)}\n}\n`, { nginx });
      for (const [send, , given = {}] of row.asks) {
        const { sni, port, ...s } = readSend(send);
        const { body = '', answer, assume = {}, http = s.version, localPort = port } = given;
        const headers = body === '' ? s.headers : [...s.headers, ['Content-Length', String(body.length)] as const];
        jobs.push(() => {
          traceRequest(
            config,
            {
              ...s,
              headers,
              httpVersion: http,
              localPort,
              bodyLength: body.length,
              ...(sni === undefined ? {} : { scheme: 'https', sni }),
            },
            { upstream: { status: answer?.status ?? 200, headers: answer?.headers ?? [] }, assume },
          );
        });
      }
    }
  return jobs;
}

const PORTS = [8080, 8081, 8082];
const FILLED = new Map([
  ...PORTS.map((p, i) => [`PORT${i || ''}`, String(p)] as const),
  ['DIR', '/srv'],
  ...['E', 'E2', 'U', 'F', 'S'].map((n, i) => [n, `127.0.0.1:900${i}`] as const),
]);
const fill = (text: string): string => text.replace(/%([A-Z]+\d?)%/g, (all, name: string) => FILLED.get(name) ?? all);

async function areas(): Promise<Job[]> {
  const jobs: Job[] = [];
  for (const area of [...LOCATIONS, ...ANSWERS, ...BODIES, ...FILES, ...BACKENDS, ...SERVERS]) {
    const http = /(?:^|[\s;}])server \{/.test(area.http)
      ? area.http
      : `server { listen 127.0.0.1:%PORT%; server_name a.test; ${area.http} }`;
    const config = await configAt('/srv/nginx.conf', fill(`events {}\nhttp {\n${http}\n}\n`), { nginx: '1.22.1' });
    const text = new Map(Object.entries(area.files ?? {}).map(([name, body]) => [`/srv/${name}`, body]));
    for (const one of area.asks) {
      const ask: AreaAsk = typeof one === 'string' ? { send: one } : one;
      const s = readSend(fill(ask.send.includes('Host:') ? ask.send : `${ask.send} | Host: a.test`));
      for (const state of area.cache ? ['MISS', 'HIT', 'EXPIRED'] : [''])
        jobs.push(() => {
          traceRequest(
            config,
            { ...s, httpVersion: s.version, localPort: PORTS[ask.port ?? 0]!, ...(ask.sni ? { scheme: 'https' } : {}), ...ask.input },
            {
              upstream: { status: ask.answer?.status ?? 200, headers: ask.answer?.headers ?? [] },
              assume: { ...ask.assume, ...(area.cache ? { [`cache:${area.cache}`]: state } : {}) },
              files: { stat: (f) => (text.has(f) ? 'file' : undefined), text: (f) => text.get(f) },
            },
          );
        });
    }
  }
  return jobs;
}

/** Where one line of each directive is put. */
const PLACES: Readonly<Record<string, string>> = {
  '/': '',
  '/list/': 'autoindex on;',
  '/proxy/': 'proxy_pass http://127.0.0.1:9000/p/;',
  '/uwsgi/': 'uwsgi_pass 127.0.0.1:9000;',
  '/fastcgi/': 'fastcgi_pass 127.0.0.1:9000;',
  '/scgi/': 'scgi_pass 127.0.0.1:9000;',
  '/return': 'return 200 text;',
};

async function lines(): Promise<Job[]> {
  const known = LINES.filter((l) => catalog.directives(/^\w+/.exec(l)![0]).some((f) => f.contexts.includes('location')));
  const name = (line: string): string => /^\S+?(?=[\s;{])/.exec(line)![0];
  const server = (line: string, i: number): string =>
    `server { listen 80; server_name l${i}.test; root /srv; ${Object.entries(PLACES)
      .map(([head, own]) => `location ${head} { ${own} ${own.startsWith(`${name(line)} `) ? '' : line} }`)
      .join('\n')} }`;
  const config = await configAt('/srv/nginx.conf', `http { proxy_cache_path c keys_zone=kept:1m; ${known.map(server).join('\n')} }`, {
    nginx: '1.22.1',
  });
  return known.flatMap((_, i) =>
    Object.keys(PLACES).map((place) => () => {
      traceRequest(
        config,
        {
          target: place.endsWith('/') ? `${place}x` : place,
          headers: [
            ['Host', `l${i}.test`],
            ['Accept-Encoding', 'gzip'],
          ],
        },
        {
          upstream: {
            status: 200,
            headers: [
              ['Content-Type', 'text/html'],
              ['Set-Cookie', 'a=1; Path=/'],
              ['Location', '/x'],
            ],
          },
        },
      );
    }),
  );
}

/** A configuration, and how it is asked: for what no table holds. */
type Own = readonly [text: string, input: Partial<RequestInput>, options?: TraceOptions, nginx?: string];

async function own(cases: readonly Own[]): Promise<Job[]> {
  return Promise.all(
    cases.map(async ([text, input, options = {}, nginx]) => {
      const config = await configOf(text, nginx ? { nginx } : {});
      return () => {
        traceRequest(config, { target: '/', headers: HOST, ...input }, options);
      };
    }),
  );
}

const FAILED = { failure: 'refused' } as const;

/** Everything that is read for a backend of a family, and for its cache. */
const OF_BACKENDS: readonly Own[] = ['proxy', 'fastcgi', 'uwsgi', 'scgi', 'grpc', 'memcached'].flatMap((p): Own[] => {
  const to = p === 'proxy' ? 'proxy_pass http://' : `${p}_pass `;
  const cached = `${p}_cache z; ${p}_cache_key $uri; ${p}_cache_valid 1m; ${p}_cache_methods POST; ${p}_cache_min_uses 2; ${p}_cache_lock on;
    ${p}_cache_lock_timeout 1s; ${p}_cache_revalidate on; ${p}_cache_background_update on; ${p}_cache_use_stale updating error;
    ${p}_cache_max_range_offset 1; ${p}_cache_bypass $arg_b; ${p}_no_cache $arg_n; ${p}_force_ranges on;`;
  const text = `http { ${p}_cache_path c keys_zone=z:1m; resolver 127.0.0.1; upstream u { hash $uri; server 127.0.0.1:1; server 127.0.0.1:2; }
    error_page 404 /x; server { listen 80; set $memcached_key k;
      location / { ${['grpc', 'memcached'].includes(p) ? '' : cached} ${p}_intercept_errors on; ${p}_hide_header A; ${p}_pass_header B; ${to}u; }
      location /h { ${to}$arg_h; } } }`;
  const headers = [
    ['Host', 'a'],
    ['Range', 'bytes=5-'],
  ] as const;
  return [
    ...['MISS', 'HIT', 'EXPIRED', 'LOCKED'].map((state): Own => [text, { headers }, { assume: { 'cache:z': state } }]),
    [text, {}, { upstream: { status: 404, headers: [['X-Accel-Expires', '5']] } }],
    [text, {}, { upstream: FAILED, assume: { 'cache:z': 'EXPIRED' } }],
    [
      text.replace('background_update on', 'background_update off').replace('updating error', 'error'),
      {},
      { assume: { 'cache:z': 'EXPIRED' } },
    ],
    [text, { target: '/h?h=app:80' }],
  ];
});

const SETTERS = `perl_set $a x; js_set $b x; js_var $c x; set_by_lua $d ''; set_by_lua_block $e {} set_by_lua_file $f x; json_set $g $arg_j a;
  json_max_depth 2;`;

const OF_HTTP: readonly Own[] = [
  ...OF_BACKENDS,
  ['http { server { listen 80; location / { proxy_bind 127.0.0.1; proxy_pass http://127.0.0.1:81; } } server { listen 81; } }', {}],
  ...['perl x', 'js_content x', "content_by_lua ''", 'content_by_lua_block {}', 'content_by_lua_file x', 'echo x', 'echo_exec /x'].map(
    (line): Own => [`http { server { location / { ${line}${line.endsWith('}') ? '' : ';'} } } }`, {}],
  ),
  [`http { ${SETTERS} server { location / { return 200 $a$b$c$d$e$f$g; } } }`, { target: '/?j={"a":1}' }],
  ['http { server { listen 443 quic; listen 443 ssl; ssl_early_data on; return 200 $ssl_early_data; } }', { scheme: 'https' }],
  ['http { server { listen 443 quic; http3 off; } }', { scheme: 'https', httpVersion: '3' }],
  [
    'http { server { location / { root /srv; dav_methods PUT; create_full_put_path on; } } }',
    { method: 'PUT', target: '/b', headers: [...HOST, ['Content-Length', '1']] },
  ],
  [
    'http { server { location / { proxy_http_version 1.1; proxy_request_buffering off; proxy_pass http://u; } } }',
    { method: 'POST', headers: [...HOST, ['Transfer-Encoding', 'chunked']] },
  ],
  [
    'http { server { location / { gunzip on; gzip_proxied any; gzip_disable x; proxy_pass http://u; } } }',
    { headers: [...HOST, ['Accept-Encoding', 'gzip'], ['Via', 'a'], ['User-Agent', 'y']] },
    { upstream: { status: 200, headers: [['Content-Encoding', 'gzip']] } },
  ],
  ...['ip_hash', 'least_time header', 'random two'].map(
    (line): Own => [
      `http { upstream u { ${line}; server 10.0.0.1; server 10.0.0.2; } server { location / { proxy_pass http://u; } } }`,
      {},
    ],
  ),
];

const OF_STREAMS: readonly Own[] = [
  [
    `stream { limit_conn_zone $remote_addr zone=c:1m; limit_conn c 1; limit_conn_dry_run on; resolver 127.0.0.1;
      map $ssl_preread_server_name $m { default u; } geo $g { default 1; } split_clients $remote_addr $s { * 1; }
      upstream u { hash $remote_addr; server 127.0.0.1:1; server 127.0.0.1:2; } upstream t { least_time connect; server 127.0.0.1:1; server 127.0.0.1:2; }
      upstream r { random two; server 127.0.0.1:1; server 127.0.0.1:2; } server { listen 4; proxy_pass t; } server { listen 5; proxy_pass r; } server { listen 6; proxy_pass $hostname.test:1; }
      server { listen 1 proxy_protocol; server_name a; ssl_preread on; set_real_ip_from 0.0.0.0/0; allow all; set $x $g$s; proxy_pass $m; }
      server { listen 1; server_name b; return b; }
      server { listen 2 ssl; server_name a; ssl_certificate c; ssl_verify_client on; pass 127.0.0.1:1; }
      server { listen 2 ssl; server_name b; ssl_reject_handshake on; }
      server { listen 3; deny all; } }`,
    { scheme: 'tcp', localPort: 1, sni: 'a', proxyProtocol: { clientAddress: '10.0.0.1' } },
    { upstream: FAILED },
  ],
].flatMap(([text, input, options]): Own[] =>
  [
    {},
    { localPort: 2, clientCertificate: 'valid' },
    { localPort: 2, sni: 'b' },
    { localPort: 3 },
    { localPort: 4 },
    { localPort: 5 },
    { localPort: 6 },
    { sni: 'b' },
  ].map(
    (other): Own => [
      text as string,
      { ...(input as Partial<RequestInput>), ...(other as Partial<RequestInput>) },
      options as TraceOptions,
      '1.31.9',
    ],
  ),
);

const OF_MAIL: readonly Own[] = ['imap', 'pop3', 'smtp', 'imaps'].map(
  (scheme): Own => [
    `mail { auth_http 127.0.0.1:9000/auth; auth_http_header X-A b; auth_http_pass_client_cert on; resolver 127.0.0.1;
    server { listen 1 proxy_protocol${scheme === 'imaps' ? ' ssl' : ''}; server_name a; protocol ${scheme.replace(/s$/, '')}; ssl_certificate c; ssl_verify_client optional; starttls on;
      set_real_ip_from 0.0.0.0/0; proxy_protocol on; imap_auth plain login; pop3_auth plain apop; smtp_auth plain login; proxy_smtp_auth on; xclient on; } }`,
    { scheme: scheme as 'imap', localPort: 1, clientCertificate: 'valid', proxyProtocol: { clientAddress: '10.0.0.1' } },
  ],
);

/** What is declared and never read, and what is read and declared by none whom it concerns. */
function compare(protocol: ServerProtocol, readings: Readings): { readonly unread: string[]; readonly undeclared: string[] } {
  const ledger = LEDGERS[protocol];
  const facts = factsOf(protocol);
  const everywhere = new Set([...readings.values()].flatMap((names) => [...names]));
  const working = new Set<Reader>(ledger.readers.filter((r) => 'run' in r));
  const shared = new Set(ledger.readers.filter((r) => !working.has(r)).flatMap((r) => r.reads));
  const unread = ledger.readers.flatMap((reader) => {
    const seen = working.has(reader) && protocol === 'http' ? (readings.get(reader) ?? new Set()) : everywhere;
    return (
      reader.reads
        // a line without arguments says by its name what there is to read
        .filter((n) => !seen.has(n) && facts.has(n) && catalog.directives(n).some((f) => f.args.max !== 0))
        .map((n) => `${reader.module}: ${n}`)
    );
  });
  const undeclared = [...readings].flatMap(([reader, names]) =>
    [...names]
      .filter((n) => facts.has(n) && n !== 'include')
      // the ledger itself looks at what it names
      .filter((n) => reader || ledger.reads.has(n) || facts.get(n) !== null)
      .filter((n) => !(reader?.reads.includes(n) || shared.has(n) || (!reader && ledger.reads.has(n))))
      .map((n) => `${reader?.module ?? 'outside of the handlers'}: ${n}`),
  );
  return { unread: [...new Set(unread)].sort(), undeclared: [...new Set(undeclared)].sort() };
}

const held = (protocol: ServerProtocol, jobs: readonly Job[]): void => {
  const readings = watch(LEDGERS[protocol].readers, () => {
    for (const job of jobs) job();
  });
  assert.deepEqual(compare(protocol, readings), { unread: [], undeclared: [] });
};

test('handlers and filters of http read what they declare', async () => {
  held('http', [...(await rows()), ...(await areas()), ...(await lines()), ...(await own(OF_HTTP))]);
});

test('a stream reads what it declares', async () => {
  held('stream', await own(OF_STREAMS));
});

test('a mail session reads what it declares', async () => {
  held('mail', await own(OF_MAIL));
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
