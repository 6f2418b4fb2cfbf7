/** Directives that may stand once in a block (the slot setters of ngx_conf_file.c and handlers that say "is duplicate"). Legal repeats stay silent. */
import { kindOf, type Target } from '../../catalog/catalog.ts';
import type { DirectiveFact, Kind } from '../../catalog/fact.ts';
import type { Directive } from '../../config/directive.ts';
import { fixOf, remove } from '../fix.ts';
import { defineRule, type Related } from '../rule.ts';
import { factFor } from './_known.ts';
import { isAftermath } from './_structure.ts';

/** Kinds whose setter keeps one value and refuses a second. */
const SINGLE: ReadonlySet<Kind> = new Set<Kind>([
  'flag',
  'string',
  'number',
  'size',
  'offset',
  'msec',
  'sec',
  'bufs',
  'enum',
  'complex',
  'complex-size',
  'path-levels',
  'access',
  'bind',
  'charset',
]);

const isSingle = (fact: DirectiveFact, target: Target): boolean => {
  const kind = kindOf(fact, target.nginx);
  // other modules use nginx's own setters for these kinds; a count that was only read in a manual says nothing of the setter
  if (fact.source !== 'oss') return fact.repeat ? fact.repeat.twice === 'error' : SINGLE.has(kind) && !fact.args.estimated;
  if (kind === 'custom' && fact.args.flag) return true;
  // the fact's own word is about today's kind
  if (kind !== fact.kind) return SINGLE.has(kind);
  return fact.repeat ? fact.repeat.twice === 'error' : SINGLE.has(kind);
};

/** Directives that write into one and the same slot. */
const ONE_SLOT: readonly (readonly string[])[] = [['proxy_downstream_buffer', 'proxy_upstream_buffer']];

/** The names that share a directive's slot; one handler of Lua is given as text, as a block or as a file. */
function slotOf(name: string): readonly string[] | undefined {
  const phase = /^(\w+_by_lua)(?:_block|_file)?$/.exec(name)?.[1];
  return phase && phase !== 'set_by_lua' ? [phase, `${phase}_block`, `${phase}_file`] : ONE_SLOT.find((s) => s.includes(name));
}

/** A block of Lua is read as a whole before its directive is judged. */
const atEnd = (d: Directive): Related[] =>
  d.statement.rawBody && d.statement.close ? [{ at: d.at(d.statement.close), message: 'nginx -t reports this line.' }] : [];

export default defineRule({
  id: 'duplicate-directive',
  group: 'validity',
  severity: 'error',
  since: '0.1',
  equivalents: ['nginx-lint:duplicate-directive'],
  title: 'Duplicate directive',
  why: `
Most directives hold one value, and a second line of the same block makes nginx refuse the configuration with "directive is duplicate".
Included files count as part of the block. Lists such as \`access_log\`, \`error_log\`, \`index\`, \`add_header\` or \`proxy_set_header\` may have many lines.`,
  about: [],
  looksAt: {
    scope: [
      'main',
      'events',
      'http',
      'server',
      'location',
      'if-in-server',
      'if-in-location',
      'limit_except',
      'upstream',
      'stream',
      'stream-server',
      'stream-upstream',
      'mail',
      'mail-server',
      'rtmp',
      'rtmp-server',
      'rtmp-application',
    ],
    having: (names, { catalog, settings }) =>
      settings.given.length > 0 ||
      [...names].some(
        ([name, count]) =>
          (count > 1 && catalog.directives(name).some((fact) => isSingle(fact, settings.target))) ||
          slotOf(name) !== undefined ||
          name === 'json_set',
      ),
  },
  needs: 'file',
  ofShape: true,
  fixable: 'always',
  messages: {
    twice: '"{name}" directive is duplicate: this block has one already. Remove one of the two.',
    variable: 'json_set variable "{name}" is already defined by a json_set above. Choose another name, or remove one of the two.',
    given:
      '"{name}" directive is duplicate: nginx is started with -g "{given};", which it reads first, and it does not start. Remove this line.',
    slot: '"{name}" directive is duplicate: "{other}" of this block sets the same value. Remove one of the two.',
  },
  check({ config, scope, report }) {
    const first = new Map<string, Directive>();
    const variables = new Map<string, Directive>();
    const given = scope.context === 'main' ? config.settings.given : [];
    for (const directive of scope.directives) {
      const { name } = directive;
      if (name === 'json_set' && factFor(directive) && !directive.args[0]?.templated) {
        // ngx_http_json_set; names of variables are the same in either case of letters
        const variable = directive.value(0).toLowerCase();
        const made = variables.get(variable);
        if (!made) variables.set(variable, directive);
        else
          report('variable', {
            at: directive.args[0]!,
            data: { name: directive.value(0) },
            related: [{ at: made.nameAt, message: 'The first one is here.' }],
            fix: fixOf('Remove this line', 'suggestion', directive.file, [remove(directive.file, directive.statement)]),
          });
      }
      const before = first.get(name);
      const slot = slotOf(name);
      const other = before ?? slot?.flatMap((n) => first.get(n) ?? [])[0];
      if (!other) {
        // an empty path is none yet (ngx_http_lua_package_path)
        if (/^lua_package_c?path$/.test(name) && directive.value(0) === '') continue;
        first.set(name, directive);
        const statement = given.find((g) => g.split(/\s/)[0] === name);
        const own = statement === undefined ? null : factFor(directive);
        if (own && isSingle(own, config.settings.target))
          report('given', {
            at: directive.nameAt,
            data: { name, given: statement! },
            fix: fixOf('Remove this line', 'suggestion', directive.file, [remove(directive.file, directive.statement)]),
          });
        continue;
      }
      const fact = factFor(directive);
      if (!fact || (before && !isSingle(fact, config.settings.target)) || isAftermath(directive, 'place')) continue;
      report(before ? 'twice' : 'slot', {
        at: directive.nameAt,
        data: { name, other: other.name },
        related: [{ at: other.nameAt, message: 'The first one is here.' }, ...atEnd(directive)],
        fix: fixOf('Remove this line', 'suggestion', directive.file, [remove(directive.file, directive.statement)]),
      });
    }
  },
  examples: [
    {
      inside: 'http',
      settings: { nginx: '1.31.9' },
      notOn122: 'json_set came with 1.31.5',
      bad: `
    json_set $name $request_body user.name;
    json_set $Name $request_body name;
#            ^^^^^ variable`,
      good: `
    json_set $name $request_body user.name;`,
    },
    {
      inside: 'http',
      bad: `
    gzip on;
    gzip off;
#   ^^^^ twice`,
      good: `
    gzip on;`,
    },
    {
      inside: 'http',
      bad: `
    server {
        listen 8080;
        root html;
        root www;
#       ^^^^ twice
    }`,
      good: `
    server {
        listen 8080;
        root html;
    }`,
    },
    {
      inside: 'server',
      bad: `
    client_max_body_size 1m;
    location / { client_max_body_size 2m; }
    client_max_body_size 3m;
#   ^^^^^^^^^^^^^^^^^^^^ twice`,
      good: `
    client_max_body_size 1m;
    location / { client_max_body_size 2m; }`,
    },
    {
      inside: 'http',
      bad: '    sendfile on; sendfile on;\n#                ^^^^^^^^ twice',
      good: 'error_log a.log; error_log b.log; index a; index b; access_log a; access_log b;',
      fixed: '    sendfile on; ',
    },
  ],
});
