/** Directives that nginx accepts one by one and not together, or only in an order or number: what their setters and merges say beyond "is duplicate". */
import { isNginx } from '../../answers/which-build.ts';
import { table } from '../../base/table.ts';
import type { Directive } from '../../config/directive.ts';
import { locationOf } from '../../config/locations.ts';
import type { Scope } from '../../config/scope.ts';
import { defineRule, type Having, type Related } from '../rule.ts';
import { atClosing } from './_places.ts';
import { soundFact } from './_sound.ts';

/** Pairs of which a block may have one; the second in reading order is refused where it stands. */
const EITHER: readonly (readonly [string, string])[] = [
  ['root', 'alias'],
  // of mail, where either makes the connection TLS
  ['ssl', 'starttls'],
  ...['proxy', 'fastcgi', 'uwsgi', 'scgi'].map((f) => [`${f}_cache`, `${f}_store`] as const),
];

/** Directives that may stand several times, but not behind or beside a line with this first word. */
const ALONE: Readonly<Record<string, string>> = table({
  mirror: 'off',
  // until push was removed
  http2_push: 'off',
  proxy_redirect: 'off',
  proxy_cookie_domain: 'off',
  proxy_cookie_path: 'off',
  proxy_cookie_flags: 'off',
});

const ALONE_LIST = Object.entries(ALONE);

/** A map fills in the sizes of its tables that no line above it has set: a line below it is a second value (ngx_http_map_block, ngx_stream_map_block). */
const MAP_SIZES: readonly string[] = ['map_hash_max_size', 'map_hash_bucket_size'];

/** Lines that count by themselves, or with their order among others. */
const ANY = ['root', 'alias', 'proxy_redirect', 'secure_link_secret'];
const SEVERAL = [...Object.keys(ALONE), 'limit_req', 'limit_conn'];

const mayConflict: Having = (names) =>
  ANY.some((n) => names.has(n)) ||
  EITHER.some(([a, b]) => names.has(a) && names.has(b)) ||
  (names.has('map') && MAP_SIZES.some((n) => names.has(n))) ||
  SEVERAL.some((n) => (names.get(n) ?? 0) > 1);

type Message = 'either' | 'named' | 'variable' | 'alone' | 'order' | 'variables' | 'secret' | 'limits' | 'late';

