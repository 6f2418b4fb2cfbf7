/** Requests by which a machine asks a container whether it is well, read from the command that makes them. */
import type { Place } from '../base/span.ts';

/** A request by which the machine asks a container whether it is well. */
export interface HealthCheck {
  readonly host: string;
  readonly port: number;
  readonly path: string;
  /** the Host header, with its port where it is sent */
  readonly sentHost: string;
  /** it goes where an answer redirects it to */
  readonly follows: boolean;
  /** by what it is made: `curl`, `wget`, `the probe of Kubernetes` */
  readonly by: string;
  readonly place: Place;
}

/** The request that the command of a health check makes; none where it makes another test, or several. */
export function checksIn(text: string, place: Place): HealthCheck[] {
  const url = /\bhttp:\/\/([\w.-]+|\[[\da-f:]+\])(?::(\d+))?(\/[^\s"'|&;)\\]*)?/i.exec(text);
  // a program of the container's own decides for itself what it makes of an answer
  const by = /\b(curl|wget|http|httpie)\b/.exec(text)?.[1] ?? (/\b(urllib|requests|httpx)\b/.test(text) ? 'Python' : null);
  if (!url || by === null || /\bhttps?:\/\//i.test(text.slice(url.index + url[0].length))) return [];
  // a script decides by itself when it asks, and what it makes of an answer
  if (/\bif\b|\bexit 0\b|\|\|\s*(?:true|:)(?:\s|$)/.test(text)) return [];
  // without -f curl takes every answer for a good one
  if (by === 'curl' && !/\s(-[a-zA-Z]*f[a-zA-Z]*|--fail(-with-body)?)(\s|$)/.test(text)) return [];
  const [, host, port] = url;
  const own = /(?:-H|--header)[=\s]+["']?Host:\s*([^\s"']+)/i.exec(text)?.[1];
  const number = port === undefined ? 80 : Number(port);
  return [
    {
      host: host!,
      port: number,
      path: url[3] ?? '/',
      sentHost: own ?? (number === 80 ? host! : `${host}:${number}`),
      follows: by === 'curl' ? /\s(-[a-zA-Z]*L[a-zA-Z]*|--location)(\s|$)/.test(text) : by !== 'http',
      by,
      place,
    },
  ];
}
