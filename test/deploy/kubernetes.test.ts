/** Manifests: which container a Service's name and port lead to, and with which variables it runs. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readDeployment } from '../../server/src/deploy/deployment.ts';
import { reachedFrom, samePlaceOutside } from '../../server/src/deploy/reach.ts';
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

test('volumes have one name for all that mount them, and a ConfigMap of kustomize is its files', () => {
  const text = `${CLUSTER.replace(
    '          ports: [{ containerPort: 8000, name: http }]\n',
    `          ports: [{ containerPort: 8000, name: http }]
          volumeMounts:
            - { name: static, mountPath: /app/static/ }
            - { name: media, mountPath: /app/media, subPath: uploads }
            - { name: conf, mountPath: /etc/nginx/conf.d }
            - { name: secret, mountPath: /run/keys }
        - name: nginx
          image: nginx:1.28
          volumeMounts: [{ name: static, mountPath: /www }]
      volumes:
        - { name: static, emptyDir: {} }
        - { name: media, persistentVolumeClaim: { claimName: media } }
        - { name: conf, configMap: { name: site } }
        - { name: secret, secret: { secretName: keys } }
      initContainers:
        - { name: once, image: "shop:1", command: [python, manage.py, collectstatic] }
        - { name: beside, image: "shop:1", restartPolicy: Always }
`,
  )}
#- k8s/kustomization.yaml
configMapGenerator: [{ name: site, files: [../nginx/site.conf, other.conf=../nginx/b.conf] }]
`;
  const { containers } = readDeployment(tree(text), null);
  assert.deepEqual(
    containers.map((c) => c.name),
    ['web/django', 'web/nginx', 'web/beside'],
  );
  const [django, nginx] = containers;
  assert.deepEqual(
    django!.mounts.map((m) => [m.source, m.target]),
    [
      ['emptyDir default/Deployment/web static', '/app/static'],
      ['claim default/media/uploads', '/app/media'],
      ['ConfigMap default/site', '/etc/nginx/conf.d'],
      [null, '/run/keys'],
    ],
  );
  assert.equal(samePlaceOutside(django!, '/app/static/css', nginx!, '/www/css'), true);
  assert.equal(samePlaceOutside(django!, '/app/media', nginx!, '/www'), false);
  assert.deepEqual(
    django!.maps!.flatMap((m) => m.files.map((f) => [f.key, f.file.replace(/^.*\/nginx\//, '')])),
    [
      ['site.conf', 'site.conf'],
      ['other.conf', 'b.conf'],
    ],
  );
});

test('a pod of which all containers are known has no other port', () => {
  const pod = CLUSTER.replace('        - name: django', '        - { name: nginx, image: "nginx:1.28" }\n        - name: django');
  const deployment = readDeployment(tree(pod), null);
  const from = deployment.containers.find((c) => c.name === 'web/nginx')!;
  const reached = (port: number) => reachedFrom(deployment, from, { kind: 'tcp', host: '127.0.0.1', port }).kind;
  assert.equal(reached(8000), 'listener');
  assert.equal(reached(8001), 'container');
  const third = readDeployment(
    tree(pod.replace('        - name: django', '        - { name: cache, image: "varnish:7" }\n        - name: django')),
    null,
  );
  assert.equal(
    reachedFrom(third, third.containers.find((c) => c.name === 'web/nginx')!, { kind: 'tcp', host: '127.0.0.1', port: 8001 }).kind,
    'unknown',
  );
});
