/** A root that is the folder of the project: code, settings and `.git` are a request away. Said only where the text shows that it is one. */
import { toBytes } from '../../base/bytes.ts';
import { isOpen, matchLocation } from '../../config/locations.ts';
import type { Scope } from '../../config/scope.ts';
import { walk } from '../../config/scope.ts';
import { isProtected } from '../access.ts';
import { defineRule } from '../rule.ts';

const FILES = ['/.git/config', '/.env', '/settings.py', '/manage.py'];
const PASSES = ['proxy_pass', 'uwsgi_pass', 'fastcgi_pass', 'scgi_pass', 'grpc_pass', 'return', 'deny', 'internal', 'content_by_lua_block'];

/** Why the folder is a project's: a socket of the application in it, or its static files in a folder of it. */
function evidence(server: Scope, root: string): string | null {
  for (const d of walk(server)) {
    const value = d.value(0);
    const socket = /unix:(\/\/)?(\/[^:]+)/.exec(value)?.[2];
    if (/_pass$/.test(d.name) && socket?.startsWith(`${root}/`)) return socket;
    if (d.name === 'alias' && value.startsWith(`${root}/`) && /\/(static|staticfiles|media|uploads)\/?$/.test(value)) return value;
  }
  return null;
}

export default defineRule({
  id: 'sensitive-files-served',
  group: 'security',
  severity: 'warning',
  since: '0.1',
  missing: ['location'],
  title: 'The folder of the project is served as files',
  why: `
A \`root\` that names the folder of the application, beside its socket or its \`static\` folder, lets everybody fetch what else lies there: \`.git\` with the whole history, \`.env\` with the passwords, the settings, the database file.

Serve the static files from a folder of their own and pass everything else on. A location that denies paths with a leading dot keeps \`.git\` and \`.env\` in, but not the source.`,
  about: ['root', 'alias', 'try_files'],
  looksAt: { directive: ['root'] },
  needs: 'config',
  messages: {
    project: '{files} can be fetched: {root} is the folder of the application, as {evidence} shows. Name the folder of its static files.',
  },
  check({ directive, scope, report }) {
    const server = scope.enclosing('server');
    if (!server || scope.context !== 'server') return;
    const root = directive.value(0).replace(/\/+$/, '');
    if (root.length < 2 || root.includes('$')) return;
    const because = evidence(server, root);
    if (!because) return;
    const open = FILES.filter((file) => {
      const { location, how } = matchLocation(server, toBytes(file));
      if (isOpen(how) || how === 'slash-redirect') return false;
      const at = location?.scope ?? server;
      if (at.value('root') !== directive || at.has('alias') || isProtected(at)) return false;
      return !PASSES.some((p) => at.has(p));
    });
    if (!open.length) return;
    report('project', { at: directive.args[0]!, data: { files: open.join(', '), root, evidence: because } });
  },
  examples: [
    {
      inside: 'server',
      bad: `root /srv/shop;
#    ^^^^^^^^^ project
location / { try_files $uri @app; }
location @app { proxy_pass http://unix:/srv/shop/gunicorn.sock; }`,
      good: `root /srv/shop/public;
location / { try_files $uri @app; }
location @app { proxy_pass http://unix:/srv/shop/gunicorn.sock; }`,
    },
    { inside: 'server', good: 'root /srv/shop;\nlocation / { proxy_pass http://unix:/srv/shop/gunicorn.sock; }' },
  ],
});
