/** X-Forwarded-Host: read by Django and written by the client, or written by nginx and read by nobody. */

import { surely } from '../../deploy/seen.ts';
import { certain, placeOf } from '../../deploy/setting.ts';
import { defineRule } from '../rule.ts';
import { sendHeader, sharedHeader } from './_edits.ts';
import { django, main, tree } from './_examples.ts';
import { distinct, djangoSides, orPlace, portOf, probe, publicHostOf, sentLine } from './_links.ts';

const FOREIGN = 'other.example';

export default defineRule({
  id: 'use-x-forwarded-host-mismatch',
  group: 'wsgi',
  severity: 'warning',
  since: '0.1',
  missing: ['proxy_set_header'],
  title: 'USE_X_FORWARDED_HOST and nginx do not match',
  why: `
With \`USE_X_FORWARDED_HOST\` Django takes the host from \`X-Forwarded-Host\`, before \`Host\`. nginx passes the header on as the client sent it
unless a \`proxy_set_header\` sets it: then the client chooses the host of links, redirects and password mails, within ALLOWED_HOSTS.

Conversely, a header that nginx sets and Django does not read changes nothing: without \`Host\` Django sees the upstream's name.`,
  about: ['proxy_set_header', '$host'],
  references: ['https://docs.djangoproject.com/en/stable/ref/settings/#use-x-forwarded-host'],
  looksAt: { config: true },
  needs: 'deployment',
  costly: true,
  fixable: 'sometimes',
  messages: {
    spoofed: 'USE_X_FORWARDED_HOST is on, and X-Forwarded-Host comes from the client. Set it here, or turn the setting off.',
    ignored: 'Django does not read X-Forwarded-Host (USE_X_FORWARDED_HOST is off) and sees the host {host}. Set Host too.',
  },
  check({ config, deployment, report }) {
    for (const side of distinct(djangoSides(config, deployment))) {
      const { settings } = side.django;
      const scheme = side.server && portOf(side.server, 'https') !== null ? 'https' : 'http';
      const place = orPlace(placeOf(settings.useXForwardedHost), side.application);
      // what arrives decides, and not that a line is there: it may pass the client's own on
      if (certain(settings.useXForwardedHost) === true) {
        const probed = probe(side, config, { scheme, headers: [['X-Forwarded-Host', FOREIGN]] });
        if (probed && surely(probed.view.host) === FOREIGN)
          report('spoofed', {
            at: side.pass.nameAt,
            related: [{ at: place, message: 'USE_X_FORWARDED_HOST is on' }],
            fix: sendHeader(side, 'X-Forwarded-Host', '$host', 'Set X-Forwarded-Host to $host', 'suggestion'),
            shared: sharedHeader(side, 'X-Forwarded-Host', '$host', 'Set X-Forwarded-Host to $host', 'suggestion'),
          });
      }
      const line = sentLine(side, 'X-Forwarded-Host');
      if (line && certain(settings.useXForwardedHost) === false && side.target.kind === 'proxy' && publicHostOf(side.server)) {
        const probed = probe(side, config, { scheme });
        if (probed?.view.host.known && probed.view.agrees.host === false && !sentLine(side, 'Host'))
          report('ignored', {
            at: line.nameAt,
            data: { host: probed.view.host.value },
            related: [{ at: place, message: 'Django’s settings' }],
            fix: sendHeader(side, 'Host', '$host', 'Set Host to $host', 'suggestion'),
          });
      }
    }
  },
  examples: [
    {
      bad: tree({
        'nginx.conf': main(`server {
    server_name shop.example.com;
    location / {
        proxy_pass http://unix:/run/shop.sock;
#       ^^^^^^^^^^ spoofed
        proxy_set_header Host $host;
    }
}`),
        ...django("USE_X_FORWARDED_HOST = True\nALLOWED_HOSTS = ['*']\n"),
      }),
      good: tree({
        'nginx.conf': main(`server {
    server_name shop.example.com;
    location / {
        proxy_pass http://unix:/run/shop.sock;
        proxy_set_header Host $host;
        proxy_set_header X-Forwarded-Host $host;
    }
}`),
        ...django("USE_X_FORWARDED_HOST = True\nALLOWED_HOSTS = ['*']\n"),
      }),
    },
    {
      bad: tree({
        'nginx.conf': main(`server {
    server_name shop.example.com;
    location / {
        proxy_pass http://unix:/run/shop.sock;
        proxy_set_header X-Forwarded-Host $host;
#       ^^^^^^^^^^^^^^^^ ignored
    }
}`),
        ...django("ALLOWED_HOSTS = ['*']\n"),
      }),
      good: tree({
        'nginx.conf': main(`server {
    server_name shop.example.com;
    location / {
        proxy_pass http://unix:/run/shop.sock;
        proxy_set_header X-Forwarded-Host $host;
        proxy_set_header Host $host;
    }
}`),
        ...django("ALLOWED_HOSTS = ['*']\n"),
      }),
    },
  ],
});
