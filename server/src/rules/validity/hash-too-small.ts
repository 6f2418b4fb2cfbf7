/** Hash tables whose buckets cannot hold one of their names (ngx_hash_init): nginx stops and names the directive to raise, not the name. */
import { toBytes } from '../../base/bytes.ts';
import type { Config } from '../../config/config.ts';
import type { Directive } from '../../config/directive.ts';
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
      const headers = new Map<Scope, Key[]>();
      for (const { scope: at } of protocol === 'http' ? scopesWith(scope, 'proxy_set_header') : [])
        headers.set(
          at,
          at.named('proxy_set_header').flatMap((d) => (soundFact(d) ? [{ directive: d, word: d.args[0]!, text: d.value(0) }] : [])),
        );
      for (const [at, keys] of headers) yield { hash: 'proxy_headers_hash', keys, scope: at };
    }
}

function* scopesWith(scope: Scope, name: string): Generator<{ scope: Scope }> {
  if (scope.has(name)) yield { scope };
  for (const inner of scope.scopes) yield* scopesWith(inner, name);
}

export default defineRule({
  id: 'hash-too-small',
  group: 'validity',
  severity: 'error',
  since: '0.1',
  title: 'Hash table that cannot hold a name',
  why: `
nginx keeps names in hash tables with buckets of a fixed size, 64 bytes by default on most machines. A name of 47 bytes or more does not fit,
and nginx refuses the configuration: "could not build server_names_hash, you should increase server_names_hash_bucket_size". The message
says neither which name nor where.`,
  about: ['server_names_hash_bucket_size', 'map_hash_bucket_size', 'variables_hash_bucket_size', 'proxy_headers_hash_bucket_size'],
  looksAt: { config: true },
  needs: 'config',
  fixable: 'sometimes',
  messages: {
    bucket: 'Could not build {hash}, you should increase {hash}_bucket_size: "{name}" does not fit into {size} bytes. Set it to {wanted}.',
    zero: 'Could not build {hash}, you should increase {hash}_max_size: 0.',
    large: 'Could not build {hash}, too large {hash}_bucket_size: {size}. Use at most 65472.',
  },
  check({ config, report }) {
    if (config.kind !== 'root') return;
    for (const { hash, keys, scope } of tables(config)) {
      const setting = `${hash}_bucket_size`;
      const line = scope.value(setting);
      const size = aligned(numberOf(scope, setting) ?? LINE, LINE);
      const first = keys[0];
      if (first && numberOf(scope, `${hash}_max_size`) === 0) {
        const at = scope.value(`${hash}_max_size`)!;
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
        report('bucket', {
          at: key.directive.at(key.word),
          data: { hash, size, name: key.text, wanted },
          fix: line
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
