/** `ssl on` was superseded by `listen … ssl`, deprecated with 1.15.0 and removed with 1.25.1. unknown-directive leaves the name to this rule. */
import { isAskedFor } from '../../answers/which-branch.ts';
import { isNginx, isVersionSaid } from '../../answers/which-build.ts';
import { parseAddress } from '../../catalog/value-kind.ts';
import type { Directive } from '../../config/directive.ts';
import { fixOf, remove } from '../fix.ts';
import { defineRule } from '../rule.ts';

export default defineRule({
  id: 'ssl-directive-deprecated',
  formerly: ['ssl-directive'],
  group: 'deprecation',
  refuses: true,
  severity: 'warning',
  since: '0.1',
  equivalents: ['nginx-lint:ssl-on-deprecated'],
  title: 'Deprecated ssl directive',
  why: `
\`ssl on\` makes every socket of the server speak TLS, which is never meant for port 80. It is deprecated since nginx 1.15.0 and gone since
1.25.1: that version refuses the configuration. Say \`ssl\` on the \`listen\` lines that speak TLS.`,
  about: ['listen'],
  references: ['https://nginx.org/en/docs/http/configuring_https_servers.html'],
  looksAt: { directive: ['ssl'] },
  needs: 'file',
  fixable: 'sometimes',
  fixChanges: ['tls'],
  messages: {
    deprecated: 'The ssl directive is deprecated since nginx 1.15.0. Put ssl on the listen lines instead.',
    removed: 'nginx {target} does not know the directive ssl, removed in 1.25.1. {instead}.',
    range: 'nginx 1.25.1 and later do not know the directive ssl, and say so; which nginx runs this is not known. {instead}.',
    off: 'The ssl directive is deprecated since nginx 1.15.0, and off is the default. Remove it.',
  },
  check({ directive, scope, config, report }) {
    const { nginx } = config.settings.target;
    const value = directive.value(0).toLowerCase();
    if (!['http', 'server', 'mail', 'mail-server'].includes(scope.context) || !isNginx(config, '1.15.0')) return;
    if (directive.args.length !== 1 || (value !== 'on' && value !== 'off')) return;
    const gone = isNginx(config, '1.25.1');
    const edits = [remove(directive.file, directive.statement)];
    const server = scope.context === 'server' || scope.context === 'mail-server';
    let whole = value === 'off' || server;
    if (value === 'on' && server) {
      const lines = scope.named('listen');
      const isPlainPort = (d: Directive): boolean => {
        const address = parseAddress(d.value(0), { listen: true });
        return address.ok && address.value.port === 80;
      };
      const onlyPlainPorts = lines.every(isPlainPort);
      for (const d of lines) {
        if (d.file.id !== directive.file.id) whole = false;
        else if (!d.values.slice(1).includes('ssl')) {
          const at = d.args[0]?.end;
          // a line without an address is refused for itself
          if (at === undefined) continue;
          // port 80 spoke TLS, too, which nobody wants: it is left as it is when another line is there
          if (isPlainPort(d) && !onlyPlainPorts) continue;
          edits.push({ span: { start: at, end: at }, newText: ' ssl' });
        }
      }
      // a part of a server: its listen lines are in a file that is not seen here
      if (!lines.length && (!config.whole || scope.has('include'))) whole = false;
      else if (!lines.length)
        edits[0] = { span: { start: directive.statement.start, end: directive.statement.end }, newText: 'listen 80 ssl;' };
    }
    // which nginx it is nobody says: the newest refuses it, one of before warns
    const known = isVersionSaid(config);
    report(gone ? (known ? 'removed' : 'range') : value === 'off' ? 'off' : 'deprecated', {
      at: directive.statement.name,
      data: { target: nginx.text, instead: value === 'off' ? 'Remove it: off is the default' : 'Put ssl on the listen lines instead' },
      tag: 'deprecated',
      // a condition of a template that asks for the version writes the line for the nginx that takes it
      ...(isAskedFor(directive) ? { severity: 'hint' as const } : gone && known ? { severity: 'error' as const } : {}),
      fix: whole ? fixOf(value === 'off' ? 'Remove ssl off' : 'Say ssl on the listen lines', 'safe', directive.file, edits) : null,
    });
  },
  examples: [
    {
      inside: 'server',
      settings: { nginx: '1.22.1' },
      bad: `    listen 443;
    ssl on;
#   ^^^ deprecated
    ssl_certificate a.pem;
    ssl_certificate_key a.key;`,
      good: `    listen 443 ssl;
    ssl_certificate a.pem;
    ssl_certificate_key a.key;`,
    },
    {
      inside: 'server',
      settings: { nginx: '1.22.1' },
      bad: `    listen 80;
    listen [::]:80;
    ssl on;
#   ^^^ deprecated
    ssl_certificate a.pem;
    ssl_certificate_key a.key;`,
      good: `    listen 80 ssl;
    listen [::]:80 ssl;
    ssl_certificate a.pem;
    ssl_certificate_key a.key;`,
    },
    {
      inside: 'server',
      bad: `    listen 443;
    ssl on;
#   ^^^ range
    ssl_certificate a.pem;
    ssl_certificate_key a.key;`,
      good: `    listen 443 ssl;
    ssl_certificate a.pem;
    ssl_certificate_key a.key;`,
    },
    {
      inside: 'server',
      settings: { nginx: '1.31.9' },
      bad: `    listen 80;
    listen 443 ssl;
    ssl on;
#   ^^^ removed
    ssl_certificate a.pem;
    ssl_certificate_key a.key;`,
      good: `    listen 80;
    listen 443 ssl;
    ssl_certificate a.pem;
    ssl_certificate_key a.key;`,
    },
    {
      inside: 'server',
      settings: { nginx: '1.22.1' },
      bad: `    listen 8080;
    ssl off;
#   ^^^ off`,
      good: '    listen 8080;',
    },
  ],
});
