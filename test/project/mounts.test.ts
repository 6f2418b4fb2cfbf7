/** Where files live when they are deployed, and in which nginx: what compose files, Dockerfiles, Kubernetes and Ansible say. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fromPath, within } from '../../server/src/base/file-id.ts';
import { loadCatalog } from '../../server/src/catalog/catalog.ts';
import { newestRelease } from '../../server/src/catalog/changes.ts';
import { imagesFor, instancesFor, livesAt, type Project } from '../../server/src/project/deployed.ts';
import { imageOf, installedOn } from '../../server/src/project/images.ts';
import { findProject, settingsFor } from '../../server/src/project/project.ts';
import { HOME, inMemory } from './world.ts';

const SITE = 'server {\n    listen 80;\n    return 204;\n}\n';
const projectOf = (files: Record<string, string>): Promise<Project> =>
  findProject({ folder: HOME, system: false, bare: false, loose: false }, inMemory(files), { catalog: loadCatalog() });
const idOf = (path: string) => fromPath(`/checkout/project/${path}`);

/** Checks at which path a file of a project lives; null for nowhere. */
async function checkLives(file: string, path: string | null, files: Record<string, string>): Promise<void> {
  const project = await projectOf({ [file]: SITE, ...files });
  assert.equal(livesAt(project, idOf(file))?.path ?? null, path);
}

test('names of images say which nginx it is', () => {
  const version = (name: string): string | undefined => imageOf(name)?.version?.text;
  assert.equal(version('nginx:1.27'), '1.27.5');
  assert.equal(version('nginx:1.27-alpine'), '1.27.5');
  assert.equal(version('docker.io/library/nginx:1.25.3-perl'), '1.25.3');
  assert.equal(version('nginx:1.18-alpine-slim@sha256:0123'), '1.18.0');
  assert.equal(version('nginx'), newestRelease().text);
  assert.equal(version('nginx:alpine'), newestRelease().text);
  assert.equal(imageOf('nginx:stable')!.version!.minor % 2, 0);
  assert.equal(version('nginx:${TAG}'), undefined);
  assert.equal(version('registry.example.com:5000/ops/nginx:42'), undefined);
  assert.equal(imageOf('nginxinc/nginx-unprivileged:1.26')?.distribution, 'unprivileged');
  assert.deepEqual(
    [imageOf('openresty/openresty:1.25.3.1-alpine')?.flavour, version('openresty/openresty:1.25.3.1-alpine')],
    ['openresty', '1.25.3'],
  );
  assert.equal(imageOf('docker.angie.software/angie:1.7.0')?.flavour, 'angie');
  assert.equal(imageOf('python:3.12'), null);
  assert.equal(imageOf('nginx/nginx-prometheus-exporter:1.1'), null);
  assert.equal(installedOn('debian:bookworm-slim')?.version?.text, '1.22.1');
  assert.equal(installedOn('ubuntu:24.04')?.version?.text, '1.24.0');
  assert.equal(installedOn('python:3.12-slim-bookworm')?.version?.text, '1.22.1');
  assert.equal(installedOn('alpine:3.20')?.distribution, 'alpine');
  assert.equal(installedOn('rockylinux:9')?.distribution, 'rhel');
});

test('compose: volumes short and long, configs, variables with defaults', async () => {
  const compose = (lines: string): string => `services:\n  web:\n    image: nginx:1.26\n${lines}`;
  await checkLives('a/site.conf', '/etc/nginx/conf.d/default.conf', {
    'compose.yaml': compose('    volumes: ["${SITE:-./a/site.conf}:/etc/nginx/conf.d/default.conf:ro"]\n'),
  });
  await checkLives('a/site.conf', '/etc/nginx/conf.d/site.conf', {
    'compose.yaml': compose('    volumes:\n      - type: bind\n        source: ./a\n        target: /etc/nginx/conf.d/\n'),
  });
  await checkLives('a/site.conf', '/etc/nginx/conf.d/x.conf', {
    'compose.yaml': `${compose('    configs: [{ source: s, target: /etc/nginx/conf.d/x.conf }]\n')}configs: { s: { file: a/site.conf } }\n`,
  });
  await checkLives('t/default.conf.template', '/etc/nginx/conf.d/default.conf', {
    'compose.yaml': compose('    volumes: ["./t:/etc/nginx/templates"]\n'),
  });
  await checkLives('a/site.conf', null, {
    'compose.yaml': compose('    volumes: ["data:/etc/nginx/conf.d", "/srv/a:/etc/nginx/b", "../a:/etc/nginx/c"]\n'),
  });
});

