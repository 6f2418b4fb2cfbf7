/** Names of variables that stand in a value without their dollar sign: nginx takes them for plain text, and sends or compares that. */
import { HEADER_LIST } from '../../answers/what-is-passed.ts';
import { table } from '../../base/table.ts';
import type { Directive } from '../../config/directive.ts';
import { namesOf } from '../../config/names.ts';
import { fixOf, replace } from '../fix.ts';
import { defineRule } from '../rule.ts';

const LISTS = Object.values(HEADER_LIST);

/** Which argument of a directive is a value that requests decide on. */
const VALUE_AT: Readonly<Record<string, number>> = table({
  ...Object.fromEntries(LISTS.map((name) => [name, 1])),
  add_header: 1,
  set: 1,
  map: 0,
  split_clients: 0,
  hash: 0,
});

/** Short names that are words as well: variables only where the header is about them. */
const SHORT: Readonly<Record<string, RegExp>> = table({
  host: /^(?:host|http_host|(?:http_)?x[-_]forwarded[-_](?:host|server))$/i,
  scheme: /^(?:(?:http_)?x[-_](?:forwarded[-_](?:proto|scheme)|scheme|url[-_]scheme)|request_scheme|uwsgi_scheme)$/i,
  uri: /^(?:(?:http_)?x[-_](?:original|forwarded)[-_]ur[il]|document_uri)$/i,
});

const URL_OF: readonly string[] = ['return', 'rewrite', 'try_files'];

/** A query that is the name of the variable which has it. */
const IN_QUERY = /\?(query_string|args)$/;

/** The target of a redirect that holds the name of a variable where a host or the whole path is expected. */
const IN_TARGET = /^(https?:\/\/)(?:(host|http_host|server_name)(?=[$/]|$)|\$\{?\w+\}?\/(request_uri)$)/;

export default defineRule({
  id: 'variable-without-dollar',
  group: 'correctness',
  severity: 'warning',
  since: '0.2',
  title: 'Name of a variable without its dollar sign',
  why: `
Without \`$\` a name is plain text: \`proxy_set_header Host host;\` tells the application that the host is called "host", \`map http_upgrade $connection_upgrade\` compares one fixed text, and \`hash remote_addr;\` sends every client to the same server. nginx accepts all of them.

Write the dollar sign.`,
  about: ['proxy_set_header', 'map', 'hash', 'return', '$host', '$remote_addr'],
  looksAt: {
    directive: [...Object.keys(VALUE_AT), ...URL_OF],
    where: ({ name, values }) => URL_OF.includes(name) || /^[a-z]+(?:_[a-z\d]+)*$/.test(values[VALUE_AT[name]!] ?? ''),
  },
  needs: 'file',
  fixable: 'always',
  messages: {
    text: '"{name}" is plain text here, the same for every request: the variable is ${name}. Write the dollar sign.',
    query: 'The arguments of the request are lost: "{name}" is plain text. Write ${name}.',
    target: 'The redirect leads to {url}: "{name}" is plain text there. Write ${name}.',
  },
  check({ config, directive, file, report }) {
    if (URL_OF.includes(directive.name)) return inTarget();
    const at = VALUE_AT[directive.name]!;
    const word = directive.args[at];
    if (!word || word.templated || directive.scope.context === 'unknown') return;
    const name = word.value;
    const header = at === 1 ? directive.value(0) : '';
    if (!(SHORT[name]?.test(header) ?? (/^[a-z]+(?:_[a-z\d]+)+$/.test(name) && isVariable(name)))) return;
    report('text', {
      at: word,
      data: { name },
      fix: fixOf(`Write $${name}`, 'suggestion', file, [replace(word, `$${name}`)]),
    });

    function isVariable(text: string): boolean {
      const protocol = directive.scope.enclosing('stream') ? 'stream' : 'http';
      const known = config.catalog.variable(text, protocol);
      // `http_…` and its like are as many as there are headers: those that people read
      if (known?.name === text || /^http_(?:host|upgrade|origin|referer|user_agent|x_forwarded_(?:for|proto|host))$/.test(text))
        return true;
      return namesOf(config).definitions('variable', text, protocol).length > 0;
    }

    function inTarget(): void {
      const target = wordOfTarget(directive);
      const query = target && !target.templated && target.quote === '' ? IN_QUERY.exec(target.value)?.[1] : undefined;
      if (target && query) {
        const span = { start: target.end - query.length, end: target.end };
        report('query', {
          at: span,
          data: { name: query },
          fix: fixOf(`Write $${query}`, 'suggestion', file, [replace(span, `$${query}`)]),
        });
        return;
      }
      const m = target && !target.templated ? IN_TARGET.exec(target.value) : null;
      if (!target || !m) return;
      const found = (m[2] ?? m[3])!;
      const offset = target.raw.indexOf(found, target.raw.indexOf('//'));
      if (offset < 0) return;
      const span = { start: target.start + offset, end: target.start + offset + found.length };
      report('target', {
        at: span,
        data: { url: target.value, name: found },
        fix: fixOf(`Write $${found}`, 'suggestion', file, [
          m[3] ? replace({ start: span.start - 1, end: span.end }, `$${found}`) : replace(span, `$${found}`),
        ]),
      });
    }
  },
  examples: [
    {
      inside: 'location',
      bad: `proxy_set_header Host host;
#                     ^^^^ text
proxy_set_header X-Forwarded-For proxy_add_x_forwarded_for;
#                                ^^^^^^^^^^^^^^^^^^^^^^^^^ text
proxy_set_header X-Forwarded-Proto $scheme;
proxy_pass http://127.0.0.1:8000;`,
      good: `proxy_set_header Host $host;
proxy_set_header X-Forwarded-For $proxy_add_x_forwarded_for;
proxy_set_header X-Forwarded-Proto $scheme;
proxy_pass http://127.0.0.1:8000;`,
    },
    {
      inside: 'http',
      bad: `map http_upgrade $connection_upgrade {
#   ^^^^^^^^^^^^ text
    default upgrade;
    '' close;
}
upstream app {
    hash remote_addr consistent;
#        ^^^^^^^^^^^ text
    server 127.0.0.1:8000;
    server 127.0.0.1:8001;
}`,
      good: `map $http_upgrade $connection_upgrade {
    default upgrade;
    '' close;
}
upstream app {
    hash $remote_addr consistent;
    server 127.0.0.1:8000;
    server 127.0.0.1:8001;
}`,
    },
    {
      inside: 'location',
      bad: 'return 301 https://host$request_uri;\n#                  ^^^^ target',
      good: 'return 301 https://$host$request_uri;',
    },
    {
      inside: 'location',
      good: 'proxy_set_header X-Forwarded-Proto https;\nproxy_set_header X-Role host;\nproxy_pass http://127.0.0.1:8000;',
    },
    {
      inside: 'server',
      bad: `root /srv/site;
location / {
    try_files $uri /index.php?query_string;
#                             ^^^^^^^^^^^^ query
}`,
      good: `root /srv/site;
location / {
    try_files $uri /index.php?$query_string;
}`,
    },
  ],
});

/** Where a redirect leads, if the line is one. */
function wordOfTarget({ name, args }: Directive): Directive['args'][number] | undefined {
  return name === 'rewrite' ? args[1] : args.at(-1);
}
