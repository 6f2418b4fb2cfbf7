/** One uwsgi_param in a location drops the whole inherited list. */
import { fixOf, insertBefore, written } from '../fix.ts';
import { defineRule } from '../rule.ts';

const NEEDED = [
  'REQUEST_METHOD',
  'PATH_INFO',
  'QUERY_STRING',
  'CONTENT_LENGTH',
  'CONTENT_TYPE',
  'SERVER_NAME',
  'SERVER_PORT',
  'REMOTE_ADDR',
];

export default defineRule({
  id: 'uwsgi-param-inheritance-lost',
  group: 'wsgi',
  severity: 'warning',
  since: '0.1',
  covers: ['header-inheritance-lost'],
  title: 'uwsgi_param drops the inherited list',
  why: `
\`uwsgi_param\` lines are inherited only by levels without a line of their own. A single \`uwsgi_param HTTPS on;\` in a location takes away
everything that the server's \`include uwsgi_params;\` gave: the application there gets no method, no path, no body.

Include the file again in the location.`,
  about: ['uwsgi_param', 'uwsgi_pass'],
  looksAt: { directive: ['uwsgi_pass'] },
  needs: 'config',
  fixable: 'sometimes',
  missing: ['uwsgi_param'],
  messages: {
    lost: 'This uwsgi_param drops {params} that {origin} gave: include the list here, too.',
  },
  check({ directive, scope, report }) {
    const { directives, shadowed } = scope.effective('uwsgi_param');
    const own = directives[0];
    if (!directive.fact || !own || own.scope !== scope || !shadowed.length) return;
    const given = new Set(directives.map((d) => d.value(0)));
    const before = new Set(shadowed.map((d) => d.value(0)));
    const lost = NEEDED.filter((n) => before.has(n) && !given.has(n));
    if (!lost.length) return;
    const site = shadowed.find((d) => lost.includes(d.value(0)))!;
    // the include of the site itself brings more than the list
    const include = site.via.length > (site.scope.opener?.via.length ?? 0) ? site.via.at(-1) : undefined;
    const line = include ? `include ${include.statement.args[0]?.raw};` : null;
    const here =
      own.file.id === directive.file.id && own.statement.parent === directive.statement.parent ? own.statement : directive.statement;
    const lines = line ? [line] : shadowed.filter((d) => lost.includes(d.value(0))).map((d) => written(d));
    report('lost', {
      at: own.nameAt,
      data: { params: lost.join(', '), origin: site.scope.opener ? `the ${site.scope.opener.name} block` : 'the outer level' },
      related: [{ at: include ? { file: include.file.id, span: include.statement } : site.at(), message: 'given here' }],
      fix:
        own.file.id === directive.file.id
          ? fixOf(line ? `Repeat ${line.slice(0, -1)}` : 'Repeat the params', 'suggestion', directive.file, [
              insertBefore(directive.file, here, lines),
            ])
          : null,
    });
  },
  examples: [
    {
      inside: 'server',
      bad: `uwsgi_param REQUEST_METHOD $request_method;
uwsgi_param PATH_INFO $document_uri;
location / {
    uwsgi_param HTTPS on;
#   ^^^^^^^^^^^ lost
    uwsgi_pass unix:/run/shop.sock;
}`,
      good: `uwsgi_param REQUEST_METHOD $request_method;
uwsgi_param PATH_INFO $document_uri;
location / {
    uwsgi_param REQUEST_METHOD $request_method;
    uwsgi_param PATH_INFO $document_uri;
    uwsgi_param HTTPS on;
    uwsgi_pass unix:/run/shop.sock;
}`,
    },
    {
      bad: `#- nginx.conf
events {
}
http {
server {
    include uwsgi_params;
    location / {
        uwsgi_param HTTPS on;
#       ^^^^^^^^^^^ lost
        uwsgi_pass unix:/run/shop.sock;
    }
}
}
#- uwsgi_params
uwsgi_param REQUEST_METHOD $request_method;
uwsgi_param PATH_INFO $document_uri;
`,
      good: `#- nginx.conf
events {
}
http {
server {
    include uwsgi_params;
    location / {
        include uwsgi_params;
        uwsgi_param HTTPS on;
        uwsgi_pass unix:/run/shop.sock;
    }
}
}
#- uwsgi_params
uwsgi_param REQUEST_METHOD $request_method;
uwsgi_param PATH_INFO $document_uri;
`,
    },
    {
      inside: 'tree',
      bad: `#- nginx.conf
events {}
http {
    include sites/*.conf;
}
#- sites/shop.conf
server {
    uwsgi_param REQUEST_METHOD $request_method;
    location / {
        uwsgi_param HTTPS on;
#       ^^^^^^^^^^^ lost
        uwsgi_pass unix:/run/shop.sock;
    }
}`,
      good: `#- nginx.conf
events {}
http {
    include sites/*.conf;
}
#- sites/shop.conf
server {
    uwsgi_param REQUEST_METHOD $request_method;
    location / {
        uwsgi_param REQUEST_METHOD $request_method;
        uwsgi_param HTTPS on;
        uwsgi_pass unix:/run/shop.sock;
    }
}`,
    },
  ],
});
