/** `proxylens trace`: the path of one request, or of many. */
import path from 'node:path';
import type { Command } from 'commander';
import pc from 'picocolors';
import { jsonText, shWord, visible, visibleData } from '../../base/escape.ts';
import { table } from '../../base/table.ts';
import { knownAt } from '../../catalog/changes.ts';
import type { Config } from '../../config/config.ts';
import {
  type ApplicationView,
  applicationViewOf,
  arriving,
  fillsFor,
  likelyAnswers,
  type SightLine,
  withRequest,
} from '../../features/application-view.ts';
import { refusalsOf } from '../../features/refusals.ts';
import { linesOf, MACHINE, NodeFiles } from '../../host/node-files.ts';
import { fileOfPath } from '../../host/paths.ts';
import { readAnswer } from '../../trace/answers.ts';
import { type AssumeProblem, assumeProblems, backend } from '../../trace/assumptions.ts';
import { CLIENTS, type ClientName, clientOf } from '../../trace/clients.ts';
import { isCurl, oneCommand, requestFromCurl } from '../../trace/curl.ts';
import { headerPair, isAddress, requestFromUrl } from '../../trace/from-url.ts';
import { listedFiles } from '../../trace/listed-files.ts';
import { destinationOf, originOf } from '../../trace/origin.ts';
import { traceMermaid } from '../../trace/print/mermaid.ts';
import { traceSvg } from '../../trace/print/svg.ts';
import { type Paint, PLAIN, traceText } from '../../trace/print/text.ts';
import { RequestLines } from '../../trace/read-batch.ts';
import type { ReadRequest } from '../../trace/read-requests.ts';
import { traceRequest } from '../../trace/request.ts';
import { lineOf } from '../../trace/stations.ts';
import type { Assumption, FileKind, Files, HeaderPair, RequestInput, Trace, TraceOptions, UpstreamAnswer } from '../../trace/trace.ts';
import { nextRequest } from '../../witness/follow.ts';
import { type Asked, type CommonOptions, dumpNamed, Loader, withCommonOptions } from '../common.ts';
import { EXIT, Failure } from '../failure.ts';
import { isGone, say, sayFormatted, sayJson } from '../output.ts';

interface TraceCommandOptions extends CommonOptions {
  header?: string[];
  from?: string;
  format: string;
  requests?: string;
  files: string;
  upstreamStatus?: string;
  upstreamHeader?: string[];
  upstream?: string[];
  assume?: string[];
  httpVersion?: string;
  client?: string;
  follow?: boolean;
  sni?: string;
}

const collect = (value: string, before: string[] = []): string[] => [...before, value];
const FORMATS = ['text', 'json', 'svg', 'mermaid', 'jsonl'];

/** Adds `proxylens trace` to the program. */
export function addTrace(program: Command): void {
  withCommonOptions(
    program
      .command('trace')
      .argument('<config>', 'the main file, or what nginx -T printed')
      .argument('[method-and-url...]', 'GET https://example.com/app/'),
  )
    .description('show what nginx does with a request')
    .option('-H, --header <line>', "a header line, 'Name: value' (repeatable)", collect)
    .option('--from <address>', 'the address of the client')
    .option(
      '--client <name>',
      'who asks, with the header lines that such a client sends: browser, curl, websocket, post or api (default: browser; with --requests, nobody)',
    )
    .option('--follow', 'follow redirects as long as they lead to this configuration')
    .option('--sni <name>', 'the name in the TLS handshake, where it is not the host; empty: none is sent')
    .option('--http-version <version>', '1.0, 1.1, 2 or 3')
    .option('--format <name>', 'text, json, svg, mermaid, or jsonl with --requests', 'text')
    .option(
      '--requests <file>',
      'requests to trace: a JSON object or GET https://… a line, curl commands, a raw request, or a HAR recording; - for standard input',
    )
    .option(
      '--files <which>',
      'which files try_files, index and root see: disk, none, or a file with a list of paths; open questions otherwise',
      'unknown',
    )
    .option('--upstream-status <code>', 'what the application answers')
    .option('--upstream-header <line>', 'a header line of its answer (repeatable)', collect)
    .option(
      '--upstream <name=answer>',
      "what a backend answers: NAME is a group, a host:port or a location's @name, ANSWER a status, refused, timeout, or JSON with status and headers (repeatable)",
      collect,
    )
    .option('--assume <id=value>', 'settles what the text cannot decide (repeatable)', collect)
    .action(async (config: string, words: string[], options: TraceCommandOptions) => {
      const [file = '', ...request] = configFirst([config, ...words]);
      process.exitCode = await trace(file, request, options);
    });
}

