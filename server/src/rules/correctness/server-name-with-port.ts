/** A port in server_name: nginx takes it without a word, and no request ever has such a name. */
import { defineRule } from '../rule.ts';

export default defineRule({
  id: 'server-name-with-port',
  group: 'correctness',
  severity: 'warning',
  since: '0.2',
  title: 'Port in a server name',
  why: `
nginx cuts the port off a Host header before it compares names, so a \`server_name\` with a port matches no request: they go to the default server of the socket instead. The port belongs on the \`listen\` line.`,
  about: ['server_name', 'listen'],
  references: ['https://nginx.org/en/docs/http/server_names.html'],
  looksAt: { directive: ['server_name'] },
  needs: 'file',
  messages: {
    port: 'Server name "{name}" matches nothing: the port of a Host header is cut off before names are compared. Remove the port.',
  },
  check({ directive, report }) {
    for (const word of directive.args) if (/^[\w.*-]+:\d+$/.test(word.value)) report('port', { at: word, data: { name: word.value } });
  },
  examples: [
    {
      inside: 'server',
      bad: '    server_name example.com:8080;\n#               ^^^^^^^^^^^^^^^^ port',
      good: '    server_name example.com [::1];',
    },
    { inside: 'server', good: '    server_name ~^(www\\.)?example\\.com$ _;' },
  ],
});
