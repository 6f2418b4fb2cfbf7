/** A template's nginx variable that envsubst takes for its own: in its place nginx reads a value of the environment, or nothing. */
import type { Config } from '../../config/config.ts';
import type { Directive } from '../../config/directive.ts';
import { walk } from '../../config/scope.ts';
import { variablesDefinedBy, variablesOf } from '../../config/variables.ts';
import { ALWAYS_SET, type EnvsubstCall, nginxEnvironment, reads, substitutionsOf } from '../../deploy/envsubst.ts';
import type { SourceFile, Statement } from '../../syntax/statement.ts';
import { type VariableUse, variablesIn } from '../../syntax/variable.ts';
import { type Fix, fixOf, replace } from '../fix.ts';
import { defineRule } from '../rule.ts';

interface Site {
  readonly use: VariableUse;
  readonly directive: Directive;
  /** the word names a variable that the directive makes */
  readonly defines: boolean;
}

/** All that envsubst would take for a name, each once, in order. */
function sitesIn(config: Config, file: SourceFile): Site[] {
  const seen = new Set<Statement>();
  const out: Site[] = [];
  for (const directive of walk(config.main)) {
    const { statement } = directive;
    if (directive.file !== file || seen.has(statement)) continue;
    seen.add(statement);
    const made = variablesDefinedBy(directive);
    for (const word of statement.args)
      for (const use of variablesIn(word).uses)
        if (/^[A-Za-z_]/.test(use.name))
          out.push({ use, directive, defines: made.some((d) => d.word === word && !d.capture && d.length === use.name.length + 1) });
  }
  return out;
}

/** The call with the names that it is to replace. */
function listed(call: EnvsubstCall, names: readonly string[]): Fix | null {
  if (!call.dollar || !names.length) return null;
  const { end } = call.at.span;
  const newText = ` '${names.map((n) => `${call.dollar}${n}`).join(' ')}'`;
  return {
    title: `Let envsubst replace ${names.length === 1 ? `$${names[0]}` : 'the placeholders'} only`,
    safety: 'suggestion',
    edits: [{ file: call.at.file, edits: [{ span: { start: end, end }, newText }] }],
  };
}