const URL_START = /^[a-z][a-z0-9+.-]*:\/\//i;
/** A word that names a request, never a file: a URL, `GET https://…`, a curl command. */
const asksFor = (word: string): boolean => URL_START.test(word) || /^\s*(?:curl\s|[A-Za-z-]+\s+\S+\s*$)/.test(word);

/** The words with the configuration first, which may also stand behind its request where that can be told. Throws where none is named. */
function configFirst(words: readonly string[]): readonly string[] {
  const [first = ''] = words;
  if (MACHINE.kind(first) !== null) return words;
  const last = words.at(-1)!;
  if (words.length > 1 && !asksFor(last) && MACHINE.kind(last) !== null) return [last, ...words.slice(0, -1)];
  if (asksFor(first) || (/^[A-Z]+$/.test(first) && asksFor(last)))
    throw new Failure(
      EXIT.usage,
      `"${words.join(' ')}" is a request without a configuration. Name that first: proxylens trace nginx.conf ${words.map(shWord).join(' ')}`,
    );
  return words;
}

const pairs = (lines: readonly string[] | undefined): HeaderPair[] =>
  (lines ?? []).map((line) => {
    const pair = headerPair(line);
    if (!pair) throw new Failure(EXIT.usage, `"${line}" is no header line such as 'Name: value'`);
    return pair;
  });

/** Files whose text a trace reads: lists of types, and little else. */
const MAX_TEXT = 1_000_000;

/** Names of a folder that are looked at. */
const MAX_NAMES = 10_000;

/** This machine's files, asked synchronously: a trace never waits. */
const DISK: Files = {
  stat(file): FileKind | null {
    const kind = MACHINE.kind(file);
    return kind === 'other' ? 'file' : kind;
  },
  size: (file) => MACHINE.size(file),
  modified: (file) => MACHINE.modified(file),
  names: (folder) => MACHINE.names(folder, MAX_NAMES),
  text: (file) => MACHINE.text(file, MAX_TEXT),
};

const NONE: Files = { stat: () => null, text: () => null };

async function filesFor(which: string): Promise<Files | undefined> {
  if (which === 'unknown') return undefined;
  if (which === 'disk') return DISK;
  if (which === 'none') return NONE;
  const read = await new NodeFiles().read(fileOfPath(which));
  if (!read || read.problem)
    throw new Failure(
      EXIT.unreadable,
      `--files ${which}: it is neither disk nor none, and ${read ? `as a list of paths: ${read.problem}` : 'there is no such list of paths'}`,
    );
  return listedFiles(read.text.split('\n').flatMap((l) => (l.trim() && !l.trim().startsWith('#') ? [l.trim()] : [])));
}

async function oneOf(options: CommonOptions, configPath: string): Promise<{ readonly loader: Loader; readonly asked: Asked | null }> {
  const loader = await Loader.create(options);
  return { loader, asked: await loader.one(configPath) };
}

