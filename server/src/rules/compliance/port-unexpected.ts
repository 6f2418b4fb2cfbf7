/** Listeners on ports that a web server is not expected to have. */
import { isPrivateAddress } from '../../answers/who-may-enter.ts';
import { serversOf } from '../../config/servers.ts';
import { defineRule } from '../rule.ts';

const EXPECTED = new Set([80, 443, 8080, 8443]);

export default defineRule({
  id: 'port-unexpected',
  group: 'compliance',
  severity: 'info',
  default: false,
  since: '0.2',
  controls: { cis: ['2.4.1'] },
  title: 'Listener on an unusual port',
  why: `
Each open port is a way in that has to be accounted for. The benchmark wants nginx to listen on authorized ports only. The rule treats 80, 443, 8080 and 8443 as authorized, and every address that other machines do not reach; suppress it where another port is intended.`,
  about: ['listen'],
  looksAt: { config: true },
  needs: 'config',
  messages: {
    unusual: 'Port {port} is open to other machines, and is none of 80, 443, 8080 and 8443. Close it, or listen on 127.0.0.1 only.',
  },
  check({ config, report }) {
    if (!config.whole) return;
    for (const { listens } of (['http', 'stream', 'mail'] as const).flatMap((p) => serversOf(config, p)))
      for (const { directive, addresses } of listens) {
        const open = addresses.find((a) => a.kind !== 'unix' && !EXPECTED.has(a.port) && (a.wildcard || !isPrivateAddress(a.address)));
        if (directive && open) report('unusual', { at: directive.at(directive.args[0]!), data: { port: open.port } });
      }
  },
  examples: [
    {
      inside: 'server',
      bad: `listen 9999;
#      ^^^^ unusual`,
      good: 'listen 127.0.0.1:9999;',
    },
  ],
});
