/** A limit_except that names the methods which are to be kept from strangers: those it names are the ones that it leaves to everybody. */
import { accessOf, listVerdict } from '../../answers/who-may-enter.ts';
import type { Scope } from '../../config/scope.ts';
import { fixOf, replace } from '../fix.ts';
import { defineRule } from '../rule.ts';

/** What nobody leaves to strangers. PUT or POST alone may be a box into which everybody drops files, for some to read. */
const CHANGING = /^(?:DELETE|PATCH|MKCOL|MOVE|COPY|PROPPATCH)$/i;
const SENDING = /^(?:PUT|POST)$/i;
const READING = /^(?:GET|HEAD|OPTIONS|PROPFIND)$/i;

/** Whether the block lets some in, whom it knows by a password or by their address: a block that refuses all others is a list of methods. */
const asksWho = (scope: Scope): boolean =>
  ['auth_basic', 'auth_jwt'].some((name) => (scope.first(name)?.value(0) ?? 'off') !== 'off') ||
  (scope.has('allow') && listVerdict([...scope.named('allow'), ...scope.named('deny')]) !== 'allowed' && scope.has('deny'));

export default defineRule({
  id: 'limit-except-inverted',
  group: 'security',
  severity: 'warning',
  since: '0.2',
  title: 'limit_except names what it should restrict',
  why: `
\`limit_except\` restricts every method except those that it names. \`limit_except PUT DELETE { auth_basic … }\` asks for a password when somebody reads, and lets everybody write and delete.

Name the methods that are free: \`limit_except GET { … }\`, which includes HEAD.`,
  about: ['limit_except', 'auth_basic', 'allow', 'deny'],
  references: ['https://nginx.org/en/docs/http/ngx_http_core_module.html#limit_except'],
  looksAt: {
    directive: ['limit_except'],
    where: ({ values }) =>
      (values.some((v) => CHANGING.test(v)) || new Set(values.filter((v) => SENDING.test(v))).size > 1) &&
      !values.some((v) => READING.test(v)),
  },
  needs: 'file',
  fixable: 'always',
  messages: {
    inverted:
      '{methods} are left to everybody, and all other methods are restricted: limit_except names the exceptions. Write "limit_except GET".',
  },
  check({ directive, scope, file, report }) {
    const { body, args } = directive;
    if (!body || args.some((a) => a.templated) || accessOf(scope) !== 'everybody' || body.has('include') || !asksWho(body)) return;
    const [first] = args;
    const last = args.at(-1)!;
    report('inverted', {
      at: { start: first!.start, end: last.end },
      data: { methods: directive.values.join(', ') },
      fix: fixOf('Name the methods that are free', 'suggestion', file, [replace({ start: first!.start, end: last.end }, 'GET')]),
    });
  },
  examples: [
    {
      inside: 'server',
      bad: `location /api/ {
    limit_except POST PUT DELETE {
#                ^^^^^^^^^^^^^^^ inverted
        auth_basic "Api";
        auth_basic_user_file api.users;
    }
    proxy_pass http://127.0.0.1:8000;
}`,
      good: `location /api/ {
    limit_except GET {
        auth_basic "Api";
        auth_basic_user_file api.users;
    }
    proxy_pass http://127.0.0.1:8000;
}`,
    },
    {
      inside: 'server',
      bad: `location /files/ {
    limit_except DELETE {
#                ^^^^^^ inverted
        allow 10.0.0.0/8;
        deny all;
    }
    proxy_pass http://127.0.0.1:8000;
}`,
      good: `location /files/ {
    limit_except GET {
        allow 10.0.0.0/8;
        deny all;
    }
    proxy_pass http://127.0.0.1:8000;
}`,
    },
    { inside: 'location', good: 'limit_except PUT DELETE { deny all; }\nproxy_pass http://127.0.0.1:8000;' },
  ],
});
