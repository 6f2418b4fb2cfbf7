/** Request buffering off before workers that serve one request at a time. */
import { serverTitle } from '../../deploy/application.ts';
import { certain, placeOf } from '../../deploy/setting.ts';
import { fixOf, replace } from '../fix.ts';
import { defineRule } from '../rule.ts';
import { main, site, tree } from './_examples.ts';
import { distinct, orPlace, sidesOf } from './_links.ts';

export default defineRule({
  id: 'sync-worker-unbuffered',
  group: 'wsgi',
  severity: 'warning',
  since: '0.1',
  title: 'Sync workers without request buffering',
  why: `
A sync worker serves one request at a time. With request buffering on, nginx collects a body and hands it over at once; with it off, the
worker waits for as long as the client takes to send, and a handful of slow uploads stop the site. uWSGI also gives up after its
socket-timeout of 4 s without a byte.

Keep the buffering, or use threads or an asynchronous worker for the uploads.`,
  about: ['proxy_request_buffering', 'uwsgi_request_buffering'],
  references: ['https://docs.gunicorn.org/en/stable/deploy.html'],
  looksAt: { config: true },
  needs: 'deployment',
  fixable: 'always',
  messages: {
    occupies: '{directive} off lets each slow upload occupy a sync worker of {server}. Switch it on, or use another worker class.',
  },
  check({ config, deployment, report }) {
    const reported = new Set<string>();
    for (const side of distinct(sidesOf(config, deployment))) {
      const { application, pass, target } = side;
      if (!['proxy', 'uwsgi'].includes(target.kind)) continue;
      const line = pass.scope.value(`${target.kind}_request_buffering`);
      const word = line?.args[0];
      if (!line || !word || word.value.toLowerCase() !== 'off' || certain(application.worker) !== 'sync') continue;
      const key = `${line.file.id}#${line.statement.start}`;
      if (reported.has(key)) continue;
      reported.add(key);
      report('occupies', {
        at: line.at(),
        data: { directive: line.name, server: serverTitle(application) },
        related: [{ at: orPlace(placeOf(application.worker), application), message: 'sync workers' }],
        fix: fixOf('Switch the buffering on', 'suggestion', line.file, [replace(word, 'on')]),
      });
    }
  },
  examples: [
    {
      bad: tree({
        'nginx.conf': site(`
        proxy_pass http://unix:/run/shop.sock;
        proxy_request_buffering off;
#       ^^^^^^^^^^^^^^^^^^^^^^^^^^^^ occupies`),
        'app/gunicorn.conf.py': "bind = 'unix:/run/shop.sock'\nworkers = 3\n",
      }),
      good: tree({
        'nginx.conf': site(`
        proxy_pass http://unix:/run/shop.sock;
        proxy_request_buffering on;`),
        'app/gunicorn.conf.py': "bind = 'unix:/run/shop.sock'\nworkers = 3\n",
      }),
    },
    {
      good: tree({
        'nginx.conf': main(
          'server {\n    location / {\n        proxy_pass http://unix:/run/shop.sock;\n        proxy_request_buffering off;\n    }\n}',
        ),
        'app/gunicorn.conf.py': "bind = 'unix:/run/shop.sock'\nworkers = 3\nthreads = 4\n",
      }),
    },
  ],
});
