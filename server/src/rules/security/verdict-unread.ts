/** Checks that only fill a variable (the referer, a signed link, a client certificate), and nothing reads the variable. */
import { table } from '../../base/table.ts';
import type { Directive } from '../../config/directive.ts';
import { namedLocation } from '../../config/locations.ts';
import { namesOf } from '../../config/names.ts';
import { unseenOf } from '../../config/open.ts';
import type { Scope, ScopeContext } from '../../config/scope.ts';
import { mayScriptUse } from '../../config/unseen-names.ts';
import { defineRule } from '../rule.ts';

const CERTIFICATE = [
  'verify',
  's_dn',
  'i_dn',
  's_dn_legacy',
  'i_dn_legacy',
  'cert',
  'escaped_cert',
  'raw_cert',
  'fingerprint',
  'serial',
  'sigalg',
];

/** What each check fills: that one of them is read is all that can be asked for. The first is the one to name. */
const VERDICTS: Readonly<Record<string, readonly string[]>> = table({
  valid_referers: ['invalid_referer'],
  secure_link: ['secure_link'],
  secure_link_secret: ['secure_link'],
  ssl_verify_client: CERTIFICATE.map((part) => `ssl_client_${part}`),
});

/** What stands in a certificate that anyone can make; its whole text and its fingerprint can be compared with known ones. */
const NAMED_BY_OWNER = /^ssl_client_(?:[si]_dn(?:_legacy)?|serial|sigalg)$/;

/** What to write instead. */
const REMEDIES: Readonly<Record<string, string>> = table({
  valid_referers: 'Add if ($invalid_referer) { return 403; }',
  secure_link: 'Add if ($secure_link = "") { return 403; }',
  secure_link_secret: 'Add if ($secure_link = "") { return 403; }',
  ssl_verify_client: 'Write "ssl_verify_client on", or refuse where it is not SUCCESS',
});

/** Refuses links without a right signature, and nothing else: `if ($secure_link = "")`. */
const asksForEmpty = ({ name, args }: Directive): boolean =>
  name === 'if' && /^\(?\s*\$\{?secure_link\}?$/.test(args[0]?.value ?? '') && args[1]?.value === '=' && /^\)?$/.test(args[2]?.value ?? '');

/** Refuses expired links, and nothing else: `if ($secure_link = "0")`, which is so of a signature that is right. */
const asksForZero = ({ name, args }: Directive): boolean =>
  name === 'if' &&
  /^\(?\s*\$\{?secure_link\}?$/.test(args[0]?.value ?? '') &&
  args[1]?.value === '=' &&
  /^0\)?$/.test(args[2]?.value ?? '');

/** What `if ($ssl_client_verify = …)` compares with; null for another condition. */
const comparedVerdict = ({ name, args }: Directive): { readonly negative: boolean; readonly text: string } | null => {
  if (name !== 'if' || !/^\(?\s*\$\{?ssl_client_verify\}?$/.test(args[0]?.value ?? '')) return null;
  const sign = args[1]?.value;
  return sign === '=' || sign === '!=' ? { negative: sign === '!=', text: (args[2]?.value ?? '').replace(/\)$/, '') } : null;
};

/** What a map makes of texts, where its rows say so by themselves; undefined where a pattern or a file may have a say. */
function answersOf(map: Directive, texts: readonly string[]): readonly string[] | undefined {
  const rows = map.body?.directives ?? [];
  if (map.name !== 'map' || rows.some((row) => /^(?:~|include$|hostnames$)/.test(row.name))) return undefined;
  const given = (key: string): string | undefined => rows.find((row) => row.name.toLowerCase() === key.toLowerCase())?.value(0);
  return texts.map((text) => given(text) ?? given('default') ?? '');
}

/** Whether a map of `$secure_link` takes one of its refusals (an empty text, "0") for a good link, and the other for none. */
const takesForGood = (map: Directive, refused: '' | '0'): boolean => {
  const [good, taken, kept] = answersOf(map, ['1', refused, refused === '' ? '0' : '']) ?? [];
  return good !== undefined && good === taken && good !== kept;
};

