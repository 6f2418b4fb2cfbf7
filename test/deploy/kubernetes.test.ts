/** Manifests: which container a Service's name and port lead to, and with which variables it runs. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readDeployment } from '../../server/src/deploy/deployment.ts';
import { reachedFrom } from '../../server/src/deploy/reach.ts';
import { certain, likely } from '../../server/src/deploy/setting.ts';
import { tree } from './fixture.ts';

const CLUSTER = `#- k8s/web.yaml
apiVersion: apps/v1
kind: Deployment
metadata: { name: web }
spec:
  template:
    metadata: { labels: { app: shop, tier: web } }
    spec:
      containers:
        - name: django
          image: shop:1
          command: [gunicorn, shop.wsgi]
          args: ["--bind", "0.0.0.0:8000"]
          ports: [{ containerPort: 8000, name: http }]
          env:
            - { name: DEBUG, value: "0" }
            - { name: DB_PASSWORD, value: hush }
            - { name: HOSTS, valueFrom: { configMapKeyRef: { name: settings, key: hosts } } }
            - { name: POD, valueFrom: { fieldRef: { fieldPath: metadata.name } } }
          envFrom:
            - configMapRef: { name: settings }
---
apiVersion: v1
kind: Service
metadata: { name: shop }
spec:
  selector: { app: shop }
  ports: [{ port: 80, targetPort: http }]
---
apiVersion: v1
kind: ConfigMap
metadata: { name: settings }
data: { hosts: shop.example.com, FORWARDED_ALLOW_IPS: "*" }
`;

test('a Service leads to the container’s port, under all of its names', () => {
  const deployment = readDeployment(tree(CLUSTER), null);
  const reached = (host: string, port: number): string => {
    const found = reachedFrom(deployment, null, { kind: 'tcp', host, port });
    return found.kind === 'listener' ? found.application.name : found.kind;
  };
  for (const host of ['shop', 'shop.default', 'shop.default.svc', 'shop.default.svc.cluster.local'])
    assert.equal(reached(host, 80), 'web', host);
  assert.equal(reached('shop', 8000), 'unknown', 'the Service has no such port');
  assert.equal(reached('web', 80), 'unknown', 'a Deployment has no name in the network');
});

test('the variables of a container: literal, from a ConfigMap, secrets by name only', () => {
  const [application] = readDeployment(tree(CLUSTER), null).applications;
  const value = (name: string): string | undefined => certain(application!.environment.get(name)!);
  assert.equal(application!.source, 'kubernetes');
  assert.equal(value('DEBUG'), '0');
  assert.equal(value('HOSTS'), 'shop.example.com');
  assert.equal(value('FORWARDED_ALLOW_IPS'), '*');
  assert.equal(likely(application!.environment.get('DB_PASSWORD')!), undefined);
  assert.equal(value('POD'), undefined);
  assert.equal(application!.environment.closed, true);
  const missing = readDeployment(tree(CLUSTER.replace('configMapRef: { name: settings }', 'secretRef: { name: keys }')), null)
    .applications[0]!;
  assert.deepEqual(
    missing.unreadEnvironment.map((u) => u.path),
    ['Secret keys'],
  );
  assert.equal(missing.environment.closed, undefined);
});

test('templates of Helm are not taken for manifests', () => {
  assert.deepEqual(readDeployment(tree(CLUSTER.replace('shop:1', '"{{ .Values.image }}"')), null).applications, []);
});

test('probes ask the address of the pod, or the host that they name, on the port that they name', () => {
  const probes = `          readinessProbe: { httpGet: { path: /up, port: http } }
          livenessProbe: { httpGet: { path: /live, port: 8000, httpHeaders: [{ name: Host, value: shop.example.com }] } }
          ports:`;
  const [container] = readDeployment(tree(CLUSTER.replace('          ports:', probes)), null).containers;
  assert.deepEqual(
    container!.healthChecks.map(({ path, port, sentHost, follows }) => [path, port, sentHost, follows]),
    [
      ['/up', 8000, '10.0.0.1:8000', true],
      ['/live', 8000, 'shop.example.com', false],
    ],
  );
});
