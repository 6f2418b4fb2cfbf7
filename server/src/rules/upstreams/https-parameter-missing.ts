/** Applications behind FastCGI, uWSGI and SCGI that are not told that the client came by HTTPS. */
import { isForPool } from '../../answers/what-a-place-is-for.ts';
import { reachOf, serversUnder } from '../../answers/which-socket.ts';
import { isNameOfScheme, toldScheme } from '../../answers/who-speaks-tls.ts';
import { table } from '../../base/table.ts';
import { locationOf } from '../../config/locations.ts';
import type { Scope } from '../../config/scope.ts';
import { defineRule } from '../rule.ts';

/** The list of each protocol, and what in it tells the scheme; a header of the client's is no such thing. */
const LISTS: Readonly<Record<string, string>> = table({
  fastcgi_pass: 'fastcgi_param',
  uwsgi_pass: 'uwsgi_param',
  scgi_pass: 'scgi_param',
});
/** The header of RFC 7239 has the scheme among other things. */
const FORWARDED = /^HTTP_FORWARDED$/i;
/** PHP and its kin look at HTTPS, frameworks at two headers more; none at REQUEST_SCHEME. */
const isReadByPhp = (name: string): boolean => /^(?:HTTPS|HTTP_X_FORWARDED_(?:PROTO|SSL))$/i.test(name);

/** Whether the place asks the pool for its state, and no program for a page. */
const isOfPool = (scope: Scope): boolean =>
  isForPool(scope, locationOf(scope)?.name ?? '') ||
  scope
    .effective('fastcgi_param')
    .directives.some((d) => /^SCRIPT_(?:NAME|FILENAME)$/.test(d.value(0)) && /^\/(?:fpm[-_])?(?:status|ping)$/.test(d.value(1)));

export default defineRule({
  id: 'https-parameter-missing',
  group: 'upstreams',
  severity: 'warning',
  since: '0.2',
  missing: ['fastcgi_param', 'uwsgi_param', 'scgi_param'],
  title: 'Application not told that the client uses HTTPS',
  why: `
FastCGI, uWSGI and SCGI have no scheme of their own: an application takes it from the parameter \`HTTPS\`. Without one every request looks like plain HTTP: links begin with http, cookies are not secure, and what insists on HTTPS redirects forever.

nginx's own \`fastcgi_params\`, \`uwsgi_params\` and \`scgi_params\` have the line \`HTTPS $https if_not_empty\`. Include them, or write it beside the others.`,
  about: ['fastcgi_param', 'uwsgi_param', 'scgi_param', '$https'],
  looksAt: { directive: ['fastcgi_pass', 'uwsgi_pass', 'scgi_pass'] },
  needs: 'config',
  messages: {
    untold:
      'The application does not receive HTTPS and takes requests over TLS for plain HTTP: wrong links, redirect loops. Add "{list} HTTPS $https if_not_empty;".',
    inner:
      'TLS ends at the proxy in front, and the application gets HTTPS from this connection, which has none: unless it reads X-Forwarded-Proto itself, it redirects to https forever. Set HTTPS from a map of $http_x_forwarded_proto.',
  },
  check({ directive, scope, report }) {
    const list = LISTS[directive.name]!;
    const { directives } = scope.effective(list);
    // without any list there is nothing that could be read, which is another fault
    if (!directives.length) return;
    const tells = directive.name === 'fastcgi_pass' ? isReadByPhp : isNameOfScheme;
    const told = directives.filter((d) => tells(d.value(0)) || FORWARDED.test(d.value(0)));
    const servers = serversUnder(directive);
    if (servers.some((s) => reachOf(s).tls)) {
      // pages of the pool itself, for monitoring, have no links
      if (!told.length && !isOfPool(scope)) report('untold', { at: directive.nameAt, data: { list } });
      return;
    }
    // PHP gets the header of the proxy as it came, and many programs read it
    if (directive.name !== 'fastcgi_pass' || !servers.length || toldScheme(scope) === null) return;
    if (told.some((d) => !/^HTTPS$/i.test(d.value(0)) || !/^\$\{?https\}?$/.test(d.value(1)))) return;
    const line = told[0];
    report('inner', { at: line ? line.at() : directive.nameAt, severity: 'info' });
  },
  examples: [
    {
      inside: 'http',
      bad: `server {
    listen 443 ssl;
    ssl_certificate site.pem;
    ssl_certificate_key site.key;
    location / {
        fastcgi_param SCRIPT_FILENAME /srv/www/index.php;
        fastcgi_param REQUEST_METHOD $request_method;
        fastcgi_pass 127.0.0.1:9000;
#       ^^^^^^^^^^^^ untold
    }
}`,
      good: `server {
    listen 443 ssl;
    ssl_certificate site.pem;
    ssl_certificate_key site.key;
    location / {
        fastcgi_param SCRIPT_FILENAME /srv/www/index.php;
        fastcgi_param REQUEST_METHOD $request_method;
        fastcgi_param HTTPS $https if_not_empty;
        fastcgi_pass 127.0.0.1:9000;
    }
}`,
    },
    {
      inside: 'http',
      bad: `server {
    listen 80;
    if ($http_x_forwarded_proto = http) {
        return 301 https://$host$request_uri;
    }
    location / {
        fastcgi_param SCRIPT_FILENAME /srv/www/index.php;
        fastcgi_param HTTPS $https if_not_empty;
#       ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ inner
        fastcgi_pass 127.0.0.1:9000;
    }
}`,
      good: `map $http_x_forwarded_proto $outer_https {
    https   on;
    default "";
}
server {
    listen 80;
    if ($http_x_forwarded_proto = http) {
        return 301 https://$host$request_uri;
    }
    location / {
        fastcgi_param SCRIPT_FILENAME /srv/www/index.php;
        fastcgi_param HTTPS $outer_https if_not_empty;
        fastcgi_pass 127.0.0.1:9000;
    }
}`,
    },
  ],
});
