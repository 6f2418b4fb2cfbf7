/** Names that no module of the target offers anywhere (ngx_conf_handler: "unknown directive"). Where a name may stand is another rule's. */
import { isAskedFor, isOptional } from '../../answers/which-branch.ts';
import { isVersionSaid } from '../../answers/which-build.ts';
import { nearest } from '../../base/nearest.ts';
import { contextsOf, statusOf, type Target } from '../../catalog/catalog.ts';
import { isBeyond, OLDEST } from '../../catalog/changes.ts';
import { type Context, contextTitle } from '../../catalog/context.ts';
import { FLAVOURS, GOES_ITS_OWN_WAY } from '../../catalog/flavours.ts';
import { ANY_MODULE, unlistedModule } from '../../catalog/modules.ts';
import { atLeast, version } from '../../catalog/version.ts';
import type { Config } from '../../config/config.ts';
import { meantBy, unknownFamily, unknownLibrary } from '../../config/open.ts';
import { isNginxSaid } from '../../config/settings.ts';
import { fixOf, replace } from '../fix.ts';
import { defineRule } from '../rule.ts';
import { absence, factsOf, isJudged, isOwn, ofAnotherModule, placesOf } from './_known.ts';
import { isAftermath, isBroken } from './_structure.ts';
import { insteadAt } from './_wishes.ts';

/** Spaces and marks that look like nothing, or like a space, and are letters to nginx. */
const INVISIBLE = /[\u00a0\u00ad\u1680\u2000-\u200f\u2028-\u202f\u205f-\u2064\u3000\ufeff]/u;

/** Names that a family needs to be one. */
const OF_A_FAMILY = 4;

/** The module whose directives all begin as this name does: `passenger_`, `nchan_`. Its other releases have others. */
function familyOf(config: Config, name: string): string | null {
  const prefix = /^[a-z]\w*?_(?=.)/.exec(name)?.[0];
  if (!prefix) return null;
  const sources = [...config.catalog.names()].filter((n) => n.startsWith(prefix)).flatMap((n) => factsOf(config, n).map((f) => f.source));
  const [source] = sources;
  const foreign = source !== undefined && source !== 'oss' && source !== 'plus';
  return foreign && sources.length >= OF_A_FAMILY && sources.every((s) => s === source) ? source : null;
}

