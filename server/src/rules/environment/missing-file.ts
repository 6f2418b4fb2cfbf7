/** Files and folders that directives name and that are not on the disk. Logs, sockets and caches, which nginx makes itself, are left out. */
import { pathsOf } from '../../config/paths.ts';
import { defineRule } from '../rule.ts';

/** Without these nginx answers 404 or 403; without any other file it does not start. */
const SERVED = new Set(['root', 'alias', 'auth_basic_user_file', 'xslt_stylesheet', 'perl_modules']);

export default defineRule({
  id: 'missing-file',
  group: 'environment',
  severity: 'warning',
  since: '0.1',
  title: 'File or folder does not exist',
  why: `
nginx opens certificates, keys, databases and modules when it starts, and refuses to start without them. A missing \`root\` or password file
shows only when somebody asks: as 404 or 403. Whether a file is there depends on the machine: in a checkout, \`pathMap\` says where the paths
of the configuration lie.`,
  about: ['ssl_certificate', 'root', 'alias', 'auth_basic_user_file'],
  looksAt: { directive: '*' },
  needs: 'disk',
  messages: {
    refused: 'There is no file "{path}": nginx does not start without it.',
    served: 'There is no "{path}": requests that need it are answered with {status}.',
    folder: '"{path}" is a folder, and {name} needs a file.',
    file: '"{path}" is a file, and {name} needs a folder.',
  },
  check({ directive, config, report }) {
    const { disk } = config.tree;
    if (disk.now === null || !directive.fact) return;
    for (const { path, base, wants, argument } of pathsOf(directive.statement)) {
      const stat = disk.stat(path, base);
      if (stat === undefined) continue;
      const at = directive.args[argument]!;
      const data = { path, name: directive.name, status: directive.name === 'auth_basic_user_file' ? 403 : 404 };
      if (stat === null) report(SERVED.has(directive.name) ? 'served' : 'refused', { at, data });
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
