/** Passwords and tokens that are in the configuration, where backups, repositories and error reports carry them away. */
import { textsOf } from '../../answers/what-is-passed.ts';
import type { Scope } from '../../config/scope.ts';
import { defineRule } from '../rule.ts';

const HEADERS =
  /^(authorization|proxy-authorization|x-api-key|api-key|apikey|x-auth-token|x-access-token|x-vault-token|private-token|x-(?:\w+-)?secret(?:-\w+)?)$/i;
const SETTERS = ['proxy_set_header', 'grpc_set_header', 'fastcgi_param', 'uwsgi_param', 'scgi_param', 'more_set_input_headers'];
const PLACEHOLDER =
  /^(x+|\.+|\*+|<.*>|\[.*\]|\{.*\}|__.*__|@.*@|%.*%|change.?(?:me|it|this).*|enc\[.*\]|replace.?(?:me|this|with).*|insert.*|place.?holder.*|dummy.*|my[-_].*|your.*|example.*|secret|password|token|todo)$/i;
/** A place where the secret is, instead of the secret: a path, a reference to a store. */
const ELSEWHERE = /^(?:[.~]{0,2}\/|(?:file|vault|op|env|arn|ssm|secret\w*|sm|gcp\w*|aws\w*|azure\w*|k8s|kubernetes|sops|keyring):)/i;
const SCHEME = /^(basic|bearer|token)\s+/i;

/** Variables that hold what a client proves himself by. */
const ASKED =
  /^\$?(http_(authorization|proxy_authorization|(x_)?api_?key|x_auth_token|x_access_token|x_vault_token|private_token|x_\w*(secret|token|key)\w*)|arg_(api_?key|token|access_token|secret|key)|cookie_\w*(secret|token)\w*)$/i;

/** Names under which programs look for a secret in their environment or among their parameters. */
const NAMED =
  /^(?!(?:ALLOW|REQUIRED?|DISABLE|ENABLE|FORCE|USE|NEEDS?|CHECK|RESET|FORGOT|SHOW|HIDE|NO|HAS|IS)_)(?:.*_)?(?:PASSWORD|PASSWD|SECRET|SECRET_?KEY|API_?KEY|ACCESS_?KEY|AUTH_?TOKEN|ACCESS_?TOKEN)$/;

/** A token that a URL carries in its query. */
const IN_QUERY = /[?&](?:token|access_token|api_?key|secret|client_secret|password|sig(?:nature)?)=([^&$\s]+)$/i;

/** The text, without its scheme, is a secret and no placeholder, name or number. */
function isSecret(text: string): boolean {
  const bare = text.replace(SCHEME, '');
  return bare.length >= 8 && !/[\s$]/.test(bare) && !PLACEHOLDER.test(bare);
}

/** A variable that a table or a line of `set` fills with a secret; one with its scheme is told where it is set. */
const isFilledIn = (scope: Scope, text: string): boolean =>
  /^\$(?:\w+|\{\w+\})$/.test(text) &&
  (textsOf(scope, text)?.some((t) => isSecret(t) && isMadeUp(t) && !SCHEME.test(t) && !ELSEWHERE.test(t)) ?? false);

/** Nobody's word: a table may have names of roles and of headers, which are letters with dashes. */
const isMadeUp = (text: string): boolean => /\d/.test(text) && /[a-z]/i.test(text);

/** A header's name as a line writes it; of a parameter that stands for one it is what follows HTTP_. */
const headerName = (written: string): string => written.replace(/^HTTP_/, '').replaceAll('_', '-');

/** Whether a header of that name may hold a secret. */
const mayCarry = (written: string): boolean => HEADERS.test(headerName(written)) || /^cookie$/i.test(headerName(written));

/** Reads `Name: value` of the headers-more module. */
const headerText = (text: string): readonly [string, string] | null => {
  const m = /^([\w-]+):\s*(.*)$/.exec(text);
  return m ? [m[1]!, m[2]!] : null;
};

