/** A server of stream that chooses by what the TLS hello says, and never reads it: `$ssl_preread_server_name` is empty without `ssl_preread on`. */
import { sourcesOf } from '../../answers/where-a-value-comes-from.ts';
import { variablesIn } from '../../trace/script.ts';
import { fixOf, insertBefore } from '../fix.ts';
import { defineRule } from '../rule.ts';

const BY_NAME = (server: string): string => `map $ssl_preread_server_name $to {
    mail.example.com 10.0.0.2:443;
    default          10.0.0.3:443;
}
server {
    listen 443;
${server}
}`;

export default defineRule({
  id: 'preread-off',
  group: 'correctness',
  severity: 'warning',
  since: '0.2',
  missing: ['ssl_preread'],
  title: 'TLS hello that nobody reads',
  why: `
The variables \`$ssl_preread_server_name\`, \`$ssl_preread_alpn_protocols\` and \`$ssl_preread_protocol\` hold something only where the server says \`ssl_preread on\`. Without that line they are not found: a \`map\` gives its default for every client, and where it has none the connection is closed ("no host in upstream").

\`nginx -t\` passes, as the variables exist. Add \`ssl_preread on;\` to the server, or to \`stream\`.`,
  about: ['ssl_preread', '$ssl_preread_server_name', 'proxy_pass'],
  references: ['https://nginx.org/en/docs/stream/ngx_stream_ssl_preread_module.html'],
  looksAt: { directive: ['proxy_pass'], where: ({ values }) => values[0]?.includes('$') ?? false },
  needs: 'config',
  fixable: 'always',
  messages: {
    empty:
      '{name} is always empty here, so every client is sent to the same place or to none: nothing reads the TLS hello. Add "ssl_preread on;".',
  },
  check({ directive, scope, config, report }) {
    if (scope.context !== 'stream-server') return;
    const line = scope.value('ssl_preread');
    if (line && line.value(0) !== 'off') return;
    const sources = new Set(variablesIn(directive.value(0)).flatMap((name) => [...sourcesOf(config, name, 'stream')]));
    const name = [...sources].find((s) => s.startsWith('ssl_preread_'));
    if (name === undefined) return;
    report('empty', {
      at: directive.at(directive.args[0]),
      data: { name: `$${name}` },
      related: line ? [{ at: line.at(), message: 'it is switched off here' }] : [],
      fix: fixOf('Read the TLS hello', 'suggestion', directive.file, [
        insertBefore(directive.file, directive.statement, ['ssl_preread on;']),
      ]),
    });
  },
  examples: [
    {
      inside: 'stream',
      bad: BY_NAME('    proxy_pass $to;\n#              ^^^ empty'),
      good: BY_NAME('    ssl_preread on;\n    proxy_pass $to;'),
    },
    {
      inside: 'stream',
      bad: 'server {\n    listen 443;\n    proxy_pass $ssl_preread_server_name:443;\n#              ^^^^^^^^^^^^^^^^^^^^^^^^^^^^ empty\n}',
      good: 'server {\n    listen 443;\n    ssl_preread on;\n    proxy_pass $ssl_preread_server_name:443;\n}',
    },
    // this one ends TLS itself and knows the name by another variable
    {
      inside: 'stream',
      good: 'map $ssl_server_name $to {\n    default 10.0.0.3:443;\n}\nserver {\n    listen 443 ssl;\n    ssl_certificate cert.pem;\n    ssl_certificate_key key.pem;\n    proxy_pass $to;\n}',
    },
  ],
});
