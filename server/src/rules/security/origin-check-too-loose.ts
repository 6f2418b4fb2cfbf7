/** Patterns on Origin and Referer that let foreign sites pass: decided by trying such sites against PCRE2. */

import { sourcesOf } from '../../answers/where-a-value-comes-from.ts';
import { isLocalOnly } from '../../answers/who-may-enter.ts';
import { fromBytes } from '../../base/bytes.ts';
import { PerConfig } from '../../config/asked.ts';
import type { Config } from '../../config/config.ts';
import type { Directive } from '../../config/directive.ts';
import { namesOf, regexesOf } from '../../config/names.ts';
import { readCondition } from '../../trace/handlers/rewrite.ts';
import { variablesIn } from '../../trace/script.ts';
import { samplesOf } from '../../witness/regex-samples.ts';
import { fixOf, replace } from '../fix.ts';
import { defineRule } from '../rule.ts';
import { asksForOrigin } from './_cors.ts';

const ATTACKER = 'evil.example';

/** Labels that make a second level a public suffix under a country's domain (co.uk, com.au). */
const SHARED_LABELS = new Set(['co', 'com', 'net', 'org', 'ac', 'gov', 'edu', 'or', 'ne']);

/** The part of a host that someone registers, by the usual forms of public suffixes. */
function site(host: string): string {
  const labels = host.replace(/:\d+$/, '').split('.');
  const keep = labels.length > 2 && labels.at(-1)!.length === 2 && SHARED_LABELS.has(labels.at(-2)!) ? 3 : 2;
  return labels.slice(-keep).join('.').toLowerCase();
}

