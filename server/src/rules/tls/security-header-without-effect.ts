/** Security headers whose value browsers do not know, or that forbids nothing: the header is there, and the protection is not. */
import { textsOf } from '../../answers/what-is-passed.ts';
import type { Scope } from '../../config/scope.ts';
import type { Word } from '../../syntax/word.ts';
import { defineRule } from '../rule.ts';

/** Sources by which any script of any site may run. */
const ANYWHERE = /^(?:\*|https?:|\*:\*|https?:\/\/\*)$/;
const KEYWORDS = /^(?:self|none|unsafe-inline|unsafe-eval|strict-dynamic|report-sample)$/;
const REFERRERS = new Set([
  'no-referrer',
  'no-referrer-when-downgrade',
  'same-origin',
  'origin',
  'strict-origin',
  'origin-when-cross-origin',
  'strict-origin-when-cross-origin',
  'unsafe-url',
]);

/** The directives of a policy by name; of two with one name the first counts (CSP3, 2.2.1). */
function policyOf(value: string): ReadonlyMap<string, readonly string[]> {
  const found = new Map<string, readonly string[]>();
  for (const part of value.split(';')) {
    const [name, ...sources] = part.trim().split(/\s+/);
    if (name && !found.has(name.toLowerCase())) found.set(name.toLowerCase(), sources);
  }
  return found;
}

/** The directives of a policy, those of older drafts and of other standards among them. */
const DIRECTIVES = new Set(
  [
    'default-src script-src script-src-elem script-src-attr style-src style-src-elem style-src-attr img-src font-src connect-src media-src',
    'object-src frame-src child-src worker-src manifest-src prefetch-src fenced-frame-src base-uri form-action frame-ancestors navigate-to',
    'sandbox report-uri report-to upgrade-insecure-requests block-all-mixed-content plugin-types reflected-xss referrer',
    'require-sri-for require-trusted-types-for trusted-types webrtc',
  ].flatMap((line) => line.split(' ')),
);

/** What browsers make of a policy that is not written as one; null where they read it as it is meant. */
function misread(value: string): { readonly message: 'colon' | 'joined' | 'unknown'; readonly data: Record<string, string> } | null {
  for (const part of value.split(/[;,]/)) {
    const [name = '', ...sources] = part.trim().split(/\s+/);
    const word = name.toLowerCase();
    if (DIRECTIVES.has(word.replace(/:$/, '')) && word.endsWith(':')) return { message: 'colon', data: { value: name } };
    const next = sources.find((s) => DIRECTIVES.has(s.toLowerCase()) && s.includes('-'));
    if (DIRECTIVES.has(word) && next && !/^(?:sandbox|report-to|trusted-types)$/.test(word))
      return { message: 'joined', data: { name, next } };
    // of a name that is a directive's but for a letter or two
    if (
      /^[a-z-]+$/.test(word) &&
      !DIRECTIVES.has(word) &&
      /-(?:src|uri|action|ancestors?|requests?)$|^[a-z]+-?srcs?$|^[a-z]+-source$/.test(word)
    )
      return { message: 'unknown', data: { value: name } };
  }
  return null;
}

/** Sources of scripts by which any script that is injected runs: its text is the address. */
const INLINE = /^data:$/;

/** A nonce of a policy that is no secret of one response: written out, or of what a client sends. */
function guessableNonce(value: string): { readonly message: 'nonce' | 'chosen'; readonly nonce: string } | null {
  for (const [, nonce = ''] of value.matchAll(/'nonce-([^']+)'/g)) {
    if (!nonce.includes('$')) return { message: 'nonce', nonce };
    if (/^\$\{?(?:arg|http|cookie)_\w+\}?$/.test(nonce)) return { message: 'chosen', nonce };
  }
  return null;
}

/** What a policy lets run though it speaks of scripts; null where it forbids something. */
function scriptsOf(value: string): string | null {
  const policy = policyOf(value);
  const name = policy.has('script-src') ? 'script-src' : 'default-src';
  const sources = policy.get(name)?.map((s) => s.toLowerCase());
  // a nonce, a hash or strict-dynamic makes browsers leave both out
  if (!sources || sources.some((s) => /^'(?:nonce-|sha\d+-|strict-dynamic')/.test(s))) return null;
  return sources.includes("'unsafe-inline'") && sources.some((s) => ANYWHERE.test(s)) ? name : null;
}

/** Whether a policy that is sent with it says who may frame the page, and not that everybody may: browsers ask it then, and never X-Frame-Options (CSP3, 6.4.2.2). */
const saysWhoFrames = (scope: Scope): boolean =>
  scope.effective('add_header').directives.some((d) => {
    const ancestors = /^content-security-policy$/i.test(d.value(0)) ? policyOf(d.value(1)).get('frame-ancestors') : undefined;
    return ancestors !== undefined && !ancestors.includes('*');
  });

