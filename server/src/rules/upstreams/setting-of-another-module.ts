/** Lines of one family of directives beside the pass directive of another: each module reads its own only. */
import { familiesIn } from '../../answers/what-is-passed.ts';
import { isOptional } from '../../answers/which-branch.ts';
import type { Config } from '../../config/config.ts';
import type { Directive, IncludeSite } from '../../config/directive.ts';
import type { Scope } from '../../config/scope.ts';
import { defineRule } from '../rule.ts';

const FAMILY = /^(proxy|uwsgi|fastcgi|scgi|grpc|memcached)_(?!pass$)(?!.*_path$)/;

const PASS = /^(?:proxy|uwsgi|fastcgi|scgi|grpc|memcached)_pass$/;

/** Whether a level has pass directives of several modules. */
const hasPasses = (names: ReadonlyMap<string, number>): boolean => [...names.keys()].filter((name) => PASS.test(name)).length > 1;

/** Lists of what an application is sent. */
const LIST = /^(?:proxy_set_header|grpc_set_header|(?:uwsgi|fastcgi|scgi)_param)$/;

const familiesAmong = (names: ReadonlyMap<string, number>): string[] => [...names.keys()].flatMap((name) => FAMILY.exec(name)?.[1] ?? []);

const familyOf = (d: Directive): string | null => (d.fact ? (FAMILY.exec(d.name)?.[1] ?? null) : null);

