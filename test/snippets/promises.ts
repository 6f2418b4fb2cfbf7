/**
 * What every snippet promises, as requests and what must come of them: the table that promises.test.ts asks of the request path. A row
 * says nothing about how a snippet is written, only what a client or the application notices.
 */
import { createHash } from 'node:crypto';
import type { Config } from '../../server/src/config/config.ts';
import type { HeaderPair, Trace, UpstreamAnswer } from '../../server/src/trace/trace.ts';

export interface PromiseRow {
  /** what is promised */
  readonly name: string;
  /** `METHOD URL` */
  readonly ask: string;
  readonly headers?: readonly HeaderPair[];
  /** address of the client; default 203.0.113.9 */
  readonly from?: string;
  readonly clientCertificate?: 'valid';
  readonly proxyProtocol?: string;
  /** files that exist; nothing else does */
  readonly files?: readonly string[];
  readonly answer?: UpstreamAnswer;
  readonly assume?: Readonly<Record<string, string>>;
  /** the words of a request test */
  readonly expect: Readonly<Record<string, unknown>>;
  /** what the words cannot say */
  readonly holds?: (trace: Trace, config: Config) => Checks;
  /** asked by a thousand clients: which part of them, at least and at most, comes to an upstream */
  readonly share?: readonly [upstream: string, atLeast: number, atMost: number];
  /** puts the whole text into surroundings in which the promise can be seen */
  readonly within?: (text: string) => string;
}

type Checks = Readonly<Record<string, readonly [got: unknown, wanted: unknown]>>;

export interface Chosen {
  readonly choice: number;
  readonly inside: string;
}

export type Promises = readonly PromiseRow[] | ((place: Chosen) => readonly PromiseRow[]);

const SITE = 'example.com';
const CLIENT = '203.0.113.9';

/** What every application is told of the client. */
const told = (scheme: string, client = CLIENT): Record<string, string> => ({
  Host: SITE,
  'X-Real-IP': client,
  'X-Forwarded-For': client,
  'X-Forwarded-Proto': scheme,
  'X-Forwarded-Host': SITE,
});

/** The client says who it is, which scheme and which name it used: none of it may be believed. */
const LIES: readonly HeaderPair[] = [
  ['X-Real-IP', '10.6.6.6'],
  ['X-Forwarded-For', '10.6.6.6, 10.7.7.7'],
  ['X-Forwarded-Proto', 'gopher'],
  ['X-Forwarded-Host', 'evil.example'],
  ['X-Forwarded-Prefix', '/evil'],
  ['Remote-User', 'root'],
  ['X-Forwarded-User', 'root'],
];
const SOMEBODY: readonly HeaderPair[] = [
  ['Remote-User', 'root'],
  ['X-Auth-Request-User', 'root'],
  ['X-Forwarded-User', 'root'],
];
const WITHOUT_PREFIX = { 'X-Forwarded-Prefix': null, 'Remote-User': null, 'X-Forwarded-User': null };

const HANDSHAKE: readonly HeaderPair[] = [
  ['Connection', 'Upgrade'],
  ['Upgrade', 'websocket'],
  ['Sec-WebSocket-Version', '13'],
  ['Sec-WebSocket-Key', 'dGhlIHNhbXBsZSBub25jZQ=='],
];

/** What must not come through: another protocol, and a page of someone else. */
const NO_SOCKETS = (url: string): readonly PromiseRow[] =>
  (
    [
      ['a protocol that is no WebSocket is not passed on', 'h2c', []],
      ['a foreign page opens no WebSocket', 'websocket', [['Origin', 'https://evil.example']]],
      ['a name that only begins like this one opens none', 'websocket', [['Origin', `https://${SITE}.evil.example`]]],
    ] as const
  ).map(([name, upgrade, more]) => ({
    name,
    ask: `GET ${url}`,
    headers: [...HANDSHAKE.filter(([n]) => n !== 'Upgrade'), ['Upgrade', upgrade], ...more],
    expect: { kind: 'proxy', upstreamHeaders: { Upgrade: null, Connection: null } },
  }));

const HSTS = { 'Strict-Transport-Security': '/^max-age=63072000/' };

const redirects: readonly PromiseRow[] = [
  {
    name: 'plain HTTP is sent to HTTPS with its path and arguments',
    ask: `GET http://${SITE}/cart?x=1`,
    expect: { kind: 'redirect', status: 301, location: `https://${SITE}/cart?x=1` },
  },
  {
    name: 'the challenge of the certificate authority is answered from its folder',
    ask: `GET http://${SITE}/.well-known/acme-challenge/token`,
    files: ['/var/www/letsencrypt/.well-known/acme-challenge/token'],
    expect: { kind: 'static', status: 200, file: '/var/www/letsencrypt/.well-known/acme-challenge/token' },
  },
];

/** TLS 1.2 and 1.3, and no suite without forward secrecy. */
const intermediate = (trace: Trace): Checks => ({
  protocols: [String(trace.tls.protocols), 'TLSv1.2,TLSv1.3'],
  'weak suites': [
    suitesOf(trace)
      .filter((s) => !/^(TLS_|ECDHE-.*(GCM|CHACHA20))/.test(s))
      .join(),
    '',
  ],
  'suites there are': [suitesOf(trace).length > 4, true],
});
const suitesOf = (trace: Trace): readonly string[] => (Array.isArray(trace.tls.suites) ? (trace.tls.suites as readonly string[]) : []);

const served: PromiseRow = {
  name: 'static files come from the disk, not from the application, and browsers ask whether theirs is still the same',
  ask: `GET https://${SITE}/static/css/site.css`,
  files: ['/srv/app/static/css/site.css'],
  expect: { kind: 'static', status: 200, file: '/srv/app/static/css/site.css', responseHeaders: { 'Cache-Control': 'no-cache', ...HSTS } },
};

const hashed = (base: string, more: Readonly<Record<string, string>> = {}): readonly PromiseRow[] => [
  {
    name: 'a name with the hash of its content is kept for a year',
    ask: `GET ${base}/static/css/site.0123456789ab.css`,
    files: ['/srv/app/static/css/site.0123456789ab.css'],
    expect: {
      kind: 'static',
      status: 200,
      file: '/srv/app/static/css/site.0123456789ab.css',
      responseHeaders: { 'Cache-Control': 'max-age=31536000', ...more },
    },
  },
  {
    name: 'that a file is missing is kept by nobody',
    ask: `GET ${base}/static/css/none.0123456789ab.css`,
    expect: { status: 404, responseHeaders: { 'Cache-Control': null } },
  },
];

const uploaded: PromiseRow = {
  name: 'uploaded files come from the disk, and browsers run none of them',
  ask: `GET https://${SITE}/media/a.svg`,
  files: ['/srv/app/media/a.svg'],
  expect: {
    kind: 'static',
    file: '/srv/app/media/a.svg',
    responseHeaders: { 'X-Content-Type-Options': 'nosniff', 'Content-Security-Policy': '/sandbox/', ...HSTS },
  },
};

const down = (base: string, folder = '/srv/app/errors'): readonly PromiseRow[] => [
  {
    name: 'while nothing listens, people see the page and the status stays 502',
    ask: `GET ${base}/`,
    answer: { failure: 'refused' },
    files: [`${folder}/down.html`],
    expect: { status: 502, file: `${folder}/down.html` },
  },
  {
    name: 'where the page is missing, the answer is an error of the server all the same',
    ask: `POST ${base}/`,
    answer: { failure: 'refused' },
    expect: { status: 503, file: null },
  },
  { name: 'nobody asks for that page by its name', ask: `GET ${base}/down.html`, files: [`${folder}/down.html`], expect: { status: 404 } },
];

const application = (address: string): readonly PromiseRow[] => [
  {
    name: 'the application learns host, scheme and client, whatever the client says',
    ask: `GET https://${SITE}/cart?x=1`,
    headers: LIES,
    expect: {
      kind: 'proxy',
      status: 200,
      uri: '/cart?x=1',
      upstream: 'application',
      upstreamHeaders: { ...told('https'), ...WITHOUT_PREFIX },
      responseHeaders: HSTS,
    },
    holds: (t) => ({ ...intermediate(t), address: [t.outcome.upstreamRequest?.servers.join(), address] }),
  },
  {
    name: 'an upload larger than ten megabytes is refused',
    ask: `POST https://${SITE}/cart`,
    headers: [['Content-Length', String(10 * 1024 * 1024 + 1)]],
    expect: { status: 413 },
  },
];

const uwsgiApplication = (address: string): readonly PromiseRow[] => [
  {
    name: 'the application learns path, host, scheme and client by the uwsgi protocol, whatever the client says',
    ask: `GET https://${SITE}/cart?x=1`,
    headers: LIES,
    expect: {
      kind: 'uwsgi',
      status: 200,
      params: {
        PATH_INFO: '/cart',
        QUERY_STRING: 'x=1',
        REQUEST_METHOD: 'GET',
        REQUEST_SCHEME: 'https',
        HTTPS: 'on',
        REMOTE_ADDR: CLIENT,
        HTTP_HOST: SITE,
        HTTP_X_REAL_IP: CLIENT,
        HTTP_X_FORWARDED_FOR: CLIENT,
        HTTP_X_FORWARDED_PROTO: 'https',
        HTTP_X_FORWARDED_HOST: SITE,
        HTTP_X_FORWARDED_PREFIX: null,
        HTTP_REMOTE_USER: null,
        HTTP_X_FORWARDED_USER: null,
      },
      responseHeaders: HSTS,
    },
    holds: (t) => ({ ...intermediate(t), address: [t.outcome.upstreamRequest?.servers.join(), address] }),
  },
];

