/** WebSockets are not covered by the same-origin policy: any page may open one with the visitor's cookies. */
import { sourcesOf } from '../../answers/where-a-value-comes-from.ts';
import { variablesIn } from '../../trace/script.ts';
import { defineRule } from '../rule.ts';
import { asksForOrigin } from './_cors.ts';

export default defineRule({
  id: 'websocket-origin-unchecked',
  formerly: ['websocket-origin'],
  group: 'security',
  severity: 'info',
  default: false,
  since: '0.1',
  missing: ['if', 'proxy_set_header'],
  title: 'WebSocket without an Origin check',
  why: `
Browsers let every page open a WebSocket to every host and send the cookies along. The application must compare the Origin header with its own hosts; where it does not (Django Channels does with AllowedHostsOriginValidator), nginx can. Since nginx cannot know what the application does, the rule is off by default.`,
  about: ['proxy_set_header', '$http_'],
  references: ['https://www.rfc-editor.org/rfc/rfc6455#section-10.2'],
  looksAt: { directive: ['proxy_set_header'] },
  needs: 'file',
  messages: { unchecked: 'Any page can open this WebSocket on behalf of the visitor. Check $http_origin here or in the application.' },
  check({ directive, scope, config, report }) {
    if (directive.value(0).toLowerCase() !== 'upgrade') return;
    const value = directive.value(1);
    const sources = variablesIn(value).flatMap((v) => [...sourcesOf(config, v)]);
    if (sources.includes('http_origin')) return;
    if (!sources.includes('http_upgrade') && value.toLowerCase() !== 'websocket') return;
    if (asksForOrigin(scope)) return;
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
