/** Directives that the target has, in a block whose type they do not accept (ngx_conf_handler: "directive is not allowed here"). */
import { isAskedFor } from '../../answers/which-branch.ts';
import { contextsOf, statusOf } from '../../catalog/catalog.ts';
import { laterRelease } from '../../catalog/changes.ts';
import { type Context, contextTitle } from '../../catalog/context.ts';
import { listed } from '../../catalog/value-kind.ts';
import type { Config } from '../../config/config.ts';
import type { Directive } from '../../config/directive.ts';
import { defineRule } from '../rule.ts';
import { factsOf, isGuessed, isJudged, isOwn, placesOf } from './_known.ts';
import { causesIn, isAftermath, isBroken } from './_structure.ts';

/** The order in which a reader looks for a place: near things first; a list of more than five helps nobody. */
const sentence = (contexts: readonly Context[]): string => {
  const titles = contexts.map((c) => contextTitle(c));
  return titles.length > 5 ? `${titles.slice(0, 5).join(', ')} or ${titles.length - 5} more` : unquoted(listed(titles));
};
const unquoted = (text: string): string => text.replaceAll('"', '');

/** Where a brace is missing, the columns say where its block ends; what stands behind that, and would be right inside, may well be inside. */
function mayBeInside({ file, scope, statement }: Directive, places: readonly Context[]): boolean {
  const { config } = scope;
  return causesIn(config, file).some(
    ({ fault, statement: block, insert }) =>
      fault === 'missing-closing-brace' &&
      block !== null &&
      insert !== null &&
      insert <= statement.start &&
      config.usesOf(block, file.id).some((d) => d.body !== null && places.includes(d.body.context as Context)),
  );
}

/** The first release that allows a directive where this one does not. */
function allowedSince(config: Config, name: string, context: Context): string | null {
  const { target } = config.settings;
  const facts = factsOf(config, name).filter((f) => f.contexts.includes(context));
  const allows = laterRelease(target.nginx, (nginx) =>
    facts.some((f) => statusOf(f, { ...target, nginx }).known && contextsOf(f, nginx).includes(context)),
  );
  return allows?.text ?? null;
}

export default defineRule({
  id: 'misplaced-directive',
  group: 'validity',
  severity: 'error',
  since: '0.1',
  equivalents: ['nginx-lint:invalid-directive-context'],
  title: 'Directive in the wrong block',
  why: `
Each directive is allowed in certain blocks only; nginx refuses it anywhere else with "directive is not allowed here". An \`if\` counts as a
block of its own kind, so that most directives of a server or location are refused in it.

When a brace is missing or too many, everything after it ends up in the wrong block: then the brace is reported, not what follows.`,
  about: [],
  looksAt: { directive: '*' },
  contextFree: true,
  ofShape: true,
  needs: 'file',
  messages: {
    misplaced: '"{name}" directive is not allowed here, in {here}. It is allowed in {places}.',
    nowhere: '"{name}" directive is not allowed here, in {here}.',
    future: '"{name}" directive is not allowed here: in {here} it needs nginx {since} or later, and this is {target}.',
  },
  check({ config, directive, file, report }) {
    if (!isJudged(directive) || isAftermath(directive, 'place') || isBroken(directive)) return;
    const { name, scope } = directive;
    if (isGuessed(directive)) return;
    if (isOwn(config, name)) return;
    const context = scope.context as Context;
    const places = placesOf(config, name);
    if (places.length === 0 || places.includes(context)) return;
    if (file.problems.length && mayBeInside(directive, places)) return;
    const data = { name, here: contextTitle(context) };
    const since = allowedSince(config, name, context);
    if (since !== null)
      return report('future', {
        at: directive.statement.name,
        data: { ...data, since, target: config.settings.target.nginx.text },
        ...(isAskedFor(directive) ? { severity: 'hint' as const } : {}),
      });
    report(places.length ? 'misplaced' : 'nowhere', { at: directive.statement.name, data: { ...data, places: sentence(places) } });
  },
  examples: [
    { inside: 'http', bad: '    worker_processes 2;\n#   ^^^^^^^^^^^^^^^^ misplaced', good: 'gzip on;' },
    { inside: 'server', bad: 'location / {\n    server_name example.com;\n#   ^^^^^^^^^^^ misplaced\n}', good: 'server_name example.com;' },
    {
      inside: 'server',
      bad: 'if ($request_method = POST) {\n    proxy_pass http://127.0.0.1;\n#   ^^^^^^^^^^ misplaced\n}',
      good: 'location / {\n    if ($request_method = POST) {\n        proxy_pass http://127.0.0.1;\n    }\n}',
    },
    {
      inside: 'upstream',
      settings: { nginx: '1.22.1' },
      bad: '    resolver 192.0.2.53;\n#   ^^^^^^^^ future\n    server 10.0.0.1;',
      good: '    server 10.0.0.1;',
    },
    { inside: 'stream', bad: '    gzip on;\n#   ^^^^ misplaced', good: 'tcp_nodelay on;' },
  ],
});
