/** ProxyFix counts headers from the right: with another number than the proxies append, the client writes the value that the application believes. */
import type { Config } from '../../config/config.ts';
import { asked } from '../../deploy/frameworks/framework.ts';
import { reachedThroughAnother } from '../../deploy/reach.ts';
import { placeOf, type Setting } from '../../deploy/setting.ts';
import type { Fix } from '../fix.ts';
import { defineRule } from '../rule.ts';
import { sendHeader, sharedHeader } from './_edits.ts';
import { main, tree } from './_examples.ts';
import { distinct, orPlace, portOf, probe, type Side, sentLine, sidesOf } from './_links.ts';

const APP = (fix: string): Readonly<Record<string, string>> => ({
  'app/gunicorn.conf.py': "bind = 'unix:/run/shop.sock'\nwsgi_app = 'app:app'\n",
  'app/app.py': `from flask import Flask\nfrom werkzeug.middleware.proxy_fix import ProxyFix\n\napp = Flask(__name__)\napp.wsgi_app = ProxyFix(app.wsgi_app, ${fix})\n`,
});

const SITE = (lines: string): string =>
  main(`server {
    listen 80;
    server_name shop.example.com;
    location / {
        proxy_pass http://unix:/run/shop.sock;
        ${lines}
    }
}`);

/** A header that ProxyFix reads: a value that a client might send, how it would show, and what nginx ought to send. */
const HEADERS = [
  { header: 'X-Forwarded-For', field: 'xFor', option: 'x_for', sent: '198.51.100.77', value: '$proxy_add_x_forwarded_for' },
  { header: 'X-Forwarded-Host', field: 'xHost', option: 'x_host', sent: 'elsewhere.example', value: '$host' },
  { header: 'X-Forwarded-Prefix', field: 'xPrefix', option: 'x_prefix', sent: '/elsewhere', value: '""' },
  { header: 'X-Forwarded-Proto', field: 'xProto', option: 'x_proto', sent: 'https', value: '$scheme' },
  { header: 'X-Forwarded-Port', field: 'xPort', option: 'x_port', sent: '4711', value: '$server_port' },
] as const;

type Header = (typeof HEADERS)[number];

/** What of the view the header decides. */
function shows(side: Side, config: Config, { header, field, sent }: Header, count: number): boolean {
  const scheme = side.server && portOf(side.server, 'http') === null ? 'https' : 'http';
  if (field === 'xProto' && scheme === 'https') return false;
  // as many values as are needed for the first one to be the one that is taken
  const value = [sent, ...Array<string>(Math.max(0, Math.min(count, 9) - 2)).fill('203.0.113.5')].join(', ');
  const view = probe(side, config, { scheme, headers: [[header, value]] })?.view;
  if (!view) return false;
  switch (field) {
    case 'xFor':
      return view.address.known && view.address.value === sent;
    case 'xHost':
      return view.host.known && view.host.value.startsWith(sent);
    case 'xPrefix':
      return view.scriptName.known && view.scriptName.value === sent;
    case 'xProto':
      return view.scheme.known && view.scheme.value === sent;
    case 'xPort':
      return view.host.known && view.host.value.endsWith(`:${sent}`);
  }
}

/** Another proxy in front of this nginx is declared, or its container publishes nothing, so that something reaches it for the clients: how many there are is not in these files. */
const inFront = (side: Side): boolean =>
  side.pass.scope.effective('set_real_ip_from').directives.length > 0 || (side.from !== null && reachedThroughAnother(side.from));

