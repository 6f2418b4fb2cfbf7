/** `proxy_pass $to` where what the variable holds has no scheme: nginx cannot see it at the start, and answers 500 to every request. */
import { textsOf } from '../../answers/what-is-passed.ts';
import { asked, PerConfig } from '../../config/asked.ts';
import type { Config } from '../../config/config.ts';
import { namesOf } from '../../config/names.ts';
import { mayScriptUse } from '../../config/unseen-names.ts';
import { fixOf, replace } from '../fix.ts';
import { defineRule } from '../rule.ts';

const SCHEME = /^https?:\/\//i;

/** What a template or a script that deploys the file fills in: `<BACKEND>`, `__TO__`, `BACKEND_URL`. */
const FILLED_IN = /^[<{[%@_]|[{}%<>]|^[A-Z][A-Z\d_]*$/;

/** Where proxy_pass of http may be; of a server that has one itself it is the one of stream. */
const OF_HTTP = /^(?:location|if-in-location|limit_except)$/;

/** Whether some line, wherever a request may come from, gives the variable a value with a scheme, or one that is not known. */
const schemes = new PerConfig((config, name: string): boolean =>
  namesOf(config)
    .definitions('variable', name, 'http')
    .some(({ directive: d, capture }) => {
      if (capture || d.name !== 'set') return capture;
      const texts = d.args[1]?.templated ? null : textsOf(d.scope, d.value(1));
      return texts === null || texts.some((text) => SCHEME.test(text));
    }),
);

const isSetElsewhere = (config: Config, source: string): boolean =>
  [...source.matchAll(/\$\{?(\w+)/g)].some(([, name]) => {
    const lower = name!.toLowerCase();
    return asked(config, `scheme in ${lower}`, (c) => schemes.of(c, lower));
  });

export default defineRule({
  id: 'pass-without-scheme',
  group: 'correctness',
  severity: 'warning',
  since: '0.2',
  missing: ['set'],
  title: 'proxy_pass of a variable without a scheme',
  why: `
\`proxy_pass\` wants \`http://\` or \`https://\` at the beginning. Where the value begins with a variable nginx looks at it when a request is there only: with \`set $to app:8080;\`, \`proxy_pass $to;\` starts, logs "invalid URL prefix" and answers each request with 500.

Write the scheme in front: \`proxy_pass http://$to;\`.`,
  about: ['proxy_pass', 'set', 'map'],
  looksAt: { directive: ['proxy_pass'], where: ({ context, values }) => OF_HTTP.test(context) && (values[0] ?? '').startsWith('$') },
  needs: 'config',
  fixable: 'always',
  fixChanges: ['answer', 'request-line'],
  messages: {
    bare: '{value} holds {text}, which has no scheme: nginx answers 500 ("invalid URL prefix") to every request. Write http:// in front of it.',
  },
  check({ directive, scope, file, report }) {
    const word = directive.args[0];
    if (!word || word.templated) return;
    const texts = textsOf(scope, word.value);
    if (!texts?.length || texts.some((text) => SCHEME.test(text) || text.includes('://') || text === '' || FILLED_IN.test(text))) return;
    if (mayScriptUse(scope.config) || isSetElsewhere(scope.config, word.value)) return;
    report('bare', {
      at: word,
      data: { value: word.value, text: `"${texts[0]}"` },
      fix: fixOf('Write http:// in front', 'suggestion', file, [replace(word, `http://${word.raw}`)]),
    });
  },
  examples: [
    {
      inside: 'server',
      bad: `resolver 127.0.0.53;
location / {
    set $to app.example.org:8080;
    proxy_set_header Host $host;
    proxy_set_header X-Forwarded-For $proxy_add_x_forwarded_for;
    proxy_set_header X-Forwarded-Proto $scheme;
    proxy_pass $to;
#              ^^^ bare
}`,
      good: `resolver 127.0.0.53;
location / {
    set $to app.example.org:8080;
    proxy_set_header Host $host;
    proxy_set_header X-Forwarded-For $proxy_add_x_forwarded_for;
    proxy_set_header X-Forwarded-Proto $scheme;
    proxy_pass http://$to;
}`,
    },
    {
      inside: 'server',
      good: `resolver 127.0.0.53;
location / {
    set $to https://app.example.org;
    proxy_pass $to;
}`,
    },
  ],
});
