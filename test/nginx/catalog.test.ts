import assert from 'node:assert/strict';
import { test } from 'node:test';
import { acceptsCount } from '../../server/src/catalog/arity.ts';
import { argsOf, contextsOf, loadCatalog, statusOf, type Target, variableStatus } from '../../server/src/catalog/catalog.ts';
import { bodyOf, CONTEXTS, type Context } from '../../server/src/catalog/context.ts';
import type { DirectiveFact } from '../../server/src/catalog/fact.ts';
import { moduleSetOf } from '../../server/src/catalog/modules.ts';
import { version } from '../../server/src/catalog/version.ts';
import { available, judge, withoutNginx } from '../harness/nginx.ts';

const skip = withoutNginx();
const catalog = loadCatalog();
/** The libraries that come from nginx's own tree; those of others have versions of their own. */
const OWN = (available()?.modules ?? []).filter((m) =>
  /^ngx_(?:mail|stream|stream_geoip|http_(?:geoip|image_filter|perl|xslt_filter))_module$/.test(m),
);
const target: Target = {
  nginx: version(available()?.version ?? '1.22.1'),
  flavour: 'oss',
  openssl: version('3.0.0'),
  modules: moduleSetOf(available()?.configure ?? [], OWN),
};
/** Facts of nginx's own tree on this system. */
const wanted = (f: DirectiveFact): boolean =>
  f.source === 'oss' && f.kind !== 'body-entry' && !/^ngx_(?:kqueue|devpoll|eventport|iocp)_module$/.test(f.module);
/** nginx's words when it knows no such directive, or not in this place. */
const REFUSED = /^unknown directive|directive is not allowed here/;

const inside: { readonly [c in Context]?: (body: string) => string } = {
  main: (b) => `${b}\nevents { }`,
  events: (b) => `events { ${b} }`,
  http: (b) => `events { } http { ${b} }`,
  upstream: (b) => `events { } http { upstream u { ${b} } }`,
  server: (b) => `events { } http { server { ${b} } }`,
  location: (b) => `events { } http { server { location /q { ${b} } } }`,
  'if-in-server': (b) => `events { } http { server { if ($uri) { ${b} } } }`,
  'if-in-location': (b) => `events { } http { server { location /q { if ($uri) { ${b} } } } }`,
  limit_except: (b) => `events { } http { server { location /q { limit_except GET { ${b} } } } }`,
  stream: (b) => `events { } stream { ${b} }`,
  'stream-server': (b) => `events { } stream { server { ${b} } }`,
  'stream-upstream': (b) => `events { } stream { upstream u { ${b} } }`,
  mail: (b) => `events { } mail { ${b} }`,
  'mail-server': (b) => `events { } mail { server { ${b} } }`,
};
const places = CONTEXTS.filter((c) => c in inside);
const modulesFor = (context: Context): readonly string[] =>
  OWN.filter((m) => !/stream|mail/.test(m) || context === 'main' || m.includes(context.split('-')[0]!));

async function each<T>(items: readonly T[], work: (item: T) => Promise<void>): Promise<void> {
  let next = 0;
  await Promise.all(
    [0, 1].map(async () => {
      while (next < items.length) await work(items[next++]!);
    }),
  );
}

test('nginx knows a directive in a place exactly when the catalog says so', { skip, timeout: 900_000 }, async () => {
  const names = catalog.names().filter((n) => n !== '*' && n !== 'load_module' && catalog.directives(n).some((f) => wanted(f)));
  const pairs: [string, Context][] = [];
  names.forEach((name, i) => {
    const facts = catalog.directives(name).filter((f) => wanted(f));
    const allowed = new Set(facts.flatMap((f) => contextsOf(f, target.nginx)));
    // one place that is allowed, and two that may not be, another pair for each name
    const yes = places.filter((c) => allowed.has(c));
    const no = places.filter((c) => !allowed.has(c));
    for (const c of [yes[i % (yes.length || 1)], no[(i * 7) % (no.length || 1)], no[(i * 5 + 3) % (no.length || 1)]])
      if (c) pairs.push([name, c]);
  });
  const wrong: string[] = [];
  await each(pairs, async ([name, context]) => {
    const facts = catalog.directives(name).filter((f) => wanted(f));
    const ours = facts.some((f) => contextsOf(f, target.nginx).includes(context) && statusOf(f, target).known);
    const block = facts.some((f) => f.args.block && f.contexts.includes(context));
    const said = await judge(inside[context]!(`\n${name} a b c d e f g h${block ? ' { }' : ';'}\n`), { modules: modulesFor(context) });
    const theirs = !REFUSED.test(said.message ?? '') || !said.message?.includes(`"${name}"`);
    if (ours !== theirs) wrong.push(`${name} in ${context}: ${ours ? 'known' : 'not known'} to the catalog; nginx: ${said.message}`);
  });
  assert.ok(pairs.length > 1500, `${pairs.length} pairs`);
  assert.deepEqual(wrong, []);
});

