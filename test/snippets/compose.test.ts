/** The Compose files of `new`: only keys that the Compose Specification has, and nothing named that is not there. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parse } from 'yaml';
import { newDeployment } from '../../server/src/snippets/deployment.ts';
import { deployments } from '../harness/deployments.ts';

/** Keys of the Compose Specification that we write, with what each may hold. */
type Check = (value: unknown) => boolean;
const isText: Check = (v) => typeof v === 'string' && v !== '';
const isList: Check = (v) => Array.isArray(v) && v.length > 0 && v.every((x) => isText(x));
const isDuration: Check = (v) => typeof v === 'string' && /^(\d+(us|ms|s|m|h))+$/.test(v);
const isMap =
  (keys: Readonly<Record<string, Check>>, required: readonly string[] = []): Check =>
  (v) =>
    typeof v === 'object' &&
    v !== null &&
    !Array.isArray(v) &&
    Object.entries(v).every(([k, x]) => keys[k]?.(x) ?? false) &&
    required.every((k) => k in v);
const each =
  (check: Check): Check =>
  (v) =>
    typeof v === 'object' && v !== null && !Array.isArray(v) && Object.values(v).every(check);

const SERVICE = isMap({
  build: isText,
  image: isText,
  command: (v) => isText(v) || isList(v),
  entrypoint: (v) => isText(v) || isList(v),
  env_file: isText,
  environment: each(isText),
  restart: (v) => ['no', 'always', 'on-failure', 'unless-stopped'].includes(v as string),
  ports: (v) => isList(v) && (v as string[]).every((p) => /^(\d+\.\d+\.\d+\.\d+:)?\d+:\d+$/.test(p)),
  volumes: (v) => isList(v) && (v as string[]).every((x) => /^[./\w-]+:\/[\w./-]*(:ro)?$/.test(x)),
  networks: isList,
  depends_on: each(
    isMap({ condition: (v) => ['service_started', 'service_healthy', 'service_completed_successfully'].includes(v as string) }),
  ),
  healthcheck: isMap(
    {
      test: (v) => isList(v) && ['CMD', 'CMD-SHELL', 'NONE'].includes((v as string[])[0]!),
      interval: isDuration,
      timeout: isDuration,
      start_period: isDuration,
      retries: (v) => Number.isInteger(v),
    },
    ['test'],
  ),
});
const EMPTY: Check = (v) => v === null;

interface Service {
  readonly volumes?: readonly string[];
  readonly networks?: readonly string[];
  readonly depends_on?: Readonly<Record<string, unknown>>;
}
interface ComposeFile {
  readonly services: Readonly<Record<string, Service>>;
  readonly networks: Readonly<Record<string, null>>;
  readonly volumes: Readonly<Record<string, null>>;
}

for (const answers of deployments().flatMap((a) => [a, ...(a.tls === 'own' ? [{ ...a, tls: 'acme' as const, nginx: '1.30.7' }] : [])]))
  test(`${answers.framework} under ${answers.server}, tls ${answers.tls}${answers.mediaRoot ? ', media' : ''}`, () => {
    const made = newDeployment({ ...answers, runs: 'compose' });
    const paths = new Set(made.map((f) => f.path));
    const file = parse(made.find((f) => f.path === 'compose.yaml')!.text) as ComposeFile;
    assert.ok(
      isMap({ name: isText, services: each((v) => v !== null), networks: each(EMPTY), volumes: each(EMPTY) }, ['name', 'services'])(file),
    );
    for (const [name, service] of Object.entries(file.services)) {
      assert.ok(SERVICE(service), `${name}: ${JSON.stringify(service)}`);
      for (const network of service.networks ?? []) assert.ok(network in file.networks, network);
      for (const other of Object.keys(service.depends_on ?? {})) assert.ok(other in file.services, other);
      for (const mount of service.volumes ?? []) {
        const from = mount.split(':')[0]!;
        if (!from.startsWith('.')) assert.ok(from in file.volumes, mount);
        // the person lays the certificate there
        else if (from !== './deploy/tls')
          assert.ok(
            [...paths].some((p) => p.startsWith(from.slice(2))),
            mount,
          );
      }
    }
    // whoever shares files shares all of them, and only the application writes
    const { app, nginx } = file.services as Record<'app' | 'nginx', Service>;
    for (const mount of (app.volumes ?? []).filter((v) => !v.startsWith('data:'))) assert.ok(nginx.volumes!.includes(`${mount}:ro`), mount);
  });
