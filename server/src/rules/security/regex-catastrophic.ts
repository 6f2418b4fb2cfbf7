/** Patterns whose matching time doubles with every character, shown with an input that makes PCRE2 give up. No proof, no word. */
import { sourcesOf } from '../../answers/where-a-value-comes-from.ts';
import { fromBytes, toBytes } from '../../base/bytes.ts';
import type { Directive } from '../../config/directive.ts';
import { type Location, locationsOf } from '../../config/locations.ts';
import { mayHoldRegexes, regexesOf } from '../../config/names.ts';
import { hostOptions, validHost } from '../../config/servers.ts';
import { readCondition } from '../../trace/handlers/rewrite.ts';
import { variablesIn } from '../../trace/script.ts';
import { parsePath } from '../../trace/uri.ts';
import { hasNestedLoops, lettersOf, pumpsOf, samplesOf } from '../../witness/regex-samples.ts';
import { asPath } from '../../witness/values.ts';
import { defineRule } from '../rule.ts';

/** So few repetitions that only exponential growth reaches the match limit (100,000 steps): 26 cubed is a sixth of it. */
const REPETITIONS = 26;
const TAILS = ['\n!', '!', '/', ' ', '\x01'];

/** Ends of texts that match, spoilt by one more character: PCRE2 does not begin where a character that every match needs is missing. */
const spoiltEnds = (samples: readonly string[]): string[] => [
  ...new Set(
    samples.slice(0, 3).flatMap((s) => [1, 2, 4].filter((n) => n <= s.length).flatMap((n) => [`${s.slice(-n)}\n!`, `${s.slice(-n)}!`])),
  ),
];

/** What of a request a pattern is matched with; `null`: nothing that a client writes, or nobody knows. */
type Part = { readonly kind: 'path' | 'target' | 'query' | 'header' | 'host'; readonly words: string };

function partOf(variable: string): Part | null {
  if (/^(?:document_)?uri$|^request_filename$|^fastcgi_(?:script_name|path_info)$/.test(variable))
    return { kind: 'path', words: 'in the path' };
  if (variable === 'request_uri' || variable === 'request') return { kind: 'target', words: 'in the URL' };
  if (/^(?:args|query_string)$|^arg_/.test(variable)) return { kind: 'query', words: 'in the query' };
  if (variable === 'host' || variable === 'http_host' || variable === 'ssl_server_name') return { kind: 'host', words: 'as the host' };
  if (/^(?:http|cookie)_|^content_type$/.test(variable)) return { kind: 'header', words: `in the header of $${variable}` };
  return null;
}

/** Built-in variables whose text nginx makes itself: an address, a port, a number. */
const OWN =
  /^(?:server_(?:port|addr|name|protocol)|remote_(?:addr|port)|binary_remote_addr|scheme|https|http2|http3|msec|time_\w+|pid|connection\w*|request_(?:id|length|time|method)|hostname|nginx_version|status|document_root|realpath_root|upstream_(?:addr|status|cache_status|\w*time)|ssl_(?:protocol|cipher|curve))$/;

/** What the pattern of a line is matched with. */
function partFor(directive: Directive): Part | null | 'unknown' {
  const { name, scope } = directive;
  if (name === 'location' || name === 'rewrite' || name === 'fastcgi_split_path_info') return { kind: 'path', words: 'in the path' };
  if (name === 'server_name') return { kind: 'host', words: 'as the host' };
  if (name === 'valid_referers') return { kind: 'header', words: 'in the Referer' };
  const condition = name === 'if' ? readCondition(directive) : null;
  const read =
    condition && condition.kind !== 'file'
      ? [condition.name]
      : /^(?:stream-)?map$/.test(scope.context)
        ? variablesIn(scope.opener?.value(0) ?? '')
        : null;
  if (!read) return 'unknown';
  const sources = read.flatMap((v) => [...sourcesOf(scope.config, v)]);
  for (const source of [...read, ...sources]) {
    const part = partOf(source);
    if (part) return part;
  }
  // what a module, a certificate or an application says may be anything
  return sources.some((v) => !OWN.test(v)) ? 'unknown' : null;
}

/** The text as a request brings it to the place of the line; null where none can. */
function arriving(directive: Directive, { kind }: Part, input: string): string | null {
  if (kind === 'host') {
    const host = validHost(toBytes(input), hostOptions(directive.scope.config));
    return host !== null && fromBytes(host) === input ? input : null;
  }
  if (kind === 'header') return /^[\x21-\x7e](?:[\x20-\x7e]*[\x21-\x7e])?$/.test(input) ? input : null;
  if (kind === 'query') return /^[\x21-\x7e]+$/.test(input) && !input.includes('#') ? input : null;
  const paths = input.startsWith('/') ? [input] : [`/${input}`, `/x/${input}`];
  const outer = directive.scope.opener?.name === 'location' ? (directive.scope.opener.values.at(-1) ?? '') : '';
  if (outer.startsWith('/')) paths.push(outer + input, `${outer.replace(/\/$/, '')}/${input}`);
  if (kind === 'target') return paths.find((p) => /^[\x21-\x7e]+$/.test(p) && !p.includes('#')) ?? null;
  return (
    paths.find((p) => {
      const parsed = parsePath(asPath(p), true);
      return parsed !== null && fromBytes(parsed.uri) === p && (directive.name !== 'location' || isAsked(directive, p));
    }) ?? null
  );
}

