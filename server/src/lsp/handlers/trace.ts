/** The preview of the request path: a trace with what belongs to its picture, suggestions for the request line, the map, request tests. */

import { dirname, type FileId, fileId, resolve } from '../../base/file-id.ts';
import type { Span } from '../../base/span.ts';
import type { Config } from '../../config/config.ts';
import { serversOf } from '../../config/servers.ts';
import { applicationViewOf, arriving, fillsFor, likelyAnswers, withRequest } from '../../features/application-view.ts';
import { answerHeaders, causeOf, mapOf, suggestions, unseenOnPath } from '../../features/preview.ts';
import { refusalsAmong, refusalsOf } from '../../features/refusals.ts';
import { wayOut } from '../../features/ways-out.ts';
import type { Finding } from '../../rules/rule.ts';
import { statementAt } from '../../syntax/place.ts';
import { readAnswers } from '../../trace/answers.ts';
import { clientOf } from '../../trace/clients.ts';
import { asTest, lineOfKey, readTests, runTest } from '../../trace/expect.ts';
import { asCurl, requestFromUrl } from '../../trace/from-url.ts';
import { originOf } from '../../trace/origin.ts';
import { traceMermaid } from '../../trace/print/mermaid.ts';
import { traceSvg } from '../../trace/print/svg.ts';
import { traceText } from '../../trace/print/text.ts';
import { traceRequest } from '../../trace/request.ts';
import { lineOf } from '../../trace/stations.ts';
import type { RequestInput, Trace } from '../../trace/trace.ts';
import { urlOf } from '../../witness/requests.ts';
import { toOffset, toRange } from '../convert/encoding.ts';
import { type ReadContext, reads, readsDisk } from '../handler.ts';
import {
  type MapParams,
  type MapResult,
  Requests,
  type StationFinding,
  type SuggestParams,
  type SuggestResult,
  type TestsParams,
  type TestsResult,
  type TraceParams,
  type TraceResult,
  type WayOutView,
  type WirePlace,
} from '../protocol.ts';
import { findingsOf } from '../session.ts';

/** The main file's configuration that reads the file; a file with servers that none reads yet (a new site) is a path of its own. */
const configFor = ({ snapshot }: ReadContext, uri: string) => {
  const own = snapshot.configsOf(fileId(uri));
  return own.find((c) => c.kind === 'root') ?? own.find((c) => serversOf(c).some((s) => s.scope.opener)) ?? snapshot.configs[0] ?? null;
};

/** What nginx refuses of it, as the editor shows it. */
const refusalsIn = ({ session }: Pick<ReadContext, 'session'>, config: Config) =>
  refusalsAmong(config, findingsOf(session, config), session.rules);

/** Answers as the request line gives them, in the form that every caller's are read in. */
const answersOf = (answers: NonNullable<TraceParams['answers']>): Record<string, unknown> =>
  Object.fromEntries(
    Object.entries(answers).map(([name, { status, headers }]) => [
      name,
      /^\d+$/.test(status) ? { status: Number(status), ...(headers.length ? { headers } : {}) } : status,
    ]),
  );

/** The way out of a request that nobody listens for, with its places. */
function wayOutOf({ snapshot, encoding }: ReadContext, config: Config, traced: Trace): WayOutView | null {
  const way = wayOut(config, traced);
  if (!way) return null;
  const placed = <T extends object>(file: FileId, span: Span, more: T): (WirePlace & T) | null => {
    const source = snapshot.file(file);
    return source && { uri: file, range: toRange(source, span, encoding), ...more };
  };
  const { port, urls, server, line } = way;
  return {
    port,
    urls: [...urls],
    server: server && placed(server.at.file, server.at.span, { title: server.title }),
    line: line && placed(line.file, { start: line.offset, end: line.offset }, { text: line.text }),
  };
}

export const trace = reads<TraceParams, TraceResult>({
  method: Requests.trace,
  run(context, { uri, request, assume, answers, as }) {
    const { snapshot, session, encoding } = context;
    const config = configFor(context, uri);
    if (!config)
      return { ok: false, message: 'No main file was found for this file, so there is no path to show. Choose one from the status bar.' };
    const input = requestFromUrl({ ...request, client: clientOf(request.client) ?? 'browser', origin: originOf(config, fileId(uri)) });
    if ('problem' in input) return { ok: false, message: input.problem };
    const told = answers ? readAnswers(answersOf(answers)) : null;
    if (typeof told === 'string') return { ok: false, message: `${told}.` };
    const refusedBy = refusalsIn(context, config);
    const traced = traceRequest(config, arriving(input, config, snapshot.deploymentOf(config)), {
      assume,
      refusedBy,
      fills: withRequest(config, fillsFor(config, snapshot.deploymentOf(config)), input),
      likely: likelyAnswers(input, config, snapshot.deploymentOf(config)),
      ...(told ? { upstreams: told.answers } : {}),
    });
    const line = lineOf(traced);
    const shown = (f: Finding): StationFinding | null => {
      const source = snapshot.file(f.at.file);
      return source
        ? {
            rule: f.rule,
            severity: f.severity,
            message: f.message,
            uri: f.at.file,
            range: toRange(source, f.at.span, encoding),
            fix: f.fixes[0]?.title ?? null,
          }
        : null;
    };
    const findings: Record<string, StationFinding[]> = {};
    for (const station of line.down) {
      // the application is at the line of its upstream, which has them already
      if (!station.at || station.kind === 'application') continue;
      const file = fileId(station.at.uri);
      const source = snapshot.file(file);
      if (!source) continue;
      const statement = statementAt(source.body, source.lines.offset(station.at.range.start));
      if (!statement) continue;
      // a block's own findings are those on its header: what is inside bites at other stations
      const end = statement.open ? statement.open.end : statement.end;
      const here = session.findings(file).filter((f) => f.at.span.start >= statement.start && f.at.span.start <= end);
      if (here.length) findings[station.id] = here.flatMap((f) => shown(f) ?? []);
    }
    const sight = applicationViewOf(traced, snapshot.deploymentOf(config), config);
    const forms = {
      curl: () => asCurl(traced.request),
      svg: () => traceSvg(traced),
      mermaid: () => traceMermaid(traced),
      text: () => traceText(traced),
      test: () => asTest(traced, line.title),
    };
    return {
      ok: true,
      line,
      trace: traced,
      findings,
      application: sight
        ? {
            title: sight.title,
            lines: sight.lines.map((l) => {
              const cause = l.good === false ? causeOf(l.name, config, traced, (f) => session.findings(f)) : null;
              return { ...l, finding: cause ? shown(cause) : null };
            }),
          }
        : null,
      answer: answerHeaders(traced, line),
      wayOut: wayOutOf(context, config, traced),
      unseen: unseenOnPath(config, traced),
      config: config.root,
      service: config.tree.startedBy?.services.length ? config.tree.startedBy.label : null,
      text: as ? forms[as]() : null,
    };
  },
});

