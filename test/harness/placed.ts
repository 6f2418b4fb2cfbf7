/** Examples of rules on a real nginx: their text with a run's ports and folders, and requests to it with what backends saw of them. */
import assert from 'node:assert/strict';
import type { Echo } from './echo.ts';
import { RawClient } from './echo-client.ts';
import { OWN_PATHS } from './nginx.ts';

/** The text of an example with this run's ports and folder: `listen 80` is the first port, 81 the second, 443 the third, what /srv holds is in the prefix. */
export function placed(text: string, ports: readonly number[], folder: string, echo: Echo): string {
  const listening = text
    .replace(/\blisten 443 ssl\b/g, `listen 127.0.0.1:${ports[2]} ssl`)
    .replaceAll('site.pem', 'cert.pem')
    .replaceAll('site.key', 'key.pem')
    .replace(/\blisten\s+(80|81)\b/g, (_, p: string) => `listen 127.0.0.1:${ports[p === '80' ? 0 : 1]}`);
  return (
    listening
      .replace(/\bserver\s*\{(?![^{}]*\blisten\b)/g, `server { listen 127.0.0.1:${ports[0]};`)
      .replace(/127\.0\.0\.1:(8000|8001)\b/g, `127.0.0.1:${echo.ports.http}`)
      // the server itself, where it is passed to
      .replace(/(?<=_pass http:\/\/127\.0\.0\.1):80\b(?!\d)/g, `:${ports[0]}`)
      // nobody listens on port 1: the application is down
      .replace(/127\.0\.0\.1:8002\b/g, '127.0.0.1:1')
      .replace(/127\.0\.0\.1:9000\b/g, `127.0.0.1:${echo.ports.fastcgi}`)
      .replace(/127\.0\.0\.1:3031\b/g, `127.0.0.1:${echo.ports.uwsgi}`)
      .replace(/(?<=[\s"=])\/(srv|var)(?=[/;])/g, `${folder}/$1`)
      .replace(/(?<=\b(?:root|alias)\s+)\/media(?=[/;])/g, `${folder}/media`)
      .replace(/\breturn 204;/g, 'return 200 "$args";')
      .replace(/\bhttp\s*\{/, `http {\n${OWN_PATHS}`)
  );
}

export interface Got {
  readonly status: number;
  readonly location: string | null;
  readonly body: string;
  /** of the answer */
  readonly headers: readonly (readonly [name: string, value: string])[];
  /** of the last request that a backend got: headers and parameters */
  readonly passed: readonly (readonly [name: string, value: string])[];
  /** what backends were asked for, in order */
  readonly asked: readonly string[];
  /** the Host line that each of these had */
  readonly hosts: readonly string[];
}

export interface Ask {
  readonly method?: string;
  readonly host?: string;
  readonly headers?: readonly string[];
  /** how often it is sent over one connection; the last answer counts */
  readonly times?: number;
  /** over TLS, with the host as its name */
  readonly tls?: boolean;
}

/** Sends a request and gives its answer, and what the backends saw since. */
export async function ask(
  port: number,
  target: string,
  echo: Echo,
  { method = 'GET', host = 'localhost', headers = [], times = 1, tls = false }: Ask = {},
) {
  echo.take();
  const client = new RawClient(port, tls ? host : undefined);
  const announced = headers.map((h) => /^content-length:\s*(\d+)$/i.exec(h)?.[1]).find((n) => n !== undefined);
  const length = announced === undefined ? ['Content-Length: 0'] : [];
  const body = 'x'.repeat(Number(announced ?? 0));
  try {
    let answer = null;
    for (let i = 0; i < times; i++)
      answer = await client.ask(
        `${method} ${target} HTTP/1.1\r\nHost: ${host}\r\n${[...headers, ...length].map((h) => `${h}\r\n`).join('')}\r\n${body}`,
        method === 'HEAD',
      );
    assert.ok(answer, 'an answer');
    const seen = echo.take();
    const got: Got = {
      status: answer.status,
      location: answer.headers.find(([n]) => n.toLowerCase() === 'location')?.[1]?.replace(`:${port}`, '') ?? null,
      body: answer.body,
      headers: answer.headers,
      passed: [...(seen.at(-1)?.headers ?? []), ...(seen.at(-1)?.params ?? [])],
      hosts: seen.map((r) => r.headers.find(([n]) => n.toLowerCase() === 'host')?.[1] ?? ''),
      asked: seen.map((r) => r.uri ?? r.params?.find(([n]) => n === 'REQUEST_URI')?.[1] ?? ''),
    };
    return got;
  } finally {
    client.close();
  }
}
