/** `http://unix:/run/app.sock/api/`: without a colon behind the socket all of it is the socket's path (ngx_parse_unix_domain_url). */
import { fixOf, replace } from '../fix.ts';
import { defineRule } from '../rule.ts';

const FORM = /^((?:https?:\/\/)?unix:\/[^:$]*\.(?:sock|socket))(\/[^:]*)$/;

export default defineRule({
  id: 'unix-socket-uri-without-colon',
  group: 'correctness',
  severity: 'warning',
  since: '0.2',
  title: 'URI of a unix socket without a colon',
  why: `
After \`unix:\` nginx reads the path of the socket up to the next colon. In \`proxy_pass http://unix:/run/app.sock/api/\` there is none, so nginx asks for a socket that is called \`/run/app.sock/api/\`, and answers 502: "Not a directory". Write a colon between socket and URI.`,
  about: ['proxy_pass'],
  references: ['https://nginx.org/en/docs/http/ngx_http_proxy_module.html#proxy_pass'],
  looksAt: { directive: ['proxy_pass'], where: ({ values: [to = ''] }) => FORM.test(to) },
  needs: 'file',
  fixable: 'always',
  messages: {
    whole: '"{text}" is one path to nginx: it looks for a socket named {socket}, and answers 502. Put a colon before {uri}.',
  },
  check({ directive, file, report }) {
    const word = directive.args[0];
    const m = word && !word.templated ? FORM.exec(word.value) : null;
    if (!word || !m) return;
    report('whole', {
      at: word,
      data: { text: word.value, socket: word.value.replace(/^.*unix:/, ''), uri: m[2]! },
      fix: fixOf('Put a colon behind the socket', 'suggestion', file, [replace(word, `${m[1]}:${m[2]}`)]),
    });
  },
  examples: [
    {
      inside: 'server',
      bad: `location /api/ {
    proxy_pass http://unix:/run/app.sock/v1/;
#              ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ whole
}`,
      good: `location /api/ {
    proxy_pass http://unix:/run/app.sock:/v1/;
}`,
    },
    { inside: 'server', good: 'location / { proxy_pass http://unix:/run/app.sock; }' },
  ],
});
