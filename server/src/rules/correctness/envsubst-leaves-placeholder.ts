/** A placeholder of a template that no file sets: the image's scripts leave it as it is, and nginx reads `${NAME}`. */

import { basename, type FileId } from '../../base/file-id.ts';
import type { Config } from '../../config/config.ts';
import type { Misplaced } from '../../config/tree.ts';
import { variablesOf } from '../../config/variables.ts';
import type { Deployment } from '../../deploy/deployment.ts';
import { nginxEnvironment, reads, substitutionsOf } from '../../deploy/envsubst.ts';
import { meets } from '../../syntax/template.ts';
import { defineRule } from '../rule.ts';

/** Where a file is put that nginx's image takes as it is: among the sites or as the main file, with no script that could write it anew. Null where that is not known. */
function readAsPut(config: Config, file: FileId, deployment: Deployment): Misplaced | null {
  const { misplaced, standIn, root } = config.tree;
  if (!misplaced || misplaced.as === 'unread' || misplaced.rendered || file !== (standIn?.file ?? root)) return null;
  // the scripts are told of another folder or another ending
  const { variables } = nginxEnvironment(deployment);
  return [...variables.keys()].some((name) => name.startsWith('NGINX_ENVSUBST_')) ? null : misplaced;
}

/** Where its template belongs: what the image makes of it comes to conf.d, unless that is said otherwise. */
const templateFor = ({ path, as }: Misplaced): string =>
  `/etc/nginx/templates/${path.replace(/^.*\//, '')}.template${as === 'main' ? ', and set NGINX_ENVSUBST_OUTPUT_DIR to /etc/nginx' : ''}`;

const PUT = (path: string, mark = ''): string => `#- default.conf
server {
    listen 80;
    location / {
        proxy_pass http://web:\${APP_PORT};${mark}
    }
}
#- compose.yaml
services:
  nginx:
    image: nginx:1.27
    environment:
      APP_PORT: 8000
    volumes:
      - ./default.conf:${path}:ro
`;

