/** Log formats whose escaping does not fit what they look like: lines that a client forges, JSON that no reader takes. */
import { afterSet } from '../../answers/where-a-value-comes-from.ts';
import type { Config } from '../../config/config.ts';
import type { Directive } from '../../config/directive.ts';
import { namesOf } from '../../config/names.ts';
import { type VariableUse, variablesIn } from '../../syntax/variable.ts';
import { flowInto } from '../data-flow.ts';
import { fixOf, replace } from '../fix.ts';
import { defineRule } from '../rule.ts';

/** What a client writes: a quote, a bracket or (in what is decoded) a line end of its own. */
const CLIENTS =
  /^(?:http_(?!host$)\w+|arg_\w+|cookie_\w+|args|query_string|request|request_uri|uri|document_uri|request_body|remote_user|content_type)$/i;

/** The variable is what a client writes, by way of `set` or `map`, and a quote comes through. */
function handsOn(directive: Directive, use: VariableUse): boolean {
  const { config } = directive.scope;
  if (!namesOf(config).definitions('variable', use.name, 'http').length) return false;
  // a line of `set` is in a level within, where the format is used
  const text = afterSet(config, `$${use.name}`);
  return CLIENTS.test(text.replace(/^\$\{?|\}$/g, '')) || CLIENTS.test(flowInto(directive, use, '"')?.source.slice(1) ?? '');
}

const isUsed = (config: Config, name: string): boolean => namesOf(config).references('log-format', name, 'http').length > 0;

export default defineRule({
  id: 'log-values-unescaped',
  group: 'security',
  severity: 'warning',
  since: '0.2',
  title: 'Log values without the right escaping',
  why: `
With \`escape=none\` a value is written as it came. A client that sends a quote ends the field and writes the next ones himself; a line end in a decoded path or in a body begins a line of its own. Whoever reads the log, a person or a program, is told of requests that never were.

The usual escaping writes a quote as \`\\x22\`, which JSON does not know: one quote in a User-Agent, and the reader of the log drops the line. A client can so hide what it did.

Write \`escape=json\` for JSON, and nothing for text.`,
  about: ['log_format'],
  references: ['https://cwe.mitre.org/data/definitions/117.html'],
  looksAt: { directive: ['log_format'] },
  needs: 'config',
  fixable: 'sometimes',
  messages: {
    none: 'A client can forge lines and fields of this log: {variable} is written as it came. Write escape=json for JSON, or leave escape out.',
    json: 'A quote in {variable} is logged as \\x22, which is no JSON: readers drop the line. Write escape=json behind the name.',
  },
  check({ directive, config, file, report }) {
    const [name, ...rest] = directive.args;
    if (!name) return;
    const escaping = rest.find((w) => w.value.startsWith('escape='));
    const words = rest.filter((w) => w !== escaping);
    const use = words.flatMap((w) => variablesIn(w).uses).find((u) => CLIENTS.test(u.name) || handsOn(directive, u));
    if (!use) return;
    const isJson = /^\s*\{\s*"/.test(words[0]?.value ?? '');
    // the quotes are in the text around it
    const quoted = words
      .map((w) => w.value)
      .join('')
      .includes(`"$${use.name}"`);
    const isRaw = escaping?.value === 'escape=none';
    if (!isRaw && (escaping || !isJson || !quoted)) return;
    // last, since it looks through all names
    if (!isUsed(config, name.value)) return;
    if (isRaw) {
      report('none', {
        at: escaping,
        data: { variable: `$${use.name}` },
        related: [{ at: directive.at(use.span), message: 'what the client writes' }],
        fix: isJson ? fixOf('Escape for JSON', 'suggestion', file, [replace(escaping, 'escape=json')]) : null,
      });
      return;
    }
    report('json', { at: name, severity: 'info', data: { variable: `$${use.name}` } });
  },
  examples: [
    {
      inside: 'http',
      bad: `log_format json escape=none '{"ip":"$remote_addr","agent":"$http_user_agent"}';
#               ^^^^^^^^^^^ none
access_log logs/a.json json;`,
      good: `log_format json escape=json '{"ip":"$remote_addr","agent":"$http_user_agent"}';
access_log logs/a.json json;`,
    },
    {
      inside: 'http',
      bad: `log_format json '{"ip":"$remote_addr","agent":"$http_user_agent"}';
#          ^^^^ json
access_log logs/a.json json;`,
      good: `log_format json escape=json '{"ip":"$remote_addr","agent":"$http_user_agent"}';
access_log logs/a.json json;`,
      fixed: false,
    },
    { inside: 'http', good: `log_format plain '$remote_addr "$request" "$http_user_agent"';\naccess_log logs/a.log plain;` },
    { inside: 'http', good: `log_format times escape=none '$remote_addr $request_time $status';\naccess_log logs/a.log times;` },
    {
      inside: 'http',
      bad: `log_format visits escape=none '{"from":"$from"}';
#                 ^^^^^^^^^^^ none
server {
    access_log /var/log/nginx/visits.log visits;
    set $from $http_referer;
}`,
      good: `log_format visits escape=json '{"from":"$from"}';
server {
    access_log /var/log/nginx/visits.log visits;
    set $from $http_referer;
}`,
    },
  ],
});
