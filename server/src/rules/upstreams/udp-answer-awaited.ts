/** Datagrams of protocols that are never answered, in sessions that wait for an answer: syslog, StatsD, GELF, flows of routers. */
import { parseTime } from '../../catalog/value-kind.ts';
import { PerConfig } from '../../config/asked.ts';
import type { Directive } from '../../config/directive.ts';
import type { Scope } from '../../config/scope.ts';
import { type Server, serversOf } from '../../config/servers.ts';
import { upstreamsOf } from '../../config/upstreams.ts';
import { fixOf, insertAfter, replace } from '../fix.ts';
import { defineRule } from '../rule.ts';

const streamServers = new PerConfig((config): ReadonlyMap<Scope, Server> => new Map(serversOf(config, 'stream').map((s) => [s.scope, s])));

/** Ports of protocols whose receivers send nothing back; traps of SNMP are left out, because informs are acknowledged on the same port. */
const ONE_WAY: ReadonlyMap<number, string> = new Map([
  [514, 'syslog'],
  [2055, 'NetFlow'],
  [4739, 'IPFIX'],
  [6343, 'sFlow'],
  [8125, 'StatsD'],
  [9995, 'NetFlow'],
  [9996, 'NetFlow'],
  [12201, 'GELF'],
]);

/** Datagrams of these are read together: templates of flows come before the flows, a long message of GELF is several datagrams. */
const TOGETHER = /^(?:NetFlow|IPFIX|GELF)$/;

/** Whether the next session of a sender may lead to another machine: without sessions its datagrams are dealt out one by one (round-robin). */
function isDealtOut(pass: Directive): boolean {
  const name = pass.value(0).toLowerCase();
  const group = upstreamsOf(pass.scope.config, 'stream').get(name);
  if (!group) return name.includes('$');
  return group.servers.filter((s) => !s.backup && !s.down).length > 1 && group.method !== 'hash';
}

/** A session that nobody answers is over soon, as somebody has written. */
const endsSoon = (line: Directive | undefined): boolean => {
  const read = line && parseTime(line.value(0), 'sec');
  return read?.ok === true && read.value <= 60;
};

export default defineRule({
  id: 'udp-answer-awaited',
  group: 'upstreams',
  severity: 'info',
  since: '0.2',
  missing: ['proxy_responses'],
  title: 'Answer awaited to datagrams that get none',
  why: `
nginx keeps a session for each sender of datagrams. \`proxy_responses\` says how many datagrams come back: after that many the session ends. Receivers of syslog, StatsD, GELF and flows send nothing back.

With \`proxy_responses 1\` every session ends with "upstream timed out", which counts as a failure of the server: \`max_fails\` takes healthy servers out. Without the line a session stays open for \`proxy_timeout\`, ten minutes by default, and holds a connection of the worker and its server; senders that take a new port each time, as most clients of StatsD do, fill \`worker_connections\`.

Write \`proxy_responses 0\`: each datagram is passed on, to the next server in turn, and the session is over. Datagrams that belong together, the pieces of a message of GELF and flows with their templates, need \`hash $remote_addr\` in a group of several servers then. Where a short \`proxy_timeout\` is written, sessions end by themselves, and the rule is silent.`,
  about: ['proxy_responses', 'proxy_timeout', 'listen'],
  references: ['https://nginx.org/en/docs/stream/ngx_stream_proxy_module.html#proxy_responses'],
  looksAt: { directive: ['proxy_pass'] },
  needs: 'config',
  fixable: 'sometimes',
  messages: {
    counted:
      'Receivers of {protocol} answer nothing, and {count} datagrams are awaited: each session ends with "upstream timed out", and the server counts as failed. Write "proxy_responses 0".',
    together:
      'Receivers of {protocol} answer nothing, and {count} datagrams are awaited: each session ends with "upstream timed out", and the server counts as failed. Write "proxy_responses 0", and "hash $remote_addr" in the group: what one sender says belongs together.',
    open: 'Receivers of {protocol} answer nothing, and the session of each sender waits for {time}. Add "proxy_responses 0".',
  },
  check({ directive, scope, file, report }) {
    if (scope.context !== 'stream-server') return;
    const server = streamServers.of(scope.config).get(scope);
    if (!server?.listens.length || scope.first('proxy_pass') !== directive) return;
    const ports = server.listens
      .filter((l) => l.params.includes('udp'))
      .flatMap((l) => l.addresses.map((a) => (a.kind === 'unix' ? undefined : ONE_WAY.get(a.port))));
    const [protocol] = ports;
    if (!protocol || ports.includes(undefined)) return;
    const line = scope.value('proxy_responses');
    if (line) {
      const word = line.args[0];
      if (!word || word.templated || !/^\d+$/.test(word.value) || Number(word.value) === 0) return;
      const data = { protocol, count: word.value };
      if (TOGETHER.test(protocol) && isDealtOut(directive)) return report('together', { at: line.at(), severity: 'warning', data });
      return report('counted', {
        at: line.at(),
        severity: 'warning',
        data,
        fix: fixOf('Await no answer', 'suggestion', line.file, [replace(word, '0')]),
      });
    }
    // sessions are what keeps the datagrams of a sender at one machine
    if (endsSoon(scope.value('proxy_timeout')) || (TOGETHER.test(protocol) && isDealtOut(directive))) return;
    report('open', {
      at: directive.nameAt,
      data: { protocol, time: scope.value('proxy_timeout')?.value(0) ?? '10m' },
      fix: fixOf('Await no answer', 'suggestion', file, [insertAfter(file, directive.statement, ['proxy_responses 0;'])]),
    });
  },
  examples: [
    {
      inside: 'stream',
      bad: `server {
    listen 514 udp;
    proxy_pass 127.0.0.1:5514;
#   ^^^^^^^^^^ open
}`,
      fixed: `server {
    listen 514 udp;
    proxy_pass 127.0.0.1:5514;
    proxy_responses 0;
}`,
    },
    {
      inside: 'stream',
      bad: `server {
    listen 8125 udp;
    proxy_pass 127.0.0.1:8126;
    proxy_responses 1;
#   ^^^^^^^^^^^^^^^^^^ counted
}`,
      fixed: `server {
    listen 8125 udp;
    proxy_pass 127.0.0.1:8126;
    proxy_responses 0;
}`,
    },
    {
      inside: 'stream',
      bad: `upstream graylog {
    server 192.0.2.7:12201;
    server 192.0.2.8:12201;
}
server {
    listen 12201 udp;
    proxy_pass graylog;
    proxy_responses 1;
#   ^^^^^^^^^^^^^^^^^^ together
}`,
      good: `upstream graylog {
    hash $remote_addr;
    server 192.0.2.7:12201;
    server 192.0.2.8:12201;
}
server {
    listen 12201 udp;
    proxy_pass graylog;
    proxy_responses 0;
}`,
      fixed: false,
    },
    {
      inside: 'stream',
      good: `server {
    listen 53 udp;
    proxy_pass 127.0.0.1:5353;
    proxy_responses 1;
}`,
    },
  ],
});
