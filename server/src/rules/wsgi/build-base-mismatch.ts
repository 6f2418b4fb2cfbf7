/** Scripts and styles that a built page asks for where nginx does not have them. */
import { fromBytes, toBytes } from '../../base/bytes.ts';
import { isOpen, type Location, locationsOf, matchLocation } from '../../config/locations.ts';
import type { Scope } from '../../config/scope.ts';
import { type Server, serversOf } from '../../config/servers.ts';
import { traceRequest } from '../../trace/request.ts';
import { defineRule } from '../rule.ts';
import { tree } from './_examples.ts';
import { portOf, publicHostOf } from './_links.ts';
import { type FoundPage, pageIn } from './_pages.ts';

/** A script as Vite names it, below its base. */
const ASSET = 'assets/index-B7x2.js';
/** An address of the router that is two folders deep. */
const DEEP = 'account/orders';

const SITE = (lines: string): string => `server {\n    listen 80;\n${lines.replace(/^/gm, '    ')}\n}\n`;
const PROJECT = (base: string) => ({
  'web/package.json': '{ "dependencies": { "vue": "^3.4.0", "vue-router": "^4.2.0" }, "devDependencies": { "vite": "^5.0.0" } }\n',
  'web/vite.config.js': `import vue from '@vitejs/plugin-vue'\n\nexport default { ${base}plugins: [vue()] }\n`,
  'web/Dockerfile':
    'FROM node:22 AS build\nWORKDIR /web\nCOPY . .\nRUN npm ci && npm run build\nFROM nginx:1.28\nCOPY --from=build /web/dist /usr/share/nginx/html\nCOPY site.conf /etc/nginx/conf.d/default.conf\n',
});
const MAIN = 'events {\n}\nhttp {\n    include web/site.conf;\n}\n';
const BELOW = SITE('location /admin/ {\n    alias /usr/share/nginx/html/;\n    try_files $uri $uri/ /admin/index.html;\n}');

interface Shown {
  readonly page: FoundPage;
  /** the folder, without a slash at its end */
  readonly folder: string;
  /** the path of the page, with a slash at its end */
  readonly url: string;
  readonly scope: Scope;
}

