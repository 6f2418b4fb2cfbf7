/** Addresses that a router in the browser makes up, asked of nginx, which looks for a file of that name. */
import { toBytes } from '../../base/bytes.ts';
import { isOpen, matchLocation } from '../../config/locations.ts';
import { unseenOf } from '../../config/open.ts';
import type { Scope } from '../../config/scope.ts';
import { serversOf } from '../../config/servers.ts';
import { PASS_DIRECTIVES } from '../../config/upstreams.ts';
import { fixOf, insertLast, replace } from '../fix.ts';
import { defineRule } from '../rule.ts';
import { tree } from './_examples.ts';
import { type FoundPage, pageIn } from './_pages.ts';

/** An address of a page that no file has. */
const DEEP = '/account/orders';

/** What else may answer for a file that is not there. */
const DECIDES = /^(?:return|rewrite|if|random_index|dav_methods|.*_by_lua.*|js_content|perl)$/;

/** The levels whose lines hold for a request in a scope. */
const levels = (scope: Scope): readonly Scope[] =>
  scope.context === 'location' && scope.parent ? [scope, ...levels(scope.parent)] : [scope];

const PAGE = (lines: string): string => `server {
    listen 80;
    root /usr/share/nginx/html;
    location / {
${lines}
    }
}
`;

const PROJECT = {
  'web/package.json': '{ "name": "shop", "dependencies": { "react": "^18.2.0", "react-router-dom": "^6.20.0" } }\n',
  'web/Dockerfile': `FROM node:22 AS build
WORKDIR /shop
COPY . .
RUN npm ci && npm run build
FROM nginx:1.28
COPY --from=build /shop/dist /usr/share/nginx/html
COPY site.conf /etc/nginx/conf.d/default.conf
`,
};

const EXPORTED = {
  'web/package.json': '{ "dependencies": { "next": "14.1.0", "react": "18.2.0" } }\n',
  'web/next.config.js': "module.exports = { output: 'export' };\n",
  'web/Dockerfile': PROJECT['web/Dockerfile'].replace('/shop/dist', '/shop/out'),
};

const MAIN = 'events {\n}\nhttp {\n    include web/site.conf;\n}\n';

