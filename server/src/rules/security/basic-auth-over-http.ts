/** Passwords that go over the network in the clear. */
import { serverOf } from '../../config/servers.ts';
import { isLocalOnly } from '../access.ts';
import { defineRule } from '../rule.ts';
import { reachOf } from '../tls.ts';

export default defineRule({
  id: 'basic-auth-over-http',
  group: 'security',
  severity: 'warning',
  since: '0.1',
  missing: true,
  title: 'A password is asked for over plain HTTP',
  why: `
Basic authentication sends name and password with every request, merely encoded. Without TLS everybody on the way reads them. Serve the location over TLS only.

The rule is silent when nothing in the configuration speaks TLS and something shows that another machine does it in front: realip, the PROXY protocol, X-Forwarded-Proto, or a socket that others do not reach.`,
  about: ['auth_basic', 'listen'],
  looksAt: { directive: ['auth_basic'] },
  needs: 'config',
  messages: { plain: 'The password goes over the network in the clear: {socket} has no TLS. Serve this over TLS only.' },
  check({ directive, scope, config, report }) {
    if (directive.value(0).toLowerCase() === 'off') return;
    const server = serverOf(scope);
    if (!server || !reachOf(server).plain || isLocalOnly(scope)) return;
    if (scope.effective('set_real_ip_from').directives.length || server.listens.some((l) => l.params.includes('proxy_protocol'))) return;
    // an if that redirects to https, or any trace of a terminator in front
    if (config.spells(/x_forwarded_proto|x-forwarded-proto\s+https|http_cf_|ssl_offload/i)) return;
    if (server.scope.has('return') || server.scope.named('if').some((d) => d.body?.has('return'))) return;
    const plain = server.listens.find((l) => !l.params.includes('ssl') && !l.params.includes('quic'));
    if (plain?.directive && plain.addresses.every((a) => a.kind !== 'unix' && a.port !== 80)) return;
    report('plain', {
      at: directive.statement.name,
      data: { socket: plain?.directive ? `listen ${plain.directive.value(0)}` : 'port 80' },
    });
  },
  examples: [
    {
      inside: 'http',
      bad: `server {
    listen 80;
    location / {
        auth_basic "staff";
#       ^^^^^^^^^^ plain
        auth_basic_user_file /etc/nginx/htpasswd;
    }
}`,
      good: `server {
    listen 127.0.0.1:80;
    location / {
        auth_basic "staff";
        auth_basic_user_file /etc/nginx/htpasswd;
    }
}`,
    },
    {
      inside: 'http',
      good: 'server {\n    listen 80;\n    set_real_ip_from 10.0.0.1;\n    auth_basic "x";\n    auth_basic_user_file /etc/nginx/htpasswd;\n}',
    },
  ],
});