const webSocket = (url: string, scheme: string): readonly PromiseRow[] => [
  opened(url, scheme, []),
  opened(url, scheme, [['Origin', `${scheme}://${SITE}`]]),
  ...NO_SOCKETS(url),
];
const opened = (url: string, scheme: string, origin: readonly HeaderPair[]): PromiseRow => ({
  name: `the upgrade of ${origin.length ? 'an own page' : 'a program'} reaches the application with its headers, and silence is borne for an hour`,
  ask: `GET ${url}`,
  headers: [...HANDSHAKE, ...origin],
  expect: {
    kind: 'proxy',
    upstreamHeaders: { ...told(scheme), Upgrade: 'websocket', Connection: '/^upgrade$/i', 'Sec-WebSocket-Key': 'dGhlIHNhbXBsZSBub25jZQ==' },
  },
  holds: (t) => ({
    version: [t.outcome.upstreamRequest?.httpVersion, '1.1'],
    patience: [t.timeouts.read, '1h'],
  }),
});

const SOCKET = 'unix:/run/app/app.sock';
const PORT = '127.0.0.1:8000';
const SECURE = `https://${SITE}`;
const PLAIN = `http://${SITE}`;

const server = (rows: readonly PromiseRow[], ...more: PromiseRow[]): readonly PromiseRow[] => [
  ...redirects,
  ...rows,
  served,
  ...hashed(SECURE, HSTS),
  ...more,
  ...down(SECURE),
];

/** A location that passes on to an application on port 8000. */
const proxied = (url: string, expect: Record<string, unknown> = {}): PromiseRow => ({
  name: 'the application is asked, and learns host, scheme and client',
  ask: `GET ${url}`,
  headers: LIES,
  expect: { kind: 'proxy', status: 200, upstreamHeaders: told(url.split(':')[0]!), ...expect },
});

/** A request that counts in a zone, and one too many. */
const rateLimited = (url: string, zone: string, facts: Record<string, unknown>, status = 429): readonly PromiseRow[] => [
  {
    ...proxied(url),
    name: `the request counts in the zone ${zone}, with its rate and burst`,
    holds: (t) => {
      const limit: Record<string, unknown> = { ...t.limits.find((l) => l.zone === zone) };
      return Object.fromEntries(
        Object.entries({ kind: 'request-rate', nodelay: true, value: CLIENT, status, ...facts }).map(([k, v]) => [k, [limit[k], v]]),
      );
    },
  },
  {
    name: `what goes beyond the burst of ${zone} is refused`,
    ask: `GET ${url}`,
    assume: { [`limit_req:${zone}`]: 'over' },
    expect: { status },
  },
];

/** What is sent to a login counts; the page that shows the form, and longer paths, do not. */
const loginLimited = (base: string, path: string, rate: string): readonly PromiseRow[] => [
  ...rateLimited(`${base}${path}`, 'login', { rate, burst: 5, value: String.fromCharCode(...CLIENT.split('.').map(Number)) }).map(
    (row) => ({
      ...row,
      ask: row.ask.replace('GET', 'POST'),
    }),
  ),
  {
    name: 'the page that shows the form does not count',
    ask: `GET ${base}${path}`,
    expect: { kind: 'proxy' },
    holds: (t) => ({ counts: [t.limits.some((l) => l.zone === 'login' && l.value), false] }),
  },
];

const http =
  (server: string): ((text: string) => string) =>
  (text) =>
    text.replace(/\}\s*$/, `${server}\n}\n`);
const TLS_LINES = 'listen 443 ssl; ssl_certificate /etc/ssl/example.pem; ssl_certificate_key /etc/ssl/example.key;';

/** A server on its own TLS port, or the surrounding one made such. */
const overTls = (inside: string): ((text: string) => string) =>
  inside === 'http' ? http(`server { ${TLS_LINES} return 204; }`) : (text) => text.replace('listen 80;', TLS_LINES);

const ASKED = 'proxy_pass http://application; proxy_set_header X-Real-IP $remote_addr;';
const balanced = (servers: string, way: string | null): readonly PromiseRow[] => [
  {
    name: 'the group is asked, chooses its server as promised, and keeps connections',
    ask: `GET ${PLAIN}/`,
    within: http(`server { listen 80; location / { ${ASKED} proxy_http_version 1.1; proxy_set_header Connection ""; } }`),
    expect: { kind: 'proxy', upstream: 'application' },
    holds: (t, config) => {
      const group = config.main.directives.find((d) => d.name === 'http')?.body?.directives.find((d) => d.name === 'upstream')?.body;
      const lines = (group?.directives ?? []).map((d) => [d.name, ...d.values].join(' '));
      return {
        servers: [lines.filter((l) => l.startsWith('server ')).join('; '), servers],
        way: [way === null || lines.includes(way), true],
        'connections are kept': [t.keepalive.upstream, true],
      };
    },
  },
];

/** The same for another name of the site. */
const at =
  (host: string) =>
  (row: PromiseRow): PromiseRow =>
    row.expect.upstreamHeaders
      ? { ...row, expect: { ...row.expect, upstreamHeaders: { ...told('http'), Host: host, 'X-Forwarded-Host': host } } }
      : row;

/** The same without a proxy before: no header of a client is asked about. */
const plainly = (row: PromiseRow): PromiseRow => ({ ...row, headers: [] });

const cached = (zone: string, seconds: number, answer: UpstreamAnswer = {}): readonly PromiseRow[] => [
  {
    ...proxied(`${PLAIN}/`),
    name: 'an answer for everybody is kept, and read',
    answer,
    holds: (t) => ({
      zone: [t.cache?.zone, zone],
      lookup: [t.cache?.lookup, true],
      store: [t.cache?.store, true],
      seconds: [t.cache?.valid, seconds],
      'each name has its own pages': [t.cache?.key, `http${SITE}/`],
    }),
  },
  {
    name: 'cookies that merely count visitors are no session',
    ask: `GET ${PLAIN}/`,
    headers: [['Cookie', '_ga=GA1.2.3; _gid=GA1.2.4']],
    answer,
    expect: { kind: 'proxy' },
    holds: (t) => ({ lookup: [t.cache?.lookup, true], store: [t.cache?.store, true] }),
  },
  ...(
    [
      ['who is logged in', ['Cookie', 'sessionid=abc']],
      ['who has a token in a cookie', ['Cookie', '_ga=GA1.2.3; access_token=alice']],
      ['who sends a password', ['Authorization', 'Basic dTpw']],
    ] as const
  ).map(
    ([who, header]): PromiseRow => ({
      name: `${who} goes past the cache, both ways`,
      ask: `GET ${PLAIN}/`,
      headers: [header],
      expect: { kind: 'proxy' },
      holds: (t) => ({ lookup: [t.cache?.lookup ?? false, false], store: [t.cache?.store ?? false, false] }),
    }),
  ),
  {
    name: 'an answer that sets a cookie is not kept',
    ask: `GET ${PLAIN}/`,
    answer: { headers: [['Set-Cookie', 'sessionid=abc']] },
    expect: { kind: 'proxy', cached: false },
  },
];

const FOREIGN: readonly PromiseRow[] = [
  { name: 'names that are not of the site get no answer', ask: 'GET http://evil.example/', expect: { kind: 'closed' } },
];

const CLOSED = ['/srv/app/errors/maintenance.on', '/srv/app/errors/maintenance.html'];

/** The fields of a JSON log format, read as JSON with a number for each variable; what the log is, and whether it is used. */
const jsonLog = (name: string, keys: readonly string[]): PromiseRow => ({
  name: 'a line of the log is one JSON object',
  ask: `GET ${PLAIN}/`,
  within: http('server { listen 80; return 204; }'),
  expect: { status: 204 },
  holds: (_, config) => {
    const block = config.main.directives.find((d) => d.name === 'http')?.body;
    const format = block?.directives.find((d) => d.name === 'log_format' && d.value(0) === name);
    const line = (format?.values ?? ['', '', '{}']).slice(2).join('').replace(/\$\w+/g, '1');
    const read = JSON.parse(line) as Record<string, unknown>;
    return {
      escape: [format?.value(1), 'escape=json'],
      missing: [keys.filter((k) => !(k in read)).join(), ''],
      'it is used': [block?.directives.some((d) => d.name === 'access_log' && d.value(1) === name), true],
    };
  },
});

/** What a log is told of a request: the directives of http by name. */
const written =
  (name: string, wanted: RegExp): ((trace: Trace, config: Config) => Checks) =>
  (_, config) => {
    const below = (scope: Config['main']): Config['main']['directives'] =>
      scope.directives.flatMap((d) => [d, ...(d.body ? below(d.body) : [])]);
    const all = below(config.main).filter((d) => d.name === name);
    return { [name]: [all.some((d) => wanted.test(d.values.join(' '))), true] };
  };

const CALLED = http('server { listen 80; return 204; }');

/** An address that is let in, and one that is not. */
const only = (path: string, from: string, status = 403): readonly PromiseRow[] => [
  { name: 'the named addresses get in', ask: `GET ${PLAIN}${path}`, from, expect: { kind: 'proxy', status: 200 } },
  { name: 'nobody else does', ask: `GET ${PLAIN}${path}`, expect: { status } },
];

const signOn = (header: string, prefix: string, user: string): readonly PromiseRow[] => [
  {
    name: 'who is logged in gets to the application, under the name that the service gave',
    ask: `GET ${PLAIN}/cart`,
    headers: [...SOMEBODY, [`${prefix}${user}`, 'root']],
    assume: { [`auth_request:${header}`]: 'ann' },
    expect: {
      kind: 'proxy',
      status: 200,
      upstreamHeaders: { [`${prefix}${user}`]: 'ann', 'X-Forwarded-User': 'ann', 'Remote-User': 'ann' },
    },
  },
  {
    name: 'without a name of the service, the name that a client gives itself is gone',
    ask: `GET ${PLAIN}/cart`,
    headers: [...SOMEBODY, [`${prefix}${user}`, 'root']],
    assume: { [`auth_request:${header}`]: '' },
    expect: { kind: 'proxy', upstreamHeaders: { [`${prefix}${user}`]: null, 'X-Forwarded-User': null, 'Remote-User': null } },
  },
];

