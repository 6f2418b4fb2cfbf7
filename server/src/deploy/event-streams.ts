/**
 * Answers that go on for as long as the client stays: server-sent events, as Python code makes them. Read from the text of the application's modules, for a view is a
 * function that nobody calls here.
 */
import type { Place } from '../base/span.ts';
import type { Application } from './application.ts';
import type { Deployment } from './deployment.ts';
import { modulesOf } from './modules.ts';
import { decoratedRoutes } from './own-routes.ts';

export interface EventStream {
  /** the route above the answer, as it is written; null where none is */
  readonly path: string | null;
  /** the path may have a prefix: the route hangs from a router or a blueprint */
  readonly prefixed: boolean;
  readonly place: Place;
}

const TYPE = /(["'])text\/event-stream(?:\s*;[^"']*)?\1/g;
/** The header by which an answer switches nginx's buffering off for itself; libraries that send it are named by what they export. */
const OPTS_OUT = /X-Accel-Buffering|EventSourceResponse|django_eventstream|flask_sse\b/i;

/** The streams of an application that leave the buffering to nginx; none where any module answers that question itself. */
export function eventStreams(deployment: Deployment, application: Application): readonly EventStream[] {
  const out: EventStream[] = [];
  for (const [file, text] of modulesOf(deployment, application)) {
    if (OPTS_OUT.test(text)) return [];
    if (!text.includes('text/event-stream')) continue;
    for (const m of text.matchAll(TYPE)) {
      const line = text.slice(text.lastIndexOf('\n', m.index) + 1, m.index);
      // compared with what a client accepts, or spoken of
      if (/^\s*#/.test(line) || /\b(accept|headers\.get|==|in)\b[^=]*$/i.test(line)) continue;
      const route = decoratedRoutes(text.slice(0, m.index)).at(-1);
      out.push({
        path: route?.path ?? null,
        prefixed: !route?.own,
        place: { file, span: { start: m.index, end: m.index + m[0].length } },
      });
    }
  }
  return out;
}