export default defineRule({
  id: 'proxy-fix-count-wrong',
  formerly: ['proxy-fix-count'],
  group: 'wsgi',
  severity: 'info',
  since: '0.2',
  title: 'ProxyFix trusts a header set by the client',
  why: `
ProxyFix takes the N-th value from the right of each header, where N is the number of proxies that append to it. Behind one nginx that sends
\`X-Forwarded-For $proxy_add_x_forwarded_for\`, \`x_for=2\` takes the value before nginx's own, which the client chose: addresses in logs, limits
and blocks are then the client's choice. The same holds for each header that ProxyFix reads and nginx does not set: it is passed on from the
client as it came.

Count the proxies that are really in front, and let nginx set every header that is counted. With a balancer in front of nginx, name it with
\`set_real_ip_from\`; the rule then does not check the numbers.`,
  about: ['proxy_set_header', '$proxy_add_x_forwarded_for', 'set_real_ip_from'],
  references: ['https://werkzeug.palletsprojects.com/en/stable/middleware/proxy_fix/'],
  looksAt: { config: true },
  needs: 'deployment',
  costly: true,
  fixable: 'sometimes',
  messages: {
    tooMany:
      'ProxyFix takes value {count} of {header} from the right ({option}={count}), and this nginx appends one: a value sent by the client is trusted. Set {option}=1.',
    notSet:
      'ProxyFix reads {header} ({option}={count}), and nginx does not set it here: the client’s value is trusted. Set it with proxy_set_header.',
  },
  check({ config, deployment, report }) {
    const reported = new Set<string>();
    for (const side of distinct(sidesOf(config, deployment))) {
      const { framework } = side.application;
      const fix = asked(framework, (d) => d.counted);
      if (!fix || side.target.kind !== 'proxy' || inFront(side)) continue;
      for (const one of HEADERS) {
        const count: Setting<number> = fix[one.field];
        if (count.from === 'unknown' || count.value < 1 || !shows(side, config, one, count.value)) continue;
        // a prefix that nginx takes off and nobody tells is the business of script-name-prefix-missing
        if (one.field === 'xPrefix' && side.location?.kind === 'prefix' && side.location.name !== '/') continue;
        const line = sentLine(side, one.header);
        const place = orPlace(placeOf(count) ?? fix.place, side.application);
        const data = { header: one.header, option: one.option, count: count.value };
        const key = `${one.field}${line ? place.file + place.span.start : `${side.pass.file.id}#${side.pass.statement.start}`}`;
        if (reported.has(key)) continue;
        reported.add(key);
        if (line && count.value > 1 && count.from === 'text') {
          const counted: Fix = {
            title: `Set ${one.option} to 1`,
            safety: 'suggestion',
            edits: [{ file: count.place.file, edits: [{ span: count.place.span, newText: '1' }] }],
          };
          report('tooMany', { at: place, data, related: [{ at: line.nameAt, message: 'nginx appends one value here' }], fix: counted });
        } else if (!line)
          report('notSet', {
            at: side.pass.nameAt,
            data,
            related: [{ at: place, message: 'ProxyFix' }],
            fix: sendHeader(side, one.header, one.value, `Set ${one.header}`, 'suggestion'),
            shared: sharedHeader(side, one.header, one.value, `Set ${one.header}`, 'suggestion'),
          });
      }
    }
  },
  examples: [
    {
      bad: tree({
        'nginx.conf': SITE('proxy_set_header X-Forwarded-For $proxy_add_x_forwarded_for;'),
        ...APP('x_for=2, x_proto=0'),
        'app/app.py': `${APP('x_for=2, x_proto=0')['app/app.py']}#                                           ^ tooMany\n`,
      }),
      fixed: tree({ 'app/app.py': APP('x_for=1, x_proto=0')['app/app.py']! }),
      good: tree({ 'nginx.conf': SITE('proxy_set_header X-Forwarded-For $proxy_add_x_forwarded_for;'), ...APP('x_for=1, x_proto=0') }),
    },
    {
      bad: tree({
        'nginx.conf': SITE('proxy_set_header X-Forwarded-For $proxy_add_x_forwarded_for;').replace(
          'shop.sock;\n',
          'shop.sock;\n#       ^^^^^^^^^^ notSet\n',
        ),
        ...APP('x_for=1, x_proto=0, x_host=1'),
      }),
      fixed: tree({
        'nginx.conf': SITE(
          'proxy_set_header X-Forwarded-For $proxy_add_x_forwarded_for;\n        proxy_set_header X-Forwarded-Host $host;',
        ),
      }),
      good: tree({
        'nginx.conf': SITE(
          'proxy_set_header X-Forwarded-For $proxy_add_x_forwarded_for;\n        proxy_set_header X-Forwarded-Host $host;',
        ),
        ...APP('x_for=1, x_proto=0, x_host=1'),
      }),
    },
  ],
});
