/** nginx is in front of a server that is made for a developer's machine. */
import { serverTitle } from '../../deploy/application.ts';
import { defineRule } from '../rule.ts';
import { site, tree } from './_examples.ts';
import { distinct, sidesOf } from './_links.ts';

export default defineRule({
  id: 'development-server',
  group: 'wsgi',
  severity: 'info',
  since: '0.2',
  title: 'Development server behind nginx',
  why: `
\`manage.py runserver\`, \`flask run\`, \`app.run()\` and \`fastapi dev\` reload code, show tracebacks and a console when they debug, and were never
audited for speed or safety; their own documentation says not to use them for more than development. None of them supports running behind a proxy.

Start the application with gunicorn, uWSGI, Waitress, uvicorn or another server that is made for it. Where the files describe a developer's
machine, suppress the rule there.`,
  about: ['proxy_pass'],
  references: [
    'https://docs.djangoproject.com/en/stable/ref/django-admin/#runserver',
    'https://flask.palletsprojects.com/en/stable/deploying/',
  ],
  looksAt: { config: true },
  needs: 'deployment',
  fixable: 'never',
  messages: { development: '{server} ({name}) is a development server. Run the application with a server such as {instead}.' },
  check({ config, deployment, report }) {
    const seen = new Set<string>();
    for (const { application, pass, member } of distinct(sidesOf(config, deployment))) {
      if (application.server.role !== 'development' || seen.has(application.id)) continue;
      seen.add(application.id);
      const directive = member?.directive ?? pass;
      report('development', {
        at: directive.at(directive.args[0] ?? directive.statement.name),
        data: {
          server: serverTitle(application),
          name: application.name,
          instead: application.framework?.declaration.interface === 'asgi' ? 'uvicorn' : 'gunicorn',
        },
        related: [{ at: application.place, message: 'it is started here' }],
      });
    }
  },
  examples: [
    {
      bad: tree({
        'nginx.conf': site(`
        proxy_pass http://127.0.0.1:8000;
#                  ^^^^^^^^^^^^^^^^^^^^^ development`),
        'app/Procfile': 'web: python manage.py runserver 127.0.0.1:8000\n',
      }),
      good: tree({
        'nginx.conf': site(`
        proxy_pass http://127.0.0.1:8000;`),
        'app/Procfile': 'web: gunicorn -b 127.0.0.1:8000 shop.wsgi\n',
      }),
    },
  ],
});
