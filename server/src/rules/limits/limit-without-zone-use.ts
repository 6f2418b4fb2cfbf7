/** A limit that was declared and is applied nowhere: the zone takes memory and nothing is limited. */
import type { Place } from '../../base/span.ts';
import type { Directive } from '../../config/directive.ts';
import { defineRule } from '../rule.ts';
import { some } from '../tls.ts';
import { unusedNames } from '../unused.ts';
import { limitZones } from './_zones.ts';

const wordOf = (zone: Directive): Place => zone.at(zone.args.find((a) => a.value.startsWith('zone=')) ?? zone.statement.name);

export default defineRule({
  id: 'limit-without-zone-use',
  group: 'limits',
  severity: 'warning',
  since: '0.1',
  missing: true,
  title: 'Limit zone never applied',
  why: `
\`limit_req_zone\` and \`limit_conn_zone\` only reserve the memory in which nginx counts. Nothing is limited until \`limit_req\` or \`limit_conn\`
names the zone in a server or location. A zone that nothing names is usually a protection that its author believes to be active; beside others of its kind that are applied it is an info.

The rule is silent when an include finds no file, for the limit may be applied there.`,
  about: ['limit_req_zone', 'limit_req', 'limit_conn_zone', 'limit_conn'],
  looksAt: { config: true },
  needs: 'config',
  messages: {
    unused: 'The zone "{name}" limits nothing: no {kind} names it. Apply it in a server or location, or remove it.',
    several: 'The zones {names} limit nothing: no {kind} names one of them. Apply them in a server or location, or remove them.',
  },
  check({ config, report }) {
    // sites that are not at hand, or scripts, may apply it
    if ([...config.tree.includes.values()].some((i) => i.files.length === 0 && (i.mask || i.problem !== null))) return;
    const unused = new Set((['limit-req-zone', 'limit-conn-zone'] as const).flatMap((k) => unusedNames(config, k).map((n) => n.name)));
    for (const protocol of ['http', 'stream'] as const) {
      const zones = limitZones(config, protocol);
      const idle = zones.filter(({ uses, name }) => !uses.length && unused.has(name));
      for (const kind of new Set(idle.map((z) => z.kind))) {
        const [first, ...others] = idle.filter((z) => z.kind === kind);
        // whoever applies other limits of the kind knows that a zone alone limits nothing
        if (zones.some((z) => z.kind === kind && z.uses.length > 0))
          for (const { name, directive } of [first!, ...others])
            report('unused', { at: wordOf(directive), data: { name, kind }, severity: 'info' });
        else if (!others.length) report('unused', { at: wordOf(first!.directive), data: { name: first!.name, kind } });
        else
          report('several', {
            at: wordOf(first!.directive),
            data: { names: some([first!, ...others].map((z) => `"${z.name}"`)), kind },
            related: others.map((z) => ({ at: wordOf(z.directive), message: 'nor this one' })),
          });
      }
    }
  },
  examples: [
    {
      inside: 'http',
      bad: `limit_req_zone $binary_remote_addr zone=perip:10m rate=10r/s;
#                                  ^^^^^^^^^^^^^^ unused
server { location / { proxy_pass http://127.0.0.1:8000; } }`,
      good: `limit_req_zone $binary_remote_addr zone=perip:10m rate=10r/s;
server { location / { limit_req zone=perip burst=20 nodelay; proxy_pass http://127.0.0.1:8000; } }`,
    },
    {
      inside: 'http',
      bad: `limit_req_zone $binary_remote_addr zone=pages:10m rate=10r/s;
#                                  ^^^^^^^^^^^^^^ several
limit_req_zone $binary_remote_addr zone=login:10m rate=5r/m;
server { location / { proxy_pass http://127.0.0.1:8000; } }`,
      good: `limit_req_zone $binary_remote_addr zone=pages:10m rate=10r/s;
limit_req_zone $binary_remote_addr zone=login:10m rate=5r/m;
server { location / { limit_req zone=pages burst=20; proxy_pass http://127.0.0.1:8000; } location = /login { limit_req zone=login; proxy_pass http://127.0.0.1:8000; } }`,
    },
    {
      inside: 'http',
      good: 'limit_req_zone $binary_remote_addr zone=perip:10m rate=10r/s;\ninclude sites-enabled/*;',
    },
    {
      inside: 'http',
      good: 'limit_conn_zone $binary_remote_addr zone=conns:10m;\nserver { limit_conn conns 20; }',
    },
  ],
});
