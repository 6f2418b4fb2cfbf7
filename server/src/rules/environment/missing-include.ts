/** An include that names a file which is not there (ngx_conf_include: open() failed); masks may match nothing. */
import { pathOf } from '../../base/file-id.ts';
import type { Place } from '../../base/span.ts';
import { candidates } from '../../config/load.ts';
import type { Include } from '../../config/tree.ts';
import { defineRule } from '../rule.ts';

/** Most other places of the same include that a finding names. */
const MOST_OTHERS = 20;

export default defineRule({
  id: 'missing-include',
  group: 'environment',
  severity: 'warning',
  since: '0.1',
  covers: ['not-checked'],
  equivalents: ['nginx-lint:include-path-exists'],
  title: 'Included file does not exist',
  why: `
nginx does not start when an \`include\` names a file that it cannot open. A name with a mask (\`conf.d/*.conf\`) may match nothing. Whether a
file is there depends on the machine: in a checkout, \`pathMap\` says where the paths of the configuration are.`,
  about: ['include'],
  looksAt: { config: true },
  needs: 'disk',
  messages: {
    missing: 'There is no file "{path}", and nginx does not start without it. It was looked up at {places}.',
    unreadable: 'The file cannot be read: {detail}.',
  },
  check({ config, report }) {
    // one file that is not there is one finding, however many places would include it
    const lacking = new Map<string, { readonly include: Include; readonly at: Place; readonly others: Place[] }>();
    for (const [statement, include] of config.tree.includes) {
      const word = statement.args[0];
      if (!include.problem || !word || word.templated || word.value.includes('$')) continue;
      const at: Place = { file: include.file, span: { start: word.start, end: word.end } };
      const known = lacking.get(include.path);
      if (known) known.others.push(at);
      else lacking.set(include.path, { include, at, others: [] });
    }
    for (const { include, at, others } of lacking.values()) {
      const related = others.slice(0, MOST_OTHERS).map((other) => ({ at: other, message: 'included here, too' }));
      const { problem, path, detail } = include;
      if (problem === 'missing') {
        const places = candidates(path, config.confDir, config.root, config.settings).map(pathOf);
        report('missing', { at, related, data: { path, places: places.join(', ') } });
      } else if (problem === 'unreadable' || problem === 'folder') report('unreadable', { at, related, data: { detail: detail || path } });
    }
  },
  examples: [
    {
      bad: `#- nginx.conf
events {}
http {
    include snippets/tls.conf;
#           ^^^^^^^^^^^^^^^^^ missing
}`,
      good: `#- nginx.conf
events {}
http {
    include snippets/tls.conf;
}
#- snippets/tls.conf
ssl_session_timeout 1d;`,
      fixed: false,
    },
    {
      bad: `#- nginx.conf
events {}
http {
    server { listen 8001; include snippets/tls.conf; }
#                                 ^^^^^^^^^^^^^^^^^ missing
    server { listen 8002; include snippets/tls.conf; }
}`,
      good: `#- nginx.conf
events {}
http {
    server { listen 8001; include snippets/tls.conf; }
    server { listen 8002; include snippets/tls.conf; }
}
#- snippets/tls.conf
ssl_session_timeout 1d;`,
      fixed: false,
    },
    { inside: 'http', good: 'include sites-enabled/*;' },
  ],
});
