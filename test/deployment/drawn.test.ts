/**
 * Deployments that nobody thought of: server, its options, framework, settings, nginx's lines and requests are each drawn by themselves, and the view must equal what
 * the real application reports. A run takes a few stages, other ones every day; `VIEWS=1000` in the environment takes that many combinations, VIEWS_SEED another part.
 */
import assert from 'node:assert/strict';
import { after, describe, test } from 'node:test';
import { compareVersions } from '../../server/src/deploy/versions.ts';
import { django, fastapi, flask, PYRAMID, quart, starlette } from './projects.ts';
import { installed, type Project, PYTHON, Slots, withoutServers } from './real.ts';
import { type Ask, compareView, type Stage } from './stages.ts';

const { VIEWS = '60', VIEWS_SEED = String(Math.floor(Date.now() / 86_400_000)) } = process.env;

/** Draws the same values for one seed. */
class Dice {
  constructor(private state: number) {}
  next(): number {
    this.state = (Math.imul(this.state, 1_664_525) + 1_013_904_223) >>> 0;
    return this.state / 2 ** 32;
  }
  of<T>(values: readonly T[]): T {
    return values[Math.floor(this.next() * values.length)]!;
  }
  /** each with this chance */
  some<T>(values: readonly T[], chance: number): T[] {
    return values.filter(() => this.next() < chance);
  }
}

const WAITRESS_HEADERS = ['x-forwarded-for', 'x-forwarded-proto', 'x-forwarded-host', 'x-forwarded-port', 'x-forwarded-by'];

interface Framework {
  readonly project: Project;
  /** for servers that are told a module */
  readonly target: { readonly wsgi?: string; readonly asgi?: string };
  readonly since?: Stage['since'];
}

function drawnDjango(dice: Dice): Framework {
  const settings = [
    dice.of(["ALLOWED_HOSTS = ['*']", "ALLOWED_HOSTS = ['shop.example.com']", "ALLOWED_HOSTS = ['.example.com', '127.0.0.1']"]),
    ...dice.some(
      [
        "SECURE_PROXY_SSL_HEADER = ('HTTP_X_FORWARDED_PROTO', 'https')",
        'USE_X_FORWARDED_HOST = True',
        "CSRF_TRUSTED_ORIGINS = ['https://*.example.com']",
        "FORCE_SCRIPT_NAME = '/app'",
      ],
      0.35,
    ),
  ];
  return { project: django(settings.join('\n')), target: { wsgi: 'shop.wsgi:application', asgi: 'shop.asgi:application' } };
}

function drawnFlask(dice: Dice): Framework {
  const counts = ['x_for', 'x_proto', 'x_host', 'x_port', 'x_prefix'].map((n) => `${n}=${dice.of([0, 1, 1, 2])}`);
  const fix = dice.of(['', `app.wsgi_app = ProxyFix(app.wsgi_app, ${counts.join(', ')})`, 'app.wsgi_app = ProxyFix(app.wsgi_app)']);
  return { project: flask(fix), target: { wsgi: 'app:app' } };
}

function drawnStarlette(dice: Dice): Framework {
  const hosts = dice.of(["['shop.example.com']", "['*.example.com', 'b.test']", "['*']"]);
  const made = dice.of(['', `middleware=[Middleware(TrustedHostMiddleware, allowed_hosts=${hosts})]`]);
  return { project: starlette(made), target: { asgi: 'app:app' } };
}

const FRAMEWORKS: readonly ((dice: Dice) => Framework)[] = [
  drawnDjango,
  drawnDjango,
  drawnFlask,
  drawnFlask,
  drawnStarlette,
  (dice) => ({ project: fastapi(dice.of(['', "root_path='/api'"])), target: { asgi: 'app:app' }, since: ['fastapi', '0.90'] }),
  () => ({ project: quart(''), target: { asgi: 'app:app' }, since: ['quart', '0.18'] }),
  () => ({ project: PYRAMID, target: { wsgi: 'app:app' }, since: ['pyramid', '2.0'] }),
];

interface Server {
  readonly words: readonly string[];
  /** the command as the test runs it, where that is another one */
  readonly run?: readonly string[];
  readonly files?: Project;
  readonly listens: Stage['listens'];
  readonly uwsgi?: boolean;
  readonly since?: Stage['since'];
}

