/** Idle connections of nginx that take all the places of a server: whoever comes next waits, or is refused. */
import { type Keeping, keptBy } from '../../answers/what-is-kept.ts';
import type { Config } from '../../config/config.ts';
import type { Upstream } from '../../config/upstreams.ts';
import { type Application, serverTitle } from '../../deploy/application.ts';
import type { ConnectionLimit } from '../../deploy/servers/server.ts';
import { placeOf } from '../../deploy/setting.ts';
import { fixOf, replace } from '../fix.ts';
import { defineRule } from '../rule.ts';
import { main, tree } from './_examples.ts';
import { distinct, orPlace, sidesOf } from './_links.ts';

interface Kept {
  readonly application: Application;
  readonly limit: ConnectionLimit;
  readonly groups: Map<Upstream, Keeping['keep']>;
}

/** The workers of nginx as far as the configuration says: 1 where nothing is set or a machine decides. */
function workersOf(config: Config): { readonly count: number; readonly known: boolean } {
  const line = config.main.value('worker_processes');
  if (!line) return { count: 1, known: config.main.context === 'main' };
  return /^\d+$/.test(line.value(0)) ? { count: Number(line.value(0)), known: true } : { count: 1, known: false };
}

/** The idle connections of one worker that one server of a group may be left with: they are spread over the servers. */
const shareOf = (group: Upstream, keep: Keeping['keep']): number =>
  Math.floor(Number(keep.value(0)) / Math.max(1, group.servers.filter((s) => !s.down && !s.backup).length));

const passing = (text: string, ...servers: string[]): string =>
  `${servers.map((s) => `    upstream ${s}\n`).join('')}    server {\n        location / {\n            ${text}\n        }\n    }\n`;
const OVER_HTTP = 'proxy_http_version 1.1;\n            proxy_set_header Connection "";\n            proxy_pass http://shop;';
const PHP = 'fastcgi_keep_conn on;\n            fastcgi_pass php;';
const GROUP = (name: string, address: string, keep: string): string =>
  `${name} {\n        server ${address};\n        keepalive ${keep};\n    }`;
const POOL = { 'php-fpm.d/www.conf': '[www]\nlisten = /run/php/site.sock\npm.max_children = 5\n' };
const UVICORN = { Procfile: 'web: uvicorn app:app --port 8000 --limit-concurrency 20\n' };

export default defineRule({
  id: 'keepalive-fills-server',
  group: 'wsgi',
  severity: 'warning',
  since: '0.2',
  title: 'Idle connections take all the places of the server',
  why: `
An idle connection that nginx keeps still counts for the server. A child of php-fpm waits on it for the next request and takes no other
(\`pm.max_children\`); Waitress accepts no more beyond \`connection_limit\`, gunicorn’s threads and green threads beyond \`worker_connections\`;
uvicorn answers 503 beyond \`--limit-concurrency\`. With \`keepalive\` times the workers of nginx at or above that number, a peak leaves
connections behind that nobody uses, and the requests for which there is no kept connection wait for nothing until they time out: five children and \`keepalive
8\` let 35 of 40 requests end in 504, in a server that was idle.

Keep fewer connections than the server takes, or let the server take more.`,
  about: ['keepalive', 'fastcgi_keep_conn', 'worker_processes'],
  references: ['https://nginx.org/en/docs/http/ngx_http_upstream_module.html#keepalive'],
  looksAt: { config: true },
  needs: 'deployment',
  fixable: 'sometimes',
  messages: {
    waits:
      'nginx keeps up to {kept} idle connections, and {server} takes {count} ({setting}): once they are kept, further requests wait until they time out with 504. Keep fewer, or raise {setting}.',
    refused:
      'nginx’s other workers keep up to {kept} idle connections, and {server} counts them ({setting}): requests get 503 although nothing runs. Keep fewer, or raise {setting}.',
  },
  check({ config, deployment, report }) {
    const workers = workersOf(config);
    const found = new Map<string, Kept>();
    for (const { pass, application } of distinct(sidesOf(config, deployment))) {
      const kept = keptBy(pass);
      if (!kept || !/^\d+$/.test(kept.keep.value(0))) continue;
      const limit = application.server.connections?.(application, application.settings);
      if (!limit?.count) continue;
      const known = found.get(application.id) ?? { application, limit, groups: new Map() };
      known.groups.set(kept.group, kept.keep);
      found.set(application.id, known);
    }
    for (const { application, limit, groups } of found.values()) {
      const each = [...groups].reduce((sum, [group, keep]) => sum + shareOf(group, keep), 0);
      // a worker uses its own idle connections first: only those of others are in its way where no queue forms
      const kept = each * (limit.beyond === 'refused' ? workers.count - 1 : workers.count);
      if (kept < limit.count!) continue;
      const [keep, ...others] = [...groups.values()];
      const word = keep!.args[0]!;
      const fitting = Math.floor((limit.count! - 1) / workers.count);
      report(limit.beyond, {
        at: keep!.at(word),
        data: { kept, count: limit.count!, server: serverTitle(application), setting: limit.name },
        related: [
          { at: orPlace(placeOf(limit.setting), application), message: limit.name },
          ...others.map((o) => ({ at: o.at(), message: 'these are kept as well' })),
        ],
        fix:
          workers.known && !others.length && fitting > 0
            ? fixOf(`Keep ${fitting}`, 'suggestion', keep!.file, [replace(word, String(fitting))])
            : null,
      });
    }
  },
  examples: [
    {
      bad: tree({
        'nginx.conf': main(passing(PHP, GROUP('php', 'unix:/run/php/site.sock', '8'))).replace(
          'keepalive 8;',
          'keepalive 8;\n#                 ^ waits',
        ),
        ...POOL,
      }),
      good: tree({ 'nginx.conf': main(passing(PHP, GROUP('php', 'unix:/run/php/site.sock', '4'))), ...POOL }),
      fixed: tree({ 'nginx.conf': main(passing(PHP, GROUP('php', 'unix:/run/php/site.sock', '4'))) }),
    },
    {
      bad: tree({
        'nginx.conf': `worker_processes 4;\n${main(passing(OVER_HTTP, GROUP('shop', '127.0.0.1:8000', '16'))).replace(
          'keepalive 16;',
          'keepalive 16;\n#                 ^^ refused',
        )}`,
        ...UVICORN,
      }),
      good: tree({ 'nginx.conf': `worker_processes 4;\n${main(passing(OVER_HTTP, GROUP('shop', '127.0.0.1:8000', '4')))}`, ...UVICORN }),
      fixed: tree({ 'nginx.conf': `worker_processes 4;\n${main(passing(OVER_HTTP, GROUP('shop', '127.0.0.1:8000', '4')))}` }),
    },
    {
      good: tree({
        'nginx.conf': main(passing(OVER_HTTP.replace('1.1', '1.0'), GROUP('shop', '127.0.0.1:8000', '64'))),
        Procfile: 'web: waitress-serve --listen=127.0.0.1:8000 --connection-limit=20 app:app\n',
      }),
    },
  ],
});