export default defineRule({
  id: 'envsubst-leaves-placeholder',
  group: 'correctness',
  severity: 'warning',
  since: '0.2',
  title: 'Template placeholder that nothing sets',
  why: `
The scripts of nginx's image run envsubst over the files of \`/etc/nginx/templates\` and tell it to replace the names that the container's environment has, and no others. A placeholder whose name is not set there stays in the written file. Where a directive takes no variables nginx refuses it ("client_max_body_size" directive invalid value), where it does nginx looks for a variable of its own by that name ("unknown variable"), and in \`server_name\` it is a name that no client asks for. The container then does not start, or answers for nobody.

A default within the braces (\`\${PORT:-80}\`) is the shell's: envsubst replaces \`\${PORT}\` and leaves the other as it is, whatever the environment has.

The scripts look at no other folder: a file that is mounted into \`/etc/nginx/conf.d\` is read as it is.

A call of envsubst with a list of names (\`envsubst '$PORT'\`) replaces these alone, whatever the environment has, and so does \`NGINX_ENVSUBST_FILTER\`, to which names must fit.

Of the environment it is said only where all that sets the environment is there to be read: the compose file, the files that its \`env_file\` names, and the Dockerfile.`,
  about: ['server_name', 'listen'],
  references: ['https://github.com/docker-library/docs/tree/master/nginx#using-environment-variables-in-nginx-configuration-new-in-119'],
  looksAt: { file: true },
  needs: 'file',
  fixable: 'never',
  messages: {
    unlisted:
      '${name} is not in the list of names that envsubst is given, so nginx reads it as it is. Add it to the list: envsubst replaces no other.',
    filtered:
      '${name} does not fit NGINX_ENVSUBST_FILTER ("{filter}"), so nginx reads it as it is. Give it a name that fits, or change the filter.',
    defaulted:
      'envsubst knows no defaults and leaves "{written}" as it is, and so nginx reads it. Write "${name}", and set the default where the environment is set.',
    untouched:
      'nginx reads {name} as it is: {image} replaces names in the files of /etc/nginx/templates alone, and this one is put to {path}. Put it to {wanted}.',
    unset:
      '${name} is not in the environment of any container that renders this template ({services}), so nginx reads it as it is. Set it under "environment".',
  },
  check({ config, file, deployment, report }) {
    if (file.template !== 'envsubst') return;
    const own = basename(file.id);
    // a call with a list of its own decides, wherever the values come from
    const calls = nginxEnvironment(deployment).calls.filter((c) => reads(c, own, file.id));
    const lists = calls.flatMap((call) => (call.names ? [{ call, names: call.names }] : []));
    const by = calls.length ? [] : substitutionsOf(deployment, file.id);
    const asPut = calls.length || by.length ? null : readAsPut(config, file.id, deployment);
    if (!asPut && !by.length && (!lists.length || lists.length < calls.length)) return;
    const said = new Set<string>();
    const comments = [...file.comments].sort((a, b) => a.start - b.start);
    for (const mark of file.marks ?? []) {
      const written = file.text.slice(mark.start, mark.end);
      const name = /\w+/.exec(written)?.[0];
      if (!name || said.has(name) || meets(comments, mark.start, mark.end)) continue;
      if (!asPut && /^\$\{\w+:?[-=?+]/.test(written)) {
        said.add(name);
        report('defaulted', { at: { start: mark.start, end: mark.end }, data: { name, written }, ofTemplate: true });
        continue;
      }
      const lacking = by.filter(({ names }) => !names.has(name));
      const unlisted = lists.length > 0 && lists.every(({ names }) => !names.has(name));
      if (!lacking.length && !unlisted && !asPut) continue;
      said.add(name);
      const key = name.toLowerCase();
      // nginx does not tell the cases apart: what is left may be a variable of its own
      if ((['http', 'stream'] as const).some((p) => config.catalog.variable(key, p) || variablesOf(config, p).definitions.has(key)))
        continue;
      if (asPut) {
        report('untouched', {
          at: { start: mark.start, end: mark.end },
          data: {
            name: written,
            image: asPut.of,
            path: asPut.path,
            wanted: templateFor(asPut),
          },
          ofTemplate: true,
          related: [{ at: asPut.at, message: 'put there here' }],
        });
        continue;
      }
      if (unlisted) {
        report('unlisted', {
          at: { start: mark.start, end: mark.end },
          data: { name },
          ofTemplate: true,
          related: lists.map(({ call }) => ({ at: call.at, message: 'the call with its list' })),
        });
        continue;
      }
      const filter = lacking.find((l) => l.filter !== null && l.filtered.has(name))?.filter;
      if (filter) {
        report('filtered', {
          at: { start: mark.start, end: mark.end },
          data: { name, filter },
          ofTemplate: true,
          related: lacking.map(({ service }) => ({ at: service.place, message: 'the container' })),
        });
        continue;
      }
      report('unset', {
        at: { start: mark.start, end: mark.end },
        data: { name, services: lacking.map((s) => `service "${s.service.name}"`).join(', ') },
        ofTemplate: true,
        related: lacking.map(({ service }) => ({ at: service.place, message: 'the container' })),
      });
    }
  },
  examples: [
    {
      inside: 'tree',
      notOn122: 'nginx reads what envsubst makes of the template',
      bad: `#- nginx.conf
events {}
http { include templates/*.template; }
#- templates/default.conf.template
server {
    listen 80;
    server_name \${SITE_NAME};
    client_max_body_size \${BODY_LIMIT};
#                        ^^^^^^^^^^^^^ unset
}
#- compose.yaml
services:
  web:
    image: nginx:1.27
    environment:
      SITE_NAME: www.example.com
    volumes:
      - ./templates:/etc/nginx/templates:ro
`,
      good: `#- nginx.conf
events {}
http { include templates/*.template; }
#- templates/default.conf.template
server {
    listen 80;
    server_name \${SITE_NAME};
    client_max_body_size \${BODY_LIMIT};
}
#- compose.yaml
services:
  web:
    image: nginx:1.27
    environment:
      SITE_NAME: www.example.com
      BODY_LIMIT: 20m
    volumes:
      - ./templates:/etc/nginx/templates:ro
`,
      fixed: false,
    },
    {
      inside: 'tree',
      notOn122: 'nginx reads what envsubst makes of the template',
      bad: `#- nginx.conf
events {}
http { include templates/*.template; }
#- templates/default.conf.template
server {
    listen 80;
    client_max_body_size \${BODY_LIMIT:-20m};
#                        ^^^^^^^^^^^^^^^^^^ defaulted
}
#- compose.yaml
services:
  web:
    image: nginx:1.27
    environment:
      BODY_LIMIT: 30m
    volumes:
      - ./templates:/etc/nginx/templates:ro
`,
      good: `#- nginx.conf
events {}
http { include templates/*.template; }
#- templates/default.conf.template
server {
    listen 80;
    client_max_body_size \${BODY_LIMIT};
}
#- compose.yaml
services:
  web:
    image: nginx:1.27
    environment:
      BODY_LIMIT: \${BODY_LIMIT:-20m}
    volumes:
      - ./templates:/etc/nginx/templates:ro
`,
      fixed: false,
    },
    {
      inside: 'tree',
      good: `#- nginx.conf
events {}
http { include templates/*.template; }
#- templates/default.conf.template
server {
    listen 80;
    server_name \${SITE_NAME};
}
#- compose.yaml
services:
  web:
    image: nginx:1.27
    env_file: web.env
    volumes:
      - ./templates:/etc/nginx/templates:ro
`,
    },
    {
      inside: 'tree',
      notOn122: 'nginx reads what envsubst makes of the template',
      bad: `#- nginx.conf
events {}
http { include site.conf.template; }
#- site.conf.template
server {
    listen \${PORT};
    client_max_body_size \${BODY_LIMIT};
#                        ^^^^^^^^^^^^^ unlisted
}
#- docker-entrypoint.sh
#!/bin/sh
envsubst '\${PORT}' < site.conf.template > /etc/nginx/conf.d/site.conf
`,
      good: `#- nginx.conf
events {}
http { include site.conf.template; }
#- site.conf.template
server {
    listen \${PORT};
    client_max_body_size \${BODY_LIMIT};
}
#- docker-entrypoint.sh
#!/bin/sh
envsubst '\${PORT} \${BODY_LIMIT}' < site.conf.template > /etc/nginx/conf.d/site.conf
`,
      fixed: false,
    },
    {
      inside: 'tree',
      notOn122: 'nginx reads what envsubst makes of the template',
      bad: `#- nginx.conf
events {}
http { include templates/*.template; }
#- templates/default.conf.template
server {
    listen \${WEB_PORT};
    client_max_body_size \${BODY_LIMIT};
#                        ^^^^^^^^^^^^^ filtered
}
#- compose.yaml
services:
  web:
    image: nginx:1.27
    environment:
      NGINX_ENVSUBST_FILTER: ^WEB_
      WEB_PORT: 8080
      BODY_LIMIT: 20m
    volumes:
      - ./templates:/etc/nginx/templates:ro
`,
      good: `#- nginx.conf
events {}
http { include templates/*.template; }
#- templates/default.conf.template
server {
    listen \${WEB_PORT};
    client_max_body_size \${WEB_BODY_LIMIT};
}
#- compose.yaml
services:
  web:
    image: nginx:1.27
    environment:
      NGINX_ENVSUBST_FILTER: ^WEB_
      WEB_PORT: 8080
      WEB_BODY_LIMIT: 20m
    volumes:
      - ./templates:/etc/nginx/templates:ro
`,
      fixed: false,
    },
    {
      inside: 'tree',
      notOn122: 'the placeholder is a variable that nginx does not know',
      bad: PUT('/etc/nginx/conf.d/default.conf', '\n#                             ^^^^^^^^^^^ untouched'),
      good: PUT('/etc/nginx/templates/default.conf.template'),
      fixed: false,
    },
  ],
});
