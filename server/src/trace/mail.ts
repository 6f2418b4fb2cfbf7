/**
 * mail {}: which server takes a connection, which protocol it speaks, what it asks the authentication server, and where the session goes
 * (ngx_mail_core_module, ngx_mail_auth_http_module). What that server answers is an assumption.
 */
import { table } from '../base/table.ts';
import type { Config } from '../config/config.ts';
import { type Listener, listenerFor, listenersOf } from '../config/servers.ts';
import { atOf } from './at.ts';
import { notSimulatedIn } from './facts.ts';
import { Run } from './run.ts';
import type { HeaderPair, MailScheme, RequestInput, Trace, TraceOptions, UpstreamRequest } from './trace.ts';
import { askOuter, askUnseen, readAs, restsOn } from './unseen.ts';

interface Form {
  /** as `protocol` and Auth-Protocol have it */
  readonly protocol: 'imap' | 'pop3' | 'smtp';
  readonly tls: boolean;
  readonly port: number;
}

export const MAIL_SCHEMES: Readonly<Record<MailScheme, Form>> = table({
  imap: { protocol: 'imap', tls: false, port: 143 },
  imaps: { protocol: 'imap', tls: true, port: 993 },
  pop3: { protocol: 'pop3', tls: false, port: 110 },
  pop3s: { protocol: 'pop3', tls: true, port: 995 },
  smtp: { protocol: 'smtp', tls: false, port: 25 },
  smtps: { protocol: 'smtp', tls: true, port: 465 },
});

/** The protocol of a server that names none, by its port. */
const BY_PORT: Readonly<Record<number, Form['protocol']>> = {
  25: 'smtp',
  110: 'pop3',
  143: 'imap',
  465: 'smtp',
  587: 'smtp',
  993: 'imap',
  995: 'pop3',
};

const METHODS: Readonly<Record<Form['protocol'], readonly string[]>> = {
  imap: ['plain'],
  pop3: ['plain'],
  smtp: ['plain', 'login'],
};

export const isMail = (scheme: string | undefined): scheme is MailScheme => scheme !== undefined && Object.hasOwn(MAIL_SCHEMES, scheme);

/** The trace of a session up to the server behind. */
export function traceMail(config: Config, input: RequestInput, options: TraceOptions, scheme: MailScheme): Trace {
  const run = new Run({ config, input, options, protocol: 'mail' });
  const form = MAIL_SCHEMES[scheme];
  run.connection.clientAddress = input.clientAddress ?? '203.0.113.9';
  run.connection.localPort = input.localPort ?? form.port;
  const listener = find(config, input, run.connection.localPort);
  run.connection.localAddress = input.localAddress ?? (listener && !listener.wildcard ? listener.address : '127.0.0.1');
  if (listener) follow(run, listener, form);
  else {
    run.reply.kind = 'unknown';
    run.report.step({
      phase: 'listen',
      handler: 'ngx_mail_core_module',
      said: `connection refused: no server listens on ${run.connection.localAddress}:${run.connection.localPort}`,
      ...restsOn(askOuter(run, config.main)),
    });
  }
  const opener = listener ? run.server.scope.opener : null;
  return {
    ...(input.id === undefined ? {} : { id: input.id }),
    version: 1,
    request: {
      method: '',
      target: input.target,
      scheme,
      httpVersion: '',
      headers: [],
      clientAddress: run.connection.clientAddress,
      localAddress: run.connection.localAddress,
      localPort: run.connection.localPort,
    },
    steps: run.report.steps,
    outcome: {
      kind: run.reply.kind,
      status: run.reply.status,
      responseHeaders: [],
      headerOrigins: [],
      body: null,
      file: null,
      upstreamRequest: run.exchange.request,
      server:
        opener && listener
          ? { at: atOf(opener), name: run.server.names[0]?.text ?? '', listen: listener.text, matched: null, by: 'address' }
          : null,
      location: null,
    },
    exchanges: run.hops.told,
    limits: [],
    cache: null,
    buffering: listener ? { proxy_buffer: run.text('proxy_buffer') ?? '4k' } : {},
    timeouts: listener
      ? {
          client: run.text('timeout') ?? '60s',
          auth_http: run.text('auth_http_timeout') ?? '60s',
          proxy: run.text('proxy_timeout') ?? '24h',
        }
      : {},
    tls: run.connection.tls ? { sni: input.sni ?? null } : {},
    compression: {},
    keepalive: {},
    assumptions: run.report.assumptions,
    notSimulated: listener ? notSimulatedIn(run.scope) : [],
    readAs: readAs(config),
    stock: [...run.report.builtIn],
    refusedBy: options.refusedBy ?? [],
    nginx: run.behaviour.text,
  };
}

