/** Hash tables whose buckets cannot hold one of their names (ngx_hash_init): nginx stops and names the directive to raise, not the name. */
import { toBytes } from '../../base/bytes.ts';
import type { Config } from '../../config/config.ts';
import type { Directive } from '../../config/directive.ts';
import { below, everywhere } from '../../config/pieces.ts';
import type { Scope } from '../../config/scope.ts';
import { listenersOf, protocolScopes } from '../../config/servers.ts';
import { variablesOf } from '../../config/variables.ts';
import type { Word } from '../../syntax/word.ts';
import { fixOf, insertFirst, replace } from '../fix.ts';
import { defineRule } from '../rule.ts';
import { byOrder } from './_order.ts';
import { soundFact } from './_sound.ts';

/** ngx_cacheline_size of the usual machines, and the default of these tables */
const LINE = 64;
const aligned = (n: number, to: number): number => Math.ceil(n / to) * to;

/** NGX_HASH_ELT_SIZE with the pointer that ends a bucket, in bytes. */
const needed = (name: string): number => 8 + aligned(toBytes(name).length + 2, 8) + 8;

/** The longest part of a mask: each label is a key of its own (ngx_hash_wildcard_init). */
const longestLabel = (mask: string): string => mask.split('.').reduce((a, b) => (b.length > a.length ? b : a), '');

interface Key {
  readonly directive: Directive;
  readonly word: Word;
  readonly text: string;
}

interface Table {
  readonly hash: string;
  readonly keys: readonly Key[];
  /** where the size is set */
  readonly scope: Scope;
}

/** Lists of MIME types, which become a table whose size nobody can set. */
const TYPE_LISTS: readonly string[] = [
  'gzip_types',
  'sub_filter_types',
  'ssi_types',
  'charset_types',
  'addition_types',
  'xslt_types',
  'brotli_types',
];

/** Tables that hold something in every configuration: of stream the variables alone. */
const NEVER_EMPTY: readonly string[] = ['types_hash', 'variables_hash', 'proxy_headers_hash'];

/** Whether a table is made with a line's size: each server makes one with its own or http's, a location where it has types of its own. */
function isMade(hash: string, setting: string, scope: Scope): boolean {
  if (hash === 'variables_hash' || scope.context === 'server') return true;
  if (scope.context === 'http') return scope.scopes.some((s) => s.context === 'server' && !s.has(setting));
  return hash === 'types_hash' && scope.has('types');
}

const numberOf = (scope: Scope, name: string): number | null => {
  const line = scope.value(name);
  return line && soundFact(line) && /^\d+$/.test(line.value(0)) ? Number(line.value(0)) : null;
};

function* tables(config: Config): Generator<Table> {
  for (const protocol of ['http', 'stream'] as const)
    for (const scope of protocolScopes(config, protocol)) {
      const names = new Map<Word, Key>();
      for (const listener of listenersOf(config, protocol)) {
        const captures = listener.defaultServer.names.filter((n) => n.kind === 'regex').at(-1)?.regex?.groups ?? 0;
        if (listener.servers.length === 1 && !captures) continue;
        for (const server of listener.servers)
          for (const name of server.names) {
            if (!name.directive || name.kind === 'regex' || !soundFact(name.directive)) continue;
            const word = name.directive.args[name.argument]!;
            names.set(word, { directive: name.directive, word, text: name.kind === 'exact' ? name.text : longestLabel(name.text) });
          }
      }
      yield { hash: 'server_names_hash', keys: [...names.values()], scope };
      const entries: Key[] = [];
      for (const map of scope.named('map')) {
        const hostnames = map.body?.has('hostnames') ?? false;
        for (const d of map.body?.directives ?? []) {
          if (d.args.length !== 1 || d.name === 'include' || d.name === 'default' || d.name.startsWith('~') || d.statement.name.templated)
            continue;
          const key = d.name.startsWith('\\') ? d.name.slice(1) : d.name;
          entries.push({ directive: d, word: d.statement.name, text: hostnames && /^\*?\.|\.\*$/.test(key) ? longestLabel(key) : key });
        }
      }
      yield { hash: 'map_hash', keys: entries, scope };
      const variables = [...variablesOf(config, protocol).definitions.values()].flatMap((list) => list.slice(0, 1));
      yield { hash: 'variables_hash', keys: variables.map((v) => ({ directive: v.directive, word: v.word, text: v.name })), scope };
      // a block without servers is never put together
      if (protocol === 'http' && scope.has('server')) yield* tablesOfScopes(scope);
    }
}

