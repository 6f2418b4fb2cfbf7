/** Client addresses that the client writes itself. */
import { walk } from '../../config/scope.ts';
import { isLocalOnly } from '../access.ts';
import { defineRule } from '../rule.ts';

const EVERYBODY = new Set(['0.0.0.0/0', '::/0', '0/0', '[::]/0']);
const CLAIMED = /^\(?\s*\$(http_(x_forwarded_for|x_real_ip|x_client_ip|true_client_ip|client_ip)|proxy_add_x_forwarded_for)$/i;

export default defineRule({
  id: 'forwarded-for-trusted',
  group: 'security',
  severity: 'warning',
  since: '0.1',
  title: 'Anybody can claim any client address',
  why: `
X-Forwarded-For and its relatives are written by whoever sends the request. \`set_real_ip_from\` says whose word counts: with \`0.0.0.0/0\` everybody's, and \`allow\`, \`deny\`, limits and logs then go by an invented address. The same holds for conditions on the header itself that open or close a door.

List the addresses of the proxies in front, take \`$remote_addr\` in conditions, and let the realip module put the true address there.`,
  about: ['set_real_ip_from', 'real_ip_header', 'geo', '$remote_addr'],
  looksAt: { directive: ['set_real_ip_from', 'geo', 'if'] },
  needs: 'file',
  messages: {
    everybody: '{range} lets every client choose the address that nginx sees. List the proxies in front instead.',
    claimed: '{variable} is what the client says. Decide on $remote_addr, and let set_real_ip_from and real_ip_header fill it.',
  },
  check({ directive, scope, report }) {
    if (directive.name === 'set_real_ip_from') {
      const word = directive.args[0];
      if (!word || !EVERYBODY.has(word.value)) return;
      if (scope.context === 'server' && isLocalOnly(scope)) return;
      report('everybody', { at: word, data: { range: word.value } });
      return;
    }
    const word = directive.name === 'geo' ? (directive.args.length === 2 ? directive.args[0] : undefined) : directive.args[0];
    if (!word || !CLAIMED.test(word.value)) return;
    if (directive.name === 'geo' && directive.body?.named('proxy').length) return;
    // an empty or absent header is asked for in conditions that decide on nothing but the form of the request
    if (
      directive.name === 'if' &&
      (directive.args.length < 3 ||
        !directive.body ||
        ![...walk(directive.body)].some((d) => /^(return|deny|allow|auth_basic)$/.test(d.name)))
    )
      return;
    report('claimed', { at: word, data: { variable: word.value.replace(/^\(\s*/, '') } });
  },
  examples: [
    {
      inside: 'http',
      bad: `set_real_ip_from 0.0.0.0/0;
#                ^^^^^^^^^ everybody
real_ip_header X-Forwarded-For;`,
      good: `set_real_ip_from 10.0.0.5;
real_ip_header X-Forwarded-For;`,
    },
    {
      inside: 'server',
      bad: `location /admin/ {
    if ($http_x_forwarded_for !~ ^10\\.) { return 403; }
#      ^^^^^^^^^^^^^^^^^^^^^^ claimed
}`,
      good: `location /admin/ {
    allow 10.0.0.0/8;
    deny all;
}`,
    },
    { inside: 'http', good: 'geo $remote_addr $inside {\n    default 0;\n    10.0.0.0/8 1;\n}' },
  ],
});
