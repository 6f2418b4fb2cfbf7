/** A unix socket that is there and that nginx cannot get at: in a /tmp of its own, in a home folder, or not writable for nginx's user. */

import type { Config } from '../../config/config.ts';
import { type Application, serverTitle } from '../../deploy/application.ts';
import { settingsOf } from '../../deploy/servers/server.ts';
import uwsgi from '../../deploy/servers/uwsgi.ts';
import { certain, placeOf } from '../../deploy/setting.ts';
import { lastOption } from '../../deploy/uwsgi.ts';
import { defineRule } from '../rule.ts';
import { site, tree } from './_examples.ts';
import { homeOf, isOwn, userOf } from './_homes.ts';
import { distinct, orPlace, sidesOf } from './_links.ts';

const isOn = (text: string | undefined): boolean => /^(1|yes|true|on)$/i.test(text ?? '');

/** The last digits of a mode as owner, group and others may write to it; null where it is not known. */
function writable(mode: string | null | undefined): { readonly group: boolean; readonly others: boolean } | null {
  const m = /([0-7])([0-7])([0-7])$/.exec(mode ?? '');
  return m ? { group: (Number(m[2]) & 2) !== 0, others: (Number(m[3]) & 2) !== 0 } : null;
}

/** Users that packages and images run nginx as. */
const USUAL = /^(www-data|nginx|nobody|www|http|apache|_nginx)$/;

/** The user that uWSGI gives its socket to, or at least runs as, and the group, where its own configuration says them. */
interface Named {
  readonly user?: string;
  readonly group?: string;
}

/** Whom uWSGI's own configuration names; nobody where the user may be nginx's. */
function namedByUwsgi(application: Application): Named {
  const options = settingsOf(application, uwsgi)?.options;
  if (!options || application.container) return {};
  const [given, uid, gid] = ['chown-socket', 'uid', 'gid'].map((name) => {
    const option = lastOption(options, name);
    return option && certain(option.value);
  });
  const user = given?.replace(/[:.].*$/, '') ?? uid;
  if (!user || !NAME.test(user) || USUAL.test(user)) return {};
  const group = given === undefined ? gid : /[:.](.+)$/.exec(given)?.[1];
  return group && NAME.test(group) ? { user, group } : { user };
}

/** A user or group by its name; a number may be anybody's. */
const NAME = /^[a-z_][\w-]*$/i;

/**
 * Whether nginx's user may connect, which needs the right to write. `joined`: only where someone made nginx's user a member of the socket's group. Null where the
 * files do not say all.
 */
function mayConnect(
  application: Application,
  mode: string | null | undefined,
  config: Config,
): { readonly may: boolean | 'joined'; readonly owner: string; readonly group: string; readonly user: string } | null {
  const nginx = userOf(config);
  const { unit, activation } = application;
  const named = unit || activation ? {} : namedByUwsgi(application);
  const owner = activation ? (activation.user?.text ?? 'root') : unit ? (unit.user?.text ?? 'root') : named.user;
  const own = activation ? activation.group?.text : unit ? unit.group?.text : named.group;
  const rights = writable(mode);
  if (!owner || !rights || [owner, own].some((name) => name?.includes('${'))) return null;
  const group = own ?? owner;
  // the group of a socket that neither a unit nor its program names is not seen
  if (!unit && !activation && rights.group && own === undefined) return null;
  const may = (value: boolean | 'joined') => ({
    may: value,
    owner,
    group,
    user: nginx ? `nginx runs as ${nginx.user}, which` : 'nginx’s user',
  });
  if (rights.others || nginx?.user === 'root' || nginx?.user === owner || (!nginx && USUAL.test(owner))) return may(true);
  if (!rights.group) return may(false);
  return may(nginx ? (group === nginx.group ? true : 'joined') : USUAL.test(group) ? true : 'joined');
}