const hostInUrl = (value: string): string | null => /^https?:\/\/([^/?#\\\s]+)/i.exec(value)?.[1] ?? null;

interface Subject {
  /** what the header is called */
  readonly header: 'Origin' | 'Referer';
  /** pattern of the part behind the scheme (valid_referers), or of the whole header */
  readonly behindScheme: boolean;
}

/** A bare dot between labels is meant as a dot. */
const dotted = (pattern: string): string => pattern.replace(/\\.|\[[^\]]*\]|\.(?![*+?{])/gs, (m) => (m === '.' ? '\\.' : m));

/** URLs of one's own that fit what the pattern means, with hosts that are written out as hosts are. */
function ownUrls(config: Config, pattern: string, caseless: boolean, subject: Subject): { all: string[]; named: string[] } {
  const forms = (s: string): string[] => [
    s,
    `https://${s}`,
    `https://www.${s}`,
    `https://www${s}`,
    `${s}/`,
    `https://${s}/`,
    `${s}com`,
    `${s}com/`,
  ];
  const samples = samplesOf(config.regexes, dotted(pattern), {
    caseless,
    fill: 'ab',
    tries: 30,
    forms: subject.behindScheme ? undefined : forms,
  });
  const whole = samples.map((s) => (subject.behindScheme ? `https://${s}` : s)).filter((s) => /[a-z0-9]/i.test(hostInUrl(s) ?? ''));
  // a pattern without any host (`^https://`, `.`) accepts everyone on purpose or checks something else
  return { all: whole, named: whole.filter((s) => /^([\w-]+\.)*[a-z][a-z0-9-]*(:\d+)?$/i.test(hostInUrl(s)!)) };
}

/** A value that a foreign site's browser sends and that the pattern accepts; null when we find none. */
function foreign(config: Config, pattern: string, caseless: boolean, subject: Subject): { value: string; host: string } | null {
  const compiled = config.regexes.compile(pattern, { caseless });
  if (!compiled.ok) return null;
  const { regex } = compiled;
  const isTaken = (value: string): boolean =>
    typeof regex.match(subject.behindScheme ? value.replace(/^https?:\/\//, '') : value) === 'object';
  const { all, named } = ownUrls(config, pattern, caseless, subject);
  const own = new Set(all.map((s) => site(hostInUrl(s)!)));
  for (const sample of named) {
    const host = hostInUrl(sample)!;
    // where any host will do, the pattern looks at something else
    if (isTaken(sample.replace(host, 'unrelated.test'))) continue;
    const scheme = /^https?:\/\//i.exec(sample)![0];
    const rest = sample.slice(scheme.length + host.length);
    const tries = [
      `${scheme}${host}.${ATTACKER}${rest || (subject.header === 'Referer' ? '/' : '')}`,
      `${scheme}evil${host}${rest}`,
      `${scheme}evil-${host}${rest}`,
      ...[...host.matchAll(/\./g)].map((m) => `${scheme}${host.slice(0, m.index)}x${host.slice(m.index + 1)}${rest}`),
      ...(subject.header === 'Referer'
        ? [
            `https://${ATTACKER}/${sample}`,
            `https://${ATTACKER}/?${sample}`,
            `https://${ATTACKER}/${host}${rest || '/'}`,
            ...[...host.matchAll(/\./g)].map((m) => `${scheme}${host.slice(0, m.index)}/${host.slice(m.index + 1)}${rest}`),
          ]
        : []),
    ];
    for (const value of tries) {
      const at = hostInUrl(value);
      // what nobody can register is nobody's page
      if (!at || !/^[^:]*\.[^:]*(:\d{1,5})?$/.test(at) || own.has(site(at)) || !isTaken(value)) continue;
      return { value, host: at };
    }
  }
  return null;
}

/** True when the pattern is a list of patterns: an anchor would belong to one of them only. */
function isList(pattern: string): boolean {
  let depth = 0;
  for (const [token] of pattern.matchAll(/\\.|\[\^?\]?(?:\\.|[^\]\\])*\]|./gs)) {
    if (token === '(') depth++;
    else if (token === ')') depth--;
    else if (token === '|' && depth === 0) return true;
  }
  return false;
}

/**
 * The pattern with both ends of the host anchored and its dots escaped. Null unless it then lets no foreign site pass that we can make up, and
 * still lets every host pass that the loose one names.
 */
function tightened(config: Config, pattern: string, caseless: boolean, subject: Subject): string | null {
  if (subject.behindScheme || isList(pattern)) return null;
  const { named } = ownUrls(config, pattern, caseless, subject);
  // whatever comes before a name is subdomains
  const body = dotted(pattern.replace(/\(?\.[*+]\)?\??(?=[a-z0-9])/gi, '([^/]+\\.)?'));
  const begun = body.startsWith('^')
    ? body
    : /^https?\b/i.test(body)
      ? `^${body}`
      : body.startsWith('\\.')
        ? `^https?://[^/]+${body}`
        : `^https?://([^/]+\\.)?${body}`;
  const ended = (p: string): string =>
    subject.header === 'Origin'
      ? p.endsWith('$')
        ? p
        : `${p.replace(/\/\??$/, '')}(:\\d+)?$`
      : /[^:/]\/[^/]*$|\$$/.test(p)
        ? p
        : `${p}(:\\d+)?(/|$)`;
  const made = ended(begun);
  const compiled = config.regexes.compile(made, { caseless });
  if (made === pattern || !named.length || !compiled.ok || foreign(config, made, caseless, subject)) return null;
  // a longer name with another one at its beginning only shows that the end is open
  const hosts = named.map((url) => hostInUrl(url)!);
  const meant = named.filter((url) => !hosts.some((h) => h !== hostInUrl(url) && hostInUrl(url)!.startsWith(h)));
  const kept = meant.map((url) => `${/^https?:\/\/[^/]+/i.exec(url)![0]}${subject.header === 'Referer' ? '/' : ''}`);
  return kept.every((url) => typeof compiled.regex.match(url) === 'object') ? made : null;
}

/** Header that an expression of an `if` or the key of a `map` reads, a `set` that only carries it on included. */
function subjectOf(variable: string, at: Directive, depth = 0): Subject | null {
  const name = variable.replace(/^\(\s*/, '').toLowerCase();
  if (name === '$http_origin') return { header: 'Origin', behindScheme: false };
  if (name === '$http_referer') return { header: 'Referer', behindScheme: false };
  if (depth > 3 || !/^\$\w+$/.test(name)) return null;
  const definitions = namesOf(at.scope.config).definitions('variable', name.slice(1), 'http');
  const only = definitions.length === 1 ? definitions[0]! : null;
  if (only?.capture || only?.directive.name !== 'set') return null;
  return subjectOf(only.directive.value(1), only.directive, depth + 1);
}

/** A block that turns away whoever gets into it, at once or by a variable that it sets. */
const isRefusing = (d: Directive): boolean =>
  d.body?.directives.some(
    (r) =>
      (r.name === 'return' && /^4\d\d$/.test(r.value(0))) ||
      (r.name === 'set' && leadsToRefusal(r.scope.config, r.value(0).replace(/^\$/, '').toLowerCase(), r.value(1), d)),
  ) ?? false;

/** A condition on a variable whose block turns away who gets into it. */
interface Refusal {
  readonly by: Directive;
  /** the text that is compared with; null: whatever is something */
  readonly text: string | null;
  readonly negative: boolean;
}

/** Those on a variable, looked through once for all values that it may have: a map has thousands. */
const refusalsOf = new PerConfig((config, variable: string): readonly Refusal[] =>
  namesOf(config)
    .references('variable', variable, 'http')
    .flatMap(({ directive: by }): readonly Refusal[] => {
      if (by.name !== 'if' || !by.body?.named('return').some((r) => /^4\d\d$/.test(r.value(0)))) return [];
      const condition = readCondition(by);
      if (!condition || condition.kind === 'file' || condition.name !== variable) return [];
      if (condition.kind === 'variable') return [{ by, text: null, negative: false }];
      if ((condition.kind !== 'equal' && condition.kind !== 'not-equal') || condition.value.literal === null) return [];
      return [{ by, text: fromBytes(condition.value.literal), negative: condition.kind === 'not-equal' }];
    }),
);

/** Whether an `if` turns away who has the value in the variable. */
const leadsToRefusal = (config: Config, variable: string, value: string, but: Directive | null = null): boolean =>
  refusalsOf
    .of(config, variable)
    .some(({ by, text, negative }) => by !== but && (text === null ? value !== '' && value !== '0' : (value === text) !== negative));

/** A block that changes paths and nothing else, itself or by what it sets: who gets into it is let in nowhere. */
const isOfPaths = ({ body, scope: { config } }: Directive, depth = 0): boolean =>
  depth < 3 &&
  body !== null &&
  body.directives.every((d) => {
    if (d.name === 'rewrite' || d.name === 'break') return true;
    if (d.name !== 'set') return false;
    const uses = namesOf(config).references('variable', d.value(0).replace(/^\$/, '').toLowerCase(), 'http');
    return uses.length > 0 && uses.every(({ directive: use }) => use.name === 'if' && isOfPaths(use, depth + 1));
  });

/** The value of a map's row leads to a refusal, so the map lists who is not wanted and the wider the better; or only logs read it. */
function isUnwanted(row: Directive): boolean {
  const variable = row.scope.opener?.value(1).replace(/^\$/, '').toLowerCase();
  if (!variable) return false;
  const { config } = row.scope;
  const uses = namesOf(config).references('variable', variable, 'http');
  if (uses.length && uses.every(({ directive: d }) => d.name === 'log_format' || d.name === 'access_log')) return true;
  return leadsToRefusal(config, variable, row.value(0));
}

function subjectFor(directive: Directive): Subject | null {
  if (directive.name === 'if') {
    const first = directive.value(0) === '(' ? directive.value(1) : directive.value(0);
    const isPositive = directive.values.some((v) => /^~\*?$/.test(v));
    // who is in this list is turned away, or only gets a page under another path
    return isPositive && (isRefusing(directive) || isOfPaths(directive)) ? null : subjectOf(first, directive);
  }
  if (directive.name === 'valid_referers') return { header: 'Referer', behindScheme: true };
  if (directive.scope.context !== 'map') return null;
  // an entry that gives the empty value or 0 lets nobody in
  const value = directive.value(0);
  return value === '' || value === '0' || isUnwanted(directive) ? null : subjectOf(directive.scope.opener?.value(0) ?? '', directive);
}

export default defineRule({
  id: 'origin-check-too-loose',
  group: 'security',
  severity: 'error',
  since: '0.1',
  equivalents: ['gixy:origins'],
  title: 'Origin or Referer check too loose',
  why: `
A pattern that should let your own sites pass often lets others pass, too: without \`^\` the name may be in the path of another site, without an end after the host (\`$\` for an Origin, a slash for a Referer) \`example.com.evil.example\` fits, and a dot that is not escaped stands for any character.

Every page may open a WebSocket to every host, with the visitor's cookies, and the Origin header is all by which an application knows which page it was. \`proxy_set_header Origin\` with a text of one's own, or with an empty one, takes that away: its check lets all of them in, since it is told the name that it waits for, or takes the request for one of a program that is no browser.

The rule generates foreign hosts and tries them against the pattern with the real engine. Each host that it shows is accepted.`,
  about: ['if', 'map', 'valid_referers', '$http_'],
  references: ['https://developer.mozilla.org/en-US/docs/Web/HTTP/Reference/Headers/Origin'],
  looksAt: [
    { directive: ['if', 'valid_referers'] },
    { scope: ['map'] },
    { directive: ['proxy_set_header'], where: ({ values: [name = ''] }) => /^(?:origin|sec-fetch-site)$/i.test(name) },
  ],
  needs: 'file',
  fixable: 'sometimes',
  messages: {
    site: 'The application is told {value} whatever page a request comes from, and takes the forms of other sites for its own. Pass $http_sec_fetch_site.',
    replaced:
      'The application is told {value} as the origin of each WebSocket, whatever page opens it: its check lets all of them in. Pass $http_origin, or refuse foreign ones here.',
    removed:
      'The application is not told which page opens a WebSocket, and many take a request without Origin for one of no browser: any page may open it with the visitor’s cookies. Pass $http_origin.',
    loose: 'This pattern accepts {value} too, a page of {host}. Anchor it at both ends of the host and escape its dots.',
  },
  check({ config, directive, scope, report }) {
    if (directive?.name === 'proxy_set_header') {
      const value = directive.value(1);
      if (directive.value(0).toLowerCase() === 'sec-fetch-site') {
        if (/^(?:same-origin|same-site|none)$/i.test(value) && !asksForOrigin(scope) && !isLocalOnly(scope))
          report('site', { at: directive.args[1]!, data: { value }, severity: 'warning' });
        return;
      }
      const sources = (text: string): string[] => variablesIn(text).flatMap((v) => [...sourcesOf(config, v)]);
      const upgrade = scope.effective('proxy_set_header').directives.find((d) => d.value(0).toLowerCase() === 'upgrade');
      const isWebSocket = upgrade && (/^websocket$/i.test(upgrade.value(1)) || sources(upgrade.value(1)).includes('http_upgrade'));
      if (!isWebSocket || sources(value).includes('http_origin') || asksForOrigin(scope) || isLocalOnly(scope)) return;
      report(value === '' ? 'removed' : 'replaced', { at: directive.args[1] ?? directive.nameAt, data: { value }, severity: 'warning' });
      return;
    }
    const looked = scope.context === 'map' || !directive ? scope.directives : [directive];
    for (const d of looked) {
      const subject = subjectFor(d);
      if (!subject) continue;
      for (const { word, pattern, caseless } of regexesOf(d)) {
        if (word.templated) continue;
        const found = foreign(config, pattern, caseless, subject);
        if (!found) continue;
        const better = tightened(config, pattern, caseless, subject);
        // only where the word is written as nginx reads it can a part of it be replaced
        const at = word.raw.indexOf(pattern);
        const plain = at >= 0 && at === word.raw.lastIndexOf(pattern);
        report('loose', {
          at: d.at(word),
          data: { value: found.value, host: found.host },
          fix:
            better !== null && plain && !/[\s;{}"']/.test(better)
              ? fixOf(`Anchor it: ${better}`, 'suggestion', d.file, [
                  replace({ start: word.start + at, end: word.start + at + pattern.length }, better),
                ])
              : null,
        });
      }
    }
  },
  examples: [
    {
      inside: 'location',
      bad: `if ($http_origin ~ "^https://example\\.com") {
#                  ^^^^^^^^^^^^^^^^^^^^^^^ loose
    add_header Access-Control-Allow-Origin $http_origin;
}`,
      good: `if ($http_origin ~ "^https://example\\.com$") {
    add_header Access-Control-Allow-Origin $http_origin;
}`,
      fixed: `if ($http_origin ~ "^https://example\\.com(:\\d+)?$") {
    add_header Access-Control-Allow-Origin $http_origin;
}`,
    },
    {
      inside: 'location',
      bad: `if ($http_origin ~ ".example\\.com$") {
#                  ^^^^^^^^^^^^^^^^ loose
    add_header Access-Control-Allow-Origin $http_origin;
}`,
      good: `if ($http_origin ~ "^https://([a-z0-9-]+\\.)*example\\.com$") {
    add_header Access-Control-Allow-Origin $http_origin;
}`,
      fixed: `if ($http_origin ~ "^https?://[^/]+\\.example\\.com$") {
    add_header Access-Control-Allow-Origin $http_origin;
}`,
    },
    {
      inside: 'location',
      bad: `if ($http_referer !~ "https?://www\\.example\\.com/") {
#                    ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ loose
    return 403;
}`,
      good: `if ($http_referer !~ "^https?://www\\.example\\.com/") {
    return 403;
}`,
    },
    {
      inside: 'http',
      bad: `map $http_origin $cors {
    ~^https://app.example.com$ $http_origin;
#   ^^^^^^^^^^^^^^^^^^^^^^^^^^ loose
    default "";
}`,
      good: `map $http_origin $cors {
    ~^https://app\\.example\\.com$ $http_origin;
    default "";
}`,
    },
    {
      inside: 'location',
      bad: `proxy_pass http://127.0.0.1:8000;
proxy_set_header Upgrade $http_upgrade;
proxy_set_header Connection "upgrade";
proxy_set_header Origin "";
#                       ^^ removed`,
      good: `proxy_pass http://127.0.0.1:8000;
proxy_set_header Upgrade $http_upgrade;
proxy_set_header Connection "upgrade";
proxy_set_header Origin $http_origin;`,
    },
    {
      inside: 'location',
      bad: `proxy_pass http://127.0.0.1:8000;
proxy_set_header Upgrade $http_upgrade;
proxy_set_header Connection "upgrade";
proxy_set_header Origin http://127.0.0.1:8000;
#                       ^^^^^^^^^^^^^^^^^^^^^ replaced`,
      good: `if ($http_origin !~ ^https://app\\.example\\.org$) { return 403; }
proxy_pass http://127.0.0.1:8000;
proxy_set_header Upgrade $http_upgrade;
proxy_set_header Connection "upgrade";
proxy_set_header Origin http://127.0.0.1:8000;`,
    },
    { inside: 'location', good: 'if ($http_origin ~* ^https?://([\\w-]+\\.)*example\\.com(:\\d+)?$) { set $cors 1; }' },
    {
      inside: 'location',
      bad: `if ($http_referer ~ "partner\\.example") {
#                   ^^^^^^^^^^^^^^^^^^ loose
    set $known 1;
}
if ($known != 1) { return 403; }`,
      good: `if ($http_referer ~ partner\\.example) {
    set $plain 1;
}
if ($plain) { rewrite ^(.+)\\.[0-9a-f]+(\\.css)$ $1$2 last; }`,
    },
    { inside: 'location', good: 'if ($http_referer ~* "spam\\.example") { return 403; }' },
    {
      inside: 'http',
      good: `map $http_referer $unwanted {
    default 0;
    ~*(spam|ads)\\.example 1;
}
server {
    if ($unwanted) { return 444; }
}`,
    },
    { inside: 'location', good: 'valid_referers none blocked server_names *.example.com ~^([\\w-]+\\.)?example\\.org/;' },
    { inside: 'http', good: 'map $http_referer $without_query {\n    default $http_referer;\n    ~^(?<kept>.*)\\? $kept;\n}' },
    { inside: 'location', good: 'if ($http_referer ~ "^https?://(www\\.)?example\\.co\\.uk/") { set $known 1; }' },
    {
      inside: 'location',
      bad: `proxy_pass http://127.0.0.1:8000;
proxy_set_header Sec-Fetch-Site same-origin;
#                               ^^^^^^^^^^^ site`,
      good: `proxy_pass http://127.0.0.1:8000;
proxy_set_header Sec-Fetch-Site $http_sec_fetch_site;`,
    },
  ],
});
