/** What a certificate that is on the disk says: its dates, names, key and chain. It trusts nobody and verifies no signature. */
import { table } from '../../base/table.ts';
import { type Certificate, coversHost, pemBlocks, publicHalf, readCertificate } from '../../base/x509.ts';
import { PerConfig } from '../../config/asked.ts';
import type { Directive } from '../../config/directive.ts';
import { serversOf } from '../../config/servers.ts';
import { defineRule } from '../rule.ts';

const DAY = 24 * 3600 * 1000;
/** Automatic renewal runs thirty days ahead; with two weeks left it has failed. */
const SOON = 14;

const day = (time: number): string => new Date(time).toISOString().slice(0, 10);

const read = new PerConfig(() => new Map<string, readonly Certificate[]>());

/** The certificates in the file of a directive; null when it was not read. */
function certificatesOf(directive: Directive): readonly Certificate[] | null {
  const { config } = directive.scope;
  const path = directive.value(0);
  const known = read.of(config);
  let list = known.get(path);
  if (!list) {
    const text = config.tree.disk.text(path);
    if (text === undefined) return null;
    list = pemBlocks(text).flatMap((b) => (/^(X509 |TRUSTED )?CERTIFICATE$/.test(b.label) ? (readCertificate(b.der) ?? []) : []));
    known.set(path, list);
  }
  return list;
}

/** The exact names and masks of the TLS servers that a certificate of a scope answers for. */
const namesOf = (directive: Directive) =>
  serversOf(directive.scope.config)
    .filter((s) => s.scope === directive.scope || s.scope.effective('ssl_certificate').directives.includes(directive))
    .filter((s) => s.listens.some((l) => l.params.includes('ssl') || l.params.includes('quic')))
    .flatMap((s) => s.names.filter((n) => n.directive && n.kind !== 'regex' && n.kind !== 'trailing-mask' && !n.hostname));

const KINDS: Readonly<Record<string, string>> = table({ rsa: 'RSA', ec: 'EC', ecdsa: 'EC' });