/** Tables that every block with such lines has of its own. */
function* tablesOfScopes(scope: Scope): Generator<Table> {
  const keysOf = (name: string, from: (d: Directive) => readonly Word[]): ((at: Scope) => Key[]) => {
    return (at) => at.named(name).flatMap((d) => (soundFact(d) ? from(d).map((word) => ({ directive: d, word, text: word.value })) : []));
  };
  const first = (d: Directive): readonly Word[] => d.args.slice(0, 1);
  const all: readonly (readonly [hash: string, directive: string, keys: (at: Scope) => Key[]])[] = [
    ['proxy_headers_hash', 'proxy_set_header', keysOf('proxy_set_header', first)],
    ['grpc_headers_hash', 'grpc_set_header', keysOf('grpc_set_header', first)],
    ['proxy_headers_hash', 'proxy_hide_header', keysOf('proxy_hide_header', first)],
    ...['fastcgi', 'uwsgi', 'scgi'].map((f) => [`${f}_hide_headers_hash`, `${f}_hide_header`, keysOf(`${f}_hide_header`, first)] as const),
    ['referer_hash', 'valid_referers', keysOf('valid_referers', (d) => d.args.filter((w) => /^[^~.*][^*/]*$/.test(w.value)))],
    // of the params those that stand for headers
    ...['fastcgi', 'uwsgi', 'scgi'].map(
      (f) =>
        [
          `${f}_params_hash`,
          `${f}_param`,
          (at: Scope) =>
            at.named(`${f}_param`).flatMap((d) => {
              const header = soundFact(d) && /^HTTP_(.+)$/s.exec(d.value(0))?.[1];
              return header ? [{ directive: d, word: d.args[0]!, text: header }] : [];
            }),
        ] as const,
    ),
    ...TYPE_LISTS.map((name) => ['test_types_hash', name, keysOf(name, (d) => d.args)] as const),
    [
      'types_hash',
      'types',
      (at) =>
        at
          .named('types')
          .flatMap((d) => d.body?.directives ?? [])
          .filter((d) => d.name !== 'include')
          .flatMap((d) => d.args.map((word) => ({ directive: d, word, text: word.value }))),
    ],
  ];
  for (const [hash, directive, keys] of all) {
    const lines = below(scope, directive);
    // of tables of the usual size only those with a long name count: most have none
    const counting = lines.length && !isSized(scope, hash) ? lines.filter(hasLong) : lines;
    for (const at of new Set(counting.map((d) => d.scope))) yield { hash, keys: keys(at), scope: at };
  }
}

/** Whether any line below a scope says how large tables of that kind are. */
const isSized = (scope: Scope, hash: string): boolean =>
  ['max', 'bucket'].some((what) => everywhere(scope.config, `${hash}_${what}_size`).length > 0);

/** Whether a line, or one of the block that it opens, has a word that may not fit into a bucket of the usual size. */
function hasLong({ args, body }: Directive): boolean {
  // asked of each line of a name
  for (let i = 0; i < args.length; i++) {
    const { value } = args[i]!;
    if (3 * value.length > LINE - 20 && needed(value) > LINE) return true;
  }
  return body?.directives.some(hasLong) ?? false;
}

/** The tables whose buckets a directive can enlarge; nginx has no such directive for the others, though its message names one. */
const SETTABLE = new Set(
  ['server_names', 'map', 'types', 'referer', 'variables', 'proxy_headers'].map((name) => `${name}_hash_bucket_size`),
);