const procfile = (words: readonly string[]): Project => ({
  Procfile: `web: ${words.map((w) => (/[\s*]/.test(w) ? `'${w}'` : w)).join(' ')}\n`,
});

const TRUSTED = ['*', '127.0.0.1', '10.0.0.1', ''];

const WSGI: readonly ((dice: Dice, target: string) => Server)[] = [
  (dice, target) => {
    const listens = dice.of(['unix', 'tcp'] as const);
    const lines = [
      `bind = '${listens === 'unix' ? 'unix:{dir}/app.sock' : '127.0.0.1:{port}'}'`,
      ...dice.some(
        [
          `forwarded_allow_ips = '${dice.of(TRUSTED)}'`,
          `secure_scheme_headers = ${dice.of(["{'X-FORWARDED-PROTO': 'https'}", "{'X-FORWARDED-SSL': 'on', 'X-PROTO': 'https'}"])}`,
          `worker_class = '${dice.of(['gthread', 'sync'])}'`,
        ],
        0.5,
      ),
    ];
    return { words: [PYTHON, '-m', 'gunicorn', target], files: { 'gunicorn.conf.py': `${lines.join('\n')}\n` }, listens };
  },
  (dice, target) => {
    const listens = dice.of(['unix', 'tcp'] as const);
    const socket =
      listens === 'unix' ? 'socket = {dir}/app.sock' : dice.of(['socket = 127.0.0.1:{port}', 'http-socket = 127.0.0.1:{port}']);
    const ini = `[uwsgi]\nplugins = python3\nchdir = {dir}\nmodule = ${target}\nneed-app = true\ndisable-logging = true\n${socket}\n`;
    return { words: ['uwsgi', '--ini', 'uwsgi.ini'], files: { 'uwsgi.ini': ini }, listens, uwsgi: !socket.startsWith('http') };
  },
  (dice, target) => {
    const headers = dice.some(WAITRESS_HEADERS.slice(0, 4), 0.6);
    const trusts = dice.of([
      [],
      ['--clear-untrusted-proxy-headers'],
      ...['127.0.0.1', '*'].map((proxy) => [
        `--trusted-proxy=${proxy}`,
        `--trusted-proxy-count=${dice.of([1, 2])}`,
        ...(headers.length ? [`--trusted-proxy-headers=${headers.join(' ')}`] : []),
      ]),
    ]);
    return { words: ['waitress-serve', '--listen=127.0.0.1:{port}', ...trusts, target], listens: 'tcp', since: ['waitress', '1.3'] };
  },
];

const ASGI: readonly ((dice: Dice, target: string) => Server)[] = [
  (dice, target) => {
    const listens = dice.of(['unix', 'tcp'] as const);
    const options = [
      ...(listens === 'unix' ? ['--uds', '{dir}/app.sock'] : ['--port', '{port}']),
      ...dice.some([`--forwarded-allow-ips=${dice.of(TRUSTED)}`], 0.6),
      ...dice.some(['--no-proxy-headers'], 0.15),
    ];
    return { words: ['uvicorn', ...options, target], run: [PYTHON, '-m', 'uvicorn', ...options, target], listens };
  },
  (dice, target) => {
    const options = ['-b', '127.0.0.1', '-p', '{port}', ...dice.some(['--proxy-headers'], 0.7), target];
    return { words: ['daphne', ...options], run: [PYTHON, '-m', 'daphne', ...options], listens: 'tcp' };
  },
  (_, target) => ({
    words: ['hypercorn', '-b', '127.0.0.1:{port}', target],
    run: [PYTHON, '-m', 'hypercorn', '-b', '127.0.0.1:{port}', target],
    listens: 'tcp',
  }),
];

const VALUES: Readonly<Record<string, readonly string[]>> = {
  Host: ['$host', '$http_host', '$server_name', 'shop.example.com:8443'],
  'X-Forwarded-For': ['$proxy_add_x_forwarded_for', '$remote_addr', '$http_x_forwarded_for', '""'],
  'X-Forwarded-Proto': ['$scheme', 'https', '$http_x_forwarded_proto', '""'],
  'X-Forwarded-Host': ['$host', '$http_host', '""'],
  'X-Forwarded-Port': ['$server_port', '443', '8443'],
  'X-Forwarded-Prefix': ['/app', '""'],
  'X-Forwarded-Ssl': ['on', '""'],
};