export default defineRule({
  id: 'security-header-without-effect',
  group: 'tls',
  severity: 'warning',
  since: '0.2',
  title: 'Security header without effect',
  why: `
Browsers ignore what they do not know. \`X-Frame-Options\` has two values, \`DENY\` and \`SAMEORIGIN\`: \`ALLOWALL\` never was one, and \`ALLOW-FROM\` is none any more (\`frame-ancestors\` in a Content-Security-Policy names single sites). \`X-Content-Type-Options\` has one, \`nosniff\`.

A Content-Security-Policy that admits \`'unsafe-inline'\` and scripts of every host stops no injected script. Keywords need their quotes: \`self\` without them is a host of that name. Its directives end in a semicolon and have no colon: \`script-src: 'self'\` is a directive that no browser knows, and what follows a missing semicolon is taken for hosts.`,
  about: ['add_header'],
  references: ['https://www.w3.org/TR/CSP3/', 'https://html.spec.whatwg.org/multipage/document-lifecycle.html#the-x-frame-options-header'],
  looksAt: {
    directive: ['add_header'],
    where: ({ values: [name = '', value = '$'] }) =>
      /^(?:x-frame-options|x-content-type-options|referrer-policy|content-security-policy)$/i.test(name) && value !== '',
  },
  needs: 'file',
  messages: {
    nonce:
      "This nonce is the same in every response: whoever injects a script reads it off a page and writes it there. Make one for each response, such as 'nonce-$request_id'.",
    chosen:
      "The client chooses this nonce with {value}: a link with the nonce of the script that it injects lets it run. Make one for each response, such as 'nonce-$request_id'.",
    embedded: 'script-src admits {value}, and an injected script can be such an address itself: none is stopped. Leave it out.',
    everyone: "frame-ancestors * lets every site frame this one, as without the line. Name the sites, or write 'none'.",
    leaking:
      'With unsafe-url the whole address, with all arguments, goes to every other site that a page leads to or loads from. Write strict-origin-when-cross-origin.',
    frames:
      'Browsers do not know "{value}" and let every site frame this one. Write DENY or SAMEORIGIN, or frame-ancestors in a Content-Security-Policy.',
    sniffing: 'Browsers do not know "{value}" and go on guessing types. Write nosniff.',
    referrer:
      'Browsers do not know "{value}" and send what they would anyway. Write strict-origin-when-cross-origin, or another of the values.',
    scripts:
      "{name} admits 'unsafe-inline' and scripts of every host: no injected script is stopped. Name the hosts, and use nonces or hashes.",
    colon: 'Browsers do not know "{value}" and leave the directive out. Write it without the colon.',
    joined: 'Browsers take {next} for a host of {name}: there is no semicolon before it. Write "; {next}".',
    unknown: 'Browsers do not know the directive "{value}" and leave it out. Write its name as Content-Security-Policy has it.',
    quotes: "{value} without quotes is a host of that name, and not the keyword. Write '{value}'.",
  },
  check({ directive, report: say }) {
    const [header, word] = directive.args;
    if (!header || !word || word.templated) return;
    let told = false;
    const report: typeof say = (message, found) => {
      told = true;
      say(message, found);
    };
    // what a table chooses from is sent to someone
    const read = word.value.includes('$') && !word.value.includes("'nonce-$");
    for (const text of read ? (textsOf(directive.scope, word.value) ?? []) : [word.value]) {
      if (text.trim() !== '') judge(header, word, text.trim());
      if (told) return;
    }

    function judge(header: Word, word: Word, value: string) {
      switch (header.value.toLowerCase()) {
        case 'x-frame-options':
          if (!/^(?:deny|sameorigin)(?:\s*,\s*(?:deny|sameorigin))*$/i.test(value) && !saysWhoFrames(directive.scope))
            report('frames', { at: word, data: { value } });
          return;
        case 'x-content-type-options':
          if (!/^nosniff\b/i.test(value)) report('sniffing', { at: word, data: { value } });
          return;
        case 'referrer-policy':
          if (!value.split(/\s*,\s*/).some((v) => REFERRERS.has(v.toLowerCase())))
            report('referrer', { at: word, data: { value }, severity: 'info' });
          // of several browsers take the last that they know
          else if (/(?:^|,\s*)unsafe-url$/i.test(value)) report('leaking', { at: word, severity: 'info' });
          return;
        default: {
          const guessable = guessableNonce(value);
          if (guessable) return report(guessable.message, { at: word, data: { value: guessable.nonce } });
          if (value.includes('$')) return;
          const policy = policyOf(value);
          const bare = [...policy].flatMap(([name, sources]) =>
            /-src(?:-\w+)?$|^(?:frame-ancestors|form-action|base-uri)$/.test(name) ? sources : [],
          );
          const unquoted = bare.find((s) => KEYWORDS.test(s.toLowerCase()));
          if (unquoted) return report('quotes', { at: word, data: { value: unquoted } });
          const wrong = misread(value);
          if (wrong) return report(wrong.message, { at: word, data: wrong.data });
          const name = scriptsOf(value);
          if (name) return report('scripts', { at: word, data: { name }, severity: 'info' });
          const sources = policy.get('script-src') ?? [];
          const embedded = sources.find((s) => INLINE.test(s.toLowerCase()));
          if (embedded && !sources.some((s) => /^'strict-dynamic'$/i.test(s)))
            return report('embedded', { at: word, data: { value: embedded } });
          if (policy.get('frame-ancestors')?.some((s) => ANYWHERE.test(s))) report('everyone', { at: word, severity: 'info' });
        }
      }
    }
  },
  examples: [
    {
      inside: 'server',
      bad: `root /srv/site;
 add_header X-Frame-Options ALLOWALL always;
#                           ^^^^^^^^ frames`,
      good: `root /srv/site;
add_header X-Frame-Options SAMEORIGIN always;`,
    },
    {
      inside: 'server',
      bad: `root /srv/site;
 add_header X-Content-Type-Options sniff;
#                                  ^^^^^ sniffing`,
      good: `root /srv/site;
add_header X-Content-Type-Options nosniff;`,
    },
    {
      inside: 'server',
      bad: `root /srv/site;
 add_header Referrer-Policy not-at-all;
#                           ^^^^^^^^^^ referrer`,
      good: `root /srv/site;
add_header Referrer-Policy same-origin;`,
    },
    {
      inside: 'server',
      bad: `root /srv/site;
 add_header Content-Security-Policy "default-src * 'unsafe-inline' 'unsafe-eval'";
#                                   ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ scripts`,
      good: `root /srv/site;
add_header Content-Security-Policy "default-src 'self'; style-src 'self' 'unsafe-inline'";`,
    },
    {
      inside: 'server',
      bad: `root /srv/site;
 add_header Content-Security-Policy "default-src self";
#                                   ^^^^^^^^^^^^^^^^^^ quotes`,
      good: `root /srv/site;
add_header Content-Security-Policy "default-src 'self'";`,
    },
    {
      inside: 'server',
      bad: `root /srv/site;
 add_header Content-Security-Policy "default-src: 'self'";
#                                   ^^^^^^^^^^^^^^^^^^^^^ colon`,
      good: `root /srv/site;
add_header Content-Security-Policy "default-src 'self'";`,
    },
    {
      inside: 'server',
      bad: `root /srv/site;
 add_header Content-Security-Policy "default-src 'self' img-src 'self' data:";
#                                   ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ joined`,
      good: `root /srv/site;
add_header Content-Security-Policy "default-src 'self'; img-src 'self' data:";`,
    },
    {
      inside: 'server',
      bad: `root /srv/site;
 add_header Content-Security-Policy "default-src 'self'; scripts-src 'self'";
#                                   ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ unknown`,
      good: `root /srv/site;
add_header Content-Security-Policy "default-src 'self'; script-src 'self'";`,
    },
    {
      inside: 'server',
      bad: `root /srv/site;
 add_header Content-Security-Policy "script-src 'nonce-r4nd0m'; object-src 'none'";
#                                   ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ nonce`,
      good: `root /srv/site;
add_header Content-Security-Policy "script-src 'nonce-$request_id'; object-src 'none'";`,
    },
    {
      inside: 'server',
      bad: `root /srv/site;
 add_header Content-Security-Policy "script-src 'nonce-$arg_n'; object-src 'none'";
#                                   ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ chosen`,
      good: `root /srv/site;
add_header Content-Security-Policy "script-src 'nonce-$request_id'; object-src 'none'";`,
    },
    {
      inside: 'server',
      bad: `root /srv/site;
 add_header Content-Security-Policy "default-src 'self'; script-src 'self' data:";
#                                   ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ embedded`,
      good: `root /srv/site;
add_header Content-Security-Policy "default-src 'self'; img-src 'self' data:";`,
    },
    {
      inside: 'server',
      bad: `root /srv/site;
 add_header Content-Security-Policy "default-src 'self'; frame-ancestors *";
#                                   ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ everyone`,
      good: `root /srv/site;
add_header Content-Security-Policy "default-src 'self'; frame-ancestors 'self'";`,
    },
    {
      inside: 'server',
      bad: `root /srv/site;
 add_header Referrer-Policy unsafe-url;
#                           ^^^^^^^^^^ leaking`,
      good: `root /srv/site;
add_header Referrer-Policy same-origin;`,
    },
    {
      inside: 'server',
      good: 'root /srv/site;\nadd_header Content-Security-Policy "upgrade-insecure-requests; frame-ancestors \'none\'";',
    },
  ],
});
