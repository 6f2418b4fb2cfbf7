/**
 * What a caller may assume: a value that nobody asked for does nothing, so one whose name no question can have is refused with the names that
 * there are, and so is a value that the question does not know.
 */
import { basename, hostFileOf } from '../base/file-id.ts';
import { table } from '../base/table.ts';
import { PerConfig } from '../config/asked.ts';
import type { Config } from '../config/config.ts';
import type { Directive } from '../config/directive.ts';
import { hasVariables, type PassTarget, passTarget, readTarget, serverAddress, targetServers, upstreamsOf } from '../config/upstreams.ts';
import { indexOf } from './index.ts';
import type { Assumption, Trace } from './trace.ts';

/** Questions with a name of their own. Those named after a variable are known by the text that uses it. */
export const NAMED: ReadonlySet<string> = new Set([
  'auth-method',
  'auth-salt',
  'auth-pass',
  'auth-server',
  'auth-user',
  'auth_basic',
  'auth_http',
  'auth_request',
  'body-length',
  'boundary',
  'client',
  'client-certificate-cert',
  'client-certificate-fingerprint',
  'client-certificate-issuer',
  'client-certificate-serial',
  'client-certificate-subject',
  'client-host',
  'content',
  'content-type',
  'etag',
  'file-age',
  'file-date',
  'last-modified',
  'line-without-colon',
  'local-address',
  'long-value',
  'main-file',
  'prefix',
  'proxy-protocol',
  'random_index',
  'range',
  'realpath',
  'smtp-from',
  'smtp-helo',
  'smtp-to',
  'ssl_alpn_protocol',
  'starttls',
  'time',
  'timezone',
  'uid',
  'upstream-status',
]);

/** Questions about something that is named after the colon, and what may be there in a configuration. */
export const ABOUT: Readonly<Record<string, (config: Config, name: string) => boolean>> = table({
  address: () => true,
  auth_request: (config) => mentions(config, 'auth_request'),
  cache: zone,
  'cache-date': zone,
  'cache-uses': zone,
  file: (_, name) => name.startsWith('/'),
  host: () => true,
  include: mentions,
  limit_conn: zone,
  limit_req: zone,
  lines: (config, name) => [...config.files.values()].some((f) => f.template !== null && name.startsWith(`${basename(hostFileOf(f.id))}:`)),
  max_conns: backend,
  regex: () => true,
  resolve: () => true,
  'upstream-server': (config, name) => backend(config, name.replace(/#\d+$/, '')),
  'upstream-servers': backend,
  'upstream-status': backend,
});

function zone(config: Config, name: string): boolean {
  return indexOf(config).zones.has(name) || indexOf(config, 'stream').zones.has(name);
}

/** The names by which requests to backends go: groups, their servers, hosts, with and without port; open where a variable decides. */
const backends = new PerConfig((config): { readonly names: ReadonlySet<string>; readonly open: boolean } => {
  const names = new Set<string>();
  let open = false;
  for (const protocol of ['http', 'stream'] as const) {
    for (const group of upstreamsOf(config, protocol).values()) {
      names.add(group.name.toLowerCase());
      for (const server of group.servers) for (const name of [server.text, serverAddress(server)]) names.add(name.toLowerCase());
    }
    for (const directive of indexOf(config, protocol).passes) {
      const target = passTarget(directive) ?? fixedTarget(config, directive);
      if (!target) open ||= hasVariables(directive.value(0));
      else for (const name of [target.host, ...targetServers(target)]) names.add(name.toLowerCase());
    }
  }
  return { names, open };
});

/** The target of a pass directive whose variables are no part of its host; null: they may be. */
function fixedTarget(config: Config, directive: Directive): PassTarget | null {
  const fixed = /^([a-z]+:\/\/[^/$]+)(?:\/|\$(?:request_uri|uri|document_uri)\b)/.exec(directive.value(0))?.[1];
  // in stream there is no path
  return fixed === undefined ? null : readTarget(config, directive.name, fixed, directive);
}

/** Whether a request to that name can come about: a group, one of its servers, a host, or a named location; any where a variable decides. */
export function backend(config: Config, name: string): boolean {
  const wanted = name.toLowerCase();
  if (wanted.startsWith('@')) return mentions(config, wanted);
  const { names, open } = backends.of(config);
  return open || names.has(wanted);
}

function mentions(config: Config, text: string): boolean {
  for (const file of config.files.values()) if (file.text.toLowerCase().includes(text)) return true;
  return false;
}

/** Whether some request to this configuration may ask for that. */
export function mayBeAsked(config: Config, id: string): boolean {
  if (NAMED.has(id)) return true;
  const colon = id.indexOf(':');
  const about = colon > 0 ? ABOUT[id.slice(0, colon)] : undefined;
  if (about) return about(config, id.slice(colon + 1));
  const name = id.toLowerCase();
  return /^\w+$/.test(name) && (mentions(config, `$${name}`) || mentions(config, `\${${name}`));
}

/** The value is one that the question takes. */
export function takes(question: Assumption, value: string): boolean {
  if (!question.choices.length || question.also === 'text' || question.choices.includes(value)) return true;
  if (question.also === 'status') return /^[1-9]\d\d$/.test(value);
  return question.also === 'number' && /^\d+$/.test(value);
}

const valuesOf = (question: Assumption): string =>
  [
    ...question.choices.map((c) => c || '(empty)'),
    ...(question.also ? [{ status: 'any status', number: 'a number', text: 'any text' }[question.also]] : []),
  ].join(', ');

function commonStart(a: string, b: string): number {
  let n = 0;
  while (n < a.length && a[n] === b[n]) n++;
  return n;
}

export interface AssumeProblem {
  readonly id: string;
  readonly message: string;
}

/** What is wrong with what a caller assumes, after the requests were traced with it; empty where all of it makes sense. */
export function assumeProblems(
  config: Config,
  given: Readonly<Record<string, string>>,
  traces: readonly Pick<Trace, 'assumptions'>[],
): AssumeProblem[] {
  const asked = new Map(traces.flatMap((t) => t.assumptions.map((a) => [a.id, a] as const)));
  return Object.entries(given).flatMap(([id, value]) => {
    const question = asked.get(id);
    if (question) {
      if (takes(question, value)) return [];
      return [{ id, message: `"${value}" is no answer to ${id} (${question.what}). It is one of ${valuesOf(question)}.` }];
    }
    if (mayBeAsked(config, id)) return [];
    const names = [...asked.keys()];
    const near = names.reduce((best, n) => (commonStart(n, id) > commonStart(best, id) ? n : best), '');
    const list = names.length ? `Here it is asked for ${names.join(', ')}.` : 'Nothing is open here.';
    return [{ id, message: `Nothing is called "${id}".${commonStart(near, id) > 3 ? ` Did you mean "${near}"?` : ''} ${list}` }];
  });
}
