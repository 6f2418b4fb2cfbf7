/** Arguments by what the catalog says they are. One table from kinds to proposals; no directive is named here but where its form is its own. */

import { mdFence } from '../../base/escape.ts';
import type { FileId } from '../../base/file-id.ts';
import { touches } from '../../base/span.ts';
import { table } from '../../base/table.ts';
import { argumentOf } from '../../catalog/arguments.ts';
import { argsOf, defaultOf, valuesOf, variableStatus } from '../../catalog/catalog.ts';
import { cipherWords } from '../../catalog/ciphers.ts';
import { bodyOf, protocolOf } from '../../catalog/context.ts';
import type { DirectiveFact } from '../../catalog/fact.ts';
import { groupsOf } from '../../catalog/groups.ts';
import { mozillaProfile, profileCiphers, profileCurves } from '../../catalog/mozilla.ts';
import { NAME_TITLES, type NameKind } from '../../catalog/names.ts';
import { findParameter, parameterLabel, parameterStatus } from '../../catalog/parameters.ts';
import type { ArgumentFact, ArgumentKind, ParameterFact } from '../../catalog/shape.ts';
import { checkValues } from '../../catalog/value-check.ts';
import { hasPredicates, locationsOf } from '../../config/locations.ts';
import { namesOf } from '../../config/names.ts';
import { namesBeside, templatedNames } from '../../config/names-beside.ts';
import { PASS_DIRECTIVES } from '../../config/upstreams.ts';
import type { SourceFile } from '../../syntax/statement.ts';
import { callable } from '../scripts.ts';
import { type Completion, type Item, literal } from './item.ts';
import { type Meaning, meaningOf } from './meanings.ts';
import { type Folders, type PathWish, pathItems } from './paths.ts';
import { presetsOf } from './presets.ts';
import { protocolAt, type Reach } from './reach.ts';
import type { Site } from './site.ts';
import {
  CGI,
  CHARSETS,
  MIME,
  NETWORKS,
  OPENSSL_COMMANDS,
  PROTOCOL_NAMES,
  REQUEST_HEADERS,
  RESPONSE_HEADERS,
  SIZES,
  STATUS,
  TIMES,
} from './values.ts';
import { variableItems } from './variables.ts';

export interface ArgumentAsk {
  readonly reaches: readonly Reach[];
  readonly site: Site;
  readonly file: SourceFile;
  readonly offset: number;
  readonly folders: Folders;
}

/** One reading of the argument, with all that a kind may want to know. */
interface Ask extends ArgumentAsk {
  readonly fact: DirectiveFact;
  readonly what: ArgumentFact;
  readonly index: number;
  readonly typed: string;
}

/** Proposals, and how many characters of the typed word stay in front of them. */
interface Part {
  readonly items: readonly Item[];
  readonly keep: number;
}

const values = (rows: Iterable<readonly [string, string] | string>, kind: Item['kind'] = 'value'): Item[] =>
  [...rows].map((row) => (typeof row === 'string' ? { label: row, kind } : { label: row[0], kind, ...(row[1] ? { detail: row[1] } : {}) }));
const whole = (items: readonly Item[]): Part => ({ items, keep: 0 });

/** Behind a number: its units. Before one: the default and what is usual. */
function units(ask: Ask, usual: readonly (readonly [string, string])[], all: readonly (readonly [string, string])[]): Part {
  const digits = /^\d+$/.exec(ask.typed)?.[0];
  if (digits) return whole(all.map(([unit, title]) => ({ label: digits + unit, kind: 'unit', detail: `${digits} ${title}` })));
  const presets = (presetsOf(ask.fact, ask.reaches[0]!.config.settings.target.nginx)[ask.index] ?? []).filter((p) => /^\d/.test(p));
  const rows = values(usual.filter(([v]) => !presets.includes(v)));
  const title = presets.length > 1 ? 'the default on some machines' : 'the default';
  return whole([
    ...presets.map((label, i): Item => ({ label, kind: 'value', detail: title, ...(i === 0 ? { preselect: true } : {}) })),
    ...rows,
  ]);
}
const SECONDS = [
  ['s', 'seconds'],
  ['m', 'minutes'],
  ['h', 'hours'],
  ['d', 'days'],
] as const;
const times = (ask: Ask): Part => units(ask, TIMES, SECONDS);
const BYTES = [
  ['k', 'KiB'],
  ['m', 'MiB'],
] as const;

/** A number of buffers, and behind it the size of one. */
const buffers = (ask: Ask): Part =>
  ask.index === 0
    ? units(
        ask,
        ['4', '8', '16', '32'].map((n) => [n, 'buffers'] as const),
        [],
      )
    : ask.index === 1
      ? units(ask, SIZES.slice(0, 5), BYTES)
      : whole([]);

