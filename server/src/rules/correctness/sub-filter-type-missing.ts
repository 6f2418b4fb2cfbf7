/** Texts that are to be replaced in files of a kind that `sub_filter` does not look at: `sub_filter_types` is text/html where nothing says otherwise. */
import type { Scope } from '../../config/scope.ts';
import { PASS_DIRECTIVES } from '../../config/upstreams.ts';
import { fixOf, insertAfter } from '../fix.ts';
import { defineRule } from '../rule.ts';

/** Kinds of files by their endings, with the types under which they are sent. */
const TYPES: ReadonlyMap<string, readonly string[]> = new Map([
  ['js', ['application/javascript', 'text/javascript', 'application/x-javascript']],
  ['mjs', ['application/javascript', 'text/javascript']],
  ['css', ['text/css']],
  ['json', ['application/json']],
  ['webmanifest', ['application/manifest+json', 'application/json']],
  ['map', ['application/json']],
  ['xml', ['text/xml', 'application/xml', 'application/rss+xml', 'application/atom+xml']],
  ['rss', ['application/rss+xml', 'text/xml', 'application/xml']],
  ['svg', ['image/svg+xml']],
  ['m3u8', ['application/vnd.apple.mpegurl', 'application/x-mpegurl', 'audio/mpegurl']],
  ['mpd', ['application/dash+xml']],
]);

/** The endings of a pattern for files, `\\.(js|css)$`, or of the one file that a location is about. */
function endingsOf(values: readonly string[]): readonly string[] {
  const text = values.at(-1) ?? '';
  if (/^~/.test(values[0] ?? '')) {
    const [, list, one] = /\\\.(?:\((?:\?:)?([\w|]+)\)|(\w+))\$$/.exec(text) ?? [];
    return (list ?? one ?? '').toLowerCase().split('|').filter(Boolean);
  }
  const ending = /^\/[\w./-]*\.(\w+)$/.exec(text)?.[1];
  return ending ? [ending.toLowerCase()] : [];
}

/** The types under which a file may be sent: that of the table in force for files of one's own, else what applications say. */
function typesOf(scope: Scope, ending: string): readonly string[] | undefined {
  const usual = TYPES.get(ending);
  const tables = scope.effective('types').directives;
  if (!usual || !tables.length || PASS_DIRECTIVES.some((name) => scope.has(name))) return usual;
  const rows = tables.flatMap((d) => d.body?.all.filter((row) => row.values.includes(ending)) ?? []);
  return [rows[0]?.name ?? scope.value('default_type')?.value(0) ?? 'text/plain'];
}

export default defineRule({
  id: 'sub-filter-type-missing',
  group: 'correctness',
  severity: 'warning',
  since: '0.2',
  missing: ['sub_filter_types'],
  inForce: true,
  title: 'sub_filter in files that it does not look at',
  why: `
\`sub_filter\` looks at responses of the type \`text/html\` only. In a location for scripts, style sheets, JSON or playlists it replaces nothing, and nothing is logged: \`sub_filter_types\` must name their type, as it is sent.`,
  about: ['sub_filter', 'sub_filter_types'],
  references: ['https://nginx.org/en/docs/http/ngx_http_sub_module.html#sub_filter_types'],
  looksAt: { directive: ['sub_filter'] },
  needs: 'config',
  fixable: 'sometimes',
  messages: {
    html: 'Nothing is replaced here: sub_filter looks at text/html only, and a .{ending} is sent as {type}. Add "sub_filter_types {type};".',
    other: 'Nothing is replaced here: a .{ending} is sent as {type}, which sub_filter_types does not name. Add it there.',
  },
  check({ directive, scope, file, report }) {
    const { opener } = scope;
    if (opener?.name !== 'location' || scope.first('sub_filter') !== directive || opener.args.some((a) => a.templated)) return;
    const endings = endingsOf(opener.values);
    // where the place gives its files a type of their own, that counts
    if (!endings.length || ['types', 'default_type', 'proxy_hide_header', 'include'].some((name) => scope.has(name))) return;
    const line = scope.value('sub_filter_types');
    const named = (line?.args ?? []).map((a) => a.value.toLowerCase());
    if (line?.args.some((a) => a.templated || /[*$]/.test(a.value))) return;
    const kinds = endings.map((e) => typesOf(scope, e));
    if (kinds.some((types) => !types || types.some((t) => t === 'text/html' || named.includes(t.toLowerCase())))) return;
    const type = kinds[0]![0]!;
    report(line ? 'other' : 'html', {
      at: directive.nameAt,
      data: { ending: endings[0]!, type },
      related: line ? [{ at: line.at(), message: 'the types that are looked at' }] : [],
      fix: line
        ? null
        : fixOf('Name the type', 'suggestion', file, [
            insertAfter(file, directive.statement, [`sub_filter_types ${[...new Set(kinds.map((types) => types![0]!))].join(' ')};`]),
          ]),
    });
  },
  examples: [
    {
      inside: 'server',
      bad: `location ~ \\.js$ {
    root /srv/www;
    sub_filter http://api.internal https://api.example.com;
#   ^^^^^^^^^^ html
}`,
      good: `location ~ \\.js$ {
    root /srv/www;
    sub_filter http://api.internal https://api.example.com;
    sub_filter_types application/javascript;
}`,
    },
    {
      inside: 'server',
      bad: `sub_filter_types text/css;
location = /manifest.json {
    sub_filter http://cdn.internal https://cdn.example.com;
#   ^^^^^^^^^^ other
    proxy_set_header Accept-Encoding "";
    proxy_pass http://127.0.0.1:8000;
}`,
      good: `sub_filter_types text/css application/json;
location = /manifest.json {
    sub_filter http://cdn.internal https://cdn.example.com;
    proxy_set_header Accept-Encoding "";
    proxy_pass http://127.0.0.1:8000;
}`,
      fixed: false,
    },
    {
      inside: 'server',
      good: `location ~ \\.html?$ {
    root /srv/www;
    sub_filter http://api.internal https://api.example.com;
}`,
    },
    {
      inside: 'server',
      good: `types { text/html js html; }
location ~ \\.js$ {
    root /srv/www;
    sub_filter http://api.internal https://api.example.com;
}`,
    },
  ],
});
