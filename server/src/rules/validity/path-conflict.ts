/** Folders of caches and temporary files that two directives use in ways that exclude one another (ngx_add_path). */
import type { Directive } from '../../config/directive.ts';
import { MemoPerBlock } from '../../config/pieces.ts';
import { defineRule } from '../rule.ts';
import { soundFact } from './_sound.ts';

const CACHE = /^(?:proxy|fastcgi|uwsgi|scgi)_cache_path$/;
const TEMP = /^(?:client_body|proxy|fastcgi|uwsgi|scgi)_temp_path$/;

/** The levels of subfolders as nginx compares them. */
const levelsOf = (d: Directive): string =>
  CACHE.test(d.name)
    ? (d.values.find((v) => v.startsWith('levels='))?.slice(7) ?? '')
    : d.values.slice(1).map(Number).filter(Boolean).join(':');

const paths = new MemoPerBlock((directives) => directives.filter((d) => CACHE.test(d.name) || TEMP.test(d.name)));

export default defineRule({
  id: 'path-conflict',
  group: 'validity',
  severity: 'error',
  since: '0.1',
  title: 'Path used by two caches',
  why: `
Each cache needs its own folder. A folder for temporary files may be shared, but then with the same levels of subfolders everywhere.`,
  about: ['proxy_cache_path', 'proxy_temp_path'],
  looksAt: { config: true },
  needs: 'config',
  messages: {
    used: 'The same path name "{path}" is used by another directive. Each cache needs its own folder.',
    levels: 'The same path name "{path}" has the different levels than an earlier use of it. Give it the same ones.',
  },
  check({ config, report }) {
    const first = new Map<string, Directive>();
    for (const directive of [...paths.of(config)].flat()) {
      if (!soundFact(directive)) continue;
      const cache = CACHE.test(directive.name);
      const written = directive.value(0);
      const path = written.replace(/\/+$/, '');
      const before = first.get(path);
      if (!before) {
        first.set(path, directive);
        continue;
      }
      const related = [{ at: before.at(before.args[0]), message: 'The other use is here.' }];
      const at = directive.at(directive.args[0]);
      // nginx compares the letters: with a slash more it takes both, and they spoil each other's files
      const same = before.value(0) === written;
      if (cache || CACHE.test(before.name))
        report('used', { at, data: { path }, related, ...(same ? {} : { severity: 'warning' as const }) });
      else if (levelsOf(directive) !== levelsOf(before)) report('levels', { at, data: { path }, related });
    }
  },
  examples: [
    {
      inside: 'http',
      bad: '    proxy_cache_path /var/cache/a keys_zone=a:1m;\n    proxy_cache_path /var/cache/a keys_zone=b:1m;\n#                    ^^^^^^^^^^^^ used',
      good: '    proxy_cache_path /var/cache/a keys_zone=a:1m;\n    proxy_cache_path /var/cache/b keys_zone=b:1m;',
    },
    {
      inside: 'http',
      bad: '    proxy_temp_path /var/tmp/t 1;\n    fastcgi_temp_path /var/tmp/t 2;\n#                     ^^^^^^^^^^ levels',
      good: '    proxy_temp_path /var/tmp/t 1;\n    fastcgi_temp_path /var/tmp/t 1;',
    },
  ],
});
