/** A resolver that nobody asks: nginx looks names of servers up at the start, with those of the machine, unless a variable or a parameter says otherwise. */
import { PerConfig } from '../../config/asked.ts';
import type { Scope } from '../../config/scope.ts';
import { upstreamsOf } from '../../config/upstreams.ts';
import { defineRule } from '../rule.ts';

const PASS = /^(?:proxy|grpc|uwsgi|fastcgi|scgi|memcached|js_fetch)_pass$|^proxy_pass$/;

/** Directives that look names up by themselves while nginx runs. */
const ASKS =
  /_by_lua|^js_|^perl|^ssl_stapling$|^ssl_ocsp$|^acme_|^auth_jwt|^auth_oidc|^oidc_|^otel_|^health_check|^jdomain|^zone_sync|^mgmt$|^resolver_|^auth_http$|^xclient$|^smtp_|^geoip2|^opentracing|^set_by|^balancer_by|^load_module$|^push_|^nchan_|^upstream_fair$|^dynamic_|^resolve$/;

/** Whether anything that the resolver is in force for asks it. */
const isAsked = (scope: Scope): boolean =>
  scope.all.some(
    (d) =>
      (PASS.test(d.name) && d.value(0).includes('$')) ||
      (d.name === 'server' && d.values.includes('resolve')) ||
      (ASKS.test(d.name) && d.name !== 'resolver_timeout'),
  );

/** Whether any group follows the name of one of its servers. */
const followsNames = new PerConfig((config) => [...upstreamsOf(config).values()].some((group) => group.servers.some((s) => s.resolve)));

/** A name that has to be looked up somewhere: a host, and no address, socket or group. */
const HOST = /^(?:https?:\/\/|grpcs?:\/\/)?([a-z][\w.-]*)(?::\d+)?(?:\/|$)/i;

export default defineRule({
  id: 'resolver-unused',
  group: 'upstreams',
  severity: 'info',
  since: '0.2',
  missing: true,
  title: 'Resolver that nothing asks',
  why: `
\`resolver\` is asked for names in variables, and for servers with the parameter \`resolve\`. A name that is written in \`proxy_pass\` or in \`server\` is looked up once, when nginx reads the configuration, by the machine's own resolver, whatever the line says: after the container has got another address, requests end in 502 until nginx is reloaded.

From 1.27.3 on, write \`server app:8000 resolve;\` in an upstream with a \`zone\`. Before, put the address into a variable: \`set $app app:8000; proxy_pass http://$app;\`, which passes the path on as it is.`,
  about: ['resolver', 'proxy_pass', 'server', 'upstream'],
  looksAt: { directive: ['resolver'] },
  needs: 'config',
  messages: {
    idle: 'Nothing asks this resolver: "{host}" is looked up once, at the start. Put the name into a variable of proxy_pass, or add resolve to the server of an upstream with a zone.',
  },
  check({ config, directive, scope, report }) {
    if (scope.context === 'unknown' || scope.context === 'upstream' || scope.enclosing('stream') || scope.enclosing('mail')) return;
    if (scope.context !== 'http' && scope.context !== 'server' && scope.context !== 'location') return;
    if (isAsked(scope)) return;
    const named = scope.all.find((d) => PASS.test(d.name) && HOST.test(d.value(0)));
    // groups stand beside the server that uses them
    if (!named || followsNames.of(config)) return;
    const target = HOST.exec(named.value(0))![1]!;
    const group = upstreamsOf(config).get(target.toLowerCase());
    const host = group ? group.servers.flatMap((s) => HOST.exec(s.text)?.[1] ?? [])[0] : target;
    if (host === undefined || host === 'localhost' || host === 'unix' || config.kind === 'fragment') return;
    report('idle', {
      at: directive.nameAt,
      data: { host },
      related: [{ at: named.nameAt, message: 'the name is written here' }],
    });
  },
  examples: [
    {
      inside: 'server',
      bad: `    resolver 127.0.0.11 valid=10s;
#   ^^^^^^^^ idle
    location / {
        proxy_pass http://app.internal:8000;
    }`,
      good: `    resolver 127.0.0.11 valid=10s;
    location / {
        set $app app.internal:8000;
        proxy_pass http://$app;
    }`,
    },
    {
      inside: 'server',
      good: `resolver 127.0.0.53;
ssl_stapling on;
location / {
    proxy_pass http://127.0.0.1:8000;
}`,
    },
  ],
});