export default defineRule({
  id: 'setting-of-another-module',
  group: 'upstreams',
  severity: 'info',
  since: '0.2',
  title: 'Directive of a module that is not used here',
  why: `
\`proxy_pass\`, \`uwsgi_pass\`, \`fastcgi_pass\`, \`scgi_pass\` and \`grpc_pass\` belong to modules of their own, with settings of their own. \`proxy_read_timeout\` and \`proxy_set_header\` beside \`uwsgi_pass\` are accepted and do nothing: the answer may take the 60 seconds of \`uwsgi_read_timeout\`, and the header is not sent. Headers go to uWSGI and FastCGI as parameters, \`uwsgi_param HTTP_X_FORWARDED_PROTO $scheme\`.

Of two pass directives in one location nginx keeps the last, without a word about the first.

The same holds for a whole file of such lines: \`include uwsgi_params\` beside \`proxy_pass\`, which needs \`include proxy_params\` (of Debian) or lines of \`proxy_set_header\`, and \`include proxy_params\` beside \`uwsgi_pass\`.`,
  about: ['proxy_pass', 'uwsgi_pass', 'fastcgi_pass', 'uwsgi_read_timeout', 'uwsgi_param'],
  looksAt: [
    // who has a line of a family beside its pass directive has nothing of another one
    {
      scope: ['location'],
      having: (names) => hasPasses(names) || familiesAmong(names).some((family) => !names.has(`${family}_pass`)),
    },
    { scope: ['server'], having: (names) => familiesAmong(names).length > 0 },
  ],
  needs: 'file',
  messages: {
    none: '{name} has no effect here: requests are passed on by {pass}, which reads {instead}.',
    file: '{file} has no effect here: it only sets {name}, and requests are passed on by {pass}, which reads {instead}.',
    replaced: '{name} has no effect here: {pass} below takes its place. Keep one of them.',
  },
  check({ config, scope, report }) {
    const own = scope.context === 'location' ? scope.directives.filter((d) => PASS.test(d.name) && !isOptional(d)) : [];
    const last = own.at(-1);
    for (const pass of own) {
      if (pass.name === last!.name) continue;
      const related = [{ at: last!.at(), message: 'the line that counts' }];
      report('replaced', { at: pass.at(), severity: 'warning', data: { name: pass.name, pass: last!.name }, related });
    }
    const lines = scope.directives.filter(
      (d) => familyOf(d) !== null && d.file === scope.opener?.file && d.via.length === (scope.opener?.via.length ?? 0),
    );
    const brought = filesOf(scope);
    if (!lines.length && !brought.length) return;
    // a place that passes nothing itself may hand requests on to any other of its server
    const server = scope.enclosing('server');
    const passes = familiesIn(scope) ?? (server ? familiesIn(server) : null);
    if (!passes) return;
    const [used] = passes;
    for (const line of lines) {
      const family = familyOf(line)!;
      if (passes.has(family)) continue;
      const rest = line.name.slice(family.length);
      report('none', { at: line.at(), data: { name: line.name, pass: `${used}_pass`, instead: insteadOf(config, used!, rest) } });
    }
    for (const { site, name } of brought) {
      const family = FAMILY.exec(name)![1]!;
      if (passes.has(family)) continue;
      report('file', {
        at: { file: site.file.id, span: { start: site.statement.start, end: site.statement.end } },
        data: {
          file: site.statement.args[0]!.value,
          name,
          pass: `${used}_pass`,
          instead: insteadOf(config, used!, name.slice(family.length)),
        },
      });
    }
  },
  examples: [
    {
      inside: 'server',
      bad: `location / {
    uwsgi_pass unix:/run/app.sock;
    proxy_read_timeout 300s;
#   ^^^^^^^^^^^^^^^^^^^^^^^^ none
    proxy_set_header X-Forwarded-Proto $scheme;
#   ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ none
}`,
      good: `location / {
    uwsgi_pass unix:/run/app.sock;
    uwsgi_read_timeout 300s;
    uwsgi_param HTTP_X_FORWARDED_PROTO $scheme;
}`,
    },
    {
      inside: 'tree',
      bad: `#- nginx.conf
events {
}
http {
    server {
        location / {
            include lists/parameters;
#           ^^^^^^^^^^^^^^^^^^^^^^^^^ file
            proxy_pass http://127.0.0.1:8000;
        }
    }
}
#- lists/parameters
uwsgi_param REQUEST_METHOD $request_method;
uwsgi_param PATH_INFO $document_uri;`,
      good: `#- nginx.conf
events {
}
http {
    server {
        location / {
            include lists/parameters;
            uwsgi_pass 127.0.0.1:8000;
        }
    }
}
#- lists/parameters
uwsgi_param REQUEST_METHOD $request_method;
uwsgi_param PATH_INFO $document_uri;`,
    },
    {
      inside: 'server',
      good: `proxy_read_timeout 300s;
location / { uwsgi_pass unix:/run/app.sock; }
location /api/ { proxy_pass http://127.0.0.1:8000; }`,
    },
    {
      inside: 'server',
      bad: `location / {
    try_files $uri @app;
    proxy_read_timeout 300s;
#   ^^^^^^^^^^^^^^^^^^^^^^^^ none
}
location @app {
    fastcgi_pass 127.0.0.1:9000;
}`,
      good: `location / {
    try_files $uri @app;
}
location @app {
    fastcgi_read_timeout 300s;
    fastcgi_pass 127.0.0.1:9000;
}`,
    },
    {
      inside: 'server',
      good: `location / {
    proxy_read_timeout 300s;
    uwsgi_pass unix:/run/app.sock;
    if ($http_x_other) { proxy_pass http://127.0.0.1:8000; }
}`,
    },
    {
      inside: 'server',
      bad: `location / {
    proxy_pass http://127.0.0.1:8000;
#   ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ replaced
    memcached_pass 127.0.0.1:11211;
}`,
      good: `location / {
    proxy_pass http://127.0.0.1:8000;
}`,
    },
  ],
});

/** Files that are included on a level and bring nothing but headers or parameters of one module, with what they set. */
function filesOf(scope: Scope): { readonly site: IncludeSite; readonly name: string }[] {
  const { opener } = scope;
  if (!opener) return [];
  const found = new Map<IncludeSite['statement'], { readonly site: IncludeSite; readonly name: string } | null>();
  for (const d of scope.directives) {
    const site = d.via[opener.via.length];
    if (!site || site.file !== opener.file) continue;
    const known = found.get(site.statement);
    const isLike = LIST.test(d.name) && (known === undefined || known?.name === d.name);
    found.set(site.statement, isLike ? { site, name: d.name } : null);
  }
  return [...found.values()].filter((f) => f !== null);
}

/** What the module that passes reads in place of another's line: the same setting of its own, where it has it. */
function insteadOf({ catalog, settings }: Config, family: string, rest: string): string {
  const params = family === 'uwsgi' || family === 'fastcgi' || family === 'scgi';
  if (rest === '_set_header' || rest === '_param') return params ? `${family}_param` : `${family}_set_header`;
  return catalog.directive(`${family}${rest}`, 'location', settings.target)
    ? `${family}${rest} and its like`
    : `settings of its own (${family}_…)`;
}
