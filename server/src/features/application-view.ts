/** What the application after the last station of a trace sees, in lines for people and programs. Which application that is, the addresses decide. */
import { basename } from '../base/file-id.ts';
import type { Place } from '../base/span.ts';
import type { Config } from '../config/config.ts';
import type { Directive } from '../config/directive.ts';
import { everywhere } from '../config/pieces.ts';
import { type KnownValue, type KnownValues, placeholdersOf } from '../config/renderings.ts';
import { type Application, frameworkTitle, serverTitle } from '../deploy/application.ts';
import type { ComposeService } from '../deploy/compose.ts';
import type { Deployment } from '../deploy/deployment.ts';
import { fillsOf } from '../deploy/fills.ts';
import djangoFramework from '../deploy/frameworks/django.ts';
import { asked, frameworkSettings } from '../deploy/frameworks/framework.ts';
import { arrivingAt, nginxContainers, reachedFrom, type Target } from '../deploy/reach.ts';
import type { Seen } from '../deploy/seen.ts';
import { certain } from '../deploy/setting.ts';
import { type AppView, applicationView, redirectToHttps } from '../deploy/view.ts';
import type { Word } from '../syntax/word.ts';
import { hostIn } from '../trace/from-url.ts';
import { traceRequest } from '../trace/request.ts';
import type { LikelyAnswer, RequestInput, Trace, UpstreamRequest } from '../trace/trace.ts';

export interface SightLine {
  readonly name: string;
  readonly value: string;
  readonly why: string;
  /** whether it is as it should be; null where that is not a question */
  readonly good: boolean | null;
  /** the same as one sentence for someone who knows the application, not nginx */
  readonly says: string;
}

export interface ApplicationView {
  readonly title: string;
  readonly lines: readonly SightLine[];
  readonly application: Application;
  readonly view: AppView;
}

/** `127.0.0.1:8000`, `unix:/run/app.sock`, `web:8000` as what nginx connects to. */
function hostAndPort(text: string): Target | null {
  if (text.startsWith('unix:')) return { kind: 'unix', path: text.slice(5).replace(/:$/, '') };
  const m = /^(\[.+\]|[^:]+)(?::(\d+))?$/.exec(text);
  return m ? { kind: 'tcp', host: m[1]!.replace(/^\[|\]$/g, ''), port: Number(m[2] ?? 80) } : null;
}

/** The applications that the servers of a group lead to from the containers of nginx, or from the machine where it runs in none, each once; none where no application of the workspace listens there. */
export function applicationsBehind(servers: readonly string[], deployment: Deployment, nginxes: readonly ComposeService[]): Application[] {
  const found = servers.flatMap((text) => {
    const target = hostAndPort(text);
    return (nginxes.length ? nginxes : [null]).flatMap((from) => {
      const reached = target ? reachedFrom(deployment, from, target) : null;
      return reached?.kind === 'listener' ? [reached.application] : [];
    });
  });
  return [...new Set(found)];
}

/** `Django under gunicorn` */
export const applicationTitle = (a: Application): string =>
  a.framework ? `${frameworkTitle(a.framework)} under ${serverTitle(a)}` : serverTitle(a);

const shown = (s: Seen<unknown>): string => (s.known ? String(s.value === '' ? 'nothing' : s.value) : 'unknown');

/** What the project fills into the placeholders of a configuration's templates, with the file and the line that do. */
export function fillsFor(config: Config, deployment: Deployment): KnownValues {
  const nginxes = nginxContainers(deployment, config);
  const place = ({ file, span }: Place): string =>
    `${basename(file)}:${(deployment.files.get(file) ?? '').slice(0, span.start).split('\n').length}`;
  return Object.fromEntries(
    [...placeholdersOf(config)].flatMap((name) => {
      const values = fillsOf(deployment, nginxes, name);
      return values.length ? [[name, values.map((f) => ({ value: f.value, from: place(f.place) }))]] : [];
    }),
  );
}

