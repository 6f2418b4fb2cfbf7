/** TLS that is switched on without what it needs: certificates, keys, authorities (ngx_http_ssl_init, ngx_http_ssl_merge_srv_conf, the modules' set_ssl). */
import { isNginx } from '../../answers/which-build.ts';
import type { Directive } from '../../config/directive.ts';
import { unseenOf } from '../../config/open.ts';
import type { Scope } from '../../config/scope.ts';
import { type Listener, listenersOf, type Server, serversOf } from '../../config/servers.ts';
import type { Report } from '../rule.ts';
import { defineRule } from '../rule.ts';
import { atDirective } from './_places.ts';
import { soundFact } from './_sound.ts';

const line = (server: Server) => {
  const opener = server.scope.opener;
  return opener ? [{ at: opener.at(opener.statement.open ?? opener.statement.name), message: 'nginx -t reports this line.' }] : [];
};
/** A line whose form is wrong counts: it is there, and what is wrong with it is said. */
const lines = (scope: Scope, name: string): readonly Directive[] => scope.effective(name).directives;
/** An empty name of a file is none. */
const named = (scope: Scope, name: string): boolean => lines(scope, name).some((d) => d.value(0) !== '');
const isOn = (scope: Scope, name: string): boolean => scope.value(name)?.value(0).toLowerCase() === 'on';

/** Passes with TLS towards the application, by family, and what makes them so. */
const PASSES: readonly { readonly pass: string; readonly family: string; readonly tls: RegExp }[] = [
  { pass: 'proxy_pass', family: 'proxy', tls: /^https:|\$/i },
  { pass: 'grpc_pass', family: 'grpc', tls: /^grpcs:|\$/i },
  { pass: 'uwsgi_pass', family: 'uwsgi', tls: /^suwsgi:|\$/i },
];

export default defineRule({
  id: 'incomplete-tls',
  group: 'validity',
  severity: 'error',
  since: '0.1',
  missing: ['ssl_certificate', 'ssl_certificate_key', 'ssl_reject_handshake'],
  title: 'TLS without a certificate, key or CA',
  why: `
A socket with "ssl" needs a certificate: that of its default server, or of every server when the default one rejects handshakes. Each
certificate needs its key. Asking clients or upstreams for certificates needs the authorities that signed them. nginx says most of this
without a line.`,
  about: ['ssl_certificate', 'ssl_certificate_key', 'ssl_verify_client', 'proxy_ssl_verify', 'ssl_reject_handshake'],
  looksAt: [{ config: true }, { directive: PASSES.map((p) => p.pass) }],
  needs: 'config',
  messages: {
    certificate: 'No "ssl_certificate" is defined for the "listen ... {what}" directive. Add ssl_certificate and ssl_certificate_key.',
    beside:
      'No "ssl_certificate" is seen for the "listen ... {what}" directive: unless {file} has one, nginx does not start, or no browser can connect here. Add ssl_certificate and ssl_certificate_key.',
    old: 'No "ssl_certificate" is defined for the "ssl" directive. Add ssl_certificate and ssl_certificate_key.',
    starttls: 'No "ssl_certificate" is defined for the "starttls" directive. Add ssl_certificate and ssl_certificate_key.',
    key: 'No "{directive}" is defined for certificate "{file}". Add it.',
    client: 'No ssl_client_certificate for ssl_verify_client. Add the authorities that sign the clients{trusted}.',
    ocsp: '"ssl_ocsp" is incompatible with "ssl_verify_client optional_no_ca".',
    responder: 'Invalid URL prefix in OCSP responder "{value}" in "ssl_ocsp_responder". Use "http://".',
    verify: 'No {family}_ssl_trusted_certificate for {family}_ssl_verify. Add the authorities that sign the upstream.',
    stapling: '"ssl_stapling" is incompatible with "ssl_certificate_compression". Switch one of them off.',
    protocol: '"ssl_protocols" must enable TLSv1.3 for the "listen ... quic" directive. Add it.',
  },
  check({ config, directive, report }) {
    if (directive) {
      if (!soundFact(directive)) return;
      const { scope } = directive;
      if (scope.context === 'stream-server') {
        if (isOn(scope, 'proxy_ssl')) upstreamSide(scope, 'proxy', report);
        return;
      }
      const pass = PASSES.find((p) => p.pass === directive.name)!;
      if (pass.tls.test(directive.value(0))) upstreamSide(scope, pass.family, report);
      return;
    }
    for (const protocol of ['http', 'stream', 'mail'] as const) {
      for (const server of serversOf(config, protocol)) serverSide(server, report);
      for (const listener of listenersOf(config, protocol)) sockets(listener, report);
    }
  },
  examples: [
    {
      inside: 'server',
      bad: '    listen 8443 ssl;\n#               ^^^ certificate',
      good: '    listen 8443 ssl;\n    ssl_reject_handshake on;',
    },
    {
      inside: 'server',
      bad: '    ssl_certificate a.pem;\n#                   ^^^^^ key',
      good: '    ssl_certificate a.pem;\n    ssl_certificate_key a.key;',
    },
    {
      inside: 'server',
      bad: '    ssl_certificate a.pem;\n    ssl_certificate_key a.key;\n    ssl_verify_client on;\n#                     ^^ client',
      good: '    ssl_certificate a.pem;\n    ssl_certificate_key a.key;\n    ssl_verify_client on;\n    ssl_client_certificate ca.pem;',
    },
    {
      inside: 'location',
      bad: '    proxy_pass https://127.0.0.1;\n    proxy_ssl_verify on;\n#                    ^^ verify',
      good: '    proxy_pass https://127.0.0.1;\n    proxy_ssl_verify on;\n    proxy_ssl_trusted_certificate ca.pem;',
    },
    {
      inside: 'location',
      bad: '    proxy_pass https://127.0.0.1;\n    proxy_ssl_certificate a.pem;\n#                         ^^^^^ key',
      good: '    proxy_pass https://127.0.0.1;\n    proxy_ssl_certificate a.pem;\n    proxy_ssl_certificate_key a.key;',
    },
  ],
});

