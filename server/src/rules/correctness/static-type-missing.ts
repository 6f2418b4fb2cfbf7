/** Style sheets, module scripts and WebAssembly that are sent with no type of theirs, so that browsers do not use them. Shown by a request and its answer. */
import type { Scope } from '../../config/scope.ts';
import { PASS_DIRECTIVES } from '../../config/upstreams.ts';
import { proofOf } from '../../witness/requests.ts';
import type { Spot } from '../../witness/spots.ts';
import { defineRule } from '../rule.ts';

/** Where a site's style sheets are looked for. */
const OF_PAGES = /^\/$|static|asset|css|js|dist|public|build/i;

/** Endings whose type browsers insist on: scripts that are modules, and WebAssembly that is compiled while it arrives. */
const STRICT = ['mjs', 'wasm'] as const;

/** The one that a location is written for, where the list in force is written out and has no type for it. */
function strictEnding({ location, scope }: Spot): (typeof STRICT)[number] | undefined {
  if (!location?.kind.startsWith('regex')) return undefined;
  const lists = scope.effective('types').directives;
  if (!lists.length || lists.some((d) => !d.body || d.scope === scope || d.body.all.some((row) => row.name === 'include')))
    return undefined;
  return STRICT.find(
    (ending) =>
      new RegExp(String.raw`\\\.(?:\([\w|?:]*)?\b${ending}\b`).test(location.name) &&
      !lists.some((d) => d.body!.all.some((row) => row.values.includes(ending))),
  );
}

/** The types in force have one for style sheets: nothing needs to be asked. */
const knowsStyleSheets = (scope: Scope): boolean =>
  scope.effective('types').directives.some((d) => d.body?.all.some((row) => row.values.includes('css')));

const ofPages = ({ location, scope }: Spot): boolean =>
  (location === null || (location.kind === 'prefix' && OF_PAGES.test(location.name))) &&
  scope.effective('alias').directives.length > 0 &&
  !knowsStyleSheets(scope) &&
  !scope.has('return') &&
  !PASS_DIRECTIVES.some((name) => scope.has(name));