/** Names that the configuration declares. */
function declared({ reaches, file, offset }: Pick<ArgumentAsk, 'reaches' | 'file' | 'offset'>, kind: NameKind): Item[] {
  const out = new Map<string, Item>();
  for (const reach of reaches)
    for (const site of namesOf(reach.config).defined(kind, protocolAt(reach)))
      if (!out.has(site.name) && !(site.directive.file.id === file.id && touches(site.span, offset))) {
        const written = site.directive.file.text.slice(site.span.start, site.span.end);
        out.set(site.name, {
          label: written,
          kind: 'name',
          detail: `${NAME_TITLES[kind]} in ${decodeURIComponent(site.directive.file.id.split('/').at(-1) ?? '')}`,
          subject: {
            text: mdFence(
              site.directive.file.text.slice(
                site.directive.statement.start,
                Math.min(site.directive.statement.end, site.directive.statement.start + 600),
              ),
              'nginx',
            ),
          },
        });
      }
  for (const { config, context } of reaches) {
    const protocol = protocolOf(context);
    // what a template fills in, and what may come to be beside: nobody knows that it is there, and someone who writes a name may
    for (const [names, where] of [
      [templatedNames(config, kind, protocol), 'in'],
      [namesBeside(config, kind, protocol), 'beside, in'],
    ] as const)
      for (const { name, span, file: from, text } of names) {
        if (out.has(name) || (from === file.id && touches(span, offset))) continue;
        const title = `${NAME_TITLES[kind]} ${where} ${decodeURIComponent(from.split('/').at(-1) ?? '')}`;
        out.set(name, { label: name, kind: 'name', detail: title, subject: { text: mdFence(text, 'nginx') } });
      }
  }
  return [...out.values()];
}

const upstreams = (ask: Ask): Item[] => declared(ask, 'upstream');

/** Named locations of the servers that the line is in; on the level of http, those of all. */
function namedHere(ask: ArgumentAsk): Item[] {
  const servers = ask.reaches.map((r) => (r.scope?.context === 'server' ? r.scope : (r.scope?.enclosing('server') ?? null)));
  const all = declared(ask, 'named-location');
  if (servers.some((s) => s === null)) return all;
  return all.filter((i) => servers.some((s) => locationsOf(s!).named.has(i.label)));
}

function address(ask: Ask): Part {
  return whole([
    ...(ask.what.names ? upstreams(ask) : []),
    ...values([
      ['127.0.0.1:8000', 'this machine'],
      ['unix:/run/', 'a socket'],
    ]),
  ]);
}

/** Schemes that a pass directive takes. */
const SCHEMES: Readonly<Record<string, readonly string[]>> = table({
  proxy_pass: ['http://', 'https://'],
  grpc_pass: ['grpc://', 'grpcs://'],
  uwsgi_pass: ['', 'uwsgi://', 'suwsgi://'],
});

function url(ask: Ask): Part {
  const scheme = /^[a-z]+:\/\//i.exec(ask.typed)?.[0];
  const hosts = [
    ...upstreams(ask),
    ...values([
      ['127.0.0.1:8000', 'this machine'],
      ['unix:/run/', 'a socket'],
    ]),
  ];
  if (scheme) return { keep: scheme.length, items: hosts };
  const schemes = SCHEMES[ask.fact.name] ?? ['http://', 'https://'];
  return whole([
    ...hosts.filter((h) => h.kind === 'name').map((h) => ({ ...h, label: schemes[0] + h.label })),
    ...schemes.filter(Boolean).map((s): Item => ({ label: s, kind: 'value', again: true })),
    ...(schemes.includes('') ? hosts.filter((h) => h.kind !== 'name') : []),
    ...(ask.what.words ?? []).map((w): Item => ({ label: w, kind: 'keyword' })),
  ]);
}

const pathWish = (ask: Ask, extra: Partial<PathWish> = {}): PathWish => ({ base: ask.what.base ?? 'prefix', ...extra });

function path(ask: Ask, extra: Partial<PathWish> = {}): Part {
  const name = ask.fact.name;
  const first = /certificate_key|quic_host_key/.test(name)
    ? /\.key$|key.*\.pem$|privkey/
    : /certificate|crl/.test(name)
      ? /\.(crt|pem|cer)$/
      : /dhparam/.test(name)
        ? /dh/
        : /user_file/.test(name)
          ? /htpasswd/
          : name === 'js_import'
            ? /\.m?js$/
            : undefined;
  const starts = /certificate/.test(name)
    ? ['/etc/letsencrypt/live/', '/etc/ssl/']
    : name === 'load_module'
      ? ['modules/', '/usr/lib/nginx/modules/']
      : undefined;
  const { items, keep } = pathItems(
    ask.reaches[0]!.config,
    ask.typed,
    pathWish(ask, { ...(first ? { first } : {}), ...(starts ? { starts } : {}), ...extra }),
    ask.folders,
  );
  // off stands alone
  const own = (ask.what.words ?? []).filter((w) => w !== 'off' || !ask.site.following.length);
  const words = keep === 0 ? own.map((w): Item => ({ label: w, kind: 'keyword' })) : [];
  return { items: [...items, ...words], keep };
}

/** Words between separators: what was typed last counts. */
function inList(typed: string, separator: string, items: readonly Item[]): Part {
  return { keep: typed.lastIndexOf(separator) + 1, items };
}

/** Whole lists, where nothing is typed yet: Mozilla's for a server, OpenSSL's own for a client of backends. */
function cipherLists({ fact, reaches, typed }: Ask): Item[] {
  if (typed.includes(':') || /^[!+-]/.test(typed)) return [];
  const { target } = reaches[0]!.config.settings;
  const list = (label: string, text: string | null, detail: string): Item[] =>
    text ? [{ label, kind: 'value', detail, insert: text, filter: `${text} ${label}` }] : [];
  const own = list('DEFAULT', 'DEFAULT', 'what OpenSSL itself takes for good');
  const mozilla = list(
    'ECDHE-… (Mozilla intermediate)',
    profileCiphers(mozillaProfile('intermediate')!, target),
    'forward secrecy with authenticated encryption, for all clients of TLS 1.2',
  );
  const standard = list('HIGH:!aNULL:!MD5', 'HIGH:!aNULL:!MD5', 'the default of nginx for servers');
  return /^(?:proxy|grpc|uwsgi|zone_sync)_/.test(fact.name) ? [...own, ...mozilla] : [...mozilla, ...standard];
}

