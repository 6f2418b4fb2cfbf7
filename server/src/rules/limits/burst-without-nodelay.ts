/** Requests of a burst wait until the rate lets them through (ngx_http_limit_req_account); the last one waits burst / rate. */
import { fixOf } from '../fix.ts';
import { defineRule } from '../rule.ts';
import { parameter, zoneOf } from './_zones.ts';

/** Waits of less than this nobody notices in an interface. */
const NOTICED = 1;
const LONG = 10;

const inWords = (seconds: number): string =>
  seconds < 10 ? `${Math.round(seconds * 10) / 10} s` : seconds < 120 ? `${Math.round(seconds)} s` : `${Math.round(seconds / 60)} min`;

export default defineRule({
  id: 'burst-without-nodelay',
  group: 'limits',
  severity: 'hint',
  since: '0.1',
  title: 'Burst requests are delayed',
  why: `
\`burst=20\` with a rate of 1 request per second does not let twenty requests through at once: it queues them, one a second, and the last
waits twenty seconds with its connection open. With \`nodelay\` they are answered at once and further ones are refused until the rate has
caught up; with \`delay=8\` the first eight are.

Where the queue is meant, to spare the application, the wait is the price.`,
  about: ['limit_req', 'limit_req_zone'],
  looksAt: { directive: ['limit_req'], where: ({ values }) => !values.some((v) => v === 'nodelay' || v.startsWith('delay=')) },
  needs: 'config',
  fixable: 'always',
  messages: { waits: 'The last of a burst of {burst} requests waits {wait} at {rate}. Add nodelay to answer the burst at once.' },
  check({ directive, report }) {
    const burst = parameter(directive, 'burst');
    if (!burst || !/^\d+$/.test(burst) || directive.values.includes('nodelay') || parameter(directive, 'delay')) return;
    // what a template fills in may be either
    if (directive.args.some((a) => a.templated && !a.value.includes('='))) return;
    const zone = zoneOf(directive);
    if (!zone?.rate) return;
    const wait = Number(burst) / zone.rate;
    if (wait <= NOTICED) return;
    const last = directive.args.at(-1)!;
    const word = directive.args.find((a) => a.value.startsWith('burst='))!;
    report('waits', {
      at: word,
      severity: wait > LONG ? 'info' : 'hint',
      data: { burst, wait: inWords(wait), rate: parameter(zone.directive, 'rate') ?? '' },
      related: [{ at: zone.directive.at(), message: 'the rate' }],
      fix: fixOf('Add nodelay', 'suggestion', directive.file, [{ span: { start: last.end, end: last.end }, newText: ' nodelay' }]),
    });
  },
  examples: [
    {
      inside: 'http',
      bad: `limit_req_zone $binary_remote_addr zone=login:10m rate=6r/m;
server { limit_req zone=login burst=12; }
#                             ^^^^^^^^ waits`,
      good: `limit_req_zone $binary_remote_addr zone=login:10m rate=6r/m;
server { limit_req zone=login burst=12 nodelay; }`,
    },
    {
      inside: 'http',
      good: `limit_req_zone $binary_remote_addr zone=api:10m rate=50r/s;
server { limit_req zone=api burst=20; }`,
    },
  ],
});
