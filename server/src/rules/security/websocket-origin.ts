/** WebSockets are not covered by the same-origin policy: any page may open one with the visitor's cookies. */
import { defineRule } from '../rule.ts';

export default defineRule({
  id: 'websocket-origin',
  group: 'security',
  severity: 'info',
  default: false,
  since: '0.1',
  missing: true,
  title: 'WebSockets are passed on without a look at Origin',
  why: `
Browsers let every page open a WebSocket to every host and send the cookies along. The application must compare the Origin header with its own hosts; where it does not (Django Channels does with AllowedHostsOriginValidator), nginx can. Since nginx cannot know what the application does, the rule is off by default.`,
  about: ['proxy_set_header', '$http_'],
  references: ['https://www.rfc-editor.org/rfc/rfc6455#section-10.2'],
  looksAt: { directive: ['proxy_set_header'] },
  needs: 'file',
  messages: { unchecked: 'Any page can open this WebSocket in the name of the visitor. Check $http_origin here or in the application.' },
  check({ directive, scope, config, report }) {
    if (directive.value(0).toLowerCase() !== 'upgrade' || !/\$http_upgrade/i.test(directive.value(1))) return;
    if (config.spells(/\$http_origin/i)) return;
    if (scope.effective('proxy_set_header').directives.some((d) => d.value(0).toLowerCase() === 'origin')) return;
    report('unchecked', { at: directive.args[0]! });
  },
  examples: [
    {
      inside: 'location',
      bad: `proxy_set_header Upgrade $http_upgrade;
#                ^^^^^^^ unchecked`,
      good: `if ($http_origin !~ ^https://app\\.example\\.com$) { return 403; }
proxy_set_header Upgrade $http_upgrade;`,
    },
  ],
});
