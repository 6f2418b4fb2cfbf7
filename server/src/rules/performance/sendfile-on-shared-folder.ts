/** Files of a virtual machine's shared folder, sent by a call of the kernel that does not see what the host changes in them. */
import { unseenInForce } from '../../config/effective.ts';
import { defineRule } from '../rule.ts';
import { isOn } from '../tls.ts';

/** The folder that Vagrant shares with the host if nobody says otherwise, and what is below it. */
const SHARED = /^\/vagrant(?:\/|$)/;

export default defineRule({
  id: 'sendfile-on-shared-folder',
  group: 'performance',
  severity: 'info',
  since: '0.2',
  title: 'sendfile on a shared folder',
  why: `
Vagrant shares the project with the virtual machine as \`/vagrant\`. With \`sendfile on\` nginx has the kernel send the pages that it keeps in memory, and the file system of VirtualBox does not tell it that the host has changed a file: browsers get the old style sheet, or one that is cut off, until the machine is restarted.

Set \`sendfile off\` where such files are served. On a server with a disk of its own it stays on.`,
  about: ['sendfile', 'root', 'alias'],
  looksAt: { directive: ['root', 'alias'], where: ({ values }) => SHARED.test(values[0] ?? '') },
  needs: 'config',
  messages: {
    stale:
      'Files below /vagrant are on a folder that the host shares: with sendfile, browsers get old or broken ones after a change there. Set sendfile off here.',
  },
  check({ directive, scope, report }) {
    if (!isOn(scope, 'sendfile') || unseenInForce(scope, 'sendfile').length) return;
    // a level within it may be the one that serves files
    if (scope.all.some((d) => d.name === 'sendfile' && d.value(0) === 'off')) return;
    report('stale', { at: directive.args[0]!, related: [{ at: scope.value('sendfile')!.at(), message: 'sendfile is on' }] });
  },
  examples: [
    {
      inside: 'http',
      bad: `sendfile on;
server {
    root /vagrant/public;
#        ^^^^^^^^^^^^^^^ stale
}`,
      good: `sendfile off;
server {
    root /vagrant/public;
}`,
    },
    { inside: 'http', good: 'sendfile on;\nserver {\n    root /srv/vagrant/public;\n}' },
  ],
});
