/** Style sheets and scripts that are sent with no type of theirs, so that browsers do not use them. Shown by a request and its answer. */
import type { Scope } from '../../config/scope.ts';
import { PASS_DIRECTIVES } from '../../config/upstreams.ts';
import { proofOf } from '../../witness/requests.ts';
import { defineRule } from '../rule.ts';

/** Where a site's style sheets are looked for. */
const OF_PAGES = /^\/$|static|asset|css|js|dist|public|build/i;

/** The types in force have one for style sheets: nothing needs to be asked. */
const knowsStyleSheets = (scope: Scope): boolean =>
  scope.effective('types').directives.some((d) => d.body?.all.some((row) => row.values.includes('css')));

export default defineRule({
  id: 'static-type-missing',
  group: 'correctness',
  severity: 'hint',
  since: '0.2',
  missing: ['types'],
  title: 'Style sheets sent without their type',
  why: `
nginx knows the type of a file by its ending, from the \`types\` in force. Without \`include mime.types\` these are three; a \`types\` block in a server or location replaces the whole list of the level above, so that one line for a new format takes all others away. Style sheets then come as \`text/plain\` or \`application/octet-stream\`, and browsers do not apply them.

Include \`mime.types\` in \`http\`, and next to every block that adds a type.`,
  about: ['types', 'default_type', 'include'],
  looksAt: {
    outcome: ['location'],
    somewhere: ['root', 'alias'],
    when: ({ location, scope }) =>
      (location === null || (location.kind === 'prefix' && OF_PAGES.test(location.name))) &&
      scope.effective('alias').directives.length > 0 &&
      !knowsStyleSheets(scope) &&
      !scope.has('return') &&
      !PASS_DIRECTIVES.some((name) => scope.has(name)),
  },
  needs: 'config',
  messages: {
    none: '{path} is sent as {type}, and browsers do not use it so: no types are read here. Add "include mime.types;" to http.',
    replaced:
      '{path} is sent as {type}, and browsers do not use it so: these types replace the whole list. Put "include mime.types;" into http, and one more beside this block.',
  },
  check({ spot, config, report }) {
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