function ciphers(ask: Ask): Part {
  const { target } = ask.reaches[0]!.config.settings;
  const { keywords, suites } = cipherWords(target);
  const from = ask.typed.lastIndexOf(':') + 1;
  const sign = /^[!+-]/.exec(ask.typed.slice(from))?.[0] ?? '';
  const rows: Item[] = suites.map((s) => ({
    label: s.name,
    kind: 'value',
    detail: `${s.kx} ${s.au} ${s.enc}${s.weaknesses.length ? ` · ${s.weaknesses.join(', ')}` : ''}`,
    ...(s.weaknesses.some((w) => w !== 'cbc' && w !== 'no-forward-secrecy') ? { deprecated: true } : {}),
  }));
  const lists = cipherLists(ask);
  const named = keywords.filter((k) => !lists.some((l) => l.label === k)).map((k): Item => ({ label: k, kind: 'keyword' }));
  return { keep: from + sign.length, items: [...lists, ...rows, ...named] };
}

const OPERATORS = [
  ['=', 'equal', 'text'],
  ['!=', 'not equal', 'text'],
  ['~', 'matches the expression', '^/'],
  ['~*', 'matches, whatever the case', '^/'],
  ['!~', 'does not match', '^/'],
  ['!~*', 'does not match, whatever the case', '^/'],
] as const;
const OPERATOR = /^(?:!?=|!?~\*?)$/;
const TESTS = [
  ['-f', 'is a file'],
  ['!-f', 'is no file'],
  ['-d', 'is a folder'],
  ['!-d', 'is no folder'],
  ['-e', 'exists'],
  ['!-e', 'does not exist'],
  ['-x', 'can be executed'],
  ['!-x', 'cannot be executed'],
] as const;