/** Locations as people write them, with the headers that each happens to set. */
function variants(dice: Dice, count: number, uwsgi: boolean): string[] {
  return Array.from({ length: count }, () => {
    const set = dice.some(Object.keys(VALUES), 0.5).map((name) => [name, dice.of(VALUES[name]!)] as const);
    if (uwsgi) {
      const params = set.filter(([n]) => n !== 'Host').map(([n, v]) => `uwsgi_param HTTP_${n.toUpperCase().replaceAll('-', '_')} ${v};`);
      return `server_name shop.example.com; location / { include uwsgi_params; ${params.join(' ')} uwsgi_pass app; }`;
    }
    const lines = set.map(([n, v]) => `proxy_set_header ${n} ${v};`).join(' ');
    return `server_name shop.example.com; location / { proxy_pass http://app; ${lines} }`;
  });
}

function asks(dice: Dice, count: number): Ask[] {
  const header = (name: string, values: readonly (string | null)[]): [string, string][] => {
    const value = dice.of(values);
    return value === null ? [] : [[name, value]];
  };
  return Array.from({ length: count }, () => {
    const method = dice.of(['GET', 'GET', 'POST']);
    return {
      method,
      path: dice.of(['/', '/x', '/app/x', '/apple', '/a%20b/', '/caf%C3%A9?next=/app', '/x//y']),
      headers: Object.fromEntries([
        ...header('Host', ['shop.example.com', 'SHOP.example.com:8080', 'www.example.com', 'b.test', 'a_b']),
        ...header('X-Forwarded-For', [null, null, '198.51.100.7', '198.51.100.7, 203.0.113.5', '127.0.0.1']),
        ...header('X-Forwarded-Proto', [null, null, 'https', 'http', 'HTTPS']),
        ...header('X-Forwarded-Host', [null, null, 'shop.example.com', 'b.test:8443']),
        ...header('X-Forwarded-Port', [null, null, '8443']),
        ...header('X-Forwarded-Ssl', [null, null, 'on']),
        ...(method === 'POST'
          ? [['Content-Length', '0'] as const, ...header('Origin', [null, 'https://shop.example.com', 'http://b.test'])]
          : []),
      ]),
    };
  });
}

const VARIANTS = 5;
const ASKS = 6;

function drawnStage(seed: number): Stage {
  const dice = new Dice(seed);
  for (let i = 0; i < 8; i++) dice.next();
  const framework = dice.of(FRAMEWORKS)(dice);
  const { wsgi, asgi } = framework.target;
  const kind = wsgi && asgi ? dice.of(['wsgi', 'asgi'] as const) : wsgi ? 'wsgi' : 'asgi';
  const server = kind === 'wsgi' ? dice.of(WSGI)(dice, wsgi!) : dice.of(ASGI)(dice, asgi!);
  return {
    name: `${seed}: ${(server.run ?? server.words).join(' ')}`,
    since: framework.since ?? server.since,
    project: { ...framework.project, ...(server.files ?? procfile(server.words)) },
    command: server.run ?? server.words,
    listens: server.listens,
    variants: variants(dice, VARIANTS, server.uwsgi === true),
    asks: asks(dice, ASKS),
  };
}

const count = Math.max(1, Math.ceil(Number(VIEWS) / (VARIANTS * ASKS)));
const seed = Number(VIEWS_SEED);
const slots = new Slots();

describe(`${count * VARIANTS * ASKS} drawn combinations (VIEWS_SEED=${seed})`, { skip: withoutServers(), concurrency: true }, () => {
  let compared = 0;
  const stages = Array.from({ length: count }, (_, i) => drawnStage(seed * 1000 + i)).filter(
    (s) => !s.since || compareVersions(installed()?.[s.since[0]] ?? '0', s.since[1]) >= 0,
  );
  for (const stage of stages)
    test(stage.name, { timeout: 60_000 }, async () => {
      await slots.take();
      try {
        const requests = await compareView(stage);
        compared += requests;
      } finally {
        slots.give();
      }
    });
  after(() => {
    console.log(`compared ${compared} requests`);
    assert.ok(compared > 0);
  });
});
