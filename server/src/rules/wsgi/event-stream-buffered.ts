/** Server-sent events that nginx holds back until a buffer is full. */
import type { Directive } from '../../config/directive.ts';
import { type EventStream, eventStreams } from '../../deploy/event-streams.ts';
import { fixOf, insertAfter, outside, replace } from '../fix.ts';
import { defineRule } from '../rule.ts';
import { FORWARDED, site, tree } from './_examples.ts';
import { distinct, probe, type Side, sidesOf } from './_links.ts';

const buffers = (side: Side): boolean => {
  const name = `${side.target.kind}_buffering`;
  return side.pass.scope.value(name)?.value(0).toLowerCase() !== 'off';
};

/** The path by which a client asks for the stream, where it is known: route parameters stand for any text. */
const askable = (stream: EventStream): string | null =>
  stream.path === null || stream.prefixed ? null : stream.path.replace(/[{<][^}>]*[}>]/g, '1');

const CODE = (headers = ''): string => `from fastapi import FastAPI
from fastapi.responses import StreamingResponse

app = FastAPI()


@app.get("/news")
async def news():
    return StreamingResponse(lines(), media_type="text/event-stream"${headers})
`;

export default defineRule({
  id: 'event-stream-buffered',
  group: 'wsgi',
  severity: 'info',
  since: '0.2',
  missing: ['proxy_buffering', 'uwsgi_buffering'],
  title: 'Server-sent events wait in a buffer of nginx',
  why: `
With \`proxy_buffering on\`, which is the default, nginx passes an answer on when a buffer of 4 or 8 KB is full, or when the answer is complete
(ngx_event_pipe_read_upstream). Events are small and their answer never ends: the browser gets them in bursts, late, or not at all before
\`proxy_read_timeout\` ends the connection after 60 s of silence.

Switch buffering off for the path of the stream and allow longer silence, or send the header \`X-Accel-Buffering: no\` with the answer.
The libraries sse-starlette and django-eventstream send it themselves, and are not reported.`,
  about: ['proxy_buffering', 'proxy_read_timeout'],
  references: ['https://nginx.org/en/docs/http/ngx_http_proxy_module.html#proxy_buffering'],
  looksAt: { config: true },
  needs: 'deployment',
  covers: ['event-path-buffered'],
  fixable: 'always',
  messages: {
    held: 'Events of {path} go through here, and nginx holds them until a buffer is full. Set {directive} off, or send X-Accel-Buffering: no.',
  },
  check({ config, deployment, report }) {
    const sides = distinct(sidesOf(config, deployment)).filter((s) => s.target.kind === 'proxy' || s.target.kind === 'uwsgi');
    const seen = new Set<string>();
    for (const application of new Set(sides.map((s) => s.application))) {
      const own = sides.filter((s) => s.application === application);
      for (const stream of eventStreams(deployment, application)) {
        const path = askable(stream);
        // without a path only where no way to the application is made for it
        const through = path === null ? (own.every(buffers) ? own.slice(0, 1) : []) : own.filter((s) => buffers(s) && reaches(s, path));
        for (const side of through) {
          const key = `${side.pass.file.id}#${side.pass.statement.start}`;
          if (seen.has(key)) continue;
          seen.add(key);
          const directive = `${side.target.kind}_buffering`;
          report('held', {
            at: side.pass.nameAt,
            data: { path: stream.path ?? 'the application', directive },
            related: [{ at: stream.place, message: 'the answer is made here' }],
            fix: unbuffered(side.pass, directive, `${side.target.kind}_read_timeout`),
          });
        }
      }
    }

    function reaches(side: Side, path: string): boolean {
      const prefix = side.location?.kind === 'prefix' ? side.location.name.replace(/\/+$/, '') : '';
      return [path, prefix + path].some((p) => probe(side, config, { path: p })?.view.pathInfo.known === true);
    }
  },
  examples: [
    {
      bad: tree({
        'nginx.conf': site(`
        proxy_pass http://127.0.0.1:8000;
#       ^^^^^^^^^^ held
        ${FORWARDED}`),
        'app/main.py': CODE(),
        Procfile: 'web: uvicorn --port 8000 app.main:app\n',
      }),
      fixed: tree({
        'nginx.conf': site(`
        proxy_pass http://127.0.0.1:8000;
        proxy_buffering off;
        proxy_read_timeout 1h;
        ${FORWARDED}`),
      }),
      good: tree({
        'nginx.conf': site(`
        proxy_pass http://127.0.0.1:8000;
        ${FORWARDED}`),
        'app/main.py': CODE(', headers={"X-Accel-Buffering": "no"}'),
        Procfile: 'web: uvicorn --port 8000 app.main:app\n',
      }),
    },
  ],
});

function unbuffered(written: Directive, buffering: string, timeout: string) {
  const pass = outside(written);
  const set = pass.scope.value(buffering);
  if (set && set.scope === pass.scope && set.args[0])
    return fixOf('Pass events on at once', 'suggestion', set.file, [replace(set.args[0], 'off')]);
  const lines = [`${buffering} off;`];
  if (!pass.scope.value(timeout)) lines.push(`${timeout} 1h;`);
  return fixOf('Pass events on at once', 'suggestion', pass.file, [insertAfter(pass.file, pass.statement, lines)]);
}
