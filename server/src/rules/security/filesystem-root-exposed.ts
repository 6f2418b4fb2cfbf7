/** A root or alias that serves the whole disk, or a folder that belongs to the system. */

import { isForChallenge } from '../../answers/what-a-place-is-for.ts';
import { textsOf } from '../../answers/what-is-passed.ts';
import { admitsStrangers, isLocalOnly } from '../../answers/who-may-enter.ts';
import { servedTo } from '../../answers/who-serves-this-url.ts';
import { table } from '../../base/table.ts';
import { locationOf } from '../../config/locations.ts';
import type { Scope } from '../../config/scope.ts';
import { serversOf } from '../../config/servers.ts';
import { samplesOf } from '../../witness/regex-samples.ts';
import { defineRule } from '../rule.ts';

/** Folders that hold what is nobody's site, while some folder below them may well be one. */
const BROAD = new Set('/ /bin /home /lib /lib64 /run /sbin /usr /var /var/lib /var/run /etc /root /etc/nginx /etc/nginx/conf.d'.split(' '));

/**
 * Folders below which nothing is meant for visitors: keys, passwords, devices, logs, databases. What is in /dev/shm is anyone's, in memory,
 * below /dev/null there is nothing, and the data of one volume of Docker is the application's: its media, served by the nginx of the host.
 */
const CLOSED =
  /^\/(?:proc|sys|dev(?!\/shm\/[^/]|\/null\/)|boot)(?:\/|$)|^\/etc\/nginx\/(?:ssl|certs?|keys|private|sites-[a-z]+|snippets)(?:\/|$)|^\/root\/(?:.*\/)?\.|^\/var\/(?:log|backups|mail|crash)(?:\/|$)|^\/var\/lib\/(?:mysql|mariadb|postgres(?:ql)?|mongodb?|redis|docker(?!\/volumes\/[^/]+\/_data\/)|containerd|kubelet|ldap|samba|rabbitmq|sss|etcd)(?:\/|$)/;

/** Folders of /etc in which people put what they publish, by their names. */
const PUBLISHED = /^\/etc\/(?:nginx(?:\/|$)|.*\b(?:html|www|public|static|htdocs)\b)/;

/** What systems and their programs have in /etc. */
const OF_PROGRAMS =
  /^\/etc\/(?:acme|alternatives|ansible|apache2|apparmor|apt|audit|bacula|bind|borg|ca-certificates|caddy|cassandra|ceph|chef|clickhouse|consul|couchdb|crowdsec|cloud|cron|crypttab|cups|dbus|default|dehydrated|dhcp|dnsmasq|docker|dovecot|elasticsearch|environment|exim4?|fail2ban|firewall|forgejo|freeradius|fstab|gitea|gitlab|grafana|group|gshadow|haproxy|host|httpd|icinga|influxdb|init|ipa|iptables|issue|jenkins|k3s|kafka|kerberos|krb5|kube|ldap|letsencrypt|libvirt|localtime|login|logrotate|lvm|machine-id|mail|mariadb|modprobe|modules|mongo|mosquitto|motd|munin|my\.cnf|mysql|nagios|named|neo4j|netplan|network|nft|nomad|nss|ntp|openldap|openvpn|opendkim|os-release|pam|passwd|patroni|pgbouncer|php|pki(?=\/)|polkit|postfix|postgres|ppp|profile|proftpd|prometheus|puppet|rabbitmq|raddb|rancher|rclone|rc\d|redis|resolv|restic|rsyslog|salt|samba|sasl|security|selinux|services|shadow|shells|skel|smb|snmp|squid|ssh|ssl|sssd|stunnel|subuid|sudo|supervisor|sysconfig|sysctl|systemd|telegraf|teleport|tls|tor|traefik|udev|ufw|unbound|uwsgi|varnish|vault|vsftpd|wazuh|wireguard|wpa|xdg|xinetd|yum|zabbix|zookeeper)/i;

/** Where programs that fetch certificates keep keys and accounts, beside the folder for their tokens. */
const OF_KEYS =
  /^\/etc\/(?:acme(?:\.sh)?|dehydrated|letsencrypt|pki|ssl|tls)(?:\/(?:live|archive|keys?|accounts?|csr|renewal|private|certs?|tls|ca-trust)(?:\/.*)?)?$/;

/**
 * Whose the files of a folder are: the system's, or, of one in /etc that no program is known to have, nobody can say: someone may have made it
 * for what he publishes.
 */
