/** `listen … http2` became `http2 on` with 1.25.1 (ngx_http_core_listen warns). */
import { isAskedFor } from '../../answers/which-branch.ts';
import { isNginx, isVersionSaid } from '../../answers/which-build.ts';
import { defineRule } from '../rule.ts';
import { http2Move, http2Title } from './_http2.ts';

export default defineRule({
  id: 'listen-http2',
  group: 'deprecation',
  severity: 'warning',
  since: '0.1',
  equivalents: ['nginx-lint:listen-http2-deprecated'],
  title: 'Deprecated http2 parameter of listen',
  why: `
From nginx 1.25.1 on HTTP/2 is a matter of the server: \`http2 on\`. The parameter of \`listen\` still works, for every server of that socket,
and makes nginx print a warning at every start. Where the version is known, the fix writes it into every server that shares the socket, which keeps HTTP/2 for all of them. Where one of these listens elsewhere too, HTTP/2 is spoken there as well, without TLS by clients that begin with it: then the fix is a suggestion.`,
  about: ['http2', 'listen'],
  references: ['https://nginx.org/en/docs/http/ngx_http_v2_module.html#http2'],
  looksAt: { directive: ['listen'] },
  needs: 'config',
  fixable: 'sometimes',
  messages: {
    parameter: 'The http2 parameter of listen is deprecated since nginx 1.25.1. Write "http2 on;" in the server.',
    later: 'From nginx 1.25.1 on the http2 parameter of listen is deprecated: there, write "http2 on;" in the server.',
  },
  check({ directive, scope, config, report }) {
    if (scope.context !== 'server' || !isNginx(config, '1.25.1')) return;
    const word = directive.args.slice(1).find((a) => a.value === 'http2');
    if (!word) return;
    // one fix for the socket: any server of it alone would leave it with two opinions
    const move = http2Move(scope);
    // nobody says which nginx runs this, and for the older ones the parameter is the only way: those refuse the directive
    const named = isVersionSaid(config);
    report(named ? 'parameter' : 'later', {
      at: word,
      // what a template writes for an older nginx is the only way there
      ...(isAskedFor(directive) ? { severity: 'hint' as const } : named ? { tag: 'deprecated' as const } : { severity: 'hint' as const }),
      fix: named && move ? { title: http2Title(move), safety: move.gained.length ? 'suggestion' : 'safe', edits: move.edits } : null,
    });
  },
  examples: [
    {
      inside: 'http',
      settings: { nginx: '1.27.3' },
      notOn122: 'the http2 directive came with 1.25.1',
      bad: `server {
    listen 8443 ssl http2;
#                   ^^^^^ parameter
    server_name a.example;
}
server {
    listen 8443 ssl;
    server_name b.example;
}`,
      good: `server {
    listen 8443 ssl;
    http2 on;
    server_name a.example;
}
server {
    listen 8443 ssl;
    http2 on;
    server_name b.example;
}`,
    },
    // the parameter counts whatever the directive says
    {
      inside: 'http',
      settings: { nginx: '1.27.3' },
      notOn122: 'the http2 directive came with 1.25.1',
      bad: `http2 off;
server {
    listen 8443 ssl http2;
#                   ^^^^^ parameter
}`,
      good: `http2 off;
server {
    listen 8443 ssl;
    http2 on;
}`,
    },
    {
      inside: 'server',
      settings: { nginx: '1.27.3' },
      notOn122: 'the http2 directive came with 1.25.1',
      bad: `listen 443 ssl http2;
#              ^^^^^ parameter
listen [::]:443 ssl http2;
#                   ^^^^^ parameter
server_name example.com;`,
      good: `listen 443 ssl;
listen [::]:443 ssl;
http2 on;
server_name example.com;`,
    },
    {
      inside: 'server',
      settings: { nginx: '1.27.3' },
      notOn122: 'the http2 directive came with 1.25.1',
      bad: `listen 443 ssl http2 reuseport;
#              ^^^^^ parameter
http2 on;`,
      good: `listen 443 ssl reuseport;
http2 on;`,
    },
    {
      inside: 'server',
      bad: `listen 443 ssl http2;
#              ^^^^^ later`,
      fixed: false,
      notOn122: 'the http2 directive came with 1.25.1',
    },
    {
      inside: 'server',
      settings: { nginx: '1.22.1' },
      good: 'listen 443 ssl http2;\nssl_certificate a.pem;\nssl_certificate_key a.key;',
    },
  ],
});
