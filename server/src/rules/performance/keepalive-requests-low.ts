/** Connections of clients that are closed after a few requests, each new one with another handshake. */
import { isNginx } from '../../answers/which-build.ts';
import { unseenOf } from '../../config/open.ts';
import { fixOf, insertFirst, replace } from '../fix.ts';
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
  looksAt: { directive: ['keepalive_requests', 'http'] },
  needs: 'file',
  inForce: true,
  fixable: 'always',
  messages: {
    low: 'A connection is closed after {value} requests. Allow {enough} or more.',
    default: 'A connection is closed after 100 requests, the default of nginx {version}. Set keepalive_requests to {enough} or more.',
  },
  check({ directive, scope, config, report }) {
    if (directive.name === 'http') {
      const { nginx } = config.settings.target;
      if (
        !directive.body ||
        isNginx(config, '1.19.10') ||
        unseenOf(directive.body, 'keepalive_requests').length ||
        directive.body.has('keepalive_requests')
      )
        return;
      if (/^0s?$/.test(directive.body.value('keepalive_timeout')?.value(0) ?? '')) return;
      const servers = directive.body.all.filter((d) => d.name === 'server' && d.scope.context === 'http');
      if (!servers.length || servers.every((d) => d.body?.has('keepalive_requests'))) return;
      report('default', {
        at: directive.nameAt,
        data: { version: nginx.text, enough: ENOUGH },
        fix: fixOf(`Allow ${ENOUGH}`, 'suggestion', directive.file, [
          insertFirst(directive.file, directive.statement, [`keepalive_requests ${ENOUGH};`]),
        ]),
      });
      return;
    }
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
    {
      inside: 'main',
      settings: { nginx: '1.18.0' },
      bad: `events {}
 http {
#^^^^ default
    server {
    }
}`,
      good: `events {}
 http {
    keepalive_requests 1000;
    server {
    }
}`,
    },
  ],
});
