/** alias in a regex location is the whole path: without a group every file is the same one. Shown by two requests that end alike. */
import type { Directive } from '../../config/directive.ts';
import { hasVariables } from '../../config/upstreams.ts';
import type { Trace } from '../../trace/trace.ts';
import { locationHeader, proofOf } from '../../witness/requests.ts';
import type { Spot } from '../../witness/spots.ts';
import { defineRule } from '../rule.ts';

/** The group that an alias ends in: the path of a file, mostly. */
const endsInGroup = (alias: string): string | null => /\/\$\{?(\w+)\}?$/.exec(alias)?.[1] ?? null;

/** The file or folder that was looked for. */
const target = (trace: Trace): string | null =>
  trace.outcome.file ?? trace.assumptions.find((a) => a.id.startsWith('file:'))?.id.slice(5) ?? locationHeader(trace);

/** An exact location for a file whose alias is a folder. */
const isFileInFolder = ({ location, scope }: Spot): boolean =>
  location?.kind === 'exact' && !location.name.endsWith('/') && (scope.first('alias')?.value(0).endsWith('/') ?? false);

export default defineRule({
  id: 'alias-without-capture',
  group: 'correctness',
  severity: 'warning',
  since: '0.2',
  title: 'alias in a regex location without a capture',
  why: `
In a prefix location nginx cuts off the location's name and appends the rest to the \`alias\`. A regular expression has no such rest: the \`alias\` is the whole path. Without \`$1\` in it every request means the same folder, and nginx answers with a redirect to a slash or with 403.

Capture the rest with a group, \`location ~ ^/media/(.*)$ { alias /srv/media/$1; }\`, or use a prefix location.`,
  about: ['alias', 'location'],
  looksAt: {
    outcome: ['alias'],
    when: (spot) =>
      spot.location?.kind === 'regex'
        ? spot.scope.named('alias').some((d) => !hasVariables(d.value(0)) || /\/$/.test(d.value(0)) || endsInGroup(d.value(0)) !== null)
        : isFileInFolder(spot) && spot.scope.named('alias').some((d) => !hasVariables(d.value(0))),
  },
  needs: 'config',
  costly: true,
  messages: {
    appended:
      '{from} is looked for as {file}: in a regular expression alias is the whole path of the file, and try_files appends {word} to it. Write "try_files "" =404;".',
    folder: 'In an exact location alias is the whole path: {from} means the folder {dir}, not a file in it. Write alias {file}.',
    same: 'In a regular expression alias is the whole path: {one} and {other} both mean {dir}. Capture the rest with a group and append $1 to the alias, or use a prefix location.',
  },
  check({ spot, report }) {
    const word = spot.scope.named('alias').at(-1)?.args[0];
    if (!word) return;
    const dir = word.value;
    const tried = spot.location?.kind === 'regex' ? spot.scope.first('try_files') : undefined;
    if (tried && hasVariables(dir)) tellAppended(tried);
    if (isFileInFolder(spot)) {
      const trace = spot.ask({});
      if (spot.has('try_files', 'rewrite', 'return')) return;
      const name = spot.location!.name;
      report('folder', {
        at: word,
        data: { from: name, dir, file: `${dir}${name.slice(name.lastIndexOf('/') + 1)}` },
        witness: proofOf(trace, `${dir}, for every request`),
      });
      return;
    }
    // one file for several names, as for icons, is meant so
    if (/\/[^/]*\.[A-Za-z\d]+$/.test(dir)) return;
    const [one, other] = spot.paths.filter((p) => !p.endsWith('/'));
    if (one === undefined || other === undefined) return;
    const traces = [one, other].map((path) => spot.ask({ path }));
    const [first, second] = traces;
    // try_files asks for its own paths below the alias
    if (!first || !second || spot.has('try_files', 'rewrite', 'return')) return;
    if (hasVariables(dir)) return ofParts();
    const folder = dir.replace(/\/$/, '');
    if (!traces.every((t) => target(t)?.replace(/\/$/, '') === folder || target(t) === dir)) return;
    report('same', { at: word, data: { one, other, dir }, witness: proofOf(first, `${dir}, for every request`) });

    /** The rest of the path is captured, and the whole path comes behind it once more. */
    function tellAppended(tried: Directive): void {
      const [first] = tried.values;
      const from = spot.pathWhere((p) => !p.endsWith('/') && p.indexOf('/', 1) > 0);
      if (first !== '$uri' || tried.args.length !== 2 || endsInGroup(dir) === null || from === undefined) return;
      const trace = spot.ask({ path: from });
      const file = trace.assumptions.find((a) => a.id.startsWith('file:'))?.id.slice('file:'.length);
      // the end of the path twice: what is captured, and the path that holds it
      const whole = file?.endsWith(from) ? file.slice(0, -from.length) : undefined;
      if (file === undefined || whole === undefined || !from.endsWith(whole.slice(whole.lastIndexOf('/')))) return;
      report('appended', {
        at: tried.at(),
        data: { from, file, word: first },
        related: [{ at: spot.scope.named('alias').at(-1)!.at(word!), message: 'the whole path already' }],
        witness: proofOf(trace, `${file}, which is below a file`),
      });
    }

    /** Some of the path is captured, and not its end: two files below it are one folder. */
    function ofParts(): void {
      const path = spot.pathWhere((p) => !p.endsWith('/') && !/\.\w+$/.test(p));
      if (path === undefined || !word) return;
      const pair = [`${path}/one.css`, `${path}/two.css`];
      if (!pair.every((p) => spot.takes(p))) return;
      const [a, b] = pair.map((p) => spot.ask({ path: p }));
      const at = target(a!);
      if (!a || !b || at === null || at !== target(b) || !dir.endsWith('/')) return;
      report('same', {
        at: word,
        data: { one: pair[0]!, other: pair[1]!, dir: `${at}/` },
        witness: proofOf(a, `${at}/, for every request`),
      });
    }
  },
  examples: [
    {
      inside: 'server',
      bad: `location ~ ^/(?<lang>en|de)/ {
    alias /srv/pages/$lang/;
#         ^^^^^^^^^^^^^^^^^ same
}`,
      good: `location ~ ^/(?<lang>en|de)/(?<rest>.*)$ {
    alias /srv/pages/$lang/$rest;
}`,
      witness: {
        request: 'GET http://www.example.test/en/x/one.css',
        outcome: '/srv/pages/en/, for every request',
        meant: '`200 /srv/pages/en/x/one.css`',
      },
    },
    {
      inside: 'server',
      bad: `location = /robots.txt {
    alias /srv/site/;
#         ^^^^^^^^^^ folder
}`,
      good: `location = /robots.txt {
    alias /srv/site/robots.txt;
}`,
    },
    {
      inside: 'server',
      bad: `location ~ ^/media/ {
    alias /srv/media/;
#         ^^^^^^^^^^^ same
}`,
      good: `location ~ ^/media/(.*)$ {
    alias /srv/media/$1;
}`,
    },
    {
      inside: 'server',
      bad: `location ~* ^/docs?/(.+)$ {
    alias /srv/docs;
#         ^^^^^^^^^ same
}`,
      good: `location ^~ /docs/ {
    alias /srv/docs/;
}`,
    },
    { inside: 'server', good: 'location ~ ^/(favicon|apple-touch-icon.*)\\.ico$ { alias /srv/icons/site.ico; }' },
    {
      inside: 'server',
      bad: `location ~ ^/files/(.+)$ {
    alias /srv/files/$1;
    try_files $uri =404;
#   ^^^^^^^^^^^^^^^^^^^^ appended
}`,
      good: `location ~ ^/files/(.+)$ {
    alias /srv/files/$1;
    try_files "" =404;
}`,
    },
  ],
});
