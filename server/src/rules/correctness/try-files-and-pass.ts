/** try_files finds a file and the pass directive of the same location hands the request on nevertheless. */
import { defineRule } from '../rule.ts';

export default defineRule({
  id: 'try-files-and-pass',
  group: 'correctness',
  severity: 'info',
  since: '0.1',
  equivalents: ['nginx-lint:try-files-with-proxy'],
  title: 'try_files beside a pass directive',
  why: `
\`try_files\` only changes the path of the request; who answers is decided by the location. With \`proxy_pass\` beside it, a file that was found is not served but asked for at the upstream.

Put the pass directive into a named location and let \`try_files\` end in it: \`try_files $uri @app\`. With \`fastcgi_pass\` the pair is a common guard (only scripts that exist are run) and stays silent.`,
  about: ['try_files', 'proxy_pass'],
  looksAt: { directive: ['try_files'] },
  needs: 'file',
  messages: { both: 'Files that try_files finds still go to {pass}. Put {pass} into a named location and end try_files with it.' },
  check({ directive, scope, report }) {
    const pass = ['proxy_pass', 'uwsgi_pass', 'grpc_pass', 'scgi_pass'].map((n) => scope.first(n)).find((d) => d);
    if (!pass || scope.context !== 'location') return;
    report('both', {
      at: directive.statement.name,
      data: { pass: pass.name },
      related: [{ at: pass.at(), message: 'answers everything that stays in the location' }],
    });
  },
  examples: [
    {
      inside: 'server',
      bad: `location / {
    try_files $uri $uri/ /index.html;
#   ^^^^^^^^^ both
    proxy_pass http://127.0.0.1:8000;
}`,
      good: `location / {
    try_files $uri @app;
}
location @app {
    proxy_pass http://127.0.0.1:8000;
}`,
    },
    { inside: 'server', good: 'location ~ \\.php$ {\n    try_files $uri =404;\n    fastcgi_pass unix:/run/php/php-fpm.sock;\n}' },
  ],
});
