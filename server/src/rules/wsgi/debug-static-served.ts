/** Django with DEBUG on behind a proxy. */
import { frameworkTitle } from '../../deploy/application.ts';
import { certain, placeOf } from '../../deploy/setting.ts';
import { defineRule } from '../rule.ts';
import { setPython } from './_edits.ts';
import { django, main, site, tree } from './_examples.ts';
import { distinct, djangoSides, isDevelopment, orPlace } from './_links.ts';

export default defineRule({
  id: 'debug-static-served',
  group: 'wsgi',
  severity: 'info',
  since: '0.1',
  title: 'Django DEBUG behind nginx',
  why: `
With \`DEBUG\` Django shows its settings and source lines to whoever triggers an error, keeps every SQL query in memory, and static and media
routes that work now stop working the day it is switched off. Behind nginx it should be off, and static files should be nginx's.`,
  about: ['proxy_pass'],
  references: ['https://docs.djangoproject.com/en/stable/ref/settings/#debug'],
  looksAt: { config: true },
  needs: 'deployment',
  fixable: 'sometimes',
  messages: {
    debug:
      '{framework} behind this proxy runs with DEBUG on: error pages show its source and settings, and it serves static files. Turn it off.',
  },
  check({ config, deployment, report }) {
    for (const side of distinct(djangoSides(config, deployment))) {
      const { debug } = side.django.settings;
      // runserver is a development set-up, and so is a project whose server is not in the workspace
      if (certain(debug) !== true || isDevelopment(side.application)) continue;
      const fix = setPython(deployment, debug, 'DEBUG', 'False', side.django.settings.end, 'Switch DEBUG off');
      report('debug', {
        at: side.pass.nameAt,
        data: { framework: frameworkTitle(side.application.framework!) },
        related: [{ at: orPlace(placeOf(debug), side.application), message: 'DEBUG is on' }],
        fix,
      });
    }
  },
  examples: [
    {
      bad: tree({
        'nginx.conf': site(`
        proxy_pass http://unix:/run/shop.sock;
#       ^^^^^^^^^^ debug`),
        ...django('DEBUG = True\n'),
      }),
      good: tree({
        'nginx.conf': site(`
        proxy_pass http://unix:/run/shop.sock;`),
        ...django('DEBUG = False\n'),
      }),
    },
    {
      good: tree({
        'nginx.conf': main('server {\n    location / {\n        proxy_pass http://unix:/run/shop.sock;\n    }\n}'),
        ...django("import os\nDEBUG = os.environ.get('DEBUG') == '1'\n"),
      }),
    },
  ],
});
