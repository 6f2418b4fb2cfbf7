/** Connections of clients that are closed after a few requests, each new one with another handshake. */
import { fixOf, replace } from '../fix.ts';
import { defineRule } from '../rule.ts';

const ENOUGH = 1000;

export default defineRule({
  id: 'keepalive-requests-low',
  group: 'performance',
  severity: 'hint',
  default: false,
  since: '0.1',
  equivalents: ['gixy:low_keepalive_requests'],
  title: 'keepalive_requests is low',
  why: `
\`keepalive_requests\` closes a connection after so many requests, those of HTTP/2 and HTTP/3 included, where one page can take hundreds. Every
new connection costs a TLS handshake. The default was 100 and is 1000 since nginx 1.19.10.`,
  about: ['keepalive_requests', 'keepalive_timeout'],
  looksAt: { directive: ['keepalive_requests'] },
  needs: 'file',
  fixable: 'always',
  messages: { low: 'A connection is closed after {value} requests. Allow {enough} or more.' },
  check({ directive, scope, report }) {
    // connections to an upstream, or none that are kept at all
    if (scope.context === 'upstream' || /^0s?$/.test(scope.value('keepalive_timeout')?.value(0) ?? '')) return;
    const word = directive.args[0];
    if (!word || !/^\d+$/.test(word.value) || Number(word.value) >= ENOUGH) return;
    report('low', {
      at: word,
      data: { value: word.value, enough: ENOUGH },
      fix: fixOf(`Allow ${ENOUGH}`, 'suggestion', directive.file, [replace(word, String(ENOUGH))]),
    });
  },
  examples: [
    {
      inside: 'http',
      bad: `keepalive_requests 100;
#                  ^^^ low`,
      good: 'keepalive_requests 1000;',
    },
  ],
});