/** Runs the command; returns the exit code. Throws failures with the contract's codes. */
export async function trace(configPath: string, words: readonly string[], options: TraceCommandOptions): Promise<number> {
  if (!FORMATS.includes(options.format)) throw new Failure(EXIT.usage, `--format is one of ${FORMATS.join(', ')}, not "${options.format}"`);
  if (!options.requests && !words.length)
    throw new Failure(EXIT.usage, 'missing request. Name one: proxylens trace nginx.conf https://example.com/');
  if (words.length > 2 || (words.length === 2 && (words.some((w) => /\s/.test(w.trim())) || URL_START.test(words[0]!))))
    throw new Failure(EXIT.usage, `too many words: ${words.join(' ')}. Name one request, such as GET https://example.com/`);
  const status = options.upstreamStatus === undefined ? undefined : Number(options.upstreamStatus);
  if (status !== undefined && !(status >= 100 && status <= 999))
    throw new Failure(EXIT.usage, `--upstream-status ${options.upstreamStatus}: no status`);
  const assume: Record<string, string> = table({});
  for (const pair of options.assume ?? []) {
    const at = pair.lastIndexOf('=');
    if (at < 1) throw new Failure(EXIT.usage, `--assume ${pair}: write ID=VALUE`);
    assume[pair.slice(0, at)] = pair.slice(at + 1);
  }
  const upstreams: Record<string, UpstreamAnswer> = table({});
  for (const pair of options.upstream ?? []) {
    const at = pair.indexOf('=');
    if (at < 1) throw new Failure(EXIT.usage, `--upstream ${pair}: write NAME=ANSWER, such as app=502`);
    const answer = readAnswer(pair.slice(at + 1));
    if (typeof answer === 'string') throw new Failure(EXIT.usage, `--upstream ${pair.slice(0, at)}: ${answer}`);
    upstreams[pair.slice(0, at)] = answer;
  }
  const files = await filesFor(options.files);
  const given: TraceOptions = {
    assume,
    upstreams,
    ...(files ? { files } : {}),
    upstream: {
      ...(status === undefined ? {} : { status }),
      ...(options.upstreamHeader ? { headers: pairs(options.upstreamHeader) } : {}),
    },
    now: Math.floor(Date.now() / 1000),
  };
  const dump = await dumpNamed(configPath);
  const { loader, asked } = dump ? await Loader.ofDump(options, dump, configPath) : await oneOf(options, configPath);
  const config = asked?.config;
  if (!config) throw new Failure(EXIT.unreadable, `${configPath}: no configuration`);
  for (const name of Object.keys(upstreams))
    if (!backend(config, name)) throw new Failure(EXIT.usage, `--upstream ${name}: no request of this configuration goes there`);
  const deployment = await loader.deployment(asked);
  const fills = fillsFor(config, deployment);
  const traceOptions: TraceOptions = { ...given, fills, refusedBy: refusalsOf(config, loader.parts.rules) };
  const client = clientOf(options.client);
  if (!client) throw new Failure(EXIT.usage, `--client is one of ${CLIENTS.join(', ')}, not "${options.client}"`);
  if (options.requests) return batch(config, options.requests, traceOptions, options, options.client === undefined ? undefined : client);
  const request = requestOf(words, options, client, config);
  if (isLossy(request)) throw new Failure(EXIT.usage, `the request ${NOT_UTF8}`);
  const arrived = arriving(request, config, deployment);
  const forRequest: TraceOptions = {
    ...traceOptions,
    fills: withRequest(config, fills, arrived),
    likely: likelyAnswers(request, config, deployment),
  };
  const result = traceRequest(config, arrived, forRequest);
  refuseWrong(assumeProblems(config, assume, [result]));
  const sight = applicationViewOf(result, deployment, config);
  const text = options.follow
    ? printedWay(followed(config, result, request, forRequest), options.format, options.color)
    : printed(result, sight, options.format, options.color);
  if (options.format === 'text') say(text, paintFor(options.color) !== PLAIN);
  else sayFormatted(text);
  return result.refusedBy.length ? EXIT.findings : EXIT.clean;
}

/** Browsers give up after that many redirects. */
const MOST_REDIRECTS = 20;

/** The traces of a request and of those that its redirects lead to, and how that ends. */
interface Way {
  readonly traces: readonly Trace[];
  /** `answer`: the last one redirects no more; `outside`: it leads out of this configuration; `many`: every redirect leads to a new one */
  readonly ends: 'answer' | 'loop' | 'outside' | 'many';
  readonly said: string;
}

/** Follows redirects as long as they lead to this configuration. */
function followed(config: Config, first: Trace, request: RequestInput, options: TraceOptions): Way {
  const traces = [first];
  const key = (t: Trace): string => lineOf(t).title;
  const seen = new Set([key(first)]);
  for (let input = request; ; ) {
    const last = traces.at(-1)!;
    const to = last.outcome.responseHeaders.find(([n]) => n.toLowerCase() === 'location')?.[1];
    if (to === undefined || last.outcome.status < 300 || last.outcome.status >= 400)
      return {
        traces,
        ends: 'answer',
        said:
          traces.length === 1 ? 'no redirect' : `${last.outcome.status} after ${traces.length - 1} redirect${traces.length > 2 ? 's' : ''}`,
      };
    const next = nextRequest(config, last, input);
    if (!next) return { traces, ends: 'outside', said: `${to} leads out of this configuration` };
    if (traces.length > MOST_REDIRECTS)
      return { traces, ends: 'many', said: `no end after ${MOST_REDIRECTS} redirects, each to a new address` };
    const trace = traceRequest(config, next, options);
    if (seen.has(key(trace))) return { traces, ends: 'loop', said: `a loop: back at ${key(trace)}` };
    seen.add(key(trace));
    traces.push(trace);
    input = next;
  }
}

