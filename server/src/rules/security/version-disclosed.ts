/** The Server header and built-in error pages that tell nginx's version. */
import { isChosen } from '../../answers/which-branch.ts';
import { fixOf, insertFirst, replace } from '../fix.ts';
import { defineRule } from '../rule.ts';

export default defineRule({
  id: 'version-disclosed',
  group: 'security',
  severity: 'info',
  since: '0.1',
  controls: { cis: ['2.5.1'], stig: ['V-278395'] },
  missing: ['server_tokens'],
  equivalents: ['gixy:version_disclosure', 'nginx-lint:server-tokens-enabled'],
  title: 'nginx version disclosed',
  why: `
With \`server_tokens on\`, which is the default, every response and every built-in error page names the exact version. Hiding it closes no hole,
but it shows an attacker at a glance which known ones are open.

Where the directive is written as \`on\` this is an info; where it is merely absent, a hint.`,
  about: ['server_tokens'],
  looksAt: [{ directive: ['server_tokens'] }, { scope: ['http'] }],
  needs: 'file',
  inForce: true,
  fixable: 'always',
  fixChanges: ['response-headers', 'answer'],
  messages: {
    written: 'server_tokens {value} discloses the nginx version in every response. Set it to off.',
    absent: 'Every response discloses the nginx version: server_tokens is not set. Add "server_tokens off;".',
  },
  check({ directive, scope, report }) {
    if (directive?.name === 'server_tokens') {
      const value = directive.value(0).toLowerCase();
      if ((value === 'on' || value === 'build') && !isChosen(directive, directive.args[0]!))
        report('written', {
          at: directive.args[0]!,
          data: { value },
          fix: fixOf('Set server_tokens to off', 'safe', directive.file, [replace(directive.args[0]!, 'off')]),
        });
      return;
    }
    const servers = scope.named('server').flatMap((s) => s.body ?? []);
    const answering = servers.filter((s) => !s.has('server_tokens'));
    if (!directive || scope.has('server_tokens') || answering.length === 0) return;
    report('absent', {
      at: directive.statement.name,
      severity: 'hint',
      fix: fixOf('Add server_tokens off', 'safe', directive.file, [
        insertFirst(directive.file, directive.statement, ['server_tokens off;']),
      ]),
    });
  },
  examples: [
    {
      inside: 'http',
      bad: `server_tokens on;
#             ^^ written
server {
}`,
      good: `server_tokens off;
server {
}`,
    },
    {
      inside: 'main',
      bad: `events {}
 http {
#^^^^ absent
    server {
    }
}`,
      good: `events {}
 http {
    server_tokens off;
    server {
    }
}`,
    },
  ],
});