test('Dockerfile: stages, folders, masks, JSON, arguments', async () => {
  await checkLives('a/site.conf', '/etc/nginx/conf.d/site.conf', { Dockerfile: 'FROM nginx\nCOPY a/site.conf /etc/nginx/conf.d/\n' });
  await checkLives('a/site.conf', '/etc/nginx/conf.d/site.conf', {
    Dockerfile: 'FROM nginx\nCOPY --chown=nginx a/*.conf /etc/nginx/conf.d/\n',
  });
  await checkLives('a/site.conf', '/etc/nginx/nginx.conf', { Dockerfile: 'FROM nginx\nCOPY ["a/site.conf", "/etc/nginx/nginx.conf"]\n' });
  await checkLives('a/site.conf', '/etc/nginx/conf.d/site.conf', {
    Dockerfile: 'FROM node AS build\nWORKDIR /src\nCOPY . .\nFROM nginx\nWORKDIR /etc/nginx\nCOPY --from=build /src/a conf.d\n',
  });
  await checkLives('web/site.conf', '/etc/nginx/conf.d/site.conf', {
    'web/Dockerfile': 'ARG V=1.25\nFROM nginx:$V\nADD site.conf /etc/nginx/conf.d/site.conf\n',
  });
  await checkLives('a/site.conf', null, {
    Dockerfile: 'FROM nginx AS other\nCOPY a/site.conf /etc/nginx/conf.d/\nFROM python:3\nCOPY . /app\n',
  });
});

test('a Dockerfile within a Compose file, and units of Podman', async () => {
  const inline =
    'services:\n  web:\n    build:\n      context: ./a\n      dockerfile_inline: |\n        FROM nginx:1.26\n        COPY site.conf /etc/nginx/conf.d/x.conf\n';
  await checkLives('a/site.conf', '/etc/nginx/conf.d/x.conf', { 'compose.yaml': inline });
  // a Dockerfile beside it is not the one that is built
  await checkLives('a/site.conf', '/etc/nginx/conf.d/x.conf', {
    'compose.yaml': inline,
    'a/Dockerfile': 'FROM nginx\nCOPY site.conf /etc/nginx/conf.d/y.conf\n',
  });
  const unit = (lines: string): string => `[Unit]\nDescription=web\n[Container]\nImage=docker.io/library/nginx:1.26.2\n${lines}`;
  await checkLives('a/site.conf', '/etc/nginx/conf.d/default.conf', {
    'web.container': unit('Volume=./a/site.conf:/etc/nginx/conf.d/default.conf:ro,Z\n'),
  });
  await checkLives('a/site.conf', '/etc/nginx/conf.d/site.conf', {
    'web.container': unit('Mount=type=bind,source=./a,target=/etc/nginx/conf.d,ro\n'),
  });
  await checkLives('a/site.conf', null, { 'web.container': unit('Volume=%h/a:/etc/nginx/conf.d\nVolume=sites.volume:/etc/nginx/b\n') });
  const project = await projectOf({ 'a/site.conf': SITE, 'web.container': unit('Volume=./a:/etc/nginx/conf.d\n') });
  assert.equal(settingsFor(idOf('a/site.conf'), project, null, {}).target.nginx.text, '1.26.2');
});

test('Ansible and kustomize', async () => {
  await checkLives('roles/r/templates/s.j2', '/etc/nginx/conf.d/s.conf', {
    'roles/r/tasks/main.yml': '- block:\n    - template: { src: s.j2, dest: /etc/nginx/conf.d/s.conf }\n',
  });
  await checkLives('k8s/site.conf', '/etc/nginx/conf.d/default.conf', {
    'k8s/kustomization.yaml': 'configMapGenerator: [{ name: c, files: ["default.conf=site.conf"] }]\n',
    'k8s/pod.yaml':
      'kind: Pod\nspec:\n  containers: [{ image: "nginx:1.26", volumeMounts: [{ name: v, mountPath: /etc/nginx/conf.d/default.conf, subPath: default.conf }] }]\n  volumes: [{ name: v, configMap: { name: c } }]\n',
  });
});

