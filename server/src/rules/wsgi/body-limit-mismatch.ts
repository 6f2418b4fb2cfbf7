/** Sizes that one side allows and the other refuses: bodies, and headers before uWSGI. */

import type { Place } from '../../base/span.ts';
import { parseOffset } from '../../catalog/value-kind.ts';
import type { Scope } from '../../config/scope.ts';
import { type Application, frameworkTitle, serverTitle } from '../../deploy/application.ts';
import type { Deployment } from '../../deploy/deployment.ts';
import { asked } from '../../deploy/frameworks/framework.ts';
import { settingsOf } from '../../deploy/servers/server.ts';
import uwsgi from '../../deploy/servers/uwsgi.ts';
import { certain, placeOf } from '../../deploy/setting.ts';
import { fixOf, insertAfter, outside, replace } from '../fix.ts';
import { defineRule } from '../rule.ts';
import { django, main, site, tree } from './_examples.ts';
import { distinct, sidesOf } from './_links.ts';

const STANDARD = 1024 * 1024;

const human = (bytes: number): string => {
  if (bytes % (1024 * 1024) === 0) return `${bytes / 1024 / 1024}m`;
  return bytes % 1024 === 0 ? `${bytes / 1024}k` : String(bytes);
};

interface Limit {
  readonly bytes: number;
  readonly setting: string;
  readonly place: Place;
  /** whose it is */
  readonly owner: string;
  readonly drops: boolean;
}

/** The limit that someone wrote down for bodies: the framework's, else the server's. */
function ownLimit(application: Application, deployment: Deployment): Limit | null {
  const { framework, server } = application;
  const own = asked(framework, (d) => d.bodyLimit);
  const theirs = server.bodyLimit?.(application.settings, deployment.files);
  for (const { limit, owner, drops } of [
    { limit: own, owner: framework ? frameworkTitle(framework) : '', drops: false },
    { limit: theirs, owner: serverTitle(application), drops: theirs?.drops === true },
  ]) {
    const bytes = limit && certain<number | null>(limit.bytes);
    const place = limit && placeOf(limit.bytes);
    if (limit && bytes && place) return { bytes, setting: limit.name, place, owner, drops };
  }
  return null;
}

/** The bytes that a body may have in a scope; 0 for any number. */
function sizeAt(scope: Scope): number {
  const line = scope.value('client_max_body_size');
  const read = line ? parseOffset(line.value(0)) : null;
  return read ? (read.ok ? read.value : 0) : STANDARD;
}

const PHP = (size: string): string =>
  main(`server {
    location ~ \\.php$ {
        client_max_body_size ${size};
        fastcgi_param SCRIPT_FILENAME $document_root$fastcgi_script_name;
        fastcgi_pass unix:/run/php/site.sock;
    }
}`);
const POOL = (lines: string): Readonly<Record<string, string>> => ({
  'php-fpm.d/www.conf': `[www]\nlisten = /run/php/site.sock\n${lines}`,
});

