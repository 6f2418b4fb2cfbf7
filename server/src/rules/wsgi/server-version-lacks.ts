/** An application server is told to use what its installed version has not: it does not start, and nginx answers 502. */
import { serverTitle } from '../../deploy/application.ts';
import { defineRule } from '../rule.ts';
import { site, tree } from './_examples.ts';
import { distinct, orPlace, sidesOf } from './_links.ts';

export default defineRule({
  id: 'server-version-lacks',
  group: 'wsgi',
  severity: 'warning',
  since: '0.2',
  title: 'Application server without what its settings name',
  why: `
gunicorn 26.0 removed the worker class \`eventlet\`, and 24.0 brought \`asgi\`. With a class that it lacks, gunicorn exits at startup, and nginx answers 502 for every request.

Use another worker class, or another version. Nothing is said where no file names the version.`,
  about: ['proxy_pass'],
  references: ['https://docs.gunicorn.org/en/stable/settings.html#worker-class'],
  looksAt: { config: true },
  needs: 'deployment',
  fixable: 'never',
  messages: { lacks: '{server} {version} has no {setting}: {why}, so it does not start and nginx answers 502. {instead}.' },
  check({ config, deployment, report }) {
    const seen = new Set<string>();
    for (const { application, pass, member } of distinct(sidesOf(config, deployment))) {
      const lack = application.server.lacks?.(application, application.settings);
      if (!lack || seen.has(application.id)) continue;
      seen.add(application.id);
      const directive = member?.directive ?? pass;
      const { version, setting, why, instead } = lack;
      report('lacks', {
        at: directive.at(directive.args[0] ?? directive.statement.name),
        data: { server: serverTitle(application), version, setting, why, instead },
        related: [{ at: orPlace(lack.place, application), message: 'set here' }],
      });
    }
  },
  examples: [
    {
      bad: tree({
        'nginx.conf': site(`
        proxy_pass http://127.0.0.1:8000;
#                  ^^^^^^^^^^^^^^^^^^^^^ lacks`),
        'app/gunicorn.conf.py': "bind = '127.0.0.1:8000'\nworker_class = 'eventlet'\n",
        'requirements.txt': 'gunicorn==26.0.0\neventlet==0.40.0\n',
      }),
      good: tree({
        'nginx.conf': site(`
        proxy_pass http://127.0.0.1:8000;`),
        'app/gunicorn.conf.py': "bind = '127.0.0.1:8000'\nworker_class = 'eventlet'\n",
        'requirements.txt': 'gunicorn==25.3.0\neventlet==0.40.0\n',
      }),
    },
    {
      bad: tree({
        'nginx.conf': site(`
        proxy_pass http://127.0.0.1:8000;
#                  ^^^^^^^^^^^^^^^^^^^^^ lacks`),
        'app/Procfile': 'web: gunicorn -k asgi -b 127.0.0.1:8000 shop.asgi\n',
        'requirements.txt': 'gunicorn==23.0.0\n',
      }),
      good: tree({
        'nginx.conf': site(`
        proxy_pass http://127.0.0.1:8000;`),
        'app/Procfile': 'web: gunicorn -k asgi -b 127.0.0.1:8000 shop.asgi\n',
        'requirements.txt': 'gunicorn>=23.0.0\n',
      }),
    },
    {
      good: tree({
        'nginx.conf': site(`
        proxy_pass http://127.0.0.1:8000;`),
        'app/gunicorn.conf.py': "bind = '127.0.0.1:8000'\nworker_class = 'eventlet'\n",
      }),
    },
  ],
});
