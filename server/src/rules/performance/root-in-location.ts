/** A `root` for each location: what no location takes has another root, or none. */
import { isAnsweredFirst } from '../../answers/where-a-line-counts.ts';
import { locationsOf } from '../../config/locations.ts';
import type { Scope } from '../../config/scope.ts';
import { defineRule } from '../rule.ts';

/** Another location takes all other requests, and none of them needs a root: each is passed on, answered or has its own folder. */
function othersAreAnswered(level: Scope, own: Scope): boolean {
  const others = locationsOf(level).all.filter((l) => l.scope !== own);
  return (
    others.some((l) => l.kind === 'prefix' && l.name === '/') &&
    others.every((l) => l.scope.directives.some((d) => ANSWERS.test(d.name))) &&
    others.some((l) => l.name === '/' && l.scope.directives.some((d) => PASSES.test(d.name)))
  );
}

const PASSES = /^(?:\w+_pass|return)$/;
const ANSWERS = /^(?:\w+_pass|return|root|alias|stub_status|deny|internal)$/;

export default defineRule({
  id: 'root-in-location',
  group: 'performance',
  severity: 'hint',
  default: false,
  since: '0.1',
  equivalents: ['nginx-lint:root-in-location'],
  title: 'Document root set in a location',
  why: `
A \`root\` in a location holds for that location only; a request that another location takes, or an error page, is looked for in
the default \`html\` folder. Set it once for the server, and change it in the locations that are exceptions.`,
  about: ['root', 'location'],
  looksAt: { directive: ['root'] },
  needs: 'file',
  messages: { inside: 'This root holds for one location only. Set the root of the server, and only what differs in locations.' },
  check({ directive, scope, report }) {
    if (scope.context !== 'location' && scope.context !== 'if-in-location') return;
    // an exception to the root of the server is what locations are for, and so is the one folder of a site that redirects
    if (scope.parent?.value('root') || (scope.parent && isAnsweredFirst(scope.parent))) return;
    const own = scope.enclosing('location');
    const locations = scope.parent?.named('location') ?? [];
    if (scope.context === 'location' && own?.parent && othersAreAnswered(own.parent, own)) return;
    if (scope.opener?.values.some((v) => v.includes('.well-known')) && locations.length > 1) return;
    report('inside', { at: directive.statement.name });
  },
  examples: [
    {
      inside: 'server',
      bad: `location / {
    root /srv/www;
#   ^^^^ inside
}`,
      good: `root /srv/www;
location / {
}`,
    },
  ],
});
