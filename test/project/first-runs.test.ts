/**
 * What a first run of `check` says of projects as people have them: roles, cookbooks, charts and modules, sites without a main file. Each row
 * shows one kind of thing that was told wrongly once; of a row's folder all errors and warnings are named, with the files they are in.
 */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { hostFileOf, relativePath } from '../../server/src/base/file-id.ts';
import { Lines } from '../../server/src/base/lines.ts';
import { checked, HOME, inMemory } from './world.ts';

const SITE = 'server {\n    listen 80;\n    server_name shop.example;\n    root /srv/shop;\n}\n';

const TLS = 'server {\n    listen 443 ssl;\n    server_name shop.example;\n    root /srv/shop;\n}\n';
const TASK = '- template: src=shop.j2 dest=/etc/nginx/sites-enabled/shop\n';

for (const [what, files, expected] of [
  [
    'a part that is called like a file of nginx means that one, and not itself',
    { 'templates/php/fastcgi.conf': 'try_files $uri =404;\ninclude fastcgi.conf;\nfastcgi_intercept_errors on;\n' },
    [],
  ],
  [
    'a part that includes itself where the project says where it lies',
    {
      'fastcgi.conf': 'include fastcgi.conf;\nfastcgi_intercept_errors on;\n',
      'nginx.conf': 'events {}\nhttp {\n    include mime.types;\n    include fastcgi.conf;\n}\n',
    },
    ['fastcgi.conf:1 error include-cycle'],
  ],
  [
    'a template without a mark of its engine, of which a shell fills in the names',
    {
      'config/nginx.conf.erb': `worker_processes $WORKERS;\nevents {\n    worker_connections $CONNECTIONS;\n}\nhttp {\n    server {\n        listen $PORT;\n        server_name $SITE;\n        root /app/public;\n    }\n}\n`,
    },
    [],
  ],
  [
    'of two that are to be the default of a socket one is refused, and nothing else is wrong with it',
    {
      'sites-available/catch-all': `server {\n    listen 80 default_server;\n    server_name *.shop.example;\n    return 301 https://$host$request_uri;\n}\nserver {\n    listen 80 default_server;\n    server_name _;\n    return 444;\n}\n`,
    },
    ['sites-available/catch-all:7 error listen-conflict'],
  ],
  [
    'the default server of a socket that a site which is not seen may make one of TLS',
    {
      'nginx.conf':
        'events {}\nhttp {\n    ssl_certificate /ssl/a.pem;\n    ssl_certificate_key /ssl/a.key;\n    server {\n        listen 443 default_server;\n        server_name _;\n        return 404;\n    }\n    include /etc/nginx/sites-enabled/*;\n}\n',
    },
    [],
  ],
  [
    'headers that an answer without a body does not have',
    {
      'site.conf': `server {\n    listen 80;\n    server_name api.shop.example;\n    add_header X-Frame-Options DENY always;\n    location / {\n        set $asked $request_method;\n        if ($asked = OPTIONS) {\n            add_header Access-Control-Allow-Methods "GET, PUT";\n            return 204;\n        }\n        root /srv/api;\n    }\n}\n`,
    },
    [],
  ],
  [
    'a text of NixOS that has no block and no server in it',
    {
      'layers/nginx.nix':
        "{ ... }:\n{\n  services.nginx = {\n    enable = true;\n    appendHttpConfig = ''\n      keepalive_timeout 65;\n      types_hash_max_size big;\n    '';\n  };\n}\n",
    },
    ['layers/nginx.nix:7 error invalid-value'],
  ],
  ['TLS without a certificate where nobody knows what is around it', { 'sites-available/shop': TLS }, []],
  [
    'TLS without a certificate where a task puts it into the folder of a package',
    { 'roles/web/tasks/main.yml': TASK, 'roles/web/templates/shop.j2': TLS },
    ['roles/web/templates/shop.j2:2 warning incomplete-tls'],
  ],
  [
    'the same beside a file that has one for all servers',
    {
      'roles/web/tasks/main.yml': `${TASK}- copy: src=tls.conf dest=/etc/nginx/conf.d/tls.conf\n`,
      'roles/web/templates/shop.j2': TLS,
      'roles/web/files/tls.conf': 'ssl_certificate /a.pem;\nssl_certificate_key /a.key;\n',
    },
    [],
  ],
  [
    'TLS without a certificate in an image, of which all is seen',
    { 'shop.conf': TLS, Dockerfile: 'FROM nginx:1.30\nCOPY shop.conf /etc/nginx/conf.d/default.conf\n' },
    ['shop.conf:2 error incomplete-tls'],
  ],
  ['a site by itself', { 'site.conf': SITE }, []],
] as const)
  test(what, async () => {
    const memory = inMemory({ '.git/HEAD': '', ...files });
    const { findings } = await checked(memory, ['.']);
    const grave = findings.filter((f) => f.severity === 'error' || f.severity === 'warning');
    assert.deepEqual(
      grave
        .map((f) => {
          const file = hostFileOf(f.at.file);
          const line = new Lines(memory.text(file)!).lineAt(f.at.span.start) + 1;
          return `${relativePath(file, HOME)}:${line} ${f.severity} ${f.rule}`;
        })
        .sort(),
      expected,
      grave.map((f) => f.message).join('\n'),
    );
  });
