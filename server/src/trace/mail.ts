/**
 * mail {}: which server takes a connection, which protocol it speaks, what it asks the authentication server, and where the session goes
 * (ngx_mail_core_module, ngx_mail_auth_http_module). What that server answers is an assumption.
 */
import { table } from '../base/table.ts';
import type { Config } from '../config/config.ts';
import type { Listener } from '../config/servers.ts';
import { atOf } from './at.ts';
import { HANDSHAKE, handshakeOf, likelyCipher, likelyProtocol } from './facts.ts';
import { takeAddress } from './handlers/realip.ts';
import { ledgerOf } from './ledger.ts';
import type { Run } from './run.ts';
import { traceSession } from './session.ts';
import type { HeaderPair, MailScheme, RequestInput, Trace, TraceOptions, UpstreamRequest } from './trace.ts';
import { askUnseen, restsOn } from './unseen.ts';

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

/** True for the scheme of a mail protocol. */
export const isMail = (scheme: string | undefined): scheme is MailScheme => scheme !== undefined && Object.hasOwn(MAIL_SCHEMES, scheme);

/** What a trace of a mail session does with each directive. */
export const LEDGER = ledgerOf([
  HANDSHAKE,
  {
    module: 'ngx_mail_core_module',
    reads: [
      'mail',
      'server',
      'server_name',
      'listen',
      'protocol',
      'ssl',
      'set_real_ip_from',
      'starttls',
      'auth_http',
      'auth_http_header',
      'auth_http_pass_client_cert',
      'imap_auth',
      'pop3_auth',
      'smtp_auth',
      'resolver',
      'proxy_protocol',
      'proxy_smtp_auth',
      'xclient',
      'proxy_buffer',
      'timeout',
      'auth_http_timeout',
      'proxy_timeout',
    ],
  },
]);

/** The trace of a session up to the server behind. */
export function traceMail(config: Config, input: RequestInput, options: TraceOptions, scheme: MailScheme): Trace {
  const form = MAIL_SCHEMES[scheme];
  return traceSession(config, input, options, {
    protocol: 'mail',
    scheme,
    port: form.port,
    ledger: LEDGER,
    follow: (run, listener) => follow(run, listener, form),
    facts: (run) => ({
      buffering: { proxy_buffer: run.text('proxy_buffer') ?? '4k' },
      timeouts: {
        client: run.text('timeout') ?? '60s',
        auth_http: run.text('auth_http_timeout') ?? '60s',
        proxy: run.text('proxy_timeout') ?? '24h',
      },
      tls: handshakeOf(run),
    }),
  });
}

function end(run: Run, kind: 'closed' | 'error', status: number): void {
  run.reply.kind = kind;
  run.reply.closed = kind === 'closed';
  run.reply.status = status;
}

function follow(run: Run, listener: Listener, form: Form): void {
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
  const trusted = run.lines('set_real_ip_from');
  const { proxyProtocol } = run.input;
  if (listener.proxyProtocol && !proxyProtocol)
    run.report.assume({
      id: 'proxy-protocol',
      what: 'PROXY protocol header',
      otherwise: 'none of its addresses are known',
      why: 'the listener expects one',
    });
  if (trusted.length && listener.proxyProtocol && proxyProtocol)
    takeAddress(run, 'ngx_mail_realip_module', 'proxy_protocol', [proxyProtocol.clientAddress], trusted[0]!);
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
  run.connection.sni = run.input.sni ?? null;
  run.connection.tls = ssl;
  if (ssl) tell('tls', 'ssl', 'TLS ends here', 'ssl_certificate');
  if (ssl && !certificate(run, tell)) return;
  if (protocol !== form.protocol) {
    tell('content', 'core', `the client speaks ${form.protocol.toUpperCase()}: its commands are invalid`, 'protocol');
    end(run, 'error', 500);
    return;
  }
  if (!ssl && !startTls(run, form, tell)) return;
  authenticate(run, form, tell);
}

/** ngx_mail_verify_cert. False: the session ends with a message. */
function certificate(run: Run, tell: Tell): boolean {
  const mode = run.text('ssl_verify_client') ?? 'off';
  const given = run.input.clientCertificate ?? 'none';
  const missing = mode === 'on' && given === 'none';
  if (!missing && !((mode === 'on' || mode === 'optional') && given === 'invalid')) return true;
  tell('tls', 'ssl', missing ? 'no client certificate: refused' : 'the client certificate is not valid: refused', 'ssl_verify_client');
  end(run, 'error', 400);
  return false;
}

type Tell = (
  phase: 'listen' | 'server' | 'tls' | 'access' | 'upstream' | 'content',
  handler: string,
  said: string,
  name?: string,
  assumption?: string,
) => void;

/** How the client logs in, of what is offered. */
function methodOf(run: Run, form: Form): { readonly offered: readonly string[]; readonly method: string } {
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
  return { offered, method };
}

/** STARTTLS or STLS, where it is offered. False: the session ends, as it is demanded and not used. */
function startTls(run: Run, form: Form, tell: Tell): boolean {
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
    return certificate(run, tell);
  }
  if (mode === 'on') return true;
  // who logs in not at all is never asked for it (ngx_mail_smtp_mail)
  if (form.protocol === 'smtp' && methodOf(run, form).method === 'none') return true;
  tell('tls', 'ssl', 'STARTTLS is demanded before a login: refused', 'starttls', 'starttls');
  end(run, 'error', 530);
  return false;
}

