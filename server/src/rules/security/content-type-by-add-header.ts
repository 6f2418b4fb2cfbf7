/** add_header does not replace the Content-Type that nginx or the upstream sends: two go out. */
import { isForChallenge, isForFailures, isWatched } from '../../answers/what-a-place-is-for.ts';
import { textsOf } from '../../answers/what-is-passed.ts';
import { isAnsweredFirst } from '../../answers/where-a-line-counts.ts';
import { sourcesOf } from '../../answers/where-a-value-comes-from.ts';
import type { Config } from '../../config/config.ts';
import type { Scope } from '../../config/scope.ts';
import { variablesIn } from '../../trace/script.ts';
import { fixOf, replace } from '../fix.ts';
import { defineRule } from '../rule.ts';

/** Variables into which no client writes what a browser may run. */
const OF_NGINX =
  /^(?:host|hostname|scheme|https|msec|pid|status|nginx_version|(?:date|time)_\w+|request_(?:id|length|method|time)|(?:realip_)?remote_(?:addr|port)|server_\w+|connection(?:s_\w+|_requests|_time)?)$/;

const holdsNone = (config: Config, text: string): boolean =>
  variablesIn(text).every((name) => [...sourcesOf(config, name)].every((source) => OF_NGINX.test(source)));

/** Whether every request is answered with a text that the configuration itself holds: nobody else writes into it. */
function isOwnText(scope: Scope): boolean {
  const line = scope.first('return');
  if (line?.args.length !== 2 || !/^[2-5]\d\d$/.test(line.value(0))) return false;
  const { config } = scope;
  return textsOf(scope, line.value(1))?.every((text) => holdsNone(config, text)) ?? holdsNone(config, line.value(1));
}

/** A value that is nothing but what a request brings along. */
const OF_THE_REQUEST = /^\$\{?(?:content_type|(?:http|arg|cookie)_\w+)\}?$/;

export default defineRule({
  id: 'content-type-by-add-header',
  group: 'security',
  severity: 'warning',
  since: '0.1',
  equivalents: ['gixy:add_header_content_type'],
  title: 'Second Content-Type header',
  why: `
\`add_header\` adds; it never replaces. The response has its own Content-Type already, from \`types\`, from \`default_type\` or from the upstream, and which of the two a browser uses is up to the browser: that is how scripts get run where text was meant.

A text that is written out in a \`return\` holds nothing of anyone else, and most programs take the last header: there it is an info.

Use \`default_type\` (with an empty \`types {}\` where the file's name must not count), or hide the upstream's header first.`,
  about: ['add_header', 'default_type', 'types', 'proxy_hide_header'],
  looksAt: { directive: ['add_header'], where: ({ values: [name = ''] }) => name.toLowerCase() === 'content-type' },
  needs: 'file',
  inForce: true,
  fixable: 'sometimes',
  messages: { second: 'add_header sends a second Content-Type beside the first. Use default_type.' },
  check({ directive, scope, file, report }) {
    // no type is known and none is the default: the line's own is the only one
    const types = scope.effective('types').directives;
    const returns = isAnsweredFirst(scope);
    if (
      scope.value('default_type')?.value(0) === '' &&
      !scope.directives.some((d) => /_pass$/.test(d.name)) &&
      (returns || (types.length > 0 && types.every((d) => !d.body?.directives.length)))
    )
      return;
    const hides = ['proxy_hide_header', 'fastcgi_hide_header', 'uwsgi_hide_header', 'scgi_hide_header', 'grpc_hide_header'];
    // an answer 204 has no Content-Type of its own (ngx_http_header_filter): preflights of CORS
    if (scope.directives.some((d) => d.name === 'return' && d.value(0) === '204')) return;
    if (hides.some((h) => scope.effective(h).directives.some((d) => d.value(0).toLowerCase() === 'content-type'))) return;
    const value = directive.args[1];
    // what the request brings along is empty as a rule, and an empty header is not sent (ngx_http_add_header)
    if (value && OF_THE_REQUEST.test(value.value)) return;
    report('second', {
      at: directive.args[0]!,
      // a text of the operator's own holds nothing to run that is not meant, a certificate authority looks at the token, and a page of nginx's own is no one's upload
      ...((returns && (isOwnText(scope) || isWatched(scope))) || isForChallenge(scope) || isForFailures(scope)
        ? { severity: 'info' as const }
        : {}),
      fix:
        value && !value.value.includes('$') && !value.value.includes(';') && !scope.has('default_type') && returns
          ? fixOf('Use default_type', 'suggestion', file, [replace(directive.statement, `default_type ${value.raw};`)])
          : null,
    });
  },
  examples: [
    {
      inside: 'location',
      bad: `add_header Content-Type text/plain;
#          ^^^^^^^^^^^^ second
return 200 "ok";`,
      good: 'default_type text/plain;\nreturn 200 "ok";',
    },
    { inside: 'location', good: 'root /srv/www;\nadd_header Content-Type $content_type;' },
    {
      inside: 'location',
      good: `
if ($request_method = OPTIONS) {
    add_header Content-Type "text/plain charset=UTF-8";
    return 204;
}`,
    },
    { inside: 'location', good: 'proxy_pass http://127.0.0.1:8000;\nproxy_hide_header Content-Type;\nadd_header Content-Type text/plain;' },
  ],
});