test('nginx takes a number of arguments exactly when the catalog says so', { skip, timeout: 900_000 }, async () => {
  const cases: [string, Context, number][] = [];
  for (const name of catalog.names())
    for (const fact of catalog.directives(name)) {
      const context = contextsOf(fact, target.nginx).find((c) => c in inside);
      if (!wanted(fact) || !context || bodyOf(context) !== 'directives' || !statusOf(fact, target).known) continue;
      const { min, max } = argsOf(fact, target.nginx);
      for (const n of new Set([0, min - 1, min, (max ?? 3) + 1, max ?? 9])) if (n >= 0) cases.push([name, context, n]);
    }
  const wrong: string[] = [];
  await each(cases, async ([name, context, n]) => {
    const fact = catalog.directive(name, context, target)!;
    const args = Array.from({ length: n }, () => '0');
    const said = await judge(inside[context]!(`\n${name} ${args.join(' ')}${fact.args.block ? ' { }' : ';'}\n`), {
      modules: modulesFor(context),
    });
    const refused = said.message === `invalid number of arguments in "${name}" directive`;
    if (refused === acceptsCount(argsOf(fact, target.nginx), n))
      wrong.push(`${name} in ${context} with ${n}: ${refused ? 'refused' : `taken (${said.message})`}`);
    if (/has no opening|is not terminated/.test(said.message ?? '')) wrong.push(`${name}: ${said.message}`);
  });
  assert.ok(cases.length > 2000, `${cases.length} cases`);
  assert.deepEqual(wrong, []);
});

test('nginx knows a variable exactly when the catalog says so', { skip, timeout: 900_000 }, async () => {
  const wrong: string[] = [];
  let compared = 0;
  for (const protocol of ['http', 'stream'] as const) {
    // what asks for a variable that nobody makes is refused when the configuration has been read
    const asking = (names: readonly string[]): string =>
      `events { } ${protocol} { ${names.map((n, i) => `map "$${n}" $asked_for_${i} { default 1; }`).join('\n')} }`;
    const all = catalog
      .variables(protocol)
      .filter(
        (v) =>
          v.source === 'oss' &&
          !/^(?:arg|cookie|http|sent_http|sent_trailer|upstream_http|upstream_trailer|upstream_cookie|jwt)_$/.test(v.name),
      );
    const name = (v: (typeof all)[number]): string => (v.prefix ? `${v.name}x` : v.name);
    const modules = modulesFor(protocol);
    // what the configuration itself has to make ($memcached_key) is unknown without that
    const builtIn = (v: (typeof all)[number]): boolean => variableStatus(v, target).known && !v.userDefined;
    let known = all.filter(builtIn);
    compared += all.length;
    // all that are known at once; one that is refused is named, and the others are asked again
    for (;;) {
      const said = await judge(asking(known.map(name)), { modules });
      const refused = /^unknown "(\w+)" variable/.exec(said.message ?? '')?.[1];
      if (!refused) {
        if (!said.ok) wrong.push(`${protocol}: ${said.message}`);
        break;
      }
      wrong.push(`$${refused} in ${protocol}: known to the catalog; nginx: ${said.message}`);
      known = known.filter((v) => name(v) !== refused);
    }
    await each(
      all.filter((v) => !builtIn(v)),
      async (v) => {
        const said = await judge(asking([name(v)]), { modules });
        if (said.ok) wrong.push(`$${v.name} in ${protocol}: not known to the catalog (since ${v.since}, ${v.module}); nginx takes it`);
      },
    );
  }
  assert.ok(compared > 200, `${compared} variables`);
  assert.deepEqual(wrong, []);
});
