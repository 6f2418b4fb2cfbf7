/** What the command that starts nginx loads counts like a line of the configuration, and a missing module is to be had where that nginx comes from. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { requestFromUrl } from '../../server/src/trace/from-url.ts';
import { traceRequest } from '../../server/src/trace/request.ts';
import { checked, inMemory } from './world.ts';

const CONF = `events {}
http {
    server {
        listen 8080;
        location /thumb/ {
            image_filter resize 320 240;
        }
    }
}
`;
const SCALED = /image_filter/;

/** The messages of module-not-loaded in a project. */
async function lacking(files: Record<string, string>): Promise<string[]> {
  const { findings } = await checked(inMemory({ 'web/nginx.conf': CONF, ...files }), ['.']);
  return findings.filter((f) => f.rule === 'module-not-loaded').map((f) => f.message);
}

const COPIED = 'COPY web/nginx.conf /etc/nginx/nginx.conf\n';
const MOUNTED = 'volumes: ["./web/nginx.conf:/etc/nginx/nginx.conf:ro"]\n';
const LOAD = 'load_module modules/ngx_http_image_filter_module.so;';

for (const [title, files] of [
  ['CMD as a list', { Dockerfile: `FROM nginx:1.29\n${COPIED}CMD ["nginx", "-g", "daemon off; ${LOAD}"]\n` }],
  ['CMD as a line of the shell', { Dockerfile: `FROM nginx:1.29\n${COPIED}CMD nginx -g 'daemon off; ${LOAD}'\n` }],
  ['ENTRYPOINT', { Dockerfile: `FROM nginx:1.29\n${COPIED}ENTRYPOINT ["nginx", "-g", "${LOAD} daemon off;"]\n` }],
  [
    'a command of compose as text',
    { 'compose.yaml': `services:\n  edge:\n    image: nginx:1.29-alpine\n    command: nginx -g "daemon off; ${LOAD}"\n    ${MOUNTED}` },
  ],
  [
    'a command of compose as a list',
    { 'compose.yaml': `services:\n  edge:\n    image: nginx:1.29\n    command: [nginx, "-g", "${LOAD} daemon off;"]\n    ${MOUNTED}` },
  ],
  [
    'a shell within a command of compose',
    {
      'compose.yaml': `services:\n  edge:\n    image: nginx:1.29\n    command: sh -c "sleep 1 && exec nginx -g 'daemon off; ${LOAD}'"\n    ${MOUNTED}`,
    },
  ],
  [
    'a line that the build puts into the main file of the image',
    {
      Dockerfile: `FROM nginx:1.29\nRUN sed -i -e '1i ${LOAD}' -e 's/^user .*//' /etc/nginx/nginx.conf\nCOPY web/site.conf /etc/nginx/conf.d/\n`,
      'web/nginx.conf': '',
      'web/site.conf': 'server {\n    listen 8080;\n    location /thumb/ {\n        image_filter resize 320 240;\n    }\n}\n',
    },
  ],
  [
    'a line that the command puts into the main file of the image',
    {
      'compose.yaml': `services:\n  edge:\n    image: nginx:1.29\n    command: sh -c "sed -i '1i${LOAD}' /etc/nginx/nginx.conf && exec nginx -g 'daemon off;'"\n    volumes: ["./web/site.conf:/etc/nginx/conf.d/site.conf"]\n`,
      'web/nginx.conf': '',
      'web/site.conf': 'server {\n    listen 8080;\n    location /thumb/ {\n        image_filter resize 320 240;\n    }\n}\n',
    },
  ],
  [
    'an override of compose',
    {
      'compose.yaml': `services:\n  edge:\n    image: nginx:1.29\n    ${MOUNTED}`,
      'compose.override.yaml': `services:\n  edge:\n    command: [nginx, "-g", "daemon off; ${LOAD}"]\n`,
    },
  ],
] as const)
  test(`loaded by ${title}`, async () => assert.deepEqual(await lacking(files), []));