function condition(ask: Ask): Part {
  const words = ask.site.words.slice(1).filter((w) => w !== '(');
  // what comes after already is not written again
  const more = ask.site.following.some((w) => w !== ')');
  if (words.length === 0) {
    const keep = ask.typed.startsWith('(') ? 1 : 0;
    const tests = TESTS.map(
      ([label, detail]): Item => ({
        label,
        kind: 'keyword',
        detail,
        ...(more ? {} : { insert: `${label} \${1:\\$request_filename}`, snippet: true, plain: `${label} ` }),
      }),
    );
    const next = ask.site.following.find((w) => w !== ')');
    const isOperator = next !== undefined && OPERATOR.test(next);
    // in front of a whole comparison nothing is missing
    if (!isOperator && ask.site.following.some((w) => OPERATOR.test(w))) return whole([]);
    const items = [
      // a file that is there already is tested
      ...(next !== undefined && !isOperator ? [] : variableItems(ask.reaches, { name: 'if', words: [] })),
      ...(isOperator ? [] : tests),
    ];
    return keep || ask.site.words.includes('(')
      ? { keep, items }
      : whole(
          items.map((i) => ({
            ...i,
            label: `(${i.label}`,
            filter: `(${i.filter ?? i.label}`,
            insert: `(${i.snippet ? i.insert : literal(i.label)})`,
            snippet: true,
            plain: `(${i.plain ?? i.label})`,
          })),
        );
  }
  if (words.length === 1 && !/^\(?!?-[fdex]$/.test(words[0]!))
    return whole(
      OPERATORS.map(
        ([label, detail, value]): Item => ({
          label,
          kind: 'keyword',
          detail,
          ...(more ? {} : { insert: `${label} \${1:${value}}`, snippet: true, plain: `${label} ` }),
        }),
      ),
    );
  const subject = words[0]?.replace(/^\(/, '') ?? '';
  if (subject === '$request_method') return whole(values(['GET', 'HEAD', 'POST', 'PUT', 'DELETE', 'OPTIONS', 'PATCH']));
  if (subject === '$scheme') return whole(values(['http', 'https']));
  return whole([]);
}

function headerRows(fact: DirectiveFact): Readonly<Record<string, readonly (readonly [string, string])[]>> {
  return /^(proxy|grpc)_set_header$|more_(set|clear)_input/.test(fact.name) ? REQUEST_HEADERS : RESPONSE_HEADERS;
}

const header = (ask: Ask): Part =>
  whole(
    Object.entries(headerRows(ask.fact)).map(([label, usual]) => ({
      label,
      kind: 'header',
      ...(usual[0] ? { detail: usual[0][0] } : {}),
      again: true,
    })),
  );

/** Whether every variable of a usual value is there: that of a map is not, unless someone wrote the map. */
const isDeclared = ({ reaches }: Ask, value: string): boolean =>
  [...value.matchAll(/\$\{?(\w+)/g)].every(([, name]) =>
    reaches.some(
      ({ config }) => config.catalog.variable(name!, 'http') !== null || namesOf(config).definitions('variable', name!, 'http').length > 0,
    ),
  );

/** What is usual as the value of a header or parameter whose name comes before it. */
function usualValue(ask: Ask): Item[] {
  const [, name = ''] = ask.site.words;
  if (ask.index !== 1) return [];
  if (/_header$|^add_trailer$/.test(ask.fact.name)) {
    const found = Object.entries(headerRows(ask.fact)).find(([h]) => h.toLowerCase() === name.toLowerCase());
    const rows = (found?.[1] ?? []).filter(([v]) => isDeclared(ask, v));
    return values(ask.site.typed.quote ? rows.filter(([v]) => QUOTED.test(v)).map(([v, d]) => [v.slice(1, -1), d] as const) : rows);
  }
  if (/_param$/.test(ask.fact.name)) {
    if (CGI[name]) return values([CGI[name]]);
    // HTTP_X_FORWARDED_PROTO is what the application sees of X-Forwarded-Proto
    const sent = /^HTTP_(\w+)$/.exec(name)?.[1]?.replaceAll('_', '-');
    const found = sent && Object.entries(REQUEST_HEADERS).find(([h]) => h.toUpperCase() === sent);
    return found ? values(found[1]) : [];
  }
  if (ask.fact.name === 'return')
    return values([
      ['https://$host$request_uri', 'the same, over TLS'],
      ['$scheme://$host$request_uri', 'the same'],
      ['/', 'the start page'],
    ]);
  return [];
}

function text(ask: Ask): Part {
  const usual = usualValue(ask);
  const takes = ask.fact.variables !== false || ask.fact.name === 'log_format';
  const words = (ask.what.words ?? []).map((w): Item => ({ label: w, kind: 'keyword' }));
  const preset = ask.index === 0 && ask.fact.args.max === 1 ? defaultOf(ask.fact, ask.reaches[0]!.config.settings.target.nginx) : undefined;
  const first: Item[] =
    preset && !/[\s"']/.test(preset) && !words.some((w) => w.label === preset)
      ? [{ label: preset, kind: 'value', detail: 'the default' }]
      : [];
  // the variable that this very line makes is no value for it
  const except = { file: ask.file.id, offset: ask.offset };
  const line = { name: ask.site.words[0] ?? '', words: ask.site.words };
  const more = takes && ask.typed === '' ? variableItems(ask.reaches, line, { except }) : [];
  return whole([...usual, ...words, ...first, ...more]);
}

function location(ask: Ask): Part {
  if (ask.index > 0) return whole([]);
  // from 1.31.5 on a variable can be there
  const asks = ask.typed.startsWith('$') && hasPredicates(ask.reaches[0]!.config.settings.target.nginx);
  if (asks) return whole(variableItems(ask.reaches, { name: ask.site.words[0] ?? '', words: ask.site.words }));
  return whole([
    ...values([['/', 'everything below']]),
    ...values([
      ['=', 'this path only'],
      ['~', 'a regular expression'],
      ['~*', 'a regular expression, whatever the case'],
      ['^~', 'this prefix, before any expression'],
      ['@', 'a named location'],
    ]).map((i) => ({ ...i, again: true })),
  ]);
}

/** Locations of the server that a request can be sent to by their path, those for requests from inside first. */
function ownLocations({ reaches, site }: ArgumentAsk): Item[] {
  const out = new Map<string, { item: Item; internal: boolean }>();
  for (const { scope } of reaches) {
    const server = scope?.context === 'server' ? scope : scope?.enclosing('server');
    if (!server) continue;
    for (const l of locationsOf(server).all) {
      if ((l.kind !== 'exact' && l.kind !== 'prefix') || /[\s;{}"'$]/.test(l.name) || !l.name.startsWith('/') || l.name === '/') continue;
      const internal = l.scope.has('internal');
      out.set(l.name, {
        item: { label: l.name, kind: 'name', detail: internal ? 'an internal location' : 'a location of this server' },
        internal,
      });
    }
  }
  const all = [...out.values()].filter(({ item }) => !site.words.includes(item.label));
  return [...all.filter((x) => x.internal), ...all.filter((x) => !x.internal)].map((x) => x.item);
}

function uri(ask: Ask): Part {
  const names = [
    ...(ask.what.names?.kind === 'named-location' ? namedHere(ask) : []),
    ...(['auth_request', 'mirror', 'error_page', 'post_action'].includes(ask.fact.name) ? ownLocations(ask) : []),
  ];
  const codes =
    ask.fact.name === 'try_files'
      ? values([
          ['=404', 'Not found'],
          ['=403', 'Forbidden'],
        ])
      : ask.fact.name === 'error_page'
        ? values([['=200', 'answer with 200 instead']]).map((i) => ({ ...i, again: true }))
        : [];
  const words = (ask.what.words ?? []).map((w): Item => ({ label: w, kind: 'keyword' }));
  if (ask.fact.name === 'error_page' && !ask.typed.startsWith('='))
    return whole([...names, ...values([['/error.html', 'a page below root']]), ...codes, ...words]);
  if (ask.fact.name !== 'try_files') return whole([...names, ...codes, ...words]);
  // files are looked for first, and the last word says what happens without one
  const files = values(['$uri', '$uri/'], 'variable').filter((i) => !ask.site.words.includes(i.label));
  return whole(ask.index === 0 ? files.map((i) => ({ ...i, again: true })) : [...names, ...codes, ...words, ...files]);
}

const OLD_PROTOCOL = /^(SSLv[23]|TLSv1(\.1)?)$/;

function enumeration(ask: Ask): Part {
  const { target } = ask.reaches[0]!.config.settings;
  const preset = defaultOf(ask.fact, target.nginx);
  const given = new Set(ask.site.words.slice(1));
  const own = ask.what.words ?? valuesOf(ask.fact, target).map((v) => v.name);
  // protocols are declared from the oldest on; the newest is what someone wants
  const ordered = /_protocols$/.test(ask.fact.name)
    ? [...own.filter((w) => !OLD_PROTOCOL.test(w)).reverse(), ...own.filter((w) => OLD_PROTOCOL.test(w)).reverse()]
    : own;
  return whole(
    ordered
      .filter((w) => !given.has(w) && !(ask.fact.kind === 'bitmask' && ask.site.following.includes(w)))
      .map(
        (w): Item => ({
          label: w,
          kind: 'value',
          ...(preset?.split(' ').includes(w) ? { detail: 'the default' } : {}),
          ...(OLD_PROTOCOL.test(w) ? { deprecated: true } : {}),
        }),
      ),
  );
}

const PREDEFINED_FORMATS: Item[] = [{ label: 'combined', kind: 'name', detail: 'nginx’s own format' }];

function nameOf(ask: Ask): Part {
  const spec = ask.what.names;
  if (!spec) return whole([]);
  const words = (ask.what.words ?? []).map((w): Item => ({ label: w, kind: 'keyword' }));
  if (spec.role === 'defines') return whole(words);
  return whole([
    ...declared(ask, spec.kind),
    ...(spec.kind === 'log-format' && protocolAt(ask.reaches[0]!) === 'http' ? PREDEFINED_FORMATS : []),
    ...words,
  ]);
}

/** Whether the lines of a file may be there; true of one that the configuration does not read. */
function standsIn(id: FileId, { config, context }: Reach): boolean {
  const { settings, catalog } = config;
  return (config.files.get(id)?.body ?? []).every(
    (s) =>
      s.name.templated ||
      config.usesOf(s, id).some((d) => d.scope.context === context) ||
      (bodyOf(context) === 'directives' && catalog.directive(s.name.value, context, settings.target) !== null),
  );
}

const KINDS: { readonly [kind in ArgumentKind]?: (ask: Ask) => Part } = table({
  flag: (ask) => {
    const preset = defaultOf(ask.fact, ask.reaches[0]!.config.settings.target.nginx);
    return whole(['on', 'off'].map((w): Item => ({ label: w, kind: 'value', ...(w === preset ? { detail: 'the default' } : {}) })));
  },
  word: enumeration,
  msec: times,
  sec: times,
  time: (ask) => whole([...times(ask).items, ...values(ask.what.words ?? [], 'keyword')]),
  // sizes of buffers are bound to each other: a larger one alone is refused
  size: (ask) =>
    units(ask, /_(buffer|buffers|write|pool)_size$/.test(ask.fact.name) && ask.fact.name !== 'client_body_buffer_size' ? [] : SIZES, BYTES),
  offset: (ask) => whole([...units(ask, SIZES, [...BYTES, ['g', 'GiB']]).items, ...values(ask.what.words ?? [], 'keyword')]),
  number: (ask) => whole([...values(ask.what.words ?? [], 'keyword'), ...units(ask, [], []).items]),
  status: (ask) =>
    whole([
      // a page is for what is no success (ngx_http_core_error_page)
      ...values(ask.fact.name === 'error_page' ? STATUS.filter(([code]) => Number(code) >= 300 && code !== '499') : STATUS, 'status'),
      ...values(ask.what.words ?? [], 'keyword'),
    ]),
  rate: (ask) =>
    units(
      ask,
      [
        ['10r/s', 'ten per second'],
        ['30r/m', 'one every two seconds'],
      ],
      [
        ['r/s', 'requests per second'],
        ['r/m', 'requests per minute'],
      ],
    ),
  file: (ask) => path(ask),
  glob: (ask) =>
    path(ask, { masks: true, not: ask.file.id, starts: ['/etc/nginx/'], fits: (id) => ask.reaches.some((reach) => standsIn(id, reach)) }),
  folder: (ask) => path(ask, { foldersOnly: true, starts: ['/var/www/', '/srv/'] }),
  path: (ask) => (ask.fact.name === 'try_files' || ask.fact.name === 'index' ? text(ask) : path(ask)),
  log: (ask) => {
    const found = path(ask, { starts: ['/var/log/nginx/', '/dev/stdout', '/dev/stderr'] });
    return found.keep ? found : { keep: 0, items: [...found.items, ...values([['syslog:server=', 'to a syslog server']])] };
  },
  url,
  address,
  uri,
  location,
  condition,
  header,
  name: nameOf,
  // js_content and its like
  function: (ask) =>
    whole(
      ask.reaches.flatMap((reach) => {
        const protocol = protocolAt(reach);
        if (protocol !== 'http' && protocol !== 'stream') return [];
        const given = callable(reach.config, protocol).map(
          ({ label, script }): Item => ({ label, kind: 'name', detail: `exported by ${script.id.split('/').at(-1)}` }),
        );
        return [
          ...given,
          ...declared(ask, 'js-module').map((i): Item => ({ ...i, label: `${i.label.replace(/\.m?js$/, '')}.`, again: true })),
        ];
      }),
    ),
  ciphers,
  curves: (ask) => {
    const { target } = ask.reaches[0]!.config.settings;
    const usual = profileCurves(mozillaProfile('intermediate')!, target).join(':');
    const lists = ask.typed.includes(':') ? [] : values([[usual, 'Mozilla intermediate'], ...(ask.what.words ?? [])]);
    return inList(ask.typed, ':', [...lists, ...values(groupsOf(target).map((g) => g.name))]);
  },
  'openssl-command': () => whole(values(OPENSSL_COMMANDS)),
  protocol: () => whole(values(PROTOCOL_NAMES)),
  mime: (ask) => {
    // the first of the defaults always counts, and nginx warns of one that is said twice (ngx_http_types_slot)
    const taken = [...ask.site.words, ...ask.site.following, ...(ask.fact.kind === 'mime-types' ? [ask.fact.default?.split(' ')[0]] : [])];
    return whole(values([...MIME.filter((m) => !taken.includes(m)), ...(ask.what.words ?? [])]));
  },
  charset: (ask) => whole([...values(CHARSETS), ...values(ask.what.words ?? [], 'keyword')]),
  method: (ask) => whole(values((ask.what.words ?? []).filter((w) => !ask.site.words.includes(w)))),
  network: (ask) => {
    const words = values(ask.what.words ?? [], 'keyword');
    // what is allowed or believed are networks; what is refused is the rest
    return whole(ask.fact.name === 'deny' ? [...words, ...values(NETWORKS)] : [...values(NETWORKS), ...words]);
  },
  mask: (ask) => whole(values(ask.what.words ?? [], 'keyword')),
  environment: () => whole(Object.entries(CGI).map(([label, detail]) => ({ label, kind: 'value', detail, again: true }))),
  variable: (ask) => {
    const except = { file: ask.file.id, offset: ask.offset };
    const items = variableItems(ask.reaches, { name: '', words: [] }, { changeable: ask.what.names?.role === 'defines', except });
    // what is looked at comes before the variable that is made of it
    return whole(ask.fact.name === 'geo' && ask.index === 0 ? items.map((i) => ({ ...i, again: true })) : items);
  },
  'server-name': (ask) =>
    whole(
      // "" is no referer
      values(
        (
          [
            ['_', 'a name that no request has'],
            ['localhost', ''],
            ['$hostname', 'the name of the machine'],
            ['""', 'requests without a Host header'],
            ['~^', 'a regular expression'],
          ] as const
        ).filter(([v]) => v !== '""' || ask.fact.name === 'server_name'),
      ),
    ),
  'listen-address': (ask) =>
    whole(
      ask.fact.module.startsWith('ngx_http')
        ? values([
            ['80', 'HTTP on all IPv4 addresses'],
            ['443 ssl', 'HTTPS on all IPv4 addresses'],
            ['[::]:80', 'HTTP on all IPv6 addresses'],
            ['[::]:443 ssl', 'HTTPS on all IPv6 addresses'],
            ['443 quic reuseport', 'HTTP/3'],
            ['127.0.0.1:8080', 'this machine only'],
            ['unix:/run/', 'a socket'],
          ])
        : values(['127.0.0.1:', '[::]:', 'unix:/run/']),
    ),
  account: () => whole(values(['nginx', 'www-data', 'nobody'])),
  text,
});

/** The value of `key=…`: as its parameter says. */
function parameterValue(ask: ArgumentAsk, fact: DirectiveFact, p: ParameterFact, value: string): Item[] {
  const as = (kind: ArgumentKind): Item[] => [
    ...(KINDS[kind]?.({ ...ask, fact, what: { kind }, index: 0, typed: value }) ?? whole([])).items.filter(
      (i) => i.detail !== 'the default',
    ),
  ];
  if (p.words) return values(p.words);
  if (p.named?.role === 'references') return declared(ask, p.named.kind);
  switch (p.value) {
    case 'flag':
      return values(['on', 'off']);
    case 'msec':
    case 'sec':
      return as('sec');
    case 'size':
      return as('size');
    case 'offset':
      return as('offset');
    case 'rate':
      return as('rate');
    case 'zone': {
      const name = /^[^:]+:/.exec(value)?.[0];
      return name ? values([`${name}1m`, `${name}10m`]) : [];
    }
    case 'levels':
      return values(['1', '1:2', '1:2:2']);
    case 'keepalive':
      return values(['on', 'off', '30m::10']);
    default:
      return p.variables ? variableItems(ask.reaches, { name: '', words: [] }) : [];
  }
}

/** Parameters that nginx ignores on Linux, with a word in its log (ngx_http_core_listen). */
const ELSEWHERE: ReadonlySet<string> = new Set(['accept_filter']);

function parameterItems(ask: ArgumentAsk, fact: DirectiveFact, index: number): Part | null {
  const table = fact.parameters;
  if (!table || index < table.from || index > (table.to ?? index)) return null;
  const { target } = ask.reaches[0]!.config.settings;
  const { value } = ask.site.typed;
  const hit = findParameter(table.list, value);
  if (hit && hit.value !== null) return { keep: hit.at, items: parameterValue(ask, fact, hit.parameter, hit.value) };
  const given = [...ask.site.words.slice(1 + table.from), ...ask.site.following].flatMap(
    (w) => findParameter(table.list, w)?.parameter.name ?? [],
  );
  const items: Item[] = [];
  for (const p of table.list) {
    if (given.includes(p.name) || given.some((g) => p.excludes?.includes(g)) || p.notOnLinux || ELSEWHERE.has(p.name)) continue;
    if (!parameterStatus(p, target).known) continue;
    items.push({
      label: parameterLabel(p),
      kind: 'parameter',
      detail: p.hint,
      ...(p.deprecated || p.replacedBy ? { deprecated: true } : {}),
      ...(p.form === 'value' ? { again: true } : {}),
    });
  }
  return whole(items.sort((a, b) => Number(a.deprecated ?? false) - Number(b.deprecated ?? false)));
}

/** Kinds whose text is no place for variables. */
const NO_VARIABLES: ReadonlySet<ArgumentKind> = new Set<ArgumentKind>([
  'flag',
  'word',
  'regex',
  'lua',
  'listen-address',
  'mime',
  'glob',
  'function',
]);

const SCHEME = /^https?:\/\//;
/** Bodies whose lines are a key and its value, and the keys that the catalog knows as directives of such a body. */
const VALUED = /^(stream-)?(map|geo|split_clients)$/;
const ENTRY_VALUES: ReadonlySet<string> = new Set(['default', '*']);
/** Values that are usual where a map is made of that variable. */
const OF_UPGRADE = [
  ['upgrade', 'the connection becomes a WebSocket'],
  ['close', 'the connection ends with the answer'],
  ['""', 'connections are kept'],
] as const;

/**
 * The values of a map, geo or split_clients: names of groups where its variable is what a pass directive asks, what the other lines say, and what
 * the source means.
 */
function entryValues(ask: ArgumentAsk): Item[] {
  const [head] = ask.reaches;
  const opener = head!.scope?.opener;
  const own = opener?.args.at(-1)?.value ?? '';
  const out: Item[] = [];
  const protocol = head ? protocolAt(head) : null;
  if (own.startsWith('$') && protocol) {
    const passed = namesOf(head!.config)
      .references('variable', own.slice(1), protocol)
      .filter(({ directive, span }) => {
        const word = PASS_DIRECTIVES.includes(directive.name) ? directive.args[0] : undefined;
        return word && /^["']?(\w+:\/\/)?\$?\{?$/.test(directive.file.text.slice(word.start, span.start));
      });
    if (passed.length) out.push(...declared(ask, 'upstream'));
  }
  if (opener?.value(0) === '$http_upgrade') out.push(...values(OF_UPGRADE));
  const others = (head!.scope?.directives ?? []).flatMap((d) =>
    d.statement.closed && d.args.length === 1 && d.name !== 'include' && d.statement.start !== ask.site.start ? [d.args[0]!.raw] : [],
  );
  for (const label of new Set(others))
    if (label.length < 60 && !/[\n{}]/.test(label) && !out.some((i) => i.label === label))
      out.push({ label, kind: 'value', detail: 'as another line has it' });
  // what comes before the cursor is not written again: a quote, a scheme
  const { quote } = ask.site.typed;
  const scheme = SCHEME.exec(ask.site.typed.value)?.[0] ?? '';
  return out.flatMap((item): Item[] => {
    const label = quote && QUOTED.test(item.label) ? item.label.slice(1, -1) : item.label;
    if (scheme === '' || item.kind === 'name') return [{ ...item, label }];
    return label.startsWith(scheme) ? [{ ...item, label: label.slice(scheme.length) }] : [];
  });
}

const QUOTED = /^(["']).*\1$/;

/** What an argument is by its meaning, where the target has the variables; of a list not what is there. */
function meantItems({ reaches, site }: ArgumentAsk, fact: DirectiveFact, { rows, each, again }: Meaning): Item[] {
  const known = (value: string): boolean =>
    [...value.matchAll(/\$(\w+)/g)].every(([, name]) =>
      reaches.some((reach) => {
        const protocol = protocolAt(reach);
        const variable = protocol && reach.config.catalog.variable(name!, protocol);
        return variable && variableStatus(variable, reach.config.settings.target).known;
      }),
    );
  const there = new Set(each ? [...site.words.slice(1), ...site.following] : []);
  return rows.flatMap(([value, detail, more]): Item[] => {
    if (!known(value) || value.split(' ').some((word) => there.has(word))) return [];
    // within quotes what needs none is no word of its own
    if (site.typed.quote && !QUOTED.test(value)) return [];
    return [
      {
        label: site.typed.quote ? value.slice(1, -1) : value,
        kind: value.startsWith('$') ? 'variable' : 'value',
        ...(detail ? { detail } : {}),
        ...(again || more || value.endsWith('/') || fact.args.min > 1 ? { again: true } : {}),
      },
    ];
  });
}

/** Proposals for an argument; null when nothing is known of it. */
export function argumentItems(given: ArgumentAsk): Completion | null {
  const { reaches, site, offset } = given;
  const { typed, words } = site;
  const name = words[0]!;
  const index = words.length - 1;
  // the parenthesis that closes a condition is no part of its last word
  const behind = given.file.text.slice(offset, typed.end);
  const closing = name === 'if' && !typed.quote ? /\)*$/.exec(behind)![0].length : 0;
  const end = Math.max(typed.end - closing, offset);
  const at = (keep: number): { start: number; end: number } => ({ start: Math.min(offset, typed.start + keep), end });
  const facts = new Map<DirectiveFact, Reach[]>();
  let entry: Reach | null = null;
  for (const reach of reaches) {
    const fact = reach.config.catalog.directive(name, reach.context, reach.config.settings.target);
    if (fact) facts.set(fact, [...(facts.get(fact) ?? []), reach]);
    else if (/map$/.test(reach.context)) entry = reach;
  }
  const dollar = /\$(\{?)\w*$/.exec(typed.value);
  if (!facts.size || ENTRY_VALUES.has(name)) {
    const bodies = reaches.filter((r) => VALUED.test(r.context));
    if (bodies.length && index === 0 && !dollar) {
      const scheme = SCHEME.exec(typed.value)?.[0] ?? '';
      const known = entryValues({ ...given, reaches: bodies });
      const items = [...known, ...(entry && typed.value === '' ? variableItems(reaches, { name, words: [] }) : [])];
      return { span: at(scheme.length), items };
    }
    if (!facts.size) {
      if (!entry || index > 0 || !dollar) return null;
      const items = variableItems(reaches, { name, words: [] }, { braced: dollar[1] === '{' });
      return { span: { start: offset - dollar[0].length, end: variableEnd(given.file.text, offset, dollar[1] === '{') }, items };
    }
  }
  let completion: { keep: number; items: Item[] } | null = null;
  for (const [fact, within] of facts) {
    const ask: ArgumentAsk = { ...given, reaches: within };
    // as the last word, and as one of more, where the directive takes so many
    const more = index + 2 + site.following.length;
    const takesMore = more <= (argsOf(fact, within[0]!.config.settings.target.nginx).max ?? Infinity);
    const readings = [argumentOf(fact, index, index + 1), takesMore ? argumentOf(fact, index, more) : null].filter((w) => w !== null);
    const kinds = new Set(readings.map((r) => r.kind));
    if (dollar && (takesVariables(fact, readings) || within.some((r) => /map$/.test(r.context)))) {
      const changeable = readings.some((r) => r.kind === 'variable' && r.names?.role === 'defines');
      return {
        span: { start: offset - dollar[0].length, end: variableEnd(given.file.text, offset, dollar[1] === '{') },
        items: variableItems(within, { name, words }, { braced: dollar[1] === '{', changeable, except: { file: given.file.id, offset } }),
      };
    }
    const parts: Part[] = [];
    const meaning = meaningOf(name, index, protocolAt(within[0]!));
    if (meaning) parts.push(whole(meantItems(ask, fact, meaning)));
    if (fact.kind === 'bufs') parts.push(buffers({ ...ask, fact, what: { kind: 'number' }, index, typed: typed.value }));
    for (const what of meaning?.only ? [] : readings) {
      if (what.kind === 'parameter' && kinds.size === 1) continue;
      if (readings.indexOf(what) !== readings.findIndex((r) => r === what || (r.kind === what.kind && r.names === what.names))) continue;
      const make = KINDS[what.kind];
      if (make) parts.push(make({ ...ask, fact, what, index, typed: typed.value }));
    }
    const parameters = meaning?.only && index === 0 ? null : parameterItems(ask, fact, index);
    if (parameters) parts.push(parameters);
    for (const part of parts) {
      if (!part.items.length) continue;
      if (!completion || part.keep > completion.keep) completion = { keep: part.keep, items: [...part.items] };
      else if (part.keep === completion.keep)
        for (const item of part.items) if (!completion.items.some((i) => i.label === item.label)) completion.items.push(item);
    }
  }
  if (!completion) return null;
  const { keep } = completion;
  const kept = typed.value.slice(0, keep);
  const items = completion.items.filter((item) => isTaken(item, kept, words, [], facts));
  // with the words that come after, unless none of the proposals goes with them
  const fitting = site.following.length ? items.filter((item) => isTaken(item, kept, words, site.following, facts)) : [];
  // several words beside those that are there already would be too many
  const single = site.following.length ? items.filter((item) => item.kind === 'name' || !/\s/.test(item.insert ?? item.label)) : items;
  return { span: at(keep), items: fitting.length ? fitting : single };
}

/** What is only the beginning of a value is gone on with. */
const BEGINNING = /[=:/.@^~-]$/;

/** Whether nginx takes the value of a proposal as that argument; what is not whole yet, or holds variables, is left in. */
function isTaken(
  { label, insert, kind, snippet, again }: Item,
  kept: string,
  words: readonly string[],
  following: readonly string[],
  facts: ReadonlyMap<DirectiveFact, readonly Reach[]>,
): boolean {
  // white space in a name is within the marks of a template
  if (kind === 'name' && /\s/.test(label)) return true;
  const text = kept + (insert ?? label);
  // of a proposal of several words the others may be there already
  if (
    text
      .split(/\s+/)
      .slice(1)
      .some((w) => following.includes(w))
  )
    return false;
  if (snippet || again || (BEGINNING.test(text) && kind !== 'name') || /[$"']/.test(text)) return true;
  const index = words.length - 1;
  const args = [...words.slice(1), ...text.split(/\s+/), ...following];
  return [...facts].some(
    ([fact, [reach]]) =>
      args.length <= (argsOf(fact, reach!.config.settings.target.nginx).max ?? Infinity) &&
      !checkValues(fact, args, reach!.config.settings.target).some(
        (f) => f.severity === 'error' && (following.length > 0 || (f.argument ?? -1) >= index),
      ),
  );
}

function takesVariables(fact: DirectiveFact, readings: readonly ArgumentFact[]): boolean {
  if (readings.some((r) => r.kind === 'variable' || r.kind === 'condition')) return true;
  if (readings.length && readings.every((r) => NO_VARIABLES.has(r.kind))) return false;
  return fact.variables !== false || fact.name === 'log_format';
}

/** The end of a name of a variable that goes on behind the cursor; in braces, with the brace that closes it. */
const variableEnd = (text: string, offset: number, braced: boolean): number =>
  offset + (braced ? /^\w*\}?/ : /^\w*/).exec(text.slice(offset, offset + 128))![0].length;
