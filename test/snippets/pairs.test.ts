/**
 * Every snippet beside every other one and inside of every server that a snippet makes: accepted, without a finding, and the one that was there keeps its promise.
 * A run takes a part, other every day; PAIRS=all in the environment takes them all, PAIRS=N that many, PAIRS=ID those of a snippet,
 * PAIRS_SEED another part.
 */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { DEFAULT_SETTINGS } from '../../server/src/config/settings.ts';
import type { Snippet } from '../../server/src/snippets/snippet.ts';
import { allPairs, drawn, joined, nameOf, type Pair } from '../harness/pairs.ts';
import { lintText } from '../harness/rules.ts';
import { broken } from './check.ts';
import { PROMISES } from './promises.ts';

const STRICT = { ...DEFAULT_SETTINGS, profile: 'strict' as const };

const is = (...ids: readonly string[]): ((s: Snippet) => boolean) => {
  const set = new Set(ids);
  return (s) => set.has(s.id);
};
const signsOn = is('auth-request', 'authelia', 'authentik', 'mtls');
const streams = is('sse-lines', 'sse', 'llm-streaming');
const runsPhp = is('php-fpm', 'wordpress', 'laravel');
/** Lists of a whole server, which locations that were there and have lists of their own do not get. */
const lists = is('security-headers', 'hsts', 'down-page', 'maintenance');

/** Findings that are true of the two together, and that nobody who inserts the second can be spared: what was there is not ours to change. */
const TRUE_OF_BOTH: readonly (readonly [rule: string, of: (pair: Pair) => boolean])[] = [
  ['internal-header-passed', ({ second }) => signsOn(second)],
  ['header-inheritance-lost', ({ second }) => lists(second)],
  ['upload-executed', ({ first, second }) => runsPhp(first) || runsPhp(second)],
  // a stream that stands already goes before: nothing of it is stored, and its Connection header stays
  ['unused-cache-zone', ({ first, second }) => streams(first) && second.id === 'cache-lines'],
  ['unused-variable', ({ first, second }) => streams(first) && second.id === 'websocket-lines'],
  ['websocket-upgrade-incomplete', ({ first, second }) => streams(first) && second.id === 'websocket-lines'],
  ['cache-without-buffering', ({ first, second }) => streams(first) || streams(second)],
  ['buffering-off', ({ first, second }) => streams(second) && first.id === 'timeouts'],
  // the cache that is there already forgets as soon as its own pages want it
  ['cache-inactive-below-valid', ({ first, second }) => [first, second].some((s) => s.id === 'image-cache')],
  // a building block cannot turn HTTP/2 on for a server that it does not know: the finding says what is left to do
  ['grpc-without-http2', ({ first, second }) => [first, second].some((s) => s.id === 'grpc')],
  // who is behind a proxy decides in each place what passes the scheme on
  ['forwarded-proto-wrong', ({ first, second }) => [first, second].some((s) => s.body.includes('set_real_ip_from'))],
  // the main file around the pair reads no types
  ['static-type-missing', () => true],
  ['access-list-outranked', ({ first, second }) => [first, second].some((s) => s.id === 'prefix-stripped')],
];

/** Whether the second is there to change what the first one's requests get. */
const actsOn = ({ first, second }: Pair): boolean =>
  is('canary-header', 'feature-flag', 'ratelimit-lines', 'connlimit-lines')(second) ||
  (streams(second) && is('cache-lines', 'cors')(first)) ||
  (second.id === 'security-txt' && first.id === 'hidden-files') ||
  is('allow-list', 'block-list', 'mtls', 'maintenance', 'down-page', 'default-drop', 'bots', 'hidden-files')(second) ||
  runsPhp(second) ||
  /^location (\$\{\d+:)?\/\}? \{$|^root /m.test(second.body);

/** What is wrong with a pair; empty when nothing is. */
async function wrongWith(pair: Pair): Promise<string[]> {
  const { alone, text } = await joined(pair);
  if (text === null) return [];
  const { findings, sources } = await lintText(text, undefined, STRICT);
  const out = [...sources.values()].flatMap((s) => s.problems.map((p) => JSON.stringify(p)));
  for (const f of findings) if (!TRUE_OF_BOTH.some(([rule, of]) => rule === f.rule && of(pair))) out.push(`${f.rule}: ${f.message}`);
  if (!actsOn(pair)) {
    const promises = PROMISES[pair.first.id] ?? [];
    for (const row of typeof promises === 'function' ? promises({ choice: 0, inside: pair.inside }) : promises) {
      const now = await broken(text, row);
      // some promises are about a configuration in which nothing else is
      if (now.length && !(await broken(alone, row)).length) out.push(`"${row.name}" is no longer kept: ${now.join('; ')}`);
    }
  }
  return out.map((what) => `${nameOf(pair)}: ${what}`);
}

const all = allPairs();
const { PAIRS = '60', PAIRS_SEED = String(Math.floor(Date.now() / 86_400_000)) } = process.env;
const chosen =
  PAIRS === 'all'
    ? all
    : /^\d+$/.test(PAIRS)
      ? drawn(all, Number(PAIRS), Number(PAIRS_SEED))
      : all.filter((p) => p.first.id === PAIRS || p.second.id === PAIRS);

test(`${chosen.length} of ${all.length} pairs of snippets live together (PAIRS_SEED=${PAIRS_SEED})`, async () => {
  const wrong: string[] = [];
  for (const pair of chosen) wrong.push(...(await wrongWith(pair)));
  assert.deepEqual(wrong, []);
});
