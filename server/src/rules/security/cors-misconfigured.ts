/** CORS headers that let any site read what is the user's, or that no browser accepts. Shown by a request of a foreign page. */
import { placesOf } from '../../answers/where-a-line-counts.ts';
import { entryOf } from '../../answers/who-may-enter.ts';
import type { Directive } from '../../config/directive.ts';
import { PASS_DIRECTIVES } from '../../config/upstreams.ts';
import { readMoreHeaders } from '../../trace/handlers/more-headers.ts';
import type { Trace } from '../../trace/trace.ts';
import { errorAnswer } from '../../witness/errors.ts';
import { proofOf } from '../../witness/requests.ts';
import type { Spot } from '../../witness/spots.ts';
import { defineRule } from '../rule.ts';
import { ALLOW_ORIGIN, crossOrigin, FOREIGN, IS_ALLOW_ORIGIN, lineOf, SETTERS, valuesOf } from './_cors.ts';

/** Lists in which a star counts for requests without credentials only. */
const STARRED = ['access-control-allow-headers', 'access-control-allow-methods', 'access-control-expose-headers'];

/** A list whose words nothing but spaces or semicolons part: browsers read tokens between commas, and give up at the first that is none (Fetch, "extract header list values"). */
const UNPARTED = /^[\w-]+(?:[ \t;]+[\w-]+)+;?$/;