function find(config: Config, input: RequestInput, port: number): Listener | null {
  if (input.localAddress !== undefined) return listenerFor(config, { address: input.localAddress, port }, 'mail');
  const here = listenersOf(config, 'mail').filter((l) => l.port === port);
  return here.find((l) => l.wildcard) ?? here[0] ?? null;
}

function end(run: Run, kind: 'closed' | 'error', status: number): void {
  run.reply.kind = kind;
  run.reply.closed = kind === 'closed';
  run.reply.status = status;
}

function follow(run: Run, listener: Listener, form: Form): void {
  run.connection.listener = listener;
  run.server = listener.defaultServer;
  run.scope = run.server.scope;
  const tell = (
    phase: 'listen' | 'server' | 'tls' | 'access' | 'upstream' | 'content',
    handler: string,
    said: string,
    name?: string,
    assumption?: string,
  ): void =>
    run.report.step({
      phase,
      handler: `ngx_mail_${handler}_module`,
      at: (name === undefined ? null : run.directive(name)) ?? null,
      said,
      ...restsOn(assumption),
    });
  run.report.step({
    phase: 'listen',
    handler: 'ngx_mail_core_module',
    at: listener.listens[0]?.directive ?? null,
    said: `${listener.text}${listener.ssl ? ' ssl' : ''}`,
    ...restsOn(askUnseen(run, run.scope)),
  });
  const protocol = run.text('protocol') ?? BY_PORT[listener.port];
  tell(
    'server',
    'core',
    `speaks ${(protocol ?? 'nothing').toUpperCase()}${run.text('protocol') ? '' : `, by port ${listener.port}`}`,
    'protocol',
  );
  const ssl = listener.ssl || run.flag('ssl', false);
  if (form.tls !== ssl) {
    tell('tls', 'ssl', form.tls ? 'the listener does not speak TLS: closed' : 'the listener speaks TLS from the start: closed');
    end(run, 'closed', 400);
    return;
  }
  run.connection.tls = ssl;
  if (ssl) tell('tls', 'ssl', 'TLS ends here', 'ssl_certificate');
  if (protocol !== form.protocol) {
    tell('content', 'core', `the client speaks ${form.protocol.toUpperCase()}: its commands are invalid`, 'protocol');
    end(run, 'error', 500);
    return;
  }
  if (!ssl && !startTls(run, tell)) return;
  authenticate(run, form, tell);
}

type Tell = (
  phase: 'listen' | 'server' | 'tls' | 'access' | 'upstream' | 'content',
  handler: string,
  said: string,
  name?: string,
  assumption?: string,
) => void;

/** STARTTLS or STLS, where it is offered. False: the session ends, as it is demanded and not used. */
function startTls(run: Run, tell: Tell): boolean {
  const mode = run.text('starttls') ?? 'off';
  if (mode !== 'on' && mode !== 'only') return true;
  const used = run.report.assume({
    id: 'starttls',
    what: 'STARTTLS of the client',
    otherwise: 'used',
    why: 'the client decides',
    choices: ['used', 'not used'],
    at: run.directive('starttls') ?? null,
  });
  if (used === 'used') {
    run.connection.tls = true;
    tell('tls', 'ssl', 'STARTTLS, then TLS ends here', 'starttls', 'starttls');
    return true;
  }
  if (mode === 'on') return true;
  tell('tls', 'ssl', 'STARTTLS is demanded before a login: refused', 'starttls', 'starttls');
  end(run, 'error', 530);
  return false;
}

/** What stands in a line of the request to the authentication server (ngx_mail_auth_http_escape). */
const escaped = (text: string): string =>
  text.replace(/[\u0000-\u0020%\u007f-\u00ff]/g, (c) => `%${c.charCodeAt(0).toString(16).toUpperCase().padStart(2, '0')}`);

