/** How long nginx waits for a slow client: the limits that benchmarks set. */
import { parseTime } from '../../catalog/value-kind.ts';
import { serversOf } from '../../config/servers.ts';
import { defineRule } from '../rule.ts';

/** Seconds that the benchmarks allow. */
const MOST = 10;
const TIMEOUTS = ['keepalive_timeout', 'send_timeout', 'client_header_timeout', 'client_body_timeout'];

const secondsOf = (text: string): number | null => {
  const read = parseTime(text, 'msec');
  return read.ok ? read.value / 1000 : null;
};

export default defineRule({
  id: 'client-timeouts-long',
  group: 'compliance',
  severity: 'info',
  default: false,
  since: '0.2',
  controls: { cis: ['2.4.3', '2.4.4', '5.2.1'], stig: ['V-278394'] },
  missing: TIMEOUTS,
  title: 'nginx waits for slow clients longer than the benchmark allows',
  why: `
A client that sends or reads very slowly keeps a connection, and many of them keep all. The benchmarks allow ten seconds, and not 0, for \`keepalive_timeout\`, \`send_timeout\`, \`client_header_timeout\` and \`client_body_timeout\`; nginx's defaults are 75 and 60.

The limits of body and answer are between two pieces, not for the whole. Behind a balancer \`keepalive_timeout\` has to be longer than the balancer's.`,
  about: TIMEOUTS,
  looksAt: { config: true },
  needs: 'config',
  messages: {
    long: '{name} is {value}; the benchmark allows 1 to 10 seconds. Write 10s.',
    unset: '{names} not set, so the defaults of 60 and 75 seconds count; the benchmark allows 10. Set them in http.',
  },
  check({ config, report }) {
    const http = config.main.named('http').find((d) => d.body);
    const servers = serversOf(config);
    if (!config.whole || !http || !servers.length) return;
    const told = new Set<unknown>();
    const unset = new Set<string>();
    for (const { scope } of servers)
      for (const name of TIMEOUTS) {
        const line = scope.value(name);
        if (!line) unset.add(name);
        for (const set of [...(line ? [line] : []), ...scope.all.filter((d) => d.name === name)]) {
          if (told.has(set.statement)) continue;
          told.add(set.statement);
          const seconds = secondsOf(set.value(0));
          if (seconds !== null && (seconds > MOST || seconds === 0))
            report('long', { at: set.args[0]!, data: { name, value: set.value(0) } });
        }
      }
    if (unset.size) report('unset', { at: http.nameAt, data: { names: `${[...unset].join(', ')} ${unset.size === 1 ? 'is' : 'are'}` } });
  },
  examples: [
    {
      inside: 'http',
      bad: `send_timeout 10s;
client_header_timeout 10s;
client_body_timeout 10s;
keepalive_timeout 65s;
#                 ^^^ long
server { listen 80; }`,
      good: `send_timeout 10s;
client_header_timeout 10s;
client_body_timeout 10s;
keepalive_timeout 10s;
server { listen 80; }`,
    },
  ],
});
