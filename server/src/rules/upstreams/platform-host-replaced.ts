/** A platform that finds its customer by the Host header, and gets the name of this server. Shown by what is sent. */
import { proofOf } from '../../witness/requests.ts';
import { defineRule } from '../rule.ts';
import { platformBehind, platformOf } from './_platforms.ts';

/** A Host line's value without its port. */
const bare = (host: string): string => host.toLowerCase().replace(/:\d+$/, '');

export default defineRule({
  id: 'platform-host-replaced',
  group: 'upstreams',
  severity: 'info',
  since: '0.2',
  title: 'Host of this server sent to a platform',
  why: `
On Heroku, S3, Cloud Run and their like one address serves many customers, and the Host header says which one is meant. \`proxy_set_header Host $host\` sends the name of this server: the platform answers "No such app", "NoSuchBucket" or with a 404 or 421, unless that name is registered there.

Without a \`proxy_set_header Host\` line nginx sends the name in \`proxy_pass\`, which is what the platform wants. The application learns the public name from \`X-Forwarded-Host\`.`,
  about: ['proxy_set_header', 'proxy_pass', '$host', '$proxy_host'],
  looksAt: {
    outcome: ['proxy_pass'],
    when: ({ directives }) => platformBehind(directives.find((d) => d.name === 'proxy_pass')!) !== null,
  },
  needs: 'config',
  messages: {
    replaced:
      '{platform} finds the site by the Host header, and gets "{host}" in place of "{target}": unless that name is registered there, it answers with an error. Send Host $proxy_host.',
  },
  check({ spot, report }) {
    const pass = spot.directives.find((d) => d.name === 'proxy_pass')!;
    const written = /^https?:\/\/([^/:$]+)/i.exec(pass.value(0))?.[1]?.toLowerCase();
    const platform = written === undefined ? null : platformOf(written);
    const line = pass.scope.effective('proxy_set_header').directives.findLast((d) => d.value(0).toLowerCase() === 'host');
    if (written === undefined || platform === null || !line) return;
    const trace = spot.ask({});
    const host = trace.outcome.upstreamRequest?.headers.find(([n]) => n.toLowerCase() === 'host')?.[1];
    if (host === undefined || bare(host) === written || platformOf(bare(host)) !== null) return;
    report('replaced', {
      at: line.at(),
      data: { platform, host, target: written },
      related: [{ at: pass.at(pass.args[0]), message: 'where the request goes' }],
      witness: proofOf(trace, `Host: ${host} arrives at ${written}`),
    });
  },
  examples: [
    {
      inside: 'http',
      bad: `upstream shop-backend.herokuapp.com {
    server 127.0.0.1:8000; # the way out of this network
}
server {
    location / {
        proxy_set_header Host $host;
#       ^^^^^^^^^^^^^^^^^^^^^^^^^^^^ replaced
        proxy_pass http://shop-backend.herokuapp.com;
    }
}`,
      good: `upstream shop-backend.herokuapp.com {
    server 127.0.0.1:8000; # the way out of this network
}
server {
    location / {
        proxy_set_header Host $proxy_host;
        proxy_pass http://shop-backend.herokuapp.com;
    }
}`,
      witness: {
        request: 'GET http://www.example.test/users',
        outcome: 'Host: www.example.test arrives at shop-backend.herokuapp.com',
        meant: '`Host: shop-backend.herokuapp.com`',
      },
    },
    {
      inside: 'server',
      good: `location / {
    proxy_set_header Host pictures.s3.eu-central-1.amazonaws.com;
    proxy_pass https://pictures.s3.eu-central-1.amazonaws.com;
}`,
      notOn122: 'the name of the upstream is resolved when nginx starts',
    },
  ],
});
