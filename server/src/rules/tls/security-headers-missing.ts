// HTML sites without the headers by which browsers keep them out of frames and their types unguessed.

import { isAnsweredWhole } from '../../answers/where-a-line-counts.ts';
import { walk } from '../../config/scope.ts';
import { serverOf } from '../../config/servers.ts';
import { PASS_DIRECTIVES } from '../../config/upstreams.ts';
import { fixOf } from '../fix.ts';
import { defineRule } from '../rule.ts';
import { sharedList } from '../shared.ts';
import { addHeaders, headerLines, isNobody, rejects, setsHeader, some } from '../tls.ts';

interface Wanted {
  readonly header: string;
  readonly line: string;
  /** another header does the same */
  readonly instead?: string;
}

const WANTED: readonly Wanted[] = [
  { header: 'X-Content-Type-Options', line: 'add_header X-Content-Type-Options nosniff always;' },
  { header: 'X-Frame-Options', line: 'add_header X-Frame-Options SAMEORIGIN always;', instead: 'content-security-policy' },
  { header: 'Referrer-Policy', line: 'add_header Referrer-Policy strict-origin-when-cross-origin always;' },
];

/** Pages that nginx reads from the disk; what an application answers is the application's. */
const SERVES = new Set(['root', 'try_files', 'index', 'autoindex']);
const ASKS = new Set(PASS_DIRECTIVES);

export default defineRule({
  id: 'security-headers-missing',
  group: 'tls',
  severity: 'info',
  default: false,
  since: '0.1',
  controls: { cis: ['5.3.1', '5.3.2', '5.3.3', '5.3.4'], owasp: ['14.4.3', '14.4.4', '14.4.6', '14.4.7'] },
  missing: ['add_header'],
  title: 'Security headers missing',
  why: `A few response headers switch off what browsers still do for old pages: \`X-Content-Type-Options: nosniff\` stops them from guessing that an upload is a script, \`X-Frame-Options\` (or \`frame-ancestors\` in a Content-Security-Policy; \`default-src\` does not stand in for it) keeps the site out of other sites' frames, \`Referrer-Policy\` keeps addresses with tokens from reaching others.

Many applications send them by themselves (Django's SecurityMiddleware does), so this rule is off unless asked for, and silent about servers that ask an application. It looks at each server that serves pages from the disk, with the headers in force there.`,
  about: ['add_header'],
  references: ['https://infosec.mozilla.org/guidelines/web_security'],
  looksAt: { scope: ['server'] },
  needs: 'config',
  fixable: 'always',
  messages: {
    missing: 'No {headers} in the responses of this server. Add those that the application does not send.',
  },
  check({ scope, report }) {
    const { opener } = scope;
    const server = serverOf(scope);
    if (!opener || !server || rejects(scope) || server.names.every((n) => isNobody(n.text))) return;
    const inside = [...walk(scope)];
    if (isAnsweredWhole(scope) || inside.some((d) => ASKS.has(d.name)) || !inside.some((d) => SERVES.has(d.name))) return;
    const missing = WANTED.filter(
      (w) =>
        !setsHeader(scope, w.header.toLowerCase()) &&
        !(w.instead && headerLines(scope, w.instead).some((d) => d.values.some((v) => /frame-ancestors|\$/.test(v)))),
    );
    if (!missing.length) return;
    const lines = missing.map((w) => w.line);
    report('missing', {
      at: opener.nameAt,
      data: { headers: some(missing.map((w) => w.header)) },
      fix: fixOf('Add the headers', 'suggestion', opener.file, [addHeaders(opener, scope, lines)]),
      shared: sharedList(scope, opener.file.id, 'add_header', [{ title: 'Add the headers', safety: 'suggestion', lines }]),
    });
  },
  examples: [
    {
      inside: 'http',
      bad: `
  server {
# ^^^^^^ missing
    server_name example.com;
    root /srv/site;
  }`,
      good: `
  server {
    server_name example.com;
    add_header X-Content-Type-Options nosniff always;
    add_header X-Frame-Options SAMEORIGIN always;
    add_header Referrer-Policy strict-origin-when-cross-origin always;
    root /srv/site;
  }`,
    },
    {
      inside: 'http',
      good: `
server {
    server_name example.com;
    return 301 https://$host$request_uri;
}`,
    },
  ],
});
