/** gzip_types that compress what is compressed already, or leave out everything worth compressing. */
import { PerConfig } from '../../config/asked.ts';
import type { Directive } from '../../config/directive.ts';
import type { Scope } from '../../config/scope.ts';
import { PASS_DIRECTIVES } from '../../config/upstreams.ts';
import { fixOf, removeArgument } from '../fix.ts';
import { defineRule } from '../rule.ts';
import { appendWord } from '../tls.ts';

/** Kinds of files that are compressed by their format. */
const PACKED =
  /^(image\/(jpe?g|png|gif|webp|avif|heic)|video\/(?!vnd\.).*|audio\/(mpeg|ogg|aac|mp4|webm)|font\/woff2?|application\/(zip|gzip|x-gzip|x-7z-compressed|x-rar-compressed|font-woff2?|x-font-woff2?))$/i;
const TEXT = /^(\*|text\/.+|application\/(.*\+)?(json|javascript|x-javascript|xml|wasm|ecmascript)|image\/svg\+xml|.*\+xml|.*\+json)$/i;

const JSON_TYPE = /^\*$|json|\$/i;

const SCRIPT_TYPE = /^(?:text|application)\/(?:x-)?(?:javascript|ecmascript)$/i;
/** Names of scripts that are no longer sent: nginx's own list gave `application/x-javascript` up with 1.5.4. */
const OLD_SCRIPT_TYPE = /\/(?:x-|ecmascript)/i;

/** The types that the lists of a configuration give to files ending in .js. */
const typesOfScripts = new PerConfig((config): readonly string[] => [
  ...new Set(
    config.main.all
      .filter((d) => d.name === 'types')
      .flatMap((d) => d.body?.all.filter((row) => row.values.includes('js')).map((row) => row.name) ?? []),
  ),
]);

/** The type that files ending in .js have, where none of the lists in the configuration gives them one of these. */
function typeOfScripts({ config }: Scope, types: readonly string[]): string | null {
  const given = typesOfScripts.of(config);
  return given.some((type) => types.includes(type.toLowerCase())) ? null : (given[0] ?? null);
}

/** The name of a location below whose application speaks JSON by its name, and for which the list is in force. */
const apiBelow = (scope: Scope, list: Directive): string | null =>
  scope.all
    .find(
      (d) =>
        d.name === 'location' &&
        d.body !== null &&
        PASS_DIRECTIVES.some((name) => d.body!.has(name)) &&
        /(?:^|\/)(?:api|graphql|rest)(?:\/|$)/i.test(d.values.at(-1) ?? '') &&
        d.body.effective('gzip_types').directives.includes(list) &&
        d.body.value('gzip')?.value(0) === 'on',
    )
    ?.values.at(-1) ?? null;