/** The placeholder that a word of a template is, but for what `beside` it may stand; null for one with more in it, and for one that has a default. */
function aloneIn({ file }: Directive, word: Word, beside: RegExp): string | null {
  const [mark, ...others] = (file.marks ?? []).filter((m) => m.start >= word.start && m.end <= word.end);
  if (!mark?.name || mark.otherwise !== null || others.length) return null;
  return beside.test(file.text.slice(word.start, mark.start)) && !/\w/.test(file.text.slice(mark.end, word.end)) ? mark.name : null;
}

/** The placeholders that are names of servers; a server that only sends elsewhere has not the name that people ask for, where others have one. */
function namesOfSites(names: readonly { readonly d: Directive; readonly word: Word }[]): readonly string[] {
  const found = names.flatMap(({ d, word }) => {
    const name = word.templated ? aloneIn(d, word, /^\W*$/) : null;
    return name === null ? [] : [{ name, moved: d.scope.named('return').some((r) => /^30[1278]$/.test(r.value(0))) }];
  });
  const sites = found.filter((f) => !f.moved);
  return (sites.length ? sites : found).map((f) => f.name);
}

/**
 * The same, with what a request asks for where a placeholder that nobody fills stands for it: the host where it names a server and the port
 * where one listens on it. It stands for any, so for this one, unless it is written elsewhere.
 */
export function withRequest(config: Config, fills: KnownValues, { headers, scheme, localPort }: RequestInput): KnownValues {
  const added = new Map<string, KnownValue>();
  const host = (hostIn(headers ?? []) ?? '').replace(/:\d*$/, '').toLowerCase();
  const names = everywhere(config, 'server_name').flatMap((d) => d.statement.args.map((word) => ({ d, word })));
  if (/^[a-z\d.-]*[a-z][a-z\d.-]*$/.test(host) && !names.some(({ word }) => !word.templated && word.value.toLowerCase() === host))
    for (const name of namesOfSites(names)) added.set(name, { value: host, from: 'the host of the request' });
  const secure = scheme === 'https';
  const port = String(localPort ?? (secure ? 443 : 80));
  const listens = scheme === undefined || secure || scheme === 'http' ? everywhere(config, 'listen') : [];
  if (!listens.some((d) => d.value(0) === port || d.value(0).endsWith(`:${port}`))) {
    // of several ports one is asked for
    const name = listens.flatMap((d) => {
      const word = d.statement.args[0];
      return word?.templated && d.values.includes('ssl') === secure ? (aloneIn(d, word, /^(?:.*:)?$/) ?? []) : [];
    })[0];
    if (name !== undefined) added.set(name, { value: port, from: 'the port of the request' });
  }
  return added.size ? { ...Object.fromEntries([...added].map(([name, known]) => [name, [known]])), ...fills } : fills;
}

/** A request for a port of the machine as it arrives in nginx's container, whose ports the machine publishes. */
export function arriving(request: RequestInput, config: Config, deployment: Deployment): RequestInput {
  const nginxes = nginxContainers(deployment, config);
  const port = request.localPort ?? (request.scheme === 'https' ? 443 : 80);
  const mapping = request.scheme === 'udp' ? undefined : nginxes.map((from) => arrivingAt(from, port)).find((m) => m !== null);
  return mapping ? { ...request, localPort: mapping.target } : request;
}

/**
 * What the applications of the workspace answer by themselves, before any view runs: the redirect to HTTPS of Django and Starlette, and what
 * their servers refuse. Null where the files do not say.
 */
export function likelyAnswers(
  input: RequestInput,
  config: Config,
  deployment: Deployment,
): (request: UpstreamRequest) => LikelyAnswer | null {
  const nginxes = deployment.applications.length ? nginxContainers(deployment, config) : [];
  const host = input.headers?.find(([n]) => n.toLowerCase() === 'host')?.[1] ?? '';
  return (request) => {
    if (!deployment.applications.length) return null;
    const application = applicationsBehind(request.servers, deployment, nginxes)[0];
    if (!application) return null;
    const view = applicationView(application, request, {
      address: input.clientAddress ?? '',
      scheme: input.scheme ?? 'http',
      host,
    });
    if (view.refused) return { status: view.refused.status, why: view.refused.why };
    const says = redirectToHttps(application, view, request);
    if (!says || !view.host.known) return null;
    const missing = missingHeader(application, request);
    return {
      status: says.status,
      headers: [['Location', `https://${view.host.value}${request.uri}`]],
      why: `${says.name} is on, and the application takes the request for plain HTTP: ${missing ? `nginx does not send ${missing}` : view.secure.why}`,
    };
  };
}

