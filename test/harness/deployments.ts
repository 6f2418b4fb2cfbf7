/** All combinations of the wizard's answers, and the site put into a whole configuration. */
import { type DeploymentAnswers, defaultModule, FRAMEWORKS, serversFor, TLS_KINDS } from '../../server/src/snippets/deployment.ts';

/** nginx's own ACME module is no part of 1.22. */
const IN_122 = TLS_KINDS.filter((t) => t !== 'acme');

export function deployments(): DeploymentAnswers[] {
  const out: DeploymentAnswers[] = [];
  for (const framework of FRAMEWORKS)
    for (const server of serversFor(framework))
      for (const tls of IN_122)
        for (const full of [true, false])
          out.push({
            name: 'shop',
            framework,
            server,
            domain: 'shop.example.com',
            tls,
            module: defaultModule(framework, server, 'shop'),
            folder: '/srv/shop',
            staticRoot: full ? '/srv/shop/static' : '',
            mediaRoot: full ? '/srv/shop/media/' : '',
            upload: '10m',
            limitLogin: full,
            ...(server === 'granian' ? { port: 8000 } : {}),
            // plain HTTP in the one, a proxy that terminates TLS in the other
            ...(tls === 'none' && full ? { proxy: '10.0.0.0/24' } : {}),
          });
  return out;
}

const indent = (text: string): string => text.replace(/^(?=.)/gm, '    ');

/** The site inside of a main file that has nothing to be found fault with. */
export const whole = (site: string): string => `worker_processes auto;
worker_rlimit_nofile 4096;
error_log /var/log/nginx/error.log warn;
events {
    worker_connections 1024;
}
http {
    types {
        text/html html;
        text/css css;
        text/javascript js;
    }
    client_max_body_size 10m;
    gzip on;
    gzip_vary on;
    gzip_proxied any;
    gzip_types text/css application/javascript application/json;
${indent(site)}}
`;
