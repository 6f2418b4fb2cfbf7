import { table } from '../base/table.ts';

// The kinds of place in which a directive can stand, and which directive opens which. nginx tells these places apart by the
// NGX_*_CONF bits of a command and by the type of the block it is parsing; the names here are those of the catalog's data.
// Nothing here reads a tree.

const PLACES = {
  main: { title: 'the main context', body: 'directives' },
  events: { title: 'the events block', body: 'directives' },
  http: { title: 'the http block', body: 'directives' },
  server: { title: 'a server block', body: 'directives' },
  location: { title: 'a location block', body: 'directives' },
  'if-in-server': { title: 'an if in a server', body: 'directives' },
  'if-in-location': { title: 'an if in a location', body: 'directives' },
  limit_except: { title: 'a limit_except block', body: 'directives' },
  upstream: { title: 'an upstream block', body: 'directives' },
  map: { title: 'the body of a map', body: 'entries' },
  geo: { title: 'the body of a geo', body: 'entries' },
  types: { title: 'the body of a types block', body: 'entries' },
  split_clients: { title: 'the body of a split_clients', body: 'entries' },
  charset_map: { title: 'the body of a charset_map', body: 'entries' },
  match: { title: 'a match block', body: 'entries' },
  num_map: { title: 'the body of a num_map', body: 'entries' },
  stream: { title: 'the stream block', body: 'directives' },
  'stream-server': { title: 'a server of the stream block', body: 'directives' },
  'stream-upstream': { title: 'an upstream of the stream block', body: 'directives' },
  'stream-map': { title: 'the body of a map of the stream block', body: 'entries' },
  'stream-geo': { title: 'the body of a geo of the stream block', body: 'entries' },
  'stream-split_clients': { title: 'the body of a split_clients of the stream block', body: 'entries' },
  'stream-match': { title: 'a match block of the stream block', body: 'entries' },
  'stream-num_map': { title: 'the body of a num_map of the stream block', body: 'entries' },
  mail: { title: 'the mail block', body: 'directives' },
  'mail-server': { title: 'a server of the mail block', body: 'directives' },
  mgmt: { title: 'the mgmt block', body: 'directives' },
  oidc_provider: { title: 'an oidc_provider block', body: 'directives' },
  acme_issuer: { title: 'an acme_issuer block', body: 'directives' },
  otel_exporter: { title: 'the otel_exporter block', body: 'directives' },
  rtmp: { title: 'the rtmp block', body: 'directives' },
  'rtmp-server': { title: 'a server of the rtmp block', body: 'directives' },
  'rtmp-application': { title: 'an application of the rtmp block', body: 'directives' },
  'rtmp-recorder': { title: 'a recorder of the rtmp block', body: 'directives' },
  geoip2: { title: 'the body of a geoip2 block', body: 'entries' },
  'stream-geoip2': { title: 'the body of a geoip2 block of the stream block', body: 'entries' },
  ldap_server: { title: 'an ldap_server block', body: 'entries' },
  testcookie_whitelist: { title: 'the body of a testcookie_whitelist', body: 'entries' },
  metric_complex_zone: { title: 'the body of a metric_complex_zone', body: 'entries' },
  prometheus_template: { title: 'the body of a prometheus_template', body: 'entries' },
  raw: { title: 'a block of Lua', body: 'raw' },
} as const satisfies Record<string, { title: string; body: 'directives' | 'entries' | 'raw' }>;

/** A kind of place in which a directive can stand. */
export type Context = keyof typeof PLACES;

/** All contexts, outermost first. */
export const CONTEXTS = Object.keys(PLACES) as readonly Context[];

/** True for the name of a block that the catalog knows. */
export const isContext = (text: string): text is Context => Object.hasOwn(PLACES, text);

/** How a message calls the context, with its article: "a location block", "the main context". */
export const contextTitle = (context: Context): string => PLACES[context].title;

/**
 * What is in a block of this context: `directives` of the catalog; `entries` that the block's own parser reads (a map's
 * pairs, where the words of the catalog such as `default` are special entries and any other first word is data); or `raw` text.
 */