type Say = (
  message: 'certificate' | 'beside' | 'old' | 'starttls' | 'key' | 'client' | 'ocsp' | 'responder' | 'verify' | 'stapling' | 'protocol',
  report: Report,
) => void;

const at = (d: Directive) => d.at(d.args[0] ?? d.statement.name);

function serverSide(server: Server, say: Say): void {
  const { scope, protocol } = server;
  const { config } = scope;
  const certificates = lines(scope, 'ssl_certificate');
  const keys = lines(scope, 'ssl_certificate_key');
  if (certificates.length > keys.length) {
    const missing = certificates.at(-1)!;
    // mail says it only where a socket uses TLS, and so did stream
    if (
      (protocol !== 'mail' && (protocol !== 'stream' || isNginx(config, '1.25.5'))) ||
      server.listens.some((l) => l.params.includes('ssl')) ||
      /^(on|only)$/.test(scope.value('starttls')?.value(0) ?? '')
    )
      say('key', {
        at: at(missing),
        data: { directive: 'ssl_certificate_key', file: missing.value(0) },
        related: protocol === 'http' ? [] : atListen(server),
      });
    return;
  }
  if (!certificates.length) {
    const ssl = scope.value('ssl');
    if (ssl && soundFact(ssl) && ssl.value(0).toLowerCase() === 'on' && !isOn(scope, 'ssl_reject_handshake'))
      say('old', { at: ssl.nameAt });
    const starttls = scope.value('starttls');
    if (protocol === 'mail' && starttls && soundFact(starttls) && /^(on|only)$/.test(starttls.value(0)))
      say('starttls', { at: at(starttls), related: line(server) });
    if (protocol === 'mail')
      for (const listen of server.listens)
        if (listen.params.includes('ssl') && listen.directive)
          say('certificate', { at: parameter(listen.directive, 'ssl'), data: { what: 'ssl' }, related: line(server) });
    return;
  }
  const verify = scope.value('ssl_verify_client');
  const mode = verify && soundFact(verify) ? verify.value(0).toLowerCase() : 'off';
  const authorities = named(scope, 'ssl_client_certificate') || (isNginx(config, '1.27.2') && named(scope, 'ssl_trusted_certificate'));
  if ((mode === 'on' || mode === 'optional') && !authorities)
    say('client', {
      at: at(verify!),
      data: { trusted: named(scope, 'ssl_trusted_certificate') ? ': ssl_trusted_certificate alone is enough from nginx 1.27.2 on' : '' },
      missing: ['ssl_client_certificate', 'ssl_trusted_certificate'],
    });
  if (isOn(scope, 'ssl_stapling') && isOn(scope, 'ssl_certificate_compression'))
    say('stapling', { at: at(scope.value('ssl_certificate_compression')!) });
  const ocsp = scope.value('ssl_ocsp');
  if (ocsp && soundFact(ocsp) && ocsp.value(0).toLowerCase() !== 'off') {
    if (mode === 'optional_no_ca') say('ocsp', { at: at(ocsp) });
    const responder = scope.value('ssl_ocsp_responder');
    if (responder && soundFact(responder) && responder.value(0) !== '' && !/^http:\/\//i.test(responder.value(0)))
      say('responder', { at: at(responder), data: { value: responder.value(0) } });
  }
}

/** stream and mail remember the line that switched TLS on. */
const atListen = (server: Server) => {
  const listen = server.listens.find((l) => l.params.includes('ssl'))?.directive;
  return listen ? [atDirective(listen)] : [];
};

const parameter = (d: Directive, name: string) => d.at(d.args.find((a) => a.value === name) ?? d.statement.name);

/** Whether a site is seen with all that it includes, and only its main file is not: a certificate may stand there, which is seldom so. */
function isAllButMain(server: Scope): boolean {
  const { standIn, includes } = server.config.tree;
  const http = server.parent;
  if (!standIn || !http || !unseenOf(http, 'ssl_certificate').length || unseenOf(server, 'ssl_certificate').length) return false;
  return http.level.every(
    (d) => d.file === standIn.main || (d.file.template === null && (d.name !== 'include' || includes.get(d.statement)?.unseen === null)),
  );
}

const BESIDE = 'a file beside this one';

/** The certificate of a socket is that of its default server (ngx_http_ssl_init). */
function sockets(listener: Listener, say: Say): void {
  if (listener.protocol === 'mail' || !(listener.ssl || listener.quic)) return;
  const what = listener.quic ? 'quic' : 'ssl';
  const complain = (server: Server): void => {
    const listen =
      listener.listens.find((l) => l.server === server && l.params.includes(what)) ?? listener.listens.find((l) => l.params.includes(what));
    if (!listen?.directive || !soundFact(listen.directive)) return;
    const place = { at: parameter(listen.directive, what) };
    const { standIn } = server.scope.config.tree;
    if (listener.protocol === 'http' && isAllButMain(server.scope))
      say('beside', { ...place, data: { what, file: `the main file or ${BESIDE}` }, severity: 'info', missing: [] });
    // which files a host has beside one that is put there is not known
    else if (listener.protocol === 'http' && standIn != null && standIn.beside !== null)
      say('beside', { ...place, data: { what, file: BESIDE }, severity: 'warning' });
    else say('certificate', { ...place, data: { what }, related: line(server) });
  };
  const first = listener.defaultServer;
  const has = (s: Server): boolean => lines(s.scope, 'ssl_certificate').length > 0;
  const rejects = (s: Server): boolean => isOn(s.scope, 'ssl_reject_handshake');
  const bare = has(first) ? undefined : rejects(first) ? listener.servers.find((s) => !has(s) && !rejects(s)) : first;
  if (bare) {
    complain(bare);
    return;
  }
  if (listener.quic) {
    const protocols = first.scope.value('ssl_protocols');
    if (protocols && soundFact(protocols) && !protocols.values.some((v) => v.toLowerCase() === 'tlsv1.3'))
      say('protocol', { at: at(protocols), related: line(first) });
  }
}

/** TLS towards the application: ngx_http_proxy_set_ssl, ngx_stream_proxy_set_ssl. */
function upstreamSide(scope: Scope, family: string, say: Say): void {
  const certificate = lines(scope, `${family}_ssl_certificate`)[0];
  if (certificate && certificate.value(0) !== '' && !lines(scope, `${family}_ssl_certificate_key`).length) {
    say('key', {
      at: at(certificate),
      data: { directive: `${family}_ssl_certificate_key`, file: certificate.value(0) },
      missing: [`${family}_ssl_certificate_key`],
    });
    return;
  }
  const verify = lines(scope, `${family}_ssl_verify`)[0];
  if (verify?.value(0).toLowerCase() === 'on' && !named(scope, `${family}_ssl_trusted_certificate`))
    say('verify', { at: at(verify), data: { family }, missing: [`${family}_ssl_trusted_certificate`] });
}
