/** `keepalive` in an upstream needs HTTP/1.1 and an empty Connection header; both became the defaults with nginx 1.29.7. */

import { type Keeping, keepingOf } from '../../answers/what-is-kept.ts';
import type { TextEdit } from '../../base/edit.ts';
import { PerPart } from '../../config/asked.ts';
import type { Directive } from '../../config/directive.ts';
import { type Scope, walk } from '../../config/scope.ts';
import type { Upstream } from '../../config/upstreams.ts';
import type { SourceFile } from '../../syntax/statement.ts';
import { addToList, fixAcross, fixOf, insertAfter, outside, replace, setLine } from '../fix.ts';
import { defineRule } from '../rule.ts';
import { type Shared, sharedList } from '../shared.ts';

/** What keeps the connections of a `proxy_pass` from being kept; null where nothing does or nobody asks for it. */
const flaws = new PerPart((directive: Directive): Keeping | null => {
  const keeping = directive.name === 'proxy_pass' ? keepingOf(directive) : null;
  // with 1.0 and a map of the client's Upgrade, another rule speaks
  if (!keeping || (keeping.header?.value(1).includes('$') && !keeping.closes)) return null;
  return keeping.old || keeping.closes ? keeping : null;
});
const flawOf = (directive: Directive): Keeping | null => flaws.of(directive);

/** The passes of a server to each group whose connections are not kept, in nginx's order. */
const flawedPasses = new PerPart((around: Scope): ReadonlyMap<Upstream, readonly Directive[]> => {
  const byGroup = new Map<Upstream, Directive[]>();
  for (const d of walk(around)) {
    const group = d.name === 'proxy_pass' ? flawOf(d)?.group : undefined;
    if (!group) continue;
    const known = byGroup.get(group);
    if (known) known.push(d);
    else byGroup.set(group, [d]);
  }
  return byGroup;
});

function editsFor(directive: Directive, { header, old, closes }: Keeping): { file: SourceFile; edit: TextEdit }[] {
  const place = outside(directive);
  // a Connection line that is there is changed where it stands: a second one would be sent beside it
  const written = old && place.scope.has('proxy_http_version');
  const others = old && !written ? ['proxy_http_version 1.1;'] : [];
  const headers = closes && !header ? ['proxy_set_header Connection "";'] : [];
  return [
    ...(written ? [setLine(place, 'proxy_http_version', '1.1')] : []),
    ...(closes && header && !header.value(1).includes('$') ? [{ file: header.file, edit: replace(header.args[1]!, '""') }] : []),
    ...(headers.length || others.length ? [{ file: place.file, edit: addToList(place, 'proxy_set_header', headers, others) }] : []),
  ];
}

/** The same for all who send one list of headers, where lines are missing only. */
function sharedBy({ scope, file }: Directive, { header, old, closes }: Keeping): Shared | null {
  const written = old && scope.value('proxy_http_version');
  if (written || (closes && header)) return null;
  const lines = [...(old ? ['proxy_http_version 1.1;'] : []), ...(closes ? ['proxy_set_header Connection "";'] : [])];
  return sharedList(scope, file.id, 'proxy_set_header', [{ title: 'Let connections be kept', safety: 'safe', lines }]);
}

