/** A mail server that takes passwords in the clear: no TLS on its socket, and STARTTLS left off. */
import { isInnerName } from '../../answers/who-is-foreign.ts';
import { isPrivateAddress } from '../../answers/who-may-enter.ts';
import type { Directive } from '../../config/directive.ts';
import { listenAddresses } from '../../config/servers.ts';
import { defineRule } from '../rule.ts';

/** What nginx takes a server for that names no protocol, by its port (ngx_mail_protocol: ports of each module). */
const BY_PORT: ReadonlyMap<number, string> = new Map([
  [25, 'smtp'],
  [587, 'smtp'],
  [465, 'smtp'],
  [110, 'pop3'],
  [995, 'pop3'],
  [143, 'imap'],
  [993, 'imap'],
]);

/** Whether other machines than those of a private network get to a socket. */
const isPublic = (listen: Directive): boolean =>
  listenAddresses(listen.value(0), 'mail')?.some(
    ({ kind, address, wildcard }) => kind !== 'unix' && (wildcard || !isPrivateAddress(address)),
  ) ?? false;

export default defineRule({
  id: 'mail-login-unencrypted',
  group: 'security',
  severity: 'warning',
  since: '0.2',
  missing: ['starttls', 'smtp_auth', 'imap_auth', 'pop3_auth', 'ssl'],
  title: 'Mail passwords sent in the clear',
  why: `
\`starttls\` is off unless a line says otherwise, and a \`listen\` without \`ssl\` speaks plain text. nginx then offers LOGIN and PLAIN, and whoever is between the mail program and the server reads name and password.

\`starttls only\` refuses a login before the connection is encrypted; \`starttls on\` leaves that to the client. With \`listen … ssl\` the whole connection is encrypted (ports 993, 995 and 465), which RFC 8314 prefers.

nginx asks the service of \`auth_http\` over plain HTTP, with name and password in header lines; there is no https for it. On another machine of the internet everyone on the way reads them.`,
  about: ['starttls', 'listen', 'smtp_auth', 'imap_auth', 'pop3_auth'],
  references: ['https://nginx.org/en/docs/mail/ngx_mail_ssl_module.html#starttls', 'https://www.rfc-editor.org/rfc/rfc8314'],
  looksAt: [{ scope: ['mail-server'] }, { directive: ['auth_http'], where: ({ values }) => !(values[0] ?? '$').includes('$') }],
  needs: 'config',
  messages: {
    handed:
      'The passwords of all users go to {host} in the clear: auth_http speaks plain HTTP only. Ask a program on this machine that passes them on over TLS, or a host of your own network.',
    plain:
      'Passwords of {protocol} go over the network in the clear: port {port} speaks no TLS, and STARTTLS is off. Set "starttls only" with a certificate, or listen with ssl.',
  },
  check({ directive, scope, report }) {
    if (directive?.name === 'auth_http') {
      const [word] = directive.args;
      const host = /^(?:http:\/\/)?(\[[^\]]*\]|[^/:]+)/.exec(word?.value ?? '')?.[1];
      // a name without a dot is a container's or a neighbour's
      if (!word || word.templated || !host || host === 'unix' || !host.includes('.') || isPrivateAddress(host) || isInnerName(host)) return;
      report('handed', { at: word, data: { host }, missing: [], severity: 'info' });
      return;
    }
    if ((scope.value('starttls')?.value(0) ?? 'off') !== 'off' || scope.value('ssl')?.value(0) === 'on') return;
    const open = scope.named('listen').find((d) => !d.values.some((v) => v === 'ssl' || v === 'proxy_protocol') && isPublic(d));
    const port = open && listenAddresses(open.value(0), 'mail')?.[0]?.port;
    if (!open || port === undefined) return;
    const protocol = scope.value('protocol')?.value(0) ?? BY_PORT.get(port);
    if (protocol === undefined) return;
    // who only takes mail in from other servers asks for no password
    const methods = scope.value(`${protocol}_auth`)?.values;
    if (methods?.every((m) => m === 'none' || m === 'cram-md5' || m === 'apop' || m === 'external')) return;
    report('plain', { at: open.at(open.args[0]!), data: { protocol: protocol.toUpperCase(), port } });
  },
  examples: [
    {
      inside: 'mail',
      bad: `
auth_http auth.example.org/check;
#         ^^^^^^^^^^^^^^^^^^^^^^ handed
ssl_certificate a.pem;
ssl_certificate_key a.key;
server {
    listen 993 ssl;
    protocol imap;
}`,
      good: `
auth_http 127.0.0.1:9000/check;
ssl_certificate a.pem;
ssl_certificate_key a.key;
server {
    listen 993 ssl;
    protocol imap;
}`,
      notOn122: 'the name of the other host is resolved when nginx starts',
    },
    {
      inside: 'mail',
      bad: `
auth_http 127.0.0.1:9000/auth;
server {
    listen 143;
#          ^^^ plain
    protocol imap;
}`,
      good: `
auth_http 127.0.0.1:9000/auth;
ssl_certificate a.pem;
ssl_certificate_key a.key;
server {
    listen 143;
    protocol imap;
    starttls only;
}`,
    },
    {
      inside: 'mail',
      good: `
auth_http 127.0.0.1:9000/auth;
ssl_certificate a.pem;
ssl_certificate_key a.key;
server {
    listen 993 ssl;
    protocol imap;
}
server {
    listen 25;
    protocol smtp;
    smtp_auth none;
}`,
    },
  ],
});