export default defineRule({
  id: 'single-page-without-fallback',
  group: 'wsgi',
  severity: 'info',
  since: '0.2',
  title: 'Page of a browser’s router answered with 404',
  why: `
react-router, vue-router and Angular change the address in the browser without asking the server. Reloading \`/account/orders\`, or opening it from a mail, asks nginx for a file of that name: there is none, and it answers 404, though every link within the page works.

Answer what is no file with the start page: \`try_files $uri $uri/ /index.html;\`. Scripts and style sheets that are gone are better answered with 404, in a location of their own. Next with \`output: 'export'\` writes a file for each page, \`about.html\` for \`/about\`: there \`$uri.html\` has to be looked for. A router whose addresses come after a # (\`createWebHashHistory\`, \`HashRouter\`) needs none of this.`,
  about: ['try_files', 'root'],
  references: ['https://router.vuejs.org/guide/essentials/history-mode.html'],
  looksAt: { config: true },
  needs: 'deployment',
  fixable: 'sometimes',
  messages: {
    html: '/about is the file about.html: Next writes one for each page (output: "export"), and no line adds the ".html", so that reloading a page is {answer}. Let try_files look for $uri.html after $uri.',
    lost: '{path} and the like are pages of {router} in the browser and no files below {root}: reloading one is 404. Add "try_files $uri $uri/ /index.html;".',
    status:
      '{path} and the like are pages of {router} in the browser: error_page shows them, and their status stays 404, so that search engines drop them. Use "try_files $uri $uri/ /index.html;" in place of it.',
    ends: '{path} and the like are pages of {router} in the browser and no files below {root}: reloading one is {last}. End try_files with /index.html.',
  },
  check({ config, deployment, report }) {
    if (!deployment.singlePages.length) return;
    for (const server of serversOf(config)) {
      const match = matchLocation(server.scope, toBytes(DEEP));
      if (isOpen(match.how)) continue;
      const scope = match.location?.scope ?? server.scope;
      const root = scope.value('root');
      const folder = root?.value(0).replace(/(?<=.)\/+$/, '');
      const page = root?.name === 'root' && folder !== undefined ? pageIn(folder, config, deployment) : null;
      if (!root || !page) continue;
      if (page.filePerPage) {
        withoutEnd(scope, page);
        continue;
      }
      // the page may be below a prefix of its own
      if (server.scope.all.some((d) => d.name === 'try_files' && /\/index\.html?$/.test(d.values.at(-1) ?? ''))) continue;
      const around = levels(scope);
      // whoever writes lines into the server may answer here
      if (around.some((s) => unseenOf(s, 'try_files').length)) continue;
      if (around.some((s) => s.directives.some((d) => DECIDES.test(d.name))) || PASS_DIRECTIVES.some((name) => scope.has(name))) continue;
      const onError = scope.effective('error_page').directives.find((d) => d.values.slice(0, -1).includes('404'));
      if (onError) {
        // the page itself, as the answer to an error
        if (!/^\/(?:index\.html?)?$/.test(onError.values.at(-1)!) || onError.values.some((v) => v.startsWith('='))) continue;
        report('status', {
          at: onError.at(),
          data: { path: DEEP, router: page.router },
          related: [{ at: page.place, message: 'the router' }],
        });
        continue;
      }
      const tries = scope.value('try_files');
      const last = tries?.args.at(-1);
      if (last && !/^=40\d$/.test(last.value)) continue;
      const opener = scope.opener!;
      report(last ? 'ends' : 'lost', {
        at: tries ? tries.at(last) : opener.nameAt,
        data: { path: DEEP, router: page.router, root: root.value(0), last: last?.value.slice(1) ?? '' },
        related: [{ at: page.place, message: 'the router' }, ...(page.copied ? [{ at: page.copied, message: 'the built files' }] : [])],
        fix: tries
          ? fixOf('Fall back to /index.html', 'suggestion', tries.file, [replace(last!, '/index.html')])
          : fixOf('Fall back to /index.html', 'suggestion', opener.file, [
              insertLast(opener.file, opener.statement, ['try_files $uri $uri/ /index.html;']),
            ]),
      });
    }

    /** Pages that are files whose names end in what their addresses have not. */
    function withoutEnd(scope: Scope, page: FoundPage): void {
      const around = levels(scope);
      if (around.some((s) => unseenOf(s, 'try_files').length || s.directives.some((d) => DECIDES.test(d.name)))) return;
      if (PASS_DIRECTIVES.some((name) => scope.has(name)) || scope.effective('error_page').directives.some((d) => d.values.includes('404')))
        return;
      const tries = scope.value('try_files');
      const last = tries?.values.at(-1) ?? '=404';
      // a named location, or another file, may know the page
      if (tries?.values.some((v) => v.includes('.html') && v !== '/index.html') || !/^(?:=404|\/index\.html)$/.test(last)) return;
      const [first] = tries?.args ?? [];
      const opener = scope.opener!;
      report('html', {
        at: tries ? tries.at() : opener.nameAt,
        data: { answer: last === '=404' ? '404' : 'answered with the start page' },
        related: [
          { at: page.place, message: 'a file for each page' },
          ...(page.copied ? [{ at: page.copied, message: 'the built files' }] : []),
        ],
        fix: tries
          ? first?.value === '$uri'
            ? fixOf('Look for $uri.html', 'suggestion', tries.file, [replace(first, '$uri $uri.html')])
            : null
          : fixOf('Look for $uri.html', 'suggestion', opener.file, [
              insertLast(opener.file, opener.statement, ['try_files $uri $uri.html $uri/ =404;']),
            ]),
      });
    }
  },
  examples: [
    {
      bad: tree({
        'nginx.conf': MAIN,
        'web/site.conf': PAGE('        index index.html;')
          .replace('    location', '    location')
          .replace('location / {', 'location / {\n#   ^^^^^^^^ lost'),
        ...PROJECT,
      }),
      good: tree({
        'nginx.conf': MAIN,
        'web/site.conf': PAGE('        index index.html;\n        try_files $uri $uri/ /index.html;'),
        ...PROJECT,
      }),
    },
    {
      bad: tree({
        'nginx.conf': MAIN,
        'web/site.conf': PAGE('        try_files $uri $uri/ =404;\n#                            ^^^^ ends'),
        ...PROJECT,
      }),
      good: tree({ 'nginx.conf': MAIN, 'web/site.conf': PAGE('        try_files $uri $uri/ /index.html;'), ...PROJECT }),
    },
    {
      bad: tree({
        'nginx.conf':
          'events {\n}\nhttp {\n    server {\n        root /srv/shop/dist;\n        location / {\n#       ^^^^^^^^ lost\n        }\n    }\n}\n',
        'package.json': PROJECT['web/package.json'],
      }),
      good: tree({
        'nginx.conf':
          'events {\n}\nhttp {\n    server {\n        root /srv/shop/dist;\n        location / {\n            try_files $uri $uri/ /index.html;\n        }\n    }\n}\n',
        'package.json': PROJECT['web/package.json'],
      }),
    },
    {
      // a file is made for each address
      good: tree({
        'nginx.conf': MAIN,
        'web/site.conf': PAGE('        try_files $uri $uri/ =404;'),
        ...PROJECT,
        'web/package.json': '{ "dependencies": { "next": "^14.0.0", "react-router-dom": "^6.20.0" } }\n',
      }),
    },
    {
      bad: tree({
        'nginx.conf': MAIN,
        'web/site.conf': PAGE('        error_page 404 /index.html;\n#       ^^^^^^^^^^^^^^^^^^^^^^^^^^^ status'),
        ...PROJECT,
      }),
      good: tree({ 'nginx.conf': MAIN, 'web/site.conf': PAGE('        error_page 404 =200 /index.html;'), ...PROJECT }),
    },
    {
      bad: tree({
        'nginx.conf': MAIN,
        'web/site.conf': PAGE('        try_files $uri $uri/ =404;\n#       ^^^^^^^^^^^^^^^^^^^^^^^^^^ html'),
        ...EXPORTED,
      }),
      fixed: tree({ 'nginx.conf': MAIN, 'web/site.conf': PAGE('        try_files $uri $uri.html $uri/ =404;') }),
    },
  ],
});