/** Null where no application of the workspace is asked. */
export function applicationViewOf(trace: Trace, deployment: Deployment, config: Config): ApplicationView | null {
  const request = trace.outcome.upstreamRequest;
  if (!request || !deployment.applications.length) return null;
  const application = applicationsBehind(request.servers, deployment, nginxContainers(deployment, config))[0];
  if (!application) return null;
  const host = trace.request.headers.find(([n]) => n.toLowerCase() === 'host')?.[1] ?? '';
  const view = applicationView(application, request, { address: trace.request.clientAddress, scheme: trace.request.scheme, host });
  const line = (name: string, s: Seen<unknown>, good: boolean | null): Omit<SightLine, 'says'> => ({
    name,
    value: shown(s),
    why: s.why,
    good,
  });
  const lines: Omit<SightLine, 'says'>[] = [
    ...(view.refused ? [{ name: 'refused', value: String(view.refused.status), why: view.refused.why, good: false }] : []),
    line('scheme', view.scheme, view.agrees.scheme),
    line('host', view.host, view.agrees.host),
    line('client', view.address, view.agrees.address),
    line('path', view.path, null),
    line('SCRIPT_NAME', view.scriptName, null),
    line('secure', view.secure, view.secure.known ? view.secure.value === (trace.request.scheme === 'https') : null),
    line('allowed host', view.hostAllowed, view.hostAllowed.known ? view.hostAllowed.value : null),
    line('CSRF', view.csrf, view.csrf.known ? view.csrf.value !== 'refused' : null),
    ...staticLine(application, trace, config),
    ...portLine(trace, host, nginxContainers(deployment, config)[0] ?? null),
    ...application.unreadEnvironment.map(({ path }) => ({
      name: 'environment',
      value: `${path} is not in the workspace`,
      why: 'what it sets is unknown, and stays open where it decides something',
      good: null,
    })),
  ];
  const { framework } = application;
  return {
    title: framework ? `${frameworkTitle(framework)} under ${serverTitle(application)}` : serverTitle(application),
    lines: lines.map((l) => ({ ...l, says: sentence(l, { application, trace, request, host, view }) })),
    application,
    view,
  };
}

/** The header that tells the application the scheme, where nginx does not send it; null where it does, and where parameters tell it. */
function missingHeader({ framework }: Application, request: UpstreamRequest): string | null {
  const header = asked(framework, (d) => d.schemeHeader) ?? 'X-Forwarded-Proto';
  return request.params || request.headers.some(([n]) => n.toLowerCase() === header.toLowerCase()) ? null : header;
}