/** The folder below /run that a unit makes for a socket, with the mode that the unit sets. */
function runtimeFolder({ unit, activation }: Application, path: string): { readonly path: string; readonly mode: string } | null {
  const mode = /^0?([0-7]{3})$/.exec(unit?.runtimeDirectoryMode?.text ?? '')?.[1];
  if (!unit || activation || !mode) return null;
  const names = unit.runtimeDirectory.flatMap((t) => t.text.split(/\s+/)).map((name) => `/run/${name}`);
  const folder = names.find((name) => path.replace(/^\/var\/run\//, '/run/').startsWith(`${name}/`));
  return folder ? { path: folder, mode } : null;
}

export default defineRule({
  id: 'socket-unreachable',
  group: 'wsgi',
  severity: 'warning',
  since: '0.2',
  title: 'Unix socket not reachable by nginx',
  why: `
A unit with \`PrivateTmp\` has its own /tmp: a socket that it makes there is not in the /tmp that nginx sees, and every request ends in 502
with "No such file or directory". To connect to a socket, nginx's user needs the right to write to it and to enter all folders above it; uWSGI
makes its socket with the mode that the umask leaves, mostly 755, which no other user can write to.

With \`ProtectHome=yes\` or \`tmpfs\` a unit sees nothing of \`/home\`, \`/root\` and \`/run/user\`, and with \`read-only\` it may not write there: it cannot make its socket in a home folder.

Home folders are closed to others: Ubuntu makes them with mode 750 since 21.04, Debian with 700 since 12.

A folder of its own below /run, made by \`RuntimeDirectory=\`, suits both. With uWSGI, \`chmod-socket = 660\` and a common group, or 666.`,
  about: ['proxy_pass', 'uwsgi_pass', 'user'],
  references: ['https://www.freedesktop.org/software/systemd/man/latest/systemd.exec.html#PrivateTmp='],
  looksAt: { config: true },
  needs: 'deployment',
  fixable: 'never',
  messages: {
    privateTmp:
      'nginx does not find {path}: {name} has PrivateTmp, so the socket is in a /tmp of its own. Put it below /run with RuntimeDirectory.',
    protectHome:
      '{name} cannot make {path}: with ProtectHome={value} its processes may not write in home folders, so there is no socket and every request ends in 502. Put it below /run with RuntimeDirectory.',
    permission: '{user} cannot write to {path}: {server} creates it with mode {mode} for {owner}. Set {setting}.',
    group:
      'Only {owner} and the group {group} may write to {path}: unless nginx’s user is a member of {group}, every request ends in 502 (Permission denied). {how}.',
    folder:
      '{path} is in {folder}, which {name} creates with mode {mode} for {owner}: nginx’s user cannot enter it. Set RuntimeDirectoryMode=0755, or run the unit with the group of nginx’s user.',
    home: '{path} is in {folder}, which current systems create with mode 750 or 700: nginx’s user cannot enter it. Put the socket below /run with RuntimeDirectory.',
  },
  check({ config, deployment, report }) {
    const seen = new Set<string>();
    for (const side of distinct(sidesOf(config, deployment))) {
      const { application, listener, address } = side;
      if (address.kind !== 'unix' || application.container) continue;
      const directive = side.member?.directive ?? side.pass;
      const key = `${directive.file.id}#${directive.statement.start}`;
      if (seen.has(key)) continue;
      seen.add(key);
      const at = directive.at(directive.args[0] ?? directive.statement.name);
      const { path } = address;
      const { unit } = application;
      const own = { at: orPlace(placeOf(listener.address), application), message: `${serverTitle(application)} listens here` };
      // a socket that systemd opens itself is in the common /tmp
      if (unit && !application.activation && isOn(unit.privateTmp?.text) && /^\/(var\/)?tmp\//.test(path)) {
        report('privateTmp', {
          at,
          data: { path, name: unit.name },
          related: [{ at: unit.privateTmp!.place(), message: 'PrivateTmp' }, own],
        });
        continue;
      }
      const isClosed = /^(?:1|yes|true|on|tmpfs|read-only)$/i.test(unit?.protectHome?.text.trim() ?? '') && !unit?.opensPaths;
      if (unit && isClosed && !application.activation && /^\/(?:home|root|run\/user)\//.test(path)) {
        report('protectHome', {
          at,
          data: { path, name: unit.name, value: unit.protectHome!.text.trim() },
          related: [{ at: unit.protectHome!.place(), message: 'ProtectHome' }, own],
        });
        continue;
      }
      const mode = certain(listener.mode) ?? (application.activation ? '666' : application.server.socketMode);
      const answer = listener.mode.from === 'unknown' ? null : mayConnect(application, mode, config);
      if (answer && answer.may !== true) {
        const { owner, group, user } = answer;
        report(answer.may === 'joined' ? 'group' : 'permission', {
          at,
          severity: answer.may === 'joined' ? 'info' : undefined,
          data: {
            path,
            mode: mode!,
            user,
            server: application.activation ? 'systemd' : serverTitle(application),
            how: application.unit
              ? 'Run the unit with the group of nginx’s user'
              : 'Give the socket the group of nginx’s user, with chown-socket',
            owner,
            group,
            setting: application.activation
              ? 'SocketMode and SocketGroup'
              : application.server === uwsgi
                ? 'chmod-socket = 660 and a common group'
                : 'a mode or a common group',
          },
          related: [own],
        });
        continue;
      }
      const folder = runtimeFolder(application, path);
      const entered =
        folder &&
        mayConnect(
          application,
          folder.mode.replace(/./g, (d) => (Number(d) & 1 ? '2' : '0')),
          config,
        );
      if (folder && entered && entered.may !== true) {
        report('folder', {
          at,
          severity: entered.may === 'joined' ? 'info' : undefined,
          data: { path, folder: folder.path, name: unit!.name, mode: folder.mode, owner: `${entered.owner}:${entered.group}` },
          related: [{ at: unit!.runtimeDirectoryMode!.place(), message: 'RuntimeDirectoryMode' }, own],
        });
        continue;
      }
      const home = unit && !application.activation ? homeOf(path) : null;
      if (home && !isOwn(config, home.owner)) report('home', { at, severity: 'info', data: { path, folder: home.folder }, related: [own] });
    }
  },
  examples: [
    {
      bad: tree({
        'nginx.conf': site(`
        proxy_pass http://unix:/tmp/shop.sock;
#                  ^^^^^^^^^^^^^^^^^^^^^^^^^^ privateTmp`),
        'shop.service': '[Service]\nUser=shop\nPrivateTmp=yes\nExecStart=/srv/venv/bin/gunicorn --bind unix:/tmp/shop.sock shop.wsgi\n',
      }),
      good: tree({
        'nginx.conf': site(`
        proxy_pass http://unix:/run/shop/shop.sock;`),
        'shop.service':
          '[Service]\nUser=shop\nPrivateTmp=yes\nRuntimeDirectory=shop\nExecStart=/srv/venv/bin/gunicorn --bind unix:/run/shop/shop.sock shop.wsgi\n',
      }),
    },
    {
      bad: tree({
        'nginx.conf': `user www-data;\n${site(`
        proxy_pass http://unix:/run/shop/shop.sock;
#                  ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ folder`)}`,
        'shop.service':
          '[Service]\nUser=shop\nRuntimeDirectory=shop\nRuntimeDirectoryMode=0700\nExecStart=/srv/venv/bin/gunicorn --bind unix:/run/shop/shop.sock shop.wsgi\n',
      }),
      good: tree({
        'nginx.conf': `user www-data;\n${site(`
        proxy_pass http://unix:/run/shop/shop.sock;`)}`,
        'shop.service':
          '[Service]\nUser=shop\nGroup=www-data\nRuntimeDirectory=shop\nRuntimeDirectoryMode=0750\nExecStart=/srv/venv/bin/gunicorn --bind unix:/run/shop/shop.sock shop.wsgi\n',
      }),
    },
    {
      bad: tree({
        'nginx.conf': `user www-data;\n${site(`
        include uwsgi_params;
        uwsgi_pass unix:/run/shop.sock;
#                  ^^^^^^^^^^^^^^^^^^^ permission`)}`,
        'shop.service': '[Service]\nUser=shop\nExecStart=/usr/bin/uwsgi --socket /run/shop.sock --module shop.wsgi\n',
      }),
      good: tree({
        'nginx.conf': `user www-data;\n${site(`
        include uwsgi_params;
        uwsgi_pass unix:/run/shop.sock;`)}`,
        'shop.service':
          '[Service]\nUser=shop\nGroup=www-data\nExecStart=/usr/bin/uwsgi --socket /run/shop.sock --chmod-socket=660 --module shop.wsgi\n',
      }),
    },
    {
      bad: tree({
        'nginx.conf': `user www-data;\n${site(`
        proxy_pass http://unix:/srv/shop/web.sock;
#                  ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ group`)}`,
        'shop.service': '[Service]\nUser=shop\nExecStart=/srv/venv/bin/gunicorn --umask 007 --bind unix:/srv/shop/web.sock shop.wsgi\n',
      }),
      good: tree({
        'nginx.conf': `user www-data;\n${site(`
        proxy_pass http://unix:/srv/shop/web.sock;`)}`,
        'shop.service':
          '[Service]\nUser=shop\nGroup=www-data\nExecStart=/srv/venv/bin/gunicorn --umask 007 --bind unix:/srv/shop/web.sock shop.wsgi\n',
      }),
    },
    {
      bad: tree({
        'nginx.conf': `user www-data;\n${site(`
        proxy_pass http://unix:/home/shop/app/web.sock;
#                  ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ home`)}`,
        'shop.service': '[Service]\nUser=shop\nExecStart=/srv/venv/bin/gunicorn --bind unix:/home/shop/app/web.sock shop.wsgi\n',
      }),
      good: tree({
        'nginx.conf': `user shop;\n${site(`
        proxy_pass http://unix:/home/shop/app/web.sock;`)}`,
        'shop.service': '[Service]\nUser=shop\nExecStart=/srv/venv/bin/gunicorn --bind unix:/home/shop/app/web.sock shop.wsgi\n',
      }),
    },
    {
      bad: tree({
        'nginx.conf': `user www-data;\n${site(`
        uwsgi_pass unix:/run/uwsgi/shop.sock;
#                  ^^^^^^^^^^^^^^^^^^^^^^^^^ permission`)}`,
        'uwsgi.ini': '[uwsgi]\nuid = deploy\ngid = deploy\nmodule = shop.wsgi\nsocket = /run/uwsgi/shop.sock\nchmod-socket = 600\n',
      }),
      good: tree({
        'nginx.conf': `user www-data;\n${site(`
        uwsgi_pass unix:/run/uwsgi/shop.sock;`)}`,
        'uwsgi.ini':
          '[uwsgi]\nuid = deploy\nmodule = shop.wsgi\nsocket = /run/uwsgi/shop.sock\nchmod-socket = 660\nchown-socket = deploy:www-data\n',
      }),
    },
    {
      bad: tree({
        'nginx.conf': site(`
        proxy_pass http://unix:/home/shop/app.sock;
#                  ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ protectHome`),
        'shop.service':
          '[Service]\nUser=shop\nProtectHome=yes\nExecStart=/srv/venv/bin/gunicorn --bind unix:/home/shop/app.sock shop.wsgi\n',
      }),
      good: tree({
        'nginx.conf': site('\n        proxy_pass http://unix:/run/shop/shop.sock;'),
        'shop.service':
          '[Service]\nUser=shop\nProtectHome=yes\nRuntimeDirectory=shop\nExecStart=/srv/venv/bin/gunicorn --bind unix:/run/shop/shop.sock shop.wsgi\n',
      }),
    },
  ],
});
