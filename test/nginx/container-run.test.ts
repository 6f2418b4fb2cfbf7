/**
 * `nginx -t` in the image that the project runs nginx in. No container engine is needed: a program in its place writes down what it is told
 * and, where it is told to run nginx, lets the nginx of this machine read the folder that was to be mounted.
 */
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { after, test } from 'node:test';
import { pathToFileURL } from 'node:url';
import type { RunResult } from '../../client/src/app.ts';
import { type ContainerTest, containerArguments, INSIDE, runContainer, shown, withoutVerdict } from '../../client/src/container-run.ts';
import type { TestPlanResult } from '../../server/src/lsp/protocol.ts';
import { fakeEngine } from '../harness/container.ts';
import { TestClient } from '../harness/lsp.ts';
import { available, withoutNginx } from '../harness/nginx.ts';

const folders: string[] = [];
const temporary = (): string => {
  const dir = fs.mkdtempSync(path.join(os.tmpdir(), 'proxylens-'));
  folders.push(dir);
  return dir;
};
after(() => {
  TestClient.stopAll();
  for (const dir of folders) fs.rmSync(dir, { recursive: true, force: true });
});

const TEST: ContainerTest = {
  image: 'nginx:1.27-alpine',
  program: 'nginx',
  name: 'proxylens-a1',
  folder: '/srv/copies/proxylens-a1',
  args: ['-t', '-c', `${INSIDE}/files/0-nginx.conf`],
};

const run = (program: string, args: readonly string[]): Promise<RunResult> =>
  new Promise((resolve, reject) => {
    const child = spawn(program, args, { stdio: ['ignore', 'pipe', 'pipe'] });
    let output = '';
    for (const stream of [child.stdout, child.stderr]) stream.setEncoding('utf8').on('data', (chunk: string) => (output += chunk));
    child.on('error', reject);
    child.on('close', (code) => resolve({ code, output }));
  });

async function planned(files: Readonly<Record<string, string>>, folder = INSIDE): Promise<Extract<TestPlanResult, { ok: true }>> {
  const project = temporary();
  for (const [name, text] of Object.entries(files)) {
    fs.mkdirSync(path.dirname(path.join(project, name)), { recursive: true });
    fs.writeFileSync(path.join(project, name), text);
  }
  const client = await TestClient.start({ folder: pathToFileURL(project).href });
  await client.settled();
  const plan = await client.request<TestPlanResult>('proxylens/testPlan', {
    uri: pathToFileURL(path.join(project, 'nginx/nginx.conf')).href,
    folder,
  });
  assert.ok(plan.ok, JSON.stringify(plan));
  return plan;
}

test('the command line is exactly what a person agrees to', () => {
  assert.equal(
    shown('docker', containerArguments(TEST)),
    [
      'docker run --rm --name proxylens-a1 --pull never --network none --user 0:0',
      '--cap-drop ALL --cap-add CHOWN --cap-add DAC_OVERRIDE --cap-add FOWNER',
      '--security-opt no-new-privileges --security-opt label=disable',
      '--mount type=bind,source=/srv/copies/proxylens-a1,target=/proxylens,readonly',
      '--tmpfs /proxylens/run:rw,size=16m --tmpfs /proxylens/temp:rw,size=16m --tmpfs /proxylens/cache:rw,size=16m',
      '--entrypoint nginx nginx:1.27-alpine -t -c /proxylens/files/0-nginx.conf',
    ].join(' '),
  );
});

test('a comma or a quote in the folder is no further field of the mount', () => {
  const mount = (folder: string): string | undefined => {
    const args = containerArguments({ ...TEST, folder });
    return args[args.indexOf('--mount') + 1];
  };
  assert.equal(mount('/srv/a,target=/etc'), 'type=bind,"source=/srv/a,target=/etc",target=/proxylens,readonly');
  assert.equal(mount('/srv/a"b'), 'type=bind,"source=/srv/a""b",target=/proxylens,readonly');
});

const COMPOSED = {
  'nginx/nginx.conf': 'events {}\nhttp { include /etc/nginx/conf.d/*.conf; }\n',
  'docker-compose.yml': 'services:\n  proxy:\n    image: nginx:1.27\n    volumes: ["./nginx:/etc/nginx:ro"]\n',
};

test('the engine is told to run nginx on the files of the plan, and its verdict is about them', { skip: withoutNginx() }, async () => {
  const { engine, told } = fakeEngine(temporary(), available()!.binary);
  const folder = temporary();
  const plan = await planned({
    ...COMPOSED,
    'nginx/conf.d/a.conf': 'server {\n    listen 80;\n    nonsense on;\n}\n',
  });
  for (const one of plan.folders) fs.mkdirSync(path.join(folder, one), { recursive: true });
  for (const f of plan.files) fs.writeFileSync(path.join(folder, f.path), f.text);
  const asked = {
    ...TEST,
    image: 'nginx:1.27',
    folder,
    args: ['-t', '-c', `${INSIDE}/${plan.main}`, '-g', `pid ${INSIDE}/run/nginx.pid;`],
  };
  const result = await runContainer(engine, asked, run);
  assert.deepEqual(told(), [containerArguments(asked)]);
  const site = plan.files.find((f) => f.uri.endsWith('/a.conf'));
  assert.match(result.output, new RegExp(`unknown directive "nonsense" in ${INSIDE}/${site?.path}:3`));
  assert.equal(result.code, 1);
  assert.equal(withoutVerdict('docker', asked, result), null, 'nginx itself has spoken');
});

test('an engine that cannot run the image is no verdict about the files', () => {
  const said = (code: number | null, output: string): string | null => withoutVerdict('docker', TEST, { code, output });
  // the words of docker 28 and of podman 5
  assert.match(said(125, 'docker: Error response from daemon: No such image: nginx:1.27-alpine\n') ?? '', /docker pull nginx:1\.27-alpine/);
  assert.match(said(125, 'Error: nginx:1.27-alpine: image not known\n') ?? '', /docker pull/);
  assert.match(said(125, 'docker: Cannot connect to the Docker daemon at unix:///var/run/docker.sock.') ?? '', /could not start/);
  assert.match(said(127, 'exec: "nginx": executable file not found in $PATH') ?? '', /no program "nginx" in nginx:1\.27-alpine/);
  assert.equal(said(0, 'nginx: configuration file x test is successful'), null);
  assert.equal(said(1, 'nginx: [emerg] unknown directive "x" in /proxylens/files/0-nginx.conf:1'), null);
});

test('a container that does not end is stopped by its name', async () => {
  const calls: string[][] = [];
  const result = await runContainer('podman', TEST, async (_program, args) => {
    calls.push([...args]);
    return { code: args[0] === 'run' ? null : 0, output: '' };
  });
  assert.deepEqual(calls.at(-1), ['kill', 'proxylens-a1']);
  assert.match(withoutVerdict('podman', TEST, result) ?? '', /did not answer in time/);
});
