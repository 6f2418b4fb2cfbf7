/** Cached responses that reach somebody for whom they were not made. */
import { PerConfig } from '../../config/asked.ts';
import type { Directive } from '../../config/directive.ts';
import { namesOf } from '../../config/names.ts';
import { serverOf } from '../../config/servers.ts';
import { passTarget } from '../../config/upstreams.ts';
import { addToList, fixOf, insertAfter } from '../fix.ts';
import { defineRule } from '../rule.ts';
import { requestHeader } from './_headers.ts';

const zoneName = (d: Directive): string => d.value(0);

/** What pages of a proxy_cache are stored under: the zone and the upstream; null with a key of its own. */
function storeOf(directive: Directive): string | null {
  const pass = directive.scope.first('proxy_pass');
  const target = pass && !directive.scope.value('proxy_cache_key') ? passTarget(pass) : null;
  return target ? `${zoneName(directive)} ${target.url.split('/')[2]}` : null;
}

/** The proxy_cache directives of a configuration by what they store under; at most one for each server. */
const stores = new PerConfig((config): ReadonlyMap<string, readonly Directive[]> => {
  const found = new Map<string, Directive[]>();
  for (const sites of namesOf(config).ofKind('proxy-cache-zone', 'http'))
    for (const { directive, role } of sites) {
      const store = role === 'references' ? storeOf(directive) : null;
      if (store === null) continue;
      const list = found.get(store);
      if (!list) found.set(store, [directive]);
      else if (list.length < 2 && list[0]!.scope.enclosing('server') !== directive.scope.enclosing('server')) list.push(directive);
    }
  return found;
});

