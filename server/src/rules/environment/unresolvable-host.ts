/** Host names that no resolver can ever find: not written as names are, or in a domain that is reserved for none (RFC 6761). */
import { parseAddress } from '../../catalog/value-kind.ts';
import type { Directive } from '../../config/directive.ts';
import { mayDeclare } from '../../config/unseen-names.ts';
import { readTarget } from '../../config/upstreams.ts';
import type { Word } from '../../syntax/word.ts';
import { defineRule } from '../rule.ts';

const PASSES = ['proxy_pass', 'grpc_pass', 'uwsgi_pass', 'fastcgi_pass', 'scgi_pass', 'memcached_pass'];
const OTHERS = ['listen', 'resolver', 'set_real_ip_from', 'auth_http', 'access_log', 'error_log'];
const LABEL = /^[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?$/i;

/** The old ways of writing an IPv4 address, which getaddrinfo takes: `127.1`, `2130706433`. */
function isShortAddress(text: string): boolean {
  const parts = text.split('.');
  const last = parts.pop()!;
  return parts.length < 4 && last !== '' && parts.every((p) => p !== '' && Number(p) < 256) && Number(last) < 256 ** (4 - parts.length);
}

/** The hosts that other directives name and nginx looks up when it starts. */
function hostsOf(directive: Directive): { word: Word; host: string }[] {
  const of = (word: Word | undefined, text: string | undefined, listen = false): { word: Word; host: string }[] => {
    if (!word || text === undefined || word.templated || text.includes('$')) return [];
    const read = parseAddress(text, listen ? { listen: true } : {});
    return read.ok && read.value.family === 'name' ? [{ word, host: read.value.host }] : [];
  };
  switch (directive.name) {
    case 'listen':
      return of(directive.args[0], directive.value(0), true);
    case 'resolver':
      return directive.args.flatMap((a) => (a.value.includes('=') ? [] : of(a, a.value)));
    case 'set_real_ip_from':
      return /[/:]|^unix/.test(directive.value(0)) ? [] : of(directive.args[0], directive.value(0));
    case 'auth_http':
      return of(
        directive.args[0],
        directive
          .value(0)
          .replace(/^http:\/\//, '')
          .replace(/\/.*$/, ''),
      );
    default:
      return directive.args.flatMap((a) => (a.value.startsWith('syslog:') ? of(a, /(?:^syslog:|,)server=([^,]*)/.exec(a.value)?.[1]) : []));
  }
}

/** Why a name cannot be found; null when it may be. */
function impossible(host: string): string | null {
  const name = host.replace(/\.$/, '');
  if (name.length > 253) return 'it has more than 253 characters';
  if (/(^|\.)(invalid)$/i.test(name)) return 'names that end in .invalid never resolve';
  if (/^[\d.]+$/.test(name)) return isShortAddress(name) ? null : 'it is no address';
  const wrong = name.split('.').find((label) => !LABEL.test(label));
  return wrong === undefined ? null : `"${wrong}" is no part of a host name`;
}

export default defineRule({
  id: 'unresolvable-host',
  group: 'environment',
  severity: 'warning',
  since: '0.1',
  title: 'Host name that does not resolve',
  why: `
nginx looks the names in \`proxy_pass\`, \`server\`, \`listen\`, \`resolver\`, \`set_real_ip_from\`, \`auth_http\` and after \`syslog:server=\` up when it starts, and refuses to start when one is not found: "host not found in upstream". Proxylens makes no DNS queries; it reports only names that no DNS server can resolve.`,
  about: ['proxy_pass', 'server', 'upstream'],
  references: ['https://www.rfc-editor.org/rfc/rfc6761#section-6.4'],
  looksAt: { directive: [...PASSES, 'server', ...OTHERS] },
  needs: 'file',
  messages: { impossible: 'nginx cannot find the host "{host}" and will not start: {reason}.' },
  check({ directive, scope, config, report }) {
    if (OTHERS.includes(directive.name)) {
      for (const { word, host } of hostsOf(directive)) {
        const reason = impossible(host);
        if (reason !== null) report('impossible', { at: word, data: { host, reason } });
      }
      return;
    }
    const word = directive.args[0];
    if (!word || word.templated || word.value.includes('$') || directive.statement.block) return;
    const protocol = scope.context.startsWith('stream') ? 'stream' : 'http';
    let host: string | null = null;
    if (directive.name === 'server') {
      if (scope.context !== 'upstream' && scope.context !== 'stream-upstream') return;
      const read = parseAddress(word.value);
      if (read.ok && read.value.family === 'name') host = read.value.host;
    } else {
      const target = readTarget(config, directive.name, word.value, directive, protocol);
      if (target && target.kindOfHost === 'name' && !target.upstream) host = target.host;
    }
    const reason = host === null ? null : impossible(host);
    // an upstream may have any name, and may stand where nobody sees it
    if (host === null || reason === null || (directive.name !== 'server' && mayDeclare(config, 'upstream').length)) return;
    report('impossible', { at: word, data: { host, reason } });
  },
  examples: [
    {
      inside: 'upstream',
      bad: `server app-.example.com:8000;
#      ^^^^^^^^^^^^^^^^^^^^^ impossible`,
      good: 'server 127.0.0.1:8000;',
    },
    {
      inside: 'location',
      bad: `proxy_pass http://backend.invalid;
#          ^^^^^^^^^^^^^^^^^^^^^^ impossible`,
      good: 'proxy_pass http://127.0.0.1:8000;',
    },
  ],
});