function printedWay({ traces, ends, said }: Way, format: string, color: string | undefined): string {
  if (format === 'json')
    return JSON.stringify({ ...traces[0], follow: { ends, said, traces: traces.slice(1) }, knows: knownAt(Date.now()) }, null, 2) + '\n';
  if (format === 'jsonl') return traces.map((t) => JSON.stringify(t) + '\n').join('');
  if (format === 'svg' || format === 'mermaid')
    throw new Failure(EXIT.usage, `--follow has no picture: use --format text or json, not ${format}`);
  const paint = paintFor(color);
  const words = ends === 'loop' || ends === 'many' ? paint.bad(said) : said;
  return `${traces.map((t) => traceText(t, paint, nearPath)).join('\n')}\n${paint.strong('followed')}  ${words}\n${known(paint)}`;
}

/** What the options say of a request. */
function optionsOf(options: TraceCommandOptions): Partial<RequestInput> {
  return {
    ...(options.from === undefined ? {} : { clientAddress: options.from }),
    ...(options.httpVersion === undefined ? {} : { httpVersion: options.httpVersion }),
    ...(options.sni === undefined ? {} : { sni: options.sni === '' ? null : options.sni }),
  };
}

/** The request that the words and options name: a method and a URL, or a curl command, to which the options add. */
function requestOf(words: readonly string[], options: TraceCommandOptions, client: ClientName, config: Config): RequestInput {
  const origin = originOf(config);
  const own = optionsOf(options);
  if (words.length === 1 && isCurl(words[0]!)) {
    const read = requestFromCurl(oneCommand(words[0]!), origin);
    if ('problem' in read) throw new Failure(EXIT.usage, `the curl command ${read.problem}`);
    refuseAddress(own.clientAddress);
    return { ...read.input, ...own, headers: [...(read.input.headers ?? []), ...pairs(options.header)] };
  }
  const [method, url] = methodAndUrl(words);
  const request = requestFromUrl({ method: method!, url, client, headers: pairs(options.header), origin, ...own });
  if ('problem' in request) throw new Failure(EXIT.usage, request.problem);
  return request;
}

function refuseAddress(address: string | undefined): void {
  if (address !== undefined && !isAddress(address))
    throw new Failure(EXIT.usage, `"${address}" is no address of a client, such as 198.51.100.7`);
}

/** `GET https://…` as one word or as two; GET where only the address is given. */
function methodAndUrl(words: readonly string[]): readonly [method: string, url: string] {
  const parts = words.length === 1 ? words[0]!.trim().split(/\s+/) : words;
  return parts.length === 2 ? [parts[0]!, parts[1]!] : ['GET', words.join(' ')];
}

/** Throws a usage failure for what was assumed in vain. */
function refuseWrong(problems: readonly AssumeProblem[]): void {
  if (problems.length) throw new Failure(EXIT.usage, problems.map((p) => `--assume ${p.id}: ${p.message}`).join('\n'));
}

/** Colours for a terminal, or none. */
export function paintFor(color: string | undefined): Paint {
  const on = color === 'always' || (color !== 'never' && process.stdout.isTTY === true && !process.env.NO_COLOR);
  if (!on) return PLAIN;
  const c = pc.createColors(true);
  return { dim: c.dim, strong: c.bold, good: c.green, bad: c.red, warn: c.yellow, accent: c.blue };
}

/** A path as seen from the working folder, when it is below it; for people. */
export const nearPath = (file: string): string => {
  const relative = path.relative(process.cwd(), file);
  return visible(relative && !relative.startsWith('..') ? relative : file);
};

/** The application's lines below the drawing: what it sees, and whether that is the client's own. */
function sightText(given: ApplicationView, paint: Paint): string {
  const sight = visibleData({ title: given.title, lines: given.lines });
  const wide = Math.max(...sight.lines.map((l) => l.name.length));
  const value = (l: SightLine): string => (l.good === null ? l.value : l.good ? paint.good(l.value) : paint.bad(l.value));
  return `\n${paint.strong(`${sight.title} sees`)}\n${sight.lines.map((l) => `  ${l.name.padEnd(wide)}  ${value(l)}  ${paint.dim(l.says)}\n`).join('')}`;
}

function printed(result: Trace, sight: ApplicationView | null, format: string, color: string | undefined): string {
  switch (format) {
    case 'json': {
      const application = sight ? { title: sight.title, lines: sight.lines } : null;
      return `${jsonText({ ...result, application, knows: knownAt(Date.now()) }, 2)}\n`;
    }
    case 'jsonl':
      return `${jsonText(result)}\n`;
    case 'svg':
      return traceSvg(result);
    case 'mermaid':
      return traceMermaid(result);
    default:
      return traceText(result, paintFor(color), nearPath) + (sight ? sightText(sight, paintFor(color)) : '') + known(paintFor(color));
  }
}