test('each of two services has a version of its own', async () => {
  const project = await projectOf({
    'a/site.conf': SITE,
    'b/site.conf': SITE,
    'c/site.conf': SITE,
    'compose.yaml':
      'services:\n  a: { image: "nginx:1.18", volumes: ["./a:/etc/nginx/conf.d"] }\n  b: { image: "nginx:1.27.2", volumes: ["./b:/etc/nginx/conf.d"] }\n',
  });
  const versionOf = (path: string) => {
    const { target, versionFrom } = settingsFor(idOf(path), project, null, {});
    return versionFrom === 'found' ? target.nginx.text : null;
  };
  assert.equal(versionOf('a/site.conf'), '1.18.0');
  assert.equal(versionOf('b/site.conf'), '1.27.2');
  // two that disagree say nothing about a third
  assert.equal(versionOf('c/site.conf'), null);
  assert.equal(instancesFor(project, idOf('c/site.conf')).length, 2);
});

test('texts that other files hold have places, too', async () => {
  const inner = async (host: string, name: string, files: Record<string, string>): Promise<string | null> => {
    const project = await projectOf(files);
    return livesAt(project, within(idOf(host), name))?.path ?? null;
  };
  const compose = `services:
  web:
    image: nginx:1.28
    configs: [{ source: site, target: /etc/nginx/conf.d/shop.conf }]
configs:
  site:
    content: |
      ${SITE.replaceAll('\n', '\n      ').trim()}
`;
  assert.equal(await inner('compose.yaml', '0.configs.site/site', { 'compose.yaml': compose }), '/etc/nginx/conf.d/shop.conf');
  const dockerfile = `FROM nginx:1.28\nCOPY <<EOF /etc/nginx/conf.d/a.conf\n${SITE}EOF\nRUN cat > /etc/nginx/conf.d/b.conf <<'EOF'\n${SITE}EOF\n`;
  assert.equal(await inner('Dockerfile', 'here.0/a.conf', { Dockerfile: dockerfile }), '/etc/nginx/conf.d/a.conf');
  assert.equal(await inner('Dockerfile', 'here.1/b.conf', { Dockerfile: dockerfile }), '/etc/nginx/conf.d/b.conf');
  const indented = SITE.replaceAll('\n', '\n    ').trim();
  const manifests = `kind: ConfigMap
metadata: { name: sites }
data:
  shop.conf: |
    ${indented}
  other.conf: |
    ${indented}
---
kind: Deployment
spec:
  template:
    spec:
      containers:
        - image: nginx:1.28
          volumeMounts:
            - { name: v, mountPath: /etc/nginx/conf.d/default.conf, subPath: site }
      volumes:
        - name: v
          configMap: { name: sites, items: [{ key: shop.conf, path: site }] }
`;
  assert.equal(await inner('app.yaml', '0.data/shop.conf', { 'app.yaml': manifests }), '/etc/nginx/conf.d/default.conf');
  assert.equal(await inner('app.yaml', '0.data/other.conf', { 'app.yaml': manifests }), null);
});

test('a chart fills a map with files', async () => {
  const deployment = `kind: Deployment
metadata:
  name: {{ include "web.fullname" . }}
spec:
  template:
    spec:
      containers:
        - name: nginx
          image: "nginx:1.28"
          volumeMounts:
            - name: conf
              mountPath: /etc/nginx/conf.d
      volumes:
        - name: conf
          configMap:
            name: {{ include "web.fullname" . }}-conf
`;
  const map = (data: string): string => `kind: ConfigMap\nmetadata:\n  name: {{ include "web.fullname" . }}-conf\ndata:\n${data}\n`;
  const chart = (data: string): Record<string, string> => ({
    'chart/Chart.yaml': 'name: web\n',
    'chart/templates/deployment.yaml': deployment,
    'chart/templates/nginx-map.yaml': map(data),
  });
  const got = '  default.conf: |-\n{{ tpl (.Files.Get "files/site.conf") . | indent 4 }}';
  await checkLives('chart/files/site.conf', '/etc/nginx/conf.d/default.conf', chart(got));
  await checkLives('chart/files/site.conf', '/etc/nginx/conf.d/site.conf', chart('{{ (.Files.Glob "files/*.conf").AsConfig | indent 2 }}'));
  await checkLives('chart/other/site.conf', null, chart(got));
});

