/** Files that were compressed beforehand, sent under their own names without saying so: the browser gets bytes that it cannot read. Shown by a request. */
import { proofOf } from '../../witness/requests.ts';
import type { Spot } from '../../witness/spots.ts';
import { defineRule } from '../rule.ts';

/** A pattern for compressed files of a page, `\.js\.gz$` or `\.(data|wasm)\.br$`; archives and dumps are downloads. */
const NAMED = /\\\.\(?(?:\?:)?(?:[\w|.\\]*\|)?(?:js|mjs|css|wasm|data|svg|html|symbols)(?:\|[\w|.\\]*)?\)?\\\.\(?(?:\?:)?(gz|br)\b/;
const PATH = /\.(?:js|mjs|css|wasm|data|svg|html|symbols)\.(gz|br)$/;

const namesCompressed = ({ location }: Spot): boolean => location?.kind.startsWith('regex') === true && NAMED.test(location.name);

/** Endings of what is exported and logged, which nobody asks for in order to show it. */
const OF_DUMPS = /[.(|](?:sql|csv|tsv|tar|dump|bak|log|iso|xml|txt|pdf|deb|rpm)\b/;

/** A list of files beside it, or a type of archives that is written out: people come here to store them. */
function isForDownloads({ scope, location }: Spot): boolean {
  const own = scope.effective('types').directives.filter((d) => d.scope === scope);
  const types = [...own.flatMap((d) => d.body?.all.map((row) => row.name) ?? []), scope.named('default_type').at(-1)?.value(0) ?? ''];
  return scope.value('autoindex')?.value(0) === 'on' || OF_DUMPS.test(location!.name) || types.some((t) => /gzip|brotli/.test(t));
}

/** Types of archives, and of files that nobody knows: a browser may be meant to store them. */
const OF_ARCHIVES = /^(?:application\/(?:octet-stream|(?:x-)?gzip|x-brotli)|text\/plain)$/;

export default defineRule({
  id: 'precompressed-without-encoding',
  group: 'correctness',
  severity: 'warning',
  since: '0.2',
  missing: ['add_header'],
  title: 'Compressed file sent without Content-Encoding',
  why: `
A page that asks for \`app.js.gz\` or \`game.wasm.br\` by that name, as builds of Unity do, gets the bytes as they are on the disk. A browser unpacks them only when the answer says \`Content-Encoding: gzip\` (or \`br\`); otherwise it takes compressed bytes for a script and reports a syntax error, or an invalid WebAssembly module. \`gzip_static\` sets the header for the name without \`.gz\`, and does nothing for a request that names the compressed file.

Add the header, the type of the file inside, and \`gzip off\`:

\`location ~ \\.js\\.gz$ { gzip off; types { } default_type text/javascript; add_header Content-Encoding gzip; }\`

Where the type is that of an archive the file may be meant to be saved, and it is information.`,
  about: ['add_header', 'default_type', 'gzip_static'],
  references: ['https://www.rfc-editor.org/rfc/rfc9110.html#section-8.4'],
  looksAt: { outcome: ['location'], somewhere: ['location'], when: namesCompressed },
  needs: 'config',
  messages: {
    without:
      '{path} is sent compressed as {type}, and nothing says so: the browser cannot read it. Add "add_header Content-Encoding {coding}", and the type of the file inside.',
  },
  check({ spot, report }) {
    const path = spot.pathWhere((p) => PATH.test(p) && /\w\.\w+\.\w+$/.test(p)) ?? spot.pathWhere((p) => PATH.test(p));
    if (path === undefined || spot.unsure || isForDownloads(spot)) return;
    const trace = spot.ask({ path });
    const { kind, status, responseHeaders, file } = trace.outcome;
    const header = (name: string): string | undefined => responseHeaders.find(([n]) => n.toLowerCase() === name)?.[1];
    if (
      kind !== 'static' ||
      status !== 200 ||
      !PATH.test(file ?? '') ||
      header('content-encoding') ||
      /attachment/i.test(header('content-disposition') ?? '')
    )
      return;
    // a module of its own, or a script, may say it
    if (spot.directives.some((d) => /^more_set_headers$|_by_lua|^js_header_filter$/.test(d.name))) return;
    const type = (header('content-type') ?? 'application/octet-stream').replace(/;.*$/, '');
    report('without', {
      at: spot.location!.directive.at(spot.location!.directive.args.at(-1)),
      severity: OF_ARCHIVES.test(type) ? 'info' : 'warning',
      data: { path, type, coding: PATH.exec(path)![1] === 'br' ? 'br' : 'gzip' },
      witness: proofOf(trace, `${trace.outcome.status} without Content-Encoding`),
    });
  },
  examples: [
    {
      inside: 'server',
      bad: `root /srv/game;
location ~ \\.js\\.gz$ {
#          ^^^^^^^^^ without
    types {}
    default_type text/javascript;
}`,
      good: `root /srv/game;
location ~ \\.js\\.gz$ {
    types {}
    default_type text/javascript;
    gzip off;
    add_header Content-Encoding gzip;
}`,
      witness: {
        request: 'GET http://www.example.test/x.js.gz',
        outcome: '200 without Content-Encoding',
        meant: '`Content-Encoding: gzip`',
      },
    },
  ],
});
