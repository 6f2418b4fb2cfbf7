/** Arguments that nginx refuses or warns of by themselves: the grammars are the catalog's (value-check.ts), the places and fixes are found here. */

import { meantWord } from '../../base/nearest.ts';
import { checkCount } from '../../catalog/arity.ts';
import { argsOf, type Target, valuesOf } from '../../catalog/catalog.ts';
import { laterRelease } from '../../catalog/changes.ts';
import type { DirectiveFact } from '../../catalog/fact.ts';
import { checkValues, type ValueFinding } from '../../catalog/value-check.ts';
import { targetOf } from '../../config/flavour.ts';
import { TEMPLATE_ENDING } from '../../syntax/template/engines.ts';
import { fixOf, replace } from '../fix.ts';
import { defineRule } from '../rule.ts';
import { factFor, isJudged } from './_known.ts';
import { atClosing } from './_places.ts';
import { isTemplated, spanIn } from './_spans.ts';
import { isAftermath, isBroken } from './_structure.ts';

/** What is said of a value that later releases accept; messages that name a version say it themselves. */
function acceptedLater(fact: DirectiveFact, values: readonly string[], target: Target, argument: number, message: string): string {
  if (message.includes(target.nginx.text)) return message;
  const accepts = laterRelease(
    target.nginx,
    (nginx) =>
      !checkCount(argsOf(fact, nginx), values.length) &&
      checkValues(fact, values, { ...target, nginx }).every((f) => f.severity !== 'error' || f.argument !== argument),
  );
  return accepts ? `${message} nginx ${accepts.text} or later accepts it; this is ${target.nginx.text}.` : message;
}

/** The word that was meant in place of one that nginx refuses: the one that the check found, or the nearest of the words that it takes. */
function meantBy(fact: DirectiveFact, f: ValueFinding, value: string, target: Target): string | undefined {
  if (f.replacement !== undefined || f.severity !== 'error' || f.argument < 0 || f.at !== 0 || f.length !== value.length)
    return f.replacement;
  const words = fact.kind === 'flag' ? ['on', 'off'] : valuesOf(fact, target).map((v) => v.name);
  return (words.length ? meantWord(value, words) : null) ?? undefined;
}

export default defineRule({
  id: 'invalid-value',
  group: 'validity',
  severity: 'error',
  since: '0.1',
  title: 'Invalid value',
  why: `
Every directive reads its arguments with a grammar of its own: flags are "on" and "off", sizes end in k or m, times have units from y down
to ms in that order, words come from a list, parameters are known by name. nginx refuses what does not fit, and says little about what would.`,
  about: [],
  looksAt: { directive: '*' },
  contextFree: true,
  needs: 'file',
  fixable: 'sometimes',
  messages: {
    refused: '{message} nginx says: {nginx}.',
    bare: '{message} nginx refuses it.',
    warned: '{message} nginx warns: {nginx}.',
  },
  check({ config, directive, report }) {
    if (!isJudged(directive) || isTemplated(directive) || isAftermath(directive, 'name')) return;
    const fact = factFor(directive);
    if (!fact || isBroken(directive)) return;
    let refusedAt: number | null = null;
    const target = targetOf(config);
    for (const f of checkValues(fact, directive.values, target)) {
      const word = f.argument < 0 ? directive.statement.name : directive.args[f.argument]!;
      // a name server of a template is filled in, whatever the name looks like
      if (directive.name === 'resolver' && word.value.startsWith('$') && TEMPLATE_ENDING.test(directive.file.id)) continue;
      // nginx stops at the first; on further lines stands what a missing semicolon has drawn in
      if (refusedAt !== null && directive.file.text.slice(refusedAt, word.start).includes('\n')) break;
      if (f.severity === 'error') refusedAt ??= word.start;
      const meant = meantBy(fact, f, word.value, target);
      const quoted = word.quote === '' ? meant : `${word.quote}${meant}${word.quote}`;
      report(f.severity !== 'error' ? 'warned' : f.nginx === '' ? 'bare' : 'refused', {
        at: f.argument < 0 ? word : spanIn(word, f.at, f.length),
        data: {
          message: f.severity === 'error' ? acceptedLater(fact, directive.values, target, f.argument, f.message) : f.message,
          nginx: f.nginx,
        },
        severity: f.severity,
        related: f.late ? atClosing(directive.scope) : [],
        fix: meant === undefined ? null : fixOf(`Change to ${quoted}`, 'suggestion', directive.file, [replace(word, quoted!)]),
      });
    }
  },
  examples: [
    {
      inside: 'http',
      settings: { flavour: 'openresty' },
      notOn122: 'OpenResty has the parameter',
      bad: '    resolver ipv6=off;\n#            ^^^^^^^^ refused',
      good: '    resolver local=on ipv6=off;',
    },
    {
      inside: 'http',
      notOn122: 'a host name to nginx, which only the machine can refuse',
      bad: '    resolver local=on;\n#            ^^^^^ bare',
      good: '    resolver 127.0.0.53;',
    },
    {
      inside: 'http',
      notOn122: 'OpenResty has the parameter',
      good: 'resolver local=on;\nlua_shared_dict seen 1m;\nserver {\n    location / { content_by_lua_block { ngx.say("x") } }\n}',
    },
    { inside: 'http', bad: '    gzip yes;\n#        ^^^ refused', good: '    gzip on;' },
    {
      inside: 'http',
      bad: '    proxy_max_temp_file_size 1g;\n#                             ^ refused',
      good: '    proxy_max_temp_file_size 1024m;',
      fixed: '    proxy_max_temp_file_size 1024m;',
    },
    {
      inside: 'http',
      bad: '    proxy_http_version 3;\n#                      ^ refused',
      good: '    proxy_http_version 1.1;',
      fixed: false,
    },
    {
      inside: 'http',
      settings: { nginx: '1.22.1' },
      bad: '    proxy_bind [::1];\n#              ^^^^^ refused',
      good: '    proxy_bind ::1;',
    },
    { inside: 'http', bad: '    allow 10.0.0.1/8;\n#         ^^^^^^^^^^ warned', good: '    allow 10.0.0.0/8;' },
    {
      inside: 'upstream',
      bad: '    server 10.0.0.1 wieght=2;\n#                   ^^^^^^^^ refused',
      good: '    server 10.0.0.1 weight=2;',
    },
    {
      inside: 'http',
      bad: '    ssl_verify_client ture;\n#                     ^^^^ refused',
      good: '    ssl_verify_client on;',
      notOn122: 'it wants the authority too',
    },
    { inside: 'http', bad: '    proxy_http_version 1.2;\n#                      ^^^ refused', good: '    proxy_http_version 1.1;' },
    { inside: 'location', bad: '    satisfy ayn;\n#           ^^^ refused', good: '    satisfy any;' },
    { inside: 'http', bad: '    sendfile non;\n#            ^^^ refused', good: '    sendfile off;', fixed: false },
  ],
});