export default defineRule({
  id: 'envsubst-eats-variable',
  group: 'correctness',
  severity: 'warning',
  since: '0.1',
  title: 'envsubst replaces an nginx variable',
  why: `
To envsubst \`$host\` and \`$BACKEND\` look the same: a dollar sign and a name. Called without a list of names it replaces them all, and a name that the environment does not have by nothing. \`proxy_set_header Host $host;\` then reaches nginx without its value, and \`set $x …\` without its name.

The official image is more careful: it replaces only names that its environment has. There a variable is lost when the container is given an environment variable of the very same name (\`host\`, \`uri\`), or when a template makes a variable that is called like a placeholder.

Variables of nginx are best written in lower case and those of the environment in upper case; your own call names what it replaces: \`envsubst '$BACKEND $PORT'\`.`,
  about: ['set', 'map'],
  references: ['https://www.gnu.org/software/gettext/manual/html_node/envsubst-Invocation.html'],
  looksAt: { file: true },
  needs: 'file',
  fixable: 'sometimes',
  messages: {
    emptied:
      'envsubst is called without a list of names, so it replaces ${name} with nothing, too. Name the variables that it should replace.',
    given: 'The container is given a variable "{name}", so envsubst writes its value in place of ${name}. Give it another name there.',
    defined:
      'envsubst replaces ${name} here too, so that {directive} gets its value instead of a name. Write the variable of nginx in lower case.',
  },
  check({ config, file, deployment, report }) {
    const { calls, variables } = nginxEnvironment(deployment);
    const name = file.id.slice(file.id.lastIndexOf('/') + 1);
    const call = calls.find((c) => reads(c, name, file.id));
    if (!call && file.template !== 'envsubst') return;
    const sites = sitesIn(config, file);
    const ofNginx = (site: Site): boolean => {
      const key = site.use.name.toLowerCase();
      return (['http', 'stream'] as const).some(
        (p) => config.catalog.variable(key, p) !== null || variablesOf(config, p).definitions.has(key),
      );
    };

    // where all names are known that are replaced, the others are nginx's
    const replaced = call?.names ? [call.names] : call ? null : substitutionsOf(deployment, file.id).map((s) => s.names);
    const spared = (variable: string): boolean => !!replaced?.length && replaced.every((names) => !names.has(variable));
    const made = new Set<string>();
    for (const { use, directive, defines } of sites) {
      if (!defines || use.braced || !/[A-Z]/.test(use.name) || made.has(use.name)) continue;
      const placeholder = sites.some((s) => s.use.braced && s.use.name === use.name);
      if (spared(use.name) || (!placeholder && !ALWAYS_SET.has(use.name) && !variables.has(use.name))) continue;
      made.add(use.name);
      const lower = use.name.toLowerCase();
      const free = (['http', 'stream'] as const).every((p) => config.catalog.variable(lower, p) === null);
      const bare = sites.filter((s) => !s.use.braced && s.use.name === use.name);
      const given = variables.get(use.name);
      report('defined', {
        at: use.span,
        data: { name: use.name, directive: `"${directive.name}"` },
        ofTemplate: true,
        related: given ? [{ at: given, message: 'the environment’s variable' }] : [],
        fix: free
          ? fixOf(
              `Write $${lower}`,
              'suggestion',
              file,
              bare.map((s) => replace(s.use.nameSpan, lower)),
            )
          : null,
      });
    }

    const lost = sites.filter((s) => !made.has(s.use.name) && /[a-z]/.test(s.use.name) && ofNginx(s));
    if (call?.only === null) {
      const first = lost.find((s) => !variables.has(s.use.name));
      const own = new Set(sites.flatMap((s) => (/[a-z]/.test(s.use.name) || made.has(s.use.name) ? [] : [s.use.name])));
      if (first)
        report('emptied', {
          at: first.use.span,
          data: { name: first.use.name },
          ofTemplate: true,
          related: [{ at: call.at, message: 'the call without a list' }],
          fix: listed(call, [...own]),
        });
    } else if (!call) {
      const told = new Set<string>();
      for (const { use } of lost) {
        const given = variables.get(use.name);
        if (given === undefined || told.has(use.name)) continue;
        told.add(use.name);
        report('given', {
          at: use.span,
          data: { name: use.name },
          ofTemplate: true,
          related: given ? [{ at: given, message: 'given to the container here' }] : [],
        });
      }
    }
  },
  examples: [
    {
      inside: 'tree',
      bad: `#- nginx.conf
events {}
http { include site.conf.template; }
#- site.conf.template
server {
    server_name \${SITE_NAME};
    location / {
        proxy_set_header Host $host;
#                             ^^^^^ emptied
        proxy_pass http://127.0.0.1:8000;
    }
}
#- Dockerfile
FROM nginx:1.27
COPY site.conf.template /etc/nginx/site.conf.template
CMD envsubst < /etc/nginx/site.conf.template > /etc/nginx/conf.d/default.conf && nginx -g 'daemon off;'
`,
      good: `#- nginx.conf
events {}
http { include site.conf.template; }
#- site.conf.template
server {
    server_name \${SITE_NAME};
    location / {
        proxy_set_header Host $host;
        proxy_pass http://127.0.0.1:8000;
    }
}
#- Dockerfile
FROM nginx:1.27
COPY site.conf.template /etc/nginx/site.conf.template
CMD envsubst '$SITE_NAME' < /etc/nginx/site.conf.template > /etc/nginx/conf.d/default.conf && nginx -g 'daemon off;'
`,
    },
    {
      inside: 'tree',
      bad: `#- nginx.conf
events {}
http { include app.conf.template; }
#- app.conf.template
server {
    set $BACKEND \${BACKEND};
#       ^^^^^^^^ defined
    location / { proxy_pass http://$BACKEND; }
}
`,
      good: `#- nginx.conf
events {}
http { include app.conf.template; }
#- app.conf.template
server {
    set $backend \${BACKEND};
    location / { proxy_pass http://$backend; }
}
`,
    },
    {
      inside: 'tree',
      bad: `#- nginx.conf
events {}
http { include app.conf.template; }
#- app.conf.template
server {
    server_name \${SITE_NAME};
    location / { return 301 https://$host$request_uri; }
#                                   ^^^^^ given
}
#- compose.yaml
services:
  web:
    image: nginx:1.27
    environment:
      host: www.example.com
`,
      good: `#- nginx.conf
events {}
http { include app.conf.template; }
#- app.conf.template
server {
    server_name \${SITE_NAME};
    location / { return 301 https://$host$request_uri; }
}
#- compose.yaml
services:
  web:
    image: nginx:1.27
    environment:
      SITE_NAME: www.example.com
`,
    },
    {
      inside: 'tree',
      good: `#- nginx.conf
events {}
http { include app.conf.template; }
#- app.conf.template
map $http_upgrade $LINK_MODE { default upgrade; "" close; }
server {
    server_name \${SITE_NAME};
    location / {
        proxy_set_header Connection $LINK_MODE;
        proxy_set_header Host $host;
        proxy_pass http://127.0.0.1:8000;
    }
}
#- docker-entrypoint.sh
#!/bin/sh
# envsubst < app.conf.template
envsubst '\${SITE_NAME} \${PORT}' < app.conf.template > /etc/nginx/conf.d/app.conf
exec nginx -g 'daemon off;'
`,
    },
  ],
});
