/** Hostile texts through the parser, the rules, the formatter and a trace: nothing throws, nothing takes long, nothing is printed that a sink would obey. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import v8 from 'node:v8';
import vm from 'node:vm';
import { format } from '../../server/src/features/format.ts';
import { lint } from '../../server/src/rules/run.ts';
import { traceMermaid } from '../../server/src/trace/print/mermaid.ts';
import { traceSvg } from '../../server/src/trace/print/svg.ts';
import { traceText } from '../../server/src/trace/print/text.ts';
import { traceRequest } from '../../server/src/trace/request.ts';
import { parts } from '../harness/rules.ts';
import { configOf } from '../trace/config-of.ts';
import { ALPHABET, INHERITED, OBEYED, quoted, random, UNSEEN } from './hostile.ts';

const COUNT = Number(process.env.TEXTS ?? 60);
const SEED = Number(process.env.SEED ?? 1);
/** ms of one text from parser to printers, on a machine that does ten other things */
const LIMIT = 20_000;
/** bytes that one text may add: nothing that a text of some thousand characters says needs more */
const MEMORY = 1e9;

v8.setFlagsFromString('--expose-gc');
const collect: () => void = vm.runInNewContext('gc');

const HEADS = [
  'server',
  'location /',
  'location ~ a(',
  'if ($a)',
  'upstream u',
  'map $uri $m',
  'types',
  'limit_except GET',
  'events',
  'http',
  '',
];
const NAMES = 'listen server_name root alias return rewrite set proxy_pass include add_header error_page try_files if geo auth_basic'.split(
  ' ',
);

/** One text: now nearly a configuration, now nothing like one. */
function textOf(seed: number): string {
  const r = random(seed);
  const word = (): string => {
    const foreign = r.pick([
      ...ALPHABET,
      ...INHERITED,
      '$a',
      '$1',
      '~^/(.*)+$',
      '((((',
      '/a',
      '443 ssl',
      '{{ x }}',
      'x'.repeat(r.below(3000)),
    ]);
    return r.below(3) ? quoted(foreign) : foreign;
  };
  const statements = (depth: number): string => {
    let out = '';
    for (let i = r.below(6); i >= 0; i--)
      out +=
        depth > 0 && r.below(3) === 0
          ? `${r.pick(HEADS)} ${r.below(4) ? '' : word()}{ ${statements(depth - 1)} ${r.below(15) ? '}' : ''}`
          : `${r.below(4) ? r.pick(NAMES) : word()} ${word()}${r.below(2) ? ` ${word()}` : ''}${r.below(12) ? ';' : ''}\n`;
    return out;
  };
  const body = statements(4);
  return r.below(4) ? `events {}\nhttp { server { listen 80; ${body} } }\n` : body;
}

test(`${COUNT} hostile texts (SEED=${SEED})`, async () => {
  const { rules } = await parts();
  for (let i = 0; i < COUNT; i++) {
    const seed = SEED * 1_000_003 + i;
    const text = textOf(seed);
    const note = `SEED=${SEED}, text ${i}:\n${text}`;
    // what earlier texts left for the collector is not this text's
    if (process.memoryUsage.rss() > MEMORY / 2) collect();
    const before = process.memoryUsage.rss();
    const started = performance.now();
    const config = await configOf(`#- nginx.conf\n${text.replace(/^#- /gm, '#+ ')}`);
    const crashes: string[] = [];
    lint(config, rules, { onCrash: (rule, error) => crashes.push(`${rule.id}: ${(error as Error).stack}`) });
    assert.deepEqual(crashes, [], note);
    const file = config.files.get(config.root)!;
    format(file, { indent: '    ' });
    for (const target of ['/', '/a?b=c']) {
      const trace = traceRequest(config, { target, headers: [['host', 'x']] });
      for (const drawn of [traceText(trace), traceSvg(trace), traceMermaid(trace)]) {
        assert.doesNotMatch(drawn, UNSEEN, note);
        assert.doesNotMatch(drawn, OBEYED, note);
      }
    }
    assert.ok(performance.now() - started < LIMIT, `${Math.round(performance.now() - started)} ms, ${note}`);
    const added = process.memoryUsage.rss() - before;
    assert.ok(added < MEMORY, `${added} bytes, ${note}`);
  }
  collect();
  const { heapUsed, external } = process.memoryUsage();
  assert.ok(heapUsed + external < MEMORY, `${heapUsed + external} bytes are kept after ${COUNT} texts`);
});
