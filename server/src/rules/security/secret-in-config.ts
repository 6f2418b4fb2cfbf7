/** Passwords and tokens that stand in the configuration, where backups, repositories and error reports carry them away. */
import { defineRule } from '../rule.ts';

const HEADERS = /^(authorization|proxy-authorization|x-api-key|api-key|apikey|x-auth-token|x-access-token|x-vault-token|private-token)$/i;
const SETTERS = new Set(['proxy_set_header', 'grpc_set_header', 'more_set_input_headers']);

export default defineRule({
  id: 'secret-in-config',
  group: 'security',
  severity: 'warning',
  since: '0.1',
  title: 'A secret stands in the configuration',
  why: `
Configurations are kept in repositories, copied into images and pasted into questions. A token in one is a token in all of them, and changing it means to find every copy.

Keep the line in a file of its own that only root may read and include it, so that the rest can be shared.`,
  about: ['proxy_set_header', 'include'],
  looksAt: { directive: [...SETTERS, 'proxy_pass'] },
  needs: 'file',
  messages: {
    header: 'The value of {header} is a secret in plain text. Move the line into a file of its own that only root can read.',
    url: 'The address holds a password, which nginx does not send either. Remove it, and set the Authorization header from an included file.',
  },
  check({ directive, file, scope, report }) {
    if (directive.name === 'proxy_pass') {
      const word = directive.args[0];
      if (word && !word.templated && /^https?:\/\/[^/$@:]+:[^/$@]+@/.test(word.value)) report('url', { at: word });
      return;
    }
    const [name, value] = directive.args;
    if (!name || !value || !HEADERS.test(name.value) || value.templated || value.value.includes('$')) return;
    const secret = value.value.replace(/^(basic|bearer|token)\s+/i, '');
    if (secret.length < 8 || /^(x+|\.+|<.*>|change.?me|your.*|example.*)$/i.test(secret)) return;
    // a file that holds nothing else is where it belongs
    if (file.body.length <= 2 && file.id !== scope.config.root) return;
    report('header', { at: value, data: { header: name.value } });
  },
  examples: [
    {
      inside: 'location',
      bad: `proxy_set_header Authorization "Basic YWRtaW46aHVudGVyMg==";
#                              ^^^^^^^^^^^^^^^^^^^^^^^^^^^^ header`,
      good: 'proxy_set_header Authorization $http_authorization;',
    },
    { inside: 'location', good: 'proxy_set_header Authorization "";' },
  ],
});
