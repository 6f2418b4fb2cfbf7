/** What backends answer, as callers write it: a status, `refused`, `timeout`, `invalid`, or an object with status and headers. */
import { headerPair } from './from-url.ts';
import type { HeaderPair, TraceOptions, UpstreamAnswer } from './trace.ts';

const FAILURES = ['refused', 'timeout', 'invalid'] as const;

const isRecord = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null && !Array.isArray(value);

function statusOf(value: unknown): number | null {
  const status = typeof value === 'string' && /^\d{3}$/.test(value) ? Number(value) : value;
  return typeof status === 'number' && Number.isInteger(status) && status >= 100 && status <= 999 ? status : null;
}

/** Header lines given as a list of pairs or lines, or as an object; null for anything else. */
export function readHeaders(value: unknown): HeaderPair[] | null {
  const out: HeaderPair[] = [];
  if (Array.isArray(value)) {
    for (const item of value as unknown[]) {
      const pair = typeof item === 'string' ? headerPair(item) : item;
      if (!Array.isArray(pair) || pair.length !== 2 || typeof pair[0] !== 'string' || pair[0] === '') return null;
      if (typeof pair[1] !== 'string' && typeof pair[1] !== 'number') return null;
      out.push([pair[0], String(pair[1])]);
    }
    return out;
  }
  if (!isRecord(value)) return null;
  for (const [name, one] of Object.entries(value))
    for (const text of Array.isArray(one) ? (one as unknown[]) : [one]) {
      if (typeof text !== 'string' && typeof text !== 'number' && typeof text !== 'boolean') return null;
      out.push([name, String(text)]);
    }
  return out;
}

/** Reads one answer; words for people where it is none. A text that begins with a brace is JSON. */
export function readAnswer(value: unknown): UpstreamAnswer | string {
  const wrong = `${typeof value === 'string' ? value : JSON.stringify(value)} is no answer: write a status, refused, timeout, or {"status": 200, "headers": {}}`;
  if (typeof value === 'string') {
    const text = value.trim();
    const failure = FAILURES.find((f) => f === text);
    if (failure) return { failure };
    if (!text.startsWith('{')) {
      const status = statusOf(text);
      return status === null ? wrong : { status };
    }
    try {
      return readAnswer(JSON.parse(text) as unknown);
    } catch {
      return wrong;
    }
  }
  if (typeof value === 'number') return statusOf(value) === null ? wrong : { status: value };
  if (!isRecord(value)) return wrong;
  const unknown = Object.keys(value).find((key) => !['status', 'headers', 'failure'].includes(key));
  if (unknown !== undefined) return `${wrong}; there is no "${unknown}" in it`;
  if (value.failure !== undefined) {
    const failure = FAILURES.find((f) => f === value.failure);
    return failure ? { failure } : wrong;
  }
  const status = value.status === undefined ? 200 : statusOf(value.status);
  const headers = value.headers === undefined ? null : readHeaders(value.headers);
  if (status === null || (value.headers !== undefined && !headers)) return wrong;
  return { status, ...(headers ? { headers } : {}) };
}

/** Answers by the names of backends, from an object of JSON or YAML. */
export function readAnswers(value: unknown): { readonly answers: NonNullable<TraceOptions['upstreams']> } | string {
  if (!isRecord(value)) return 'upstreams is an object: the name of a backend, and its answer';
  const answers: Record<string, UpstreamAnswer | UpstreamAnswer[]> = {};
  for (const [name, one] of Object.entries(value)) {
    const list: UpstreamAnswer[] = [];
    for (const item of Array.isArray(one) ? (one as unknown[]) : [one]) {
      const answer = readAnswer(item);
      if (typeof answer === 'string') return `${name}: ${answer}`;
      list.push(answer);
    }
    answers[name] = Array.isArray(one) ? list : list[0]!;
  }
  return { answers };
}
