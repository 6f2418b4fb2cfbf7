/** uwsgi_pass without the params that a Python application needs: they do not come by themselves. */
import { table } from '../../base/table.ts';
import { STOCK_FILES } from '../../catalog/stock-files.ts';
import type { Directive } from '../../config/directive.ts';
import { addToList, fixOf, insertBefore, outside } from '../fix.ts';
import { defineRule } from '../rule.ts';
import { sharedList } from '../shared.ts';

/** Params and what breaks in Django without each (tried against uWSGI 2.0.21). */
const NEEDED: Readonly<Record<string, string>> = table({
  REQUEST_METHOD: 'the application answers 500',
  PATH_INFO: 'every path is /',
  QUERY_STRING: 'there are no query arguments',
  CONTENT_LENGTH: 'bodies are empty',
  CONTENT_TYPE: 'forms are not read',
  SERVER_NAME: 'links cannot be built',
  SERVER_PORT: 'links cannot be built',
  SERVER_PROTOCOL: 'the protocol is unknown',
  REMOTE_ADDR: 'there is no client address',
});

/** The lines of nginx's own uwsgi_params. */
const USUAL = [...STOCK_FILES.uwsgi_params!.matchAll(/^uwsgi_param\s+(\S+)\s+([^;]+);/gm)];

/** A modifier other than 0 speaks to something else than a WSGI application. */
const otherModifier = (directive: Directive): boolean => {
  const modifier = directive.scope.value('uwsgi_modifier1');
  return modifier !== undefined && modifier.value(0) !== '0';
};

export default defineRule({
  id: 'uwsgi-params-missing',
  group: 'wsgi',
  severity: 'error',
  since: '0.1',
  missing: ['uwsgi_param'],
  title: 'uwsgi_pass without uwsgi_params',
  why: `
Over the uwsgi protocol the application gets the client's headers and nothing else unless \`uwsgi_param\` says so: no method, no path, no
length. nginx ships the usual list as \`uwsgi_params\`; it has to be included.

Without any param the request ends in 502, without \`PATH_INFO\` every page is the home page, without \`CONTENT_LENGTH\` every form is empty.`,
  about: ['uwsgi_pass', 'uwsgi_param', 'include'],
  looksAt: { directive: ['uwsgi_pass'] },
  needs: 'config',
  fixable: 'always',
  fixChanges: ['request-headers'],
  messages: {
    none: 'No uwsgi_param applies here: the application receives neither method nor path. Include uwsgi_params.',
    some: 'The application does not receive {params}: {breaks}. Include uwsgi_params.',
  },
  check({ directive, scope, report }) {
    if (!directive.fact || otherModifier(directive)) return;
    const { directives, shadowed } = scope.effective('uwsgi_param');
    if (shadowed.length) return;
    const given = new Set(directives.map((d) => d.value(0)));
    const missing = Object.keys(NEEDED).filter((n) => !given.has(n));
    if (!missing.length) return;
    const place = outside(directive);
    // a shortened uwsgi_params is there already: the lines that it lacks are written out
    const included = directives.some((d) => /(^|\/)uwsgi_params$/.test(d.file.id));
    const lacking = USUAL.filter(([, n]) => missing.includes(n!)).map(([, n, v]) => `uwsgi_param ${n} ${v};`);
    // own lines or inherited ones: the include brings all, and lines behind it still count
    const first = place.scope.named('uwsgi_param').find((d) => d.file === place.file && d.statement.parent === place.statement.parent);
    const before = first && first.statement.start < place.statement.start ? first.statement : place.statement;
    const title = included ? `Send ${missing.join(', ')}` : 'Include uwsgi_params';
    const lines = included ? lacking : ['include uwsgi_params;'];
    report(given.size ? 'some' : 'none', {
      at: directive.statement.name,
      severity: given.size ? 'warning' : undefined,
      data: { params: missing.join(', '), breaks: [...new Set(missing.map((n) => NEEDED[n]!))].join('; ') },
      related: directives[0] ? [{ at: directives[0].nameAt, message: 'the params in force begin here' }] : [],
      fix: included
        ? fixOf(title, 'safe', place.file, [addToList(place, 'uwsgi_param', lacking)])
        : fixOf(title, 'safe', place.file, [insertBefore(place.file, before, lines)]),
      shared: sharedList(scope, directive.file.id, 'uwsgi_param', [{ title, safety: 'safe', lines, before: !included }]),
    });
  },
  examples: [
    {
      inside: 'server',
      bad: `location / {
    uwsgi_pass unix:/run/shop.sock;
#   ^^^^^^^^^^ none
}`,
      good: `location / {
    include uwsgi_params;
    uwsgi_pass unix:/run/shop.sock;
}`,
    },
    {
      inside: 'server',
      bad: `location / {
    uwsgi_param PATH_INFO $document_uri;
    uwsgi_param REQUEST_METHOD $request_method;
    uwsgi_pass unix:/run/shop.sock;
#   ^^^^^^^^^^ some
}`,
      good: `location / {
    include uwsgi_params;
    uwsgi_param PATH_INFO $document_uri;
    uwsgi_param REQUEST_METHOD $request_method;
    uwsgi_pass unix:/run/shop.sock;
}`,
    },
    { inside: 'server', good: 'include uwsgi_params;\nlocation / {\n    uwsgi_pass unix:/run/shop.sock;\n}' },
  ],
});
