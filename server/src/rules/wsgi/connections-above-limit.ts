/** More connections for a worker than files that its container may open: the limit that is written beside it comes first. */
import { basename } from '../../base/file-id.ts';
import { defineRule } from '../rule.ts';
import { tree } from './_examples.ts';
import { nginxesOf } from './_links.ts';

const NGINX = (connections: string, before = ''): string =>
  `${before}events {\n    worker_connections ${connections};\n}\nhttp {\n    server {\n        listen 80;\n    }\n}\n`;

const COMPOSE = (limits: string): string =>
  `services:\n  nginx:\n    image: nginx:1.28\n    volumes: ["./nginx.conf:/etc/nginx/nginx.conf:ro"]\n    ulimits:\n      nofile:${limits}\n`;

export default defineRule({
  id: 'connections-above-limit',
  group: 'wsgi',
  severity: 'warning',
  since: '0.2',
  missing: ['worker_rlimit_nofile'],
  title: 'More connections than open files allowed',
  why: `
Each connection of a client is an open file, and one that is passed on is two. \`ulimits: nofile\` of the Compose file says how many a process of the container may have. Where \`worker_connections\` is more than that, nginx says so once, when it starts ("10240 worker_connections exceed open file resource limit: 1024"), and under load it refuses clients with "Too many open files" and 500.

Raise \`nofile\` to twice \`worker_connections\`. \`worker_rlimit_nofile\` raises the soft limit of the workers too, as far as the hard one allows: a container may not go beyond that.`,
  about: ['worker_connections', 'worker_rlimit_nofile'],
  references: ['https://nginx.org/en/docs/ngx_core_module.html#worker_rlimit_nofile'],
  looksAt: { config: true },
  needs: 'deployment',
  messages: {
    above:
      'The container may open {limit} files, fewer than the {connections} connections of a worker: under load clients get "Too many open files". Raise nofile in {file} to {needed}.',
  },
  check({ config, deployment, report }) {
    const line = config.main.first('events')?.body?.first('worker_connections');
    const connections = Number(line?.value(0));
    if (!line || !Number.isInteger(connections) || line.args[0]!.templated || config.main.first('worker_rlimit_nofile')) return;
    for (const service of nginxesOf(config, deployment)) {
      const limit = service.openFiles;
      if (!limit || limit.soft >= connections) continue;
      report('above', {
        at: line.at(line.args[0]),
        data: { limit: limit.soft, connections, needed: connections * 2, file: basename(limit.place.file) },
        related: [{ at: limit.place, message: 'the limit of open files' }],
      });
      return;
    }
  },
  examples: [
    {
      bad: tree({
        'nginx.conf': NGINX('10240', '').replace('10240;', '10240;\n#                      ^^^^^ above'),
        'compose.yaml': COMPOSE(' 1024'),
      }),
      good: tree({ 'nginx.conf': NGINX('10240'), 'compose.yaml': COMPOSE(' 20480') }),
    },
    {
      bad: tree({
        'nginx.conf': NGINX('4096').replace('4096;', '4096;\n#                      ^^^^ above'),
        'compose.yaml': COMPOSE('\n        soft: 2048\n        hard: 65536'),
      }),
      good: tree({
        'nginx.conf': NGINX('4096', 'worker_rlimit_nofile 8192;\n'),
        'compose.yaml': COMPOSE('\n        soft: 2048\n        hard: 65536'),
      }),
    },
  ],
});
