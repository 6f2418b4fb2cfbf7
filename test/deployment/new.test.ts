/**
 * What `proxylens new` writes, put to work as it lies: the real nginx with the site, the server for foreign names and the page for bad times, the real application
 * server started by the line of the systemd unit with a socket that is handed over as systemd does. Only ports, folders and the certificate are this machine's.
 */
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { after, before, describe, test } from 'node:test';
import { type DeploymentAnswers, newDeployment } from '../../server/src/snippets/deployment.ts';
import { judge, temporaryFolder } from '../harness/nginx.ts';
import { django, flask, STREAMS } from './projects.ts';
import { PYTHON, Slots, withoutServers } from './real.ts';
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

/** The site of a combination, started as its unit says. */
async function started({ framework, server }: Combination): Promise<Site> {
  const folder = temporaryFolder('new');
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
  });
  const here = (text: string): string => text.replaceAll(/\/run\/app(\/app)?\.sock/g, `${folder}/app.sock`);
  const files: Record<string, string> = { ...PROJECTS[framework], ...Object.fromEntries(made.map((f) => [f.path, here(f.text)])) };
  const unit = files['deploy/app.service']!;
  const environment = [...unit.matchAll(/^Environment=(.*)$/gm)].map((m) => m[1]!);
  const line = /^ExecStart=(.*)$/m.exec(unit)![1]!.replace(`${folder}/venv/bin/`, '');
  // this option is younger than Debian's uvicorn
  const [program = '', ...args] = line.replace(' --timeout-graceful-shutdown 30', '').split(' ');
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
      nginx: made
        .filter((f) => /^deploy\/nginx\/.*\.conf$/.test(f.path))
        .map((f) => files[f.path]!)
        .join('\n'),
    },
    folder,
  );
}

const slots = new Slots();

for (const combination of COMBINATIONS)
  describe(`${combination.framework} under ${combination.server}, as new writes it`, { skip: withoutServers(), concurrency: 1 }, () => {
    let site: Site;
    before(async () => {
      await slots.take();
      site = await started(combination);
    });
    after(async () => {
      await site?.stop();
      slots.give();
    });
    stands(() => site, {
      login: combination.framework === 'django' ? '/admin/login/' : '/login',
      media: true,
      streams: combination.framework === 'fastapi',
      downPage: 'deploy/errors/down.html',
    });
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