export default defineRule({
  id: 'certificate-unusable',
  formerly: ['certificate'],
  group: 'environment',
  severity: 'warning',
  since: '0.1',
  title: 'Certificate expired, mismatched or weak',
  why: `
Clients refuse a certificate that has expired, that does not name the host, or whose issuer they cannot find; nginx itself refuses a key that
does not belong to the certificate. The file must hold the server's certificate first and then those between it and the root, which is
what Certbot calls \`fullchain.pem\`.

This is checked where the file can be read: on the server, or in a checkout with \`pathMap\`.`,
  about: ['ssl_certificate', 'ssl_certificate_key'],
  references: ['https://www.rfc-editor.org/rfc/rfc5280', 'https://www.rfc-editor.org/rfc/rfc6125'],
  looksAt: { directive: ['ssl_certificate', 'proxy_ssl_certificate', 'grpc_ssl_certificate', 'uwsgi_ssl_certificate'] },
  needs: 'disk',
  messages: {
    none: 'The file holds no certificate in PEM form, so nginx does not start.',
    expired: 'The certificate expired on {day}.',
    soon: 'The certificate expires on {day}, in {left} days. Renew it.',
    future: 'The certificate is not valid before {day}.',
    name: 'The certificate does not name {name}. It names {names}.',
    key: 'The key of {line} does not belong to this certificate, so nginx does not start.',
    kind: 'The certificate is for an {own} key, and {line} holds an {other} one: nginx starts, and every handshake fails.',
    unnamed: 'The certificate has no subjectAltName, and browsers have not read its common name since 2017: they refuse it.',
    chain: 'The file holds no certificate of the issuer{issuer}: clients that do not know it refuse the connection. Use the full chain.',
    order: 'The second certificate of the file is not the issuer of the first. Put them in order, the server’s own first.',
    weak: 'The RSA key has {bits} bits. Use 2048 or more.',
    hash: 'The certificate is signed with {hash}, which clients refuse.',
  },
  check({ directive, scope, config, report }) {
    const { now } = config.tree.disk;
    const at = directive.args[0];
    const list = now === null || !at ? null : certificatesOf(directive);
    if (
      !list ||
      now === null ||
      !at ||
      !['http', 'server', 'location', 'stream', 'stream-server', 'mail', 'mail-server'].includes(scope.context)
    )
      return;
    const ofClients = directive.name === 'ssl_certificate';
    const [own, next] = list;
    if (!own) return report('none', { at, severity: 'error' });
    if (own.notAfter < now) report('expired', { at, data: { day: day(own.notAfter) } });
    else if (own.notAfter < now + SOON * DAY)
      report('soon', { at, severity: 'info', data: { day: day(own.notAfter), left: Math.floor((own.notAfter - now) / DAY) } });
    if (own.notBefore > now) report('future', { at, data: { day: day(own.notBefore) } });
    if (ofClients && !own.hasAltNames) report('unnamed', { at });
    const foreign =
      !ofClients || !own.hasAltNames
        ? undefined
        : namesOf(directive).find((n) => {
            const host = n.text.replace(/^\*?\./, '');
            const mask = n.text.startsWith('*.');
            return (
              n.text.includes('.') &&
              !(mask ? own.names.includes(n.text) || own.names.some((x) => x.endsWith(`.${host}`)) : coversHost(own, host))
            );
          });
    if (foreign?.directive)
      report('name', {
        at,
        data: { name: foreign.text, names: own.names.slice(0, 5).join(', ') || 'nothing' },
        related: [{ at: foreign.directive.at(foreign.directive.args[foreign.argument]), message: 'the name' }],
      });
    const keyName = `${directive.name}_key`;
    const keys = scope.named(keyName);
    const lines = scope.named(directive.name);
    // a key of an outer level counts for the certificate of an inner one when the inner one has none
    const key = keys.length ? keys[lines.indexOf(directive)] : scope.effective(keyName).directives[lines.indexOf(directive)];
    const text = key && config.tree.disk.text(key.value(0));
    const half =
      text === undefined
        ? null
        : (pemBlocks(text)
            .map(publicHalf)
            .find((k) => k) ?? null);
    if (key && half) {
      const related = [{ at: key.at(), message: 'the key' }];
      if (half.kind !== own.publicKey.kind)
        report('kind', {
          at,
          severity: 'error',
          data: { line: keyName, own: KINDS[own.publicKey.kind] ?? own.publicKey.kind, other: KINDS[half.kind] ?? half.kind },
          related,
        });
      else if (half.id !== own.publicKey.id) report('key', { at, severity: 'error', data: { line: keyName }, related });
    }
    if (!ofClients) return;
    if (next && own.issuer !== next.subject) report('order', { at });
    else if (!next && own.issuer !== own.subject)
      report('chain', { at, severity: 'info', data: { issuer: own.issuerName ? ` "${own.issuerName}"` : '' } });
    if (own.publicKey.kind === 'rsa' && own.publicKey.bits < 2048) report('weak', { at, data: { bits: own.publicKey.bits } });
    if (own.weakHash && own.issuer !== own.subject) report('hash', { at, data: { hash: own.weakHash } });
  },
  examples: [
    {
      bad: `#- nginx.conf
events {}
http {
    server {
        listen 443 ssl;
        server_name www.example.net;
        ssl_certificate site.pem;
#                       ^^^^^^^^ none
        ssl_certificate_key site.key;
    }
}
#- site.pem
no certificate
#- site.key
no key`,
      good: `#- nginx.conf
events {}
http {
    server {
        listen 443 ssl;
        server_name www.example.net;
        ssl_certificate certs/elsewhere.pem;
        ssl_certificate_key certs/elsewhere.key;
    }
}`,
      fixed: false,
    },
  ],
});