/** A serialized origin (RFC 6454), or what else browsers take. */
const isOrigin = (value: string): boolean => value === '*' || value === 'null' || /^[a-z][a-z\d+.-]*:\/\/[^/?#\s*]+$/i.test(value);

/** The origin that was probably meant. */
function exampleOf(value: string): string {
  const host = value
    .replace(/^[a-z]+:\/\//i, '')
    .replace(/[/?#].*$/, '')
    .replace(/^\*\./, 'www.');
  return `https://${host || 'example.org'}`;
}

const isCredentialed = (trace: Trace): boolean => valuesOf(trace, 'access-control-allow-credentials').some((v) => v.trim() === 'true');

/** Words that a page's origin may be, as a list would have them. */
const isList = (value: string): boolean => value.trim().split(/[\s,]+/).length > 1;

/** The header that a line sets, as it is written. */
const nameAsWritten = (line: Directive): string =>
  line.name === 'add_header'
    ? line.value(0)
    : (readMoreHeaders(line).headers.find((h) => IS_ALLOW_ORIGIN.test(h.name))?.name ?? ALLOW_ORIGIN);

/** What is wrong with an answer to a foreign page that comes with the user's credentials. */
const openTo = (value: string, origin: string): 'star' | 'null' | 'reflected' | null =>
  value === '*' ? 'star' : value === 'null' ? 'null' : value === origin ? 'reflected' : null;

/**
 * A file that is sent to whoever asks: what a page of another site reads in it, its owner reads by himself, whoever is logged in. Where the line
 * counts for an application as well, that one's answers are what matters.
 */
const isForAll = (spot: Spot, { outcome }: Trace, line: Directive): boolean =>
  outcome.kind === 'static' && entryOf(spot.scope) === 'everybody' && !placesOf(line).some((at) => PASS_DIRECTIVES.some((p) => at.has(p)));

export default defineRule({
  id: 'cors-misconfigured',
  group: 'security',
  severity: 'warning',
  since: '0.2',
  title: 'CORS headers open to any site or invalid',
  why: `
\`Access-Control-Allow-Origin\` names the one site whose pages may read the answer. Sending back \`$http_origin\`, whatever it is, together with \`Access-Control-Allow-Credentials: true\` lets every page on the web read what a logged-in user sees. \`null\` is not a harmless value: a sandboxed frame of any site has this origin.

Browsers refuse \`*\` together with credentials, two origins in one value, and the header sent twice: the page that needs it does not work.

Choose the origin with a \`map\` of \`$http_origin\` that lists your own sites and is empty otherwise (nginx sends no header then), and send \`Vary: Origin\`.`,
  about: ['add_header', 'map', '$http_'],
  references: ['https://fetch.spec.whatwg.org/#http-cors-protocol', 'https://cwe.mitre.org/data/definitions/942.html'],
  looksAt: {
    outcome: ['location', 'server'],
    somewhere: [...SETTERS],
    like: IS_ALLOW_ORIGIN,
    when: (spot) => lineOf(spot, ALLOW_ORIGIN) !== null,
  },
  needs: 'config',
  messages: {
    reflected:
      'Any site may read the answers with the user’s credentials: a page of {origin} gets its own origin back. Choose the origin with a map that lists your own sites.',
    null: 'A page in a sandboxed frame of any site has the origin null, and may read the answers with the user’s credentials. Name a site.',
    star: 'No browser takes credentials for Access-Control-Allow-Origin "*": such requests fail. Name the origin, or leave Access-Control-Allow-Credentials out.',
    list: 'Access-Control-Allow-Origin takes one origin, and browsers refuse "{value}". Choose one with a map of $http_origin.',
    form: '"{value}" is no origin, so no browser takes it: an origin is scheme, host and port ({example}), without path, wildcard or slash at the end. Write it so.',
    word: 'Access-Control-Allow-Credentials counts only as "true", in small letters; "{value}" is the same as none. Write true.',
    starList: 'With credentials "*" in {name} is a plain name, not a wildcard: what it should allow is refused. Name what is allowed.',
    parted:
      'Browsers take no list from "{value}" in {name}, and refuse what it should allow: its items are separated by commas, not by spaces or semicolons. Write {meant}.',
    errors:
      'Errors come without this header: a script of the page learns of a {status} only that CORS refused it. Add "always", unless the application sets the header on errors.',
    twice: 'Access-Control-Allow-Origin is sent {count} times, and browsers refuse that. Keep one of the lines.',
  },
  check({ spot, report }) {
    const line = lineOf(spot, ALLOW_ORIGIN)!;
    const isRead = line.values.some((v) => v.includes('$'));
    // OPTIONS fares as GET does, or gets nothing, where no condition and no value asks for the method
    const hangs = isRead || spot.has('if', 'limit_except') || spot.server.scope.has('if');
    const methods = hangs ? ['GET', 'OPTIONS'] : ['GET'];
    const tell = (
      message: 'reflected' | 'null' | 'star' | 'list' | 'twice' | 'form',
      trace: Trace,
      data: Record<string, string | number>,
    ): void => {
      const value = valuesOf(trace, ALLOW_ORIGIN)[0]!;
      const credentials = lineOf(spot, 'access-control-allow-credentials');
      report(message, {
        at: line.at(),
        data,
        ...(message === 'reflected' && isForAll(spot, trace, line) && { severity: 'info' as const }),
        related:
          credentials && message !== 'twice' && message !== 'list' && message !== 'form'
            ? [{ at: credentials.at(), message: 'with credentials' }]
            : [],
        witness: proofOf(trace, `Access-Control-Allow-Origin: ${value}`),
      });
    };
    const tellOf = (message: 'word' | 'starList' | 'parted', trace: Trace, name: string): void => {
      const written = lineOf(spot, name);
      const value = valuesOf(trace, name)[0]!;
      if (!written) return;
      report(message, {
        at: written.at(),
        data: {
          value,
          name: nameAsWritten(written),
          meant: `"${value
            .split(/[\s;]+/)
            .filter(Boolean)
            .join(', ')}"`,
        },
        witness: proofOf(trace, `${nameAsWritten(written)}: ${value}`),
      });
    };
    for (const method of methods)
      for (const origin of method === 'GET' && (isRead || spot.has('if')) ? [FOREIGN, 'null'] : [FOREIGN]) {
        const trace = spot.ask(crossOrigin(spot, origin, method), { upstream: { status: 200, headers: [] } });
        const values = valuesOf(trace, ALLOW_ORIGIN).filter((v) => v !== '');
        const [value] = values;
        if (value === undefined) continue;
        if (values.length > 1) return tell('twice', trace, { count: values.length });
        if (isList(value)) return tell('list', trace, { value });
        if (!isOrigin(value)) return tell('form', trace, { value, example: exampleOf(value) });
        const credentials = valuesOf(trace, 'access-control-allow-credentials')[0]?.trim() ?? '';
        if (credentials !== 'true' && credentials.toLowerCase() === 'true')
          return tellOf('word', trace, 'access-control-allow-credentials');
        // who may read everything is told whatever else is wrong
        const open = isCredentialed(trace) ? openTo(value, origin) : null;
        if (open) tell(open, trace, open === 'reflected' ? { origin } : {});
        if (open === 'star') return;
        for (const name of STARRED) if (valuesOf(trace, name).some((v) => UNPARTED.test(v.trim()))) return tellOf('parted', trace, name);
        for (const name of isCredentialed(trace) ? STARRED : [])
          if (valuesOf(trace, name).some((v) => v.trim() === '*')) return tellOf('starList', trace, name);
        if (open) return;
      }
    tellOfErrors();

    /** A page's script sees no error of an API: the answer to a 401 or 500 has no header that lets it read. */
    function tellOfErrors(): void {
      if (
        line.name !== 'add_header' ||
        line.scope !== spot.scope ||
        line.args.length !== 2 ||
        !spot.has('proxy_pass', 'uwsgi_pass', 'fastcgi_pass', 'scgi_pass')
      )
        return;
      const own = line.value(1);
      const origin = /^https?:\/\//.test(own) ? own : FOREIGN;
      const shown = errorAnswer(spot, crossOrigin(spot, origin));
      if (shown && valuesOf(shown, ALLOW_ORIGIN).length === 0)
        report('errors', {
          at: line.at(),
          severity: 'info',
          data: { status: shown.outcome.status },
          witness: proofOf(shown, `${shown.outcome.status} without ${line.value(0)}`),
        });
    }
  },
  examples: [
    {
      inside: 'server',
      bad: `location /notes/ {
    add_header Access-Control-Allow-Origin $http_origin always;
#   ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ reflected
    add_header Access-Control-Allow-Credentials true always;
    add_header Access-Control-Allow-Headers * always;
#   ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ starList
    proxy_pass http://127.0.0.1:8000;
}`,
    },
    {
      inside: 'server',
      bad: `location /api/ {
    add_header Access-Control-Allow-Origin https://shop.example.org;
#   ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ errors
    proxy_pass http://127.0.0.1:8000;
}`,
      good: `location /api/ {
    add_header Access-Control-Allow-Origin https://shop.example.org always;
    proxy_pass http://127.0.0.1:8000;
}`,
      witness: {
        request: 'GET http://www.example.test/api/users, Origin: https://shop.example.org',
        outcome: '404 without Access-Control-Allow-Origin',
        meant: '404 with Access-Control-Allow-Origin',
      },
    },
    {
      inside: 'server',
      bad: `location /api/ {
    add_header Access-Control-Allow-Origin "https://shop.example.org/" always;
#   ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ form
    return 204;
}
location /fonts/ {
    add_header Access-Control-Allow-Origin *.example.org always;
#   ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ form
    return 204;
}`,
      good: `location /api/ {
    add_header Access-Control-Allow-Origin "https://shop.example.org" always;
    return 204;
}
location /fonts/ {
    add_header Access-Control-Allow-Origin * always;
    return 204;
}`,
    },
    {
      inside: 'server',
      bad: `location /api/ {
    add_header Access-Control-Allow-Origin https://shop.example.org always;
    add_header Access-Control-Allow-Credentials True always;
#   ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ word
    return 204;
}
location /files/ {
    add_header Access-Control-Allow-Origin https://shop.example.org always;
    add_header Access-Control-Allow-Credentials true always;
    add_header Access-Control-Allow-Headers * always;
#   ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ starList
    return 204;
}`,
      good: `location /api/ {
    add_header Access-Control-Allow-Origin https://shop.example.org always;
    add_header Access-Control-Allow-Credentials true always;
    return 204;
}
location /files/ {
    add_header Access-Control-Allow-Origin https://shop.example.org always;
    add_header Access-Control-Allow-Credentials true always;
    add_header Access-Control-Allow-Headers "Content-Type" always;
    return 204;
}`,
    },
    {
      inside: 'server',
      bad: `location /api/ {
    add_header Access-Control-Allow-Origin $http_origin;
#   ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ reflected
    add_header Access-Control-Allow-Credentials true;
    proxy_pass http://127.0.0.1:8000;
}`,
      good: `location /api/ {
    add_header Access-Control-Allow-Origin https://shop.example.com always;
    add_header Access-Control-Allow-Credentials true;
    proxy_pass http://127.0.0.1:8000;
}`,
    },
    {
      inside: 'server',
      bad: `location /api/ {
    add_header Access-Control-Allow-Origin *;
#   ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ star
    add_header Access-Control-Allow-Credentials true;
    proxy_pass http://127.0.0.1:8000;
}
location /fonts/ {
    add_header Access-Control-Allow-Origin "https://a.example.com https://b.example.com";
#   ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ list
    proxy_pass http://127.0.0.1:8000;
}
location /both/ {
    add_header Access-Control-Allow-Origin https://a.example.com;
    add_header Access-Control-Allow-Origin https://b.example.com;
#   ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ twice
    proxy_pass http://127.0.0.1:8000;
}`,
      good: `location /api/ {
    add_header Access-Control-Allow-Credentials true;
    proxy_pass http://127.0.0.1:8000;
}
location /fonts/ {
    add_header Access-Control-Allow-Origin "https://a.example.com" always;
    proxy_pass http://127.0.0.1:8000;
}
location /both/ {
    add_header Access-Control-Allow-Origin https://b.example.com always;
    proxy_pass http://127.0.0.1:8000;
}`,
    },
    {
      inside: 'server',
      bad: `location /api/ {
    add_header Access-Control-Allow-Origin null;
#   ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ null
    add_header Access-Control-Allow-Credentials true;
    proxy_pass http://127.0.0.1:8000;
}`,
      good: `location /api/ {
    proxy_pass http://127.0.0.1:8000;
}`,
    },
    {
      inside: 'http',
      good: `map $http_origin $cors {
    default "";
    "~^https://([a-z0-9-]+\\.)?example\\.com$" $http_origin;
}
server {
    location / {
        add_header Access-Control-Allow-Origin $cors always;
        add_header Access-Control-Allow-Credentials true;
        add_header Vary Origin;
        proxy_pass http://127.0.0.1:8000;
    }
    location /open/ {
        add_header Access-Control-Allow-Origin $http_origin always;
        proxy_pass http://127.0.0.1:8000;
    }
}`,
    },
  ],
});
