/** Server side includes that are run in files which visitors bring: each of them speaks as the site itself. */
import { isFolderOfUploads, isForPictures } from '../../answers/what-a-place-is-for.ts';
import { placesOf, sendsFiles } from '../../answers/where-a-line-counts.ts';
import { admitsStrangers, isLocalOnly } from '../../answers/who-may-enter.ts';
import { locationOf } from '../../config/locations.ts';
import type { Scope } from '../../config/scope.ts';
import { defineRule } from '../rule.ts';

/** The folder into which Django and its like put what visitors send in. */
const MEDIA = /(?:^|[/^_(|-])media(?:[/_)|-]|$)/i;

/** A folder for what visitors bring: by its name, or since WebDAV writes into it. */
const takesFiles = (scope: Scope): boolean => {
  const location = locationOf(scope);
  if (!location || location.kind === 'named' || isForPictures(scope)) return false;
  return (
    isFolderOfUploads(location.name) ||
    MEDIA.test(location.name) ||
    (scope.value('dav_methods')?.values.some((v) => v.toUpperCase() === 'PUT') ?? false)
  );
};

/** Files go out under types that are not looked through: an empty table with one type for all, or a download. */
const hasOtherTypes = (scope: Scope): boolean => {
  const types = scope.value('types');
  const html = !types?.body || types.body.directives.some((d) => d.name === 'text/html' || d.name === 'include');
  const own = scope.value('ssi_types')?.values;
  return !html && !/^text\/html/i.test(scope.value('default_type')?.value(0) ?? '') && !own;
};

export default defineRule({
  id: 'ssi-in-uploads',
  group: 'security',
  severity: 'warning',
  since: '0.2',
  missing: ['ssi'],
  title: 'Includes are run in uploaded files',
  why: `
With \`ssi on\` nginx runs the commands in every HTML file that it sends. In a folder of uploads anyone can bring one: \`<!--# include virtual="/admin/export" -->\` asks for any location from inside, \`internal\` ones among them, and \`<!--# echo var="…" -->\` prints variables of the configuration.

Turn SSI on where your own pages are and nowhere else, and write \`ssi off;\` in the location of the uploads.`,
  about: ['ssi', 'ssi_types'],
  references: ['https://nginx.org/en/docs/http/ngx_http_ssi_module.html', 'https://cwe.mitre.org/data/definitions/97.html'],
  looksAt: { directive: ['ssi'], where: ({ values }) => (values[0] ?? '').toLowerCase() === 'on' },
  needs: 'config',
  messages: {
    run: 'SSI is on for {place}, where visitors bring files: a page of theirs asks for internal locations and prints variables. Write "ssi off;" there.',
  },
  check({ directive, scope, report }) {
    if (isLocalOnly(scope)) return;
    const place = placesOf(directive).find((s) => takesFiles(s) && sendsFiles(s) && !hasOtherTypes(s) && admitsStrangers(s));
    const location = place && locationOf(place);
    if (!location) return;
    report('run', {
      at: directive.at(),
      data: { place: `"location ${location.directive.values.join(' ')}"` },
      related:
        location.scope === scope ? [] : [{ at: location.directive.at(location.directive.args.at(-1)!), message: 'files of visitors' }],
    });
  },
  examples: [
    {
      inside: 'server',
      bad: `root /srv/site;
    ssi on;
#   ^^^^^^^ run
location / { }
location /uploads/ { autoindex off; }`,
      good: `root /srv/site;
ssi on;
location / { }
location /uploads/ { ssi off; }`,
      fixed: false,
    },
  ],
});
