/**
 * What `proxylens new` writes, put to work as it lies: the real nginx with the site, the server for foreign names and the page for bad times, the real application
 * server started by the line of the systemd unit with a socket that is handed over as systemd does, or of the Compose file. Only ports, folders and the certificate are
 * this machine's. Granian and nginx's ACME module cannot be installed here: what is written for them is parsed and checked, and not run.
 */
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { after, before, describe, test } from 'node:test';
import { type DeploymentAnswers, newDeployment } from '../../server/src/snippets/deployment.ts';
import { freePorts, judge, temporaryFolder } from '../harness/nginx.ts';
import { django, flask, STREAMS } from './projects.ts';
import { PYTHON, Slots, startServer, withoutServers } from './real.ts';
import { Site, stands } from './site.ts';

const DOMAIN = 'shop.example.com';

const PROJECTS: Readonly<Record<string, Readonly<Record<string, string>>>> = { django: django(''), flask: flask(''), fastapi: STREAMS };

type Combination = Pick<DeploymentAnswers, 'framework' | 'server'>;

const ALL: readonly Combination[] = [
  ...(['gunicorn', 'uwsgi', 'uvicorn', 'daphne', 'hypercorn'] as const).map((server) => ({ framework: 'django' as const, server })),
  ...(['gunicorn', 'uwsgi'] as const).map((server) => ({ framework: 'flask' as const, server })),
  ...(['uvicorn', 'hypercorn'] as const).map((server) => ({ framework: 'fastapi' as const, server })),
];
/** Each server once; `DEPLOYMENTS=all` in the environment takes every combination. */
const COMBINATIONS =
  process.env.DEPLOYMENTS === 'all'
    ? ALL
    : ALL.filter(
        ({ framework, server }) =>
          framework === (server === 'uwsgi' ? 'flask' : server === 'gunicorn' || server === 'daphne' ? 'django' : 'fastapi'),
      );

/** How a combination is deployed where it is not by a socket of systemd with a certificate of one's own. */
interface Way {
  readonly name: string;
  readonly answers?: Partial<DeploymentAnswers>;
  /** lines of http beside those of the deployment */
  readonly http?: string;
}

/** The proxy of DEPLOY.md, on the same machine. */
const OUTER = `server {
    listen 443 ssl http2;
    server_name ${DOMAIN};
    ssl_certificate x;
    ssl_certificate_key x;
    add_header Strict-Transport-Security "max-age=63072000" always;
    client_max_body_size 0;
    location / {
        proxy_set_header Host $host;
        proxy_set_header X-Forwarded-For $remote_addr;
        proxy_set_header X-Forwarded-Proto $scheme;
        proxy_http_version 1.1;
        proxy_set_header Upgrade $http_upgrade;
        proxy_set_header Connection $outer_connection;
        proxy_buffering off;
        proxy_request_buffering off;
        proxy_pass http://127.0.0.1:80;
    }
}
map $http_upgrade $outer_connection {
    default '';
    websocket upgrade;
}
`;

const USUAL: Way = { name: 'systemd, own certificate' };
const WAYS: readonly Way[] = [
  { name: 'systemd, certbot', answers: { tls: 'certbot' } },
  { name: 'behind a proxy that terminates TLS', answers: { tls: 'none', proxy: '127.0.0.1' }, http: OUTER },
  { name: 'on a port', answers: { port: 8000 } },
  { name: 'the containers of Compose', answers: { runs: 'compose', nginx: '1.22.1' } },
];

/** The line that starts the application: of the unit, or of the service in the Compose file. */
function lineOf(files: Readonly<Record<string, string>>, folder: string): string {
  const unit = files['deploy/app.service'];
  const line = unit ? /^ExecStart=(.*)$/m.exec(unit)![1]! : /^ {4}command: (.*)$/m.exec(files['compose.yaml']!)![1]!;
  return (
    line
      .replace(`${folder}/venv/bin/`, '')
      .replace(/^sh -c ".*exec (.*)"$/, '$1')
      .replaceAll("'", '')
      // this option is younger than Debian's uvicorn
      .replace(' --timeout-graceful-shutdown 30', '')
  );
}