for (const [title, files, advice] of [
  ['the official image', { Dockerfile: `FROM nginx:1.29\n${COPIED}` }, /Add "load_module modules\/ngx_http_image_filter_module\.so;"/],
  [
    'a build that loads another library',
    { Dockerfile: `FROM nginx:1.29\nRUN sed -i '1i load_module modules/ngx_http_js_module.so;' /etc/nginx/nginx.conf\n${COPIED}` },
    /Add "load_module modules\/ngx_http_image_filter_module\.so;"/,
  ],
  [
    'a command that loads another library',
    { Dockerfile: `FROM nginx:1.29\n${COPIED}CMD ["nginx", "-g", "load_module modules/ngx_http_js_module.so; daemon off;"]\n` },
    /Add "load_module modules\/ngx_http_image_filter_module\.so;"/,
  ],
  [
    'a command that replaces the one of the image',
    {
      Dockerfile: `FROM nginx:1.29\n${COPIED}CMD ["nginx", "-g", "daemon off; ${LOAD}"]\n`,
      'compose.yaml': 'services:\n  edge:\n    build: .\n    command: nginx -g "daemon off;"\n',
    },
    /Add "load_module/,
  ],
  [
    'an override whose command replaces the one that loads it',
    {
      'compose.yaml': `services:\n  edge:\n    image: nginx:1.29\n    command: nginx -g "daemon off; ${LOAD}"\n    ${MOUNTED}`,
      'compose.override.yaml': 'services:\n  edge:\n    command: nginx -g "daemon off;"\n',
    },
    /Add "load_module/,
  ],
  [
    'a slim image, which holds no library',
    { Dockerfile: `FROM nginx:1.29-alpine-slim\n${COPIED}` },
    /nginx-module-image-filter.*not end in "-slim"/,
  ],
  [
    'a slim image of a compose file',
    { 'compose.yaml': `services:\n  edge:\n    image: nginxinc/nginx-unprivileged:1.29-alpine-slim\n    ${MOUNTED}` },
    /nginx-module-image-filter.*not end in "-slim"/,
  ],
  ['Alpine', { Dockerfile: `FROM alpine:3.21\nRUN apk add --no-cache nginx\n${COPIED}` }, /"apk add nginx-mod-http-image-filter"/],
  [
    'Debian',
    { Dockerfile: `FROM debian:bookworm\nRUN apt-get update && apt-get install -y nginx\n${COPIED}` },
    /Debian package libnginx-mod-http-image-filter/,
  ],
  [
    'a kin of RHEL',
    { Dockerfile: `FROM rockylinux:9\nRUN dnf install -y nginx && dnf clean all\n${COPIED}` },
    /"dnf install nginx-mod-http-image-filter"/,
  ],
] as const)
  test(`where it is to be had: ${title}`, async () => {
    const found = await lacking(files);
    assert.equal(found.length, 1, found.join('\n'));
    assert.match(found[0]!, SCALED);
    assert.match(found[0]!, advice);
    if (title !== 'Debian') assert.doesNotMatch(found[0]!, /Debian/);
  });

test('a package from elsewhere is not taken for the distribution’s', async () => {
  const from = (source: string): Record<string, string> => ({
    'web/nginx.conf': 'events {}\nstream {\n    server {\n        listen 5432;\n        proxy_pass 127.0.0.1:5433;\n    }\n}\n',
    Dockerfile: `FROM debian:bookworm\nRUN ${source} && apt-get update && apt-get install -y nginx\n${COPIED}`,
  });
  assert.equal((await lacking(from('true'))).length, 1);
  assert.deepEqual(
    await lacking(from('echo "deb https://nginx.org/packages/debian bookworm nginx" > /etc/apt/sources.list.d/nginx.list')),
    [],
  );
  assert.deepEqual(await lacking(from('add-apt-repository -y ppa:ondrej/nginx')), []);
});

test('an old distribution whose nginx has its modules built in lacks none', async () => {
  const old = (base: string): Record<string, string> => ({
    Dockerfile: `FROM ${base}\nRUN apt-get update && apt-get install -y nginx\n${COPIED}`,
  });
  assert.deepEqual(await lacking(old('ubuntu:16.04')), []);
  assert.deepEqual(await lacking(old('debian:jessie')), []);
  assert.equal((await lacking(old('ubuntu:22.04'))).length, 1);
});

test('a main file that includes what a package puts there is not told that a module is missing', async () => {
  const conf = `include /etc/nginx/modules/*.conf;\n${CONF}`;
  const Dockerfile = `FROM alpine:3.21\nRUN apk add --no-cache nginx nginx-mod-http-image-filter\n${COPIED}`;
  assert.deepEqual(await lacking({ 'web/nginx.conf': conf, Dockerfile }), []);
});

