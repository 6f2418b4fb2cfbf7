/** What somebody breaks in a site that `new` wrote is found: each damage to each combination, in the wsgi profile. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { version } from '../../server/src/catalog/version.ts';
import { DEFAULT_SETTINGS, type Settings } from '../../server/src/config/settings.ts';
import { newDeployment } from '../../server/src/snippets/deployment.ts';
import { UWSGI_PARAMS } from '../deployment/real.ts';
import { deployments, whole } from '../harness/deployments.ts';
import { lintText } from '../harness/rules.ts';

const SETTINGS: Settings = {
  ...DEFAULT_SETTINGS,
  profile: 'strict',
  target: { ...DEFAULT_SETTINGS.target, nginx: version('1.22.1-9+deb12u99') },
};

/** By what was done; a text that stays the same does not have the place. */
const DAMAGES: Readonly<Record<string, (site: string) => string>> = {
  'Host is what the client sent': (s) => s.replaceAll('proxy_set_header Host $host;', 'proxy_set_header Host $http_host;'),
  'a semicolon is gone': (s) => s.replace('server_tokens off;', 'server_tokens off'),
  'a brace is gone': (s) => s.replace(/\}\s*$/, ''),
  'the upstream has another name': (s) => s.replace('upstream shop {', 'upstream shops {'),
  'the prefix of static files lost its slash': (s) => s.replace('location /static/ {', 'location /static {'),
  'the prefix of media files lost its slash': (s) => s.replace('location /media/ {', 'location /media {'),
  'TLS 1.0 is on': (s) => s.replace('ssl_protocols TLSv1.2', 'ssl_protocols TLSv1 TLSv1.2'),
  'weak ciphers': (s) => s.replace(/ssl_ciphers .*;/, 'ssl_ciphers ALL;'),
  'no certificate': (s) => s.replace(/^ *ssl_certificate .*\n/m, ''),
  'HSTS is gone': (s) => s.replaceAll(/^ *add_header Strict-Transport-Security.*\n/gm, ''),
  'a location loses the headers': (s) => s.replace(/( {4}location \/ \{\n)(?![\s\S]*location \/ \{)/, '$1        add_header X-Here 1;\n'),
  'the zone is not there': (s) => s.replace(/^limit_req_zone .*\n/m, ''),
  'a directive that nginx does not know': (s) => s.replace('server_tokens off;', 'server_token off;'),
  'a bad value': (s) => s.replace('client_max_body_size 10m;', 'client_max_body_size 10mb;'),
  'a location twice': (s) => s.replace(/\}\s*$/, '    location / {\n        return 404;\n    }\n}\n'),
  'a listing of uploads': (s) => s.replace('location /media/ {', 'location /media/ {\n        autoindex on;'),
  'the version is shown': (s) => s.replaceAll('server_tokens off;', 'server_tokens on;'),
  'a variable that nobody sets': (s) => s.replaceAll('$scheme', '$sheme'),
};

for (const answers of deployments().filter((a) => a.mediaRoot !== '' && a.tls === 'own'))
  test(`${answers.framework} under ${answers.server}`, async () => {
    // what nginx ships is at hand, so that nothing is unseen
    const site = newDeployment(answers)[0]!.text.replace('include uwsgi_params;', UWSGI_PARAMS.uwsgi_params.trim());
    const missed: string[] = [];
    for (const [name, damage] of Object.entries(DAMAGES)) {
      const text = damage(site);
      if (text === site) continue;
      const { findings, sources } = await lintText(whole(text), undefined, SETTINGS);
      if (!findings.length && ![...sources.values()].some((s) => s.problems.length)) missed.push(name);
    }
    assert.deepEqual(missed, []);
  });