export const bodyOf = (context: Context): 'directives' | 'entries' | 'raw' => PLACES[context].body;

/** Which block directive opens what, by the context it is in. Third-party blocks among them. */
const OPENINGS: { readonly [parent in Context]?: Readonly<Record<string, Context>> } = table({
  main: { events: 'events', http: 'http', stream: 'stream', mail: 'mail', imap: 'mail', rtmp: 'rtmp', mgmt: 'mgmt' },
  http: {
    server: 'server',
    upstream: 'upstream',
    map: 'map',
    geo: 'geo',
    types: 'types',
    split_clients: 'split_clients',
    charset_map: 'charset_map',
    match: 'match',
    num_map: 'num_map',
    oidc_provider: 'oidc_provider',
    acme_issuer: 'acme_issuer',
    otel_exporter: 'otel_exporter',
    geoip2: 'geoip2',
    ldap_server: 'ldap_server',
    testcookie_whitelist: 'testcookie_whitelist',
    metric_complex_zone: 'metric_complex_zone',
    prometheus_template: 'prometheus_template',
  },
  server: { location: 'location', if: 'if-in-server', types: 'types', testcookie_whitelist: 'testcookie_whitelist' },
  location: { location: 'location', if: 'if-in-location', limit_except: 'limit_except', types: 'types' },
  stream: {
    server: 'stream-server',
    upstream: 'stream-upstream',
    map: 'stream-map',
    geo: 'stream-geo',
    split_clients: 'stream-split_clients',
    match: 'stream-match',
    num_map: 'stream-num_map',
    geoip2: 'stream-geoip2',
  },
  mail: { server: 'mail-server' },
  rtmp: { server: 'rtmp-server' },
  'rtmp-server': { application: 'rtmp-application' },
  'rtmp-application': { recorder: 'rtmp-recorder' },
});

const LUA_BLOCK = /_by_lua_block$/;

/**
 * The context of the block that `directiveName` opens in `parent`: `raw` for a block of Lua, null where nginx knows no such
 * block (a `location` in `http`, an unknown name).
 */
export function childContext(parent: Context, directiveName: string): Context | null {
  const table = OPENINGS[parent];
  if (table && Object.hasOwn(table, directiveName)) return table[directiveName] ?? null;
  return LUA_BLOCK.test(directiveName) && bodyOf(parent) === 'directives' ? 'raw' : null;
}

const OPENERS: ReadonlySet<string> = new Set(Object.values(OPENINGS).flatMap((names) => Object.keys(names)));

/** Every way in which a block of this name may open, in the order of CONTEXTS: for fragments and for misplaced blocks. */
export function openingsOf(directiveName: string): { parent: Context; child: Context }[] {
  const found: { parent: Context; child: Context }[] = [];
  if (!OPENERS.has(directiveName) && !LUA_BLOCK.test(directiveName)) return found;
  for (const parent of CONTEXTS) {
    const child = childContext(parent, directiveName);
    if (child) found.push({ parent, child });
  }
  return found;
}

/** The contexts that hold `context` directly: `http` for `server`; `server` and `location` for `location`. */
export const parentsOf = (context: Context): Context[] =>
  CONTEXTS.filter((parent) => Object.values(OPENINGS[parent] ?? {}).includes(context));

/** Whose variables, zones and upstreams a context sees. */
export type Protocol = 'http' | 'stream' | 'mail';

const PROTOCOL = new Map<Context, Protocol>();
for (const protocol of ['http', 'stream', 'mail'] as const) {
  const spread = (context: Context): void => {
    if (PROTOCOL.has(context)) return;
    PROTOCOL.set(context, protocol);
    for (const child of Object.values(OPENINGS[context] ?? {})) spread(child);
  };
  spread(protocol);
}

/** The protocol block that a context is in, null in main, events, rtmp and blocks of Lua. */
export const protocolOf = (context: Context): Protocol | null => PROTOCOL.get(context) ?? null;
