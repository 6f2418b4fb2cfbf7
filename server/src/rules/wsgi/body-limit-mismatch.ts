/** Sizes that one side allows and the other refuses: bodies, and headers before uWSGI. */

import type { Place } from '../../base/span.ts';
import { parseOffset } from '../../catalog/value-kind.ts';
import type { Scope } from '../../config/scope.ts';
import { type Application, frameworkTitle } from '../../deploy/application.ts';
import { asked } from '../../deploy/frameworks/framework.ts';
import { settingsOf } from '../../deploy/servers/server.ts';
import uwsgi from '../../deploy/servers/uwsgi.ts';
import { certain, placeOf } from '../../deploy/setting.ts';
import { fixOf, insertAfter, outside, replace } from '../fix.ts';
import { defineRule } from '../rule.ts';
import { django, main, site, tree } from './_examples.ts';
import { distinct, sidesOf } from './_sides.ts';

const STANDARD = 1024 * 1024;

const human = (bytes: number): string => {
  if (bytes % (1024 * 1024) === 0) return `${bytes / 1024 / 1024}m`;
  return bytes % 1024 === 0 ? `${bytes / 1024}k` : String(bytes);
};

/** The limit that somebody wrote down for bodies. */
function ownLimit(application: Application): { bytes: number; setting: string; place: Place } | null {
  const { framework } = application;
  const settings = settingsOf(application, uwsgi);
  const own = asked(framework, (d) => d.bodyLimit);
  const candidates = own ? [[own.name, own.bytes] as const] : [];
  const post = settings ? [['limit-post', settings.limitPost] as const] : [];
  for (const [setting, value] of [...candidates, ...post]) {
    const bytes = certain(value);
    const place = placeOf(value);
    if (bytes && place) return { bytes, setting, place };
  }
  return null;
}

/** The bytes that a body may have in a scope; 0 for any number. */
function sizeAt(scope: Scope): number {
  const line = scope.value('client_max_body_size');
  const read = line ? parseOffset(line.value(0)) : null;
  return read ? (read.ok ? read.value : 0) : STANDARD;
}

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
          const most = ownLimit(s.application)?.bytes ?? 0;
          const size = sizeAt(s.pass.scope);
          return size === 0 || size >= most;
        })
        .map((s) => s.application.id),
    );
    for (const side of sides) {
      const { application, pass } = side;
      const limit = ownLimit(application);
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
              framework: application.framework && limit.setting !== 'limit-post' ? frameworkTitle(application.framework) : 'uWSGI',
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
      const bufferSize = side.target.kind === 'uwsgi' ? settingsOf(application, uwsgi)?.bufferSize : undefined;
      if (!bufferSize) continue;
      const bytes = certain(bufferSize);
      const place = placeOf(bufferSize);
      // only a size that somebody chose: the default is the common case, and enough for most sites
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
  ],
});
