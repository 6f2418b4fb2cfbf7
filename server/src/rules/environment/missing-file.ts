/** Files and folders that directives name and that are not on the disk. Of logs, pids and caches, which nginx makes itself, it is their folder. */

import type { Directive } from '../../config/directive.ts';
import { ACCOUNTS, pathsOf } from '../../config/paths.ts';
import type { DiskFacts } from '../../config/tree.ts';
import { defineRule } from '../rule.ts';

/** Without these nginx answers 404 or 403; without any other file it does not start. */
const SERVED = new Set(['root', 'alias', 'auth_basic_user_file']);
/** Places to look in: nothing happens when they are not there. */
const SEARCHED = new Set(['perl_modules']);

/** A root that only try_files looks into: what is not found goes on to the fallback. */
const goesOn = (directive: Directive): boolean =>
  directive.name === 'root' &&
  directive.scope.all.some((d) => d.name === 'try_files' && /^@/.test(d.values.at(-1) ?? '')) &&
  !directive.scope.scopes.some(
    (s) => s.context === 'location' && !s.directives.some((d) => /^try_files$|_pass$|^return$|^root$|^alias$/.test(d.name)),
  );

/** Sources of accounts that are the list itself, or hold none of people's (nsswitch.conf). */
const LOCAL = /^(?:files|compat|systemd|altfiles|\[.*\])$/;

/** The machine surely has no such account: its list was read, lacks the name, and no directory service may have it. */
function isUnknownTo(disk: DiskFacts, name: string, list: string, database: string): boolean {
  const text = disk.text(list);
  if (text === undefined || !/^root:/m.test(text)) return false;
  const sources = new RegExp(`^\\s*${database}:(.*)$`, 'm').exec(disk.text(ACCOUNTS.sources) ?? '')?.[1] ?? '';
  if (
    !sources
      .replace(/\[[^\]]*\]/g, ' ')
      .trim()
      .split(/\s+/)
      .every((s) => s === '' || LOCAL.test(s))
  )
    return false;
  return !text.split('\n').some((line) => line.startsWith(`${name}:`));
}

export default defineRule({
  id: 'missing-file',
  group: 'environment',
  severity: 'warning',
  since: '0.1',
  title: 'File or folder does not exist',
  why: `
nginx opens certificates, keys, databases and modules when it starts, and refuses to start without them, as it does without the account of \`user\`. Logs, its pid file and caches it makes itself, but not the folder in which they are. A missing \`root\` or password file
shows only when requested: as 404 or 403. Whether a file is there depends on the machine: in a checkout, \`pathMap\` says where the paths
of the configuration are.`,
  about: ['ssl_certificate', 'root', 'alias', 'auth_basic_user_file'],
  looksAt: { directive: '*' },
  needs: 'disk',
  messages: {
    refused: 'There is no file "{path}": nginx does not start without it.',
    served: 'There is no "{path}": requests that need it are answered with {status}.',
    parent: 'There is no folder "{folder}" for "{path}": nginx does not start without it.',
    unused: 'There is no "{path}": every request goes on to the fallback of try_files.',
    folder: '"{path}" is a folder, and {name} needs a file.',
    file: '"{path}" is a file, and {name} needs a folder.',
    account: 'This machine has no {kind} "{name}": nginx does not start without it.',
  },
  check({ directive, config, report }) {
    const { disk } = config.tree;
    if (disk.now === null || !directive.fact) return;
    if (SEARCHED.has(directive.name)) return;
    if (directive.name === 'user') {
      // a group that is not named has the name of the user (ngx_set_user)
      const [user, group = user] = directive.args;
      for (const [kind, word, list, database] of [
        ['user', user, ACCOUNTS.users, 'passwd'],
        ['group', group, ACCOUNTS.groups, 'group'],
      ] as const)
        if (word && !word.templated && isUnknownTo(disk, word.value, list, database)) {
          report('account', { at: word, data: { kind, name: word.value }, severity: 'error' });
          return;
        }
      return;
    }
    for (const { path, base, wants, argument, madeIn } of pathsOf(directive.statement)) {
      const stat = disk.stat(path, base);
      if (stat === undefined) continue;
      const at = directive.args[argument]!;
      const data = { path, name: directive.name, status: directive.name === 'auth_basic_user_file' ? 403 : 404 };
      if (madeIn !== undefined) {
        if (stat === null) report('parent', { at, data: { path: madeIn, folder: path }, severity: 'error' });
        else if (stat.kind === 'file') report('file', { at, data: { ...data, path } });
      } else if (stat === null && goesOn(directive)) report('unused', { at, data });
      else if (stat === null)
        report(SERVED.has(directive.name) ? 'served' : 'refused', { at, data, severity: SERVED.has(directive.name) ? 'warning' : 'error' });
      else if (wants === 'file' && stat.kind === 'folder') report('folder', { at, data });
      else if (wants === 'folder' && stat.kind === 'file') report('file', { at, data });
    }
  },
  examples: [
    {
      bad: `#- nginx.conf
events {}
http {
    server {
        listen 443 ssl;
        ssl_certificate certs/site.pem;
#                       ^^^^^^^^^^^^^^ refused
        ssl_certificate_key certs/site.key;
        root html;
#            ^^^^ served
    }
}
#- certs/site.key
key`,
      good: `#- nginx.conf
events {}
http {
    server {
        listen 443 ssl;
        ssl_certificate certs/site.pem;
        ssl_certificate_key certs/site.key;
        root html;
    }
}
#- certs/site.key
# a key
#- certs/site.pem
# a certificate
#- html/index.html
# a page`,
      notOn122: 'the certificate of the example is none',
    },
  ],
});
