/** Access logs whose lines do not tell who asked when for what, and what came of it. */
import { namesOf } from '../../config/names.ts';
import { defineRule } from '../rule.ts';

/** What a line has to tell, by the variables that tell it. */
const NEEDED = [
  ['the address of the client', /\$\{?(?:binary_)?remote_addr|\$\{?realip_remote_addr|\$\{?http_x_forwarded_for|\$\{?proxy_protocol_addr/],
  ['the time', /\$\{?(?:time_local|time_iso8601|msec)/],
  ['the request', /\$\{?(?:request|request_uri|uri)\b/],
  ['the status', /\$\{?status\b/],
] as const;

export default defineRule({
  id: 'log-format-sparse',
  group: 'compliance',
  severity: 'info',
  default: false,
  since: '0.2',
  controls: { cis: ['3.1'], stig: ['V-278385'] },
  title: 'Access log without the details of a request',
  why: `
After an incident the log has to answer who asked for what, when, and what nginx made of it. The benchmark wants detailed logging: at least the client's address, the time, the request and the status. \`combined\`, the format where none is named, has them.`,
  about: ['log_format', 'access_log'],
  looksAt: { directive: ['log_format'] },
  needs: 'config',
  messages: { lacks: 'Log lines of this format lack {what}. Add {variables}.' },
  check({ config, directive, report }) {
    if (directive.scope.context !== 'http' || directive.args.some((a) => a.templated)) return;
    const name = directive.value(0);
    const used = namesOf(config)
      .ofKind('log-format', 'http')
      .some((all) => all[0]?.name === name && all.some((s) => s.role === 'references'));
    if (!used) return;
    const text = directive.values.slice(1).join(' ');
    const lacking = NEEDED.filter(([, form]) => !form.test(text));
    if (!lacking.length) return;
    const variables: Record<string, string> = {
      'the address of the client': '$remote_addr',
      'the time': '$time_iso8601',
      'the request': '$request',
      'the status': '$status',
    };
    report('lacks', {
      at: directive.at(directive.args[0]!),
      data: { what: lacking.map(([w]) => w).join(', '), variables: lacking.map(([w]) => variables[w]!).join(', ') },
    });
  },
  examples: [
    {
      inside: 'http',
      bad: `log_format short '$remote_addr $request';
#          ^^^^^ lacks
access_log /var/log/nginx/access.log short;`,
      good: `log_format whole '$remote_addr $time_iso8601 "$request" $status';
access_log /var/log/nginx/access.log whole;`,
    },
  ],
});
