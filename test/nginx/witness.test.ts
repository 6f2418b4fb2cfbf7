/**
 * The proofs of the rules that look at outcomes, asked of the real nginx: the request of each finding shows the harm on the bad example
 * (status, Location, what the backend got, which file), and on the good one the same request ends otherwise.
 */
import assert from 'node:assert/strict';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { describe, test } from 'node:test';
import { RULES } from '../../server/src/rules/all.ts';
import type { Example, Finding, Rule } from '../../server/src/rules/rule.ts';
import { TLS_SERVER } from '../../server/src/rules/security/_examples.ts';
import { Echo } from '../harness/echo.ts';
import { type Running, serve, standardFiles, withoutNginx } from '../harness/nginx.ts';
import { ask, type Got, placed } from '../harness/placed.ts';
import { exampleSettings, exampleTree, lintTree } from '../harness/rules.ts';

/** The header by which a test says who asks, where the proof is about a client of some network. */
const CLIENT = 'X-Test-Address';

/** Rules whose proofs are asked over TLS. */
const OVER_TLS: ReadonlySet<string> = new Set(['https-redirected-to-http']);
/** Rules whose texts have a server with TLS, which the proof does not ask. */
const BESIDE_TLS: ReadonlySet<string> = new Set(['redirect-to-unserved-name']);

/** Rules whose requests go the same way on the good text, and end otherwise by what an application answers, or by the next request. */
const SAME_WAY: ReadonlySet<string> = new Set(['answer-read-early', 'slice-incomplete']);

const clientOf = ({ witness }: Finding): string | undefined => / for ([\d.]+)$/.exec(witness!.outcome)?.[1];

/** Sends the request of a proof (`GET http://host/path, Name: value`). */
async function send(request: string, port: number, echo: Echo, times = 1, client?: string, tls = false): Promise<Got> {
  const m = /^([A-Z]+) https?:\/\/([^/]+)(\/\S*?)(?:, (.*))?$/.exec(request);
  assert.ok(m, `a request: ${request}`);
  return ask(port, m[3]!, echo, {
    method: m[1]!,
    host: m[2]!,
    headers: [...(m[4] ?? '').split(', ').filter(Boolean), ...(client ? [`${CLIENT}: ${client}`] : [])],
    times,
    tls,
  });
}

/** How often a request is sent before its answer shows something: a cache has it the second time, a limit has had enough of it by then. */
const timesOf = (outcome: string): number => (/^(?:MISS|HIT)/.test(outcome) ? 2 : outcome.endsWith('not counted') ? 40 : 1);

