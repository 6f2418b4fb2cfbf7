// Protocols that are broken or withdrawn, where a configuration still offers them to clients.

import { isOneOfAList } from '../../answers/which-branch.ts';
import { isOpenssl, isVersionSaid } from '../../answers/which-build.ts';
import { speaksTls, tlsListens } from '../../answers/which-socket.ts';
import { evaluateCipherList } from '../../catalog/ciphers.ts';
import type { Config } from '../../config/config.ts';
import type { Scope } from '../../config/scope.ts';
import { serverOf } from '../../config/servers.ts';
import { type Fix, fixOf, insertAfter, replace } from '../fix.ts';
import { defineRule } from '../rule.ts';
import { defaultProtocols, hasUnseenFile, isOpportunistic, opensslOf } from '../tls.ts';

const BROKEN = ['SSLv2', 'SSLv3'];
const WITHDRAWN = ['TLSv1', 'TLSv1.1'];
const GOOD = ['TLSv1.2', 'TLSv1.3'];

/** Those of connections that nginx itself opens; a good one beside the old is chosen whenever the upstream has it. */
const TO_UPSTREAMS = ['proxy_ssl_protocols', 'grpc_ssl_protocols', 'uwsgi_ssl_protocols'];

const IN_ORDER = [...BROKEN, ...WITHDRAWN, ...GOOD];

/** Words as a sentence lists them. */
const listed = (words: readonly string[]): string =>
  words.length < 2 ? words.join('') : `${words.slice(0, -1).join(', ')} and ${words.at(-1)!}`;

/** The words of a message that go by the number of protocols. */
const countOf = ({ length }: readonly string[]) =>
  length > 1 ? { is: 'are', was: 'were', it: 'them' } : { is: 'is', was: 'was', it: 'it' };

/** The protocols that an OpenSSL command switches on by name (SSL_CONF_cmd: Protocol, MinProtocol). */
function enabledBy(command: string, value: string): readonly string[] {
  if (/^MinProtocol$/i.test(command)) {
    const from = value === 'None' ? 0 : IN_ORDER.indexOf(value);
    return from < 0 ? [] : IN_ORDER.slice(from);
  }
  if (!/^Protocol$/i.test(command)) return [];
  const on = new Set<string>();
  for (const part of value.split(/[,\s]+/)) {
    const name = part.replace(/^[+-]/, '');
    const names = /^ALL$/i.test(name) ? IN_ORDER : [name];
    for (const n of names)
      if (part.startsWith('-')) on.delete(n);
      else on.add(n);
  }
  return IN_ORDER.filter((n) => on.has(n));
}

/** Whether the ciphers in force ask for security level 0, which nobody writes but for clients of long ago. */
function isAskedFor(scope: Scope, config: Config): boolean {
  const ciphers = scope.value('ssl_ciphers')?.value(0);
  const list = ciphers === undefined ? null : evaluateCipherList(ciphers, opensslOf(config));
  return list?.ok === true && list.securityLevel === 0;
}

