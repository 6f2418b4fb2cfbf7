/** Mail servers that take passwords before there is TLS, and passwords that nginx sends to its authentication service over a network. */
import { isPrivateAddress } from '../../answers/who-may-enter.ts';
import type { Scope } from '../../config/scope.ts';
import { defineRule } from '../rule.ts';

/** The address of a `listen` is one of this machine. */
const isLocal = (text: string): boolean => /^(?:127\.|\[::1\]|localhost\b|unix:)/.test(text);

/** SMTP between mail servers, where nobody logs in. */
const isWithoutLogin = (server: Scope): boolean => {
  const protocol = server.value('protocol')?.value(0);
  const smtp = protocol === 'smtp' || (!protocol && server.named('listen').some((d) => /(?:^|:)(?:25|587)$/.test(d.value(0))));
  return smtp && (server.value('smtp_auth')?.values.includes('none') ?? false);
};

/** A host that is another machine, reached over a network that others may read. */
function isFar(url: string): boolean {
  const host = /^(?:http:\/\/)?(\[[^\]]+\]|[^:/]+)/.exec(url)?.[1] ?? '';
  return (
    host !== 'unix' &&
    !url.startsWith('unix:') &&
    host !== 'localhost' &&
    !isPrivateAddress(host) &&
    /\.[a-z]{2,}$|^\d+\.\d+\.\d+\.\d+$|^\[/i.test(host) &&
    !/\.(?:local|internal|lan|intern|cluster\.local)$/i.test(host)
  );
}

export default defineRule({
  id: 'mail-password-in-clear',
  group: 'tls',
  severity: 'warning',
  since: '0.2',
  title: 'Mail password sent without encryption',
  why: `
IMAP, POP3 and submission begin in the clear. With \`starttls off\` the password crosses the network readable, and with \`starttls on\` it does so for every client that does not ask for TLS first. \`starttls only\` refuses the login until there is TLS; \`listen 993 ssl\` begins with it (RFC 8314 prefers that).

nginx hands each password to \`auth_http\` in a header (Auth-Pass) over plain HTTP: the service belongs on this machine or on a network of its own.`,
  about: ['starttls', 'listen', 'auth_http'],
  references: ['https://www.rfc-editor.org/rfc/rfc8314'],
  looksAt: [{ scope: ['mail-server'] }, { directive: ['auth_http'], where: ({ values: [url = ''] }) => isFar(url) }],
  needs: 'config',
  messages: {
    plain: 'Passwords go over the network in the clear: nothing encrypts {listen}. Write "starttls only", or listen with ssl.',
    service: 'The password of each user goes to {url} over plain HTTP, in the header Auth-Pass. Run the service on this machine.',
  },
  check({ directive, scope, report }) {
    if (directive?.name === 'auth_http') {
      report('service', { at: directive.args[0]!, data: { url: directive.value(0) } });
      return;
    }
    if (isWithoutLogin(scope)) return;
    const starttls = scope.value('starttls')?.value(0) ?? 'off';
    if (starttls !== 'off') return;
    const listen = scope.named('listen').find((d) => !d.values.includes('ssl') && !isLocal(d.value(0)) && !d.args[0]?.templated);
    if (!listen || scope.value('ssl')?.value(0) === 'on') return;
    report('plain', {
      at: listen.args[0]!,
      data: { listen: listen.value(0) },
      missing: ['starttls', 'smtp_auth'],
    });
  },
  examples: [
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
      bad: `
 auth_http login.example.net/check;
#          ^^^^^^^^^^^^^^^^^^^^^^^ service
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
    },
    {
      inside: 'mail',
      good: `
auth_http 127.0.0.1:9000/auth;
ssl_certificate a.pem;
ssl_certificate_key a.key;
server {
    listen 587;
    protocol smtp;
    starttls on;
}`,
    },
    {
      inside: 'mail',
      good: `
auth_http 127.0.0.1:9000/auth;
server {
    listen 25;
    protocol smtp;
    smtp_auth none;
}`,
    },
  ],
});