export default defineRule({
  id: 'static-type-missing',
  group: 'correctness',
  severity: 'hint',
  since: '0.2',
  missing: ['types'],
  title: 'Files sent without their type',
  why: `
nginx knows the type of a file by its ending, from the \`types\` in force. Without \`include mime.types\` these are three; a \`types\` block in a server or location replaces the whole list of the level above, so that one line for a new format takes all others away. Style sheets then come as \`text/plain\` or \`application/octet-stream\`, and browsers do not apply them.

The same holds for a location written for \`.mjs\` or \`.wasm\`, where the list in force is written out and has no line for it: browsers refuse a module script with another type, and do not compile WebAssembly while it arrives.

Include \`mime.types\` in \`http\`, and next to every block that adds a type.`,
  about: ['types', 'default_type', 'include'],
  looksAt: {
    outcome: ['location'],
    somewhere: ['root', 'alias'],
    when: (spot) => strictEnding(spot) !== undefined || ofPages(spot),
  },
  needs: 'config',
  messages: {
    none: '{path} is sent as {type}, and browsers do not use it so: no types are read here. Add "include mime.types;" to http.',
    ending: '{path} is sent as {type}, and browsers insist on its own type: the list in force has none for it. Add "{row}" to types.',
    replaced:
      '{path} is sent as {type}, and browsers do not use it so: these types replace the whole list. Put "include mime.types;" into http, and one more beside this block.',
  },
  check({ spot, config, report }) {
    const ending = strictEnding(spot);
    if (ending) return tellOfEnding(ending);
    // of a server without a location for all paths its own level
    const name = (spot.location?.name ?? '/').replace(/\/?$/, '/');
    const path = `${name}site.css`;
    if (!spot.takes(path)) return;
    // nobody knows whether the file is there: what counts is how it would be sent
    const first = spot.ask({ path });
    const open = first.assumptions.find((a) => a.id.startsWith('file:') && a.id.endsWith('/site.css'));
    const trace = open ? spot.ask({ path }, { assume: { [open.id]: 'file' } }) : first;
    const { kind, status, responseHeaders } = trace.outcome;
    const type = responseHeaders.find(([n]) => n.toLowerCase() === 'content-type')?.[1].replace(/;.*$/, '');
    if (kind !== 'static' || status !== 200 || (type !== 'text/plain' && type !== 'application/octet-stream')) return;
    const list = spot.scope.effective('types').directives.at(-1);
    // downloads: an empty list with a type of one's own beside it
    if (list && (list.scope.has('default_type') || !list.body?.all.length)) return;
    const http = config.main.first('http');
    const line = list ?? http;
    if (!line) return;
    report(list ? 'replaced' : 'none', {
      at: line.nameAt,
      ...(list ? { severity: 'warning' as const } : {}),
      data: { path, type },
      witness: proofOf(trace, `Content-Type: ${type}`),
    });

    /** A location for files of a kind that have no type. */
    function tellOfEnding(named: string): void {
      const isNamed = (p: string): boolean => p.endsWith(`.${named}`);
      const path = spot.pathWhere((p) => isNamed(p) && /\w\.\w+$/.test(p)) ?? spot.pathWhere(isNamed);
      if (path === undefined || spot.unsure) return;
      const trace = spot.ask({ path });
      const { kind, status, responseHeaders } = trace.outcome;
      // of several, as add_header makes them, a browser takes the last one
      const sent = responseHeaders.findLast(([n]) => n.toLowerCase() === 'content-type')?.[1].replace(/;.*$/, '');
      if (kind !== 'static' || status !== 200 || (sent !== 'text/plain' && sent !== 'application/octet-stream')) return;
      const list = spot.scope.effective('types').directives.at(-1)!;
      const right = named === 'mjs' ? 'text/javascript' : 'application/wasm';
      report('ending', {
        at: spot.location!.directive.at(spot.location!.directive.args.at(-1)),
        severity: named === 'mjs' ? 'warning' : 'info',
        data: { path, type: sent, row: `${right} ${named};` },
        related: [{ at: list.nameAt, message: 'the types in force' }],
        witness: proofOf(trace, `Content-Type: ${sent}`),
      });
    }
  },
  examples: [
    {
      inside: 'http',
      bad: `types {
    text/css css;
}
server {
    root /srv/www;
    types {
#   ^^^^^ replaced
        application/wasm wasm;
    }
    location / {
        index index.html;
    }
}`,
      good: `types {
    text/css css;
    application/wasm wasm;
}
server {
    root /srv/www;
    location / {
        index index.html;
    }
}`,
      witness: { request: 'GET http://www.example.test/site.css', outcome: 'Content-Type: text/plain', meant: '`Content-Type: text/css`' },
    },
    {
      inside: 'tree',
      bad: `#- nginx.conf
events {}
 http {
#^^^^ none
    server {
        root /srv/www;
        location / {
            index index.html;
        }
    }
}`,
      good: `#- nginx.conf
events {}
http {
    types {
        text/css css;
    }
    server {
        root /srv/www;
        location / {
            index index.html;
        }
    }
}`,
    },
    {
      inside: 'tree',
      bad: `#- nginx.conf
events {}
 http {
#^^^^ none
    server {
        root /srv/www;
        location /api/ {
            proxy_pass http://127.0.0.1:8000;
        }
    }
}`,
      good: `#- nginx.conf
events {}
http {
    types {
        text/css css;
    }
    server {
        root /srv/www;
        location /api/ {
            proxy_pass http://127.0.0.1:8000;
        }
    }
}`,
    },
    {
      inside: 'http',
      bad: `types {
    text/css css;
    application/javascript js;
}
server {
    root /srv/www;
    location ~ \\.mjs$ {
#              ^^^^^^ ending
        expires 1d;
    }
}`,
      good: `types {
    text/css css;
    application/javascript js mjs;
}
server {
    root /srv/www;
    location ~ \\.mjs$ {
        expires 1d;
    }
}`,
    },
    {
      // downloads
      inside: 'http',
      good: `types {
    text/css css;
}
server {
    root /srv/www;
    location /public/ {
        types {}
        default_type application/octet-stream;
    }
}`,
    },
  ],
});