/** What a line means, for someone who knows the application. The line's own reason stays behind it where it says more. */
function sentence(
  { name, value, why, good }: Omit<SightLine, 'says'>,
  {
    application,
    trace,
    request,
    host,
    view,
  }: { application: Application; trace: Trace; request: UpstreamRequest; host: string; view: AppView },
): string {
  const { framework } = application;
  const app = framework ? frameworkTitle(framework) : serverTitle(application);
  const unknown = `Not known: ${why}.`;
  const plain = (scheme: string): string => (scheme === 'https' ? 'HTTPS' : 'plain HTTP');
  switch (name) {
    case 'refused':
      return `${app} answers ${value} before a view runs: ${why}.`;
    case 'scheme': {
      if (value === 'unknown') return unknown;
      if (good)
        return `${app} takes this request for ${plain(value)}, which is what the client uses${value === 'https' ? ` (${why})` : ''}.`;
      const redirect = redirectToHttps(application, view, request);
      const missing = missingHeader(application, request);
      const loops = redirect && trace.request.scheme === 'https' ? ` With ${redirect.name} on, every page redirects to itself.` : '';
      return missing
        ? `nginx does not send ${missing}, so ${app} takes this request for ${plain(value)}.${loops}`
        : `${app} takes this request for ${plain(value)}: ${why}.${loops}`;
    }
    case 'secure':
      if (value === 'unknown') return unknown;
      return value === 'true'
        ? 'Links are built with https, and cookies marked secure are sent.'
        : trace.request.scheme === 'https'
          ? 'Links and redirects are built with http, although the client uses HTTPS.'
          : 'The client uses plain HTTP, and so do the links that are built.';
    case 'host':
      if (value === 'unknown') return unknown;
      return good
        ? `Links are built for ${value}, the name that the client asked for.`
        : `Links and redirects are built for ${value}, while the client asked for ${host || 'no name'} (${why}).`;
    case 'client':
      if (value === 'unknown') return unknown;
      return good
        ? `Logs and limits see the client’s own address (${why}).`
        : `Logs and limits see ${value === 'nothing' ? 'no address' : value} instead of ${trace.request.clientAddress}: ${why}.`;
    case 'path':
      return value === 'unknown' ? unknown : `The path that ${app} routes.`;
    case 'SCRIPT_NAME':
      return value === 'unknown'
        ? unknown
        : value === 'nothing'
          ? `${app} is mounted at the root of the site: ${why}.`
          : `${app} is mounted below ${value}: ${why}.`;
    case 'allowed host':
      if (value === 'unknown') return unknown;
      return good ? `The name is let in: ${why}.` : `${app} answers 400 Bad Request: ${why}.`;
    case 'CSRF':
      if (value === 'unknown') return unknown;
      return value === 'refused'
        ? `${app} answers 403 Forbidden to this form: ${why}.`
        : value === 'passes'
          ? `The origin of the form is accepted: ${why}.`
          : `The origin is not looked at: ${why}.`;
    default:
      return `${why.charAt(0).toUpperCase()}${why.slice(1)}.`;
  }
}

/** The port that was asked for, where it is another one than nginx's own. */
function portLine({ request }: Trace, host: string, container: ComposeService | null): Omit<SightLine, 'says'>[] {
  const asked = Number(/:(\d+)$/.exec(host)?.[1] ?? (request.scheme === 'https' ? 443 : 80));
  const mapping = container ? arrivingAt(container, asked) : null;
  if (!container || !mapping || mapping.target !== request.localPort || asked === request.localPort) return [];
  return [
    { name: 'port', value: `${asked}, nginx listens on ${mapping.target}`, why: `published by the service ${container.name}`, good: null },
  ];
}

/** Who answers for Django's static files on the same server: nginx from a folder, or the application. Every file counts as there. */
function staticLine(application: Application, trace: Trace, config: Config): Omit<SightLine, 'says'>[] {
  const django = frameworkSettings(application.framework, djangoFramework);
  const url = django && certain(django.settings.staticUrl);
  if (!url || /^([a-z]+:)?\/\//i.test(url)) return [];
  const path = `/${url.replace(/^\/+|\/+$/g, '')}/x.css`;
  const { outcome } = traceRequest(config, { ...trace.request, method: 'GET', target: path }, { files: { stat: () => 'file' } });
  const served = certain(django.servesStatic) === 'whitenoise';
  if (outcome.kind === 'static')
    return [
      {
        name: 'static files',
        value: 'nginx',
        why: !outcome.file
          ? 'sent by nginx'
          : outcome.file.endsWith('/x.css')
            ? `sent from ${outcome.file.replace(/\/+x\.css$/, '/')}`
            : `a file x.css is looked for as ${outcome.file}`,
        good: !outcome.file || outcome.file.endsWith('/x.css'),
      },
    ];
  if (!outcome.upstreamRequest) return [];
  return [
    { name: 'static files', value: 'the application', why: served ? 'WhiteNoise serves them' : 'no location serves them', good: served },
  ];
}
