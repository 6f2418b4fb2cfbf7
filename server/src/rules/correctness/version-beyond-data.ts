/** A target that is newer than the catalog: nobody must take silence for an answer. */
import { isVersionSaid } from '../../answers/which-build.ts';
import { isBeyond, knownUpTo } from '../../catalog/changes.ts';
import { defineRule } from '../rule.ts';

export default defineRule({
  id: 'version-beyond-data',
  group: 'correctness',
  severity: 'info',
  since: '0.2',
  title: 'Target version newer than the known ones',
  why: `
Directives, defaults and security advisories of each release are data of this program, and they end somewhere. For a newer target the newest known release of nginx is used instead: advisories and changes that came later are unknown, and what that release refuses is a warning instead of an error, since the target may accept it.

Update Proxylens, or declare new directives in \`.proxylens.yaml\` under \`directives\`.`,
  about: [],
  references: ['https://nginx.org/en/CHANGES'],
  looksAt: { config: true },
  needs: 'file',
  messages: {
    beyond: 'nginx {version} is newer than what is known here, {known}: its advisories and changes are unknown, and errors are warnings.',
  },
  check({ config, report }) {
    const { target } = config.settings;
    if (!isVersionSaid(config) || !isBeyond(target.nginx)) return;
    const file = config.tree.standIn?.file ?? config.root;
    const first = config.main.all.find((d) => d.file.id === file);
    report('beyond', {
      at: first ? first.nameAt : { file, span: { start: 0, end: 0 } },
      data: { version: target.nginx.text, known: knownUpTo() },
    });
  },
  examples: [
    {
      inside: 'main',
      settings: { nginx: '1.99.0' },
      bad: `  events { }
# ^^^^^^ beyond
  http { }`,
    },
    { inside: 'http', settings: { nginx: '1.30.7' }, good: 'server { listen 8080; }' },
  ],
});
