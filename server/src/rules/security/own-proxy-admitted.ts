/**
 * `satisfy any` with an address list that admits this machine, behind a server of this very nginx: everyone comes from this machine, and nobody is
 * asked for the password. Shown by following a request from one server to the other.
 */
import { PerConfig } from '../../config/asked.ts';
import { atOf } from '../../trace/at.ts';
import type { At } from '../../trace/trace.ts';
import { isAsked, isGivenOut, isRefused } from '../../witness/access.ts';
import { arriving, isLoopback, mayReturn } from '../../witness/inwards.ts';
import { outcomeText, proofOf, witnessesOf } from '../../witness/requests.ts';
import { type Spot, spotsOf } from '../../witness/spots.ts';
import { defineRule } from '../rule.ts';

/** An address that no list names. */
const STRANGER = '203.0.113.9';

const keyOf = ({ uri, range }: At): string => `${range.start.line}:${range.start.character} ${uri}`;

/** The places by where their blocks begin. */
const places = new PerConfig((config): ReadonlyMap<string, Spot> => {
  const map = new Map<string, Spot>();
  for (const spot of spotsOf(config)) {
    const opener = spot.location?.directive ?? spot.server.scope.opener;
    if (opener) map.set(keyOf(atOf(opener)), spot);
  }
  return map;
});

export default defineRule({
  id: 'own-proxy-admitted',
  group: 'security',
  severity: 'warning',
  since: '0.2',
  missing: ['set_real_ip_from', 'real_ip_header'],
  title: 'Password skipped for nginx’s own requests',
  why: `
With \`satisfy any\` an address of the list needs no password. Where another server of the same nginx passes requests on to this one, all of them come from 127.0.0.1: a list with \`allow 127.0.0.1\` admits everyone who comes in at the front, and the password is never asked for.

Ask for it in the server at the front, or let \`set_real_ip_from 127.0.0.1\` and \`real_ip_header\` put the client's address back.`,
  about: ['satisfy', 'allow', 'auth_basic', 'set_real_ip_from'],
  looksAt: { outcome: ['proxy_pass'], somewhere: ['satisfy'], like: /^any$/i, when: mayReturn },
  needs: 'config',
  messages: {
    admitted:
      'No password is asked for: the server at the front passes {path} on, so it arrives from 127.0.0.1, which this list admits. Ask in the server at the front, or put the client’s address back with set_real_ip_from.',
  },
  check({ spot, config, report }) {
    // an address of its own, or the client's
    const bound = spot.scope.value('proxy_bind')?.value(0) ?? 'off';
    const door = spot.doors.find((d) => !isLoopback(d.listener.address));
    if (spot.unsure || !door || bound !== 'off') return;
    const first = spot.ask({}, {}, door);
    if (isAsked(first)) return;
    const next = arriving(spot, first);
    if (!next || next.named) return;
    const inner = witnessesOf(config).ask(next.input);
    const at = inner.outcome.location ?? inner.outcome.server;
    if (!at || !isGivenOut(inner)) return;
    const stranger = witnessesOf(config).ask({ ...next.input, clientAddress: STRANGER });
    if (!isRefused(stranger) || stranger.outcome.status !== 401) return;
    const reached = places.of(config).get(keyOf(at.at));
    const scope = reached?.scope;
    const line = scope?.effective('allow').directives.find((d) => /^(?:127\.|all$)/.test(d.value(0)) && d.name === 'allow');
    if (!scope || reached?.unsure || scope.value('satisfy')?.value(0).toLowerCase() !== 'any' || !line) return;
    report('admitted', { at: line.at(), data: { path: first.request.target }, witness: proofOf(first, outcomeText(inner)) });
  },
  examples: [
    {
      inside: 'http',
      bad: `server {
    listen 80;
    location / {
        proxy_pass http://127.0.0.1:8081;
    }
}
server {
    listen 127.0.0.1:8081;
    location / {
        satisfy any;
        allow 127.0.0.1;
#       ^^^^^^^^^^^^^^^^ admitted
        deny all;
        auth_basic staff;
        auth_basic_user_file staff;
        proxy_pass http://127.0.0.1:8000;
    }
}`,
      good: `server {
    listen 80;
    location / {
        satisfy any;
        allow 10.0.0.0/8;
        deny all;
        auth_basic staff;
        auth_basic_user_file staff;
        proxy_pass http://127.0.0.1:8081;
    }
}
server {
    listen 127.0.0.1:8081;
    location / {
        proxy_pass http://127.0.0.1:8000;
    }
}`,
      witness: {
        request: 'GET http://www.example.test/users',
        outcome: 'GET /users at 127.0.0.1:8000',
        meant: '`401`',
      },
    },
    {
      inside: 'http',
      good: `server {
    listen 80;
    location / {
        proxy_set_header X-Real-IP $remote_addr;
        proxy_pass http://127.0.0.1:8081;
    }
}
server {
    listen 127.0.0.1:8081;
    set_real_ip_from 127.0.0.1;
    real_ip_header X-Real-IP;
    location / {
        satisfy any;
        allow 127.0.0.1;
        deny all;
        auth_basic staff;
        auth_basic_user_file staff;
        proxy_pass http://127.0.0.1:8000;
    }
}`,
    },
  ],
});
