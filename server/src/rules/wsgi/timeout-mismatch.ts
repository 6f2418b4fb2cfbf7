/** nginx and the application server give up at different times. */
import { parseTime } from '../../catalog/value-kind.ts';
import { serverTitle } from '../../deploy/application.ts';
import { certain, placeOf } from '../../deploy/setting.ts';
import { fixOf, replace } from '../fix.ts';
import { defineRule } from '../rule.ts';
import { main, site, tree } from './_examples.ts';
import { distinct, orPlace, sidesOf } from './_links.ts';

const STANDARD = 60;

export default defineRule({
  id: 'timeout-mismatch',
  group: 'wsgi',
  severity: 'info',
  since: '0.1',
  missing: ['proxy_read_timeout', 'uwsgi_read_timeout', 'fastcgi_read_timeout'],
  title: 'Timeouts of nginx and the application server differ',
  why: `
gunicorn's sync workers are killed after \`timeout\` (30 s), uWSGI's after \`harakiri\`, and its HTTP router (\`http\`, not
\`http-socket\`) ends a connection after \`http-timeout\` (60 s); nginx waits \`proxy_read_timeout\` (60 s) between two
reads. When nginx gives up first the client gets 504 while the worker keeps working in vain. When the server's time is the shorter one, a
longer \`proxy_read_timeout\` changes nothing: the worker is killed first and the client gets 502.

Where one of the two was set for slow requests, adjust the other too, nginx's a little longer.`,
  about: ['proxy_read_timeout', 'uwsgi_read_timeout'],
  looksAt: { config: true },
  needs: 'deployment',
  fixable: 'sometimes',
  messages: {
    nginxFirst:
      'nginx gives up after {own} s, {server} works for up to {theirs} s: the client gets 504 and the worker continues. Raise {directive}.',
    serverFirst:
      '{directive} of {own} s is never reached: {server} ends requests after {theirs} s, which is a 502. Raise its {setting} too.',
  },
  check({ config, deployment, report }) {
    const reported = new Set<string>();
    for (const side of distinct(sidesOf(config, deployment))) {
      const { application, pass, target } = side;
      const router = side.listener.router ? (application.server.routerTimeout?.(application.settings) ?? null) : null;
      const [worker, waits] = [certain(application.requestTimeout), router ? certain(router.seconds) : undefined];
      // of the two that end a request, the one that does so first
      const byRouter = router !== null && !!waits && (!worker || waits < worker);
      const theirs = byRouter ? waits : worker;
      if (!theirs || !['proxy', 'uwsgi', 'fastcgi'].includes(target.kind)) continue;
      const directive = `${target.kind}_read_timeout`;
      const line = pass.scope.value(directive);
      const read = line ? parseTime(line.value(0), 'msec') : null;
      if (read && !read.ok) continue;
      const own = read ? read.value / 1000 : STANDARD;
      const limit = byRouter ? router.seconds : application.requestTimeout;
      const isWritten = limit.from === 'text';
      const at = line ? line.at(line.args[0]) : pass.nameAt;
      const key = `${at.file}#${at.span.start}`;
      if (reported.has(key)) continue;
      const setting = byRouter ? router.name : application.server.timeoutName;
      const data = { own, theirs, server: serverTitle(application), directive, setting };
      const related = [
        {
          at: orPlace(placeOf(limit), application),
          message: isWritten ? `${setting} is ${theirs} s` : `${setting} is ${theirs} s by default`,
        },
      ];
      if (own < theirs) {
        // a router that waits longer keeps no worker
        if (byRouter) continue;
        reported.add(key);
        const word = line?.args[0];
        report('nginxFirst', {
          at,
          data,
          related,
          fix: line && word ? fixOf(`Wait for ${theirs + 5} s`, 'suggestion', line.file, [replace(word, `${theirs + 5}s`)]) : null,
        });
      } else if (line && own > STANDARD && own > theirs + Math.max(10, theirs / 2)) {
        // a longer wait was asked for, and the server does not give it
        reported.add(key);
        report('serverFirst', { at, data, related });
      }
    }
  },
  examples: [
    {
      bad: tree({
        'nginx.conf': site(`
        proxy_pass http://127.0.0.1:8000;
        proxy_read_timeout 600s;
#                          ^^^^ serverFirst`),
        'app/uwsgi.ini': '[uwsgi]\nhttp = 127.0.0.1:8000\nmodule = shop.wsgi\n',
      }),
      good: tree({
        'nginx.conf': site(`
        proxy_pass http://127.0.0.1:8000;
        proxy_read_timeout 600s;`),
        'app/uwsgi.ini': '[uwsgi]\nhttp-socket = 127.0.0.1:8000\nmodule = shop.wsgi\n',
      }),
    },
    {
      bad: tree({
        'nginx.conf': site(`
        proxy_pass http://unix:/run/shop.sock;
        proxy_read_timeout 30s;
#                          ^^^ nginxFirst`),
        'app/gunicorn.conf.py': "bind = 'unix:/run/shop.sock'\ntimeout = 120\n",
      }),
      good: tree({
        'nginx.conf': site(`
        proxy_pass http://unix:/run/shop.sock;
        proxy_read_timeout 125s;`),
        'app/gunicorn.conf.py': "bind = 'unix:/run/shop.sock'\ntimeout = 120\n",
      }),
    },
    {
      bad: tree({
        'nginx.conf': main(`server {
    location /reports/ {
        proxy_pass http://unix:/run/shop.sock;
        proxy_read_timeout 300s;
#                          ^^^^ serverFirst
    }
}`),
        'app/gunicorn.conf.py': "bind = 'unix:/run/shop.sock'\n",
      }),
      good: tree({
        'nginx.conf': main(
          'server {\n    location / {\n        proxy_pass http://unix:/run/shop.sock;\n        proxy_read_timeout 300s;\n    }\n}',
        ),
        'app/gunicorn.conf.py': "bind = 'unix:/run/shop.sock'\nworker_class = 'gthread'\n",
      }),
    },
  ],
});