test('a task that is repeated lays each of its files down', async () => {
  const role = (task: string): Record<string, string> => ({ 'roles/web/tasks/main.yml': task });
  const file = 'roles/web/templates/shop.conf.j2';
  await checkLives(
    file,
    '/etc/nginx/conf.d/shop.conf',
    role('- template: { src: "{{ item }}.conf.j2", dest: "/etc/nginx/conf.d/{{ item }}.conf" }\n  loop: [shop, other]\n'),
  );
  await checkLives(
    file,
    '/etc/nginx/sites-enabled/a',
    role(
      '- template: src={{ item.from }} dest=/etc/nginx/sites-enabled/{{ item.to }}\n  with_items:\n    - { from: shop.conf.j2, to: a }\n',
    ),
  );
  await checkLives(
    file,
    '/etc/nginx/conf.d/shop.conf',
    role(
      '- template:\n    src: "{{ item }}"\n    dest: "/etc/nginx/conf.d/{{ item | basename | regex_replace(\'[.]j2$\') }}"\n  with_fileglob: ["templates/*.j2"]\n',
    ),
  );
});

test('Dockerfile: variables as Docker knows them, stages by name or number, both forms of COPY', async () => {
  const site = (dockerfile: string, path: string | null, more: Record<string, string> = {}): Promise<void> =>
    checkLives('nginx/site.conf', path, { 'nginx/Dockerfile': dockerfile, ...more });
  const at = '/etc/nginx/conf.d/site.conf';
  await site('FROM nginx:1.29\nARG TO=/etc/nginx\nENV BELOW=$TO/conf.d\nCOPY ["site.conf", "${BELOW}/"]\n', at);
  await site('FROM nginx:1.29\nWORKDIR /etc/nginx\nWORKDIR conf.d\nCOPY --chown=nginx:nginx site.conf ./\n', at);
  await site(
    'FROM alpine AS Texts\nCOPY site.conf /out/\nFROM nginx:1.29\nCOPY --from=texts /out/site.conf /etc/nginx/conf.d/site.conf\n',
    at,
  );
  await site('FROM alpine\nCOPY site.conf /out/\nFROM nginx:1.29\nCOPY --from=0 /out/site.conf /etc/nginx/conf.d/\n', at);
  // an ARG above the first FROM is empty within a stage that does not name it again: where that goes is not said
  await site('ARG TO=/etc/nginx/conf.d/\nFROM nginx:1.29\nCOPY site.conf $TO\n', null);
  await site('ARG TO=/etc/nginx/conf.d/\nFROM nginx:1.29\nARG TO\nCOPY site.conf $TO\n', at);
});

test('the arguments of a build in a compose file are those of its Dockerfile', async () => {
  const dockerfile = 'ARG TAG=1.25\nFROM nginx:${TAG}\nCOPY site.conf /etc/nginx/conf.d/\n';
  const version = async (args: string): Promise<string | undefined> => {
    const compose = `services:\n  web:\n    build:\n      context: ./nginx\n${args}`;
    const project = await projectOf({ 'nginx/site.conf': SITE, 'nginx/Dockerfile': dockerfile, 'compose.yaml': compose });
    return livesAt(project, idOf('nginx/site.conf'))?.instance.image?.version?.text;
  };
  assert.equal(await version(''), '1.25.5');
  assert.equal(await version('      args: { TAG: 1.27.3 }\n'), '1.27.3');
  assert.equal(await version('      args: ["TAG=${VERSION:-1.26.1}"]\n'), '1.26.1');
  // what the shell sets is not known: the Dockerfile's own value is what is said
  assert.equal(await version('      args: [TAG]\n'), '1.25.5');
});

