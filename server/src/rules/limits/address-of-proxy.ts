/** Lists and balancing by the client's address where the address is that of another proxy. */
import { passesTo } from '../../answers/what-is-passed.ts';
import { listVerdict } from '../../answers/who-may-enter.ts';
import { namesOf } from '../../config/names.ts';
import { upstreamsOf } from '../../config/upstreams.ts';
import { defineRule } from '../rule.ts';
import { proxyInFront } from './_in-front.ts';

/** Of the public internet. */
const isPublic = (value: string): boolean =>
  /^\d+\.\d+\.\d+\.\d+(?:\/\d+)?$/.test(value) &&
  !/^(?:10|127|169\.254|192\.168|172\.(?:1[6-9]|2\d|3[01])|100\.(?:6[4-9]|[7-9]\d|1[01]\d|12[0-7]))\./.test(value);

/** A single address of the public internet: no balancer of one's own, and no network of a content delivery network. */
const isOneClient = (value: string): boolean => isPublic(value) && /\.\d+(?:\/(?:2[89]|3[0-2]))?$/.test(value);

export default defineRule({
  id: 'address-of-proxy',
  group: 'limits',
  severity: 'info',
  since: '0.2',
  missing: ['set_real_ip_from', 'real_ip_header'],
  title: 'Address of the proxy in front taken for the client’s',
  why: `
Behind a balancer or a content delivery network \`$remote_addr\` is the address of that proxy. A list that lets an office in by its address lets nobody in then, and \`ip_hash\` sends all clients to one server.

The headers that this configuration reads are those of a proxy in front. \`set_real_ip_from\` with the proxy's addresses and \`real_ip_header\` put the client's address back.`,
  about: ['allow', 'ip_hash', 'set_real_ip_from', 'real_ip_header', '$remote_addr'],
  looksAt: { directive: ['allow', 'ip_hash', 'geo'] },
  needs: 'config',
  costly: true,
  messages: {
    list: 'Behind a proxy every request has its address, so "allow {address}" lets nobody in. Name the proxy with set_real_ip_from.',
    geo: 'Behind a proxy every request has its address, so {name} is the same for all. Name the proxy with set_real_ip_from, or its addresses with "proxy" here.',
    hash: 'Behind a proxy every request has its address, so ip_hash sends all clients to one server of "{group}". Name the proxy with set_real_ip_from.',
  },
  check({ directive, scope, config, report }) {
    if (!config.whole) return;
    if (directive.name === 'ip_hash') {
      const group = [...upstreamsOf(config).values()].find((u) => u.scope === scope);
      if (!group || group.servers.length < 2) return;
      const passes = passesTo(group);
      if (!passes.length || passes.some((p) => p.scope.effective('set_real_ip_from').directives.length)) return;
      const shown = passes.map((p) => proxyInFront(config, p.scope));
      if (shown[0] && shown.every((s) => s !== null))
        report('hash', { at: directive.nameAt, data: { group: group.name }, related: [shown[0]] });
      return;
    }
    if (directive.name === 'geo') {
      // of the address that nginx itself sees, and about single clients: networks may be those of balancers
      if (directive.args.length !== 1 || directive.body?.has('proxy') || scope.effective('set_real_ip_from').directives.length) return;
      const rows = (directive.body?.directives ?? []).filter((d) => /^\d+\./.test(d.name));
      if (!rows.length || !rows.every((d) => isPublic(d.name))) return;
      const sites = namesOf(config)
        .references('variable', directive.value(0).slice(1), 'http')
        .filter((s) => s.directive.name === 'if');
      const shown = sites.map((s) => proxyInFront(config, s.directive.scope));
      const seesClients = sites.some((s) => s.directive.scope.effective('set_real_ip_from').directives.length > 0);
      if (shown[0] && !seesClients && shown.every((s) => s !== null))
        report('geo', { at: directive.at(directive.args[0]), data: { name: directive.value(0) }, related: [shown[0]] });
      return;
    }
    const { directives: list } = scope.effective('allow');
    if (list.find((d) => d.name === 'allow') !== directive || directive.scope !== scope || listVerdict(list) !== 'denied') return;
    const allowed = list.filter((d) => d.name === 'allow').map((d) => d.value(0));
    if (!allowed.every((a) => isOneClient(a) || a === '127.0.0.1' || a === '::1') || !allowed.some(isOneClient)) return;
    if (scope.effective('set_real_ip_from').directives.length) return;
    const why = proxyInFront(config, scope);
    if (why) report('list', { at: directive.at(), data: { address: allowed.find(isOneClient)! }, related: [why] });
  },
  examples: [
    {
      inside: 'server',
      bad: `location /admin/ {
    allow 203.0.113.7;
#   ^^^^^^^^^^^^^^^^^^ list
    deny all;
    proxy_set_header X-Forwarded-Proto $http_x_forwarded_proto;
    proxy_pass http://127.0.0.1:8000;
}`,
      good: `set_real_ip_from 10.0.0.0/8;
real_ip_header X-Forwarded-For;
location /admin/ {
    allow 203.0.113.7;
    deny all;
    proxy_set_header X-Forwarded-Proto $http_x_forwarded_proto;
    proxy_pass http://127.0.0.1:8000;
}`,
    },
    {
      inside: 'http',
      bad: `upstream app {
    ip_hash;
#   ^^^^^^^ hash
    server 10.0.0.5:8000;
    server 10.0.0.6:8000;
}
server {
    location / {
        proxy_set_header X-Forwarded-Proto $http_x_forwarded_proto;
        proxy_pass http://app;
    }
}`,
      good: `upstream app {
    hash $http_cf_connecting_ip consistent;
    server 10.0.0.5:8000;
    server 10.0.0.6:8000;
}
server {
    location / {
        proxy_set_header X-Forwarded-Proto $http_x_forwarded_proto;
        proxy_pass http://app;
    }
}`,
    },
    {
      inside: 'http',
      bad: `geo $blocked {
#   ^^^^^^^^ geo
    default 0;
    203.0.113.0/24 1;
}
server {
    if ($blocked) {
        return 403;
    }
    location / {
        proxy_set_header X-Forwarded-Proto $http_x_forwarded_proto;
        proxy_pass http://127.0.0.1:8000;
    }
}`,
      good: `geo $blocked {
    proxy 10.0.0.0/8;
    default 0;
    203.0.113.0/24 1;
}
server {
    if ($blocked) {
        return 403;
    }
    location / {
        proxy_set_header X-Forwarded-Proto $http_x_forwarded_proto;
        proxy_pass http://127.0.0.1:8000;
    }
}`,
    },
    {
      // only the balancer may ask
      inside: 'server',
      good: `allow 10.0.0.0/8;
deny all;
location / {
    proxy_set_header X-Forwarded-Proto $http_x_forwarded_proto;
    proxy_pass http://127.0.0.1:8000;
}`,
    },
  ],
});
