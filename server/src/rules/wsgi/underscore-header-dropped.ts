/** Headers with an underscore that the application reads and nginx does not pass on. */
import { frameworkTitle } from '../../deploy/application.ts';
import { underscoredHeaders } from '../../deploy/read-headers.ts';
import { defineRule } from '../rule.ts';
import { FORWARDED, site, tree } from './_examples.ts';
import { distinct, type Side, sentLine, sidesOf } from './_links.ts';

const PASS = (mark = ''): string => `
        proxy_pass http://127.0.0.1:8000;
${mark}        ${FORWARDED}`;

const API = (code: string) => ({ 'app/main.py': code, Procfile: 'web: uvicorn --port 8000 app.main:app\n' });

const KEYED = (name: string): string =>
  `from fastapi import FastAPI, Security\nfrom fastapi.security import APIKeyHeader\n\napp = FastAPI()\nkey = APIKeyHeader(name="${name}")\n\n\n@app.get("/orders")\ndef orders(given: str = Security(key)):\n    return given\n`;

const FLASK = (name: string) => ({
  'app/app.py': `from flask import Flask, request\napp = Flask(__name__)\n\n\n@app.route("/me")\ndef me():\n    return request.headers.get("${name}") or ""\n`,
  'app/Procfile': 'web: gunicorn -b 127.0.0.1:8000 app:app\n',
});

/** Servers that drop these names themselves: waitress (parser.py), gunicorn with `header_map = drop`, which is the default (message.py). */
const DROP_TOO = /^(?:gunicorn|waitress)$/;

/** Whether nginx takes names with an underscore for this server. */
const passes = ({ server }: Side): boolean =>
  !server ||
  server.scope.value('underscores_in_headers')?.value(0).toLowerCase() === 'on' ||
  server.scope.value('ignore_invalid_headers')?.value(0).toLowerCase() === 'off';

export default defineRule({
  id: 'underscore-header-dropped',
  group: 'wsgi',
  severity: 'info',
  since: '0.2',
  missing: ['underscores_in_headers', 'ignore_invalid_headers', 'proxy_set_header'],
  title: 'Header with an underscore dropped on the way',
  why: `
nginx drops headers of clients whose name has an underscore ("client sent invalid header line" in the error log, at level info), because CGI's names cannot tell \`api_key\` from \`api-key\`. An application that reads \`api_key\` gets it while it is asked directly, and never behind nginx. gunicorn and waitress drop such names, too.

Write the name with hyphens on both sides, \`X-Api-Key\`. Where clients cannot be changed, \`underscores_in_headers on;\` lets them through, in the default server of the listener.`,
  about: ['underscores_in_headers', 'ignore_invalid_headers'],
  references: ['https://nginx.org/en/docs/http/ngx_http_core_module.html#underscores_in_headers'],
  looksAt: { config: true },
  needs: 'deployment',
  messages: {
    exact:
      '{framework} looks for the header {name}, which nginx drops for its underscore: it never arrives. Write {better} on both sides{also}.',
    sent: '{framework} reads the header {name}: a client that sends it so, with the underscore, has it dropped by nginx. Send {better}{also}.',
  },
  check({ config, deployment, report }) {
    const told = new Set<string>();
    for (const side of distinct(sidesOf(config, deployment))) {
      const { application, pass } = side;
      if (!application.framework || passes(side)) continue;
      for (const { name, exact, place } of underscoredHeaders(deployment, application)) {
        const better = name.replaceAll('_', '-');
        const also = DROP_TOO.test(application.server.name) ? '' : ', or set underscores_in_headers on';
        const key = `${application.id} ${name}`;
        if (told.has(key) || sentLine(side, name) || sentLine(side, better)) continue;
        told.add(key);
        report(exact ? 'exact' : 'sent', {
          at: pass.nameAt,
          severity: exact ? 'warning' : undefined,
          data: { framework: frameworkTitle(application.framework), name, better, also },
          related: [{ at: place, message: 'read here' }],
        });
      }
    }
  },
  examples: [
    {
      bad: tree({ 'nginx.conf': site(PASS('#       ^^^^^^^^^^ exact\n')), ...API(KEYED('api_key')) }),
      good: tree({ 'nginx.conf': site(PASS()), ...API(KEYED('X-Api-Key')) }),
    },
    {
      bad: tree({ 'nginx.conf': site(PASS('#       ^^^^^^^^^^ sent\n')), ...FLASK('access_token') }),
      good: tree({ 'nginx.conf': site(PASS()), ...FLASK('Access-Token') }),
    },
  ],
});