/** The messages of duplicate-directive about the web's main file, which says `daemon off` itself. */
async function twice(files: Record<string, string>, first = 'daemon off;'): Promise<string[]> {
  const { findings } = await checked(inMemory({ 'web/nginx.conf': `${first}\nevents {}\nhttp {\n}\n`, ...files }), ['.']);
  return findings.filter((f) => f.rule === 'duplicate-directive').map((f) => f.message);
}

const service = (more: string, image = 'nginx:1.29'): Record<string, string> => ({
  'compose.yaml': `services:\n  edge:\n    image: ${image}\n${more}    ${MOUNTED}`,
});

for (const [title, files] of [
  ['the official image', { Dockerfile: `FROM nginx:1.29\n${COPIED}` }],
  ['a service of compose', service('')],
  [
    'OpenResty’s image',
    {
      'compose.yaml':
        'services:\n  edge:\n    image: openresty/openresty:1.27.1.2-alpine\n    volumes: ["./web/nginx.conf:/usr/local/openresty/nginx/conf/nginx.conf:ro"]\n',
    },
  ],
  ['a CMD of a Dockerfile', { Dockerfile: `FROM debian:12\nRUN apt-get install -y nginx\n${COPIED}CMD ["nginx", "-g", "daemon off;"]\n` }],
  [
    'one of two services',
    {
      'compose.yaml': `services:\n  edge:\n    image: nginx:1.29\n    ${MOUNTED}  inner:\n    image: nginx:1.29\n    command: nginx\n    ${MOUNTED}`,
    },
  ],
  ['a command of compose', service('    command: nginx -g "daemon off;"\n')],
  [
    'a container of a cluster',
    {
      'web/all.yaml': `kind: ConfigMap\nmetadata: {name: conf}\ndata:\n  nginx.conf: |\n    daemon off;\n    events {}\n    http {\n    }\n---\nkind: Pod\nmetadata: {name: edge}\nspec:\n  containers:\n    - {name: edge, image: "nginx:1.29", volumeMounts: [{name: conf, mountPath: /etc/nginx}]}\n  volumes: [{name: conf, configMap: {name: conf}}]\n`,
    },
  ],
] as const)
  test(`a directive that nginx is started with is there already: ${title}`, async () => {
    const found = await twice(files);
    assert.equal(found.length, 1, found.join('\n'));
    assert.match(found[0]!, /started with -g "daemon off;"/);
  });

for (const [title, files, first] of [
  ['another command', service('    command: nginx\n'), undefined],
  ['another entrypoint', { Dockerfile: `FROM nginx:1.29\n${COPIED}ENTRYPOINT ["/start.sh"]\n` }, undefined],
  ['an image that starts nothing', { Dockerfile: `FROM debian:12\nRUN apt-get install -y nginx\n${COPIED}` }, undefined],
  ['another directive', service(''), 'worker_processes 2;'],
  ['a list, which may have more lines', service('    command: nginx -g "daemon off; error_log stderr;"\n'), 'error_log /dev/stdout;'],
] as const)
  test(`a directive that nginx may not be started with is no duplicate: ${title}`, async () =>
    assert.deepEqual(await twice(files, first), []));

for (const [title, file, folder] of [
  ['the folder of the build', { Dockerfile: `FROM nginx:1.29\n${COPIED}` }, '/etc/nginx/html/x'],
  ['that of -p', { Dockerfile: `FROM nginx:1.29\n${COPIED}CMD ["nginx", "-g", "daemon off;", "-p", "/srv/web"]\n` }, '/srv/web/html/x'],
  [
    'that of -p in a compose file',
    { 'compose.yaml': `services:\n  edge:\n    image: nginx:1.29\n    command: nginx -p /srv/web/ -g "daemon off;"\n    ${MOUNTED}` },
    '/srv/web/html/x',
  ],
  [
    'not that of another command',
    { Dockerfile: `FROM nginx:1.29\n${COPIED}CMD nginx -t && mkdir -p /srv/web && nginx -g 'daemon off;'\n` },
    '/etc/nginx/html/x',
  ],
] as const)
  test(`relative paths of files hang from ${title}`, async () => {
    const { asked } = await checked(inMemory({ 'web/nginx.conf': CONF, ...file }), ['.']);
    const request = requestFromUrl({ url: 'http://localhost:8080/x' });
    if ('problem' in request) throw new Error(request.problem);
    const { outcome, assumptions } = traceRequest(asked[0]!.config, request);
    assert.equal(outcome.file, folder);
    assert.ok(!assumptions.some((a) => a.id === 'prefix'));
  });