/** A request by way of a proxy in front, and one that says so of itself. */
const believed = (inside: string, from: string, header: string): readonly PromiseRow[] => {
  const within =
    inside === 'http'
      ? http(`server { listen 80; location / { ${ASKED.replace('application', '127.0.0.1:8000')} } }`)
      : (t: string): string => t;
  return [
    {
      name: 'the address that the proxy names is the client',
      ask: `GET ${PLAIN}/application`,
      within,
      from,
      headers: [[header, '198.51.100.7']],
      expect: { upstreamHeaders: { 'X-Real-IP': '198.51.100.7' } },
    },
    {
      name: 'nobody else is believed',
      ask: `GET ${PLAIN}/application`,
      within,
      headers: [[header, '198.51.100.7']],
      expect: { upstreamHeaders: { 'X-Real-IP': CLIENT } },
    },
  ];
};

const PHP_PARAMS = (script: string): Record<string, unknown> => ({
  kind: 'fastcgi',
  params: { SCRIPT_FILENAME: script, HTTP_PROXY: null },
});

/** The signature of /downloads/a.pdf, as the application makes it. */
const signed = (expires: number): string =>
  `?md5=${createHash('md5').update(`${expires}/downloads/a.pdf s3`).digest('base64url')}&expires=${expires}`;

/** The file of keys, as it may look. */
const WITH_KEY = (text: string): string => text.replace('include /etc/nginx/api-keys.conf;', 'k1 partner;');