export default defineRule({
  id: 'incompatible-directives',
  group: 'validity',
  severity: 'error',
  since: '0.1',
  title: 'Incompatible directives',
  why: `
Some directives are fine by themselves and refused together: \`root\` and \`alias\` in one location, a cache and a store of one module,
\`secure_link_secret\` beside \`secure_link\`, more than one line of a list that begins with "off". Others depend on their order, as
\`proxy_redirect default\`, which must follow its \`proxy_pass\`, and \`map_hash_bucket_size\`, which must precede every \`map\`.`,
  about: ['alias', 'proxy_store', 'proxy_redirect', 'secure_link', 'mirror', 'map_hash_bucket_size'],
  covers: ['ssl-directive-deprecated'],
  looksAt: {
    scope: ['http', 'server', 'location', 'if-in-location', 'limit_except', 'stream', 'stream-server', 'mail', 'mail-server'],
    having: mayConflict,
  },
  needs: 'file',
  ofShape: true,
  messages: {
    either: '"{name}" directive is incompatible with "{other}" of this block: "{other}" was specified earlier. Keep one.',
    named: 'The "alias" directive cannot be used inside the named location. Use "root".',
    variable: 'The {variable} variable cannot be used in the "{name}" directive: it is made from it.',
    alone: '"{name}" directive is duplicate: "{word}" cannot be combined with other lines of it.',
    order: '"proxy_redirect default" should be placed after the "proxy_pass" directive.',
    variables: '"proxy_redirect default" cannot be used with "proxy_pass" directive with variables.',
    secret: '"secure_link_secret" cannot be mixed with "secure_link" and "secure_link_md5".',
    limits: '"{name}" directive is duplicate: the zone "{zone}" is limited here already.',
    late: '"{name}" directive is duplicate: the first "map" has set it to its default. Move this line above it.',
  },
  check({ config, scope, report }) {
    const related = (d: Directive): Related[] => [{ at: d.nameAt, message: 'The other one is here.' }];
    const say = (message: Message, at: Directive, data: Record<string, string>, more: Related[] = []): void =>
      report(message, { at: at.nameAt, data, related: more });
    const sound = (name: string): Directive[] => scope.named(name).filter((d) => soundFact(d)?.source === 'oss');

    for (const [a, b] of EITHER) {
      if (!scope.has(a) || !scope.has(b)) continue;
      const lines = scope.directives.filter((d) => (d.name === a || d.name === b) && soundFact(d));
      // a store or cache that is switched off excludes nothing
      const active = lines.filter((d) => d.name === 'root' || d.name === 'alias' || d.value(0) !== 'off');
      const first = active[0];
      const second = active.find((d) => d.name !== first?.name);
      if (first && second) say('either', second, { name: second.name, other: first.name }, related(first));
    }
    if (scope.has('alias') && locationOf(scope)?.kind === 'named') for (const d of sound('alias')) say('named', d, {});
    for (const name of ['root', 'alias'])
      for (const d of scope.named(name)) {
        const variable = /\$\{?(document_root|realpath_root)\b/.exec(d.value(0))?.[1];
        if (variable && soundFact(d)?.source === 'oss')
          report('variable', { at: d.at(d.args[0]), data: { variable: `$${variable}`, name } });
      }
    for (const [name, word] of ALONE_LIST) {
      if (scope.named(name).length < 2 || (name === 'http2_push' && isNginx(config, '1.25.1'))) continue;
      const lines = sound(name);
      if (lines.length < 2) continue;
      const at = lines.findIndex((_, i) => i > 0 && lines.slice(0, i + 1).some((o) => o.value(0) === word && o.args.length === 1));
      if (at > 0) say('alone', lines[at]!, { name, word }, related(lines[0]!));
    }
    if (scope.has('proxy_redirect')) redirects(scope, say);
    if (scope.has('map') && MAP_SIZES.some((n) => scope.has(n)))
      sizesBelowMap(scope, (d, map) => say('late', d, { name: d.name }, related(map)));
    const secret = sound('secure_link_secret')[0];
    const mixed = secret && (sound('secure_link')[0] ?? sound('secure_link_md5')[0]);
    if (secret && mixed) report('secret', { at: secret.nameAt, related: [...related(mixed), ...atClosing(scope)] });
    for (const name of ['limit_req', 'limit_conn']) {
      if (scope.named(name).length < 2) continue;
      const zones = new Map<string, Directive>();
      for (const d of sound(name)) {
        const zone = name === 'limit_conn' ? d.value(0) : (d.values.find((v) => v.startsWith('zone='))?.slice(5) ?? '');
        if (zone === '') continue;
        const first = zones.get(zone);
        if (first) say('limits', d, { name, zone }, related(first));
        else zones.set(zone, d);
      }
    }
  },
  examples: [
    {
      inside: 'main',
      bad: `events {
}
mail {
    auth_http 127.0.0.1:9000;
    server {
        listen 143;
        protocol imap;
        ssl_certificate a.pem;
        ssl_certificate_key a.key;
        starttls on;
        ssl on;
#       ^^^ either
    }
}`,
      good: `events {
}
mail {
    auth_http 127.0.0.1:9000;
    server {
        listen 143;
        protocol imap;
        ssl_certificate a.pem;
        ssl_certificate_key a.key;
        starttls on;
    }
}`,
      settings: { nginx: '1.22.1' },
    },
    { inside: 'location', bad: '    root html;\n    alias www;\n#   ^^^^^ either', good: '    root html;' },
    { inside: 'server', bad: '    location @a { alias html; }\n#                 ^^^^^ named', good: '    location @a { root html; }' },
    { inside: 'server', bad: '    root $document_root/x;\n#        ^^^^^^^^^^^^^^^^ variable', good: '    root /srv/$host;' },
    {
      inside: 'location',
      bad: '    proxy_redirect off;\n    proxy_redirect /a /b;\n#   ^^^^^^^^^^^^^^ alone',
      good: '    proxy_redirect /a /b;',
    },
    {
      inside: 'location',
      bad: '    proxy_redirect default;\n#   ^^^^^^^^^^^^^^ order\n    proxy_pass http://127.0.0.1;',
      good: '    proxy_pass http://127.0.0.1;\n    proxy_redirect default;',
    },
    {
      inside: 'location',
      bad: '    secure_link_secret a;\n#   ^^^^^^^^^^^^^^^^^^ secret\n    secure_link $arg_a;',
      good: '    secure_link_secret a;',
    },
    {
      inside: 'http',
      bad: '    map $host $site { default a; }\n    map_hash_bucket_size 128;\n#   ^^^^^^^^^^^^^^^^^^^^ late',
      good: '    map_hash_bucket_size 128;\n    map $host $site { default a; }',
    },
    { inside: 'location', bad: '    proxy_store on;\n    proxy_cache a;\n#   ^^^^^^^^^^^ either', good: '    proxy_store on;' },
  ],
});

function sizesBelowMap(scope: Scope, say: (late: Directive, map: Directive) => void): void {
  let map: Directive | null = null;
  const set = new Set<string>();
  for (const d of scope.directives) {
    if (d.name === 'map') map ??= soundFact(d) ? d : null;
    if (!MAP_SIZES.includes(d.name)) continue;
    // a second line of its name is a duplicate with or without the map
    if (map && !set.has(d.name) && soundFact(d)) say(d, map);
    set.add(d.name);
  }
}

/** ngx_http_proxy_redirect */
function redirects(scope: Scope, say: (message: 'order' | 'variables', at: Directive, data: Record<string, string>) => void): void {
  let pass: Directive | null = null;
  for (const d of scope.directives) {
    if (d.name === 'proxy_pass' && soundFact(d)) pass = d;
    if (d.name !== 'proxy_redirect' || !soundFact(d) || d.args.length !== 1 || d.value(0) !== 'default') continue;
    if (!pass) say('order', d, {});
    else if (pass.value(0).includes('$')) say('variables', d, {});
  }
}
