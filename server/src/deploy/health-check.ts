/** Requests by which a machine asks a container whether it is well, read from the command that makes them. */
import type { Place } from '../base/span.ts';
import { table } from '../base/table.ts';

type SentHeader = readonly [name: string, value: string];

/** What programs call themselves, up to the version. */
const AGENTS: { readonly [program: string]: string } = table({
  curl: 'curl/8',
  wget: 'Wget/1',
  http: 'HTTPie/3',
  httpie: 'HTTPie/3',
  Python: 'Python-urllib/3',
  Kubernetes: 'kube-probe/1',
});

/** The headers that a program sends of its own: those that it is given, and what it calls itself where they do not say. */
export const withAgent = (program: string, headers: readonly SentHeader[]): readonly SentHeader[] =>
  headers.some(([name]) => /^user-agent$/i.test(name)) ? headers : [...headers, ['User-Agent', AGENTS[program]!]];

/** A request by which the machine asks a container whether it is well. */
export interface HealthCheck {
  readonly host: string;
  readonly port: number;
  readonly path: string;
  /** the Host header, with its port where it is sent */
  readonly sentHost: string;
  /** the headers that it sends of its own, but for Host */
  readonly headers: readonly SentHeader[];
  /** it goes where an answer redirects it to */
  readonly follows: boolean;
  /** it says first who asks, by the PROXY protocol */
  readonly announces?: boolean;
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
  const sent = [...text.matchAll(/(?:-H|--header)[=\s]*(?:(["'])([\w-]+):\s*(.*?)\1|([\w-]+):([^\s"']*))/gi)].map(
    (m) => [m[2] ?? m[4]!, m[3] ?? m[5]!] as const,
  );
  const agent = /\s(?:-A|-U|--user-agent)[=\s]*(?:(["'])(.*?)\1|([^\s"']+))/.exec(text);
  if (agent) sent.push(['User-Agent', agent[2] ?? agent[3]!]);
  const own = sent.find(([name]) => /^host$/i.test(name))?.[1];
  const number = port === undefined ? 80 : Number(port);
  return [
    {
      host: host!,
      port: number,
      path: url[3] ?? '/',
      sentHost: own ?? (number === 80 ? host! : `${host}:${number}`),
      headers: withAgent(
        by,
        sent.filter(([name]) => !/^host$/i.test(name)),
      ),
      follows: by === 'curl' ? /\s(-[a-zA-Z]*L[a-zA-Z]*|--location)(\s|$)/.test(text) : by !== 'http',
      ...(/\s--haproxy-(?:protocol|clientip)\b/.test(text) ? { announces: true } : {}),
      by,
      place,
    },
  ];
}