/** The row of a map that waits for "FAILED", which is never all of the text, where nothing else tells who has no certificate. */
function waitsForFailed(map: Directive): Directive | undefined {
  const [failed, none, success] = answersOf(map, ['FAILED', 'NONE', 'SUCCESS']) ?? [];
  const row = failed !== undefined && failed !== none && none === success;
  return row ? map.body?.directives.find((d) => d.name === 'FAILED') : undefined;
}

/** Bundles of all public authorities, by their usual places. */
const PUBLIC =
  /^(?:\/etc\/ssl\/certs\/ca-certificates\.crt|\/etc\/ssl\/cert\.pem|\/etc\/ssl\/ca-bundle\.pem|\/etc\/pki\/tls\/certs\/ca-bundle\.crt|\/etc\/pki\/ca-trust\/extracted\/pem\/tls-ca-bundle\.pem|\/etc\/ca-certificates\/extracted\/tls-ca-bundle\.pem)$/;

/** Errors of client certificates that are answered by the program which certificates are asked for: the line that passes them on. */
function passesRefused(errors: Directive): Directive | null {
  const server = errors.scope.enclosing('server');
  const target = errors.values.at(-1) ?? '';
  if (!server || !target.startsWith('@') || !errors.values.some((v) => v === '495' || v === '496')) return null;
  if (errors.scope.value('ssl_verify_client')?.value(0) !== 'on') return null;
  const pass = passOf(namedLocation(server, target)?.scope);
  return pass && server.all.some((d) => d !== pass && d.name === pass.name && d.value(0) === pass.value(0)) ? pass : null;
}

const passOf = (scope: Scope | undefined): Directive | undefined =>
  scope?.directives.find((d) => /^(?:proxy|fastcgi|uwsgi|scgi|grpc)_pass$/.test(d.name));

const isHttp = (context: ScopeContext): boolean => !/^(?:stream|mail)/.test(context);

const FORGED = 'if ($secure_link = "") { return 403; }';
const EXPIRED = 'if ($secure_link = "0") { return 410; }';

/** Links with a signature and a time, of which the conditions look at some; the mark goes below the line of the link. */
const signed = (mark: string | null, ...conditions: readonly string[]): string =>
  [
    'location /songs/ {',
    '    secure_link $arg_md5,$arg_expires;',
    ...(mark === null ? [] : [mark]),
    '    secure_link_md5 "$secure_link_expires$uri$remote_addr";',
    ...conditions.map((condition) => `    ${condition}`),
    '    root /srv/site;',
    '}',
  ].join('\n');

/** A server whose clients may show a certificate, which a condition compares. */
const compared = (condition: string, mark: string | null): string =>
  [
    'listen 443 ssl;',
    'ssl_certificate a.pem;',
    'ssl_certificate_key a.key;',
    'ssl_client_certificate clients.pem;',
    'ssl_verify_client optional;',
    'location / {',
    `    if ($ssl_client_verify ${condition}) { return 403; }`,
    ...(mark === null ? [] : [mark]),
    '    proxy_pass http://127.0.0.1:8000;',
    '}',
  ].join('\n');

/** A server for whoever has a certificate of the office, with the line that asks for it. */
const forOffice = (line: string): string => `listen 443 ssl;
ssl_certificate a.pem;
ssl_certificate_key a.key;
ssl_client_certificate clients.pem;
${line}
location / {
    if ($ssl_client_s_dn !~ "CN=office") { return 403; }
    proxy_pass http://127.0.0.1:8000;
}`;

