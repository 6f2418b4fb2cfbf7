/** Directives of modules that the target's build lacks or the configuration does not load. Silent while nothing is known of the build. */
import { buildOf } from '../../answers/which-build.ts';
import { statusOf } from '../../catalog/catalog.ts';
import { neededPackage, provisionOf } from '../../catalog/modules.ts';
import { defineRule } from '../rule.ts';
import { absence, factsOf, isJudged, isOwn } from '../validity/_known.ts';
import { isAftermath } from '../validity/_structure.ts';

/** What to do about a module, by what brings it. */
function advised(pack: string): string {
  if (pack.startsWith('load_module')) return `Add "${pack}"`;
  if (pack.startsWith('configure option')) return `Build nginx with the ${pack}`;
  if (pack.startsWith('third-party module')) return `Build nginx with the ${pack}, and load it where it is a library`;
  // both distributions write the load_module line into a folder that their own main file includes
  const alpine = /^Alpine package (.+)$/.exec(pack);
  if (alpine) return `Install it with "apk add ${alpine[1]}" and load the module with "include /etc/nginx/modules/*.conf;"`;
  const rhel = /^package (nginx-mod-\S+)$/.exec(pack);
  if (rhel) return `Install it with "dnf install ${rhel[1]}" and load the module with "include /usr/share/nginx/modules/*.conf;"`;
  return `Install the ${pack} and load the module`;
}

export default defineRule({
  id: 'module-not-loaded',
  group: 'environment',
  severity: 'error',
  refuses: true,
  since: '0.1',
  title: 'Directive of a module that is not loaded',
  why: `
A module is either compiled into nginx or loaded with \`load_module\`. A directive of a module that is neither makes nginx refuse the
configuration with "unknown directive". Which modules there are is known when \`build\` or \`modules\` is set,
or where the project names the image or the package: then a library that the command loads (\`nginx -g "load_module …;"\`) counts too.`,
  about: ['load_module'],
  looksAt: { directive: '*', where: ({ fact }, { settings }) => !fact || !statusOf(fact, settings.target).known },
  needs: 'file',
  missing: ['load_module'],
  messages: {
    lacking: 'Unknown directive "{name}" to this nginx: it is in {module}, which is not loaded.',
    packaged: 'Unknown directive "{name}" to this nginx: it is in {module}, which is not loaded. {advice}.',
  },
  check({ config, directive, report }) {
    if (!isJudged(directive) || isAftermath(directive, 'name') || isOwn(config, directive.name)) return;
    const { name } = directive;
    const { target } = config.settings;
    const facts = factsOf(config, name);
    if (facts.some((f) => statusOf(f, target).known)) return;
    const why = absence(config, facts);
    const fact = facts.find((f) => f.module === why?.module);
    if (why?.reason !== 'module' || !fact) return;
    const pack = neededPackage(fact, buildOf(config) ?? undefined, config.settings.slim);
    const data = { name, module: provisionOf(fact)?.library ?? fact.module, advice: pack === null ? '' : advised(pack) };
    report(pack ? 'packaged' : 'lacking', { at: directive.statement.name, data });
  },
  examples: [
    {
      inside: 'http',
      settings: { modules: ['modules/ngx_stream_module.so'] },
      bad: '    geoip2_proxy 10.0.0.0/8;\n#   ^^^^^^^^^^^^ packaged',
      good: '    gzip on;',
    },
  ],
});
