/** Calls of envsubst as people write them, and the environments that containers of nginx are given. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fileId, within } from '../../server/src/base/file-id.ts';
import { readDeployment } from '../../server/src/deploy/deployment.ts';
import { type EnvsubstCall, nginxEnvironment, substitutionsOf } from '../../server/src/deploy/envsubst.ts';

const environment = (files: Readonly<Record<string, string>>) =>
  nginxEnvironment(readDeployment(new Map(Object.entries(files).map(([name, text]) => [fileId(`file:///srv/${name}`), text])), null));

const calls = (name: string, text: string): Pick<EnvsubstCall, 'input' | 'only' | 'dollar'>[] =>
  environment({ [name]: text }).calls.map(({ input, only, dollar }) => ({ input, only, dollar }));

test('a script: with and without a list, from a pipe, over continued lines, not in a comment', () => {
  assert.deepEqual(
    calls(
      'entrypoint.sh',
      `# envsubst < a.conf > b.conf
envsubst < /tpl/a.conf.template > /etc/nginx/a.conf
cat /tpl/b.conf.template | envsubst > /etc/nginx/b.conf
envsubst '$PORT $HOST' \\
  < "/tpl/c.conf.template" > c.conf
sh -c "envsubst < d.template"
`,
    ),
    [
      { input: 'a.conf.template', only: null, dollar: '$' },
      { input: 'b.conf.template', only: null, dollar: '$' },
      { input: 'c.conf.template', only: '$PORT $HOST', dollar: '$' },
      { input: 'd.template', only: null, dollar: null },
    ],
  );
});

test('compose doubles its dollar signs, and may fold the line', () => {
  const text = `services:
  web:
    image: nginx
    command: >
      /bin/bash -c "envsubst
      < /etc/nginx/site.template > /etc/nginx/conf.d/default.conf && exec nginx"
  other:
    image: nginx
    command: /bin/sh -c "envsubst '$$PORT' < x.template"
`;
  assert.deepEqual(calls('compose.yaml', text), [
    { input: 'site.template', only: null, dollar: '$$' },
    { input: 'x.template', only: '$$PORT', dollar: '$$' },
  ]);
});

test('a Dockerfile in exec form', () => {
  assert.deepEqual(calls('Dockerfile', `FROM nginx\nCMD ["sh", "-c", "envsubst < a.template > a.conf && nginx"]\n`), [
    { input: 'a.template', only: null, dollar: '$' },
  ]);
});

test('only containers of nginx give their environment', () => {
  const { variables } = environment({
    'compose.yaml': `services:
  web: { image: "nginx:1.27-alpine", environment: { host: a } }
  built: { build: ./proxy, environment: [PORT=1] }
  db: { image: postgres, environment: { uri: b } }
`,
    'proxy/Dockerfile': 'FROM nginxinc/nginx-unprivileged:1.27\nENV SITE=x\n',
  });
  assert.deepEqual([...variables.keys()].sort(), ['PORT', 'SITE', 'host']);
});

test('the names of a list, where nothing else fills the list in', () => {
  const names = (name: string, text: string): (string[] | null)[] =>
    environment({ [name]: text }).calls.map((c) => (c.names ? [...c.names] : null));
  assert.deepEqual(
    names('entrypoint.sh', `envsubst '$PORT \${HOST}' < a\nenvsubst "\\$PORT,\\$SIZE" < b\nenvsubst "$NAMES" < c\nenvsubst < d\n`),
    [['PORT', 'HOST'], ['PORT', 'SIZE'], null, null],
  );
  const compose = (list: string): string => `services:\n  web:\n    image: nginx\n    command: sh -c "envsubst '${list}' < a > b"\n`;
  assert.deepEqual(names('compose.yaml', compose('$$PORT $${HOST}')), [['PORT', 'HOST']]);
  assert.deepEqual(names('compose.yaml', compose('$PORT')), [null]);
});

test('who writes a template out: services with their environment and filter, pods with a ConfigMap', () => {
  const of = (files: Readonly<Record<string, string>>, template: string) => {
    const all = new Map(Object.entries(files).map(([name, text]) => [fileId(`file:///srv/${name}`), text]));
    return substitutionsOf(readDeployment(all, null), within(fileId(`file:///srv/${Object.keys(files)[0]!}`), template)).map((s) => ({
      has: ['PORT', 'SIZE', 'HOSTNAME'].filter((n) => s.names.has(n)),
    }));
  };
  const manifest = (path: string, map: string): string => `apiVersion: v1
kind: ConfigMap
metadata: { name: tpl }
data:
  web.conf.template: "listen \${PORT};"
---
apiVersion: apps/v1
kind: Deployment
metadata: { name: web }
spec:
  template:
    spec:
      containers:
        - { name: nginx, image: "nginx:1.27", env: [{ name: PORT, value: "80" }], volumeMounts: [{ name: t, mountPath: ${path} }] }
      volumes: [{ name: t, configMap: { name: ${map} } }]
`;
  const key = '0.data/web.conf.template';
  assert.deepEqual(of({ 'deploy.yaml': manifest('/etc/nginx/templates', 'tpl') }, key), [{ has: ['PORT', 'HOSTNAME'] }]);
  assert.deepEqual(of({ 'deploy.yaml': manifest('/etc/nginx/templates', 'other') }, key), []);
  assert.deepEqual(of({ 'deploy.yaml': manifest('/srv', 'tpl') }, key), []);
});
