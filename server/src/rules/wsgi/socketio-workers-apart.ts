/** Engines that begin with several plain requests of one session, in front of a server that gives each of them to another of its processes. */
import { serverTitle } from '../../deploy/application.ts';
import { modulesOf } from '../../deploy/modules.ts';
import { certain, placeOf } from '../../deploy/setting.ts';
import { defineRule } from '../rule.ts';
import { FORWARDED, site, tree } from './_examples.ts';
import { distinct, orPlace, sidesOf } from './_links.ts';

/** What answers the requests of Socket.IO clients in this process; one that only sends into a message queue has no application. */
const ANSWERS = /\bflask_socketio\b[\s\S]*?(?:\bSocketIO\(\s*\w+\s*[,)]|\.init_app\()|\bsocketio\b[\s\S]*?\b(?:ASGIApp|WSGIApp)\(/;
/** Clients that may not poll have one request, which stays a connection. */
const NO_POLLING = /\btransports\s*=\s*(?:\[\s*)?["']websocket["']\s*(?:\]|,\s*\)|\))/;

const CHAT = (command: string) => ({
  'app/Procfile': `web: ${command} chat:app\n`,
  'app/chat.py':
    'from flask import Flask\nfrom flask_socketio import SocketIO\n\napp = Flask(__name__)\nsocketio = SocketIO(app, message_queue="redis://")\n',
});

const PASS = (mark = ''): string => `
        proxy_pass http://127.0.0.1:8000;${mark}
        ${FORWARDED}
        proxy_http_version 1.1;
        proxy_set_header Upgrade $http_upgrade;
        proxy_set_header Connection "upgrade";`;

export default defineRule({
  id: 'socketio-workers-apart',
  group: 'wsgi',
  severity: 'warning',
  since: '0.2',
  title: 'Socket.IO sessions spread over worker processes',
  why: `
Socket.IO begins with long polling: several HTTP requests that belong to one session, which lives in the memory of one process. gunicorn, uvicorn and uWSGI give each connection to whichever of their workers takes it first, and a worker that does not know the session answers 400 ("Invalid session"). nginx cannot help: all workers have one address. A message queue makes events reach clients of other processes, it does not share sessions.

Start one worker (\`-w 1\`, with threads or green threads), or several servers of one worker each on addresses of their own, in an upstream group with \`ip_hash\`. Clients that use WebSockets only (\`transports: ["websocket"]\`) need neither.`,
  about: ['upstream', 'ip_hash', 'proxy_pass'],
  references: ['https://flask-socketio.readthedocs.io/en/latest/deployment.html#gunicorn-web-server'],
  looksAt: { config: true },
  needs: 'deployment',
  messages: {
    apart:
      '{server} runs {count} workers at this address, and a Socket.IO session is known to one of them: polls that another takes are answered with 400. Start one worker, or several servers with ip_hash, unless clients use WebSockets only.',
  },
  check({ config, deployment, report }) {
    const told = new Set<string>();
    for (const { application, pass } of distinct(sidesOf(config, deployment))) {
      const count = certain(application.workers) ?? 1;
      if (count < 2 || told.has(application.id)) continue;
      const texts = [...modulesOf(deployment, application)].map(([, text]) => text);
      if (!texts.some((t) => ANSWERS.test(t)) || texts.some((t) => NO_POLLING.test(t))) continue;
      told.add(application.id);
      report('apart', {
        at: pass.at(pass.args[0] ?? pass.statement.name),
        data: { server: serverTitle(application), count },
        related: [{ at: orPlace(placeOf(application.workers), application), message: `${count} workers` }],
      });
    }
  },
  examples: [
    {
      bad: tree({
        'nginx.conf': site(PASS('\n#                  ^^^^^^^^^^^^^^^^^^^^^ apart')),
        ...CHAT('gunicorn -w 4 -k gevent -b 127.0.0.1:8000'),
      }),
      good: tree({ 'nginx.conf': site(PASS()), ...CHAT('gunicorn -w 1 -k gevent -b 127.0.0.1:8000') }),
    },
  ],
});