/** ngx_mail_auth_http_create_request, and what becomes of the answer. */
function authenticate(run: Run, form: Form, tell: Tell): void {
  const directive = run.directive('auth_http');
  if (!directive) {
    tell('access', 'auth_http', 'no auth_http: nginx refuses such a server');
    end(run, 'error', 500);
    return;
  }
  const [, host = '', uri = '/'] = /^(?:http:\/\/)?([^/]*)(\/.*)?$/i.exec(directive.value(0)) ?? [];
  const given = (name: string): string | undefined => run.input.headers?.find(([n]) => n.toLowerCase() === name)?.[1];
  const offered = run.directive(`${form.protocol}_auth`)?.values ?? METHODS[form.protocol];
  const method =
    offered.length < 2
      ? (offered[0] ?? 'plain')
      : run.report.assume({
          id: 'auth-method',
          what: 'the way in which the client logs in',
          otherwise: offered.includes('plain') ? 'plain' : offered[0]!,
          why: 'the client decides',
          choices: offered,
          at: run.directive(`${form.protocol}_auth`) ?? null,
        });
  const user =
    given('auth-user') ??
    (method === 'none'
      ? ''
      : run.report.assume({ id: 'auth-user', what: 'name of the user', otherwise: 'user', why: 'the client says it' }));
  const password =
    given('auth-pass') ??
    (method === 'none' ? '' : run.report.assume({ id: 'auth-pass', what: 'password', otherwise: 'password', why: 'the client says it' }));
  const headers: HeaderPair[] = [
    ['Host', host.replace(/:\d+$/, '')],
    ['Auth-Method', method === 'login' ? 'plain' : method],
    ['Auth-User', escaped(user)],
    ['Auth-Pass', escaped(password)],
    ['Auth-Protocol', form.protocol],
    ['Auth-Login-Attempt', '1'],
    ['Client-IP', run.connection.clientAddress],
  ];
  if (form.protocol === 'smtp') {
    const name = run.report.assume({
      id: 'client-host',
      what: 'name of the client by its address',
      otherwise: '[UNAVAILABLE]',
      why: run.directive('resolver') ? 'a resolver is asked' : 'no resolver is asked',
    });
    headers.push(['Client-Host', name]);
    if (method === 'none')
      for (const [field, id] of [
        ['Auth-SMTP-Helo', 'smtp-helo'],
        ['Auth-SMTP-From', 'smtp-from'],
        ['Auth-SMTP-To', 'smtp-to'],
      ] as const)
        headers.push([field, run.report.assume({ id, what: field, otherwise: `(${id.slice(5)})`, why: 'the client says it' })]);
  }
  if (run.connection.tls) headers.push(['Auth-SSL', 'on']);
  for (const line of run.lines('auth_http_header')) headers.push([line.value(0), line.value(1)]);
  const request: UpstreamRequest = {
    protocol: 'http',
    upstream: host,
    servers: [/:\d+$/.test(host) ? host : `${host}:80`],
    method: 'GET',
    uri,
    httpVersion: '1.0',
    headers,
    params: null,
    at: atOf(directive),
  };
  const answer = run.report.assume({
    id: 'auth_http',
    what: `answer of ${host}${uri}`,
    otherwise: 'allowed',
    why: 'another server decides',
    choices: ['allowed', 'denied', 'unavailable'],
    at: directive,
  });
  run.hops.told.push({
    for: 'auth_request',
    request,
    attempts: [{ server: request.servers[0]!, said: answer === 'unavailable' ? 'refused' : '200' }],
  });
  tell('access', 'auth_http', `GET ${uri} of ${host} asks whether ${user || 'the client'} may enter: ${answer}`, 'auth_http', 'auth_http');
  if (answer !== 'allowed') {
    end(run, answer === 'denied' ? 'error' : 'closed', answer === 'denied' ? 403 : 502);
    return;
  }
  const server = run.report.assume({
    id: 'auth-server',
    what: 'Auth-Server and Auth-Port of its answer',
    otherwise: `127.0.0.1:${MAIL_SCHEMES[form.protocol].port}`,
    why: 'the authentication server names the one behind',
  });
  run.reply.kind = 'proxy';
  run.reply.status = 200;
  const first = run.flag('proxy_protocol', false) ? ', PROXY protocol header first' : '';
  const login = form.protocol === 'smtp' && !run.flag('proxy_smtp_auth', false) ? ', without a login' : '';
  const client = form.protocol === 'smtp' && run.flag('xclient', true) ? ', the client named by XCLIENT' : '';
  tell('upstream', 'proxy', `the session goes on with ${server}${first}${login}${client}`, undefined, 'auth-server');
  run.exchange.request = {
    protocol: 'tcp',
    upstream: server,
    servers: [server],
    method: null,
    uri: '',
    httpVersion: null,
    headers: [],
    params: null,
    at: null,
  };
  run.hops.told.push({ for: 'answer', request: run.exchange.request, attempts: [{ server, said: 'connected' }] });
}