/** Whether nginx comes to the pattern of a location for a path: nothing that is asked before takes it. */
function isAsked(directive: Directive, path: string): boolean {
  const level = locationsOf(directive.scope);
  const own = level.regexes.findIndex((l) => l.directive === directive);
  let longest: Location | null = null;
  for (const l of level.prefix.values()) if (path.startsWith(l.name) && l.name.length > (longest?.name.length ?? 0)) longest = l;
  if (longest?.noRegex || level.all.some((l) => l.kind === 'exact' && l.name === path)) return false;
  return !level.regexes.slice(0, own).some((l) => typeof l.regex?.match(toBytes(path)) === 'object');
}

export default defineRule({
  id: 'regex-catastrophic',
  group: 'security',
  severity: 'warning',
  since: '0.1',
  equivalents: ['gixy:regex_redos'],
  title: 'Regular expression with catastrophic backtracking',
  why: `
Loops within loops, as in \`(a+)+\`, can split the same text in exponentially many ways, and an engine that backtracks tries them all when the match fails at the end. One request with thirty characters then occupies a worker, and with it every connection of that worker, until PCRE2's match limit ends it.

The rule generates such an input, makes sure that a request can bring it here, and runs it; the message shows one that reached the limit.`,
  about: ['location', 'rewrite', 'map', 'if', 'server_name'],
  looksAt: { directive: '*', where: mayHoldRegexes },
  needs: 'file',
  ofShape: true,
  costly: true,
  messages: {
    exponential:
      'This pattern takes exponential time: {input}{where} makes PCRE2 give up. Remove the nested quantifier, or make it possessive.',
  },
  check({ config, directive, report }) {
    for (const { word, pattern, caseless } of regexesOf(directive)) {
      if (word.templated || !hasNestedLoops(pattern)) continue;
      const compiled = config.regexes.compile(pattern, { caseless });
      if (!compiled.ok) continue;
      const { regex } = compiled;
      const part = partFor(directive);
      // no client decides on the text
      if (part === null) continue;
      const last = lettersOf(pattern)
        .slice(0, 2)
        .flatMap((c) => [`\n${c}\n`, `!${c}!`]);
      const tails = [...TAILS, ...spoiltEnds(samplesOf(config.regexes, pattern, { caseless })), ...last];
      search: for (const { before, pump } of pumpsOf(config.regexes, pattern, caseless))
        for (const tail of tails) {
          const made = before + pump.repeat(REPETITIONS) + tail;
          const input = part === 'unknown' ? made : arriving(directive, part, made);
          if (input === null || input.length > 400 || regex.match(input) !== 'unknown') continue;
          const start = input.slice(0, input.lastIndexOf(pump.repeat(REPETITIONS)));
          report('exponential', {
            at: directive.at(word),
            data: {
              input: `${JSON.stringify(start + pump)} with ${JSON.stringify(pump)} ${REPETITIONS} times and ${JSON.stringify(tail)} behind it`,
              where: part === 'unknown' ? '' : ` ${part.words}`,
            },
          });
          break search;
        }
    }
  },
  examples: [
    {
      inside: 'server',
      bad: `location ~ ^/(\\w+\\s?)+$ { return 204; }
#          ^^^^^^^^^^^^ exponential`,
      good: 'location ~ ^/[\\w\\s]+$ { return 204; }',
    },
    {
      inside: 'server',
      bad: `location ~ "^/((x+)+)y$" { return 204; }
#          ^^^^^^^^^^^^^ exponential`,
      good: 'location ~ "^/x+y$" { return 204; }',
    },
    {
      inside: 'http',
      good: `map $server_port $kind {
    "~^(\\d+)+x$" 1;
}
server {
    location ^~ /a { return 204; }
    location ~ "^/a(x+)+y$" { return 204; }
}`,
    },
    {
      inside: 'http',
      bad: `map $http_user_agent $bot {
    "~^(\\w+\\s?)+$" 1;
#   ^^^^^^^^^^^^^^ exponential
}`,
    },
    { inside: 'server', good: 'location ~ ^/([\\w-]+/)*[\\w-]+\\.html$ { return 204; }' },
    { inside: 'server', good: 'server_name ~^(www\\.)?(?<name>.+)$;' },
  ],
});
