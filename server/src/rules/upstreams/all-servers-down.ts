/** A group in which every server is taken out: each request is answered with 502 ("no live upstreams"). */
import { passesTo } from '../../answers/what-is-passed.ts';
import { PerConfig } from '../../config/asked.ts';
import type { Directive } from '../../config/directive.ts';
import type { Upstream } from '../../config/upstreams.ts';
import { defineRule } from '../rule.ts';
import { unusedNames } from '../unused.ts';
import { groupOf } from './_groups.ts';

/** A script picks the server of each request, and the ones that are written only keep the block from being empty. */
const isScripted = (group: Upstream): boolean => group.directive.body?.all.some((d) => d.name.startsWith('balancer_by_')) ?? false;

/** An address at which nobody listens, as a generator writes it where it knows no server: without a port, or with one that has no service. */
const PLACEHOLDER = /^(?:0\.0\.0\.\d+|127\.\d+\.\d+\.\d+|\[::1?\]|localhost)(?::(?:1|9|65535))?$/;

const unusedGroups = new PerConfig(
  (config): ReadonlySet<string> => new Set(unusedNames(config, 'upstream', true).map((site) => site.name.toLowerCase())),
);

/** Nobody asks the group. */
const isUnused = ({ directive, name }: Upstream): boolean =>
  directive.scope.config.whole && unusedGroups.of(directive.scope.config).has(name.toLowerCase());

/** Every place that asks the group by its name has a page for its 502, which is then what is meant to be seen. A line for all errors is in every sample. */
function hasPages(group: Upstream): boolean {
  const passes = passesTo(group);
  return passes.length > 0 && passes.every((d) => d.scope.effective('error_page').directives.some(isForUnavailable));
}

/** The line is for a group that does not answer, and for no other error. */
function isForUnavailable({ values }: Directive): boolean {
  const codes = values.filter((v) => /^\d{3}$/.test(v));
  return codes.includes('502') && codes.every((code) => code === '502' || code === '503');
}

export default defineRule({
  id: 'all-servers-down',
  group: 'upstreams',
  severity: 'warning',
  since: '0.1',
  missing: ['server'],
  title: 'All servers of an upstream are down',
  why: `
A server with \`down\` gets no requests. When all of a group have it, nginx starts as usual and answers every request to the group with 502:
"no live upstreams while connecting to upstream". For maintenance, answer 503 in the server instead.

A group that nobody asks, one of placeholders (\`server 127.0.0.1 down;\`), or one whose 502 has an \`error_page\` of its own wherever it is asked, may be meant so, and is information.`,
  about: ['server', 'upstream'],
  looksAt: { scope: ['upstream', 'stream-upstream'] },
  needs: 'file',
  messages: {
    down: 'All servers of "{group}" are down: every request gets 502.',
    closed: 'All servers of "{group}" are down: every connection to it is closed.',
  },
  check({ directive, scope, report }) {
    const group = groupOf(directive, scope);
    if (!directive || !group?.servers.length || group.servers.some((s) => !s.down) || isScripted(group)) return;
    const meant = group.servers.every((s) => PLACEHOLDER.test(s.text)) || hasPages(group) || isUnused(group);
    report(scope.context === 'stream-upstream' ? 'closed' : 'down', {
      at: directive.statement.name,
      ...(meant ? { severity: 'info' as const } : {}),
      data: { group: group.name },
      related: group.servers.map((s) => ({ at: s.directive.at(), message: 'taken out' })),
    });
  },
  examples: [
    {
      inside: 'http',
      bad: `    upstream app {
#   ^^^^^^^^ down
        server 10.0.0.1:8000 down;
        server 10.0.0.2:8000 down;
    }`,
      good: `    upstream app {
        server 10.0.0.1:8000 down;
        server 10.0.0.2:8000;
    }`,
    },
    {
      inside: 'stream',
      bad: `    upstream mail {
#   ^^^^^^^^ closed
        server 10.0.0.1:25 down;
    }
    server {
        listen 25;
        proxy_pass mail;
    }`,
      good: `    upstream mail {
        server 10.0.0.1:25;
    }
    server {
        listen 25;
        proxy_pass mail;
    }`,
    },
  ],
});
