/** Sizes that one side allows and the other refuses: bodies, and what comes before them. */

import type { Place } from '../../base/span.ts';
import { parseOffset } from '../../catalog/value-kind.ts';
import { unseenInForce } from '../../config/effective.ts';
import type { Scope } from '../../config/scope.ts';
import { frameworkTitle, serverTitle } from '../../deploy/application.ts';
import type { Deployment } from '../../deploy/deployment.ts';
import { asked } from '../../deploy/frameworks/framework.ts';
import type { OwnRoute } from '../../deploy/own-routes.ts';
import type { BodyLimit } from '../../deploy/servers/server.ts';
import { certain, placeOf, type Setting } from '../../deploy/setting.ts';
import { uploadRoutes } from '../../deploy/upload-routes.ts';
import { fixOf, insertAfter, outside, replace } from '../fix.ts';
import { defineRule } from '../rule.ts';
import { django, main, site, tree } from './_examples.ts';
import { distinct, portOf, probeRoute, type Side, sidesOf } from './_links.ts';

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
  readonly beyond: BodyLimit['beyond'];
}

/** The limits that someone wrote down for bodies: the framework's, else the server's. */
function limitsOf({ application, pass }: Side, deployment: Deployment): Limit[] {
  const { framework, server } = application;
  const own = asked(framework, (d) => d.bodyLimit);
  const sent = pass.scope
    .effective('fastcgi_param')
    .directives.flatMap((d) => (d.args[1] ? [{ name: d.value(0), value: d.value(1), place: d.at(d.args[1]) }] : []));
  const written = (
    { name, bytes: size }: Pick<BodyLimit, 'name'> & { readonly bytes: Setting<number | null> },
    beyond: BodyLimit['beyond'],
    owner: string,
  ): Limit[] => {
    const bytes = certain<number | null>(size);
    const place = placeOf(size);
    return bytes && place ? [{ bytes, setting: name, place, owner, beyond }] : [];
  };
  // a framework's own limit is smaller than the server's on purpose
  const frameworks = own && framework ? written(own, 'refused', frameworkTitle(framework)) : [];
  if (frameworks.length) return frameworks;
  const servers = server.bodyLimits?.(application.settings, deployment.files, sent) ?? [];
  return servers.flatMap((l) => written(l, l.beyond, serverTitle(application)));
}

const mostOf = (limits: readonly Limit[]): Limit | undefined =>
  limits.reduce<Limit | undefined>((most, l) => (most && most.bytes >= l.bytes ? most : l), undefined);

/** The bytes that a body may have in a scope; 0 for any number. */
function sizeAt(scope: Scope): number {
  const line = scope.value('client_max_body_size');
  const read = line ? parseOffset(line.value(0)) : null;
  return read ? (read.ok ? read.value : 0) : STANDARD;
}

/** nginx's own size of a header line. */
const LINE = 8 * 1024;

/** A server that only ends the connection: its limit is the room it has, and no guard that somebody wants. */
const DROPPED = 502;

/** Room for the headers of any common request, in bytes. */
const ROOMY = 32768;

/**
 * The limits of the application's server that a header line is above which nginx lets pass, and where to say so: those that someone wrote down as room, and all
 * of them where nginx was told to take longer lines than it does by itself. A guard that someone wrote down is meant.
 */
function smallHead({ application, pass, target }: Side) {
  const line = pass.scope.value('large_client_header_buffers');
  const read = line?.args[1] ? parseOffset(line.value(1)) : null;
  const own = read?.ok ? read.value : LINE;
  const raised = own > LINE;
  const [first, ...more] = (application.server.headLimits?.(application, application.settings, target.kind) ?? []).filter(
    ({ bytes, status }) => {
      const most = certain(bytes);
      return !!most && most < own && (bytes.from === 'text' ? status === DROPPED : raised);
    },
  );
  return first ? { limits: [first, ...more] as const, own, at: raised && line ? line.at(line.args[1]) : pass.nameAt } : null;
}

