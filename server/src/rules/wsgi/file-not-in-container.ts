/** Files that nginx opens when it starts and that its container does not have. */

import { normalPath, pathOf } from '../../base/file-id.ts';
import { samePlace } from '../../base/span.ts';
import type { Directive } from '../../config/directive.ts';
import { pathsOf } from '../../config/paths.ts';
import { isStock } from '../../config/stock.ts';
import { fileInside } from '../../deploy/inside.ts';
import { defineRule, type Related, type Report } from '../rule.ts';
import { main, tree } from './_examples.ts';
import { nginxesOf } from './_links.ts';

/** Where nginx's own images have their configuration, which is their prefix too. */
const FOLDER = '/etc/nginx/';

/** What Debian's and Ubuntu's packages bring along and those of nginx.org, which the images are made of, do not. */
const OF_DEBIAN = /^\/etc\/nginx\/(proxy_params|fastcgi\.conf|snippets\/(fastcgi-php|snakeoil)\.conf)$/;

/** Directives of which rules of their own ask for what is there: folders that are sent, and libraries. */
const ELSEWHERE = new Set(['root', 'alias', 'load_module', 'perl_modules']);

type Message = 'absent' | 'debian' | 'folder' | 'users';

/** Most places that one finding names. */
const MOST_PLACES = 20;

/** A file or folder that a directive names, as the container of nginx sees it. */
interface Wanted {
  readonly argument: number;
  readonly path: string;
  /** nginx makes the file itself, in this folder */
  readonly folder: boolean;
}

const inContainer = (path: string): string => normalPath(path.startsWith('/') ? path : FOLDER + path);

