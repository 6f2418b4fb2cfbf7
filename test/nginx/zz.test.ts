import fs from 'node:fs';
import { test } from 'node:test';
import { judge } from '../harness/nginx.ts';
import { verdictOf } from './ours.ts';

test('x', async () => {
  const text = fs.readFileSync('/tmp/lab/in.conf', 'utf8');
  console.log(JSON.stringify(await verdictOf({ 'nginx.conf': text }), null, 1));
  const v = await judge(text).catch((e) => e);
  console.log(v.ok, v.message, v.line, v.warnings);
});
