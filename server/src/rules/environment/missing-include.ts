/** An include that names a file which is not there (ngx_conf_include: open() failed); masks may match nothing. */
import { pathOf } from '../../base/file-id.ts';
import { candidates } from '../../config/load.ts';
import { defineRule } from '../rule.ts';

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
  looksAt: { directive: ['include'] },
  needs: 'disk',
  messages: {
    missing: 'There is no file "{path}", and nginx does not start without it. It was looked up at {places}.',
    unreadable: 'The file cannot be read: {detail}.',
  },
  check({ directive, config, report }) {
    const include = config.tree.includes.get(directive.statement);
    const word = directive.args[0];
    if (!include?.problem || !word || word.templated || word.value.includes('$')) return;
    const places = candidates(include.path, config.confDir, config.root, config.settings).map(pathOf);
    if (include.problem === 'missing') report('missing', { at: word, data: { path: include.path, places: places.join(', ') } });
    else if (include.problem === 'unreadable' || include.problem === 'folder')
      report('unreadable', { at: word, data: { detail: include.detail || include.path } });
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
    { inside: 'http', good: 'include sites-enabled/*;' },
  ],
});