export const suggestRequests = reads<SuggestParams, SuggestResult>({
  method: Requests.suggest,
  run(context, { uri, position }) {
    const config = configFor(context, uri);
    if (!config) return { urls: [] };
    const file = context.snapshot.file(fileId(uri));
    const statement = file && position ? statementAt(file.body, toOffset(file, position, context.encoding)) : null;
    const near = file && statement ? (config.usesOf(statement, file.id)[0] ?? null) : null;
    return { urls: suggestions(config, near) };
  },
});

export const map = reads<MapParams, MapResult>({
  method: Requests.map,
  run(context, { uri }) {
    const { snapshot, session, encoding } = context;
    const config = configFor(context, uri);
    if (!config) return { nodes: [], links: [] };
    const findings = findingsOf(session, config);
    const view = mapOf(config, findings, snapshot.deploymentOf(config));
    return {
      nodes: view.nodes.map((n) => {
        const source = n.at ? snapshot.file(n.at.file) : null;
        return { ...n, at: n.at && source ? { uri: n.at.file, range: toRange(source, n.at.span, encoding) } : null };
      }),
      links: [...view.links],
    };
  },
});

export const requestTests = readsDisk<TestsParams, TestsResult>({
  method: Requests.tests,
  async run({ workspace, session, cancel }, { uri, text }) {
    let suite = readTests(text, 'http://localhost');
    const failed = (line: number, message: string): TestsResult => ({
      tests: [],
      root: null,
      problems: [{ line, message }, ...suite.problems],
    });
    const folder = dirname(fileId(uri));
    const map = Object.entries(suite.map).map(([from, to]) => [from, resolve(folder, to)] as const);
    const config = await workspace.meant(resolve(folder, suite.config), {
      service: suite.service,
      over: { ...(map.length ? { pathMap: Object.fromEntries(map) } : {}), ...(suite.nginx === null ? {} : { nginxVersion: suite.nginx }) },
      cancel,
    });
    if ('service' in config) return failed(lineOfKey(text, 'service'), `service ${suite.service}: ${config.service}.`);
    if ('problem' in config) return failed(lineOfKey(text, 'config'), `${suite.config}: ${config.problem}.`);
    const snapshot = workspace.snapshot();
    const refusedBy = refusalsOf(config, session.rules);
    suite = readTests(text, originOf(config) ?? 'http://localhost');
    return {
      root: config.root,
      problems: [...suite.problems],
      tests: suite.tests.map((t) => {
        const request = arriving(t.request, config, snapshot.deploymentOf(config));
        const options = {
          ...t.options,
          fills: withRequest(config, fillsFor(config, snapshot.deploymentOf(config)), request),
          likely: likelyAnswers(t.request, config, snapshot.deploymentOf(config)),
        };
        const { traced, differences } = runTest(config, suite, { ...t, request, options }, refusedBy);
        return {
          name: t.name,
          line: t.line,
          ok: differences.length === 0,
          message: differences.length
            ? `${differences.map((d) => `${d.what}: expected ${d.expected}, got ${d.got}`).join('\n')}\n\n${traceText(traced)}`
            : '',
          request: askedBy(traced.request, t.request),
        };
      }),
    };
  },
});

/** A test's request as a person would type it in the preview, where a browser's own headers come by themselves. */
function askedBy(traced: Trace['request'], { method = 'GET', headers = [] }: RequestInput): TestsResult['tests'][number]['request'] {
  const url = urlOf(traced);
  const plain = requestFromUrl({ method, url, client: 'browser', headers: [] });
  const own = 'problem' in plain ? [] : (plain.headers ?? []);
  return {
    url,
    method,
    headers: headers.flatMap(([name, value]): [string, string][] =>
      name.toLowerCase() === 'host' || own.some(([n, v]) => n === name && v === value) ? [] : [[name, value]],
    ),
  };
}