function ownerOf(folder: string, forChallenge: boolean): 'system' | 'unknown' | null {
  if (BROAD.has(folder) || CLOSED.test(`${folder}/`)) return 'system';
  if (!folder.startsWith('/etc/') || PUBLISHED.test(folder)) return null;
  if (forChallenge) return OF_KEYS.test(folder) ? 'system' : null;
  return OF_PROGRAMS.test(folder) ? 'system' : 'unknown';
}

/** A path with `.`, `..` and doubled slashes resolved, without a slash at its end. Three steps up from nginx's prefix lead to `/`. */
function resolved(path: string): string | null {
  if (!path.startsWith('/') && !/^(?:\.\.\/){3,}/.test(path)) return null;
  const out: string[] = [];
  for (const part of path.split('/')) {
    if (part === '' || part === '.') continue;
    if (part === '..') out.pop();
    else out.push(part);
  }
  return `/${out.join('/')}`;
}

/** Whole home folders, by what an expression has found: what is behind the name is the rest of the path. */
const OF_HOMES = /^\/home\/\$\{?\w+\}?(?:\/?\$\{?\w+\}?)?$/;

/** Files that are below a folder of the system, as a request would name them. */
const PROBES: Readonly<Record<string, readonly string[]>> = table({
  '/': ['/etc/passwd', '/proc/self/environ', '/var/log/nginx/access.log', '/root/.ssh/id_rsa'],
  '/etc': ['/passwd', '/nginx/nginx.conf', '/ssl/private/x.key'],
  '/var': ['/log/nginx/access.log', '/lib/mysql/x'],
});