/** The listener that a request goes to: the second for port 81, the third for TLS. */
const portOf = (request: string, running: Running, tls: boolean): number =>
  running.ports[tls ? 2 : /^\w+ https?:\/\/[^/]*:81\//.test(request) ? 1 : 0]!;

const MARKER = 'the file that nginx looks for\n';

/** Whether the answer is what the proof says. Files of the proof are made before it is asked. */
async function shows(finding: Finding, running: Running, echo: Echo): Promise<{ holds: boolean; got: Got }> {
  const { request } = finding.witness!;
  // what the application has answered is no part of what the client gets
  const outcome = finding.witness!.outcome.replace(/^X-Accel-Redirect: \S+, /, '');
  const tls = OVER_TLS.has(finding.rule);
  const port = portOf(request, running, tls);
  const file = /(?:^\d{3} )?(\/(?:srv|var|media)\/[^\s,]*)/.exec(outcome)?.[1];
  // a folder stands for all of its files
  const isFolder = outcome.endsWith('for every request') || (file?.endsWith('/') ?? false);
  if (file && !isFolder) {
    fs.mkdirSync(path.dirname(path.join(running.folder, file)), { recursive: true });
    fs.writeFileSync(path.join(running.folder, file), MARKER);
  } else if (file) fs.mkdirSync(path.join(running.folder, file), { recursive: true });
  const got = await send(request, port, echo, timesOf(outcome), clientOf(finding), tls);
  const inside = (text: string): string =>
    text.replaceAll(`http://127.0.0.1:${echo.ports.http}`, 'http://127.0.0.1:8000').replace(`//${os.hostname()}/`, '//localhost/');
  // with the port that is 81 in the text, which nginx writes where it is not the standard one
  const withPort = got.headers.find(([n]) => n.toLowerCase() === 'location')?.[1].replace(`:${running.ports[1]}/`, ':81/') ?? '';
  const redirect = /^(30\d) (.*)$/s.exec(outcome);
  const passed = /^[A-Z]+ (.+) at /.exec(outcome);
  const header = /^([A-Z][\w-]+): (.*?)( arrives at \S+)?$/.exec(outcome);
  const without = /^(\d{3}) without (.+)$/.exec(outcome);
  const unsent = /^([\w-]+) is not sent to \S+$/.exec(outcome);
  const empty = /^an empty (\S+) at \S+$/.exec(outcome);
  const inPage = /^(.*) in the page$/.exec(outcome);
  const args = /^\$args is (.*)$/.exec(outcome);
  const holds = outcome.endsWith('not counted')
    ? got.status === 200
    : inPage
      ? got.body.includes(inPage[1]!)
      : empty
        ? got.passed.some(([n, v]) => n === empty[1] && v === '')
        : without
          ? got.status === Number(without[1]) &&
            !without[2]!.split(', ').some((name) => got.headers.some(([n]) => n.toLowerCase() === name.toLowerCase()))
          : unsent
            ? got.asked.length > 0 && !got.passed.some(([n, v]) => n.toLowerCase() === unsent[1]!.toLowerCase() && v !== '')
            : redirect
              ? got.status === Number(redirect[1]) && [got.location ?? '', withPort].some((text) => inside(text) === redirect[2])
              : header
                ? (header[3] ? got.passed : got.headers).some(
                    ([n, v]) =>
                      n.toLowerCase() === header[1]!.toLowerCase() &&
                      // the port that is 80 in the text; a folder that nobody names is told as it is written
                      ['', '/etc/nginx', null].some(
                        (at) =>
                          (at === null ? v.replace(`${running.folder}/`, '') : v.replace(running.folder, at)).replace(
                            `:${running.ports[0]}`,
                            ':80',
                          ) === header[2],
                      ),
                  )
                : passed
                  ? got.asked.at(-1) === passed[1]
                  : args
                    ? got.body === args[1]
                    : outcome.startsWith('HIT')
                      ? got.asked.length === 1 && got.status === Number(outcome.slice(4, 7))
                      : outcome.endsWith('own page')
                        ? got.status === Number(outcome.slice(0, 3)) && /<hr><center>nginx/.test(got.body)
                        : outcome.startsWith('MISS')
                          ? got.asked.length === 2
                          : isFolder
                            ? got.status === 301 || got.status === 403
                            : file
                              ? got.body === MARKER
                              : got.status === Number(/\b(\d{3})\b/.exec(outcome)?.[1]);
  return { holds, got };
}

/** Folders that an example's roots name, and those that a request with a slash at its end asks for. */
function makeFolders(text: string, folder: string, findings: readonly Finding[]): void {
  for (const [, root] of text.matchAll(/\broot\s+(\/(?:srv|var)\/[^;$\s]*)/g))
    for (const [, page] of text.matchAll(/\berror_page [^;]*?\s(\/\S+);/g)) {
      fs.mkdirSync(path.join(folder, root!), { recursive: true });
      fs.writeFileSync(path.join(folder, root!, page!), MARKER);
    }
  for (const f of findings) {
    // files that the message takes for granted
    for (const [, there] of f.message.matchAll(/(?:index file|while) (\/(?:srv|var)\/\S+)/g)) {
      fs.mkdirSync(path.dirname(path.join(folder, there!)), { recursive: true });
      fs.writeFileSync(path.join(folder, there!), MARKER);
    }
    // a file is asked for to see its type, or how it is said to be written
    const isOfType = /^Content-Type: |without Content-Encoding$/.test(f.witness!.outcome);
    const sheet = isOfType ? /^\w+ https?:\/\/[^/]+(\/\S*\.\w+)$/.exec(f.witness!.request)?.[1] : undefined;
    for (const [, root] of sheet ? text.matchAll(/\broot\s+(\/(?:srv|var)\/[^;$\s]*)/g) : []) {
      fs.mkdirSync(path.dirname(path.join(folder, root!, sheet!)), { recursive: true });
      fs.writeFileSync(path.join(folder, root!, sheet!), MARKER);
    }
    // where the good text looks the file is there
    const wanted = f.witness!.outcome.includes('404 where') ? /^\w+ https?:\/\/[^/]+(\/[^?]*)/.exec(f.witness!.request)?.[1] : undefined;
    for (const [, root] of wanted ? text.matchAll(/\broot\s+(\/(?:srv|var)\/[^;$\s]*)/g) : []) {
      fs.mkdirSync(path.dirname(path.join(folder, root!, wanted!)), { recursive: true });
      fs.writeFileSync(path.join(folder, root!, wanted!), MARKER);
    }
  }
  for (const [line, root] of text.matchAll(/\b(?:root|alias)\s+(\/(?:srv|var)\/[^;$\s]*)/g)) {
    if (line.startsWith('alias') && /\/[^/]*\.\w+$/.test(root!)) {
      fs.mkdirSync(path.dirname(path.join(folder, root!)), { recursive: true });
      fs.writeFileSync(path.join(folder, root!), MARKER);
      continue;
    }
    fs.mkdirSync(path.join(folder, root!), { recursive: true });
    for (const f of findings) {
      const wanted = /^\w+ https?:\/\/[^/]+(\/[^?]*)\//.exec(f.witness!.request)?.[1];
      if (wanted && f.witness!.request.includes(`${wanted}/?`)) fs.mkdirSync(path.join(folder, root!, wanted), { recursive: true });
    }
  }
}

/** Removes the files below a folder, and none of its folders. */
function forget(folder: string): void {
  for (const entry of fs.existsSync(folder) ? fs.readdirSync(folder, { recursive: true, withFileTypes: true }) : [])
    if (entry.isFile()) fs.rmSync(path.join(entry.parentPath ?? entry.path, entry.name));
}

/** Why an example cannot be asked here: its proof needs an application that answers in a certain way, or a newer nginx. */
const notAsked = (rule: Rule, example: Example, text: string): boolean =>
  example.notOn122 !== undefined || (!OVER_TLS.has(rule.id) && !BESIDE_TLS.has(rule.id) && /\bssl\b/.test(text.replaceAll(TLS_SERVER, '')));

const judged = RULES.filter((r) => r.looksAt.some((l) => 'outcome' in l));

describe('witnesses on the real nginx', { skip: withoutNginx(), concurrency: 2 }, () => {
  for (const rule of judged) test(rule.id, { timeout: 60_000 }, () => prove(rule));
});

/** Where a file of an example is below the prefix, which stands for /etc/nginx. */
const pathOf = (file: string): string => new URL(file).pathname.replace(/^\/(?:etc\/nginx\/)?/, '');

async function prove(rule: Rule): Promise<void> {
  let proofs = 0;
  const echo = await Echo.start();
  try {
    for (const example of rule.examples) {
      if (example.bad === undefined || notAsked(rule, example, example.bad)) continue;
      const tree = exampleTree(example, example.bad);
      const settings = exampleSettings(example);
      const { findings } = await lintTree(tree, [rule], { ...settings, rules: { ...settings.rules, [rule.id]: rule.severity } });
      const start = (of: typeof tree): Promise<Running> => {
        const [main, ...others] = [...of.files];
        const told = (text: string): string =>
          findings.some(clientOf) && !/real_ip/.test(text)
            ? text.replace(/\bhttp\s*\{/, `http {\nset_real_ip_from 127.0.0.1;\nreal_ip_header ${CLIENT};\n`)
            : text;
        return serve((ports, folder) => placed(told(main![1]), ports, folder, echo), {
          ports: 3,
          // files that are included name no ports and no folders
          files: {
            ...standardFiles(),
            'var/cache/nginx/here': '',
            ...Object.fromEntries(others.map(([file, text]) => [pathOf(file), text])),
          },
        });
      };
      const all = (of: typeof tree): string => [...of.files.values()].join('\n');
      const bad = await start(tree);
      try {
        makeFolders(all(tree), bad.folder, findings);
        for (const finding of findings) {
          await answerFor(finding, bad, echo);
          // what that, or the proof before, has left in a cache is no answer
          forget(path.join(bad.folder, 'var/cache'));
          const { holds, got } = await shows(finding, bad, echo);
          assert.ok(holds, `${finding.witness!.request} → ${finding.witness!.outcome}, but nginx: ${JSON.stringify(got)}\n${example.bad}`);
          proofs++;
        }
      } finally {
        await bad.stop();
      }
      if (example.good === undefined || SAME_WAY.has(rule.id) || notAsked(rule, example, example.good)) continue;
      const good = await start(exampleTree(example, example.good));
      try {
        makeFolders(example.good, good.folder, findings);
        for (const finding of findings) {
          // a listener that the good text no longer has answers nothing at all
          const holds = await answerFor(finding, good, echo).then(
            async () => (await shows(finding, good, echo)).holds,
            (error: NodeJS.ErrnoException) => assert.equal(error.code, 'ECONNREFUSED'),
          );
          assert.ok(!holds, `${finding.witness!.request} ends the same on the good text: ${finding.witness!.outcome}\n${example.good}`);
        }
      } finally {
        await good.stop();
      }
    }
  } finally {
    await echo.stop();
  }
  assert.ok(proofs > 0, 'at least one proof was asked');
}

const PLAIN: [string, string][] = [
  ['Cache-Control', 'max-age=60'],
  ['Content-Length', '0'],
];

/** What the application answers; where the proof is about its redirects, one to the host that it is asked with. */
async function answerFor(finding: Finding, running: Running, echo: Echo): Promise<void> {
  echo.answer = { status: 200, headers: PLAIN, body: '' };
  const { request } = finding.witness!;
  // the first request is the one that the cache passes on
  if (finding.rule === 'unkeyed-header-passed') return;
  // the authority names the user
  if (finding.rule === 'auth-request-value-unset') {
    echo.answer = { status: 200, headers: [['X-User', 'alice'], ...PLAIN], body: '' };
    return;
  }
  // an application that says nothing about how long its pages are good
  if (finding.rule === 'cache-stores-nothing') {
    echo.answer = { status: 200, headers: [['Content-Length', '0']], body: '' };
    return;
  }
  // the authority refuses who is not logged in
  if (finding.message.includes('not logged in')) {
    echo.answer = { status: 401, headers: PLAIN, body: '' };
    return;
  }
  // the application has no such page
  if (finding.rule === 'cors-misconfigured' && finding.witness!.outcome.startsWith('404 without')) {
    echo.answer = { status: 404, headers: [['Content-Length', '0']], body: '' };
    return;
  }
  if (finding.rule === 'cache-stores-errors') {
    echo.answer = { status: 500, headers: [['Content-Length', '0']], body: '' };
    return;
  }
  // the application sets a cookie for where it believes to be
  const cookie = finding.rule === 'cookie-path-elsewhere' ? /with Path=(\S+)/.exec(finding.message)?.[1] : undefined;
  if (cookie !== undefined) {
    echo.answer = { status: 200, headers: [['Set-Cookie', `session=1; Path=${cookie}`], ...PLAIN], body: '' };
    return;
  }
  // the application's page has the mark that sub_filter looks for
  if (finding.witness!.outcome.endsWith('in the page')) {
    const body = '<html><!-- here --><form></form></html>';
    echo.answer = {
      status: 200,
      headers: [
        ['Content-Type', 'text/html'],
        ['Content-Length', String(body.length)],
      ],
      body,
    };
    return;
  }
  const sentTo = /^X-Accel-Redirect: (\S+),/.exec(finding.witness!.outcome)?.[1];
  if (sentTo !== undefined) {
    echo.answer = { status: 200, headers: [['X-Accel-Redirect', sentTo], ...PLAIN], body: '' };
    return;
  }
  if (finding.rule === 'upstream-headers-shown') {
    echo.answer = { status: 200, headers: [['X-Powered-By', 'PHP/8.1'], ...PLAIN], body: '' };
    return;
  }
  const { got, hosts } = await send(request, portOf(request, running, false), echo).then((g) => ({ got: g, hosts: g.hosts }));
  if (!/^302 \S+\/next$/.test(finding.witness!.outcome) || !got.asked.length) return;
  echo.answer = {
    status: 302,
    headers: [
      ['Location', `http://${hosts.at(-1)}/next`],
      ['Content-Length', '0'],
    ],
    body: '',
  };
}
