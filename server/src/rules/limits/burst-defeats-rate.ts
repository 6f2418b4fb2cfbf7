/** A burst that lets through at once what the rate allows in hours. */
import { defineRule } from '../rule.ts';
import { parameter, zoneOf } from './_zones.ts';

/** So many at once are no burst of a page any more, whatever the rate. */
const MANY = 100;
const HOUR = 3600;

export default defineRule({
  id: 'burst-defeats-rate',
  group: 'limits',
  severity: 'warning',
  since: '0.2',
  title: 'Burst larger than hours of the rate',
  why: `
With \`nodelay\` the whole \`burst\` is let through at once. \`rate=5r/m\` and \`burst=5000 nodelay\` is no limit of five a minute: whoever comes for the first time has five thousand guesses, and the rate counts only after them.

A burst is what a page or an impatient user sends at once: some tens of requests, for a login a handful.`,
  about: ['limit_req', 'limit_req_zone'],
  looksAt: { directive: ['limit_req'], where: ({ values }) => values.includes('nodelay') && values.some((v) => /^burst=\d{3,}$/.test(v)) },
  needs: 'config',
  messages: {
    burst: '{burst} requests are let through at once, as many as {rate} allows in {hours} hours. Write the burst of one visitor.',
  },
  check({ directive, report }) {
    const burst = Number(parameter(directive, 'burst'));
    const zone = zoneOf(directive);
    if (!zone?.rate || !(burst >= MANY) || burst / zone.rate < HOUR) return;
    report('burst', {
      at: directive.args.find((a) => a.value.startsWith('burst='))!,
      data: { burst, rate: parameter(zone.directive, 'rate') ?? '', hours: Math.round(burst / zone.rate / HOUR) },
      related: [{ at: zone.directive.at(), message: 'the rate' }],
    });
  },
  examples: [
    {
      inside: 'http',
      bad: `limit_req_zone $binary_remote_addr zone=login:10m rate=5r/m;
server {
    location /login {
        limit_req zone=login burst=5000 nodelay;
#                            ^^^^^^^^^^ burst
        proxy_pass http://127.0.0.1:8000;
    }
}`,
      good: `limit_req_zone $binary_remote_addr zone=login:10m rate=5r/m;
server {
    location /login {
        limit_req zone=login burst=5 nodelay;
        proxy_pass http://127.0.0.1:8000;
    }
}`,
    },
    {
      inside: 'http',
      good: `limit_req_zone $binary_remote_addr zone=api:10m rate=50r/s;
server { limit_req zone=api burst=500 nodelay; }`,
    },
  ],
});