export default defineRule({
  id: 'filesystem-root-exposed',
  group: 'security',
  severity: 'error',
  since: '0.1',
  equivalents: ['gixy:filesystem_root_exposure'],
  title: 'System files are served',
  why: `
nginx serves whatever its worker may read below the folder. With \`/\`, or with a folder such as \`/etc\`, that is the list of users, keys that are readable by mistake, the configuration itself, logs with other people's addresses and tokens.

Name the folder that holds the site. For X-Accel-Redirect over a large tree, mark the location \`internal\`; then only the application leads there, and the rule is silent.

Whether anything is sent from there is asked of the matcher: a \`root /\` beside a \`location /\` that passes everything on exposes nothing, and nor does a location that strangers do not get into.`,
  about: ['root', 'alias', 'internal'],
  looksAt: { directive: ['root', 'alias'] },
  needs: 'file',
  ofShape: true,
  messages: {
    homes:
      'Requests read any file of a home folder that is readable to all: settings, histories, keys of programs. Name a folder within it, such as public_html.',
    settings: 'Requests read files below {folder}: /etc is for settings, and some of them are secret. Name the folder of the site.',
    exposed: 'Requests read files below {folder}, which belongs to the system. Name the folder of the site.',
    any: 'Requests name any file of the disk: the path is appended to "/" as it is. Name the folder of the site.',
    whole: 'Requests name any file of the disk: the alias is a part of the path as it is. Name the folder of the site.',
  },
  check({ directive, scope, config, report }) {
    const word = directive.args[0];
    if (!word || word.templated || isLocalOnly(scope)) return;
    const location = locationOf(scope);
    if (location?.kind === 'exact' || location?.kind === 'named') return;
    // the path of the token stays in the name of the file: keys and settings have none of it in theirs
    const forChallenge = location !== null && isForChallenge(location.scope);
    if (directive.name === 'root' && forChallenge) return;
    if (directive.name === 'alias' && location?.kind === 'regex' && OF_HOMES.test(word.value)) {
      if (admitsStrangers(location.scope) && sendsWithin(location.scope, false)) report('homes', { at: word });
      return;
    }
    if (directive.name === 'alias' && location?.kind === 'regex') {
      const group = /^(\/*)\$(?:\{(\w+)\}|(\w+))$/.exec(word.value);
      if (group && location.regex && admitsStrangers(location.scope)) {
        const name = group[2] ?? group[3]!;
        const number = /^\d$/.test(name) ? Number(name) : location.regex.names.find((n) => n.name === name)?.group;
        if (
          number !== undefined &&
          takesAny(location.scope, location.name, location.modifier === '~*', number, group[1] === '' ? '/etc/passwd' : 'etc/passwd')
        )
          report(group[1] === '' ? 'whole' : 'any', { at: word });
      }
      return;
    }
    const texts = textsOf(scope, word.value);
    for (const text of texts ?? []) {
      // with root the name of the location stays in the path
      const folder = resolved(directive.name === 'root' && location?.kind === 'prefix' ? `${text}/${location.name}` : text);
      const owner = folder === null ? null : ownerOf(folder, forChallenge);
      if (folder === null || owner === null) continue;
      if (location && !admitsStrangers(location.scope)) continue;
      const closed = directive.name === 'root' && !location ? !sends(scope, folder) : location && !sendsWithin(location.scope);
      if (closed) continue;
      if (owner === 'system') report('exposed', { at: word, data: { folder } });
      else report('settings', { at: word, severity: 'info', data: { folder } });
      return;
    }

    /** Whether some server of the level sends files of the folder by this very line. */
    function sends(level: Scope, folder: string): boolean {
      const probes = [...(PROBES[folder] ?? []), '/x', '/x/y'];
      const servers = level.context === 'http' ? serversOf(config).map((s) => s.scope) : [level.enclosing('server') ?? level];
      if (!servers.length) return true;
      // below "/" the paths "/x" say nothing: a site of its own may be there
      const wanted = folder === '/' ? PROBES['/']! : probes;
      return servers.some((server) => !isLocalOnly(server) && wanted.some((path) => servedTo(server, path)?.root === directive));
    }

    /** Whether the location itself sends files, or an inner one that takes the folder over. */
    function sendsWithin(level: Scope, asked = true): boolean {
      if (!asked) return !['try_files', 'return', 'if'].some((name) => level.has(name));
      const server = level.enclosing('server');
      if (!server || !location) return true;
      return [`${location.name.replace(/\/$/, '')}/x`, `${location.name}x`, ...(location.name === '/' ? PROBES['/']! : [])].some(
        (path) => servedTo(server, path)?.root === directive,
      );
    }
  },
  examples: [
    {
      inside: 'server',
      bad: `root /;
#    ^ exposed`,
      good: 'root /var/www/html;',
    },
    {
      inside: 'server',
      bad: `location /config/ { alias /etc/; }
#                         ^^^^^ exposed`,
      good: 'location /config/ { alias /srv/site/config/; }',
    },
    {
      inside: 'server',
      bad: `location ~ ^/raw(/.*)$ { alias $1; }
#                              ^^ whole`,
      good: 'location ~ ^/raw(/.*)$ { alias /srv/raw$1; }',
    },
    {
      inside: 'server',
      bad: `location ~ ^/f/(.*)$ { alias /$1; }
#                            ^^^ any`,
      good: 'location ~ ^/f/(.*)$ { alias /srv/f/$1; }',
    },
    {
      inside: 'server',
      bad: `location /terms/ { alias /etc/shop/terms/; }
#                        ^^^^^^^^^^^^^^^^ settings`,
      good: 'location /terms/ { alias /srv/shop/terms/; }',
    },
    { inside: 'server', good: 'location /.well-known/pki-validation/ { alias /etc/pki-validation/; }' },
    { inside: 'server', good: 'location /.well-known/acme-challenge/ { alias /etc/letsencrypt/challenges/; }' },
    {
      inside: 'server',
      bad: `location /.well-known/acme-challenge/ { alias /etc/letsencrypt/; }
#                                             ^^^^^^^^^^^^^^^^^ exposed`,
      good: 'location /.well-known/acme-challenge/ { alias /etc/letsencrypt/challenges/; }',
    },
    { inside: 'server', good: 'location /files/ { internal; alias /; }' },
    { inside: 'server', good: 'location /usr/share/doc/ { root /; }' },
    { inside: 'server', good: 'root /;\nlocation / { proxy_pass http://127.0.0.1:8000; }\nlocation /media/ { }' },
    {
      inside: 'server',
      bad: `location ~ ^/~([a-z]+)(/.*)?$ { alias /home/$1$2; }
#                                     ^^^^^^^^^^ homes`,
      good: 'location ~ ^/~([a-z]+)(/.*)?$ { alias /home/$1/public_html$2; }',
    },
    {
      inside: 'server',
      bad: `location /x/ { alias /etc/gitlab/; }
#                    ^^^^^^^^^^^^ exposed`,
      good: 'location /x/ { alias /srv/gitlab/public/; }',
    },
  ],
});

/** Whether a pattern lets a group hold that name of a file of the system. */
function takesAny(scope: Scope, pattern: string, caseless: boolean, group: number, file: string): boolean {
  const compiled = scope.config.regexes.compile(pattern, { caseless });
  if (!compiled.ok) return false;
  return samplesOf(scope.config.regexes, pattern, { caseless, fill: 'a', tries: 12, forms: (s) => [s, `/${s}`] }).some((path) => {
    const match = compiled.regex.match(path);
    const text = typeof match === 'object' ? match.captures[group] : undefined;
    if (text === undefined) return false;
    const at = text ? path.lastIndexOf(text) : path.length;
    const other = compiled.regex.match(`${path.slice(0, at)}${file}${path.slice(at + text.length)}`);
    return typeof other === 'object' && other.captures[group] === file;
  });
}
