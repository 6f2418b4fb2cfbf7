/** What proxy_pass and its relatives take for an address, and where an address may carry a URI (ngx_http_proxy_pass, ngx_http_upstream_add). */

import { table } from '../../base/table.ts';
import { protocolOf } from '../../catalog/context.ts';
import { parseAddress } from '../../catalog/value-kind.ts';
import type { Directive } from '../../config/directive.ts';
import { locationOf } from '../../config/locations.ts';
import { everywhere } from '../../config/pieces.ts';
import { mayDeclare } from '../../config/unseen-names.ts';
import { upstreamsOf } from '../../config/upstreams.ts';
import { fixOf, replace } from '../fix.ts';
import { defineRule } from '../rule.ts';
import { isBefore } from './_order.ts';
import { soundFact } from './_sound.ts';
import { spanIn } from './_spans.ts';

/** Schemes with their default port; null where a port must be written. */
const SCHEMES: Readonly<Record<string, Readonly<Record<string, number | null>>>> = table({
  proxy_pass: { 'http://': 80, 'https://': 443 },
  grpc_pass: { 'grpc://': null, 'grpcs://': null, '': null },
  uwsgi_pass: { 'uwsgi://': null, 'suwsgi://': null, '': null },
  fastcgi_pass: { '': null },
  scgi_pass: { '': null },
  memcached_pass: { '': null },
  tunnel_pass: { '': null },
  memc_pass: { '': null },
});

const PASSES = Object.keys(SCHEMES);

/** The upstream of an earlier pass to the same host is taken over, with its port (ngx_http_upstream_add). */
function portElsewhere(directive: Directive, host: string): boolean {
  const { scope } = directive;
  const own = scope.context === 'unknown' ? null : protocolOf(scope.context);
  return PASSES.flatMap((name) => everywhere(scope.config, name)).some((d) => {
    if (!isBefore(d, directive) || d.scope.context === 'unknown' || protocolOf(d.scope.context) !== own) return false;
    const scheme = Object.keys(SCHEMES[d.name]!).find((s) => d.value(0).toLowerCase().startsWith(s));
    const read = scheme === undefined || d.value(0).includes('$') ? null : parseAddress(d.value(0).slice(scheme.length), { uri: true });
    return (
      read?.ok === true &&
      read.value.host.toLowerCase() === host.toLowerCase() &&
      (read.value.port !== null || SCHEMES[d.name]![scheme!] !== null)
    );
  });
}

