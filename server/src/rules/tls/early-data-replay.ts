// TLS 1.3 early data handed to an application that cannot tell it apart.

import { sourcesOf } from '../../answers/where-a-value-comes-from.ts';
import { isVersionSaid } from '../../answers/which-build.ts';
import { reachOf, serversUnder } from '../../answers/which-socket.ts';
import { table } from '../../base/table.ts';
import type { Directive } from '../../config/directive.ts';
import { unseenInForce } from '../../config/effective.ts';
import { type Scope, walk } from '../../config/scope.ts';
import { PASS_DIRECTIVES } from '../../config/upstreams.ts';
import { readCondition } from '../../trace/handlers/rewrite.ts';
import { type Fix, fixOf, insertAfter } from '../fix.ts';
import { defineRule } from '../rule.ts';
import { protocolsOf } from '../tls.ts';

const VARIABLE = /\$\{?ssl_early_data\b/;

/** How each pass directive hands a request header on. */
const HEADER: Readonly<Record<string, string>> = table({
  proxy_pass: 'proxy_set_header Early-Data $ssl_early_data;',
  grpc_pass: 'grpc_set_header Early-Data $ssl_early_data;',
  uwsgi_pass: 'uwsgi_param HTTP_EARLY_DATA $ssl_early_data if_not_empty;',
  fastcgi_pass: 'fastcgi_param HTTP_EARLY_DATA $ssl_early_data if_not_empty;',
  scgi_pass: 'scgi_param HTTP_EARLY_DATA $ssl_early_data if_not_empty;',
});

export default defineRule({
  id: 'early-data-replay',
  group: 'tls',
  severity: 'warning',
  since: '0.1',
  missing: ['proxy_set_header', 'grpc_set_header', 'fastcgi_param', 'uwsgi_param'],
  title: 'TLS early data can be replayed',
  why: `With \`ssl_early_data on\` a returning client sends its request together with the first message of the handshake. That saves a round trip, and anyone on the path can send the same bytes again: the request runs twice. An order, a payment or a token exchange must not arrive like this.

The standard's answer is a header: the proxy marks such requests with \`Early-Data: 1\`, and an application that minds answers 425 Too Early, upon which the client asks again after the handshake. Hand the mark on, or answer 425 in nginx for every request that changes something.

The rule is silent as soon as \`$ssl_early_data\` is used where the request passes, and for servers without an application behind them.`,
  about: ['ssl_early_data', '$ssl_early_data', 'proxy_set_header'],
  references: ['https://www.rfc-editor.org/rfc/rfc8470'],
  looksAt: { directive: ['ssl_early_data'] },
  needs: 'config',
  inForce: true,
  fixable: 'sometimes',
  messages: {
    enabled:
      'From nginx 1.23.4 on, which speaks TLSv1.3 unless told otherwise, early data can be replayed, and {count} of the locations that pass it to an application do not mark it. Send Early-Data $ssl_early_data.',
    unmarked:
      'Early data can be replayed, and {count} of the locations that pass it to an application do not mark it. Send Early-Data $ssl_early_data.',
  },
  check({ config, directive, file, report }) {
    if (directive.value(0).toLowerCase() !== 'on') return;
    const servers = serversUnder(directive).filter((s) => reachOf(s).tls && s.scope.value('ssl_early_data') === directive);
    const open: Directive[] = [];
    for (const { scope } of servers) {
      const all = [...walk(scope)];
      // early data is a part of TLS 1.3
      if (!protocolsOf(scope).includes('TLSv1.3') || answersEarly(scope)) continue;
      for (const d of all) {
        if (!PASS_DIRECTIVES.includes(d.name) || !HEADER[d.name]) continue;
        const level = d.scope.enclosing('location');
        if (level && answersEarly(level)) continue;
        const name = HEADER[d.name]!.split(' ')[0]!;
        if (unseenInForce(d.scope, name).length) continue;
        const list = d.scope.effective(name).directives;
        if (!list.some((h) => h.values.some((v) => VARIABLE.test(v) || isDerived(v)))) open.push(d);
      }
    }
    if (!open.length) return;
    // older releases speak TLS 1.3 only where they are told to, and which one runs this is not known
    const told = open.some((d) => d.scope.value('ssl_protocols'));
    report(!isVersionSaid(config) && !told ? 'enabled' : 'unmarked', {
      at: directive.statement,
      data: { count: open.length },
      related: open.slice(0, 5).map((d) => ({ at: d.at(), message: 'Early data reaches an application here.' })),
      fix: fixes(open),
    });

    /** A condition on early data, by itself or through a map, that turns requests back (425). */
    function answersEarly(level: Scope): boolean {
      return level.named('if').some((d) => {
        const condition = readCondition(d);
        return (
          condition !== null &&
          condition.kind !== 'file' &&
          sourcesOf(config, condition.name).has('ssl_early_data') &&
          (d.body?.all.some((inner) => inner.name === 'return') ?? false)
        );
      });
    }

    /** A variable that a map makes of $ssl_early_data. */
    function isDerived(value: string): boolean {
      return config.main
        .named('http')
        .flatMap((h) => h.body?.named('map') ?? [])
        .some((m) => VARIABLE.test(m.value(0)) && value.includes(m.value(1)));
    }

    /** One line beside each pass, or beside the list that is in force there; only in this file. */
    function fixes(passes: readonly Directive[]): Fix | null {
      const places = new Map<Directive, string>();
      for (const d of passes) {
        const line = HEADER[d.name]!;
        const last = d.scope.effective(line.split(' ')[0]!).directives.at(-1);
        const place = last ?? d;
        if (place.file !== file || (!last && d.scope.context !== 'location')) return null;
        places.set(place, line);
      }
      return fixOf(
        'Mark early data for the application',
        'suggestion',
        file,
        [...places].map(([place, line]) => insertAfter(file, place.statement, [line])),
      );
    }
  },
  examples: [
    {
      inside: 'http',
      bad: `
server {
    listen 443 ssl;
    ssl_certificate site.pem;
    ssl_certificate_key site.key;
    ssl_early_data on;
#   ^^^^^^^^^^^^^^^^^^ enabled
    location / {
        proxy_pass http://127.0.0.1:8000;
        proxy_set_header Host $host;
    }
}`,
      good: `
server {
    listen 443 ssl;
    ssl_certificate site.pem;
    ssl_certificate_key site.key;
    ssl_early_data on;
    location / {
        proxy_pass http://127.0.0.1:8000;
        proxy_set_header Host $host;
        proxy_set_header Early-Data $ssl_early_data;
    }
}`,
    },
    {
      inside: 'http',
      bad: `
server {
    listen 443 ssl;
    ssl_certificate site.pem;
    ssl_certificate_key site.key;
    ssl_protocols TLSv1.3;
    ssl_early_data on;
#   ^^^^^^^^^^^^^^^^^^ unmarked
    location / {
        proxy_pass http://127.0.0.1:8000;
        proxy_set_header Host $host;
    }
}`,
      good: `
server {
    listen 443 ssl;
    ssl_certificate site.pem;
    ssl_certificate_key site.key;
    ssl_protocols TLSv1.3;
    ssl_early_data on;
    location / {
        proxy_pass http://127.0.0.1:8000;
        proxy_set_header Host $host;
        proxy_set_header Early-Data $ssl_early_data;
    }
}`,
    },
    {
      inside: 'http',
      good: `
server {
    listen 443 ssl;
    ssl_certificate site.pem;
    ssl_certificate_key site.key;
    ssl_early_data on;
    root /srv/site;
}`,
    },
  ],
});
