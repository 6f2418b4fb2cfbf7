/** Answers by which an application has nginx send a file: the header X-Accel-Redirect, as Python code writes it. */
import type { Place } from '../base/span.ts';
import type { Application } from './application.ts';
import type { Deployment } from './deployment.ts';
import { modulesOf } from './modules.ts';

export interface AccelRedirect {
  /** what the path begins with, as it is written: a folder with its slash, or the whole path of one file */
  readonly prefix: string;
  /** such a path */
  readonly path: string;
  readonly place: Place;
}

/** The name of the header with the text that follows it, within calls that put a path together or quote it. */
const SENT = /(["'])X-Accel-Redirect\1\s*\]?\s*(?:=(?!=)|:|,)\s*((?:[\w.]+\(\s*)*)[bfru]{0,2}(["'])(\/[^"'{%\n]*)(.)/gi;

/** Where an application's code sends nginx to a path whose beginning is written there. */
export function accelRedirects(deployment: Deployment, application: Application): readonly AccelRedirect[] {
  const out: AccelRedirect[] = [];
  for (const [file, text] of modulesOf(deployment, application)) {
    if (!/X-Accel-Redirect/i.test(text)) continue;
    for (const m of text.matchAll(SENT)) {
      const line = text.slice(text.lastIndexOf('\n', m.index) + 1, m.index);
      if (/^\s*#/.test(line)) continue;
      const [, , calls, quote, written, next] = m as unknown as [string, string, string, string, string, string];
      const isWhole = next === quote && /^\s*(?:[)\]},;#]|\r?\n|$)/.test(text.slice(m.index + m[0].length));
      const isJoined = /join\(\s*$/.test(calls);
      const upToSlash = written.slice(0, written.lastIndexOf('/') + 1);
      const prefix = isJoined ? `${written.replace(/\/$/, '')}/` : isWhole ? written : upToSlash;
      // a folder that is not named says nothing
      if (prefix === '/' || !/^[\w./~-]+$/.test(prefix)) continue;
      out.push({
        prefix,
        path: prefix.endsWith('/') ? `${prefix}file` : prefix,
        place: { file, span: { start: m.index, end: m.index + m[0].length - 1 } },
      });
    }
  }
  return out;
}