/** By the id of the snippet. */
export const PROMISES: Readonly<Record<string, Promises>> = {
  'django-gunicorn': server(application(SOCKET), uploaded),
  'django-gunicorn-tcp': server(application(PORT), uploaded),
  'django-uwsgi': server(uwsgiApplication(SOCKET), uploaded),
  'django-channels-daphne': server(application(SOCKET), uploaded, ...webSocket(`${SECURE}/ws/chat`, 'https')),
  'flask-gunicorn': server(application(SOCKET)),
  'flask-uwsgi': server(uwsgiApplication(SOCKET)),
  'fastapi-uvicorn': server(application(PORT), ...webSocket(`${SECURE}/ws/chat`, 'https')),
  hypercorn: server(application(PORT), ...webSocket(`${SECURE}/ws/chat`, 'https')),
  'wsgi-gunicorn': server(application(SOCKET)),
  'wsgi-uwsgi-tcp': server(uwsgiApplication(PORT)),
  'proxy-location': [proxied(`${PLAIN}/cart?x=1`, { uri: '/cart?x=1' })],
  'uwsgi-location': [
    {
      name: 'uWSGI learns path, scheme and client',
      ask: `GET ${PLAIN}/cart?x=1`,
      headers: LIES,
      expect: {
        kind: 'uwsgi',
        params: {
          PATH_INFO: '/cart',
          QUERY_STRING: 'x=1',
          REMOTE_ADDR: CLIENT,
          HTTP_X_FORWARDED_FOR: CLIENT,
          HTTP_X_FORWARDED_PROTO: 'http',
          HTTP_X_FORWARDED_HOST: SITE,
        },
      },
    },
  ],
  'prefix-gunicorn': [
    {
      ...proxied(`${PLAIN}/app/cart`, { uri: '/app/cart' }),
      name: 'the path is passed on whole, with SCRIPT_NAME beside it',
      expect: { uri: '/app/cart', upstreamHeaders: { ...told('http'), SCRIPT_NAME: '/app' } },
    },
    {
      name: 'a SCRIPT_NAME of the client is replaced',
      ask: `GET ${PLAIN}/app/cart`,
      headers: [['SCRIPT_NAME', '/evil']],
      expect: { upstreamHeaders: { SCRIPT_NAME: '/app' } },
    },
  ],
  'prefix-stripped': [
    {
      ...proxied(`${PLAIN}/app/cart?x=1`),
      name: 'the prefix is taken off the path, and told apart from it',
      expect: { kind: 'proxy', uri: '/cart?x=1', upstreamHeaders: { ...told('http'), 'X-Forwarded-Prefix': '/app' } },
    },
  ],
  'prefix-uwsgi': [
    {
      name: 'uWSGI gets the whole path, which its mount divides',
      ask: `GET ${PLAIN}/app/cart`,
      headers: LIES,
      expect: { kind: 'uwsgi', params: { PATH_INFO: '/app/cart', HTTP_X_FORWARDED_FOR: CLIENT, HTTP_X_FORWARDED_PROTO: 'http' } },
    },
  ],
  websocket: webSocket(`${PLAIN}/ws/chat`, 'http'),
  'websocket-map': [
    ...webSocket(`${PLAIN}/`, 'http'),
    {
      ...proxied(`${PLAIN}/cart`),
      name: 'a page is no upgrade',
      expect: { upstreamHeaders: { ...told('http'), Upgrade: null, Connection: null } },
    },
  ],
  sse: [
    {
      ...proxied(`${PLAIN}/events/1`),
      name: 'events wait in no buffer and no cache, and silence is borne for an hour',
      holds: (t) => ({ buffering: [t.buffering.buffering, false], cache: [t.cache, null], patience: [t.timeouts.read, '1h'] }),
    },
  ],

  'tls-intermediate': ({ inside }) => [
    { name: 'TLS 1.2 and 1.3 with forward secrecy alone', ask: `GET ${SECURE}/`, within: overTls(inside), expect: {}, holds: intermediate },
  ],
  'tls-modern': ({ inside }) => [
    {
      name: 'TLS 1.3 alone',
      ask: `GET ${SECURE}/`,
      within: overTls(inside),
      expect: {},
      holds: (t) => ({
        protocols: [String(t.tls.protocols), 'TLSv1.3'],
        suites: [suitesOf(t).every((s) => s.startsWith('TLS_')), true],
        'the client chooses': [t.tls.prefer_server_ciphers, false],
      }),
    },
  ],
  'https-server': [
    ...redirects,
    {
      name: 'files come over TLS, with HSTS and the other headers',
      ask: `GET ${SECURE}/a.css`,
      files: ['/srv/www/a.css'],
      expect: {
        kind: 'static',
        file: '/srv/www/a.css',
        responseHeaders: {
          ...HSTS,
          'X-Content-Type-Options': 'nosniff',
          'X-Frame-Options': 'SAMEORIGIN',
          'Referrer-Policy': 'strict-origin-when-cross-origin',
        },
      },
      holds: intermediate,
    },
    { name: 'errors have the headers too', ask: `GET ${SECURE}/none`, expect: { status: 404, responseHeaders: HSTS } },
  ],
  'https-redirect': redirects,
  letsencrypt: [redirects[1]!],
  hsts: ({ choice }) => [
    {
      name: 'browsers are told to use HTTPS, by errors too',
      ask: `GET ${SECURE}/none`,
      expect: {
        status: 404,
        responseHeaders: { 'Strict-Transport-Security': ['max-age=63072000', 'max-age=63072000; includeSubDomains'][choice] },
      },
    },
  ],
  'security-headers': ({ choice }) => [
    {
      name: 'answers of the application have each header once',
      ask: `GET ${SECURE}/application`,
      expect: {
        kind: 'proxy',
        responseHeaders: {
          ...HSTS,
          'X-Content-Type-Options': 'nosniff',
          'X-Frame-Options': ['DENY', 'SAMEORIGIN'][choice],
          'Referrer-Policy': ['strict-origin-when-cross-origin', 'same-origin'][choice],
          'Content-Security-Policy': "default-src 'self'",
        },
      },
    },
  ],
  http3: [
    {
      name: 'clients are led to HTTP/3, which is there, and HTTP/2 beside it',
      ask: `GET ${SECURE}/a.css`,
      files: ['/srv/www/a.css'],
      expect: { kind: 'static', responseHeaders: { 'Alt-Svc': 'h3=":443"; ma=86400', ...HSTS } },
      holds: (t) => ({ ...intermediate(t), http2: [t.tls.http2, true], http3: [t.tls.http3, true] }),
    },
  ],
  'canonical-host': [
    ...(['http', 'https'] as const).map(
      (scheme): PromiseRow => ({
        name: `the other name leads to the one that counts over ${scheme}, with its path`,
        ask: `GET ${scheme}://www.example.com/cart?x=1`,
        expect: {
          kind: 'redirect',
          status: 301,
          location: 'https://example.com/cart?x=1',
          ...(scheme === 'https' ? { responseHeaders: HSTS } : {}),
        },
      }),
    ),
    {
      name: 'the challenge of the certificate authority is answered under the other name',
      ask: 'GET http://www.example.com/.well-known/acme-challenge/token',
      files: ['/var/www/letsencrypt/.well-known/acme-challenge/token'],
      expect: { status: 200, file: '/var/www/letsencrypt/.well-known/acme-challenge/token' },
    },
  ],

  'ratelimit-zone': ({ choice }) => rateLimited(`${PLAIN}/`, 'general', { rate: ['10r/s', '5r/s', '30r/m'][choice], burst: 20 }),
  'ratelimit-login': ({ choice }) =>
    loginLimited(PLAIN, ['/admin/login/', '/accounts/login/', '/login', '/token'][choice]!, ['10r/m', '5r/m', '1r/s', '1r/s'][choice]!),
  'ratelimit-api-key': [
    ...rateLimited('http://api.example.com/', 'api_address', { rate: '50r/s', burst: 100 }).map(at('api.example.com')),
    {
      name: 'with a key, requests count for the key',
      ask: 'GET http://api.example.com/',
      headers: [['X-API-Key', 'k1']],
      expect: { kind: 'proxy', limits: ['api_key', 'api_address'] },
      holds: (t) => ({
        key: [t.limits.find((l) => l.zone === 'api_key')?.value, 'k1'],
        rate: [t.limits.find((l) => l.zone === 'api_key')?.rate, '20r/s'],
      }),
    },
    {
      name: 'without a key, they count for the four bytes of the address',
      ask: 'GET http://api.example.com/',
      expect: { limits: ['api_key', 'api_address'] },
      holds: (t) => ({ key: [t.limits.find((l) => l.zone === 'api_key')?.value, String.fromCharCode(...CLIENT.split('.').map(Number))] }),
    },
  ],
  connlimit: [
    {
      ...proxied(`${PLAIN}/`),
      name: 'twenty requests of an address may be in work',
      holds: (t) => ({
        zone: [t.limits.find((l) => l.kind === 'connections')?.zone, 'per_address'],
        most: [t.limits.find((l) => l.kind === 'connections')?.connections, 20],
      }),
    },
    { name: 'one more is refused', ask: `GET ${PLAIN}/`, assume: { 'limit_conn:per_address': 'over' }, expect: { status: 429 } },
  ],
  'upload-size': ({ choice }) => {
    const most = [100, 50, 1024][choice]! * 1024 * 1024;
    const post = (path: string, bytes: number): Pick<PromiseRow, 'ask' | 'headers'> => ({
      ask: `POST ${PLAIN}${path}`,
      headers: [['Content-Length', String(bytes)]],
    });
    return [
      { name: 'a large upload gets through where files are uploaded', ...post('/upload/a', most), expect: { kind: 'proxy', status: 200 } },
      { name: 'a larger one does not', ...post('/upload/a', most + 1), expect: { status: 413 } },
      { name: 'elsewhere it does not', ...post('/application', 11 * 1024 * 1024), expect: { status: 413 } },
    ];
  },
  'basic-auth': [
    {
      name: 'nobody gets in without a password',
      ask: `GET ${SECURE}/internal/`,
      expect: { status: 401, responseHeaders: { 'WWW-Authenticate': 'Basic realm="Internal"' } },
    },
    {
      name: 'a wrong one is refused',
      ask: `GET ${SECURE}/internal/`,
      headers: [['Authorization', 'Basic dTpw']],
      assume: { auth_basic: 'denied' },
      expect: { status: 401 },
    },
    {
      ...proxied(`${SECURE}/internal/`),
      name: 'who has it gets in, and the application never sees it',
      headers: [['Authorization', 'Basic dTpw']],
      expect: { kind: 'proxy', status: 200, upstreamHeaders: { ...told('https'), Authorization: null } },
    },
  ],
  'auth-request': [
    {
      name: 'who is logged in gets to the application, under the name that the service gave',
      ask: `GET ${PLAIN}/cart`,
      headers: SOMEBODY,
      assume: { 'auth_request:x_auth_request_user': 'ann' },
      expect: {
        kind: 'proxy',
        status: 200,
        upstreamHeaders: { ...told('http'), 'Remote-User': 'ann', 'X-Auth-Request-User': 'ann', 'X-Forwarded-User': 'ann' },
      },
    },
    {
      name: 'without a name of the service, the name that a client gives itself is gone',
      ask: `GET ${PLAIN}/cart`,
      headers: SOMEBODY,
      assume: { 'auth_request:x_auth_request_user': '' },
      expect: { kind: 'proxy', upstreamHeaders: { 'Remote-User': null, 'X-Auth-Request-User': null, 'X-Forwarded-User': null } },
    },
    {
      name: 'who is not logged in is led to the login, and back to where they were',
      ask: `GET ${PLAIN}/cart?x=1`,
      assume: { auth_request: '401' },
      answer: { status: 302 },
      expect: { kind: 'proxy', status: 302, uri: '/oauth2/start', upstreamHeaders: { 'X-Auth-Request-Redirect': '/cart?x=1' } },
    },
    {
      name: 'the login itself is open',
      ask: `GET ${PLAIN}/oauth2/callback?code=1`,
      assume: { auth_request: '401' },
      expect: { kind: 'proxy', status: 200 },
    },
    { name: 'nobody asks the service from outside', ask: `GET ${PLAIN}/oauth2/auth`, expect: { status: 404 } },
  ],
  'admin-network': [
    { name: 'everybody else gets 403', ask: `GET ${PLAIN}/admin/`, expect: { status: 403 } },
    {
      name: 'the named network gets in',
      ask: `GET ${PLAIN}/admin/`,
      from: '192.0.2.44',
      expect: { kind: 'proxy', upstreamHeaders: told('http', '192.0.2.44') },
    },
  ],
  mtls: [
    { name: 'without a certificate nobody gets in', ask: `GET ${SECURE}/cart`, expect: { status: 400 } },
    {
      ...proxied(`${SECURE}/cart`),
      name: 'the application learns who the client is from nginx alone',
      headers: [['X-Client-Subject', 'CN=root']],
      clientCertificate: 'valid',
      assume: { ssl_client_s_dn: 'CN=ann' },
      expect: { kind: 'proxy', upstreamHeaders: { ...told('https'), 'X-Client-Subject': 'CN=ann' } },
    },
  ],
  'default-drop': [
    { name: 'unknown names get no answer', ask: 'GET http://unknown.example.org/', expect: { kind: 'closed', status: 444 } },
    {
      name: 'over TLS the handshake is refused',
      ask: 'GET https://unknown.example.org/',
      expect: { kind: 'closed' },
      holds: (t) => ({ said: [t.steps.some((s) => s.phase === 'tls' && /handshake/.test(s.said)), true] }),
    },
  ],
  'hidden-files': [
    { name: '.git is not there', ask: `GET ${PLAIN}/.git/config`, expect: { status: 404, locationBlock: '/^~ /' } },
    { name: '.env below a folder is not there', ask: `GET ${PLAIN}/app/.env`, expect: { status: 404, locationBlock: '/^~ /' } },
    { name: '.well-known is', ask: `GET ${PLAIN}/.well-known/security.txt`, expect: { locationBlock: null } },
    { name: 'a name with a dot in it is', ask: `GET ${PLAIN}/a.css`, expect: { locationBlock: null } },
  ],
  'real-ip': ({ choice, inside }) => {
    const header = ['X-Forwarded-For', 'CF-Connecting-IP', 'X-Real-IP'][choice]!;
    const within =
      inside === 'http'
        ? http(`server { listen 80; location / { ${ASKED.replace('application', '127.0.0.1:8000')} } }`)
        : (t: string): string => t;
    return [
      {
        name: 'the address that your proxy names is the client',
        ask: `GET ${PLAIN}/application`,
        within,
        from: '10.0.0.5',
        headers: [[header, header === 'X-Forwarded-For' ? '198.51.100.1, 198.51.100.7, 10.0.0.9' : '198.51.100.7']],
        expect: { upstreamHeaders: { 'X-Real-IP': '198.51.100.7' } },
      },
      {
        name: 'nobody else is believed',
        ask: `GET ${PLAIN}/application`,
        within,
        headers: [[header, '198.51.100.7']],
        expect: { upstreamHeaders: { 'X-Real-IP': CLIENT } },
      },
    ];
  },
  'real-ip-proxy-protocol': [
    {
      name: 'the address that your balancer names is the client',
      ask: `GET ${PLAIN}/`,
      from: '10.0.0.5',
      proxyProtocol: '198.51.100.7',
      expect: { kind: 'proxy', upstreamHeaders: told('http', '198.51.100.7') },
    },
    {
      name: 'nobody else is believed',
      ask: `GET ${PLAIN}/`,
      proxyProtocol: '198.51.100.7',
      expect: { kind: 'proxy', upstreamHeaders: { 'X-Real-IP': CLIENT } },
    },
  ],
  cors: [
    {
      name: 'the named origin is answered with its name',
      ask: 'GET http://api.example.com/v1',
      headers: [['Origin', 'https://app.example.com']],
      expect: { kind: 'proxy', responseHeaders: { 'Access-Control-Allow-Origin': 'https://app.example.com', Vary: '/Origin/' } },
    },
    ...['https://evil.example', 'https://app.example.com.evil.example', 'http://app.example.com', 'null'].map(
      (origin): PromiseRow => ({
        name: `${origin} is not`,
        ask: 'GET http://api.example.com/v1',
        headers: [['Origin', origin]],
        expect: { kind: 'proxy', responseHeaders: { 'Access-Control-Allow-Origin': null, Vary: '/Origin/' } },
      }),
    ),
    {
      name: "the application's own word on it is not sent beside nginx's",
      ask: 'GET http://api.example.com/v1',
      headers: [['Origin', 'https://app.example.com']],
      answer: { headers: [['Access-Control-Allow-Origin', '*']] },
      expect: { kind: 'proxy' },
      holds: (t) => ({
        values: [
          t.outcome.responseHeaders
            .filter(([n]) => n.toLowerCase() === 'access-control-allow-origin')
            .map(([, v]) => v)
            .join('; '),
          'https://app.example.com',
        ],
      }),
    },
    {
      name: 'a preflight is answered by nginx, with everything that the browser wants to know',
      ask: 'OPTIONS http://api.example.com/v1',
      headers: [
        ['Origin', 'https://app.example.com'],
        ['Access-Control-Request-Method', 'PUT'],
      ],
      expect: {
        status: 204,
        responseHeaders: {
          'Access-Control-Allow-Origin': 'https://app.example.com',
          'Access-Control-Allow-Methods': '/PUT/',
          'Access-Control-Allow-Headers': '/Authorization/',
        },
      },
    },
  ],
  'x-accel': [
    {
      name: 'clients cannot ask for the path',
      ask: `GET ${PLAIN}/protected/a.pdf`,
      files: ['/srv/app/protected/a.pdf'],
      expect: { status: 404 },
    },
    {
      name: 'the application can have it sent',
      ask: `GET ${PLAIN}/application`,
      answer: { status: 200, headers: [['X-Accel-Redirect', '/protected/a.pdf']] },
      files: ['/srv/app/protected/a.pdf'],
      expect: { status: 200, file: '/srv/app/protected/a.pdf' },
    },
  ],

  static: [
    {
      name: 'files come from the disk, and browsers ask whether theirs is still the same',
      ask: `GET ${PLAIN}/static/a.css`,
      files: ['/srv/app/static/a.css'],
      expect: { kind: 'static', file: '/srv/app/static/a.css', responseHeaders: { 'Cache-Control': 'no-cache' } },
    },
    {
      name: 'the folder above is out of reach',
      ask: `GET ${PLAIN}/static../settings.py`,
      files: ['/srv/app/settings.py'],
      expect: { status: 404, file: null },
    },
  ],
  'static-hashed': [
    ...hashed(PLAIN),
    {
      name: 'of a name without a hash, browsers ask whether theirs is still the same',
      ask: `GET ${PLAIN}/static/a.css`,
      files: ['/srv/app/static/a.css'],
      expect: { kind: 'static', file: '/srv/app/static/a.css', responseHeaders: { 'Cache-Control': 'no-cache' } },
    },
  ],
  media: [
    {
      name: 'files come from the disk, and browsers run none of them',
      ask: `GET ${PLAIN}/media/a.html`,
      files: ['/srv/app/media/a.html'],
      expect: {
        kind: 'static',
        file: '/srv/app/media/a.html',
        responseHeaders: { 'X-Content-Type-Options': 'nosniff', 'Content-Security-Policy': "default-src 'none'; sandbox" },
      },
    },
  ],
  spa: [
    {
      name: 'files that exist are sent',
      ask: `GET ${PLAIN}/app.js`,
      files: ['/srv/app/dist/app.js', '/srv/app/dist/index.html'],
      expect: { status: 200, file: '/srv/app/dist/app.js' },
    },
    {
      name: 'everything else is the front page',
      ask: `GET ${PLAIN}/orders/7`,
      files: ['/srv/app/dist/index.html'],
      expect: { status: 200, file: '/srv/app/dist/index.html' },
    },
  ],
  gzip: [
    {
      name: 'JSON of the application is compressed, through a proxy too',
      ask: `GET ${PLAIN}/`,
      headers: [
        ['Accept-Encoding', 'gzip'],
        ['Via', '1.1 proxy'],
      ],
      within: http(`server { listen 80; location / { ${ASKED.replace('application', '127.0.0.1:8000')} } }`),
      answer: {
        headers: [
          ['Content-Type', 'application/json'],
          ['Content-Length', '5000'],
        ],
      },
      expect: { responseHeaders: { Vary: '/Accept-Encoding/' } },
      holds: (t) => ({ gzip: [t.compression.gzip, true] }),
    },
    {
      name: 'pictures are not',
      ask: `GET ${PLAIN}/`,
      headers: [['Accept-Encoding', 'gzip']],
      within: http(`server { listen 80; location / { ${ASKED.replace('application', '127.0.0.1:8000')} } }`),
      answer: {
        headers: [
          ['Content-Type', 'image/png'],
          ['Content-Length', '5000'],
        ],
      },
      expect: {},
      holds: (t) => ({ gzip: [t.compression.gzip, false] }),
    },
  ],
  cache: [
    ...cached('app', 600, { headers: [['Cache-Control', 'max-age=600']] }),
    {
      name: 'an answer of which the application says nothing is not kept',
      ask: `GET ${PLAIN}/`,
      expect: { kind: 'proxy' },
      holds: (t) => ({ store: [t.cache?.store ?? false, false] }),
    },
  ],
  microcache: ({ choice }) => cached('micro', [1, 5, 10][choice]!),
  balance: ({ choice }) =>
    balanced(
      'server 10.0.0.11:8000 max_fails=2 fail_timeout=10s; server 10.0.0.12:8000 max_fails=2 fail_timeout=10s',
      ['least_conn', 'random two least_conn'][choice]!,
    ),
  'balance-weights': balanced('server 10.0.0.11:8000 weight=3; server 10.0.0.12:8000; server 10.0.0.13:8000 backup', null),
  'balance-iphash': balanced('server 10.0.0.11:8000; server 10.0.0.12:8000', 'ip_hash'),
  'docker-resolve': [
    {
      ...proxied(`${PLAIN}/cart?x=1`, { uri: '/cart?x=1' }),
      holds: (t) => ({ servers: [t.outcome.upstreamRequest?.upstream, 'web:8000'] }),
    },
    {
      name: 'nginx asks for the name at each request',
      ask: `GET ${PLAIN}/`,
      assume: { 'resolve:web': 'not found' },
      expect: { status: 502 },
    },
  ],
  canary: ({ choice }) => {
    const part = [0.05, 0.01, 0.1, 0.25][choice]!;
    return [
      { ...proxied(`${PLAIN}/`), name: 'a part of the clients gets the new version', share: ['next', part * 0.6, part * 1.4] },
      { ...proxied(`${PLAIN}/`), name: 'the others get the stable one', share: ['stable', 1 - part * 1.4, 1 - part * 0.6] },
    ];
  },
  'feature-flag': [
    {
      ...proxied(`${PLAIN}/`, { locationBlock: '$cookie_beta' }),
      name: 'who has the cookie gets the other application',
      headers: [...LIES, ['Cookie', 'beta=1']],
    },
    {
      name: 'a cookie of 0 is none',
      ask: `GET ${PLAIN}/`,
      headers: [['Cookie', 'beta=0']],
      expect: {},
      holds: (t) => ({ entered: [t.outcome.location?.pattern === '$cookie_beta', false] }),
    },
  ],
  'canary-header': [
    {
      ...proxied(`${PLAIN}/`, { locationBlock: '$http_x_canary' }),
      name: 'a request with the header goes to the new release',
      headers: [...LIES, ['X-Canary', 'always']],
    },
    {
      name: 'a request without it does not',
      ask: `GET ${PLAIN}/`,
      expect: {},
      holds: (t) => ({ entered: [t.outcome.location?.pattern === '$http_x_canary', false] }),
    },
  ],
  bluegreen: ({ choice }) => [proxied(`${PLAIN}/`, { upstream: ['blue', 'green'][choice] })],
  maintenance: [
    { name: 'without the file all is as ever', ask: `GET ${PLAIN}/application`, expect: { kind: 'proxy', status: 200 } },
    {
      name: 'with the file everybody gets 503 and the page at every path, and is asked to come again',
      ask: `POST ${PLAIN}/application`,
      files: CLOSED,
      expect: { status: 503, file: '/srv/app/errors/maintenance.html', responseHeaders: { 'Retry-After': '300' } },
    },
    {
      name: 'without the page it is a 503 all the same',
      ask: `GET ${PLAIN}/application`,
      files: CLOSED.slice(0, 1),
      expect: { status: 503, file: null },
    },
    {
      name: 'you get in all the while',
      ask: `GET ${PLAIN}/application`,
      from: '192.0.2.10',
      files: CLOSED,
      expect: { kind: 'proxy', status: 200 },
    },
    { name: 'nobody asks for the page by its name', ask: `GET ${PLAIN}/maintenance.html`, files: CLOSED, expect: { status: 404 } },
  ],
  'down-page': [
    {
      name: 'while nothing listens, people see the page and the status stays 502',
      ask: `GET ${PLAIN}/application`,
      answer: { failure: 'refused' },
      files: ['/srv/app/errors/down.html'],
      expect: { status: 502, file: '/srv/app/errors/down.html' },
    },
    {
      name: 'an error page of the application itself is left alone',
      ask: `GET ${PLAIN}/application`,
      answer: { status: 503 },
      expect: { kind: 'proxy', status: 503, file: null },
    },
    ...down(PLAIN)
      .slice(1)
      .map((row) => ({ ...row, ask: row.ask.replace(/\/$/, '/application') })),
  ],
  healthcheck: [
    { name: 'nginx answers by itself', ask: `GET ${PLAIN}/healthz`, expect: { kind: 'return', status: 200, body: 'ok\n', upstream: null } },
  ],
  status: [
    {
      name: 'this machine reads the counters',
      ask: `GET ${PLAIN}/nginx_status`,
      from: '127.0.0.1',
      expect: { status: 200, kind: 'content' },
    },
    { name: 'nobody else does', ask: `GET ${PLAIN}/nginx_status`, expect: { status: 403 } },
  ],

  ...Object.fromEntries(
    (
      [
        ['jupyter', '/jupyter/', 'lab'],
        ['streamlit', '/streamlit/', '_stcore/stream'],
        ['gradio', '/gradio/', 'queue/join'],
        ['flower', '/flower/', 'tasks', '10.0.0.0/8'],
        ['grafana', '/grafana/', 'api/live/ws'],
        ['socketio', '/socket.io/', '?EIO=4'],
        ['nodejs', '/node/', 'x'],
      ] as const
    ).map(([id, path, rest, from]) => [
      id,
      [
        ...webSocket(`${PLAIN}${path}${rest}`, 'http'),
        { ...proxied(`${PLAIN}${path}${rest}`, { uri: `${path}${rest}` }), name: 'pages come by the same way, under their whole path' },
      ].flatMap((row): PromiseRow[] =>
        from
          ? [
              { ...row, within: (text: string) => text.replace(from, '203.0.113.0/24') },
              { name: 'nobody else gets in', ask: row.ask, expect: { status: 403 } },
            ]
          : [row],
      ),
    ]),
  ),
  'llm-streaming': [
    {
      ...proxied(`${PLAIN}/v1/chat/completions`),
      name: 'words wait in no buffer, and the first of them may take ten minutes',
      holds: (t) => ({ buffering: [t.buffering.buffering, false], patience: [t.timeouts.read, '10m'] }),
    },
  ],
  nextjs: [
    {
      name: 'files of the build come from the disk, for a year',
      ask: `GET ${PLAIN}/_next/static/chunks/a.js`,
      files: ['/srv/app/.next/static/chunks/a.js'],
      expect: { kind: 'static', file: '/srv/app/.next/static/chunks/a.js', responseHeaders: { 'Cache-Control': 'max-age=31536000' } },
    },
    proxied(`${PLAIN}/shop/cart`),
  ],
  grpc: [
    {
      name: 'a call is passed on over HTTP/2, with the address of the client',
      ask: `POST ${PLAIN}/helloworld.Greeter/SayHello`,
      headers: LIES,
      expect: { kind: 'grpc', upstreamHeaders: { 'X-Forwarded-For': CLIENT, 'X-Real-IP': CLIENT } },
    },
  ],
  robots: [
    {
      name: 'robots are asked to stay away, without the application',
      ask: `GET ${PLAIN}/robots.txt`,
      expect: { kind: 'return', status: 200, body: 'User-agent: *\nDisallow: /\n', upstream: null },
    },
  ],
  favicon: [{ name: 'the answer is empty', ask: `GET ${PLAIN}/favicon.ico`, expect: { status: 204, upstream: null } }],
  'security-txt': [
    {
      name: 'people learn where to report a hole',
      ask: `GET ${PLAIN}/.well-known/security.txt`,
      expect: { kind: 'return', status: 200, body: '/^Contact: mailto:security@example.com\\nExpires: /' },
    },
  ],
  minio: [
    {
      name: 'the signed host and path arrive as they came, and large uploads go through',
      ask: `PUT ${PLAIN}/bucket/a%20b`,
      headers: [['Content-Length', String(1024 * 1024 * 1024)]],
      expect: { kind: 'proxy', uri: '/bucket/a%20b', upstreamHeaders: { Host: SITE, 'X-Forwarded-For': CLIENT } },
    },
  ],
  'proxy-lines': [proxied(`${PLAIN}/cart?x=1`, { uri: '/cart?x=1' })],
  'websocket-lines': [
    ...webSocket(`${PLAIN}/`, 'http'),
    {
      ...proxied(`${PLAIN}/cart`),
      name: 'a page is no upgrade',
      expect: { upstreamHeaders: { ...told('http'), Upgrade: null, Connection: null } },
    },
  ],
  'ratelimit-lines': [
    {
      name: 'what goes beyond the burst is refused',
      ask: `GET ${PLAIN}/`,
      assume: { 'limit_req:per_client': 'over' },
      expect: { status: 429 },
    },
    {
      name: 'requests of an address count, with rate and burst',
      ask: `GET ${PLAIN}/`,
      expect: { limits: ['per_client'] },
      holds: (t) => ({ rate: [t.limits[0]?.rate, '10r/s'], burst: [t.limits[0]?.burst, 20] }),
    },
  ],
  'connlimit-lines': [
    {
      name: 'one more request in work is refused',
      ask: `GET ${PLAIN}/`,
      assume: { 'limit_conn:connections': 'over' },
      expect: { status: 429 },
    },
  ],
  'cache-lines': cached('pages', 600, { headers: [['Cache-Control', 'max-age=600']] }),
  'basic-auth-lines': [
    { name: 'nobody gets in without a password', ask: `GET ${SECURE}/`, expect: { status: 401 } },
    {
      name: 'who has it gets in, and the application never sees it',
      ask: `GET ${SECURE}/`,
      headers: [['Authorization', 'Basic dTpw']],
      expect: { kind: 'proxy', upstreamHeaders: { ...told('https'), Authorization: null } },
    },
  ],
  timeouts: ({ inside }) => [
    {
      name: 'a slow answer is awaited for two minutes',
      ask: `GET ${PLAIN}${inside === 'server' ? '/application' : '/'}`,
      expect: { kind: 'proxy' },
      holds: (t) => ({ read: [t.timeouts.read, '120s'], connect: [t.timeouts.connect, '5s'] }),
    },
  ],
  buffers: ({ inside }) => [
    {
      name: 'a header of sixteen kilobytes fits',
      ask: `GET ${PLAIN}${inside === 'location' ? '/' : '/application'}`,
      ...(inside === 'http'
        ? { within: http(`server { listen 80; location /application { ${ASKED.replace('application', '127.0.0.1:8000')} } }`) }
        : {}),
      expect: { kind: 'proxy' },
      holds: (t) => ({ size: [t.buffering.buffer_size, '16k'] }),
    },
  ],
  'gzip-static': [
    {
      name: 'the file that was compressed beforehand is sent',
      ask: `GET ${PLAIN}/a.js`,
      headers: [['Accept-Encoding', 'gzip']],
      within: (text) =>
        text.replace(
          'server_name example.com;',
          'server_name example.com; root /srv/www; location = /a.js { gzip_static on; gzip_vary on; }',
        ),
      files: ['/srv/www/a.js', '/srv/www/a.js.gz'],
      expect: { kind: 'static', responseHeaders: { 'Content-Encoding': 'gzip' } },
    },
  ],
  'stream-passthrough': [
    {
      name: 'a handshake that names nobody known goes to the server for all others',
      ask: 'GET tcp://127.0.0.1:443',
      expect: { kind: 'proxy' },
      holds: (t) => ({ server: [t.outcome.upstreamRequest?.servers.join() || t.outcome.upstreamRequest?.upstream, '127.0.0.1:8443'] }),
    },
  ],
  'upstream-keepalive': [
    {
      name: 'connections are kept',
      ask: `GET ${PLAIN}/`,
      expect: { kind: 'proxy', upstream: 'application' },
      holds: (t) => ({ kept: [t.keepalive.upstream, true] }),
    },
  ],
  ...Object.fromEntries(
    (
      [
        ['postgresql', 5432, '10.0.0.20:5432'],
        ['redis', 6379, '10.0.0.21:6379'],
        ['mysql', 3306, '10.0.0.22:3306'],
        ['mqtt', 1883, '10.0.0.23:1883'],
      ] as const
    ).map(([id, port, address]): [string, Promises] => [
      `stream-${id}`,
      [
        {
          name: 'the named network is passed on',
          ask: `GET tcp://127.0.0.1:${port}`,
          from: '10.1.2.3',
          expect: { kind: 'proxy' },
          holds: (t) => ({ server: [t.outcome.upstreamRequest?.servers.join(), address] }),
        },
        { name: 'nobody else is', ask: `GET tcp://127.0.0.1:${port}`, expect: { kind: 'closed', upstream: null } },
      ],
    ]),
  ),

  vhost: [
    {
      name: 'files come from the disk',
      ask: `GET ${PLAIN}/a.css`,
      files: ['/srv/www/a.css'],
      expect: { kind: 'static', file: '/srv/www/a.css' },
    },
  ],
  http2: [
    {
      name: 'browsers can speak HTTP/2',
      ask: `GET ${SECURE}/application`,
      expect: { kind: 'proxy' },
      holds: (t) => ({ http2: [t.tls.http2, true] }),
    },
  ],
  acme: [
    redirects[0]!,
    {
      name: 'files come over TLS, with HSTS',
      ask: `GET ${SECURE}/a.css`,
      files: ['/srv/www/a.css'],
      expect: { kind: 'static', file: '/srv/www/a.css', responseHeaders: HSTS },
      holds: intermediate,
    },
  ],
  'spa-api': [
    {
      name: 'a path of the application in the browser is the front page, which browsers ask for again',
      ask: `GET ${PLAIN}/orders/7`,
      files: ['/srv/app/dist/index.html'],
      expect: { status: 200, file: '/srv/app/dist/index.html', responseHeaders: { 'Cache-Control': 'no-cache' } },
    },
    {
      name: 'a file with a hash is kept for a year',
      ask: `GET ${PLAIN}/assets/a.3f2c.js`,
      files: ['/srv/app/dist/assets/a.3f2c.js', '/srv/app/dist/index.html'],
      expect: { status: 200, file: '/srv/app/dist/assets/a.3f2c.js', responseHeaders: { 'Cache-Control': 'max-age=31536000' } },
    },
    {
      name: 'a script that is missing is missing, and no page',
      ask: `GET ${PLAIN}/assets/old.js`,
      files: ['/srv/app/dist/index.html'],
      expect: { status: 404, file: null },
    },
    { ...proxied(`${PLAIN}/api/orders`, { uri: '/api/orders' }), name: 'the API is the application' },
  ],
  'php-fpm': [
    {
      name: 'a program that is there is run',
      ask: `GET ${PLAIN}/a.php?x=1`,
      headers: [['Proxy', 'http://evil.example']],
      files: ['/srv/www/a.php'],
      expect: PHP_PARAMS('/srv/www/a.php'),
    },
    { name: 'one that is not there is a 404', ask: `GET ${PLAIN}/a.jpg/x.php`, files: ['/srv/www/a.jpg'], expect: { status: 404 } },
  ],
  wordpress: [
    {
      name: 'permalinks are the front controller',
      ask: `GET ${PLAIN}/2026/hello/?x=1`,
      files: ['/srv/wordpress/index.php'],
      expect: PHP_PARAMS('/srv/wordpress/index.php'),
    },
    {
      name: 'nothing that was uploaded is run',
      ask: `GET ${PLAIN}/wp-content/uploads/2026/shell.php`,
      files: ['/srv/wordpress/wp-content/uploads/2026/shell.php'],
      expect: { status: 404 },
    },
    { name: 'XML-RPC is closed', ask: `POST ${PLAIN}/xmlrpc.php`, files: ['/srv/wordpress/xmlrpc.php'], expect: { status: 404 } },
    {
      name: 'attempts to log in are counted and end with 429',
      ask: `POST ${PLAIN}/wp-login.php`,
      files: ['/srv/wordpress/wp-login.php'],
      assume: { 'limit_req:login': 'over' },
      expect: { status: 429 },
    },
  ],
  laravel: [
    {
      name: 'everything that is no file is index.php',
      ask: `GET ${PLAIN}/orders?x=1`,
      files: ['/srv/app/public/index.php'],
      expect: PHP_PARAMS('/srv/app/public/index.php'),
    },
    { name: 'no other program is run', ask: `GET ${PLAIN}/info.php`, files: ['/srv/app/public/info.php'], expect: { status: 404 } },
  ],
  'old-paths': [
    {
      name: 'an old path leads to the new one, with its arguments',
      ask: `GET ${PLAIN}/about.html?x=1`,
      expect: { kind: 'redirect', status: 301, location: `${PLAIN}/about/?x=1` },
    },
    { name: 'other paths are as ever', ask: `GET ${PLAIN}/application`, expect: { kind: 'proxy', status: 200 } },
  ],
  'redirect-path': ({ choice }) => [
    {
      name: 'the path leads to the other, with its arguments',
      ask: `GET ${PLAIN}/old?x=1`,
      expect: { kind: 'redirect', status: [301, 302, 308][choice], location: `${PLAIN}/new?x=1` },
    },
  ],
  'secure-link': (
    [
      ['without a signature nobody gets the file', '', 403],
      ['a wrong one is refused', '?md5=AAAAAAAAAAAAAAAAAAAAAA&expires=1700000100', 403],
      ['a good one that is too old gets 410', signed(1_600_000_000), 410],
      ['a good one gets it, until its time', signed(1_700_000_100), 200],
    ] as const
  ).map(
    ([name, query, status]): PromiseRow => ({
      name,
      ask: `GET ${PLAIN}/downloads/a.pdf${query}`,
      files: ['/srv/app/downloads/a.pdf'],
      within: (text) => text.replace('include /etc/nginx/secure-link.conf;', 'secure_link_md5 "$secure_link_expires$uri s3";'),
      expect: { status, file: status === 200 ? '/srv/app/downloads/a.pdf' : null },
    }),
  ),
  hotlink: [
    {
      name: 'a page of another site shows no picture',
      ask: `GET ${PLAIN}/images/a.png`,
      headers: [
        ['Sec-Fetch-Site', 'cross-site'],
        ['Sec-Fetch-Dest', 'image'],
      ],
      files: ['/srv/www/images/a.png'],
      expect: { status: 403 },
    },
    ...(
      [
        ['an own page does', 'same-origin', 'image'],
        ['a link of another page leads to it', 'cross-site', 'document'],
      ] as const
    ).map(
      ([name, from, as]): PromiseRow => ({
        name,
        ask: `GET ${PLAIN}/images/a.png`,
        headers: [
          ['Sec-Fetch-Site', from],
          ['Sec-Fetch-Dest', as],
        ],
        files: ['/srv/www/images/a.png'],
        expect: { status: 200, file: '/srv/www/images/a.png' },
      }),
    ),
  ],
  webdav: [{ name: 'nobody writes without a password', ask: `PUT ${SECURE}/dav/a.txt`, expect: { status: 401 } }],
  's3-static': [
    {
      name: "the store gets its own name, and nothing of the visitor's",
      ask: `GET ${PLAIN}/files/a.pdf`,
      headers: [
        ['Cookie', 'sessionid=abc'],
        ['Authorization', 'Basic dTpw'],
      ],
      expect: { kind: 'proxy', uri: '/a.pdf', upstreamHeaders: { Host: 'bucket.s3.amazonaws.com', Cookie: null, Authorization: null } },
    },
    { name: 'nobody writes to it', ask: `PUT ${PLAIN}/files/a.pdf`, expect: { status: 403 } },
  ],
  'image-cache': [
    {
      name: 'a picture is kept for a month, whatever cookies come along, and the application sees none',
      ask: `GET ${PLAIN}/thumbnails/a.jpg?w=2`,
      headers: [['Cookie', 'sessionid=abc']],
      answer: { headers: [['Set-Cookie', 'sessionid=def']] },
      expect: { kind: 'proxy', upstreamHeaders: { Cookie: null }, responseHeaders: { 'Set-Cookie': null } },
      holds: (t) => ({
        store: [t.cache?.store, true],
        seconds: [t.cache?.valid, 2_592_000],
        'each name and size has its own pictures': [t.cache?.key, `http${SITE}/thumbnails/a.jpg?w=2`],
      }),
    },
  ],
  authelia: [
    ...signOn('remote_user', 'Remote-', 'User'),
    {
      name: 'who is not logged in is led to the portal',
      ask: `GET ${PLAIN}/cart`,
      assume: { auth_request: '401', 'auth_request:location': 'https://login.example.com/?rd=x' },
      expect: { status: 302, location: 'https://login.example.com/?rd=x' },
    },
    { name: 'nobody asks the service from outside', ask: `GET ${PLAIN}/internal/authelia`, expect: { status: 404 } },
  ],
  authentik: [
    ...signOn('x_authentik_username', 'X-authentik-', 'username'),
    {
      name: 'who is not logged in is led to the login, and back to where they were',
      ask: `GET ${PLAIN}/cart`,
      assume: { auth_request: '401' },
      expect: { status: 302, location: `${PLAIN}/outpost.goauthentik.io/start?rd=${PLAIN}/cart` },
    },
    {
      name: 'the login itself is open',
      ask: `GET ${PLAIN}/outpost.goauthentik.io/callback`,
      assume: { auth_request: '401' },
      expect: { kind: 'proxy', status: 200 },
    },
    { name: 'nobody asks the service from outside', ask: `GET ${PLAIN}/outpost.goauthentik.io/auth/nginx`, expect: { status: 404 } },
  ],
  cloudflare: ({ inside }) => believed(inside, '104.16.0.1', 'CF-Connecting-IP'),
  fastly: ({ inside }) => believed(inside, '151.101.1.1', 'X-Forwarded-For'),
  'allow-list': ({ inside }) => only(inside === 'server' ? '/application' : '/', '192.0.2.44'),
  'block-list': [
    {
      name: 'who is on the list gets no answer',
      ask: `GET ${PLAIN}/application`,
      from: '198.51.100.3',
      expect: { kind: 'closed', status: 444 },
    },
    { name: 'everybody else does', ask: `GET ${PLAIN}/application`, expect: { kind: 'proxy', status: 200 } },
  ],
  country: [
    { name: 'the named country gets in', ask: `GET ${PLAIN}/`, assume: { country: 'DE' }, expect: { kind: 'proxy', status: 200 } },
    { name: 'another one does not', ask: `GET ${PLAIN}/`, assume: { country: 'XX' }, expect: { status: 403 } },
  ],
  bots: [
    {
      name: 'a robot of the list is refused',
      ask: `GET ${PLAIN}/application`,
      headers: [['User-Agent', 'Mozilla/5.0 (compatible; GPTBot/1.2)']],
      expect: { status: 403 },
    },
    {
      name: 'a browser is not',
      ask: `GET ${PLAIN}/application`,
      headers: [['User-Agent', 'Mozilla/5.0']],
      expect: { kind: 'proxy', status: 200 },
    },
  ],
  'api-key-check': [
    { name: 'without a key nobody gets in', ask: `GET ${PLAIN}/api/orders`, within: WITH_KEY, expect: { status: 401 } },
    {
      name: 'a wrong one is none',
      ask: `GET ${PLAIN}/api/orders`,
      headers: [['X-API-Key', 'guess']],
      within: WITH_KEY,
      expect: { status: 401 },
    },
    {
      name: 'who has one gets in, and the application learns whose it was',
      ask: `GET ${PLAIN}/api/orders`,
      headers: [
        ['X-API-Key', 'k1'],
        ['X-API-User', 'root'],
      ],
      within: WITH_KEY,
      expect: { kind: 'proxy', status: 200, upstreamHeaders: { 'X-API-Key': null, 'X-API-User': 'partner' } },
    },
  ],
  'mtls-upstream': [
    {
      name: 'the application is asked over TLS',
      ask: `GET ${PLAIN}/cart`,
      expect: { kind: 'proxy', upstreamHeaders: { 'X-Forwarded-For': CLIENT } },
      holds: (t) => ({ server: [t.outcome.upstreamRequest?.servers.join() || t.outcome.upstreamRequest?.upstream, '10.0.0.11:8443'] }),
    },
  ],
  'cors-lines': [
    {
      name: 'the named origin is answered with its name',
      ask: `GET ${PLAIN}/v1`,
      headers: [['Origin', 'https://app.example.com']],
      expect: { kind: 'proxy', responseHeaders: { 'Access-Control-Allow-Origin': 'https://app.example.com', Vary: '/Origin/' } },
    },
    {
      name: 'another one is not',
      ask: `GET ${PLAIN}/v1`,
      headers: [['Origin', 'https://app.example.com.evil.example']],
      answer: { headers: [['Access-Control-Allow-Origin', '*']] },
      expect: { kind: 'proxy', responseHeaders: { 'Access-Control-Allow-Origin': null } },
    },
  ],
  'json-log': [jsonLog('json', ['seconds', 'status', 'upstream_seconds', 'request_id', 'referer', 'protocol', 'cache'])],
  'ecs-log': [jsonLog('ecs', ['@timestamp', 'client.ip', 'url.original', 'http.response.status_code', 'user_agent.original'])],
  'goaccess-log': [
    {
      name: 'the log is used',
      ask: `GET ${PLAIN}/`,
      within: CALLED,
      expect: { status: 204 },
      holds: written('access_log', /access\.log sites/),
    },
  ],
  fail2ban: [
    {
      name: 'the usual log goes on beside the one of refusals',
      ask: `GET ${PLAIN}/`,
      within: CALLED,
      expect: { status: 204 },
      holds: (t, config) => ({
        ...written('access_log', /refused buffer=4k flush=1s if=\$refused$/)(t, config),
        usual: Object.values(written('access_log', /access\.log combined /)(t, config))[0]!,
      }),
    },
  ],
  metrics: only('/metrics', '10.1.2.3'),
  'health-application': [
    {
      ...proxied(`${PLAIN}/health`, { uri: '/health' }),
      name: 'the application is asked, and for five seconds only',
      holds: (t) => ({ read: [t.timeouts.read, '5s'], connect: [t.timeouts.connect, '2s'] }),
    },
  ],
  'request-id': [
    {
      name: "the application and the client get the same id, which is not the client's own",
      ask: `GET ${PLAIN}/`,
      headers: [['X-Request-ID', 'forged-by-a-client']],
      assume: { request_id: 'abc123' },
      expect: {
        kind: 'proxy',
        upstreamHeaders: { ...told('http'), 'X-Request-ID': 'abc123' },
        responseHeaders: { 'X-Request-ID': 'abc123' },
      },
    },
    {
      name: 'the id of the own balancer is kept',
      ask: `GET ${PLAIN}/`,
      from: '10.0.0.5',
      headers: [['X-Request-ID', '5f3c-9a1b-balancer']],
      assume: { request_id: 'abc123' },
      expect: { kind: 'proxy', upstreamHeaders: { 'X-Request-ID': '5f3c-9a1b-balancer' } },
    },
  ],
  'stream-tls': [
    {
      name: 'the service behind is asked',
      ask: 'GET tcp://127.0.0.1:8883',
      expect: { kind: 'proxy' },
      holds: (t) => ({ server: [t.outcome.upstreamRequest?.servers.join(), '127.0.0.1:1883'] }),
    },
  ],
  'stream-dns': (['tcp', 'udp'] as const).flatMap((kind): PromiseRow[] => [
    {
      name: `questions of the named network are passed on over ${kind}`,
      ask: `GET ${kind}://127.0.0.1:53`,
      from: '10.1.2.3',
      expect: { kind: 'proxy', upstream: 'name_servers' },
    },
    { name: `no others are over ${kind}`, ask: `GET ${kind}://127.0.0.1:53`, expect: { kind: 'closed', upstream: null } },
  ]),
  'stream-syslog': [
    {
      name: 'messages of the named network are passed on',
      ask: 'GET udp://127.0.0.1:514',
      from: '10.1.2.3',
      expect: { kind: 'proxy' },
      holds: (t) => ({ server: [t.outcome.upstreamRequest?.servers.join(), '10.0.0.43:514'] }),
    },
    { name: 'no others are', ask: 'GET udp://127.0.0.1:514', expect: { kind: 'closed', upstream: null } },
  ],
  'mail-proxy': [
    {
      name: 'mailboxes and submission are reached over TLS alone',
      ask: `GET ${PLAIN}/`,
      within: (text) => `${text}\nhttp { server { listen 80; return 204; } }\n`,
      expect: { status: 204 },
      holds: (_, config) => {
        const mail = config.main.directives.find((d) => d.name === 'mail')?.body?.directives ?? [];
        const servers = mail.filter((d) => d.name === 'server').flatMap((d) => d.body?.directives ?? []);
        return {
          listens: [
            servers
              .filter((d) => d.name === 'listen')
              .map((d) => d.values.join(' '))
              .join(', '),
            '993 ssl, 465 ssl',
          ],
        };
      },
    },
  ],
  'canary-map': [
    { ...proxied(`${PLAIN}/`, { upstream: 'track_stable' }), name: 'who says nothing gets the stable release' },
    { ...proxied(`${PLAIN}/`, { upstream: 'track_next' }), name: 'who has the header gets the next', headers: [['X-Canary', '1']] },
    { ...proxied(`${PLAIN}/`, { upstream: 'track_next' }), name: 'who has the cookie does too', headers: [['Cookie', 'canary=1']] },
  ],
  'ab-test': [
    ...(['variant_a', 'variant_b'] as const).map(
      (variant): PromiseRow => ({
        ...proxied(`${PLAIN}/`, { upstream: variant, responseHeaders: { 'Set-Cookie': `/^variant=${variant};/` } }),
        name: `who has ${variant} keeps it`,
        headers: [['Cookie', `variant=${variant}`]],
      }),
    ),
    { ...proxied(`${PLAIN}/`), name: 'half of the others get the other one', share: ['variant_b', 0.3, 0.7] },
    {
      name: 'a variant that somebody invents is none',
      ask: `GET ${PLAIN}/`,
      headers: [['Cookie', 'variant=evil.example']],
      expect: { kind: 'proxy', upstream: '/^variant_[ab]$/' },
    },
  ],
  'upstream-resolve': [
    {
      name: 'the group is asked, and keeps connections',
      ask: `GET ${PLAIN}/`,
      within: http(`server { listen 80; location / { ${ASKED} proxy_http_version 1.1; proxy_set_header Connection ""; } }`),
      expect: { kind: 'proxy', upstream: 'application' },
      holds: (t) => ({ kept: [t.keepalive.upstream, true] }),
    },
  ],
  mirror: [
    {
      ...proxied(`${PLAIN}/api/orders?x=1`, { uri: '/api/orders?x=1' }),
      name: 'the application answers',
    },
    { name: 'nobody asks for the copy from outside', ask: `GET ${PLAIN}/mirror`, expect: { status: 404 } },
  ],
  'sse-lines': [
    {
      ...proxied(`${PLAIN}/events/1`),
      name: 'events wait in no buffer and no cache, and silence is borne for an hour',
      holds: (t) => ({ buffering: [t.buffering.buffering, false], cache: [t.cache, null], patience: [t.timeouts.read, '1h'] }),
    },
  ],
  ...Object.fromEntries(
    (['brotli', 'zstd'] as const).map((id): [string, Promises] => [
      id,
      [
        {
          name: 'it is on for JSON',
          ask: `GET ${PLAIN}/`,
          within: CALLED,
          expect: { status: 204 },
          holds: written(`${id}_types`, /application\/json/),
        },
      ],
    ]),
  ),
  'ssl-curves': ({ inside }) => [
    {
      name: 'the hybrid key exchange comes first',
      ask: `GET ${SECURE}/`,
      within: overTls(inside),
      expect: {},
      holds: written('ssl_ecdh_curve', /^X25519MLKEM768:X25519:/),
    },
  ],

  'nginx-conf-vps': [
    ...FOREIGN,
    { ...redirects[0]! },
    redirects[1]!,
    application(SOCKET)[0]!,
    application(SOCKET)[1]!,
    served,
    uploaded,
    ...loginLimited(SECURE, '/admin/login/', '10r/m'),
    ...rateLimited(`${SECURE}/cart`, 'general', { rate: '20r/s', burst: 40 }),
    ...down(SECURE),
  ],
  'nginx-conf-docker': [
    ...FOREIGN,
    { name: 'the health check of the container is answered', ask: 'GET http://localhost/healthz', expect: { status: 204, upstream: null } },
    {
      name: 'the proxy before says who the client is, and which scheme it used',
      ask: `GET ${PLAIN}/cart`,
      from: '172.18.0.1',
      headers: [
        ['X-Forwarded-For', CLIENT],
        ['X-Forwarded-Proto', 'https'],
      ],
      expect: {
        kind: 'proxy',
        upstream: 'web:8000',
        uri: '/cart',
        upstreamHeaders: { Host: SITE, 'X-Real-IP': CLIENT, 'X-Forwarded-Proto': 'https' },
      },
    },
    {
      name: 'an address that somebody else names is not believed',
      ask: `GET ${PLAIN}/cart`,
      headers: [
        ['X-Forwarded-For', '198.51.100.7'],
        ['X-Forwarded-Proto', 'https'],
      ],
      expect: { upstreamHeaders: { 'X-Real-IP': CLIENT, 'X-Forwarded-For': CLIENT, 'X-Forwarded-Proto': 'http' } },
    },
    {
      name: 'nginx asks Docker for the name at each request',
      ask: `GET ${PLAIN}/`,
      assume: { 'resolve:web': 'not found' },
      expect: { status: 502 },
    },
    {
      ...served,
      ask: `GET ${PLAIN}/static/a.css`,
      files: ['/srv/app/static/a.css'],
      expect: { kind: 'static', file: '/srv/app/static/a.css' },
    },
    ...loginLimited(PLAIN, '/admin/login/', '10r/m').map(plainly),
    ...rateLimited(`${PLAIN}/cart`, 'general', { rate: '20r/s', burst: 40 }).map(plainly),
  ],
  'nginx-conf-balanced': [
    ...FOREIGN,
    {
      name: 'the balancer says who the client is, and which scheme it used',
      ask: `GET ${PLAIN}/cart`,
      from: '10.0.0.5',
      headers: [
        ['X-Forwarded-For', CLIENT],
        ['X-Forwarded-Proto', 'https'],
      ],
      expect: {
        kind: 'proxy',
        upstream: 'application',
        upstreamHeaders: { Host: SITE, 'X-Real-IP': CLIENT, 'X-Forwarded-Proto': 'https' },
      },
    },
    {
      name: 'nobody else is believed, neither address nor scheme',
      ask: `GET ${PLAIN}/cart`,
      headers: [
        ['X-Forwarded-For', '198.51.100.7'],
        ['X-Forwarded-Proto', 'https'],
      ],
      expect: { kind: 'proxy', upstreamHeaders: { 'X-Real-IP': CLIENT, 'X-Forwarded-Proto': 'http' } },
    },
    { name: 'the balancer is told that nginx lives', ask: 'GET http://10.0.0.11/healthz', expect: { status: 204, upstream: null } },
    {
      ...served,
      ask: `GET ${PLAIN}/static/a.css`,
      files: ['/srv/app/static/a.css'],
      expect: { kind: 'static', file: '/srv/app/static/a.css' },
    },
    ...loginLimited(PLAIN, '/admin/login/', '10r/m').map(plainly),
    ...rateLimited(`${PLAIN}/cart`, 'general', { rate: '20r/s', burst: 40 }).map(plainly),
  ],
};