export default defineRule({
  id: 'weak-protocol',
  group: 'tls',
  severity: 'warning',
  since: '0.1',
  controls: { cis: ['4.1.4'], stig: ['V-278381'] },
  missing: ['ssl_protocols'],
  equivalents: ['nginx-lint:deprecated-ssl-protocol', 'gixy:weak_ssl_tls'],
  title: 'Outdated TLS protocol',
  why: `SSL 2 and SSL 3 are broken: POODLE and DROWN read traffic of servers that still speak them. TLS 1.0 and 1.1 rest on SHA-1 and MD5 and were withdrawn by RFC 8996 in 2021; no browser of the last years uses them, and payment standards forbid them.

The rule looks at the words of \`ssl_protocols\`, at those of \`proxy_ssl_protocols\` and its like where they have nothing newer, and at the default of the target's nginx where nothing is written: before 1.27.3 it had TLS 1.0 and 1.1. From OpenSSL 3.0 on those two need security level 0 as well, so the default alone is only reported for older libraries.

While no server of the configuration speaks TLS, the finding is informational. So it is for SMTP where STARTTLS is offered and not demanded: its clients are other mail servers, which send in the clear when they find no common protocol (RFC 7435).

With Mozilla's profile set to \`old\`, TLS 1.0 and 1.1 are what you asked for and are not reported.`,
  about: ['ssl_protocols'],
  references: ['https://www.rfc-editor.org/rfc/rfc8996', 'https://www.rfc-editor.org/rfc/rfc7568'],
  looksAt: [{ directive: ['ssl_protocols', 'ssl_conf_command', ...TO_UPSTREAMS] }, { scope: ['server', 'stream-server', 'mail-server'] }],
  needs: 'file',
  inForce: true,
  fixable: 'sometimes',
  fixChanges: ['tls'],
  messages: {
    broken: '{protocol} {is} broken or withdrawn. Remove {it}; TLSv1.2 and TLSv1.3 are enough for every current client.',
    withdrawn: '{protocol} {was} withdrawn (RFC 8996). Remove {it}; TLSv1.2 and TLSv1.3 are enough for every current client.',
    offered:
      '{protocol} {was} withdrawn (RFC 8996). A mail server that has nothing newer goes on without encryption instead: remove {it} once the logs show that nobody uses {it}.',
    upstream: 'nginx asks the upstream with {protocols} only, which was withdrawn (RFC 8996). Set {name} to TLSv1.2 TLSv1.3.',
    default: 'nginx {version} offers {protocols} by default. Set ssl_protocols to TLSv1.2 TLSv1.3.',
  },
  check({ config, directive, scope, file, report }) {
    const old = config.settings.mozillaProfile === 'old';
    const bad = old ? BROKEN : [...BROKEN, ...WITHDRAWN];
    if (directive && TO_UPSTREAMS.includes(directive.name)) {
      const { args, values } = directive;
      if (!args.length || args.some((a) => a.templated) || !values.every((v) => bad.includes(v))) return;
      const span = { start: args[0]!.start, end: args.at(-1)!.end };
      report('upstream', {
        at: directive.at(span),
        data: { protocols: values.join(' and '), name: directive.name },
        fix: fixOf(`Use ${GOOD.join(' and ')}`, 'suggestion', file, [replace(span, GOOD.join(' '))]),
      });
      return;
    }
    if (directive?.name === 'ssl_conf_command') {
      const word = directive.args[1];
      if (!word) return;
      for (const protocol of enabledBy(directive.value(0), word.value))
        if (bad.includes(protocol)) {
          report(BROKEN.includes(protocol) ? 'broken' : 'withdrawn', { at: word, data: { protocol, ...countOf([protocol]) } });
          return;
        }
      return;
    }
    if (directive?.name === 'ssl_protocols') {
      const { args, statement } = directive;
      const weak = args.filter((a) => bad.includes(a.value));
      if (!weak.length) return;
      const from = args[0]!.start;
      const to = args.at(-1)!.end;
      const offered =
        statement.closed && !file.text.slice(from, to).includes('#')
          ? fixOf(`Offer ${GOOD.join(' and ')}`, 'safe', file, [replace({ start: from, end: to }, GOOD.join(' '))])
          : null;
      const fix: Fix | null =
        offered && isAskedFor(scope, config)
          ? { ...offered, safety: 'suggestion', because: 'the security level 0 of the ciphers asks for old clients' }
          : offered;
      // Debian's nginx.conf has the line for whoever adds a TLS server one day
      const idle = config.kind === 'root' && !speaksTls(config);
      const relayed = isOpportunistic(directive);
      // one line is one finding, at the worst of its protocols
      const worst = weak.find((w) => BROKEN.includes(w.value)) ?? weak[0]!;
      const names = weak.map((w) => w.value);
      report(BROKEN.includes(worst.value) ? 'broken' : relayed ? 'offered' : 'withdrawn', {
        at: worst,
        data: { protocol: listed(names), ...countOf(names) },
        fix: relayed ? null : fix,
        ...(idle || isOneOfAList(directive) || (relayed && !BROKEN.includes(worst.value)) ? { severity: 'info' as const } : {}),
      });
      return;
    }
    // the implied protocols, once for each server that has none written
    const server = serverOf(scope);
    if (!config.whole || !isVersionSaid(config)) return;
    const listen =
      scope.context === 'server' ? server && tlsListens(server)[0]?.directive : scope.named('listen').find((d) => d.values.includes('ssl'));
    if (!listen || scope.value('ssl_protocols') || hasUnseenFile(scope)) return;
    const implied = defaultProtocols(config).filter((p) => bad.includes(p));
    // from OpenSSL 3.0 on the hashes of TLS 1.0 and 1.1 count below 80 bits: they need level 0
    if (!implied.length || (isOpenssl(config, '3.0') && !isAskedFor(scope, config))) return;
    report('default', {
      at: listen.at(listen.statement),
      data: { version: config.settings.target.nginx.text, protocols: implied.join(', ') },
      fix: fixOf('Set ssl_protocols', 'safe', listen.file, [
        insertAfter(listen.file, listen.statement, [`ssl_protocols ${GOOD.join(' ')};`]),
      ]),
    });
  },
  examples: [
    {
      inside: 'mail',
      bad: `
auth_http 127.0.0.1:9000/auth;
ssl_certificate a.pem;
ssl_certificate_key a.key;
ssl_protocols TLSv1 TLSv1.2 TLSv1.3;
#             ^^^^^ offered
server {
    listen 25;
    protocol smtp;
    starttls on;
    smtp_auth none;
}`,
      fixed: false,
    },
    {
      inside: 'mail',
      bad: `
auth_http 127.0.0.1:9000/auth;
ssl_certificate a.pem;
ssl_certificate_key a.key;
ssl_protocols TLSv1 TLSv1.2 TLSv1.3;
#             ^^^^^ withdrawn
server {
    listen 993 ssl;
    protocol imap;
}`,
      fixed: `
auth_http 127.0.0.1:9000/auth;
ssl_certificate a.pem;
ssl_certificate_key a.key;
ssl_protocols TLSv1.2 TLSv1.3;
server {
    listen 993 ssl;
    protocol imap;
}`,
    },
    {
      inside: 'http',
      bad: `
ssl_protocols SSLv3 TLSv1 TLSv1.1 TLSv1.2 TLSv1.3;
#             ^^^^^ broken`,
      good: `
ssl_protocols TLSv1.2 TLSv1.3;`,
    },
    {
      inside: 'server',
      bad: `
ssl_protocols TLSv1;
#             ^^^^^ withdrawn`,
      fixed: `
ssl_protocols TLSv1.2 TLSv1.3;`,
    },
    {
      inside: 'location',
      bad: `    proxy_ssl_protocols TLSv1.1;
#                       ^^^^^^^ upstream
    proxy_pass https://10.0.0.5;`,
      good: `    proxy_ssl_protocols TLSv1.2 TLSv1.3;
    proxy_pass https://10.0.0.5;`,
    },
    { inside: 'location', good: 'proxy_ssl_protocols TLSv1 TLSv1.2;\nproxy_pass https://10.0.0.5;' },
    {
      inside: 'http',
      settings: { mozillaProfile: 'old' },
      good: `
ssl_protocols TLSv1 TLSv1.1 TLSv1.2 TLSv1.3;`,
    },
    {
      inside: 'http',
      settings: { nginx: '1.22.1', openssl: '1.1.1w' },
      bad: `
server {
    listen 443 ssl;
#   ^^^^^^^^^^^^^^^ default
    ssl_certificate site.pem;
    ssl_certificate_key site.key;
}`,
      good: `
server {
    listen 443 ssl;
    ssl_protocols TLSv1.2 TLSv1.3;
    ssl_certificate site.pem;
    ssl_certificate_key site.key;
}`,
    },
    {
      inside: 'http',
      settings: { nginx: '1.22.1', openssl: '3.0.20' },
      good: `
server {
    listen 443 ssl;
    ssl_certificate site.pem;
    ssl_certificate_key site.key;
}`,
    },
  ],
});
