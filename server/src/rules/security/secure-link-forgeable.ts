/** Signed links whose signature leaves out what it has to cover: the path, or the time until which the link is good. */
import { afterSet } from '../../answers/where-a-value-comes-from.ts';
import type { Directive } from '../../config/directive.ts';
import { locationOf } from '../../config/locations.ts';
import { namesOf } from '../../config/names.ts';
import { variablesIn } from '../../trace/script.ts';
import { defineRule } from '../rule.ts';

/** Built-in variables that say nothing about which file is asked for. */
const PATHLESS =
  /^(?:secure_link_expires|arg_(?:expires?|e|exp|t|ts|time|md5|st|s|sig|signature|hash|token|key|h)|remote_addr|binary_remote_addr|http_user_agent|http_referer|host|http_host|server_name|scheme|server_port|request_method|remote_user)$/;

const EXPIRES = 'secure_link_expires';

/** What whoever asks knows of his own request. */
const KNOWN =
  /^(?:secure_link_expires|arg_\w+|uri|document_uri|request_uri|(?:binary_)?remote_addr|host|http_(?:host|user_agent|referer)|scheme|server_port|request_method)$/;

/** A text of one's own that is the same for every request: `set $salt s3cr3t`. */
function isConstant(variable: string, at: Directive): boolean {
  const definitions = namesOf(at.scope.config).definitions('variable', variable, 'http');
  return definitions.length > 0 && definitions.every(({ directive }) => directive.name === 'set' && !directive.value(1).includes('$'));
}

const SIGNED = (line: string): string => `location /files/ {
    secure_link $arg_md5,$arg_expires;
${line}
    if ($secure_link = "") { return 403; }
    if ($secure_link = "0") { return 410; }
    root /srv/site;
}`;

export default defineRule({
  id: 'secure-link-forgeable',
  group: 'security',
  severity: 'warning',
  since: '0.2',
  title: 'Signed link that is good for more than it was made for',
  why: `
\`secure_link_md5\` is the text that the link's hash is made of, and only what is in it is protected. Without \`$uri\` the hash of one file opens all the others of the place; without \`$secure_link_expires\` whoever has a link writes a later time into it, and it never ends. Without a secret anyone makes such a hash.

Make the hash of both, of the secret and, where a link is for one person, of the address: \`"$secure_link_expires$uri$remote_addr secret"\`. The application that makes the links needs the same text.`,
  about: ['secure_link', 'secure_link_md5', '$secure_link_expires', '$uri'],
  references: ['https://nginx.org/en/docs/http/ngx_http_secure_link_module.html'],
  looksAt: { directive: ['secure_link_md5'], where: ({ values }) => (values[0] ?? '') !== '' },
  needs: 'config',
  messages: {
    open: 'Everyone can make such links: "{text}" is what the link itself says, and nothing in it is a secret. Put one into it, here and where links are made.',
    path: 'The link of one file opens every file of this place: the path is not in "{text}". Put $uri into it, here and where links are made.',
    time: 'Who has a link changes its time and keeps it: $secure_link_expires is not in "{text}". Put it into it, here and where links are made.',
  },
  check({ directive, scope, report }) {
    const [word] = directive.args;
    if (!word || word.templated) return;
    const text = word.value;
    const whole = afterSet(scope.config, text);
    const variables = variablesIn(whole);
    const link = scope.value('secure_link')?.value(0) ?? '';
    if (!link) return;
    if (variables.every((v) => KNOWN.test(v)) && whole.replace(/\$(?:\{\w+\}|\w+)/g, '').replace(/[\s:|,;/_-]/g, '') === '')
      return report('open', { at: word, data: { text } });
    const others = variables.filter((v) => !PATHLESS.test(v) && !isConstant(v, directive));
    const place = locationOf(scope);
    // one path is one path
    if (!others.length && !/\$\{?\d/.test(text) && place?.kind !== 'exact' && place?.kind !== 'named')
      return report('path', { at: word, data: { text } });
    const until = link.includes(',') ? variablesIn(link.slice(link.indexOf(',') + 1)) : [];
    if (!until.length || variables.includes(EXPIRES) || until.some((v) => variables.includes(v))) return;
    if (/\$\{?\d/.test(text)) return;
    // the whole query or line holds it as well
    if (variables.some((v) => /^(?:args|query_string|request_uri|request)$/.test(v) || !/^[a-z_]+$/.test(v))) return;
    if (others.some((v) => !/^(?:uri|document_uri|request_filename|document_root)$/.test(v))) return;
    report('time', { at: word, data: { text } });
  },
  examples: [
    {
      inside: 'server',
      bad: SIGNED(`    secure_link_md5 "$secure_link_expires secret";
#                   ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ path`),
      good: SIGNED('    secure_link_md5 "$secure_link_expires$uri secret";'),
    },
    {
      inside: 'server',
      bad: SIGNED(`    secure_link_md5 "$uri$remote_addr secret";
#                   ^^^^^^^^^^^^^^^^^^^^^^^^^ time`),
      good: SIGNED('    secure_link_md5 "$secure_link_expires$uri$remote_addr secret";'),
    },
    {
      inside: 'server',
      bad: SIGNED(`    secure_link_md5 "$secure_link_expires$uri";
#                   ^^^^^^^^^^^^^^^^^^^^^^^^^^ open`),
      good: SIGNED('    secure_link_md5 "$secure_link_expires$uri secret";'),
    },
    {
      // for a single file
      inside: 'server',
      good: `location = /report.pdf {
    secure_link $arg_md5,$arg_expires;
    secure_link_md5 "$secure_link_expires secret";
    if ($secure_link != 1) { return 403; }
    root /srv/site;
}`,
    },
    {
      inside: 'server',
      good: SIGNED('    set $signed "$secure_link_expires$uri s3cret";\n    secure_link_md5 "$signed";'),
    },
  ],
});