export default defineRule({
  id: 'secret-in-config',
  group: 'security',
  severity: 'warning',
  since: '0.1',
  title: 'Secret in the configuration',
  why: `
Configurations are kept in repositories, copied into images and pasted into questions. A token in one is a token in all of them, and changing it means finding every copy. It makes no difference whether nginx sends it (a header, a parameter, a variable) or compares with it (an \`if\`, a \`map\`, \`secure_link_md5\`).

What nginx compares with is informational: such lists are often short-lived keys of your own services.

Keep the line in a file of its own that only root may read and include it, so that the rest can be shared.`,
  about: ['proxy_set_header', 'uwsgi_param', 'secure_link_md5', 'include'],
  looksAt: [
    {
      directive: SETTERS,
      where: ({ name, values: [header = ''] }) =>
        name === 'more_set_input_headers' || mayCarry(header) || (name.endsWith('_param') && NAMED.test(header)),
    },
    { directive: ['env'], where: ({ values: [text = ''] }) => NAMED.test(text.split('=', 1)[0]!) && text.includes('=') },
    { directive: ['proxy_pass'], where: ({ values: [to = ''] }) => to.includes('@') || IN_QUERY.test(to) },
    { directive: ['set', 'map', 'if', 'secure_link_md5', 'secure_link_secret', 'secure_link_hmac_secret'] },
  ],
  needs: 'file',
  messages: {
    named: 'The value of {name} is a secret in plain text. Move the line into a file of its own that only root can read.',
    header: 'The value of {header} is a secret in plain text. Move the line into a file of its own that only root can read.',
    value: 'This is a secret in plain text. Move the line into a file of its own that only root can read.',
    compared: '{variable} is compared with a secret in plain text. Move it into a file of its own that only root can read.',
    url: 'The URL holds a password, which nginx takes for a port and refuses. Remove it, and set the Authorization header from an included file.',
  },
  check({ directive, file, scope, report }) {
    const [name, value] = directive.args;
    // a file that holds nothing else is where it belongs
    if (!name || (file.body.length <= 2 && file.body.every((s) => !s.block) && file.id !== scope.config.root)) return;
    switch (directive.name) {
      case 'proxy_pass':
        if (!name.templated && /^https?:\/\/[^/$@:]+:[^/$@]+@/.test(name.value)) report('url', { at: name });
        else if (!name.templated && isSecret(IN_QUERY.exec(name.value)?.[1] ?? '')) report('value', { at: name });
        return;
      case 'env': {
        const [variable, ...text] = name.value.split('=');
        if (!name.templated && isSecret(text.join('=')) && !ELSEWHERE.test(text[0]!))
          report('named', { at: name, data: { name: variable! } });
        return;
      }
      case 'set':
        if (value && !value.templated && SCHEME.test(value.value) && isSecret(value.value)) report('value', { at: value });
        return;
      case 'map':
        if (!ASKED.test(name.value)) return;
        for (const entry of directive.body?.directives ?? []) {
          const key = entry.statement.name;
          if (!entry.args.length || key.templated || /^(default|hostnames|volatile|include|~.*)$/.test(key.value) || !isSecret(key.value))
            continue;
          report('compared', { at: entry.nameAt, severity: 'info', data: { variable: name.value } });
        }
        return;
      case 'if': {
        const [subject, operator, text] = directive.args;
        const variable = subject?.value.replace(/^\(\s*/, '') ?? '';
        if (!text || text.templated || !/^!?=$/.test(operator?.value ?? '') || !ASKED.test(variable)) return;
        if (isSecret(text.value.replace(/\)$/, ''))) report('compared', { at: text, severity: 'info', data: { variable } });
        return;
      }
      case 'secure_link_md5':
      case 'secure_link_secret':
      case 'secure_link_hmac_secret': {
        const own = name.value.replace(/\$\{?\w+\}?/g, ' ').trim();
        if (!name.templated && own.length >= 6 && !PLACEHOLDER.test(own)) report('value', { at: name });
        return;
      }
    }
    const words = directive.name === 'more_set_input_headers' ? directive.args : [name];
    for (const word of words) {
      const [header, text] =
        directive.name === 'more_set_input_headers' ? (headerText(word.value) ?? ['', '']) : [headerName(word.value), value?.value ?? ''];
      if (directive.name.endsWith('_param') && !/^HTTP_/.test(word.value)) {
        if (NAMED.test(word.value) && value && !value.templated && isSecret(value.value) && !ELSEWHERE.test(value.value))
          report('named', { at: value, data: { name: word.value } });
        continue;
      }
      const at = directive.name === 'more_set_input_headers' ? word : value;
      if (!at || at.templated) continue;
      const secret = HEADERS.test(header) ? isSecret(text) : /^cookie$/i.test(header) && /^[\w-]+=[^\s;$]{12,}/.test(text);
      if (secret && !text.includes('$')) report('header', { at, data: { header } });
      else if (HEADERS.test(header) && isFilledIn(scope, text)) report('header', { at, data: { header } });
    }
  },
  examples: [
    {
      inside: 'location',
      bad: `proxy_set_header Authorization "Basic YWRtaW46aHVudGVyMg==";
#                              ^^^^^^^^^^^^^^^^^^^^^^^^^^^^ header`,
      good: 'proxy_set_header Authorization $http_authorization;',
    },
    {
      inside: 'location',
      bad: `proxy_pass http://127.0.0.1:8000/hook?token=b7Qz81xLk20c;
#          ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ value`,
      good: 'include hook.conf;',
      fixed: false,
    },
    { inside: 'location', good: 'proxy_set_header Authorization "";' },
    {
      inside: 'location',
      bad: `fastcgi_param DB_PASSWORD kJ7-quokka-41;
#                         ^^^^^^^^^^^^^ named
fastcgi_pass 127.0.0.1:9000;`,
      good: `fastcgi_param DB_PASSWORD_FILE /run/secrets/database;
fastcgi_pass 127.0.0.1:9000;`,
      fixed: false,
    },
    {
      inside: 'http',
      good: `map $host $role {
    default anonymous;
    shop.example.org front-office;
}
server {
    location / {
        proxy_set_header X-Api-Key $role;
        proxy_pass http://127.0.0.1:8000;
    }
}`,
    },
  ],
});
