/** gzip_types that compress what is compressed already, or leave out everything worth compressing. */
import { fixOf, removeArgument } from '../fix.ts';
import { defineRule } from '../rule.ts';

/** Kinds of files that are compressed by their format. */
const PACKED =
  /^(image\/(jpe?g|png|gif|webp|avif|heic)|video\/(?!vnd\.).*|audio\/(mpeg|ogg|aac|mp4|webm)|font\/woff2?|application\/(zip|gzip|x-gzip|x-7z-compressed|x-rar-compressed|font-woff2?|x-font-woff2?))$/i;
const TEXT = /^(\*|text\/.+|application\/(.*\+)?(json|javascript|x-javascript|xml|wasm|ecmascript)|image\/svg\+xml|.*\+xml|.*\+json)$/i;

export default defineRule({
  id: 'gzip-ineffective',
  group: 'correctness',
  severity: 'info',
  since: '0.1',
  missing: ['gzip', 'gzip_types', 'gzip_proxied'],
  title: 'gzip_types that save nothing',
  why: `
Images, videos, WOFF fonts and archives are compressed by their format. Compressing them again takes worker time and makes them a few bytes larger. A list without style sheets, scripts and JSON leaves out what shrinks to a fifth. \`text/html\` is always compressed.`,
  about: ['gzip_types', 'gzip'],
  looksAt: { directive: ['gzip_types', 'brotli_types', 'zstd_types'] },
  needs: 'file',
  inForce: true,
  fixable: 'sometimes',
  messages: {
    packed: '{type} is already compressed by its format. Remove it.',
    none: 'Style sheets, scripts and JSON are not compressed. Add text/css, application/javascript and application/json.',
  },
  check({ directive, file, report }) {
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
    if (
      !rest.some((w) => TEXT.test(w.value) || w.value.includes('$')) &&
      (directive.scope.context === 'http' || directive.scope.context === 'server')
    )
      report('none', { at: directive.statement.name });
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
  ],
});