test('the image to run nginx in is the one that the compose file or the Dockerfile names', async () => {
  const NGINX = 'events {}\nhttp { include /etc/nginx/conf.d/*.conf; }\n';
  const images = async (service: string, more: Record<string, string> = {}): Promise<string[]> => {
    const compose = `services:\n  proxy:\n${service}    volumes: ["./nginx:/etc/nginx:ro"]\n`;
    const project = await projectOf({ 'nginx/nginx.conf': NGINX, ...(service ? { 'docker-compose.yml': compose } : {}), ...more });
    return imagesFor(project, idOf('nginx/nginx.conf')).map((i) => `${i.program} in ${i.name}${i.built ? ', built' : ''}`);
  };
  assert.deepEqual(await images('    image: nginx:1.27-alpine\n'), ['nginx in nginx:1.27-alpine']);
  assert.deepEqual(await images('    image: docker.angie.software/angie:1.10.0\n'), ['angie in docker.angie.software/angie:1.10.0']);
  assert.deepEqual(await images('    image: openresty/openresty:1.27.1.2-0-alpine\n'), [
    'openresty in openresty/openresty:1.27.1.2-0-alpine',
  ]);
  const dockerfile = { 'nginx/Dockerfile': 'FROM nginx:1.29\nCOPY nginx.conf /etc/nginx/\n' };
  assert.deepEqual(await images('    build: ./nginx\n', dockerfile), ['nginx in nginx:1.29, built']);
  assert.deepEqual(await images('', dockerfile), ['nginx in nginx:1.29, built']);
  // a variable is no name, what a package manager puts on a system is no image, and nothing that an engine takes for an option is one
  assert.deepEqual(await images('    image: "nginx:${NGINX_TAG}"\n'), []);
  assert.deepEqual(await images('    build: ./nginx\n', { 'nginx/Dockerfile': 'FROM debian:12\nRUN apt-get install -y nginx\n' }), []);
  assert.deepEqual(await images('    image: "--privileged/nginx"\n'), []);
  assert.deepEqual(await images(''), []);
});

test('compose: what a service extends, what a file includes and what the .env beside it sets', async () => {
  const site = './web/site.conf:/etc/nginx/conf.d/default.conf:ro';
  await checkLives('web/site.conf', '/etc/nginx/conf.d/default.conf', {
    'compose.yaml': 'services:\n  edge:\n    extends: { file: nginx-common.yml, service: nginx }\n    image: nginx:1.27\n',
    'nginx-common.yml': `services:\n  nginx:\n    restart: always\n    volumes: ["${site}"]\n`,
  });
  await checkLives('web/site.conf', '/etc/nginx/conf.d/default.conf', {
    'compose.yaml': 'include: [compose.edge.yaml]\nservices:\n  app:\n    image: python:3.12\n    # behind nginx\n',
    'compose.edge.yaml': `services:\n  edge:\n    image: nginx:1.27\n    volumes: ["${site}"]\n`,
  });
  const tagged = await projectOf({
    'web/site.conf': SITE,
    '.env': 'NGINX_TAG=1.25.3\nSECRET_KEY=abc\n',
    'compose.yaml': `services:\n  edge:\n    image: nginx:\${NGINX_TAG}\n    volumes: ["${site}"]\n`,
  });
  assert.equal(livesAt(tagged, idOf('web/site.conf'))?.instance.image?.version?.text, '1.25.3');
  // a folder that only the shell knows is no folder of the project
  await checkLives('web/site.conf', null, {
    'compose.yaml': 'services:\n  edge:\n    image: nginx:1.27\n    volumes: ["./$STAGE/site.conf:/etc/nginx/conf.d/default.conf"]\n',
  });
  await checkLives('web/site.conf', '/etc/nginx/conf.d/default.conf', {
    'compose.yaml': `services:\n  edge:\n    image: nginx:1.27\n    volumes: ["\${PWD}/web/site.conf:/etc/nginx/conf.d/default.conf"]\n`,
  });
});
