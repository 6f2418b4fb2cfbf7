/** Sockets by which a machine is commanded, passed on to whoever asks: who may talk to Docker's is root. */
import { passTargetOf } from '../../answers/what-is-passed.ts';
import { admitsStrangers } from '../../answers/who-may-enter.ts';
import { type PassTarget, targetServers } from '../../config/upstreams.ts';
import { defineRule } from '../rule.ts';

/** The sockets of services that run commands, start containers or hold all secrets, by their usual names, and what owns them. */
const SOCKETS: readonly (readonly [RegExp, string])[] = [
  [/(?:^|\/)docker\.sock$/, 'Docker'],
  [/(?:^|\/)podman(?:\.sock|\/podman\.sock)$/, 'Podman'],
  [/(?:^|\/)containerd(?:\/containerd)?\.sock$/, 'containerd'],
  [/(?:^|\/)(?:crio|cri-dockerd)(?:\/crio)?\.sock$/, 'the container runtime'],
  [/(?:^|\/)(?:lxd|incus)\/unix\.socket$/, 'LXD'],
  [/(?:^|\/)supervisor(?:d)?\.sock$/, 'supervisord'],
  [/(?:^|\/)libvirt-sock(?:-ro)?$/, 'libvirt'],
  [/(?:^|\/)snapd(?:-snap)?\.socket$/, 'snapd'],
  [/(?:^|\/)(?:tailscaled|fail2ban)\.sock$/, 'a service of the machine'],
];

/** Docker's API over TCP without TLS. */
const DOCKER_PORT = /:2375$/;

function ownerOf(target: PassTarget): { readonly text: string; readonly owner: string } | null {
  for (const text of targetServers(target)) {
    const path = text.replace(/^unix:/, '').replace(/:$/, '');
    const found = SOCKETS.find(([pattern]) => pattern.test(path));
    if (found && text.startsWith('unix:')) return { text: path, owner: found[1] };
    if (DOCKER_PORT.test(text)) return { text, owner: 'Docker' };
  }
  return null;
}

export default defineRule({
  id: 'control-socket-exposed',
  group: 'security',
  severity: 'warning',
  since: '0.2',
  missing: ['allow', 'auth_basic', 'auth_request', 'limit_except'],
  title: 'Control socket of the machine open to everyone',
  why: `
Whoever may talk to Docker's socket starts a container with the whole disk in it, and is root on the machine. The same holds for Podman, containerd and LXD; supervisord starts programs. Passed on by nginx without access rules, such a socket is open to everybody who reaches the site.

Require a client certificate or a password and allow the addresses of those who need it, or put a proxy in between that lets single calls through (read only).`,
  about: ['proxy_pass', 'upstream', 'allow', 'auth_basic', 'ssl_verify_client'],
  references: ['https://docs.docker.com/engine/security/protect-access/'],
  looksAt: { directive: ['proxy_pass'] },
  needs: 'config',
  messages: {
    open: '{socket} is the control socket of {owner}: everybody who reaches this place commands the machine. Require a login and allow your own addresses only.',
  },
  check({ directive, scope, report }) {
    const target = passTargetOf(directive);
    const found = target && ownerOf(target);
    // what admits nobody from outside: lists, passwords, sockets of this machine, certificates
    if (!found || !admitsStrangers(scope) || scope.value('ssl_verify_client')?.value(0) === 'on') return;
    report('open', { at: directive.args[0]!, data: { socket: found.text, owner: found.owner } });
  },
  examples: [
    {
      inside: 'server',
      bad: `location /docker/ {
    proxy_pass http://unix:/var/run/docker.sock:/;
#              ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ open
}`,
      good: `location /docker/ {
    allow 10.0.0.5;
    deny all;
    proxy_pass http://unix:/var/run/docker.sock:/;
}`,
    },
    {
      inside: 'http',
      good: `server {
    listen 127.0.0.1:8081;
    location / {
        proxy_pass http://unix:/run/docker.sock;
    }
}`,
    },
    {
      inside: 'stream',
      bad: `server {
    listen 2375;
    proxy_pass unix:/var/run/docker.sock;
#              ^^^^^^^^^^^^^^^^^^^^^^^^^ open
}`,
      good: `server {
    listen 127.0.0.1:2375;
    proxy_pass unix:/var/run/docker.sock;
}`,
    },
  ],
});
