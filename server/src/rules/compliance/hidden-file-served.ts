/** Files and folders whose names begin with a dot, such as .git and .env, that are sent where they are there. Shown by a request for one. */
import type { Trace } from '../../trace/trace.ts';
import { proofOf } from '../../witness/requests.ts';
import { type Spot, spotsOfServer } from '../../witness/spots.ts';
import { defineRule } from '../rule.ts';

const NAMES = ['.git/config', '.env', '.htpasswd'];

/** The file that a request for a hidden name is answered with if it is there; null where it is refused or goes elsewhere. */
function fileFor(spot: Spot, path: string): { trace: Trace; file: string } | null {
  const first = spot.ask({ path });
  const asked = first.assumptions.find((a) => a.id.startsWith('file:') && a.id.endsWith(path.slice(path.lastIndexOf('/.'))));
  const trace = asked ? spot.ask({ path }, { assume: { [asked.id]: 'file' } }) : first;
  const { kind, file, status } = trace.outcome;
  return kind === 'static' && status < 300 && file !== null ? { trace, file } : null;
}

/** Where such names are looked for: at the root, and below each plain location of the server. */
const foldersOf = ({ config, server }: Spot): readonly string[] => [
  '/',
  ...spotsOfServer(config, server).flatMap((s) =>
    s.location?.kind === 'prefix' && s.location.name.endsWith('/') && s.location.name !== '/' ? [s.location.name] : [],
  ),
];

export default defineRule({
  id: 'hidden-file-served',
  group: 'compliance',
  severity: 'info',
  default: false,
  since: '0.2',
  controls: { cis: ['2.5.3'] },
  title: 'Hidden files are not refused',
  why: `
The benchmark wants requests for names that begin with a dot refused, whatever the folder holds today: a checkout brings \`.git\`, an editor its backups. \`location ~ /\\.(?!well-known/) { deny all; }\` keeps the challenges of certificate authorities.`,
  about: ['location', 'deny'],
  looksAt: { outcome: ['server'], when: (spot) => spot.location === null },
  needs: 'config',
  messages: { served: '{path} would be sent as {file} if it is there. Refuse hidden files: location ~ /\\.(?!well-known/) { deny all; }.' },
  check({ spot, report }) {
    for (const folder of foldersOf(spot))
      for (const name of NAMES) {
        const path = folder + name;
        const sent = fileFor(spot, path);
        if (!sent) continue;
        report('served', {
          at: spot.scope.opener!.nameAt,
          data: { path, file: sent.file },
          witness: proofOf(sent.trace, `${sent.file}, 404 where it is not there`),
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
      witness: {
        request: 'GET http://www.example.test/.git/config',
        outcome: '/srv/site/.git/config, 404 where it is not there',
        meant: '`403`',
      },
    },
  ],
});
