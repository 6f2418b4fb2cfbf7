/** The Compose files of `new`: as the Compose Specification's schema wants them, and nothing named that is not there. */
import assert from 'node:assert/strict';
import fs from 'node:fs';
import { test } from 'node:test';
import Ajv from 'ajv';
import { parse } from 'yaml';
import { newDeployment } from '../../server/src/snippets/deployment.ts';
import { deployments } from '../harness/deployments.ts';

/** The Compose Specification's own schema, as the linter dclint ships it. */
const SCHEMA = JSON.parse(fs.readFileSync('node_modules/dclint/schemas/compose.schema.json', 'utf8')) as Record<string, unknown>;

/** Formats that the schema names and that no vocabulary has. */
const FORMATS: Readonly<Record<string, RegExp>> = {
  duration: /^(\d+(us|ms|s|m|h))+$/,
  ports: /^(\d+\.\d+\.\d+\.\d+:)?\d+(:\d+)?$/,
  expose: /^\d+(-\d+)?(\/[a-z]+)?$/,
  subnet_ip_address: /^[\d.a-f:]+\/\d+$/i,
};

/** What the schema says is wrong; empty when nothing is. */
function validator(): (file: unknown) => string[] {
  // draft 7 knows no `id` in it
  const { $schema: _, id: __, ...schema } = SCHEMA;
  const ajv = new Ajv({ strict: false, allErrors: true });
  for (const [name, format] of Object.entries(FORMATS)) ajv.addFormat(name, format);
  const validate = ajv.compile(schema);
  return (file) => (validate(file) ? [] : (validate.errors ?? []).map((e) => `${e.instancePath} ${e.message}`));
}

const wrongWith = validator();

test('the schema refuses what Compose refuses', () => {
  assert.deepEqual(wrongWith({ services: { a: { image: 'x' } } }), []);
  for (const file of [
    { services: { a: { image: 'x', command: 5 } } },
    { services: { a: { imag: 'x' } } },
    { services: { a: { image: 'x', healthcheck: { test: ['CMD', 'true'], intervall: '5s' } } } },
    { service: {} },
  ])
    assert.notDeepEqual(wrongWith(file), [], JSON.stringify(file));
});

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
    assert.deepEqual(wrongWith(file), []);
    for (const service of Object.values(file.services)) {
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
