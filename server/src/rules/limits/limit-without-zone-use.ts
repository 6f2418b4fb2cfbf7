/** A limit that was declared and is applied nowhere: the zone takes memory and nothing is limited. */
import { defineRule } from '../rule.ts';
import { unusedNames } from '../unused.ts';
import { limitZones } from './_zones.ts';

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
  messages: { unused: 'The zone "{name}" limits nothing: no {kind} names it. Apply it in a server or location, or remove it.' },
  check({ config, report }) {
    // sites that are not at hand, or scripts, may apply it
    if ([...config.tree.includes.values()].some((i) => i.files.length === 0 && (i.mask || i.problem !== null))) return;
    const unused = new Set((['limit-req-zone', 'limit-conn-zone'] as const).flatMap((k) => unusedNames(config, k).map((n) => n.name)));
    for (const protocol of ['http', 'stream'] as const) {
      const zones = limitZones(config, protocol);
      for (const { kind, name, directive, uses } of zones) {
        if (uses.length || !unused.has(name)) continue;
        const word = directive.args.find((a) => a.value.startsWith('zone=')) ?? directive.statement.name;
        // whoever applies other limits of the kind knows that a zone alone limits nothing
        const known = zones.some((z) => z.kind === kind && z.uses.length > 0);
        report('unused', { at: directive.at(word), data: { name, kind }, ...(known ? { severity: 'info' as const } : {}) });
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
      good: 'limit_req_zone $binary_remote_addr zone=perip:10m rate=10r/s;\ninclude sites-enabled/*;',
    },
    {
      inside: 'http',
      good: 'limit_conn_zone $binary_remote_addr zone=conns:10m;\nserver { limit_conn conns 20; }',
    },
  ],
});
