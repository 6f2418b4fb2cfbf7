/** Zones, caches and thread pools that are used and declared nowhere, or declared for something else (ngx_shared_memory_add and the modules' merges). */

import { nearest } from '../../base/nearest.ts';
import { table } from '../../base/table.ts';
import { argumentOf, type NameUse, namesIn } from '../../catalog/arguments.ts';
import { protocolOf } from '../../catalog/context.ts';
import type { DirectiveFact } from '../../catalog/fact.ts';
import { isSharedZone, NAME_TITLES, type NameKind, type NameSpec } from '../../catalog/names.ts';
import { parametersOf } from '../../catalog/parameters.ts';
import { parseSize } from '../../catalog/value-kind.ts';
import type { Directive } from '../../config/directive.ts';
import { MemoPerBlock } from '../../config/pieces.ts';
import { mayDeclare } from '../../config/unseen-names.ts';
import { fixOf, replace } from '../fix.ts';
import { defineRule } from '../rule.ts';
import { atClosing } from './_places.ts';
import { halfDeclared, soundFact } from './_sound.ts';
import { spanIn } from './_spans.ts';

interface Declared {
  readonly directive: Directive;
  readonly use: NameUse;
  readonly kind: NameKind;
  /** what nginx compares: the module behind a zone */
  readonly tag: string;
  /** bytes; null when this line gives no size */
  readonly size: number | null;
}

/** Kinds whose size is the next argument, not behind a colon. */
const SIZE_BEHIND: ReadonlySet<NameKind> = new Set<NameKind>(['upstream-zone', 'upload-zone', 'lua-dict']);

/** The size that comes after the name: `zone=a:1m`, `zone a 64k`, `shared:a:10m`, `keys_zone=a:10m`. */
function sizeOf(directive: Directive, use: NameUse): number | null {
  const value = directive.value(use.argument);
  const rest = value.slice(use.at + use.name.length);
  const text = rest.startsWith(':')
    ? rest.slice(1)
    : rest === '' && SIZE_BEHIND.has(use.kind) && (use.role === 'defines' || use.kind === 'upstream-zone')
      ? directive.value(use.argument + 1)
      : '';
  if (text === '') return null;
  const read = parseSize(text);
  return read.ok ? read.value : null;
}

/** Zones are distinguished by the module that made them; http and stream have modules of their own. */
const tagOf = (directive: Directive, kind: NameKind): string => {
  const { context } = directive.scope;
  // thread pools belong to the whole process
  if (kind === 'thread-pool') return kind;
  return `${context === 'unknown' ? '' : protocolOf(context)} ${kind}`;
};

const mentioning = new WeakMap<DirectiveFact, boolean>();
const isZone = (spec: NameSpec | undefined): boolean => spec !== undefined && (isSharedZone(spec.kind) || spec.kind === 'thread-pool');

/** Whether a directive can name a zone or thread pool at all: a few can. */
function mentionsZones(fact: DirectiveFact): boolean {
  let known = mentioning.get(fact);
  if (known === undefined) {
    known =
      [0, 1].some((i) => isZone(argumentOf(fact, i, 2)?.names)) ||
      isZone(argumentOf(fact, 0, 1)?.names) ||
      parametersOf(fact).some((p) => isZone(p.named));
    mentioning.set(fact, known);
  }
  return known;
}

/** All declarations and uses of zones and thread pools, in reading order. */
const mentions = new MemoPerBlock((directives): readonly Declared[] =>
  directives.flatMap((directive) => {
    const fact = directive.fact && mentionsZones(directive.fact) ? soundFact(directive) : null;
    if (!fact) return [];
    return namesIn(fact, directive.values)
      .filter((use) => isSharedZone(use.kind) || use.kind === 'thread-pool')
      .map((use) => ({ directive, use, kind: use.kind, tag: tagOf(directive, use.kind), size: sizeOf(directive, use) }))
      .sort((a, b) => a.use.argument - b.use.argument);
  }),
);

const declares = ({ use, size, kind }: Declared): boolean => use.role === 'defines' || (size !== null && kind === 'upstream-zone');

/** Zones of other modules whose names may be declared once. */
const OF_MODULES: ReadonlySet<NameKind> = new Set<NameKind>(['upload-zone', 'dav-lock-zone', 'lua-dict']);

const place = ({ directive, use }: Declared) => {
  const word = directive.args[use.argument]!;
  return directive.at(use.name === '' ? word : spanIn(word, use.at, use.name.length));
};

const DECLARES: { readonly [kind in NameKind]?: string } = table({
  'limit-req-zone': 'limit_req_zone',
  'limit-conn-zone': 'limit_conn_zone',
  'proxy-cache-zone': 'proxy_cache_path',
  'fastcgi-cache-zone': 'fastcgi_cache_path',
  'uwsgi-cache-zone': 'uwsgi_cache_path',
  'scgi-cache-zone': 'scgi_cache_path',
  'upstream-zone': 'zone with a size',
  'thread-pool': 'thread_pool',
  'upload-zone': 'upload_progress',
  'dav-lock-zone': 'dav_ext_lock_zone',
});

