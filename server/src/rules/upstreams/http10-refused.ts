/** Requests in HTTP/1.0 to proxies of the Envoy kind, which answer every one of them with 426. */
import { passTargetOf } from '../../answers/what-is-passed.ts';
import { isNginx, isVersionSaid } from '../../answers/which-build.ts';
import { PerPart } from '../../config/asked.ts';
import type { Directive } from '../../config/directive.ts';
import type { Scope } from '../../config/scope.ts';
import type { PassTarget } from '../../config/upstreams.ts';
import { addToList, fixAcross, outside, setLine } from '../fix.ts';
import { defineRule } from '../rule.ts';

/** Who stands at an address, where a name says it. */
const REFUSING: readonly (readonly [called: RegExp, name: string])[] = [
  [/(?:^|[-._])envoy(?:$|[-._])/i, 'Envoy'],
  [/(?:^|[-._])istio(?:$|[-._])/i, 'Istio'],
  [/\.azurecontainerapps\.io$/i, 'Azure Container Apps'],
];

function refuserOf({ host, upstream }: PassTarget): string | null {
  const named = [host, ...(upstream?.servers.map((s) => s.host) ?? [])];
  return REFUSING.find(([called]) => named.some((n) => called.test(n)))?.[1] ?? null;
}

/** Where no one names the version, what holds of older ones is said at the first pass of a server. */
const passes = new PerPart((around: Scope): readonly Directive[] =>
  around.all.filter((d) => {
    if (d.name !== 'proxy_pass') return false;
    const target = passTargetOf(d);
    return target !== null && refuserOf(target) !== null && !d.scope.value('proxy_http_version');
  }),
);

export default defineRule({
  id: 'http10-refused',
  group: 'upstreams',
  severity: 'warning',
  since: '0.2',
  missing: ['proxy_http_version'],
  title: 'HTTP/1.0 to a proxy that refuses it',
  why: `
Before 1.29.7 nginx passes requests on with HTTP/1.0 unless \`proxy_http_version\` says otherwise. Envoy, and what is built on it (Istio's gateways and sidecars, Azure Container Apps), takes HTTP/1.1 and HTTP/2 only and answers "426 Upgrade Required" to everything else, so no request succeeds.

Set \`proxy_http_version 1.1\`.`,
  about: ['proxy_http_version', 'proxy_pass'],
  references: ['https://istio.io/latest/docs/ops/common-problems/network-issues/'],
  looksAt: { directive: ['proxy_pass'] },
  needs: 'config',
  fixable: 'always',
  fixChanges: ['request-headers', 'request-line', 'timing'],
  messages: {
    refused: '{name} answers 426 Upgrade Required to HTTP/1.0, by which nginx asks it here. Set proxy_http_version 1.1.',
    older:
      'Before nginx 1.29.7 requests go out with HTTP/1.0, and {name} answers 426 Upgrade Required. Set proxy_http_version 1.1, or set the nginx version.',
  },
  check({ directive, scope, config, report }) {
    if (directive.fact?.module !== 'ngx_http_proxy_module') return;
    const target = passTargetOf(directive);
    const name = target && refuserOf(target);
    if (!name) return;
    const version = scope.value('proxy_http_version');
    const modern = isNginx(config, '1.29.7');
    if (version ? version.value(0) !== '1.0' : modern && isVersionSaid(config)) return;
    const place = outside(directive);
    const edit = place.scope.has('proxy_http_version')
      ? setLine(place, 'proxy_http_version', '1.1')
      : { file: place.file, edit: addToList(place, 'proxy_set_header', [], ['proxy_http_version 1.1;']) };
    const fix = fixAcross('Ask with HTTP/1.1', 'suggestion', [edit]);
    if (version || !modern) return report('refused', { at: directive.at(directive.args[0]), data: { name }, fix });
    if (passes.of(scope.enclosing('server') ?? config.main)[0] !== directive) return;
    report('older', { at: directive.at(directive.args[0]), data: { name }, severity: 'hint', fix });
  },
  examples: [
    {
      inside: 'http',
      settings: { nginx: '1.22.1' },
      bad: `upstream envoy {
    server 127.0.0.1:8000;
}
server {
    listen 80;
    location / {
        proxy_pass http://envoy;
#                  ^^^^^^^^^^^^ refused
    }
}`,
      good: `upstream envoy {
    server 127.0.0.1:8000;
}
server {
    listen 80;
    location / {
        proxy_pass http://envoy;
        proxy_http_version 1.1;
    }
}`,
    },
    {
      inside: 'http',
      bad: `upstream istio-ingress {
    server 127.0.0.1:8000;
}
server {
    listen 80;
    location / {
        proxy_http_version 1.0;
        proxy_pass http://istio-ingress;
#                  ^^^^^^^^^^^^^^^^^^^^ refused
    }
}`,
      good: `upstream istio-ingress {
    server 127.0.0.1:8000;
}
server {
    listen 80;
    location / {
        proxy_http_version 1.1;
        proxy_pass http://istio-ingress;
    }
}`,
    },
    {
      inside: 'http',
      bad: `upstream envoy.internal {
    server 127.0.0.1:8000;
}
server {
    listen 80;
    location / {
        proxy_pass http://envoy.internal;
#                  ^^^^^^^^^^^^^^^^^^^^^ older
    }
}`,
      good: `upstream envoy.internal {
    server 127.0.0.1:8000;
}
server {
    listen 80;
    location / {
        proxy_pass http://envoy.internal;
        proxy_http_version 1.1;
    }
}`,
    },
  ],
});
