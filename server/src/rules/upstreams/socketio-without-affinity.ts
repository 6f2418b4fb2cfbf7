/** Engines that begin with several plain requests of one session, in front of a group that sends each of them to another process. */
import { passesIn, passTargetOf } from '../../answers/what-is-passed.ts';
import { locationOf } from '../../config/locations.ts';
import { defineRule } from '../rule.ts';

/** The paths of Socket.IO (Engine.IO) and SockJS. */
const ENGINE = /(?:^|\/|\\)(socket\\?\.io|engine\\?\.io|sockjs(?:-node)?)(?:$|[/)($?\\])/i;

/** What keeps the requests of one client together, each in its own way. */
const STICKY = /^(?:ip_hash|hash|sticky|sticky_\w+|session_sticky|consistent_hash|jvm_route|balancer_by_lua\w*)$/;

const LIVE = (lines: string, mark = ''): string => `upstream live {
    ${lines}
}
server {
    listen 80;
    location /socket.io/ {
        proxy_http_version 1.1;
        proxy_set_header Upgrade $http_upgrade;
        proxy_set_header Connection upgrade;
        proxy_set_header Host $host;
        proxy_pass http://live;${mark}
    }
}`;

export default defineRule({
  id: 'socketio-without-affinity',
  group: 'upstreams',
  severity: 'warning',
  since: '0.2',
  missing: ['ip_hash', 'hash', 'server'],
  title: 'Socket.IO sessions spread over several servers',
  why: `
Socket.IO and SockJS begin with long polling: several HTTP requests that belong to one session, which lives in the memory of one process. A group that takes turns sends the second request to another process, which answers 400, "Session ID unknown" or "Invalid session", and the client reconnects for ever.

Keep the requests of a client together with \`ip_hash\` or \`hash $remote_addr consistent\`, or let clients begin with a WebSocket (\`transports: ["websocket"]\`). Behind another proxy the address has to be the client's first (\`set_real_ip_from\`).`,
  about: ['upstream', 'ip_hash', 'hash', 'proxy_pass'],
  references: ['https://nginx.org/en/docs/http/load_balancing.html#nginx_load_balancing_with_ip_hash'],
  looksAt: { directive: ['location'], where: ({ values }) => values.some((v) => ENGINE.test(v)) },
  needs: 'config',
  messages: {
    spread:
      'The requests of one {engine} session go to the servers of "{group}" in turn, and one that does not know the session answers 400. Add ip_hash to the group, unless clients use WebSockets only.',
  },
  check({ directive, report }) {
    const location = directive.body && locationOf(directive.body);
    if (!location || location.kind === 'named') return;
    const engine = ENGINE.exec(location.name)?.[1]?.replace('\\', '').toLowerCase();
    if (engine === undefined) return;
    // whoever does not begin with a WebSocket is turned away
    if (
      directive.body!.named('if').some((d) => d.body?.has('return') && d.values.some((v) => /\$(?:arg_transport|http_upgrade)\b/.test(v)))
    )
      return;
    for (const pass of passesIn(directive.body!)) {
      const group = passTargetOf(pass)?.upstream;
      if (!group) continue;
      const { body } = group.directive;
      const active = group.servers.filter((s) => !s.backup && !s.down);
      if (!body || active.length < 2 || body.directives.some((d) => STICKY.test(d.name))) continue;
      return report('spread', {
        at: pass.nameAt,
        data: { engine: engine.startsWith('sockjs') ? 'SockJS' : 'Socket.IO', group: group.name },
        related: [{ at: group.directive.nameAt, message: `${active.length} servers take turns` }],
      });
    }
  },
  examples: [
    {
      inside: 'http',
      bad: LIVE('server 10.0.0.1:5000;\n    server 10.0.0.2:5000;', '\n#       ^^^^^^^^^^ spread'),
      good: LIVE('ip_hash;\n    server 10.0.0.1:5000;\n    server 10.0.0.2:5000;'),
    },
    { inside: 'http', good: LIVE('server 10.0.0.1:5000;\n    server 10.0.0.2:5000 backup;') },
  ],
});