export default defineRule({
  id: 'unknown-zone',
  group: 'validity',
  severity: 'error',
  since: '0.1',
  title: 'Unknown or conflicting zone',
  why: `
A zone is declared once, with its size, by the directive that belongs to its use: \`limit_req_zone\`, \`limit_conn_zone\`, \`proxy_cache_path\`,
\`zone\`. All zones of a configuration share one list of names. nginx finds an undeclared one only at the end ("zero size shared memory zone",
without a line), a zone of another kind at once.`,
  about: ['limit_req_zone', 'limit_conn_zone', 'proxy_cache_path', 'thread_pool'],
  looksAt: { config: true },
  needs: 'config',
  fixable: 'sometimes',
  messages: {
    unknown: 'The {kind} "{name}" is not declared: zero size shared memory zone "{name}". Declare it with {declares}.',
    cache: '"{directive}" zone "{name}" is unknown. Declare it with {declares}.',
    pool: 'Unknown thread pool "{name}". Declare it with thread_pool on the main level.',
    guess: 'The {kind} "{name}" is not declared. Did you mean "{guess}"?',
    other: 'The shared memory zone "{name}" is already declared for a different use, as {kind}.',
    size: 'The size {size} of shared memory zone "{name}" conflicts with already declared size {before}.',
    bound: '{directive} "{name}" is already bound to key "{key}". Give this zone another name.',
    twice: 'Duplicate zone "{name}". Give this one another name.',
    threads: 'Duplicate thread pool "{name}". Choose another name.',
  },
  check({ config, report }) {
    const first = new Map<string, Declared>();
    const sized = new Map<string, Declared>();
    // every mention enters the list, in reading order, and the first decides the use
    const all = [...mentions.of(config)].flat();
    for (const mention of all) {
      const { use, kind, tag, size, directive } = mention;
      const { name } = use;
      if (kind === 'thread-pool') {
        if (use.role !== 'defines') continue;
        const before = first.get(`pool ${name}`);
        if (before)
          report('threads', { at: place(mention), data: { name }, related: [{ at: place(before), message: 'The first one is here.' }] });
        else first.set(`pool ${name}`, mention);
        continue;
      }
      const before = first.get(name);
      const related = before ? [{ at: place(before), message: 'It is declared here.' }] : [];
      if (before && before.tag !== tag) {
        report('other', { at: place(mention), data: { name, kind: NAME_TITLES[before.kind] }, related });
        continue;
      }
      first.set(name, before ?? mention);
      const other = sized.get(name);
      if (size !== null && other && other.size !== size) {
        report('size', { at: place(mention), data: { name, size, before: other.size! }, related });
        continue;
      }
      if (size !== null && !other) sized.set(name, mention);
      if (size !== null && other && other.directive !== directive) {
        if (kind === 'limit-req-zone' || kind === 'limit-conn-zone')
          report('bound', { at: place(mention), data: { name, directive: directive.name, key: other.directive.value(0) }, related });
        else if (kind.endsWith('-cache-zone') || OF_MODULES.has(kind)) report('twice', { at: place(mention), data: { name }, related });
      }
    }
    const declared = all.filter(declares);
    for (const mention of all) {
      if (declares(mention)) continue;
      const { use, kind, directive } = mention;
      const { name } = use;
      const cache = kind.endsWith('-cache-zone');
      if (kind !== 'thread-pool' && sized.has(name)) continue;
      const known = declared.filter((d) => d.kind === kind && d.tag === mention.tag);
      if (kind === 'thread-pool' ? name === 'default' || known.some((d) => d.use.name === name) : sized.has(name)) continue;
      if (first.get(name)?.tag !== mention.tag && kind !== 'thread-pool') continue;
      if (halfDeclared(config).has(name) || mayDeclare(config, kind).length) continue;
      const guess = nearest(
        name,
        known.map((d) => d.use.name),
      );
      const at = place(mention);
      // the one zone there is, which nothing names: there is no second thing that could be meant
      report(guess ? 'guess' : kind === 'thread-pool' ? 'pool' : cache ? 'cache' : 'unknown', {
        at,
        data: {
          name,
          guess: guess ?? '',
          kind: NAME_TITLES[kind],
          declares: DECLARES[kind] ?? 'its zone directive',
          directive: directive.name,
        },
        related: cache ? atClosing(directive.scope) : [],
        fix: guess ? fixOf(`Change to "${guess}"`, 'suggestion', directive.file, [replace(at.span, guess)]) : null,
      });
    }
  },
  examples: [
    { inside: 'location', bad: '    limit_req zone=nozone;\n#                  ^^^^^^ unknown', good: '    limit_req_status 429;' },
    { inside: 'location', bad: '    proxy_cache nozone;\n#               ^^^^^^ cache', good: '    proxy_cache off;' },
    {
      inside: 'http',
      bad: '    limit_req_zone $uri zone=login:1m rate=1r/s;\n    server { limit_req zone=logni; }\n#                           ^^^^^ guess',
      good: '    limit_req_zone $uri zone=login:1m rate=1r/s;\n    server { limit_req zone=login; }',
    },
    {
      inside: 'http',
      bad: '    limit_req_zone $uri zone=a:1m rate=1r/s;\n    limit_conn_zone $uri zone=a:1m;\n#                             ^ other',
      good: '    limit_req_zone $uri zone=a:1m rate=1r/s;\n    limit_conn_zone $uri zone=b:1m;',
    },
    {
      inside: 'http',
      bad: '    limit_req_zone $uri zone=a:1m rate=1r/s;\n    limit_req_zone $args zone=a:2m rate=1r/s;\n#                             ^ size',
      good: '    limit_req_zone $uri zone=a:1m rate=1r/s;\n    limit_req_zone $args zone=b:2m rate=1r/s;',
    },
    {
      inside: 'http',
      bad: '    limit_req_zone $uri zone=a:1m rate=1r/s;\n    limit_req_zone $args zone=a:1m rate=1r/s;\n#                             ^ bound',
      good: '    limit_req_zone $uri zone=a:1m rate=1r/s;\n    limit_req_zone $args zone=b:1m rate=1r/s;',
    },
    { inside: 'server', bad: '    aio threads=nopool;\n#               ^^^^^^ pool', good: '    aio threads=default;' },
  ],
});