/** The site of a combination, started as its unit or its Compose file says. */
async function started({ framework, server }: Combination, { answers = {}, http = '' }: Way): Promise<Site> {
  const folder = temporaryFolder('new');
  const [port] = await freePorts(1);
  const compose = answers.runs === 'compose';
  const onPort = compose || answers.port !== undefined;
  const made = newDeployment({
    name: 'app',
    framework,
    server,
    domain: DOMAIN,
    tls: 'own',
    module: framework === 'django' ? `shop.${server === 'gunicorn' || server === 'uwsgi' ? 'wsgi' : 'asgi'}:application` : 'app:app',
    folder,
    staticRoot: `${folder}/static`,
    mediaRoot: `${folder}/media`,
    upload: '10m',
    limitLogin: true,
    ...answers,
  });
  const here = (text: string): string =>
    text
      .replaceAll(/\/run\/app(\/app)?\.sock/g, `${folder}/app.sock`)
      .replaceAll('/var/www/letsencrypt', `${folder}/letsencrypt`)
      .replaceAll('/srv/errors', `${folder}/deploy/errors`)
      .replaceAll('/srv/app', folder)
      .replaceAll('${DOMAIN}', DOMAIN)
      .replaceAll(/(app|127\.0\.0\.1|0\.0\.0\.0|):8000\b/g, (_, host: string) => `${host === '' ? '' : '127.0.0.1'}:${port}`)
      .replaceAll('--host 0.0.0.0 --port 8000', `--host 127.0.0.1 --port ${port}`)
      .replaceAll('-b 0.0.0.0', '-b 127.0.0.1')
      .replaceAll(/-(p|-port) 8000/g, `-$1 ${port}`);
  const files: Record<string, string> = {
    ...PROJECTS[framework],
    'letsencrypt/.well-known/acme-challenge/token': 'answer',
    ...Object.fromEntries(made.map((f) => [f.path, here(f.text)])),
  };
  const environment = [...(files['deploy/app.service'] ?? '').matchAll(/^Environment=(.*)$/gm)].map((m) => m[1]!);
  const [program = '', ...args] = lineOf(files, folder).split(' ');
  const command = program === 'uwsgi' ? ['uwsgi', '--plugins', 'python3', ...args] : [PYTHON, '-m', program, ...args];
  const secret = made.find((f) => f.path.endsWith('.env.example'))!.text.match(/^\w+=.*$/gm)!;
  const variables = [...environment, ...secret, `HOME=${folder}`, 'LANG=C.UTF-8'];
  return Site.of(
    {
      domain: DOMAIN,
      files,
      command:
        files['deploy/app.socket'] === undefined
          ? ['/usr/bin/env', ...variables, ...command]
          : ['/usr/bin/systemd-socket-activate', '-l', `${folder}/app.sock`, ...variables.flatMap((v) => ['-E', v]), ...command],
      ...(onPort ? { port } : {}),
      nginx:
        made
          .filter((f) => /^deploy\/nginx\/.*\.conf(\.template)?$/.test(f.path))
          .map((f) => files[f.path]!)
          .join('\n') + http,
    },
    folder,
  );
}

const slots = new Slots();

function deployed(combination: Combination, way: Way): void {
  const { framework, server } = combination;
  describe(`${framework} under ${server}, as new writes it: ${way.name}`, { skip: withoutServers(), concurrency: 1 }, () => {
    let site: Site;
    before(async () => {
      await slots.take();
      site = await started(combination, way);
    });
    after(async () => {
      await site?.stop();
      slots.give();
    });
    stands(() => site, {
      login: framework === 'django' ? '/admin/login/' : '/login',
      media: true,
      streams: framework === 'fastapi',
      // Daphne's loop stands still while the synchronous view of this old Django sleeps
      events: server !== 'daphne',
      redirects: way.answers?.tls !== 'none',
      downPage: 'deploy/errors/down.html',
    });
    if (way.answers?.tls === 'certbot')
      test('the certificate authority finds its answer over plain HTTP', async () => {
        const answer = await site.ask('/.well-known/acme-challenge/token', { plain: true });
        assert.deepEqual([answer.status, answer.body], [200, 'answer']);
      });
    if (way.answers?.proxy)
      test('who goes past the proxy is believed nothing', async () => {
        const answer = await site.ask('/info/', {
          plain: true,
          headers: { 'X-Forwarded-Proto': 'https', 'X-Forwarded-For': '6.6.6.6', 'X-Real-IP': '6.6.6.6' },
        });
        const { scheme, address } = JSON.parse(answer.body) as Record<string, string>;
        assert.deepEqual({ scheme, address }, { scheme: 'http', address: '127.0.0.2' });
      });
  });
}

for (const combination of COMBINATIONS) deployed(combination, USUAL);
/** Each way with another combination every day; all of them with `DEPLOYMENTS=all`. */
for (const [i, way] of WAYS.entries())
  for (const combination of process.env.DEPLOYMENTS === 'all' ? ALL : [ALL[(Math.floor(Date.now() / 86_400_000) + i * 2) % ALL.length]!])
    deployed(combination, way);

