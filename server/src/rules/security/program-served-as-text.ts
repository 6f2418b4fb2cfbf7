/** Programs whose source is sent because a file location comes before the one that runs them. Shown by a request for such a file. */
import { foldersAt, isFolderOfParts, isFolderOfUploads } from '../../answers/what-a-place-is-for.ts';
import { accessOf } from '../../answers/who-may-enter.ts';
import { toBytes } from '../../base/bytes.ts';
import { type Location, type LocationLevel, locationsOf } from '../../config/locations.ts';
import { mayEndIn } from '../../config/regex-index.ts';
import type { Trace } from '../../trace/trace.ts';
import { answersAtOnce, memberOf } from '../../witness/access.ts';
import { outcomeText, proofOf } from '../../witness/requests.ts';
import { directiveAt, type Spot, spotOf } from '../../witness/spots.ts';
import { defineRule } from '../rule.ts';

const RUNS = ['fastcgi_pass', 'uwsgi_pass', 'scgi_pass', 'proxy_pass'];

/** By the server's level: the endings that one of its locations hands to an interpreter, by its expression. */
const endings = new WeakMap<LocationLevel, readonly string[]>();

/** The endings of programs that a location with a pattern runs: asked once for all locations of a server. */
function programs(spot: Spot): readonly string[] {
  const level = locationsOf(spot.server.scope);
  let found = endings.get(level);
  if (!found) {
    const runners = new Set(level.regexes.filter((l) => /\\?\.|\\\.|\[\.\]/.test(l.name) && RUNS.some((r) => l.scope.has(r))));
    const runs = (ending: string): boolean =>
      level.fitting(toBytes(`/x.${ending}`)).some((l) => runners.has(l) && typeof l.regex?.match(`/x.${ending}`) === 'object');
    found = runners.size ? ['php', 'py', 'pl', 'cgi', 'phtml'].filter(runs) : [];
    endings.set(level, found);
  }
  return found;
}

const PROGRAM = /\.(?:php|phtml|cgi|pl)$/;

/** The location of a server that would run the path. */
const runnerOf = ({ server }: Spot, path: string): Location | undefined =>
  locationsOf(server.scope).regexes.find((l) => RUNS.some((r) => l.scope.has(r)) && typeof l.regex?.match(path) === 'object');

