/** proxy_pass sends `Host: $proxy_host`, the name in its own address, unless a line says otherwise (ngx_http_proxy_headers). */
import { readTarget } from '../../config/upstreams.ts';
import { addToList, fixOf, outside } from '../fix.ts';
import { defineRule } from '../rule.ts';
import { requestHeader } from './_headers.ts';

export default defineRule({
  id: 'proxy-host-missing',
  group: 'upstreams',
  severity: 'warning',
  since: '0.1',
  missing: ['proxy_set_header'],
  equivalents: ['nginx-lint:proxy-missing-host-header'],
  title: 'The application gets the name of the upstream as its host',
  why: `
Without \`proxy_set_header Host\`, nginx sends the name that stands in \`proxy_pass\`: \`backend\`, \`127.0.0.1:8000\`, \`localhost\`. The
application then builds links and redirects with that name, and frameworks that check the host refuse the request: Django answers 400.

A \`proxy_set_header\` line in a location hides all lines of the outer levels, so the header may be missing although it is written.

A service that is asked by its public name (\`proxy_pass https://bucket.example.com\`) wants just that name, and is left alone.`,
  about: ['proxy_set_header', 'proxy_pass', '$host', '$proxy_host'],
  references: ['https://docs.djangoproject.com/en/stable/ref/settings/#allowed-hosts'],
  looksAt: { directive: ['proxy_pass'] },
  needs: 'file',
  fixable: 'always',
  fixChanges: ['request-headers'],
  messages: { missing: 'The application gets "{sent}" as the host, not what the client asked for. Add "proxy_set_header Host $host;".' },
  check({ directive, scope, config, report }) {
    if (directive.fact?.module !== 'ngx_http_proxy_module') return;
    const fixed = /^\w+:\/\/[^/$?]+(?=[/$?]|$)/.exec(directive.value(0))?.[0];
    const target = fixed && readTarget(config, 'proxy_pass', fixed, directive);
    if (!target || requestHeader(scope, 'Host')) return;
    // another server's public name is the host that it wants
    if (target.kindOfHost === 'name' && !target.upstream && target.host.includes('.')) return;
    const sent = target.kindOfHost === 'unix' ? 'localhost' : target.host + (target.portText && `:${target.portText}`);
    const own = scope.first('proxy_set_header');
    const place = outside(directive);
    report('missing', {
      at: directive.statement.name,
      data: { sent },
      related: own ? [{ at: own.nameAt, message: 'the headers that are set here' }] : [],
      fix: fixOf('Pass the host on', 'safe', place.file, [addToList(place, 'proxy_set_header', ['proxy_set_header Host $host;'])]),
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
    { inside: 'server', good: 'location / { proxy_pass https://bucket.example.com; }' },
    { inside: 'server', good: 'proxy_set_header Host $http_host;\nlocation / { proxy_pass http://127.0.0.1:8000; }' },
  ],
});