function wantedBy(directive: Directive): Wanted[] {
  const { statement, name } = directive;
  if (name === 'include') {
    const word = directive.args[0];
    if (!word || word.templated || /[*?[$]/.test(word.value)) return [];
    return [{ argument: 0, path: inContainer(word.value), folder: false }];
  }
  if (ELSEWHERE.has(name)) return [];
  return pathsOf(statement)
    .filter((use) => use.madeIn !== undefined || use.wants === 'file')
    .map((use) => ({ argument: use.argument, path: inContainer(use.path), folder: use.madeIn !== undefined }));
}

const COMPOSE = (volumes: string): string =>
  `services:\n  nginx:\n    image: nginx:1.30\n    ports: ["80:80", "443:443"]\n    volumes: [${volumes}]\n`;

const TLS = (mark = ''): string =>
  main(`server {
    listen 443 ssl;
    ssl_certificate /etc/letsencrypt/live/shop/fullchain.pem;${mark}
    ssl_certificate_key /etc/ssl/certs/shop.pem;
}`);

export default defineRule({
  id: 'file-not-in-container',
  group: 'wsgi',
  severity: 'warning',
  since: '0.2',
  title: 'File that the nginx container does not have',
  why: `
A container sees its image and what is mounted into it. Includes, certificates, keys and the folders of logs are opened when nginx starts; one
that is only on the machine, or only in Debian's package of nginx, keeps the container from starting. nginx.org's packages, of which the
official image is made, bring \`mime.types\` and the parameter files of FastCGI, uwsgi and SCGI; \`proxy_params\`, \`fastcgi.conf\` and
\`snippets/\` are Debian's.

Keys, certificates and password files are often mounted only where a project is deployed: of these the rule tells as a note.

The rule knows nginx's own images and what a Dockerfile of the project adds to them. A container that runs commands of its own first, or
scripts in \`/docker-entrypoint.d\`, may make the file, and is not reported.`,
  about: ['include', 'ssl_certificate', 'ssl_certificate_key', 'auth_basic_user_file', 'access_log'],
  references: ['https://docs.docker.com/reference/compose-file/services/#volumes', 'https://hub.docker.com/_/nginx'],
  looksAt: { config: true },
  needs: 'deployment',
  messages: {
    absent:
      'The container of nginx has no {path}, and nginx does not start without it: no volume is mounted there, and the image does not hold it. Mount the file, or copy it in the Dockerfile.',
    debian:
      "The container of nginx has no {path}, and nginx does not start without it: the file comes with Debian's package, not with the image of nginx. Write its lines here, or mount a file of the project.",
    folder:
      'The container of nginx has no folder {path} for {name}, and nginx does not start without it. Mount a volume there, or write to a folder that the image has.',
    users: 'The container of nginx has no {path}: every request that needs a password is answered with 403. Mount the file.',
  },
  check({ config, deployment, report }) {
    const containers = nginxesOf(config, deployment);
    if (!containers.length) return;
    // a file that is not there is one finding, however many lines name it
    const lacking = new Map<string, { readonly key: Message; readonly report: Report; readonly related: Related[] }>();
    for (const directive of config.main.all) {
      if (isStock(directive.file.id) || !directive.fact) continue;
      for (const { argument, path, folder } of wantedBy(directive)) {
        const from = containers.find((c) => fileInside(deployment, c, path) === false);
        if (!from) continue;
        const held = config.tree.includes.get(directive.statement)?.files.find((f) => !isStock(f));
        const related: Related[] = [{ at: from.place, message: `the service ${from.name}` }];
        if (held)
          related.push({
            at: { file: held, span: { start: 0, end: 0 } },
            message: `the project has ${pathOf(held).split('/').at(-1)} here`,
          });
        const key: Message = folder
          ? 'folder'
          : OF_DEBIAN.test(path) && !held
            ? 'debian'
            : directive.name === 'auth_basic_user_file'
              ? 'users'
              : 'absent';
        // keys and passwords are in no repository, and are often mounted where it is deployed
        const severity = folder || directive.name === 'include' ? undefined : 'info';
        const at = directive.at(directive.args[argument]!);
        const known = lacking.get(`${key} ${path}`);
        if (known) {
          const told = [known.report.at, ...known.related.map((r) => r.at)];
          if (told.length < MOST_PLACES && !told.some((t) => 'file' in t && samePlace(t, at)))
            known.related.push({ at, message: 'named here, too' });
          continue;
        }
        lacking.set(`${key} ${path}`, { key, related, report: { severity, at, data: { path, name: directive.name }, related } });
      }
    }
    for (const { key, report: found } of lacking.values()) report(key, found);
  },
  examples: [
    {
      bad: tree({
        'nginx.conf': TLS('\n#                   ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ absent'),
        'compose.yaml': COMPOSE('"./nginx.conf:/etc/nginx/nginx.conf:ro"'),
      }),
      good: tree({
        'nginx.conf': TLS(),
        'compose.yaml': COMPOSE('"./nginx.conf:/etc/nginx/nginx.conf:ro", "/etc/letsencrypt:/etc/letsencrypt:ro"'),
      }),
    },
    {
      bad: tree({
        'nginx.conf': main(`server {
    location / {
        include proxy_params;
#               ^^^^^^^^^^^^ debian
        proxy_pass http://app.example.com;
    }
}`),
        'compose.yaml': COMPOSE('"./nginx.conf:/etc/nginx/nginx.conf:ro"'),
      }),
      good: tree({
        'nginx.conf': main(`server {
    location / {
        include proxy_params;
        proxy_pass http://app.example.com;
    }
}`),
        proxy_params: 'proxy_set_header Host $host;\n',
        'compose.yaml': COMPOSE('"./nginx.conf:/etc/nginx/nginx.conf:ro", "./proxy_params:/etc/nginx/proxy_params:ro"'),
      }),
    },
    {
      bad: tree({
        'nginx.conf': main(`server {
    access_log /var/log/shop/access.log;
#              ^^^^^^^^^^^^^^^^^^^^^^^^ folder
    auth_basic Shop;
    auth_basic_user_file htpasswd;
#                        ^^^^^^^^ users
}`),
        'compose.yaml': COMPOSE('"./nginx.conf:/etc/nginx/nginx.conf:ro"'),
      }),
      good: tree({
        'nginx.conf': main(`server {
    access_log /var/log/nginx/shop.log;
    auth_basic Shop;
    auth_basic_user_file htpasswd;
}`),
        'compose.yaml': COMPOSE('"./nginx.conf:/etc/nginx/nginx.conf:ro", "./htpasswd:/etc/nginx/htpasswd:ro"'),
      }),
    },
  ],
});
