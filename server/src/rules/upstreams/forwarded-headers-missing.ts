/** Which of the headers that an application behind a proxy needs are missing in effect, and what breaks without each. */
import { hasTlsServer } from '../../answers/which-socket.ts';
import type { Fix } from '../fix.ts';
import { defineRule } from '../rule.ts';
import { type ClientHeader, missingAt, weighed } from './_client-headers.ts';
import { areLost, lackOf } from './_headers.ts';
import { otherHostAt } from './_host.ts';

export default defineRule({
  id: 'forwarded-headers-missing',
  group: 'upstreams',
  severity: 'warning',
  since: '0.1',
  controls: { cis: ['3.7'] },
  missing: ['proxy_set_header'],
  title: 'X-Forwarded-* headers not set',
  why: `
Behind a proxy an application sees nginx's connection, not the client's. Unless nginx passes them on, it does not know the host that was
asked for, the client's address, and whether the client used HTTPS. Django then answers 400 for the host or loops between HTTP and HTTPS,
log files show one single client, and links point to the upstream's name.

A \`proxy_set_header\` line in a location hides all lines of the outer levels, so the headers may be missing although they are written.

It is a warning where the application is known or the server speaks TLS, an information elsewhere, and silent where proxy-host-missing tells that the whole list is missing.`,
  about: ['proxy_set_header', 'proxy_pass', '$proxy_add_x_forwarded_for', '$scheme', '$host'],
  references: [
    'https://docs.djangoproject.com/en/stable/ref/settings/#secure-proxy-ssl-header',
    'https://docs.gunicorn.org/en/stable/deploy.html',
  ],
  looksAt: { directive: ['proxy_pass'] },
  needs: 'config',
  fixable: 'always',
  fixChanges: ['request-headers'],
  messages: {
    claimed: 'X-Forwarded-Proto reaches the application as the client sends it, since nothing sets it here. Set it with proxy_set_header.',
    missing: 'The application does not receive {headers}: {breaks}. Set {them} with proxy_set_header.',
    claimedToo:
      'X-Forwarded-Proto reaches the application as the client sends it, since nothing sets it here. Set it with proxy_set_header.',
    missingToo: 'The application does not receive {headers}: {breaks}. Set {them} with proxy_set_header.',
  },
  check({ directive, deployment, report }) {
    const missing = missingAt(directive, deployment);
    if (!missing.length) return;
    const lack = (wanted: readonly ClientHeader[]) =>
      lackOf(
        directive,
        `Pass ${wanted.map((n) => n.header).join(', ')} on`,
        wanted.map((n) => `proxy_set_header ${n.header} ${n.value};`),
      );
    const whole = lack(missing);
    const parts = [whole];
    let because: string | undefined;
    // what ends TLS in front of this nginx says https, and $scheme would put http over it
    if (missing.some((n) => n.header === 'X-Forwarded-Proto') && !hasTlsServer(directive.scope.config)) {
      because = 'TLS may end in front of this nginx, and $scheme is "http" here';
      const certain = missing.filter((n) => n.header !== 'X-Forwarded-Proto');
      if (certain.length) parts.push(lack(certain));
    }
    const unsure = (fix: Fix): Fix => (because === undefined ? fix : { ...fix, safety: 'suggestion', because });
    const offered = (fixes: readonly Fix[]): Fix[] => fixes.map((fix, i) => (i === 0 ? unsure(fix) : fix));
    const { broken, isClaimed, isMinor } = weighed(directive, deployment, missing);
    // where the host is not passed on either, that finding names these, too: it is one list that is missing
    const besideHost = otherHostAt(directive, deployment) !== null && !areLost(directive.scope, ['Host']);
    report(besideHost ? (isClaimed ? 'claimedToo' : 'missingToo') : isClaimed ? 'claimed' : 'missing', {
      at: whole.at,
      ...(isMinor || besideHost ? { severity: 'info' as const } : {}),
      data: {
        headers: missing.map((n) => n.header).join(', '),
        breaks: broken.map((n) => n.breaks).join('; '),
        them: missing.length > 1 ? 'them' : 'it',
      },
      related: whole.related,
      fix: offered(parts.map((p) => p.fix)),
      shared: whole.shared && { ...whole.shared, fixes: offered(parts.flatMap((p) => p.shared?.fixes ?? [])) },
    });
  },
  examples: [
    {
      inside: 'server',
      bad: `location / {
    proxy_pass http://127.0.0.1:8000;
#   ^^^^^^^^^^ missingToo
}`,
      good: `location / {
    proxy_pass http://127.0.0.1:8000;
    proxy_set_header X-Forwarded-For $proxy_add_x_forwarded_for;
    proxy_set_header X-Forwarded-Proto $scheme;
}`,
    },
    {
      inside: 'server',
      bad: `proxy_set_header Host $host;
location / {
    proxy_pass http://127.0.0.1:8000;
#   ^^^^^^^^^^ missing
    proxy_set_header X-Forwarded-Proto $scheme;
}`,
      good: `proxy_set_header Host $host;
location / {
    proxy_pass http://127.0.0.1:8000;
    proxy_set_header X-Forwarded-Proto $scheme;
    proxy_set_header X-Forwarded-For $proxy_add_x_forwarded_for;
}`,
    },
    {
      bad: `#- nginx.conf
events {}
http {
    server {
        location / { include proxy.conf; proxy_pass http://127.0.0.1:8000; }
        location /api/ { include proxy.conf; proxy_pass http://127.0.0.1:8001; }
    }
}
#- proxy.conf
  proxy_set_header Host $host;
  proxy_set_header X-Forwarded-For $proxy_add_x_forwarded_for;
# ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ claimed
`,
      fixed: `#- nginx.conf
events {}
http {
    server {
        location / { include proxy.conf; proxy_pass http://127.0.0.1:8000; }
        location /api/ { include proxy.conf; proxy_pass http://127.0.0.1:8001; }
    }
}
#- proxy.conf
  proxy_set_header Host $host;
  proxy_set_header X-Forwarded-For $proxy_add_x_forwarded_for;
  proxy_set_header X-Forwarded-Proto $scheme;
`,
    },
    {
      inside: 'server',
      good: `if ($http_x_forwarded_proto = http) {
    return 301 https://$host$request_uri;
}
location / {
    proxy_pass http://127.0.0.1:8000;
    proxy_set_header X-Forwarded-For $proxy_add_x_forwarded_for;
}`,
    },
    {
      inside: 'server',
      bad: `location / {
    proxy_set_header X-Forwarded-For $remote_addr;
    proxy_pass http://127.0.0.1:8000;
#   ^^^^^^^^^^ claimedToo
}`,
      good: `location / {
    proxy_set_header X-Forwarded-For $remote_addr;
    proxy_set_header X-Forwarded-Proto $scheme;
    proxy_pass http://127.0.0.1:8000;
}`,
    },
    { inside: 'server', good: 'location / { proxy_pass https://bucket.example.com; }' },
    {
      inside: 'server',
      good: `resolver 192.0.2.53;
set $counter https://counter.example.com/count.js;
location = /count.js { proxy_pass $counter; proxy_set_header Host counter.example.com; }`,
    },
    {
      inside: 'server',
      good: 'location /feed/ { proxy_pass http://feeds.example.com; proxy_set_header Host feeds.example.com; }',
    },
    {
      inside: 'server',
      good: `location = /may-i {
    internal;
    proxy_pass http://10.0.0.9:4180;
    proxy_pass_request_body off;
    proxy_set_header X-Original-URI $request_uri;
}`,
    },
    { inside: 'server', good: 'location ^~ /.well-known/acme-challenge/ { proxy_pass http://127.0.0.1:8008; }' },
  ],
});
