/** A location and the URI of its proxy_pass that do not end alike: what comes after the name is joined wrong. Shown by what the upstream gets. */
import { isForSockets, isWatched } from '../../answers/what-a-place-is-for.ts';
import type { Directive } from '../../config/directive.ts';
import { passTarget } from '../../config/upstreams.ts';
import { climbing } from '../../witness/regex-samples.ts';
import { proofOf } from '../../witness/requests.ts';
import { directiveAt } from '../../witness/spots.ts';
import { defineRule } from '../rule.ts';

/** A slash right before a variable, which may begin with one itself. */
const SLASH_AND_VARIABLE = /^\w+:\/\/[^/]+\/(?:[^?$]*\/)?\$/;

/** A path of the upstream's, and then the number or name of a group of the location's pattern. */
const PATH_AND_GROUP = /^\w+:\/\/[^/$]+(\/[^?$]*\/)\$\{?(\w+)/;

/** A replacement with a slash before a group that takes up the one of the path: `rewrite ^/app(/.*)$ /$1 break`, `rewrite ^/app(.*) /$1 break`. */
const isDoubling = ({ name, values }: Directive): boolean => {
  const group = name === 'rewrite' && values[2] === 'break' ? /^\/(?:[^$]*\/)?\$([1-9])/.exec(values[1]!)?.[1] : undefined;
  if (group === undefined) return false;
  const groups = [...values[0]!.replace(/\\./g, '..').matchAll(/\((?!\?)/g)];
  const at = groups[Number(group) - 1]?.index;
  return (
    at !== undefined &&
    (values[0]![at + 1] === '/' || (/[a-z\d]/i.test(values[0]![at - 1] ?? '') && /^\.[*+]/.test(values[0]!.slice(at + 1))))
  );
};

export default defineRule({
  id: 'proxy-pass-slash-mismatch',
  group: 'correctness',
  severity: 'warning',
  since: '0.2',
  equivalents: [],
  title: 'Trailing slashes of location and proxy_pass do not match',
  why: `
nginx cuts the location's name off the path and appends the rest to the URI of \`proxy_pass\` as it is. When only one of the two ends in a slash the parts do not fit: \`location /api\` with \`proxy_pass http://app/;\` asks for \`//users\`, and \`location /api/\` with \`http://app/v1\` for \`/v1users\`.

There is more to it than an ugly path. \`/api../secret\` begins with \`/api\` too, and arrives as \`/v1/../secret\`: a server that resolves it answers from outside of \`/v1/\`.

Let both end in a slash, or neither.`,
  about: ['proxy_pass', 'location'],
  looksAt: {
    outcome: ['proxy_pass'],
    when: (spot) =>
      spot.directives.some(
        (d) =>
          isDoubling(d) ||
          (d.name === 'proxy_pass' && (SLASH_AND_VARIABLE.test(d.value(0)) || (spot.location?.kind === 'prefix' && !!passTarget(d)?.uri))),
      ),
  },
  needs: 'config',
  costly: true,
  messages: {
    captured: '{from} arrives as {to}, outside of {uri}: the group can begin with two dots. Put a slash before the group in the pattern.',
    climbs: '{from} arrives as {to}, outside of {uri}: {prefix} has no slash at its end. End both in a slash.',
    doubled:
      '{from} arrives as {to}, with two slashes: {prefix} has no slash at its end, and the URI of proxy_pass has. End both in a slash, or neither.',
    variable: '{from} arrives as {to}, with two slashes: the value of {variable} begins with one. Drop the slash before it.',
    rewritten:
      '{from} arrives as {to}, with two slashes: the group in {pattern} takes up the slash of the path, and {replacement} has one before it. Drop one of them.',
    glued: '{from} arrives as {to}: {prefix} ends in a slash, and {uri} does not. End both in a slash, or neither.',
  },
  check({ spot, report }) {
    for (const pass of spot.directives.filter((d) => d.name === 'proxy_pass' && SLASH_AND_VARIABLE.test(d.value(0)))) {
      const path = spot.pathWhere((p) => p.length > 1 && !p.includes('//') && !p.includes('%'));
      const trace = path === undefined ? null : spot.ask({ path });
      const sent = trace?.outcome.upstreamRequest;
      const fixed = /^\w+:\/\/[^/]+([^?$]*)\$\{?(\w+)/.exec(pass.value(0))!;
      if (!trace || !sent?.at || !directiveAt([pass], sent.at) || !sent.uri.startsWith(`${fixed[1]}/`)) continue;
      report('variable', {
        at: pass.at(pass.args[0]!),
        severity: 'info',
        data: { from: path!, to: sent.uri, variable: `$${fixed[2]}` },
        witness: proofOf(trace),
      });
    }
    for (const rewrite of spot.directives.filter(isDoubling)) {
      const below = spot.location?.kind === 'prefix' ? `${spot.location.name.replace(/\/$/, '')}/users` : '';
      const path = below && spot.takes(below) ? below : spot.pathWhere((p) => !p.includes('//') && !p.includes('%') && p.length > 1);
      const trace = path === undefined ? null : spot.ask({ path });
      const sent = trace?.outcome.upstreamRequest;
      if (!trace || !sent || !/^[^?]*\/\//.test(sent.uri) || !trace.steps.some((s) => s.at && directiveAt([rewrite], s.at))) continue;
      report('rewritten', {
        at: rewrite.at(rewrite.args[1]!),
        severity: 'info',
        data: { from: path!, to: sent.uri, pattern: rewrite.value(0), replacement: rewrite.value(1) },
        witness: proofOf(trace),
      });
    }
    const location = spot.location!;
    if (location?.kind === 'regex') return tellCaptured(location.modifier === '~*');
    if (location?.kind !== 'prefix') return;
    const directive = spot.directives.findLast((d) => d.name === 'proxy_pass' && passTarget(d)?.uri);
    const uri = directive ? (passTarget(directive)?.uri ?? '') : '';
    const word = directive?.args[0];
    // what follows is meant as a value there
    if (!directive || !word || uri.includes('?')) return;
    const { name } = location;
    const ask = (path: string): { to: string; from: string; proof: ReturnType<typeof proofOf> } | null => {
      if (path.includes('/../') || !spot.takes(path)) return null;
      const trace = spot.ask({ path });
      const sent = trace.outcome.upstreamRequest;
      return sent?.at ? { to: sent.uri, from: path, proof: proofOf(trace) } : null;
    };
    const related = [{ at: location.directive.at(location.directive.args.at(-1)!), message: 'the name that is cut off' }];
    if (!name.endsWith('/') && uri.endsWith('/')) {
      const climbed = uri === '/' ? null : ask(`${name}../x`);
      if (climbed?.to === `${uri}../x`) {
        report('climbs', { at: word, data: { from: climbed.from, to: climbed.to, uri, prefix: name }, related, witness: climbed.proof });
        return;
      }
      const doubled = ask(`${name}/users`);
      if (doubled?.to === `${uri}/users`)
        report('doubled', {
          at: word,
          data: { from: doubled.from, to: doubled.to, uri, prefix: name },
          related,
          // nobody asks for what is below it
          ...((isWatched(spot.scope) || isForSockets(spot.scope)) && { severity: 'info' as const }),
          witness: doubled.proof,
        });
    } else if (name.endsWith('/') && /[\w]$/.test(uri)) {
      const glued = ask(`${name}users`);
      if (glued?.to === `${uri}users`)
        report('glued', { at: word, data: { from: glued.from, to: glued.to, uri, prefix: name }, related, witness: glued.proof });
    }

    /** What a group captures is appended to the path of the upstream, and its dots are for the upstream to resolve. */
    function tellCaptured(caseless: boolean): void {
      for (const pass of spot.directives.filter((d) => d.name === 'proxy_pass')) {
        const [, uri, name] = PATH_AND_GROUP.exec(pass.value(0)) ?? [];
        const compiled = uri ? spot.config.regexes.compile(location.name, { caseless }) : undefined;
        if (!uri || !name || !compiled?.ok) continue;
        const group = /^\d$/.test(name) ? Number(name) : compiled.regex.names.find((n) => n.name === name)?.group;
        for (const path of group === undefined ? [] : climbing(spot.config.regexes, location.name, caseless, group)) {
          if (/(^|\/)\.\.(\/|$)/.test(path) || !spot.takes(path)) continue;
          const trace = spot.ask({ path });
          const sent = trace.outcome.upstreamRequest;
          if (!sent?.at || !directiveAt([pass], sent.at) || !sent.uri.startsWith(`${uri}../`)) continue;
          report('captured', { at: pass.at(pass.args[0]!), data: { from: path, to: sent.uri, uri }, witness: proofOf(trace) });
          return;
        }
      }
    }
  },
  examples: [
    {
      inside: 'server',
      bad: `location /shop {
    proxy_pass http://127.0.0.1:8000/;
#              ^^^^^^^^^^^^^^^^^^^^^^ doubled
}`,
      good: `location /shop/ {
    proxy_pass http://127.0.0.1:8000/;
}`,
      witness: {
        request: 'GET http://www.example.test/shop/users',
        outcome: 'GET //users at 127.0.0.1:8000',
        meant: '`GET /users`',
      },
    },
    {
      inside: 'server',
      bad: `location /files {
    proxy_pass http://127.0.0.1:8000/public/;
#              ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ climbs
}`,
      good: `location /files/ {
    proxy_pass http://127.0.0.1:8000/public/;
}`,
    },
    {
      inside: 'server',
      bad: `location / {
    proxy_pass http://127.0.0.1:8000/app;
#              ^^^^^^^^^^^^^^^^^^^^^^^^^ glued
}`,
      good: `location / {
    proxy_pass http://127.0.0.1:8000/app/;
}`,
    },
    { inside: 'server', good: 'location /old { proxy_pass http://127.0.0.1:8000/new; }' },
    { inside: 'server', good: 'location /find/ { proxy_pass http://127.0.0.1:8000/search?word=; }' },
    {
      inside: 'server',
      good: `location /shop {
    rewrite ^/shop/?(.*)$ /$1 break;
    proxy_pass http://127.0.0.1:8000/;
}`,
    },
    {
      inside: 'server',
      bad: `location /shop/ {
    proxy_pass http://127.0.0.1:8000/$request_uri;
#              ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ variable
}`,
      good: `location /shop/ {
    proxy_pass http://127.0.0.1:8000$request_uri;
}`,
    },
    {
      inside: 'server',
      bad: `location /shop/ {
    rewrite ^/shop(/.*)$ /$1 break;
#                        ^^^ rewritten
    proxy_pass http://127.0.0.1:8000;
}`,
      good: `location /shop/ {
    rewrite ^/shop(/.*)$ $1 break;
    proxy_pass http://127.0.0.1:8000;
}`,
    },
    {
      inside: 'server',
      bad: `location ~ ^/api(.*)$ {
    proxy_pass http://127.0.0.1:8000/v1/$1;
#              ^^^^^^^^^^^^^^^^^^^^^^^^^^^ captured
}`,
      good: `location ~ ^/api/(.*)$ {
    proxy_pass http://127.0.0.1:8000/v1/$1;
}`,
      witness: { request: 'GET http://www.example.test/api../x', outcome: 'GET /v1/../x at 127.0.0.1:8000', meant: 'a path in /v1/' },
    },
  ],
});
