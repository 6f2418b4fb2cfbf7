/** WebSockets that nginx closes after a minute of silence: the time for an answer also holds for an upgraded connection. */
import { passTargetOf, requestHeader } from '../../answers/what-is-passed.ts';
import { locationOf } from '../../config/locations.ts';
import { defineRule } from '../rule.ts';

/** Servers that by themselves send a ping sooner than that. */
const PINGS = new Set(['uvicorn', 'daphne']);

export default defineRule({
  id: 'websocket-closed-when-idle',
  group: 'upstreams',
  severity: 'hint',
  since: '0.2',
  missing: ['proxy_read_timeout'],
  title: 'WebSocket closed after 60 seconds of silence',
  why: `
\`proxy_read_timeout\`, 60 seconds unless it is set, also holds for a connection that was upgraded: when the application sends nothing for that long, nginx closes the WebSocket, and the browser sees code 1006.

Where neither the application nor the client sends pings (uvicorn, Daphne and Socket.IO do), set it to the longest silence that is usual: \`proxy_read_timeout 1h;\` in the location of the WebSocket.`,
  about: ['proxy_read_timeout', 'proxy_set_header'],
  looksAt: { directive: ['proxy_pass'] },
  needs: 'config',
  messages: {
    closed:
      'nginx closes a WebSocket here after 60 s without a message from the application. Set proxy_read_timeout, or let the application send pings.',
  },
  check({ directive, scope, deployment, report }) {
    const location = locationOf(scope);
    // a place for everything is for pages first
    if (!location || location.name === '/' || !passTargetOf(directive)) return;
    const upgrade = requestHeader(scope, 'Upgrade')?.value(1);
    const connection = requestHeader(scope, 'Connection')?.value(1);
    if (!upgrade || !/^(?:\$\{?http_upgrade\}?|websocket)$/i.test(upgrade) || !connection || /^(?:close|keep-alive)$/i.test(connection))
      return;
    if (scope.effective('proxy_read_timeout').directives.length) return;
    // Socket.IO asks every 25 seconds
    if (/socket\.?io/i.test(location.name) || deployment.applications.some((a) => PINGS.has(a.server.name))) return;
    report('closed', { at: directive.nameAt });
  },
  examples: [
    {
      inside: 'server',
      bad: `location /ws/ {
    proxy_http_version 1.1;
    proxy_set_header Upgrade $http_upgrade;
    proxy_set_header Connection upgrade;
    proxy_pass http://127.0.0.1:8000;
#   ^^^^^^^^^^ closed
}`,
      good: `location /ws/ {
    proxy_http_version 1.1;
    proxy_set_header Upgrade $http_upgrade;
    proxy_set_header Connection upgrade;
    proxy_read_timeout 1h;
    proxy_pass http://127.0.0.1:8000;
}`,
    },
    {
      inside: 'server',
      good: `location /socket.io/ {
    proxy_http_version 1.1;
    proxy_set_header Upgrade $http_upgrade;
    proxy_set_header Connection upgrade;
    proxy_pass http://127.0.0.1:8000;
}`,
    },
  ],
});
