/** `try_files` asks the disk for each of its names at every request; a cache of open files answers instead. */
import { fixOf, insertBefore } from '../fix.ts';
import { defineRule } from '../rule.ts';

export default defineRule({
  id: 'open-file-cache-missing',
  formerly: ['open-file-cache'],
  group: 'performance',
  severity: 'hint',
  default: false,
  since: '0.1',
  missing: ['open_file_cache'],
  equivalents: ['gixy:try_files_is_evil_too'],
  title: 'try_files without open_file_cache',
  why: `
For each name in \`try_files\` nginx asks the file system whether it exists, for every request, including those that go to the application.
\`open_file_cache\` keeps the answers for a while; with \`open_file_cache_errors on\` also that a file is not there. On a local disk that the
kernel has cached the gain is small, on network storage it is large.`,
  about: ['try_files', 'open_file_cache', 'open_file_cache_errors', 'open_file_cache_valid'],
  looksAt: { directive: ['try_files'] },
  needs: 'file',
  fixable: 'always',
  messages: { uncached: 'try_files looks for {count} on disk at every request. Turn open_file_cache on.' },
  check({ directive, scope, report }) {
    // a literal name that is no page is there to be missing: the way to jump to a named location
    const count = directive.args.slice(0, -1).filter((a) => a.value.includes('$') || /\/[\w-]+\.\w+$|\/$/.test(a.value)).length;
    if (count < 1) return;
    const cache = scope.value('open_file_cache');
    if (cache && cache.value(0) !== 'off') return;
    report('uncached', {
      at: directive.statement.name,
      data: { count: count === 1 ? 'a file' : `${count} files` },
      fix: cache
        ? fixOf('Keep 1000 open files', 'suggestion', cache.file, [
            { span: { start: cache.args[0]!.start, end: cache.args.at(-1)!.end }, newText: 'max=1000 inactive=20s' },
          ])
        : fixOf('Keep 1000 open files', 'suggestion', directive.file, [
            insertBefore(directive.file, directive.statement, [
              'open_file_cache max=1000 inactive=20s;',
              ...(scope.has('open_file_cache_errors') ? [] : ['open_file_cache_errors on;']),
            ]),
          ]),
    });
  },
  examples: [
    {
      inside: 'location',
      bad: `    try_files $uri $uri/ =404;
#   ^^^^^^^^^ uncached`,
      good: `    open_file_cache max=1000 inactive=20s;
    open_file_cache_errors on;
    try_files $uri $uri/ =404;`,
    },
    {
      inside: 'server',
      bad: `open_file_cache off;
location / {
    try_files $uri =404;
#   ^^^^^^^^^ uncached
}`,
      good: `open_file_cache max=1000 inactive=20s;
location / {
    try_files $uri =404;
}`,
    },
  ],
});
