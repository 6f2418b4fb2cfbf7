/** `=404` that is not the last word of try_files is the name of a file. Shown by a request for what is not there. */
import { proofOf } from '../../witness/requests.ts';
import { defineRule } from '../rule.ts';

export default defineRule({
  id: 'try-files-code-not-last',
  group: 'correctness',
  severity: 'warning',
  since: '0.2',
  title: 'Status code in try_files is taken for a file',
  why: `
\`=404\` ends a \`try_files\` with that status, but only as its last word. Before that it is the name of a file below the root; no such file exists, and nginx goes on. Written apart, \`= 404\`, neither word is a code: the last one is a path without a slash, which no location takes; the answer is 404 whatever the code.

Without the equals sign, \`404\`, it is a path too.`,
  about: ['try_files'],
  looksAt: {
    outcome: ['try_files'],
    when: (spot) =>
      spot.scope.named('try_files').some((d) => d.values.some((v, i, { length }) => (i < length - 1 ? /^=\d{3}$/ : /^\d{3}$/).test(v))),
  },
  needs: 'config',
  costly: true,
  messages: {
    notLast:
      '{code} is a code only as the last word; here it is the name of a file, and a missing file ends as {outcome}. Remove it, or put it last.',
    apart: '"= {code}" is no code: {code} is taken for a path, and a missing file ends as {outcome}. Write ={code} in one word.',
    bare: '{code} is taken for a path, and a missing file ends as {outcome}. Write ={code}.',
  },
  check({ spot, report }) {
    const directive = spot.scope.named('try_files').at(-1);
    if (!directive) return;
    const { args } = directive;
    // nothing is there, whatever is looked for on the way
    const missing: Record<string, string> = {};
    let trace = spot.ask({});
    for (let round = 0; round < 4; round++) {
      const found = trace.assumptions.filter((a) => a.id.startsWith('file:') && missing[a.id] === undefined);
      if (!found.length) break;
      for (const a of found) missing[a.id] = 'missing';
      trace = spot.ask({}, { assume: { ...missing } });
    }
    const proof = proofOf(trace);
    const data = { outcome: proof.outcome };
    args.forEach((word, i) => {
      const last = i === args.length - 1;
      if (!last && /^=\d{3}$/.test(word.value)) report('notLast', { at: word, data: { ...data, code: word.value }, witness: proof });
      if (!last || !/^\d{3}$/.test(word.value)) return;
      const before = args[i - 1];
      if (before?.value === '=')
        report('apart', { at: { start: before.start, end: word.end }, data: { ...data, code: word.value }, witness: proof });
      else report('bare', { at: word, data: { ...data, code: word.value }, witness: proof });
    });
  },
  examples: [
    {
      inside: 'server',
      bad: `location /files/ {
    try_files $uri =404 @app;
#                  ^^^^ notLast
}
location @app { proxy_pass http://127.0.0.1:8000; }`,
      good: `location /files/ {
    try_files $uri =404;
}
location /other/ {
    try_files $uri @app;
}
location @app { proxy_pass http://127.0.0.1:8000; }`,
      witness: {
        request: 'GET http://www.example.test/files/users',
        outcome: 'GET /files/users at 127.0.0.1:8000',
        meant: '404 where there is no such file',
      },
    },
    {
      inside: 'server',
      bad: `location / {
    try_files $uri = 503;
#                  ^^^^^ apart
}`,
      good: `location / {
    try_files $uri =503;
}`,
    },
  ],
});