/** The path of the start page by a location, where that has the folder of a built page; null for others. */
function urlOf(location: Location | null, folder: { readonly name: string; readonly value: string }): string | null {
  if (!location) return folder.name === 'root' ? '/' : null;
  if (location.kind !== 'prefix') return null;
  const path = fromBytes(location.bytes).replace(/\/*$/, '/');
  return folder.name === 'alias' || path === '/' ? path : null;
}

export default defineRule({
  id: 'build-base-mismatch',
  group: 'wsgi',
  severity: 'warning',
  since: '0.2',
  title: 'Built page asks for its scripts elsewhere',
  why: `
Vite writes its \`base\` before the path of each script and style: \`/\` where nothing is set, so that a page below \`/admin/\` asks for \`/assets/index.js\`, which is at \`/admin/assets/index.js\`. With a fallback the answer is the page itself, and the browser says "Expected a JavaScript module script but the server responded with a MIME type of text/html"; without one it is 404. The page stays white.

Set \`base\` to the path of the location, with slashes at both ends, and build again. A relative one (\`./\`) fits any place, but not a router with addresses of more than one part: reloaded at \`/account/orders\` the page asks for \`/account/assets/index.js\`.`,
  about: ['alias', 'root', 'try_files'],
  references: ['https://vite.dev/guide/build.html#public-base-path'],
  looksAt: { config: true },
  needs: 'deployment',
  costly: true,
  messages: {
    elsewhere:
      'The page at {url} asks for {asked} (base of Vite: {base}), and the file is at {wanted}: {answer}. Set base to {url}, and build again.',
    relative: 'Reloaded at {deep}, the page asks for {asked} (base of Vite: {base}): {answer}. Set base to {url}, and build again.',
  },
  check({ config, deployment, report }) {
    if (!deployment.singlePages.some((p) => p.base)) return;
    for (const server of serversOf(config))
      for (const { page, folder, url, scope } of pagesOf(server)) {
        const { base } = page;
        if (!base) continue;
        const relative = !/^(?:\/|https?:)/.test(base.value);
        if (/^https?:/.test(base.value)) continue;
        const deep = url + DEEP;
        const asked = relative ? `${url}account/${ASSET}` : base.value.replace(/\/*$/, '/') + ASSET;
        const shows = (path: string): boolean => fileAt(server, path, folder)?.file === `${folder}/index.html`;
        if (!shows(url) || (relative && !shows(deep))) continue;
        const got = fileAt(server, asked, folder);
        if (!got || got.file === `${folder}/${ASSET}`) continue;
        const isPage = got.file === `${folder}/index.html`;
        if (!isPage && got.status !== 404) continue;
        const line = scope.value('alias') ?? scope.value('root')!;
        report(relative ? 'relative' : 'elsewhere', {
          at: line.nameAt,
          severity: relative ? 'info' : undefined,
          data: {
            url,
            asked,
            base: base.value || '""',
            wanted: url + ASSET,
            deep,
            answer: isPage ? 'the answer is the page again' : 'the answer is 404',
          },
          related: [{ at: base.place, message: 'the base' }, ...(page.copied ? [{ at: page.copied, message: 'the built files' }] : [])],
        });
      }

    function pagesOf(server: Server): Shown[] {
      const out: Shown[] = [];
      const at = (location: Location | null, scope: Scope): void => {
        const line = scope.value('alias') ?? scope.value('root');
        const value = line?.value(0) ?? '';
        const folder = value.replace(/(?<=.)\/+$/, '');
        const url = line && !value.includes('$') ? urlOf(location, { name: line.name, value }) : null;
        const page = url === null ? null : pageIn(folder, config, deployment);
        if (page && url !== null && !out.some((o) => o.url === url)) out.push({ page, folder, url, scope });
      };
      const root = matchLocation(server.scope, toBytes('/'));
      if (isOpen(root.how)) return [];
      at(root.location?.name === '/' ? root.location : null, root.location?.scope ?? server.scope);
      for (const location of locationsOf(server.scope).all) at(location, location.scope);
      return out;
    }

    /** What a request for a path is answered with, where the folder holds the page and one script. */
    function fileAt(server: Server, path: string, folder: string): { readonly file: string | null; readonly status: number } | null {
      const scheme = portOf(server, 'https') !== null ? 'https' : 'http';
      const port = portOf(server, scheme);
      if (port === null) return null;
      const stat = (name: string): 'file' | 'folder' | null =>
        name === `${folder}/index.html` || name === `${folder}/${ASSET}`
          ? 'file'
          : name === folder || name === `${folder}/assets`
            ? 'folder'
            : null;
      const host = publicHostOf(server) ?? 'probe.example';
      const { outcome, assumptions } = traceRequest(
        config,
        {
          method: 'GET',
          target: path,
          scheme,
          headers: [['Host', host]],
          localPort: port,
          clientAddress: '203.0.113.9',
          httpVersion: '1.1',
        },
        { files: { stat } },
      );
      // the folder that nginx was compiled with is none of the built page
      return assumptions.some((a) => a.id !== 'prefix') || outcome.upstreamRequest ? null : { file: outcome.file, status: outcome.status };
    }
  },
  examples: [
    {
      bad: tree({
        'nginx.conf': MAIN,
        'web/site.conf': BELOW.replace('    try_files', '#   ^^^^^ elsewhere\n    try_files'),
        ...PROJECT(''),
      }),
      good: tree({ 'nginx.conf': MAIN, 'web/site.conf': BELOW, ...PROJECT("base: '/admin/', ") }),
    },
    {
      bad: tree({
        'nginx.conf': MAIN,
        'web/site.conf': SITE('root /usr/share/nginx/html;\nlocation / {\n    try_files $uri $uri/ /index.html;\n}').replace(
          '    location',
          '#   ^^^^ relative\n    location',
        ),
        ...PROJECT("base: './', "),
      }),
      good: tree({
        'nginx.conf': MAIN,
        'web/site.conf': SITE('root /usr/share/nginx/html;\nlocation / {\n    try_files $uri $uri/ /index.html;\n}'),
        ...PROJECT("base: '/', "),
      }),
    },
  ],
});
