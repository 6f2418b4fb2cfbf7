/** Which of the headers that an application behind a proxy needs are missing in effect, and what breaks without each. */
import { isForAssets, isForFiles, isForSockets } from '../../answers/what-a-place-is-for.ts';
import { passTargetOf, requestHeader } from '../../answers/what-is-passed.ts';
import { hasTlsServer, reachOf, serversUnder } from '../../answers/which-socket.ts';
import type { Directive } from '../../config/directive.ts';
import type { Deployment } from '../../deploy/deployment.ts';
import type { Fix } from '../fix.ts';
import { defineRule } from '../rule.ts';
import { type ClientHeader, missingAt, NEEDED } from './_client-headers.ts';
import { areLost, lackOf } from './_headers.ts';
import { isToChannels, otherHostAt } from './_host.ts';
import { isBesides, isNamedByTemplate, isToPages } from './_receiver.ts';

const PROTO = NEEDED[1];
/** Other names by which servers are told the scheme: Tornado's, those of older proxies, those that gunicorn reads too. */
const SCHEME_HEADERS = ['X-Scheme', 'X-Forwarded-Scheme', 'X-Forwarded-Protocol', 'X-Forwarded-Ssl', 'X-Url-Scheme', 'Front-End-Https'];

function isBeside(directive: Directive, deployment: Deployment): boolean {
  const target = passTargetOf(directive);
  return target !== null && (isBesides(directive, target) || isToPages(target, deployment));
}

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
    // without TLS here no request is HTTPS, or what ended TLS in front says so in a header that is passed on
    const encrypted = serversUnder(directive).some((s) => reachOf(s).tls);
    // X-Real-IP says who the client is, in a form that fewer applications read
    const known = requestHeader(directive.scope, 'X-Real-IP') !== undefined;
    const broken = missing.filter((n) => (n === PROTO ? encrypted || missing.length === 1 : !known));
    const claimed = !encrypted && (known || missing.every((n) => n === PROTO));
    // who tells the scheme by another name knows what reads it
    const otherwise =
      missing.every((n) => n === PROTO) && SCHEME_HEADERS.some((name) => requestHeader(directive.scope, name) !== undefined);
    // whoever wrote down the host and the client's address did without the scheme, and which program this is nobody sees
    const chosen =
      missing.every((n) => n === PROTO) && requestHeader(directive.scope, 'Host') !== undefined && !deployment.applications.length;
    // where the host is not passed on either, that finding names these, too: it is one list that is missing
    const besideHost = otherHostAt(directive, deployment)?.matters ?? false;
    // without TLS the client's address is all that is lost, and many programs never ask for it
    const addressAlone = !encrypted && !deployment.applications.length;
    report(besideHost ? (claimed ? 'claimedToo' : 'missingToo') : claimed ? 'claimed' : 'missing', {
      at: whole.at,
      // the files of pages are the same whoever asks for them, and few services beside the site's own program ask who does
      ...(claimed ||
      otherwise ||
      besideHost ||
      addressAlone ||
      areLost(
        directive.scope,
        missing.map((n) => n.header),
      ) ||
      ((!encrypted || broken.every((n) => n === PROTO)) && isForSockets(directive.scope)) ||
      chosen ||
      isToChannels(directive, deployment) ||
      isForAssets(directive.scope) ||
      isBeside(directive, deployment) ||
      (isNamedByTemplate(directive) && !requestHeader(directive.scope, 'Host')) ||
      (!encrypted && isForFiles(directive.scope))
        ? { severity: 'info' as const }
        : {}),
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
