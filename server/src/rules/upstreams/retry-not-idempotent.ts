/** Requests that are sent to a second server although the first may have acted on them. */

import { passesIn, passTargetOf } from '../../answers/what-is-passed.ts';
import { isOverridden } from '../../answers/where-a-line-counts.ts';
import { hasUnknownInclude } from '../../answers/who-may-enter.ts';
import { parseTime } from '../../catalog/value-kind.ts';
import type { Directive } from '../../config/directive.ts';
import { fixOf, removeArgument } from '../fix.ts';
import { defineRule } from '../rule.ts';

/** Waiting this long for each of several servers is more than any client does. */
const LONG = 300_000;

/** Everything that is passed below a line goes to single addresses: only a kept connection that has died is tried anew. A name may have several. */
function isOfOne({ scope }: Directive): boolean {
  const targets = passesIn(scope).map((d) => passTargetOf(d));
  return (
    targets.length > 0 &&
    targets.every((t) => {
      if (!t) return false;
      const { upstream } = t;
      if (!upstream) return t.kindOfHost !== 'name';
      return upstream.servers.length === 1 && upstream.servers[0]!.kind !== 'name' && !hasUnknownInclude(upstream.scope);
    })
  );
}

export default defineRule({
  id: 'retry-not-idempotent',
  group: 'upstreams',
  severity: 'warning',
  since: '0.1',
  title: 'Non-idempotent request may be sent twice',
  why: `
When a server fails or times out, nginx asks the next one. It does not do so for POST, LOCK and PATCH once they were sent, for the first
server may have acted on them; \`non_idempotent\` takes that care away, and an order is placed twice.

A timeout is such a failure, too. With \`proxy_read_timeout 600s\` and three servers a slow request occupies all three, one after the other,
for half an hour. \`proxy_next_upstream_tries\` and \`proxy_next_upstream_timeout\` set an end to it.`,
  about: ['proxy_next_upstream', 'proxy_next_upstream_tries', 'proxy_next_upstream_timeout', 'proxy_read_timeout'],
  looksAt: {
    directive: [
      'proxy_next_upstream',
      'uwsgi_next_upstream',
      'fastcgi_next_upstream',
      'scgi_next_upstream',
      'grpc_next_upstream',
      'proxy_pass',
      'uwsgi_pass',
      'fastcgi_pass',
      'scgi_pass',
      'grpc_pass',
    ],
  },
  needs: 'file',
  ofShape: true,
  fixable: 'sometimes',
  missing: [
    ...['proxy', 'fastcgi', 'uwsgi', 'scgi', 'grpc', 'memcached'].flatMap((p) => [
      `${p}_next_upstream_tries`,
      `${p}_next_upstream_timeout`,
    ]),
  ],
  messages: {
    twice: 'POST requests are sent to another server after a failure, so they may be executed twice. Remove non_idempotent.',
    multiplied: 'A slow request is tried on {count} servers for {seconds} s each. Limit it with {name}_next_upstream_tries or _timeout.',
  },
  check({ directive, scope, report }) {
    if (directive.name.endsWith('_next_upstream')) {
      const word = directive.args.find((a) => a.value === 'non_idempotent');
      const limits = [`${directive.name}_tries`, `${directive.name}_timeout`];
      if (word && !isOverridden(directive))
        report('twice', {
          at: word,
          // who counts the tries has thought of them
          ...(limits.some((name) => scope.value(name)) || isOfOne(directive) ? { severity: 'info' as const } : {}),
          fix: fixOf('Remove non_idempotent', 'suggestion', directive.file, [removeArgument(directive.file, directive.statement, word)]),
        });
      return;
    }
    if (scope.context === 'stream-server') return;
    const name = directive.name.replace('_pass', '');
    const group = passTargetOf(directive)?.upstream;
    const servers = group?.servers.filter((s) => !s.down && !s.backup) ?? [];
    const timeout = scope.value(`${name}_read_timeout`);
    const read = timeout && parseTime(timeout.value(0), 'msec');
    if (servers.length < 2 || !timeout || !read?.ok || read.value < LONG) return;
    const retry = scope.value(`${name}_next_upstream`);
    if (retry && !retry.values.includes('timeout')) return;
    if (scope.value(`${name}_next_upstream_tries`) || scope.value(`${name}_next_upstream_timeout`)) return;
    report('multiplied', {
      at: directive.statement.name,
      severity: 'info',
      data: { count: servers.length, seconds: Math.round(read.value / 1000), name },
      related: [{ at: timeout.at(), message: 'the time that each server is given' }],
    });
  },
  examples: [
    {
      inside: 'location',
      bad: `proxy_next_upstream error timeout non_idempotent;
#                                 ^^^^^^^^^^^^^^ twice`,
      good: 'proxy_next_upstream error timeout;',
    },
    {
      inside: 'http',
      bad: `upstream app { server 10.0.0.1:8000; server 10.0.0.2:8000; }
server {
    proxy_read_timeout 600s;
    location / {
        proxy_pass http://app;
#       ^^^^^^^^^^ multiplied
    }
}`,
      good: `upstream app { server 10.0.0.1:8000; server 10.0.0.2:8000; }
server {
    proxy_read_timeout 600s;
    proxy_next_upstream_tries 1;
    location / {
        proxy_pass http://app;
    }
}`,
    },
  ],
});