export default defineRule({
  id: 'cache-key-leaks',
  group: 'upstreams',
  severity: 'warning',
  since: '0.1',
  missing: [
    'proxy_cache_key',
    'fastcgi_cache_key',
    'uwsgi_cache_key',
    'scgi_cache_key',
    'proxy_no_cache',
    'fastcgi_no_cache',
    'uwsgi_no_cache',
    'scgi_no_cache',
    'proxy_cache_bypass',
    'fastcgi_cache_bypass',
    'uwsgi_cache_bypass',
    'scgi_cache_bypass',
  ],
  title: 'A cached response reaches the wrong visitor',
  why: `
nginx does not store a response that sets a cookie or says \`Cache-Control: private\`. \`proxy_ignore_headers Set-Cookie\` takes that away: the
page of one visitor, and the session cookie in it, is stored and sent to all others. Hide the header from the stored response, or bypass the
cache for requests with a session.

The key of a cached response is \`$scheme$proxy_host$request_uri\` by default, in which \`$proxy_host\` is the name of the upstream. When several
sites share an application and a cache zone, and the application tells them apart by the host, one site gets the pages of another. Put
\`$host\` into the key.`,
  about: ['proxy_cache', 'proxy_cache_key', 'proxy_ignore_headers', 'proxy_cache_bypass', 'proxy_no_cache', 'proxy_hide_header'],
  looksAt: { directive: ['proxy_cache'] },
  needs: 'config',
  fixable: 'sometimes',
  messages: {
    cookie:
      'Responses with Set-Cookie are stored, so one visitor gets the session of another. Bypass the cache for sessions, or hide the header.',
    host: 'The sites of this zone share cached pages: the key names the upstream, not the host. Put $host into proxy_cache_key.',
  },
  check({ directive, scope, config, report }) {
    if (zoneName(directive) === 'off' || zoneName(directive).includes('$')) return;
    const ignored = scope.value('proxy_ignore_headers');
    if (ignored?.values.some((v) => v.toLowerCase() === 'set-cookie')) {
      const hidden = scope.effective('proxy_hide_header').directives.some((d) => d.value(0).toLowerCase() === 'set-cookie');
      const key = scope.value('proxy_cache_key')?.value(0) ?? '';
      if (
        !hidden &&
        !/\$\{?(cookie_|http_cookie|http_authorization)/.test(key) &&
        !scope.value('proxy_no_cache') &&
        !scope.value('proxy_cache_bypass')
      )
        report('cookie', {
          at: directive.statement.name,
          related: [{ at: ignored.at(), message: 'responses with Set-Cookie are stored' }],
          fix: fixOf('Hide Set-Cookie from clients', 'suggestion', directive.file, [
            addToList(directive, 'proxy_hide_header', ['proxy_hide_header Set-Cookie;']),
          ]),
        });
    }
    const server = serverOf(scope);
    const pass = scope.first('proxy_pass');
    const host = requestHeader(scope, 'Host')?.value(1) ?? '';
    if (scope.value('proxy_cache_key') || !server || !pass || !passTarget(pass) || !/^\$\{?(http_)?host\}?(:\$server_port)?$/.test(host))
      return;
    const open = server.names.some((n) => n.kind !== 'exact' || n.hostname);
    // another server that stores pages of the same upstream in the same zone under the same key
    const sharing = stores
      .of(config)
      .get(storeOf(directive) ?? '')
      ?.find((d) => d.scope.enclosing('server') !== server.scope);
    if (!open && !sharing) return;
    report('host', {
      at: directive.statement.name,
      related: sharing
        ? [{ at: sharing.at(), message: 'the other site' }]
        : [{ at: server.names[0]!.directive?.at() ?? pass.at(), message: 'many hosts are served here' }],
      fix: fixOf('Put the host into the key', 'suggestion', directive.file, [
        insertAfter(directive.file, directive.statement, ['proxy_cache_key $scheme$host$request_uri;']),
      ]),
    });
  },
  examples: [
    {
      inside: 'http',
      bad: `proxy_cache_path /var/cache/nginx keys_zone=pages:10m;
server {
    location / {
        proxy_pass http://127.0.0.1:8000;
        proxy_cache pages;
#       ^^^^^^^^^^^ cookie
        proxy_ignore_headers Set-Cookie;
    }
}`,
      good: `proxy_cache_path /var/cache/nginx keys_zone=pages:10m;
server {
    location / {
        proxy_pass http://127.0.0.1:8000;
        proxy_cache pages;
        proxy_hide_header Set-Cookie;
        proxy_ignore_headers Set-Cookie;
    }
}`,
    },
    {
      inside: 'http',
      bad: `proxy_cache_path /var/cache/nginx keys_zone=pages:10m;
server {
    server_name *.example.com;
    location / {
        proxy_pass http://127.0.0.1:8000;
        proxy_set_header Host $host;
        proxy_cache pages;
#       ^^^^^^^^^^^ host
    }
}`,
      good: `proxy_cache_path /var/cache/nginx keys_zone=pages:10m;
server {
    server_name *.example.com;
    location / {
        proxy_pass http://127.0.0.1:8000;
        proxy_set_header Host $host;
        proxy_cache pages;
        proxy_cache_key $scheme$host$request_uri;
    }
}`,
    },
    {
      inside: 'http',
      bad: `proxy_cache_path /var/cache/nginx keys_zone=pages:10m;
proxy_set_header Host $host;
server {
    server_name a.example.com;
    location / {
        proxy_pass http://127.0.0.1:8000;
        proxy_cache pages;
#       ^^^^^^^^^^^ host
    }
}
server {
    server_name b.example.com;
    location / {
        proxy_pass http://127.0.0.1:8000;
        proxy_cache pages;
#       ^^^^^^^^^^^ host
    }
}`,
      fixed: false,
    },
    {
      inside: 'http',
      good: `proxy_cache_path /var/cache/nginx keys_zone=pages:10m;
server {
    server_name example.com;
    location / {
        proxy_pass http://127.0.0.1:8000;
        proxy_set_header Host $host;
        proxy_cache pages;
    }
}`,
    },
  ],
});