/** How far the facts go by which a request was followed. */
const known = (paint: Paint): string => paint.dim(`knows ${knownAt(Date.now())}\n`);

/** Recordings and raw requests are read as a whole, up to this many bytes. */
const LARGEST_RECORDING = 64 * 1024 * 1024;

type Answer = Trace | { readonly id: string | null; readonly error: string };

/**
 * Many requests in, one answer a line out, in order. The file holds a JSON object or `GET https://…` a line, curl commands, one raw request, or
 * a HAR recording; what is no request gives an answer that says so. What the options say of a client holds for each that says nothing of it; the
 * lines of `--client` are those of requests that are written as a URL, since the others say all that was sent.
 */
async function batch(config: Config, file: string, options: TraceOptions, said: TraceCommandOptions, client?: ClientName): Promise<number> {
  const { format } = said;
  if (said.follow || said.httpVersion !== undefined)
    throw new Failure(EXIT.usage, `${said.follow ? '--follow' : '--http-version'} is for one request; a list says it with each of its own`);
  const common = optionsOf(said);
  refuseAddress(common.clientAddress);
  const lines = pairs(said.header);
  if (format !== 'jsonl' && format !== 'json' && format !== 'text') throw new Failure(EXIT.usage, '--requests answers in jsonl');
  const kind = file === '-' ? 'file' : DISK.stat(file);
  if (kind === null) throw new Failure(EXIT.unreadable, `${file}: no such file`);
  if (kind === 'folder' || kind === 'forbidden')
    throw new Failure(EXIT.unreadable, `${file}: ${kind === 'folder' ? 'this is a folder' : 'permission denied'}`);
  let bad = false;
  const asked = new Map<string, Assumption>();
  const answer = async (read: ReadRequest, line: number | null): Promise<void> => {
    const request =
      'problem' in read ? read : { ...read, input: { ...common, ...read.input, headers: [...(read.input.headers ?? []), ...lines] } };
    const out: Answer = answered(config, request, line, options);
    if ('error' in out) bad = true;
    else for (const a of out.assumptions) if (!asked.has(a.id)) asked.set(a.id, a);
    await sayJson(out);
  };
  const requests = new RequestLines({ ...destinationOf(config), ...(client ? { client } : {}) });
  try {
    for await (const text of linesOf(file === '-' ? null : file)) {
      for (const { read, line } of requests.push(text)) await answer(read, line);
      if (requests.held > LARGEST_RECORDING) throw new Failure(EXIT.unreadable, `${file}: larger than 64 MB`);
      if (isGone()) break;
    }
  } catch (error) {
    if (!(error instanceof RangeError) && !(error as NodeJS.ErrnoException).code) throw error;
    throw new Failure(EXIT.unreadable, `${file}: ${(error as NodeJS.ErrnoException).code ?? (error as Error).message}`);
  }
  for (const { read, line } of requests.end()) await answer(read, line);
  refuseWrong(assumeProblems(config, options.assume ?? {}, [{ assumptions: [...asked.values()] }]));
  return bad ? EXIT.usage : options.refusedBy?.length ? EXIT.findings : EXIT.clean;
}

/** What stands where bytes were no UTF-8: what they were nobody can tell any more, so that no answer about them would be right. */
const isLossy = (input: RequestInput): boolean => JSON.stringify(input).includes('\uFFFD');
const NOT_UTF8 = 'has bytes that are no UTF-8. Write those of a URL escaped, as %E9; in header lines and bodies only UTF-8 can be given';

function answered(config: Config, read: ReadRequest, line: number | null, options: TraceOptions): Answer {
  const place = line === null ? '' : `line ${line}${'problem' in read && !/^(?:is|has)\b/.test(read.problem) ? ':' : ''} `;
  if ('problem' in read) return { id: read.id, error: place + read.problem };
  const { input, upstreams } = read;
  if (isLossy(input)) return { id: input.id ?? null, error: `${place.trim()}${place ? ' ' : ''}${NOT_UTF8}` };
  const own: TraceOptions = { ...options, fills: withRequest(config, options.fills ?? {}, input) };
  if (!upstreams) return traceRequest(config, input, own);
  const unknown = Object.keys(upstreams).find((name) => !backend(config, name));
  if (unknown !== undefined)
    return { id: input.id ?? null, error: `${place.trim()}: upstreams: no request of this configuration goes to ${unknown}` };
  return traceRequest(config, input, { ...own, upstreams: { ...options.upstreams, ...upstreams } });
}