/** What programs of certificates and the like put there; many a pattern leaves its dot bare. */
const isWellKnown = ({ location }: Spot): boolean => /^[\^(]*\/\\?\.well-known\b/.test(location?.name ?? '');

/** Whether the file lies where the server's programs lie: a folder of its own, such as that of a certificate client, holds none of them. */
function isAmongPrograms(spot: Spot, file: string, ending: string): boolean {
  if (isWellKnown(spot)) return false;
  const root = runnerOf(spot, `/x.${ending}`)?.scope.value('root')?.value(0);
  return root === undefined || root.includes('$') || file.startsWith(`${root.replace(/\/+$/, '')}/`);
}

/** A place for files whose index may be a program: the whole server, or a location that keeps the expressions out. */
const hasProgramIndex = ({ scope, location, server }: Spot): boolean =>
  (location === null ? server.scope.has('root') : location.kind === 'prefix' && (location.noRegex || location.name === '/')) &&
  (scope.value('index')?.values.some((v) => PROGRAM.test(v)) ?? false) &&
  !scope.all.some((d) => RUNS.includes(d.name));

/** Whether the request ends in a location of which not all lines are seen: what would run the program may be among them. */
function endsUnseen(spot: Spot, { outcome: { location } }: Trace): boolean {
  const body = directiveAt(spot.server.scope.all, location?.at ?? null)?.body;
  return body ? (spotOf(spot.config, body)?.unsure ?? false) : false;
}

/** The program that is sent as the index file of the place; the others of the list are not there. */
function servedIndex(spot: Spot): { trace: Trace; file: string } | null {
  const path = spot.location?.name ?? '/';
  if (!path.endsWith('/')) return null;
  const assume: Record<string, string> = {};
  for (let round = 0; round < 4; round++) {
    const trace = spot.ask({ path, ...memberAddress(spot) }, round ? { assume } : {});
    const { kind, file } = trace.outcome;
    if (kind === 'static' && file !== null && PROGRAM.test(file)) return endsUnseen(spot, trace) ? null : { trace, file };
    const other = trace.assumptions.find((a) => a.assumed === 'file' && a.id.startsWith(`file:`) && !PROGRAM.test(a.id) && !a.chosen);
    if (!other) return null;
    assume[other.id] = 'missing';
  }
  return null;
}

/** The place says of which type such files are: they are what people put there, and nobody's programs. */
const isShownAsText = ({ scope }: Spot, ending: string): boolean =>
  scope.named('types').some((d) => d.body?.directives.some((row) => row.values.some((v) => v.toLowerCase() === ending)) ?? false);

/** One file that pages ask for, whose dot stands for any character: nobody has a program that is called nearly so. */
const ONE_FILE = /^\^?\/(?:[\w-]+\/)*[\w-]+\.(?:txt|xml|ico|json|html?|webmanifest)$/;

/** A folder for the parts of pages, by its name: programs there are few, and whoever serves it first keeps uploads from being run. */
function isForFiles({ scope }: Spot): boolean {
  const folders = foldersAt(scope);
  return folders.length > 0 && folders.every((f) => isFolderOfParts(f) || isFolderOfUploads(f) || OF_FILES.test(f));
}

const OF_FILES = /\/(?:img|images?|media|files|dist|build)$/i;

/** The path of a program with that ending that comes to the place. */
function programAt(spot: Spot, ending: string): string | undefined {
  if (spot.location?.kind === 'regex' && (ONE_FILE.test(spot.location.name) || !mayEndIn(spot.location.name, ending))) return undefined;
  const tried = new Set<string>();
  for (const path of spot.eachPath()) {
    const folder = path.slice(0, path.lastIndexOf('/') + 1);
    // a name that is nothing but an ending is nobody's program
    for (const form of [`${path.replace(/\/$/, '/x')}.${ending}`, `${folder}x.${ending}`, `${path.replace(/\/$/, '')}/x.${ending}`]) {
      if (tried.has(form) || form.includes('%')) continue;
      tried.add(form);
      // what its expression does not fit need not be looked for among all locations
      if (spot.location?.regex?.match(form) !== 'no' && spot.takes(form)) return form;
    }
  }
  return undefined;
}

/** The last word of try_files, where it names a program. */
const fallbackOf = (spot: Spot) => {
  const word = spot.scope.first('try_files')?.args.at(-1);
  return word && !word.templated && word.value.startsWith('/') && PROGRAM.test(word.value.replace(/\?.*$/s, '')) ? word : null;
};

/** A word of try_files before the last that names a program: what is found under it is sent from here. */
const candidateOf = ({ scope, location }: Spot) =>
  location?.kind === 'exact' || RUNS.some((r) => scope.has(r))
    ? null
    : (scope
        .named('try_files')
        .at(-1)
        ?.args.slice(0, -1)
        .find((w) => !w.templated && w.value.startsWith('/') && PROGRAM.test(w.value)) ?? null);

/** The request whose file is not there, and which is answered with the program that is tried before the last word. */
function servedCandidate(spot: Spot, name: string): Trace | null {
  const path = spot.pathWhere((p) => !p.endsWith('/') && !PROGRAM.test(p));
  if (path === undefined) return null;
  const asked = spot.ask({ path, ...memberAddress(spot) });
  const there = asked.assumptions.find(({ id }) => id.startsWith('file:') && id.endsWith(name));
  const trace = there ? spot.ask({ path, ...memberAddress(spot) }, { assume: { [there.id]: 'file' } }) : asked;
  return trace.outcome.kind === 'static' && trace.outcome.file?.endsWith(name) && !endsUnseen(spot, trace) ? trace : null;
}

/** A place that keeps the server's expressions out and has no location for programs of its own. */
const isShielded = ({ location, scope }: Spot): boolean =>
  !!location?.noRegex && !scope.all.some((d) => d.name === 'location' || RUNS.includes(d.name));

/** A location of one program, by its path, that takes it from the expression of the server that runs programs: no pass directive is inherited into it. */
const isOfProgram = ({ location, scope }: Spot): boolean =>
  location !== null &&
  (location.kind === 'exact' || (location.kind === 'prefix' && location.noRegex)) &&
  PROGRAM.test(location.name) &&
  !scope.has('try_files') &&
  !RUNS.some((r) => scope.has(r));

/** The request for a program whose location has no more than lines about it, such as a limit. */
function servedAlone(spot: Spot): Trace | null {
  const trace = spot.ask({ path: spot.location!.name, ...memberAddress(spot) });
  return trace.outcome.kind === 'static' && trace.outcome.file?.endsWith(spot.location!.name) && !endsUnseen(spot, trace) ? trace : null;
}

/** The request comes from where one is let in. */
function memberAddress({ scope }: Spot): { readonly clientAddress?: string } {
  const member = memberOf(scope);
  return member ? { clientAddress: member } : {};
}

/** The request whose file is not there, and which is answered with the program that try_files falls back to, as it is on the disk. */
function servedFallback(spot: Spot): Trace | null {
  const path = spot.pathWhere((p) => !p.endsWith('/') && !PROGRAM.test(p));
  if (path === undefined) return null;
  const trace = spot.ask({ path });
  return trace.outcome.kind === 'static' && PROGRAM.test(trace.outcome.file ?? '') && !endsUnseen(spot, trace) ? trace : null;
}

export default defineRule({
  id: 'program-served-as-text',
  group: 'security',
  severity: 'warning',
  since: '0.2',
  title: 'Source code served as text',
  why: `
Of several locations with regular expressions the first that matches takes the request. Where one that serves files comes before the one that hands \`.php\` to the interpreter, a program below its path is sent as source text, with the passwords in it.

Put the location of the programs first, or into the other one, or refuse them there: \`location ~ \\.php$ { return 404; }\`.`,
  about: ['location', 'alias', 'fastcgi_pass'],
  looksAt: {
    outcome: ['alias', 'root', 'try_files', 'expires', 'location', 'server'],
    when: (spot) =>
      (spot.location?.kind === 'regex' &&
        programs(spot).length > 0 &&
        !RUNS.some((r) => spot.has(r)) &&
        !answersAtOnce(spot.scope) &&
        accessOf(spot.scope) !== 'nobody') ||
      (isOfProgram(spot) && programs(spot).length > 0 && !answersAtOnce(spot.scope) && accessOf(spot.scope) !== 'nobody') ||
      (hasProgramIndex(spot) && (spot.location?.noRegex || !programs(spot).length)) ||
      candidateOf(spot) !== null ||
      (fallbackOf(spot) !== null && (!programs(spot).length || isShielded(spot))),
  },
  needs: 'config',
  costly: true,
  messages: {
    shielded:
      'The source of programs is sent as text: "^~" keeps the expression for .{ending} out of {place}, and {from} is answered with {file}. Put a location for .{ending} inside.',
    alone:
      'The source of {file} is sent as text: this location takes {from} from the expression that runs .{ending}, and "{runs}" is not inherited. Write it in here as well, with its parameters.',
    index:
      'The index file {file} would be sent as text: no location here runs .{ending}. Hand it to the interpreter, or take it out of the index line.',
    fallback:
      'The source of {file} is sent as text: {from} falls back to it, and no location here runs .{ending}. Add the location that hands .{ending} to the interpreter.',
    candidate:
      'The source of {file} is sent as text, for {from} and every other path without a file: only the last word of try_files goes to another location. Leave {word} to the last word.',
    source:
      'The source of programs is sent as text: {from} is answered with {file}, because this expression comes before the one that runs them. Move it after that one, or deny .{ending} here.',
  },
  check({ spot, report }) {
    const candidate = candidateOf(spot);
    const sent = candidate && servedCandidate(spot, candidate.value);
    if (candidate && sent) {
      report('candidate', {
        at: candidate,
        data: { file: sent.outcome.file!, from: sent.request.target, word: candidate.value },
        witness: proofOf(sent),
      });
      return;
    }
    const shielded = programs(spot).length > 0;
    const fallback = shielded && !isShielded(spot) ? null : fallbackOf(spot);
    const fallen = fallback && servedFallback(spot);
    if (fallback && fallen) {
      const file = fallen.outcome.file!;
      const ending = file.slice(file.lastIndexOf('.') + 1);
      if (shielded && !isAmongPrograms(spot, file, ending)) return;
      report(shielded ? 'shielded' : 'fallback', {
        at: fallback,
        data: { file, from: fallen.request.target, ending, place: spot.location?.name ?? '' },
        witness: proofOf(fallen),
      });
      return;
    }
    if (spot.location && isOfProgram(spot)) {
      const { directive, name } = spot.location;
      const sent = servedAlone(spot);
      const runner = sent && runnerOf(spot, name);
      const ending = name.slice(name.lastIndexOf('.') + 1);
      if (sent && runner && isAmongPrograms(spot, sent.outcome.file!, ending))
        report('alone', {
          at: directive.at({ start: directive.statement.start, end: directive.args.at(-1)!.end }),
          data: { file: sent.outcome.file!, from: name, ending, runs: RUNS.find((r) => runner.scope.has(r))! },
          related: [
            {
              at: runner.directive.at({ start: runner.directive.statement.start, end: runner.directive.args.at(-1)!.end }),
              message: 'would run it',
            },
          ],
          witness: proofOf(sent),
        });
      return;
    }
    if (spot.location?.kind !== 'regex') {
      // what keeps the server's expressions out, or has none for programs
      const found = !shielded || spot.location?.noRegex ? servedIndex(spot) : null;
      const line = spot.scope.value('index');
      if (!found || !line) return;
      const { trace, file } = found;
      const data = { from: trace.request.target, file, ending: file.slice(file.lastIndexOf('.') + 1), place: spot.location?.name ?? '' };
      const { location } = spot;
      if (!shielded) report('index', { at: line.at(), data, severity: 'info', witness: proofOf(trace) });
      else if (location && isAmongPrograms(spot, file, data.ending))
        report('shielded', { at: location.directive.at(location.directive.args.at(-1)!), data, witness: proofOf(trace) });
      return;
    }
    if (isWellKnown(spot)) return;
    const opener = spot.location.directive;
    for (const ending of programs(spot)) {
      if (isShownAsText(spot, ending)) continue;
      const path = programAt(spot, ending);
      if (path === undefined) continue;
      const trace = spot.ask({ path });
      const { kind, file } = trace.outcome;
      if (kind !== 'static' || !file?.endsWith(`.${ending}`)) continue;
      const runner = runnerOf(spot, path);
      if (!runner) continue;
      report('source', {
        ...(isForFiles(spot) ? { severity: 'info' as const } : {}),
        at: opener.at({ start: opener.statement.start, end: opener.args.at(-1)!.end }),
        data: { from: path, file, ending },
        related: [
          {
            at: runner.directive.at({ start: runner.directive.statement.start, end: runner.directive.args.at(-1)!.end }),
            message: 'would run it',
          },
        ],
        witness: proofOf(trace, outcomeText(trace)),
      });
      return;
    }
  },
  examples: [
    {
      inside: 'server',
      bad: `root /srv/site;
location / {
    try_files $uri $uri/ /index.php?$args;
#                        ^^^^^^^^^^^^^^^^ fallback
}`,
      good: `root /srv/site;
location / {
    try_files $uri $uri/ /index.php?$args;
}
location ~ \\.php$ {
    fastcgi_pass unix:/run/php/php-fpm.sock;
}`,
      witness: {
        request: 'GET http://www.example.test/users',
        outcome: '200 /srv/site/index.php',
        meant: '`GET /users at unix:/run/php/php-fpm.sock`',
      },
    },
    {
      inside: 'server',
      good: `root /srv/site;
index index.php;
location ^~ /.well-known/acme-challenge/ { root /var/www/letsencrypt; }
location ^~ /docs/ { alias /usr/share/doc/site/; }
location ~ \\.php$ { fastcgi_pass 127.0.0.1:9000; }`,
    },
    {
      inside: 'server',
      bad: `root /srv/site;
index index.php;
location ^~ /shop/ {
#           ^^^^^^ shielded
    try_files $uri $uri/ =404;
}
location ~ \\.php$ { fastcgi_pass 127.0.0.1:9000; }`,
      good: `root /srv/site;
index index.php;
location ^~ /shop/ {
    try_files $uri $uri/ =404;
    location ~ \\.php$ { fastcgi_pass 127.0.0.1:9000; }
}
location ~ \\.php$ { fastcgi_pass 127.0.0.1:9000; }`,
    },
    {
      inside: 'server',
      bad: `root /srv/site;
 index index.php index.html;
#^^^^^^^^^^^^^^^^^^^^^^^^^^^ index
location / { try_files $uri $uri/ =404; }`,
      good: `root /srv/site;
index index.html;
location / { try_files $uri $uri/ =404; }`,
    },
    {
      inside: 'server',
      bad: `    location ~ ^/pages/(.*)$ {
#   ^^^^^^^^^^^^^^^^^^^^^^^^ source
        alias /srv/pages/$1;
    }
    location ~ \\.php$ {
        include fastcgi_params;
        fastcgi_param SCRIPT_FILENAME $request_filename;
        fastcgi_pass 127.0.0.1:9000;
    }`,
      good: `root /srv/www;
location ~ \\.php$ {
    include fastcgi_params;
    fastcgi_param SCRIPT_FILENAME $request_filename;
    fastcgi_pass 127.0.0.1:9000;
}
location ~ ^/pages/(.*)$ {
    alias /srv/pages/$1;
}`,
    },
    {
      inside: 'server',
      good: `root /srv/www;
location ~ ^/uploads/.*\\.php$ { deny all; }
location ~* \\.(css|js)$ { expires 7d; }
location ~ \\.php$ { fastcgi_pass 127.0.0.1:9000; }`,
    },
    {
      inside: 'server',
      bad: `root /srv/site;
location / {
    try_files $uri /index.php /index.php?$args;
#                  ^^^^^^^^^^ candidate
}
location ~ \\.php$ { fastcgi_pass 127.0.0.1:9000; }`,
      good: `root /srv/site;
location / {
    try_files $uri /index.php?$args;
}
location ~ \\.php$ { fastcgi_pass 127.0.0.1:9000; }`,
      witness: {
        request: 'GET http://www.example.test/users',
        outcome: '200 /srv/site/index.php',
        meant: '`GET /index.php at 127.0.0.1:9000`',
      },
    },
    {
      inside: 'server',
      good: `root /srv/site;
location / {
    try_files /index.php =404;
    fastcgi_pass 127.0.0.1:9000;
}`,
    },
    {
      inside: 'server',
      good: `root /srv/site;
location / { try_files /down.html $uri /index.php; }
location ~ \\.php$ { try_files $fastcgi_script_name =404; fastcgi_pass 127.0.0.1:9000; }`,
    },
    {
      inside: 'server',
      good: `root /srv/site;
location / { try_files $uri /index.php @app; include fastcgi_params; uwsgi_pass 127.0.0.1:9000; }
location @app { proxy_pass http://127.0.0.1:8000; }`,
    },
    {
      inside: 'server',
      bad: `root /srv/site;
    location = /login.php {
#   ^^^^^^^^^^^^^^^^^^^^^ alone
        access_log off;
    }
location ~ \\.php$ { fastcgi_pass 127.0.0.1:9000; }`,
      good: `root /srv/site;
location = /login.php {
    access_log off;
    fastcgi_pass 127.0.0.1:9000;
}
location ~ \\.php$ { fastcgi_pass 127.0.0.1:9000; }`,
      witness: {
        request: 'GET http://www.example.test/login.php',
        outcome: '200 /srv/site/login.php',
        meant: '`GET /login.php at 127.0.0.1:9000`',
      },
    },
  ],
});