export default defineRule({
  id: 'gzip-ineffective',
  group: 'correctness',
  severity: 'info',
  since: '0.1',
  missing: ['gzip', 'gzip_types', 'gzip_proxied'],
  title: 'gzip_types that save nothing',
  why: `
Images, videos, WOFF fonts and archives are compressed by their format. Compressing them again takes worker time and makes them a few bytes larger. A list without style sheets, scripts and JSON leaves out what shrinks to a fifth. \`text/html\` is always compressed, and without \`gzip_types\` nothing else is.

Types are compared as they are sent. Scripts were \`application/x-javascript\` until nginx 1.5.4; they are \`application/javascript\` in its list now, and \`text/javascript\` by the standard (RFC 9239). A list that has the old name only compresses no script.`,
  about: ['gzip_types', 'gzip'],
  references: ['https://www.rfc-editor.org/rfc/rfc9239#section-6'],
  looksAt: { directive: ['gzip', 'gzip_types', 'brotli_types', 'zstd_types'] },
  needs: 'config',
  inForce: true,
  fixable: 'sometimes',
  messages: {
    packed: '{type} is already compressed by its format. Remove it.',
    htmlOnly:
      'Only text/html is compressed here, since gzip_types is not set. Add it with text/css, application/javascript and application/json.',
    noJson: 'The JSON of {location} is not compressed: gzip_types does not name its type. Add application/json.',
    scripts: 'No script is compressed: a .js is sent as {sent}, and {type} is a name that nobody sends any more. Add {sent}.',
    none: 'Style sheets, scripts and JSON are not compressed. Add text/css, application/javascript and application/json.',
  },
  check({ directive, scope, file, report }) {
    if (directive.name === 'gzip') {
      // a list anywhere shows that someone has thought about it
      if (
        directive.value(0) === 'on' &&
        !scope.effective('gzip_types').directives.length &&
        !scope.all.some((d) => d.name === 'gzip_types')
      )
        report('htmlOnly', { at: directive.nameAt, severity: 'hint', missing: ['gzip_types'] });
      return;
    }
    const packed = directive.args.filter((w) => PACKED.test(w.value));
    for (const word of packed)
      report('packed', {
        at: word,
        data: { type: word.value },
        fix:
          directive.args.length > packed.length
            ? fixOf('Remove it', 'suggestion', file, [removeArgument(file, directive.statement, word)])
            : null,
      });
    const rest = directive.args.filter((w) => w.value !== 'text/html');
    const scripts = rest.filter((w) => SCRIPT_TYPE.test(w.value));
    const isOld = scripts.length > 0 && scripts.every((w) => OLD_SCRIPT_TYPE.test(w.value));
    const names = scripts.map((w) => w.value.toLowerCase());
    const sent = isOld && !rest.some((w) => /[*$]/.test(w.value)) ? typeOfScripts(scope, names) : null;
    if (sent !== null)
      report('scripts', {
        at: scripts[0]!,
        data: { sent, type: scripts[0]!.value },
        fix: fixOf('Add the type', 'suggestion', file, [appendWord(scripts[0]!, sent)]),
      });
    if (
      !rest.some((w) => TEXT.test(w.value) || w.value.includes('$')) &&
      (directive.scope.context === 'http' || directive.scope.context === 'server')
    )
      report('none', { at: directive.statement.name });
    else if (directive.name === 'gzip_types' && rest.length > 0 && !rest.some((w) => JSON_TYPE.test(w.value))) {
      const api = apiBelow(scope, directive);
      if (api) report('noJson', { at: directive.statement.name, severity: 'hint', data: { location: api } });
    }
  },
  examples: [
    {
      inside: 'http',
      bad: `gzip_types text/css image/jpeg application/json;
#                   ^^^^^^^^^^ packed`,
      good: 'gzip_types text/css application/json;',
    },
    {
      inside: 'http',
      bad: ` gzip_types application/vnd.ms-fontobject;
#^^^^^^^^^^ none`,
      good: 'gzip_types text/css application/javascript application/json;',
    },
    {
      inside: 'http',
      bad: ` gzip on;
#^^^^ htmlOnly
server { location / { proxy_pass http://127.0.0.1:8000; } }`,
      good: `gzip on;
gzip_types text/css application/javascript application/json;
server { location / { proxy_pass http://127.0.0.1:8000; } }`,
    },
    {
      inside: 'http',
      bad: `gzip on;
 gzip_types text/css application/javascript;
#^^^^^^^^^^ noJson
server { location /api/ { proxy_pass http://127.0.0.1:8000; } }`,
      good: `gzip on;
gzip_types text/css application/javascript application/json;
server { location /api/ { proxy_pass http://127.0.0.1:8000; } }`,
    },
    {
      inside: 'http',
      bad: `types { text/css css; application/javascript js; }
gzip_types text/css application/x-javascript;
#                   ^^^^^^^^^^^^^^^^^^^^^^^^ scripts`,
      good: `types { text/css css; application/javascript js; }
gzip_types text/css application/x-javascript application/javascript;`,
    },
  ],
});