export default defineRule({
  id: 'verdict-unread',
  group: 'security',
  severity: 'warning',
  since: '0.2',
  missing: true,
  title: 'Check whose result is never read',
  why: `
\`valid_referers\`, \`secure_link\` and \`ssl_verify_client optional\` refuse no one. They put their result into a variable (\`$invalid_referer\`, \`$secure_link\`, \`$ssl_client_verify\`), and an \`if\`, a \`map\` or the application has to act on it. Where nothing does, everyone gets in.`,
  about: ['valid_referers', 'secure_link', 'ssl_verify_client', '$invalid_referer', '$secure_link', '$ssl_client_verify'],
  looksAt: { directive: [...Object.keys(VERDICTS), 'error_page', 'ssl_client_certificate'] },
  needs: 'config',
  messages: {
    passed:
      'Who has no certificate gets the application all the same: the request that is refused goes on to {target}, which passes it to {pass}. Show a page of its own.',
    public:
      'Anyone can have a certificate of one of these authorities, and nothing reads whose it is: everybody gets in. Name the authority that issues your own, or compare $ssl_client_s_dn.',
    expired:
      'Expired links go on working: $secure_link is "0" for them, and only "" is refused here. Add if ($secure_link = "0") { return 410; }.',
    unsigned:
      'Links without a signature are good: $secure_link is "" for them, and only "0" is refused here. Add if ($secure_link = "") { return 403; }.',
    never:
      '$ssl_client_verify is never "{text}": it is SUCCESS, NONE or begins with FAILED:, and nobody without a certificate is kept out. Compare with SUCCESS: if ($ssl_client_verify != SUCCESS).',
    nobody:
      '$ssl_client_verify is never "{text}": it is SUCCESS, NONE or begins with FAILED:, so everybody is refused. Compare with SUCCESS.',
    anyone:
      '{name} takes a certificate of any issuer, and nothing reads $ssl_client_verify: {variable} is what its owner wrote. Write "ssl_verify_client on", or refuse where it is not SUCCESS.',
    own: 'A certificate that a client makes itself is good here: with optional_no_ca $ssl_client_verify begins with FAILED: for it, and only NONE is refused. Compare with SUCCESS: if ($ssl_client_verify != SUCCESS).',
    unread: '{name} refuses nobody: it only sets {variable}, and nothing reads it. {remedy}.',
  },
  check({ directive, config, report }) {
    const { name } = directive;
    const protocol = isHttp(directive.scope.context) ? 'http' : 'stream';
    if (!config.whole || directive.scope.context.startsWith('mail')) return;
    if (name === 'ssl_verify_client' && !/^optional/.test(directive.value(0))) return;
    if (name === 'error_page') {
      const pass = passesRefused(directive);
      if (pass)
        report('passed', {
          at: directive.at(),
          data: { target: directive.values.at(-1)!, pass: pass.value(0) },
          related: [{ at: pass.at(), message: 'gets the request' }],
          missing: ['if'],
        });
      return;
    }
    const names = namesOf(config);
    if (name === 'ssl_client_certificate') {
      const asks = directive.scope.value('ssl_verify_client')?.value(0) ?? 'off';
      if (!PUBLIC.test(directive.value(0)) || !/^(?:on|optional)$/.test(asks)) return;
      const told = CERTIFICATE.map((part) => `ssl_client_${part}`).filter((v) => v !== 'ssl_client_verify');
      if (told.every((v) => names.references('variable', v, protocol).length === 0) && !mayScriptUse(config))
        report('public', { at: directive.args[0] ?? directive.nameAt, missing: true });
      return;
    }
    const variables = VERDICTS[name]!;
    const readers = variables.flatMap((v) => names.references('variable', v, protocol));
    if (
      name === 'secure_link' &&
      /,/.test(directive.value(0)) &&
      readers.length > 0 &&
      readers.every((r) => asksForEmpty(r.directive) || takesForGood(r.directive, '0'))
    )
      return report('expired', { at: directive.at(), missing: ['if'] });
    if (name === 'ssl_verify_client' && directive.value(0) === 'optional_no_ca' && readers.length > 0) {
      const read = variables.filter((v) => names.references('variable', v, protocol).length > 0);
      if (read.every((v) => NAMED_BY_OWNER.test(v)))
        report('anyone', { at: directive.at(), data: { name: 'ssl_verify_client optional_no_ca', variable: `$${read[0]}` } });
      // only who shows none is refused, and a certificate of one's own making is one
      const of = readers.map((r) => ({ at: r.directive.at(r.span), ...comparedVerdict(r.directive) }));
      if (of.every((c) => c.text === 'NONE' && !c.negative)) report('own', { at: of[0]!.at, missing: ['if'] });
      return;
    }
    if (/^secure_link/.test(name) && readers.length > 0 && readers.every((r) => asksForZero(r.directive) || takesForGood(r.directive, '')))
      return report('unsigned', { at: directive.at(), missing: ['if'] });
    if (name === 'ssl_verify_client' && readers.length > 0) {
      const compared = readers.map((r) => ({ at: r.directive.at(r.span), ...comparedVerdict(r.directive) }));
      // a text that it never is: with = a condition that holds for nobody, with != one that holds for everybody
      const wrong = compared.find((c) => c.text !== undefined && !/^(?:SUCCESS|NONE|FAILED:.+)$/.test(c.text));
      const kept = compared.every((c) => c.text !== undefined && !c.negative && c.text !== 'SUCCESS' && c.text !== 'NONE');
      if (wrong?.text !== undefined && (wrong.negative || kept))
        report(wrong.negative ? 'nobody' : 'never', { at: wrong.at, data: { text: wrong.text }, missing: true });
      // where more conditions may be, one of them may ask for a certificate
      const row = readers.length === 1 && !unseenOf(directive.scope, 'if').length ? waitsForFailed(readers[0]!.directive) : undefined;
      if (row) report('never', { at: row.nameAt, data: { text: 'FAILED' }, missing: true });
    }
    if (readers.length > 0 || mayScriptUse(config)) return;
    report('unread', {
      at: directive.at(),
      // who gets in is decided in the server: by a condition, which no other file brings it; a certificate also by the application
      missing: name === 'ssl_verify_client' ? true : ['if'],
      data: {
        name: name === 'ssl_verify_client' ? `ssl_verify_client ${directive.value(0)}` : name,
        variable: `$${variables[0]}`,
        remedy: REMEDIES[name]!,
      },
    });
  },
  examples: [
    {
      inside: 'server',
      bad: `location /images/ {
    valid_referers server_names *.example.org;
#   ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ unread
    root /srv/site;
}`,
      good: `location /images/ {
    valid_referers server_names *.example.org;
    if ($invalid_referer) { return 403; }
    root /srv/site;
}`,
    },
    {
      inside: 'server',
      bad: `location /files/ {
    secure_link $arg_md5,$arg_expires;
#   ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ unread
    secure_link_md5 "$secure_link_expires$uri";
    root /srv/site;
}`,
      good: `location /files/ {
    secure_link $arg_md5,$arg_expires;
    secure_link_md5 "$secure_link_expires$uri";
    if ($secure_link != 1) { return 403; }
    root /srv/site;
}`,
    },
    {
      inside: 'server',
      bad: `listen 443 ssl;
ssl_certificate a.pem;
ssl_certificate_key a.key;
ssl_client_certificate clients.pem;
 ssl_verify_client optional;
#^^^^^^^^^^^^^^^^^^^^^^^^^^^ unread
location / { proxy_pass http://127.0.0.1:8000; }`,
      good: `listen 443 ssl;
ssl_certificate a.pem;
ssl_certificate_key a.key;
ssl_client_certificate clients.pem;
ssl_verify_client optional;
location / {
    proxy_set_header X-Client-Verify $ssl_client_verify;
    proxy_pass http://127.0.0.1:8000;
}`,
    },
    {
      inside: 'server',
      bad: forOffice(' ssl_verify_client optional_no_ca;\n#^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ anyone'),
      good: forOffice('ssl_verify_client on;'),
    },
    {
      inside: 'server',
      bad: signed('#   ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ unsigned', EXPIRED),
      good: signed(null, FORGED, EXPIRED),
    },
    {
      inside: 'server',
      bad: compared('= FAILED', '#        ^^^^^^^^^^^^^^^^^ never'),
      good: compared('!= SUCCESS', null),
    },
    {
      inside: 'server',
      bad: signed('#   ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ expired', FORGED),
      good: signed(null, FORGED, EXPIRED),
    },
    {
      inside: 'server',
      bad: compared('= NONE', '#        ^^^^^^^^^^^^^^^^^ own').replace('client optional;', 'client optional_no_ca;'),
      good: compared('!= SUCCESS', null).replace('client optional;', 'client optional_no_ca;'),
    },
    {
      inside: 'server',
      bad: `listen 443 ssl;
ssl_certificate a.pem;
ssl_certificate_key a.key;
 ssl_client_certificate /etc/ssl/certs/ca-certificates.crt;
#                       ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ public
ssl_verify_client on;
location / { proxy_pass http://127.0.0.1:8000; }`,
      good: `listen 443 ssl;
ssl_certificate a.pem;
ssl_certificate_key a.key;
ssl_client_certificate clients.pem;
ssl_verify_client on;
location / { proxy_pass http://127.0.0.1:8000; }`,
      notOn122: 'the bundle of all authorities is not on every machine',
    },
    {
      inside: 'server',
      bad: `listen 443 ssl;
ssl_certificate a.pem;
ssl_certificate_key a.key;
ssl_client_certificate clients.pem;
ssl_verify_client on;
 error_page 495 496 = @app;
#^^^^^^^^^^^^^^^^^^^^^^^^^^ passed
location / { proxy_pass http://127.0.0.1:8000; }
location @app { proxy_pass http://127.0.0.1:8000; }`,
      good: `listen 443 ssl;
ssl_certificate a.pem;
ssl_certificate_key a.key;
ssl_client_certificate clients.pem;
ssl_verify_client on;
error_page 495 496 = @help;
location / { proxy_pass http://127.0.0.1:8000; }
location @help { return 403 "Bring a certificate."; }`,
    },
    {
      inside: 'http',
      bad: `map $ssl_client_verify $refuse {
    default 0;
    FAILED 1;
#   ^^^^^^ never
}
server {
    listen 443 ssl;
    ssl_certificate a.pem;
    ssl_certificate_key a.key;
    ssl_client_certificate clients.pem;
    ssl_verify_client optional;
    if ($refuse) { return 403; }
    root /srv/site;
}`,
      good: `map $ssl_client_verify $refuse {
    default 1;
    SUCCESS 0;
}
server {
    listen 443 ssl;
    ssl_certificate a.pem;
    ssl_certificate_key a.key;
    ssl_client_certificate clients.pem;
    ssl_verify_client optional;
    if ($refuse) { return 403; }
    root /srv/site;
}`,
    },
    {
      inside: 'http',
      bad: `map $secure_link $is_good {
    default 1;
    "" 0;
}
server {
    listen 80;
    location /files/ {
        secure_link $arg_md5,$arg_expires;
#       ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ expired
        secure_link_md5 "$secure_link_expires$uri";
        if ($is_good = 0) { return 403; }
        root /srv/site;
    }
}`,
      good: `map $secure_link $is_good {
    default 0;
    1 1;
}
server {
    listen 80;
    location /files/ {
        secure_link $arg_md5,$arg_expires;
        secure_link_md5 "$secure_link_expires$uri";
        if ($is_good = 0) { return 403; }
        root /srv/site;
    }
}`,
    },
    {
      inside: 'server',
      good: `location /pictures/ {
    valid_referers server_names;
    access_by_lua_block {
        if ngx.var.invalid_referer == "1" then return ngx.exit(403) end
    }
    root /srv/site;
}`,
    },
  ],
});