export default defineRule({
  id: 'hash-too-small',
  group: 'validity',
  severity: 'error',
  since: '0.1',
  title: 'Hash table too small',
  why: `
nginx keeps names in hash tables with buckets of a fixed size, 64 bytes by default on most machines. A name of 47 bytes or more does not fit,
and nginx refuses the configuration: "could not build server_names_hash, you should increase server_names_hash_bucket_size". The message
says neither which name nor where.`,
  about: ['server_names_hash_bucket_size', 'map_hash_bucket_size', 'variables_hash_bucket_size', 'proxy_headers_hash_bucket_size'],
  looksAt: { config: true },
  needs: 'config',
  costly: true,
  fixable: 'sometimes',
  messages: {
    bucket: 'Could not build {hash}, you should increase {hash}_bucket_size: "{name}" does not fit into {size} bytes. Set it to {wanted}.',
    fixed:
      'Could not build {hash}: "{name}" does not fit into {size} bytes, and no directive gives this table another size. Shorten the name or remove it.',
    zero: 'Could not build {hash}, you should increase {hash}_max_size: 0.',
    none: 'Could not build {hash}, you should increase {setting}: 0. Remove the line, or give a size.',
    large: 'Could not build {hash}, too large {hash}_bucket_size: {size}. Use at most 65472.',
  },
  check({ config, report }) {
    if (!config.whole) return;
    const said = new Set<Directive>();
    for (const protocol of ['http', 'stream'] as const)
      for (const root of protocolScopes(config, protocol))
        for (const hash of NEVER_EMPTY.filter((h) => h === 'variables_hash' || root.has('server')))
          for (const setting of [`${hash}_max_size`, `${hash}_bucket_size`])
            for (const line of below(root, setting)) {
              const number = numberOf(line.scope, setting);
              const size = aligned(number ?? LINE, LINE);
              const large = setting.endsWith('_bucket_size') && size > 65536 - LINE;
              if ((number !== 0 && !large) || line.scope.value(setting) !== line || !isMade(hash, setting, line.scope)) continue;
              said.add(line);
              if (large) report('large', { at: line.at(line.args[0]), data: { hash, size } });
              else report('none', { at: line.at(line.args[0]), data: { hash, setting } });
            }
    for (const { hash, keys, scope } of tables(config)) {
      const setting = `${hash}_bucket_size`;
      const line = scope.value(setting);
      const size = aligned(numberOf(scope, setting) ?? LINE, LINE);
      const first = keys[0];
      const most = scope.value(`${hash}_max_size`);
      if ((line && said.has(line)) || (most && said.has(most))) continue;
      if (first && numberOf(scope, `${hash}_max_size`) === 0) {
        const at = most!;
        report('zero', { at: at.at(at.args[0]), data: { hash } });
        continue;
      }
      if (first && line && size > 65536 - LINE) {
        report('large', { at: line.at(line.args[0]), data: { hash, size } });
        continue;
      }
      const long = keys.filter((k) => needed(k.text) > size).sort((a, b) => byOrder(a.directive, b.directive));
      for (const key of long) {
        const wanted = 2 ** Math.ceil(Math.log2(needed(key.text)));
        const opener = scope.opener;
        const settable = SETTABLE.has(setting);
        report(settable ? 'bucket' : 'fixed', {
          at: key.directive.at(key.word),
          data: { hash, size, name: key.text, wanted },
          missing: [setting],
          fix: !settable
            ? null
            : line
              ? fixOf(`Set ${setting} to ${wanted}`, 'safe', line.file, [replace(line.args[0]!, String(wanted))])
              : opener
                ? fixOf(`Set ${setting} to ${wanted}`, 'safe', opener.file, [
                    insertFirst(opener.file, opener.statement, [`${setting} ${wanted};`]),
                  ])
                : null,
        });
      }
    }
  },
  examples: [
    {
      inside: 'main',
      bad: `events { }
http {
    server { listen 8080; server_name a; }
    server { listen 8080; server_name a-very-long-name-of-a-service-in-some-region.internal.example.com; }
#                                     ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ bucket
}`,
      good: `events { }
http {
    server_names_hash_bucket_size 128;
    server { listen 8080; server_name a; }
    server { listen 8080; server_name a-very-long-name-of-a-service-in-some-region.internal.example.com; }
}`,
    },
  ],
});