export default defineRule({
  id: 'body-limit-mismatch',
  group: 'wsgi',
  severity: 'info',
  since: '0.1',
  missing: ['client_max_body_size'],
  title: 'Body size limits do not match',
  why: `
\`client_max_body_size\` is 1 MB unless it is set, whatever Django's \`DATA_UPLOAD_MAX_MEMORY_SIZE\` or Flask's \`MAX_CONTENT_LENGTH\` say:
forms and JSON that the application was told to accept end in nginx's 413. Uploads of files, which Django's setting does not count, end there as well.

uWSGI reads all params and headers of a request into one \`buffer-size\` of 4096 bytes; nginx lets single header lines of 8k pass. A large
cookie or token then is a 502.`,
  about: ['client_max_body_size', 'large_client_header_buffers'],
  looksAt: { config: true },
  needs: 'deployment',
  fixable: 'sometimes',
  messages: {
    smaller: 'nginx refuses bodies above {own} with 413, {setting} of {framework} allows {theirs}. Raise client_max_body_size here.',
    dropped:
      'nginx takes bodies of {own}, and {framework} throws away what is above {theirs} ({setting}): the script runs without its form and files. Use one limit for both.',
    buffer:
      'uWSGI’s buffer-size of {bytes} bytes is below the 8k header lines that nginx passes on: large cookies or tokens end in 502. Raise it to 32768.',
  },
  check({ config, deployment, report }) {
    const reported = new Set<string>();
    const once = (at: Place): boolean => {
      const key = `${at.file}#${at.span.start}`;
      return !reported.has(key) && Boolean(reported.add(key));
    };
    const sides = distinct(sidesOf(config, deployment));
    // where one place of the application takes as much, the others are smaller on purpose
    const enough = new Set(
      sides
        .filter((s) => {
          const most = ownLimit(s.application, deployment)?.bytes ?? 0;
          const size = sizeAt(s.pass.scope);
          return size === 0 || size >= most;
        })
        .map((s) => s.application.id),
    );
    for (const side of sides) {
      const { application, pass } = side;
      const limit = ownLimit(application, deployment);
      const line = pass.scope.value('client_max_body_size');
      const own = sizeAt(pass.scope);
      if (limit && own > 0 && own < limit.bytes && !enough.has(application.id)) {
        const word = line?.args[0];
        const at = line && word ? line.at(word) : pass.nameAt;
        if (once(at)) {
          const value = human(limit.bytes);
          report('smaller', {
            at,
            data: {
              own: human(own),
              theirs: value,
              setting: limit.setting,
              framework: limit.owner,
            },
            related: [{ at: limit.place, message: `${limit.setting} is ${value}` }],
            fix:
              line && word
                ? fixOf(`Allow ${value}`, 'suggestion', line.file, [replace(word, value)])
                : fixOf(`Allow ${value} here`, 'suggestion', outside(pass).file, [
                    insertAfter(outside(pass).file, outside(pass).statement, [`client_max_body_size ${value};`]),
                  ]),
          });
        }
      }
      if (limit?.drops && line && (own === 0 || own > limit.bytes) && once(line.at(line.args[0]))) {
        const theirs = human(limit.bytes);
        report('dropped', {
          at: line.at(line.args[0]),
          missing: [],
          data: { own: own === 0 ? 'any size' : human(own), theirs, setting: limit.setting, framework: limit.owner },
          related: [{ at: limit.place, message: `${limit.setting} is ${theirs}` }],
        });
      }
      const bufferSize = side.target.kind === 'uwsgi' ? settingsOf(application, uwsgi)?.bufferSize : undefined;
      if (!bufferSize) continue;
      const bytes = certain(bufferSize);
      const place = placeOf(bufferSize);
      // only a size that someone chose: the default is the common case, and enough for most sites
      if (bytes === undefined || !place || bytes >= 8192 || !once(place)) continue;
      report('buffer', {
        at: pass.nameAt,
        missing: [],
        data: { bytes },
        related: [{ at: place, message: 'buffer-size' }],
        fix: {
          title: 'Raise buffer-size to 32768',
          safety: 'suggestion',
          edits: [{ file: place.file, edits: [{ span: place.span, newText: '32768' }] }],
        },
      });
    }
  },
  examples: [
    {
      bad: tree({
        'nginx.conf': site(`
        proxy_pass http://unix:/run/shop.sock;
#       ^^^^^^^^^^ smaller`),
        ...django('DATA_UPLOAD_MAX_MEMORY_SIZE = 20 * 1024 * 1024\n'),
      }),
      good: tree({
        'nginx.conf': site(`
        proxy_pass http://unix:/run/shop.sock;
        client_max_body_size 20m;`),
        ...django('DATA_UPLOAD_MAX_MEMORY_SIZE = 20 * 1024 * 1024\n'),
      }),
    },
    {
      bad: tree({
        'nginx.conf': site(`
        include uwsgi_params;
        uwsgi_pass unix:/run/shop.sock;
#       ^^^^^^^^^^ buffer`),
        'app/uwsgi.ini': '[uwsgi]\nsocket = /run/shop.sock\nbuffer-size = 5000\n',
      }),
      good: tree({
        'nginx.conf': site(`
        include uwsgi_params;
        uwsgi_pass unix:/run/shop.sock;`),
        'app/uwsgi.ini': '[uwsgi]\nsocket = /run/shop.sock\nbuffer-size = 32768\n',
      }),
    },
    {
      good: tree({
        'nginx.conf': main('server {\n    location / {\n        proxy_pass http://unix:/run/shop.sock;\n    }\n}'),
        ...django("ALLOWED_HOSTS = ['*']\n"),
      }),
    },
    {
      bad: tree({
        'nginx.conf': PHP('100m').replace('100m;', '100m;\n#                            ^^^^ dropped'),
        ...POOL('php_admin_value[post_max_size] = 8M\n'),
      }),
      good: tree({ 'nginx.conf': PHP('8m'), ...POOL('php_admin_value[post_max_size] = 8M\n') }),
    },
    {
      bad: tree({
        'nginx.conf': PHP('8m').replace('8m;', '8m;\n#                            ^^ smaller'),
        ...POOL('php_value[post_max_size] = 64M\n'),
      }),
      fixed: tree({ 'nginx.conf': PHP('64m') }),
    },
  ],
});
