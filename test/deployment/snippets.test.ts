/** What the wizard writes, put to work: real nginx, real server, real Django; the trace's last hop says what the application itself reports. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { readDeployment } from '../../server/src/deploy/deployment.ts';
import { applicationView } from '../../server/src/deploy/view.ts';
import { type DeploymentAnswers, newDeployment, type ServerKind } from '../../server/src/snippets/deployment.ts';
import { requestFromUrl } from '../../server/src/trace/from-url.ts';
import { traceRequest } from '../../server/src/trace/request.ts';
import { loadedPython } from '../deploy/fixture.ts';
import { whole } from '../harness/deployments.ts';
import { configOf } from '../trace/config-of.ts';
import { django } from './projects.ts';
import { deploy, installed, PYTHON, UWSGI_PARAMS, withoutServers } from './real.ts';

const KINDS: readonly { server: ServerKind; listens: 'unix' | 'tcp'; command: readonly string[] }[] = [
  { server: 'gunicorn', listens: 'unix', command: [PYTHON, '-m', 'gunicorn'] },
  { server: 'uwsgi', listens: 'unix', command: ['uwsgi', '--plugins', 'python3', '--ini', '{dir}/uwsgi.ini'] },
  {
    server: 'uvicorn',
    listens: 'tcp',
    command: [
      PYTHON,
      '-m',
      'uvicorn',
      'shop.asgi:application',
      '--host',
      '127.0.0.1',
      '--port',
      '{port}',
      '--forwarded-allow-ips',
      '127.0.0.1',
    ],
  },
];

const here = (text: string): string =>
  text
    .replaceAll('/run/app/app.sock', '{dir}/app.sock')
    .replaceAll('127.0.0.1:8000', '127.0.0.1:{port}')
    .replaceAll('--port 8000', '--port {port}')
    .replaceAll('/srv/app', '{dir}');

describe('generated deployments at work', { skip: withoutServers() }, () => {
  for (const { server, listens, command } of KINDS)
    test(`Django under ${server}`, { timeout: 60_000 }, async () => {
      const answers: DeploymentAnswers = {
        name: 'app',
        framework: 'django',
        server,
        domain: 'shop.example.com',
        tls: 'none',
        module: server === 'uvicorn' ? 'shop.asgi:application' : 'shop.wsgi:application',
        folder: '/srv/app',
        staticRoot: '',
        mediaRoot: '',
        upload: '10m',
        limitLogin: false,
      };
      const [site, ...others] = newDeployment(answers);
      const settings = others.find((f) => f.path.endsWith('settings_behind_nginx.py'))!.text;
      const files = Object.fromEntries(others.map((f) => [f.path, here(f.text)]));
      const location = /^ {4}location \/ \{[\s\S]*?^ {4}\}/m.exec(site!.text)?.[0] ?? assert.fail(site!.text);
      const deployed = await deploy({ project: { ...django(settings), ...files }, command, listens, variants: [location] });
      try {
        const deployment = readDeployment(deployed.files, await loadedPython(), { versions: installed()! });
        const application = deployment.applications[0] ?? assert.fail('no application is read');
        const config = await configOf(`#- nginx.conf\n${whole(site!.text)}\n#- uwsgi_params\n${UWSGI_PARAMS.uwsgi_params}`);
        for (const [path, host] of [
          ['/cart?x=1', 'shop.example.com'],
          ['/caf%C3%A9/', 'shop.example.com'],
        ] as const) {
          const answer = await deployed.ask(0, { path, headers: { Host: host } });
          assert.equal(answer.status, 200, answer.body + deployed.log());
          const report = JSON.parse(answer.body) as Record<string, unknown>;
          const request = requestFromUrl({ url: `http://${host}${path}`, clientAddress: '127.0.0.1' });
          assert.ok(!('problem' in request));
          const hop = traceRequest(config, request, {}).outcome.upstreamRequest ?? assert.fail('nothing is asked');
          const view = applicationView(application, hop, { address: '127.0.0.1', scheme: 'http', host });
          // an older uvicorn knows no client when every address is a trusted one, as here: null, which the view calls nothing
          for (const key of ['scheme', 'secure', 'host', 'address', 'path', 'scriptName'] as const)
            assert.deepEqual(view[key].known ? view[key].value : `unknown: ${view[key].why}`, report[key] ?? '', `${key} of ${path}`);
        }
      } finally {
        await deployed.stop();
      }
    });
});