export default defineRule({
  id: 'connection-header-keepalive',
  group: 'upstreams',
  severity: 'info',
  since: '0.1',
  missing: ['proxy_set_header', 'proxy_http_version'],
  equivalents: ['nginx-lint:proxy-keepalive'],
  title: 'Upstream keepalive without effect',
  why: `
\`keepalive\` in an upstream keeps idle connections. Before nginx 1.29.7 a proxied request is sent with HTTP/1.0 and \`Connection: close\`, so
the application closes the connection after each response and nothing is kept. Set \`proxy_http_version 1.1\` and clear the header with
\`proxy_set_header Connection ""\`. From 1.29.7 on that is the default, and only lines that say otherwise break it. While the version is not set, the rule hints at older ones.`,
  about: ['keepalive', 'proxy_http_version', 'proxy_set_header'],
  looksAt: { directive: ['proxy_pass', 'fastcgi_pass'] },
  needs: 'file',
  fixable: 'sometimes',
  fixChanges: ['request-headers', 'request-line', 'timing'],
  messages: {
    fastcgi: 'Connections to "{group}" are not kept: the application is told to close them. Turn fastcgi_keep_conn on.',
    mapped:
      'Connections to "{group}" are not kept: for requests without an upgrade {value} is "close". Let the map return an empty value there.',
    version: 'Connections to "{group}" are not kept: requests go out with HTTP/1.0. Set proxy_http_version 1.1.',
    header: 'Connections to "{group}" are not kept: requests say "Connection: close". Set proxy_set_header Connection "".',
    older:
      'Before nginx 1.29.7 connections to "{group}" are not kept. Set proxy_http_version 1.1 and an empty Connection header, or set the nginx version.',
    both: 'Connections to "{group}" are not kept: requests go out with HTTP/1.0 and "Connection: close". Set version 1.1 and an empty header.',
  },
  check({ directive, scope, file, report }) {
    if (directive.name === 'fastcgi_pass') {
      const keeping = keepingOf(directive);
      if (!keeping?.closes) return;
      const { group, keep } = keeping;
      const own = scope.has('fastcgi_keep_conn');
      report('fastcgi', {
        at: directive.statement.name,
        data: { group: group.name },
        related: [{ at: keep.at(), message: 'connections should be kept' }],
        fix:
          own || scope.context !== 'location'
            ? null
            : fixOf('Keep connections', 'suggestion', file, [insertAfter(file, directive.statement, ['fastcgi_keep_conn on;'])]),
      });
      return;
    }
    const flaw = flawOf(directive);
    if (!flaw) return;
    if (flaw.closes && flaw.header?.value(1).includes('$')) {
      report('mapped', {
        at: directive.statement.name,
        data: { group: flaw.group.name, value: flaw.header.value(1) },
        related: [
          { at: flaw.keep.at(), message: 'connections should be kept' },
          { at: flaw.header.at(), message: 'the header' },
        ],
      });
      return;
    }
    const { group, keep, old, closes, older } = flaw;
    const related = [{ at: keep.at(), message: 'connections should be kept' }];
    if (!older) {
      report(old && closes ? 'both' : old ? 'version' : 'header', {
        at: directive.statement.name,
        data: { group: group.name },
        related,
        fix: fixAcross('Let connections be kept', 'safe', editsFor(directive, flaw)),
        shared: sharedBy(directive, flaw),
      });
      return;
    }
    // what holds of a version that nobody has named is said once for each server
    const alike = flawedPasses.of(scope.enclosing('server') ?? scope.config.main).get(group) ?? [];
    if (alike[0] !== directive) return;
    const edits = alike.flatMap((d) => editsFor(d, flawOf(d)!));
    report('older', {
      at: directive.statement.name,
      data: { group: group.name },
      severity: 'hint',
      related: [...related, ...alike.slice(1).map((d) => ({ at: d.nameAt, message: 'here too' }))],
      fix: fixAcross('Let connections be kept', 'safe', [...new Map(edits.map((e) => [`${e.file.id} ${e.edit.span.start}`, e])).values()]),
    });
  },
  examples: [
    {
      inside: 'http',
      settings: { nginx: '1.22.1' },
      bad: `upstream app {
    server 127.0.0.1:8000;
    keepalive 16;
}
server {
    location / {
        proxy_pass http://app;
#       ^^^^^^^^^^ both
    }
}`,
      good: `upstream app {
    server 127.0.0.1:8000;
    keepalive 16;
}
server {
    location / {
        proxy_pass http://app;
        proxy_http_version 1.1;
        proxy_set_header Connection "";
    }
}`,
    },
    {
      inside: 'http',
      settings: { nginx: '1.29.7' },
      bad: `upstream app {
    server 127.0.0.1:8000;
    keepalive 16;
}
server {
    location / {
        proxy_set_header Connection close;
        proxy_pass http://app;
#       ^^^^^^^^^^ header
    }
}`,
      good: `upstream app {
    server 127.0.0.1:8000;
    keepalive 16;
}
server {
    location / {
        proxy_set_header Connection "";
        proxy_pass http://app;
    }
}`,
    },
    {
      inside: 'http',
      settings: { nginx: '1.29.7' },
      good: `upstream app {
    server 127.0.0.1:8000;
    keepalive 16;
}
server {
    location / {
        proxy_pass http://app;
    }
}`,
    },
    {
      inside: 'http',
      bad: `upstream app {
    server 127.0.0.1:8000;
    keepalive 16;
}
server {
    location / {
        proxy_pass http://app;
#       ^^^^^^^^^^ older
    }
}`,
      good: `upstream app {
    server 127.0.0.1:8000;
    keepalive 16;
}
server {
    location / {
        proxy_pass http://app;
        proxy_http_version 1.1;
        proxy_set_header Connection "";
    }
}`,
    },
  ],
});
