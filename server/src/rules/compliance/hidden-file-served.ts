/** Files and folders whose names begin with a dot, such as .git and .env, that are sent where they are there. Shown by a request for one. */
import { proofOf } from '../../witness/requests.ts';
import { defineRule } from '../rule.ts';

const PATHS = ['/.git/config', '/.env', '/.htpasswd'];

export default defineRule({
  id: 'hidden-file-served',
  group: 'compliance',
  severity: 'info',
  default: false,
  since: '0.2',
  controls: { cis: ['2.5.3'] },
  title: 'Hidden files are not refused',
  why: `
The benchmark wants requests for names that begin with a dot refused, whatever lies in the folder today: a checkout brings \`.git\`, an editor its backups. \`location ~ /\\.(?!well-known/) { deny all; }\` keeps the challenges of certificate authorities.`,
  about: ['location', 'deny'],
  looksAt: { outcome: ['server'], when: (spot) => spot.location === null },
  needs: 'config',
  messages: { served: '{path} would be sent as {file} if it is there. Refuse hidden files: location ~ /\\.(?!well-known/) { deny all; }.' },
  check({ spot, report }) {
    for (const path of PATHS) {
      const trace = spot.ask({ path });
      const { kind, file, status } = trace.outcome;
      if (kind !== 'static' && status !== 404) continue;
      const sought = file ?? trace.assumptions.find((a) => a.id.startsWith('file:') && a.id.endsWith(path))?.id.slice('file:'.length);
      if (!sought || trace.steps.some((s) => s.phase === 'access' && s.said.endsWith('403'))) continue;
      report('served', {
        at: spot.scope.opener!.nameAt,
        data: { path, file: sought },
        witness: proofOf(trace, `${sought}, 404 where it is not there`),
      });
      return;
    }
  },
  examples: [
    {
      inside: 'http',
      bad: ` server {
#^^^^^^ served
    listen 80;
    root /srv/site;
}`,
      good: `server {
    listen 80;
    root /srv/site;
    location ~ /\\.(?!well-known/) { deny all; }
}`,
    },
  ],
});