export default defineRule({
  id: 'unknown-directive',
  group: 'validity',
  severity: 'error',
  since: '0.1',
  title: 'Unknown directive',
  why: `
nginx refuses the whole configuration for one name that none of its modules has registered. Apart from spelling mistakes that happens
with directives that came with a later release, that were removed, or that only the commercial build has.

Set \`nginxVersion\` to the release that will run the configuration. Directives of modules that Proxylens does not know are declared
in \`.proxylens.yaml\` under \`directives\`. Where the configuration loads such a module, or includes files that are not at hand and may
load one, the name may be the module's, and the finding is informational or a warning.`,
  about: [],
  looksAt: { directive: '*' },
  contextFree: true,
  ofShape: true,
  needs: 'file',
  fixable: 'sometimes',
  messages: {
    unknown: 'Unknown directive "{name}".',
    wished: 'Unknown directive "{name}": {instead}.',
    foreign: 'Directive "{name}" is not known here; {library} may bring it. Declare it in .proxylens.yaml under "directives".',
    newer: 'Unknown directive "{name}". If nginx {target} has it, declare it in .proxylens.yaml under "directives".',
    invisible:
      'Unknown directive: an invisible character ({code}) came in by copying, and nginx takes it for a letter. Delete it, and type a space where one is meant.',
    entry: 'Unknown directive "{name}" here: it belongs in {places}. Move it there.',
    misspelt: 'Unknown directive "{name}". Did you mean "{guess}"?',
    future: 'Unknown directive "{name}": it needs nginx {since} or later, and this is {target}.',
    form: 'nginx has "{name}" in another form; this one is of {library}. Write nginx\'s own, or build it with that module.',
    block:
      'Block "{name}" is of no module that is known here. Where nginx is built with one that has it, declare it in .proxylens.yaml under "directives".',
    relative: 'Directive "{name}" is not one of nginx; {relative} may have it. Declare it in .proxylens.yaml under "directives".',
    gone: 'nginx {removed} and later do not know "{name}", and which nginx runs this is not known. Remove it.',
    removed: 'Unknown directive "{name}": it was removed in nginx {removed}, and this is {target}.',
    replaced: 'Unknown directive "{name}": it was removed in nginx {removed}. Use "{successor}".',
    plus: 'Unknown directive "{name}": it is part of NGINX Plus only.',
    angie: 'Unknown directive "{name}": it is part of Angie only. Where Angie runs, set "flavour: angie" in .proxylens.yaml.',
    leftOut: 'Unknown directive "{name}": {flavour} does not have it. Remove it.',
    renamed: 'Unknown directive "{name}": {flavour} calls it "{successor}".',
    raw: 'Unknown directive "{name}". An argument with "{" or ";" in it must be quoted: check the words before it.',
  },
  check({ config, directive, report }) {
    if (!isJudged(directive) || isAftermath(directive, 'name') || isBroken(directive)) return;
    const { name } = directive;
    const { target } = config.settings;
    if (isOwn(config, name)) return;
    // `ssl on` has a rule of its own, with a fix, for all versions
    if (name === 'ssl' && config.settings.profile !== 'validity' && directive.args.length === 1) return;
    const at = directive.statement.name;
    const form = ofAnotherModule(directive);
    if (form) return report('form', { at, data: { name, library: form }, severity: 'info' });
    if (placesOf(config, name).length > 0) return;
    const facts = factsOf(config, name);
    if (facts.some((f) => statusOf(f, target).known)) return;
    const invisible = INVISIBLE.exec(name);
    if (invisible) {
      const code = `U+${invisible[0].codePointAt(0)!.toString(16).toUpperCase().padStart(4, '0')}`;
      const clean = at.raw.replace(new RegExp(INVISIBLE, 'gu'), ' ').trim();
      return report('invisible', {
        at,
        data: { code },
        fix: fixOf('Replace it by a space', 'suggestion', directive.file, [replace(at, clean === '' ? '' : clean)]),
      });
    }
    const why = absence(config, facts);
    if (why?.reason === 'module') return;
    const data = { name, target: target.nginx.text };
    // a template's condition that asks for the version writes the line for the nginx that has it
    const asked = isAskedFor(directive) ? ({ severity: 'hint' } as const) : {};
    if (why?.reason === 'future') return report('future', { at, data: { ...data, since: why.since ?? '' }, ...asked });
    if (why?.reason === 'left-out') {
      const told = { ...data, flavour: FLAVOURS[target.flavour] };
      return why.replacedBy
        ? report('renamed', { at, data: { ...told, successor: why.replacedBy } })
        : report('leftOut', { at, data: told });
    }
    // whose nginx it is nobody says, and this line is as good a sign as any
    // whoever has a condition for it knows that
    const unsaid = isNginxSaid(config.settings) ? {} : ({ severity: isOptional(directive) ? 'info' : 'warning' } as const);
    if (why?.reason === 'plus') return report('plus', { at, data, ...unsaid });
    if (why?.reason === 'angie') return report('angie', { at, data, ...unsaid });
    // which nginx it is nobody says, and one that is still in use takes it
    if (why?.reason === 'removed' && !isVersionSaid(config) && atLeast(version(why.removed ?? '0.0.0'), OLDEST.text))
      return report('gone', { at, data: { ...data, removed: why.removed ?? '' }, severity: 'warning', ...asked });
    if (why?.reason === 'removed')
      return why.replacedBy
        ? report('replaced', { at, data: { ...data, removed: why.removed ?? '', successor: why.replacedBy }, ...asked })
        : report('removed', { at, data: { ...data, removed: why.removed ?? '' }, ...asked });
    if (GOES_ITS_OWN_WAY.has(target.flavour))
      return report('relative', { at, data: { ...data, relative: FLAVOURS[target.flavour] }, severity: 'info' });
    const library = unknownLibrary(config) ?? (target.modules === ANY_MODULE ? unlistedModule(name) : null);
    if (library) return report('foreign', { at, data: { ...data, library }, severity: 'info' });
    const instead = insteadAt(directive.file, at);
    if (instead) return report('wished', { at, data: { name, instead } });
    const beginning = target.modules === ANY_MODULE ? unknownFamily(config, name) : null;
    if (beginning)
      return report('foreign', { at, data: { ...data, library: `a module whose directives begin with "${beginning}"` }, severity: 'info' });
    const entries = config.catalog.directives(name).flatMap((f) => (statusOf(f, target).known ? contextsOf(f, target.nginx) : []));
    if (entries.length) {
      const places = new Set(entries.map((c) => contextTitle(c).replace(/ of the stream block$/, '')));
      return report('entry', { at, data: { name, places: [...places].join(' or ') } });
    }
    const family = familyOf(config, name);
    const guess =
      nearest(name, offered(config, directive.scope.context as Context, directive.statement.block !== null)) ?? meantBy(config, name);
    if (family && target.modules === ANY_MODULE && !guess?.startsWith(name.slice(0, name.indexOf('_') + 1)))
      return report('foreign', { at, data: { ...data, library: `another release of ${family}` }, severity: 'info' });
    if (guess)
      return report('misspelt', {
        at,
        data: { ...data, guess },
        fix: fixOf(`Change to "${guess}"`, 'suggestion', directive.file, [replace(at, guess)]),
      });
    if (directive.statement.block !== null && /^[a-z][a-z0-9_]+$/.test(name) && !isNginxSaid(config.settings))
      return report('block', { at, data: { name }, severity: 'warning' });
    const { opener } = directive.scope;
    const around = opener?.fact?.source;
    // a block of a module of which nobody says which release it is
    if (around && around !== 'oss' && around !== 'plus' && !/^[\d,]*\}/.test(name))
      return report('foreign', { at, data: { ...data, library: `another release of ${around}` }, severity: 'info' });
    report(/^[\d,]*\}/.test(name) ? 'raw' : isBeyond(target.nginx) ? 'newer' : 'unknown', { at, data });
  },
  examples: [
    {
      notOn122: 'the module is one of others',
      bad: `events { }
http {
    mruby_init /srv/hooks/start.rb;
#   ^^^^^^^^^^ foreign
}`,
      good: `events { }
http {
    index index.html;
}`,
    },
    {
      notOn122: 'the module is one of others',
      bad: `events { }
rtmp {
    server {
        application live {
            live on;
            keep_frames on;
#           ^^^^^^^^^^^ foreign
        }
    }
}`,
      good: `events { }
rtmp {
    server {
        application live {
            live on;
        }
    }
}`,
    },
    {
      inside: 'main',
      notOn122: 'the module is made up',
      bad: `load_module modules/ngx_http_frob_module.so;
events { }
http {
    frob_enable on;
#   ^^^^^^^^^^^ foreign
}`,
      good: 'load_module modules/ngx_http_frob_module.so;\nevents { }\nhttp { }',
    },
    {
      inside: 'http',
      bad: '    \u00a0gzip on;\n#   ^^^^^ invisible',
      good: '    gzip on;',
    },
    {
      inside: 'upstream',
      notOn122: 'the module is one of others',
      bad: '    sticky;\n#   ^^^^^^ form\n    server 10.0.0.1;',
      good: 'server 10.0.0.1;',
    },
    {
      inside: 'main',
      notOn122: 'the module is made up',
      bad: 'events { }\n frobnication {\n#^^^^^^^^^^^^ block\n    depth 3;\n}',
      good: 'events { }',
    },
    { inside: 'http', bad: '    gizp on;\n#   ^^^^ misspelt', good: '    gzip on;' },
    { inside: 'http', bad: '    frobnicate the widget;\n#   ^^^^^^^^^^ unknown', good: 'sendfile on;' },
    { inside: 'http', settings: { nginx: '1.99.0' }, bad: '    frobnicate the widget;\n#   ^^^^^^^^^^ newer', good: 'sendfile on;' },
    {
      inside: 'server',
      settings: { nginx: '1.22.1' },
      bad: '    http2 on;\n#   ^^^^^ future',
      good: 'listen 443 ssl http2;\nssl_certificate a.pem;\nssl_certificate_key a.key;',
    },
    {
      inside: 'http',
      bad: '    limit_zone a $binary_remote_addr 1m;\n#   ^^^^^^^^^^ replaced',
      good: 'limit_conn_zone $binary_remote_addr zone=a:1m;',
    },
    { inside: 'upstream', bad: '    server 10.0.0.1;\n    state /var/lib/nginx/state;\n#   ^^^^^ plus', good: 'server 10.0.0.1;' },
    { inside: 'http', bad: '    acme_client example https://acme.example.com/directory;\n#   ^^^^^^^^^^^ angie', good: 'sendfile on;' },
    {
      inside: 'http',
      settings: { flavour: 'tengine' },
      bad: '    concat_of_mine on;\n#   ^^^^^^^^^^^^^^ relative',
      good: 'gzip on;',
    },
    {
      inside: 'http',
      settings: { flavour: 'angie' },
      bad: '    add_header_inherit merge;\n#   ^^^^^^^^^^^^^^^^^^ leftOut',
      good: 'add_header X-A b;',
    },
    {
      inside: 'http',
      settings: { flavour: 'angie' },
      bad: '    keepalive_min_timeout 5s;\n#   ^^^^^^^^^^^^^^^^^^^^^ renamed',
      good: 'lingering_timeout 5s;',
    },
    {
      inside: 'http',
      settings: { flavour: 'angie' },
      notOn122: 'acme_client is a directive of Angie',
      good: 'resolver 127.0.0.53;\nacme_client example https://acme.example.com/directory;\nserver {\n    listen 8080;\n    acme example;\n}',
    },
    {
      inside: 'location',
      bad: `    proxy_websocket on;
#   ^^^^^^^^^^^^^^^ wished`,
      good: '    proxy_http_version 1.1;',
    },
    {
      inside: 'server',
      bad: `    if ($host = old.example.com) { return 410; } else { return 404; }
#                                                ^^^^ wished`,
      good: '    if ($host = old.example.com) { return 410; }',
    },
    { inside: 'http', bad: '    volatile;\n#   ^^^^^^^^ entry', good: 'map $uri $kind {\n    volatile;\n    default page;\n}' },
    {
      inside: 'server',
      bad: `    add_header X-Part shop; lsten 8080;
#                           ^^^^^ misspelt`,
      good: '    add_header X-Part shop; listen 8080;',
    },
  ],
});

const offers = new WeakMap<Target, Map<string, ReadonlySet<string>>>();

/** The names that the target offers in a context. */
function offered({ catalog, settings: { target } }: Config, context: Context, block: boolean): ReadonlySet<string> {
  let known = offers.get(target);
  if (!known) offers.set(target, (known = new Map()));
  const key = `${context} ${block}`;
  let names = known.get(key);
  if (!names) {
    const facts = catalog.inContext(context).filter((f) => statusOf(f, target).known && f.args.block === block);
    known.set(key, (names = new Set(facts.map((f) => f.name))));
  }
  return names;
}