/** What is in a line of the request to the authentication server (NGX_ESCAPE_MAIL_AUTH): bytes of other alphabets stay. */
const escaped = (text: string): string =>
  text.replace(/[\u0000-\u0020%]/g, (c) => `%${c.charCodeAt(0).toString(16).toUpperCase().padStart(2, '0')}`);

/** What the authentication server is told of the handshake. */
function ofHandshake(run: Run): HeaderPair[] {
  const lines: HeaderPair[] = [['Auth-SSL', 'on']];
  const told = (name: string, id: string, what: string, otherwise: string): unknown =>
    lines.push([name, run.report.assume({ id, what, otherwise, why: 'the client and the server agree on it' })]);
  if (run.behaviour.mailTellsCipher) {
    told('Auth-SSL-Protocol', 'ssl_protocol', 'version of TLS', likelyProtocol(run));
    told('Auth-SSL-Cipher', 'ssl_cipher', 'cipher of the connection', likelyCipher(run));
  }
  if ((run.text('ssl_verify_client') ?? 'off') === 'off') return lines;
  const given = run.input.clientCertificate ?? 'none';
  lines.push([
    'Auth-SSL-Verify',
    given === 'valid' ? 'SUCCESS' : given === 'none' ? 'NONE' : 'FAILED:unable to verify the first certificate',
  ]);
  if (given === 'none') return lines;
  for (const part of ['Subject', 'Issuer', 'Serial', 'Fingerprint', ...(run.flag('auth_http_pass_client_cert', false) ? ['Cert'] : [])])
    lines.push([
      `Auth-SSL-${part}`,
      run.report.assume({
        id: `client-certificate-${part.toLowerCase()}`,
        what: `${part} of the client's certificate`,
        otherwise: `(${part.toLowerCase()})`,
        why: 'the client sends it',
      }),
    ]);
  return lines;
}

/** What the password was mixed with: POP3 says it in its greeting where APOP or CRAM-MD5 is offered, the others once it is asked for. */
function salted(run: Run, { protocol }: Form, method: string, offered: readonly string[]): HeaderPair[] {
  const greets = protocol === 'pop3' && (offered.includes('cram-md5') || offered.includes('apop'));
  if (method !== 'apop' && method !== 'cram-md5' && !(method === 'external' && greets && run.behaviour.mailSaltsExternal)) return [];
  const host =
    run.text('server_name') ??
    run.report.assume({ id: 'hostname', what: '$hostname', otherwise: 'localhost', why: 'the name of the machine' });
  return [
    [
      'Auth-Salt',
      run.report.assume({
        id: 'auth-salt',
        what: 'salt of the session',
        otherwise: `<1.1@${host}>`,
        why: 'nginx makes one for each session',
      }),
    ],
  ];
}

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
  const { offered, method } = methodOf(run, form);
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
    ...salted(run, form, method, offered),
    ['Auth-Protocol', form.protocol],
    ['Auth-Login-Attempt', '1'],
    ['Client-IP', run.connection.clientAddress],
  ];
  if (form.protocol === 'smtp')
    headers.push([
      'Client-Host',
      run.report.assume({
        id: 'client-host',
        what: 'name of the client by its address',
        otherwise: '[UNAVAILABLE]',
        why: run.directive('resolver') ? 'a resolver is asked' : 'no resolver is asked',
      }),
    ]);
  const { proxyProtocol } = run.input;
  if (run.connection.listener?.proxyProtocol && proxyProtocol) {
    const { clientAddress, clientPort = 50_000, serverAddress, serverPort } = proxyProtocol;
    headers.push(
      ['Proxy-Protocol-Addr', clientAddress],
      ['Proxy-Protocol-Port', String(clientPort)],
      ['Proxy-Protocol-Server-Addr', serverAddress ?? run.connection.localAddress],
      ['Proxy-Protocol-Server-Port', String(serverPort ?? run.connection.localPort)],
    );
  }
  if (form.protocol === 'smtp' && method === 'none')
    for (const [field, id] of [
      ['Auth-SMTP-Helo', 'smtp-helo'],
      ['Auth-SMTP-From', 'smtp-from'],
      ['Auth-SMTP-To', 'smtp-to'],
    ] as const)
      headers.push([field, run.report.assume({ id, what: field, otherwise: `(${id.slice(5)})`, why: 'the client says it' })]);
  if (run.connection.tls) headers.push(...ofHandshake(run));
  for (const line of run.lines('auth_http_header')) headers.push([line.value(0), line.value(1)]);
  const request: UpstreamRequest = {
    protocol: 'http',
    upstream: host,
    servers: [/:\d+$/.test(host) ? host : `${host}:80`],
    group: [],
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
    group: [],
    method: null,
    uri: '',
    httpVersion: null,
    headers: [],
    params: null,
    at: null,
  };
  run.hops.told.push({ for: 'answer', request: run.exchange.request, attempts: [{ server, said: 'connected' }] });
}
