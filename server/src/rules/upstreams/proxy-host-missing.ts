/** proxy_pass sends `Host: $proxy_host`, the name in its own address, unless a line says otherwise (ngx_http_proxy_headers). */
import { requestHeader } from '../../answers/what-is-passed.ts';
import type { Directive } from '../../config/directive.ts';
import { fixOf, replace } from '../fix.ts';
import { defineRule } from '../rule.ts';
import { missingAt, weighed } from './_client-headers.ts';
import { lackOf } from './_headers.ts';
import { otherHostAt } from './_host.ts';

/** The Host line in force that sends $server_name where that is a pattern, with what arrives. */
function patternSent(directive: Directive): { line: Directive; sent: string } | null {
  const { scope } = directive;
  if (directive.fact?.module !== 'ngx_http_proxy_module') return null;
  const line = requestHeader(scope, 'Host');
  if (!line || !/\$\{?server_name\b/.test(line.value(1))) return null;
  const level = scope.enclosing('server');
  // the first name as it is written, without a dot in front (ngx_http_core_server_name)
  const name = level?.first('server_name')?.value(0);
  if (name === undefined || !/^~|\*|^_$/.test(name) || name.includes('{{')) return null;
  return { line, sent: line.value(1).replace(/\$server_name\b|\$\{server_name\}/g, () => name) };
}

export default defineRule({
  id: 'proxy-host-missing',
  group: 'upstreams',
  severity: 'warning',
  since: '0.1',
  covers: ['forwarded-headers-missing/claimedToo', 'forwarded-headers-missing/missingToo'],
  missing: ['proxy_set_header'],
  equivalents: ['nginx-lint:proxy-missing-host-header'],
  title: 'Host header not passed on',
  why: `
Without \`proxy_set_header Host\`, nginx sends the name in \`proxy_pass\`: \`backend\`, \`127.0.0.1:8000\`, \`localhost\`. The
application then builds links and redirects with that name, and frameworks that check the host refuse the request: Django answers 400.

A \`proxy_set_header\` line in a location hides all lines of the outer levels, so the header may be missing although it is written.

\`$server_name\` is no better where the first name is a mask, an expression or \`_\`: it is sent as it is written.

At the place of an interface (\`/api/\`), whose answers are data, the finding is an info.

A service that is asked by its public name (\`proxy_pass https://bucket.example.com\`) wants just that name, and is not reported.`,
  about: ['proxy_set_header', 'proxy_pass', '$host', '$proxy_host'],
  references: ['https://docs.djangoproject.com/en/stable/ref/settings/#allowed-hosts'],
  looksAt: { directive: ['proxy_pass'] },
  needs: 'file',
  fixable: 'always',
  fixChanges: ['request-headers'],
  messages: {
    missing: 'The application receives "{sent}" as the host instead of the requested one. Add "proxy_set_header Host $host;"{beside}.',
    pattern:
      'The application receives "{sent}" as the host: $server_name is the first name of the server_name line as it is written. Pass $host.',
  },
  check({ directive, deployment, report }) {
    const pattern = patternSent(directive);
    const word = pattern?.line.args[1];
    if (pattern && word) {
      const { line, sent: arrives } = pattern;
      const fix = fixOf('Pass the host that was asked for', 'suggestion', line.file, [
        replace(word, word.raw.replace(/\$server_name\b|\$\{server_name\}/g, '$$host')),
      ]);
      report('pattern', { at: line.at(word), data: { sent: arrives }, fix });
      return;
    }
    const other = otherHostAt(directive, deployment);
    if (!other) return;
    const beside = missingAt(directive, deployment);
    const others = beside.map((n) => n.header);
    // it weighs as much as the heaviest part of what is missing
    const matters = other.matters || (beside.length > 0 && !weighed(directive, deployment, beside).isMinor);
    report('missing', {
      ...lackOf(directive, 'Pass the host on', ['proxy_set_header Host $host;']),
      // the list as a whole is missing: what else belongs there is said with it
      data: { sent: other.sent, beside: others.length ? `, and likewise ${others.join(', ')}` : '' },
      ...(matters ? {} : { severity: 'info' as const }),
    });
  },
  examples: [
    {
      inside: 'server',
      bad: `location / {
    proxy_pass http://127.0.0.1:8000;
#   ^^^^^^^^^^ missing
}`,
      good: `location / {
    proxy_pass http://127.0.0.1:8000;
    proxy_set_header Host $host;
}`,
    },
    {
      inside: 'server',
      bad: `proxy_set_header Host $host;
location /ws/ {
    proxy_pass http://127.0.0.1:8000;
#   ^^^^^^^^^^ missing
    proxy_set_header Upgrade $http_upgrade;
}`,
      good: `proxy_set_header Host $host;
location /ws/ {
    proxy_pass http://127.0.0.1:8000;
    proxy_set_header Upgrade $http_upgrade;
    proxy_set_header Host $host;
}`,
    },
    {
      inside: 'http',
      bad: `server {
    server_name *.example.org;
    location / {
        proxy_pass http://127.0.0.1:8000;
        proxy_set_header Host $server_name;
#                             ^^^^^^^^^^^^ pattern
    }
}`,
      good: `server {
    server_name *.example.org;
    location / {
        proxy_pass http://127.0.0.1:8000;
        proxy_set_header Host $host;
    }
}`,
    },
    { inside: 'server', good: 'location / { proxy_pass https://bucket.example.com; }' },
    { inside: 'server', good: 'location /.well-known/acme-challenge/ { proxy_pass http://127.0.0.1:8008; }' },
    { inside: 'server', good: 'location / { proxy_pass http://127.0.0.1:8000; proxy_set_header X-Forwarded-Host $host; }' },
    {
      inside: 'server',
      good: `location / { auth_request /auth; root /srv/site; }
location = /auth { internal; proxy_pass http://127.0.0.1:4180; }`,
    },
    { inside: 'server', good: 'proxy_set_header Host $http_host;\nlocation / { proxy_pass http://127.0.0.1:8000; }' },
  ],
});