export default defineRule({
  id: 'proxy-pass-form-invalid',
  formerly: ['proxy-pass-form'],
  group: 'validity',
  severity: 'error',
  since: '0.1',
  title: 'Invalid address in a pass directive',
  why: `
\`proxy_pass\` begins with http:// or https://; the other protocols take host:port. A path after the address replaces the part of the URI that
the location matched. That has no meaning where no fixed part is matched: in a location with a regular expression or a variable, in a named location, in
\`if\` and in \`limit_except\`, and nginx refuses it there. An upstream is named without a port. With a variable in the value nothing is checked
before the first request.`,
  about: ['proxy_pass', 'uwsgi_pass', 'fastcgi_pass', 'grpc_pass', 'scgi_pass'],
  looksAt: { directive: PASSES },
  needs: 'config',
  ofShape: true,
  fixable: 'sometimes',
  messages: {
    scheme: 'Invalid URL prefix: "{value}" must begin with "http://" or "https://".',
    uri: '"{name}" cannot have URI part in {where}: nginx does not know what it would replace. Remove "{uri}".',
    address: 'Invalid address in upstream "{value}". Use {expected}.',
    foreign: 'Invalid host in upstream "{value}": {name} takes no scheme "{scheme}". Remove it.',
    path: 'Invalid host in upstream "{value}": {name} takes no path. Remove "{uri}".',
    port: 'No port in upstream "{value}". Add one, or declare an upstream of that name.',
    upstream: 'Upstream "{host}" may not have port {port}: its servers have their own. Remove it.',
  },
  check({ config, directive, file, report }) {
    const fact = soundFact(directive);
    const { name, scope } = directive;
    if (!fact || scope.context === 'unknown' || directive.args.length === 0) return;
    const stream = protocolOf(scope.context) === 'stream';
    const value = directive.value(0);
    const word = directive.args[0]!;
    if (value.includes('$') && name !== 'memcached_pass') return;
    const schemes = stream ? { '': null } : SCHEMES[name]!;
    const scheme = Object.keys(schemes).find((s) => value.slice(0, s.length).toLowerCase() === s);
    if (scheme === undefined) {
      const bare = !/^[a-z]*:?\/\//i.test(value) && value !== '';
      // `http:127.0.0.1`: the slashes are what is missing
      const slashless = /^(https?):\/?([^/].*)$/i.exec(value);
      const meant = slashless ? `${slashless[1]}://${slashless[2]}` : `http://${value}`;
      return report('scheme', {
        at: word,
        data: { value },
        fix: bare ? fixOf(`Write ${meant}`, 'suggestion', file, [replace(word, meant)]) : null,
      });
    }
    const rest = value.slice(scheme.length);
    const withUri = name === 'proxy_pass' && !stream;
    const read = parseAddress(rest, { uri: withUri });
    if (!read.ok) {
      const foreign = /^[a-z]+:\/\//i.exec(rest)?.[0];
      if (foreign)
        return report('foreign', { at: spanIn(word, scheme.length, foreign.length), data: { value: rest, name, scheme: foreign } });
      const slash = rest.indexOf('/');
      if (!withUri && slash > 0 && read.problem.at === slash)
        return report('path', {
          at: spanIn(word, scheme.length + slash, rest.length - slash),
          data: { value: rest, name, uri: rest.slice(slash) },
          fix: fixOf('Remove the path', 'suggestion', file, [replace(word, value.slice(0, scheme.length + slash))]),
        });
      return report('address', {
        at: spanIn(word, scheme.length + read.problem.at, read.problem.length),
        data: { value: rest, expected: read.problem.expected },
      });
    }
    const { family, host, port, uri } = read.value;
    if (uri !== '') {
      const where = withoutUri(directive);
      if (where) return report('uri', { at: spanIn(word, value.length - uri.length, uri.length), data: { name, where, uri } });
    }
    if (family === 'unix') return;
    const group = family === 'name' ? upstreamsOf(config, stream ? 'stream' : 'http').get(host.toLowerCase()) : undefined;
    if (group) {
      if (port !== null) {
        const at = scheme.length + host.length;
        report('upstream', {
          at: spanIn(word, at, String(port).length + 1),
          data: { host, port },
          related: [{ at: group.directive.at(group.directive.args[0]), message: 'The upstream is here.' }],
          fix: fixOf('Remove the port', 'safe', file, [replace(word, value.slice(0, at) + value.slice(at).replace(/^:\d+/, ''))]),
        });
      }
    } else if (
      port === null &&
      schemes[scheme as keyof typeof schemes] === null &&
      !portElsewhere(directive, host) &&
      !mayDeclare(config, 'upstream').length
    )
      report('port', { at: word, data: { value: rest } });
  },
  examples: [
    {
      inside: 'location',
      bad: '    proxy_pass 127.0.0.1:80;\n#              ^^^^^^^^^^^^ scheme',
      good: '    proxy_pass http://127.0.0.1:80;',
    },
    {
      inside: 'server',
      bad: '    location ~ x { proxy_pass http://127.0.0.1/y; }\n#                                             ^^ uri',
      good: '    location ~ x { proxy_pass http://127.0.0.1; }',
    },
    {
      inside: 'server',
      bad: '    location @x { proxy_pass http://127.0.0.1/; }\n#                                            ^ uri',
      good: '    location @x { proxy_pass http://127.0.0.1; }',
    },
    { inside: 'location', bad: '    fastcgi_pass 127.0.0.1;\n#                ^^^^^^^^^ port', good: '    fastcgi_pass 127.0.0.1:9000;' },
    { inside: 'location', bad: '    uwsgi_pass http://127.0.0.1:1;\n#              ^^^^^^^ foreign', good: '    uwsgi_pass 127.0.0.1:1;' },
    { inside: 'location', bad: '    uwsgi_pass 127.0.0.1:1/x;\n#                         ^^ path', good: '    uwsgi_pass 127.0.0.1:1;' },
    {
      inside: 'location',
      bad: '    proxy_pass http://127.0.0.1:99999;\n#                               ^^^^^ address',
      good: '    proxy_pass http://127.0.0.1:9999;',
    },
    {
      inside: 'http',
      bad: '    upstream u { server 10.0.0.1; }\n    server { location / { proxy_pass http://u:81; } }\n#                                            ^^^ upstream',
      good: '    upstream u { server 10.0.0.1; }\n    server { location / { proxy_pass http://u; } }',
    },
  ],
});

/** Where a URI has nothing to replace; null where it has. */
function withoutUri(directive: Directive): string | null {
  const { scope } = directive;
  if (scope.context === 'if-in-location') return '"if"';
  if (scope.context === 'limit_except') return '"limit_except"';
  const location = locationOf(scope);
  if (location?.kind === 'regex') return 'a location given by regular expression';
  if (location?.kind === 'predicate') return 'a location that asks a variable';
  return location?.kind === 'named' ? 'a named location' : null;
}
