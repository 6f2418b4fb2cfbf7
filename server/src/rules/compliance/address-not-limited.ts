/** Servers that everyone may ask for everything. */
import { isAnsweredWhole } from '../../answers/where-a-line-counts.ts';
import { isLocalOnly } from '../../answers/who-may-enter.ts';
import { serversOf } from '../../config/servers.ts';
import { defineRule } from '../rule.ts';

export default defineRule({
  id: 'address-not-limited',
  group: 'compliance',
  severity: 'info',
  default: false,
  since: '0.2',
  controls: { cis: ['5.1.1'] },
  missing: ['allow', 'deny'],
  title: 'No list of addresses',
  why: `
The benchmark wants \`allow\` and \`deny\` to keep clients out of what is not for everybody, such as pages of administrators. A public site has parts that are; suppress the rule for a server that has nothing else.`,
  about: ['allow', 'deny'],
  looksAt: { config: true },
  needs: 'config',
  messages: { none: 'No allow or deny limits who may ask this server. Limit what is not for everybody.' },
  check({ config, report }) {
    if (!config.whole) return;
    for (const { scope } of serversOf(config)) {
      if (!scope.opener || isAnsweredWhole(scope) || isLocalOnly(scope)) continue;
      const lists = ['allow', 'deny'];
      if (lists.some((name) => scope.effective(name).directives.length || scope.all.some((d) => d.name === name))) continue;
      report('none', { at: scope.opener.nameAt });
    }
  },
  examples: [
    {
      inside: 'http',
      bad: ` server {
#^^^^^^ none
    listen 80;
    root /srv/site;
}`,
      good: `server {
    listen 80;
    root /srv/site;
    location /admin/ {
        allow 10.0.0.0/8;
        deny all;
    }
}`,
    },
  ],
});