test('two deployments run on one nginx, and the one does not feel the end of the other', { skip: withoutServers() }, async () => {
  const folders = [temporaryFolder('one'), temporaryFolder('two')];
  const write = (i: number, framework: 'flask' | 'fastapi', server: 'gunicorn' | 'uvicorn') =>
    newDeployment({
      name: i ? 'two' : 'one',
      framework,
      server,
      domain: `${i ? 'two' : 'one'}.example.com`,
      tls: 'own',
      module: 'app:app',
      folder: folders[i]!,
      staticRoot: '',
      mediaRoot: '',
      upload: '10m',
      limitLogin: true,
    });
  const one = write(0, 'flask', 'gunicorn');
  const two = write(1, 'fastapi', 'uvicorn');
  const here = (text: string): string =>
    text.replaceAll('/run/one.sock', `${folders[0]}/app.sock`).replaceAll('/run/two.sock', `${folders[1]}/app.sock`);
  for (const [name, text] of Object.entries(STREAMS)) fs.writeFileSync(path.join(folders[1]!, name), text);
  const other = await startServer(
    [PYTHON, '-m', 'uvicorn', 'app:app', '--uds', `${folders[1]}/app.sock`, '--proxy-headers', '--forwarded-allow-ips', '*'],
    folders[1]!,
    { path: `${folders[1]}/app.sock` },
  );
  try {
    const site = await Site.of(
      {
        domain: 'one.example.com',
        files: { ...flask(''), ...Object.fromEntries(one.map((f) => [f.path, here(f.text)])) },
        command: [
          '/usr/bin/env',
          'FLASK_SECRET_KEY=x',
          PYTHON,
          '-m',
          'gunicorn',
          '--bind',
          `unix:${folders[0]}/app.sock`,
          'one_production:app',
        ],
        nginx: [
          ...new Map([...one, ...two].filter((f) => /^deploy\/nginx\/.*\.conf$/.test(f.path)).map((f) => [f.path, here(f.text)])).values(),
        ].join('\n'),
      },
      folders[0],
    );
    try {
      const seen = async (host: string): Promise<[number, unknown]> => {
        const { status, body } = await site.ask('/info/', { host });
        return [status, status === 200 ? (JSON.parse(body) as Record<string, unknown>).host : null];
      };
      assert.deepEqual(await seen('one.example.com'), [200, 'one.example.com'], site.log);
      assert.deepEqual(await seen('two.example.com'), [200, 'two.example.com'], site.log);
      await assert.rejects(site.ask('/', { host: 'three.example.com' }));
      await site.kill();
      assert.deepEqual(await seen('one.example.com'), [502, null]);
      assert.deepEqual(await seen('two.example.com'), [200, 'two.example.com']);
      await site.restart();
      assert.deepEqual(await seen('one.example.com'), [200, 'one.example.com'], site.log);
    } finally {
      await site.stop();
    }
  } finally {
    await other.stop();
  }
});

test('two deployments stand in one nginx', { skip: withoutServers() }, async () => {
  for (const tls of ['own', 'certbot', 'none'] as const) {
    const made = ALL.flatMap(({ framework, server }, i) =>
      newDeployment({
        name: `${framework}-${server}`,
        framework,
        server,
        domain: `s${i}.example.com`,
        tls,
        module: 'app.wsgi:app',
        folder: `/srv/${i}`,
        staticRoot: `/srv/${i}/static`,
        mediaRoot: '',
        upload: '10m',
        limitLogin: true,
      }),
    );
    // files that are for the whole nginx are there once
    const sites = new Map(made.filter((f) => /^deploy\/nginx\/.*\.conf$/.test(f.path)).map((f) => [f.path, f.text]));
    const verdict = await judge(`events {}\nhttp {\n${[...sites.values()].join('\n')}\n}\n`, { provide: true });
    assert.ok(verdict.ok, verdict.message ?? '');
    const sockets = made.filter((f) => f.path.endsWith('.socket')).map((f) => /ListenStream=(.*)/.exec(f.text)![1]);
    assert.equal(new Set(sockets).size, sockets.length);
  }
});

test('the units are what systemd takes, and leave little open', {
  skip: !fs.existsSync('/usr/bin/systemd-analyze') && 'no systemd-analyze on this machine',
}, () => {
  for (const combination of ALL) {
    const folder = temporaryFolder('units');
    const made = newDeployment({
      name: 'app',
      ...combination,
      domain: DOMAIN,
      tls: 'own',
      module: 'app.wsgi:app',
      folder: '/srv/app',
      staticRoot: '',
      mediaRoot: '/srv/app/media',
      upload: '10m',
      limitLogin: true,
    });
    const units = made.filter((f) => /\.(service|socket)$/.test(f.path));
    // the program itself is not on this machine
    for (const unit of units)
      fs.writeFileSync(path.join(folder, path.basename(unit.path)), unit.text.replace(/^ExecStart=\S+/m, 'ExecStart=/bin/true'));
    const paths = units.map((u) => path.join(folder, path.basename(u.path)));
    const run = (...args: string[]): string =>
      execFileSync('/usr/bin/systemd-analyze', args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] });
    run('verify', ...paths);
    const exposure = /exposure level for \S+: ([\d.]+)/.exec(run('security', '--offline=true', '--no-pager', paths[0]!))?.[1];
    assert.ok(Number(exposure) < 3, `${combination.server}: ${exposure}`);
  }
});