const LONG = (size: string): string =>
  main(`server {
    large_client_header_buffers ${size}
    location / {
        proxy_pass http://unix:/run/shop.sock;
    }
}`);
const RAISED = 'limit_request_line = 0\nlimit_request_field_size = 32768\n';

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

const UPLOADS = (raised: string, mark = ''): string =>
  main(`server {
    location ${raised} {
        client_max_body_size 100m;${mark}
        proxy_pass http://127.0.0.1:8000;
    }
    location / {
        proxy_pass http://127.0.0.1:8000;
    }
}`);
const TAKES_FILES = {
  'app/Procfile': 'web: uvicorn api:app\n',
  'app/api.py':
    'from fastapi import FastAPI, UploadFile\napp = FastAPI()\n\n\n@app.post("/api/files")\nasync def files(file: UploadFile):\n    return file.filename\n',
};

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
cookie or token then is a 502. gunicorn takes request lines of 4094 bytes and headers of 8190: whoever raises \`large_client_header_buffers\`
for long URLs and tokens raises gunicorn's limits as well.

PHP has two limits of its own. A body above \`post_max_size\` is thrown away and the script runs without its form; a file above
\`upload_max_filesize\` arrives as an error. They are read from the pool, from ini files and Dockerfiles, and from \`fastcgi_param PHP_VALUE\`.`,
  about: ['client_max_body_size', 'large_client_header_buffers'],
  looksAt: { config: true },
  needs: 'deployment',
  fixable: 'sometimes',
  messages: {
    smaller: 'nginx refuses bodies above {own} with 413, {setting} of {framework} allows {theirs}. Raise client_max_body_size here.',
    dropped:
      'nginx takes bodies of {own}, and {framework} throws away what is above {theirs} ({setting}): the script runs without its form and files. Use one limit for both.',
    files:
      'nginx takes bodies of {own}, and {framework} refuses files above {theirs} ({setting}): the script gets an error in place of the file. Use one limit for both.',
    uploads:
      'This {own} is for {here} only, and the application takes files at {route}: nginx refuses those above {theirs} there, with 413. Set client_max_body_size where {route} is passed on, or in the server.',
    head: 'nginx takes header lines of {own}, {server} takes {limits}: larger cookies, tokens or URLs are answered with {status}. Raise {setting}.',
  },
  check({ config, deployment, report }) {
    /** Which side leads to each route for files, asked once for all sides of an application. */
    const leading = new Map<string, readonly { readonly route: OwnRoute; readonly by: Side | undefined }[]>();
    function uploadsThrough({ application, server }: Side) {
      const scheme = server && portOf(server, 'https') !== null ? 'https' : 'http';
      const key = `${scheme} ${application.id}`;
      let found = leading.get(key);
      if (!found) {
        const own = sides.filter((s) => s.application === application);
        found = uploadRoutes(deployment, application).map((route) => ({
          route,
          by: own.find((s) => probeRoute(s, config, route.path, { scheme, method: 'POST' })),
        }));
        leading.set(key, found);
      }
      return found;
    }
    /** A route for files to which another side of the application leads, with a smaller limit, where none leads over this one. */
    function lostUpload(side: Side) {
      const found = uploadsThrough(side);
      if (found.some(({ by }) => !by || by === side || by.server !== side.server)) return null;
      return found.flatMap(({ route, by }) => {
        const size = by ? sizeAt(by.pass.scope) : 0;
        const isOpen = by && unseenInForce(by.pass.scope, 'client_max_body_size').length > 0;
        return by && !isOpen && size !== 0 && size <= STANDARD ? [{ route, by }] : [];
      })[0];
    }
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
          const most = mostOf(limitsOf(s, deployment))?.bytes ?? 0;
          const size = sizeAt(s.pass.scope);
          return size === 0 || size >= most;
        })
        .map((s) => s.application.id),
    );
    for (const side of sides) {
      const line = side.pass.scope.first('client_max_body_size');
      const own = sizeAt(side.pass.scope);
      if (!line || !side.location || (own !== 0 && own <= STANDARD)) continue;
      const lost = lostUpload(side);
      if (!lost || !once(line.at())) continue;
      report('uploads', {
        at: line.at(),
        missing: [],
        data: { own: line.value(0), here: side.location.name, route: lost.route.path, theirs: human(sizeAt(lost.by.pass.scope)) },
        related: [
          { at: lost.route.place, message: 'takes files' },
          { at: lost.by.pass.nameAt, message: 'passes them on' },
        ],
      });
    }
    for (const side of sides) {
      const { application, pass } = side;
      const limits = limitsOf(side, deployment);
      const limit = mostOf(limits);
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
      // files that are larger than one may be are a form's affair where the form as a whole has a limit of its own
      const less = limits.find((l) => l.beyond === 'dropped') ?? limits.find((l) => l.beyond === 'files');
      if (less && line && (own === 0 || own > less.bytes) && once(line.at(line.args[0]))) {
        const theirs = human(less.bytes);
        report(less.beyond === 'files' ? 'files' : 'dropped', {
          at: line.at(line.args[0]),
          missing: [],
          data: { own: own === 0 ? 'any size' : human(own), theirs, setting: less.setting, framework: less.owner },
          related: [{ at: less.place, message: `${less.setting} is ${theirs}` }],
        });
      }
      const small = smallHead(side);
      if (!small || !once(small.at)) continue;
      const [first] = small.limits;
      const place = placeOf(first.bytes);
      report('head', {
        at: small.at,
        missing: [],
        data: {
          own: human(small.own),
          server: serverTitle(application),
          limits: small.limits.map((l, n) => `${certain(l.bytes)} ${n ? '' : 'bytes '}for ${l.of} (${l.name})`).join(' and '),
          status: [...new Set(small.limits.map((l) => l.status))].join(' or '),
          setting: small.limits.map((l) => l.name).join(' and '),
        },
        related: small.limits.flatMap((l) => (placeOf(l.bytes) ? [{ at: placeOf(l.bytes)!, message: l.name }] : [])),
        fix:
          place && small.limits.length === 1 && first.status === DROPPED
            ? {
                title: `Raise ${first.name} to ${ROOMY}`,
                safety: 'suggestion',
                edits: [{ file: place.file, edits: [{ span: place.span, newText: String(ROOMY) }] }],
              }
            : null,
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
#       ^^^^^^^^^^ head`),
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
      bad: tree({ 'nginx.conf': LONG('4 32k;\n#                                 ^^^ head'), ...django('') }),
      good: tree({ 'nginx.conf': LONG('4 32k;'), ...django('', `bind = 'unix:/run/shop.sock'\n${RAISED}`) }),
    },
    {
      good: tree({
        'nginx.conf': LONG('4 8k;'),
        ...django('', "bind = 'unix:/run/shop.sock'\nlimit_request_line = 2000\n"),
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
    {
      bad: tree({
        'nginx.conf': PHP('100m').replace('100m;', '100m;\n#                            ^^^^ files'),
        ...POOL('pm.max_children = 5\n'),
        Dockerfile: "FROM php:8.3-fpm\nRUN echo 'upload_max_filesize = 16M' > /usr/local/etc/php/conf.d/uploads.ini\n",
      }),
      good: tree({
        'nginx.conf': PHP('100m'),
        ...POOL('pm.max_children = 5\n'),
        Dockerfile:
          "FROM php:8.3-fpm\nRUN printf 'upload_max_filesize = 16M\\npost_max_size = 100M\\n' > /usr/local/etc/php/conf.d/uploads.ini\n",
      }),
    },
    {
      bad: tree({ 'nginx.conf': UPLOADS('/upload/', '\n#       ^^^^^^^^^^^^^^^^^^^^^^^^^^ uploads'), ...TAKES_FILES }),
      good: tree({ 'nginx.conf': UPLOADS('/api/files'), ...TAKES_FILES }),
    },
  ],
});
