/** What a configuration says reaches a terminal, a log, Markdown, XML, a chart or a shell as text, and as nothing else. */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { createRequire } from 'node:module';
import path from 'node:path';
import { describe, test } from 'node:test';
import { parse } from 'yaml';
import {
  jsonText,
  mdCode,
  mdFence,
  mdText,
  mermaid,
  shWord,
  visible,
  visibleColoured,
  visibleLines,
  xml,
} from '../../server/src/base/escape.ts';
import { hover } from '../../server/src/features/hover.ts';
import { asTest, readTests } from '../../server/src/trace/expect.ts';
import { asCurl } from '../../server/src/trace/from-url.ts';
import { traceMermaid } from '../../server/src/trace/print/mermaid.ts';
import { traceSvg } from '../../server/src/trace/print/svg.ts';
import { traceText } from '../../server/src/trace/print/text.ts';
import { traceRequest } from '../../server/src/trace/request.ts';
import { folder, run } from '../cli/cli.ts';
import { world } from '../features/world.ts';
import { configOf } from '../trace/config-of.ts';
import { ALPHABET, OBEYED, quoted, UNSEEN } from './hostile.ts';

/** A renderer that makes links of addresses too, and lets HTML through, as some clients do. */
interface Token {
  readonly type: string;
  readonly content: string;
  readonly children: Token[] | null;
  attrGet(name: string): string | null;
}
const MarkdownIt = createRequire(path.resolve('package.json'))('markdown-it') as new (
  options: object,
) => { parse(text: string, env: object): Token[] };
const markdown = new MarkdownIt({ linkify: true, html: true });

/** Images, HTML, and links that are not ours. */
function live(text: string): string[] {
  const found: string[] = [];
  const walk = (tokens: readonly Token[]): void => {
    for (const t of tokens) {
      if (t.type === 'image' || t.type.startsWith('html_')) found.push(`${t.type} ${t.content}`);
      const to = t.type === 'link_open' ? String(t.attrGet('href')) : '';
      if (to && !/^https:\/\/(nginx\.org|docs\.nginx\.com|en\.angie\.software|github\.com\/openresty)\//.test(to)) found.push(`link ${to}`);
      if (t.children) walk(t.children);
    }
  };
  walk(markdown.parse(text, {}));
  return found;
}

/** A configuration that says each hostile text wherever a name or a value may stand. */
const hostile = (words: readonly string[]): string => `events {}
http {
${words
  .map((w, i) => {
    const q = quoted(w);
    return `    ${quoted(`dir${w}`)} x;
    log_format ${quoted(`f${i}${w}`)} ${q};
    map $uri $m${i} { default ${q}; ${quoted(`k${w}`)} ${q}; }
    limit_req_zone $binary_remote_addr zone=${quoted(`z${i}${w}`)}:1m rate=1r/s;
    upstream ${quoted(`u${i}${w}`)} { server ${quoted(`unix:${w}`)}; hash ${q}; }
    server {
        listen ${8000 + i};
        server_name ${quoted(`h${w}`)};
        access_log ${q} ${quoted(`f${i}${w}`)};
        add_header X-A ${q};
        # proxylens-ignore alias-traversal: ${w.replaceAll('\n', ' ')}
        location ${quoted(`/a${w}`)} { alias ${q}; set $v${i} ${q}; add_header X-B $v${i}; add_header X-C $m${i}; }
        location ~ ${quoted(`^/b(${w.replace(/[^a-z]/g, '.')})`)} { proxy_pass http://${quoted(`u${i}${w}`)}; return 200 ${q}; }
        location / { return 302 ${q}; error_page 404 ${quoted(`@n${w}`)}; include ${quoted(`${w}.conf`)}; }
        location ${quoted(`@n${w}`)} { proxy_pass ${quoted(`http://${w}`)}; }
    }`;
  })
  .join('\n')}
}
`;

describe('the escapers', () => {
  const all = ALPHABET.join(' ');
  for (const [name, escaped] of [
    ['visible', visible],
    ['visibleLines', visibleLines],
    ['visibleColoured', (s: string) => visibleColoured(visible(s))],
    ['jsonText', (s: string) => jsonText({ [s]: s }, 2)],
    ['xml', xml],
    ['mermaid', mermaid],
    ['mdText', mdText],
    ['mdCode', mdCode],
    ['mdFence', (s: string) => mdFence(s, 'nginx')],
  ] as const)
    test(name, () => {
      for (const text of [...ALPHABET, all]) {
        const out = escaped(text);
        assert.doesNotMatch(out, UNSEEN, JSON.stringify(text));
        assert.doesNotMatch(out, OBEYED, JSON.stringify(text));
      }
    });

  test('Markdown has no image, no HTML and no link of them', () => {
    for (const text of [...ALPHABET, all])
      for (const out of [mdText(text), `- ${mdCode(text)} (${mdText(text)})`, `**${mdText(text)}**`, mdFence(text, 'nginx')])
        assert.deepEqual(live(out), [], `${JSON.stringify(text)} → ${out}`);
  });

  test('JSON says the same', () => {
    for (const text of ALPHABET) assert.deepEqual(JSON.parse(jsonText({ a: [text] }, 2)), { a: [text] });
  });

  test('a shell says the same words', { skip: process.platform === 'win32' }, () => {
    const words = ALPHABET.filter((t) => !t.includes('\0') && !/[\ud800-\udfff]/.test(t));
    const { stdout } = spawnSync('sh', ['-c', `printf '%s\\0' ${words.map(shWord).join(' ')}`], { encoding: 'utf8' });
    assert.deepEqual(stdout.split('\0').slice(0, -1), words);
  });
});

describe('the printers of a check', () => {
  const texts = ALPHABET.filter((t) => t !== '\x00' && t !== '\ud800');
  // a process a printer: few blocks, each with many of the texts
  const files = { 'nginx.conf': hostile([0, 1].map((half) => texts.filter((_, i) => i % 2 === half).join(' '))) };
  for (const format of ['stylish', 'github', 'gitlab', 'checkstyle', 'json', 'sarif'])
    test(format, async () => {
      const { out, err } = await run(['check', '--format', format, 'nginx.conf'], { cwd: folder(files) });
      assert.ok(out.length > 1000);
      const ours = format === 'github' ? out.replace(/^::(error|warning|notice) file=nginx\.conf,line=\d+,[^:]*::/gm, '') : out;
      for (const text of [ours, err]) {
        assert.doesNotMatch(text, UNSEEN);
        assert.doesNotMatch(text, OBEYED);
      }
    });

  test('what a fix says beside its work', async () => {
    const { out, err } = await run(['check', '--fix', 'nginx.conf'], { cwd: folder(files) });
    for (const text of [out, err]) {
      assert.doesNotMatch(text, UNSEEN);
      assert.doesNotMatch(text, OBEYED);
    }
  });

  test('names of files and words of the command line', { skip: process.platform === 'win32' }, async () => {
    const name = '::error::x\n\x1b[31m::stop-commands::y.conf';
    const cwd = folder({ [name]: 'events {}\nhttp { bogus x; }\n' });
    for (const args of [
      ['check', '.'],
      ['format', '--write', name],
      ['trace', name, 'http://x/'],
      ['check', `${name}.not-there`],
      ['check', '--only', name, name],
      ['trace', name, name],
    ]) {
      const { out, err } = await run(args, { cwd });
      assert.doesNotMatch(out, UNSEEN, args.join(' '));
      assert.doesNotMatch(out, OBEYED, args.join(' '));
      assert.doesNotMatch(err, UNSEEN, args.join(' '));
      assert.doesNotMatch(err, OBEYED, args.join(' '));
    }
  });

  test('request tests, with their names', async () => {
    const name = JSON.stringify(ALPHABET.filter((t) => t !== '\ud800').join(' '));
    const cwd = folder({
      'nginx.conf': files['nginx.conf'],
      'a.proxytest.yaml': `config: nginx.conf\nrequests:\n  - name: ${name}\n    request: GET http://x:8000/a\n    expect:\n      status: 201\n      location: ${name}\n`,
    });
    const { out, err } = await run(['test', 'a.proxytest.yaml'], { cwd });
    assert.match(out + err, /\S/);
    for (const text of [out, err]) {
      assert.doesNotMatch(text, UNSEEN);
      assert.doesNotMatch(text, OBEYED);
    }
  });
});

describe('an output that cannot be written', () => {
  test('a full device is no success, and said', { skip: process.platform !== 'linux' }, () => {
    const cwd = folder({ 'nginx.conf': 'events {}\n' });
    for (const format of ['sarif', 'stylish', 'json']) {
      const line = `"${process.execPath}" "${process.cwd()}/dist/cli.cjs" check --format ${format} nginx.conf > /dev/full`;
      const { status, stderr } = spawnSync('sh', ['-c', line], { cwd, encoding: 'utf8' });
      assert.equal(status, 3, format);
      assert.match(stderr, /no space left/);
    }
  });

  test('a reader that goes away changes no verdict', { skip: process.platform !== 'linux' }, () => {
    const cwd = folder({ 'nginx.conf': `events {}\nhttp {\n${'bogus x;\n'.repeat(3000)}}\n`, 'well.conf': 'events {}\n' });
    for (const [file, code] of [
      ['nginx.conf', 1],
      ['well.conf', 0],
    ] as const) {
      const line = `{ "${process.execPath}" "${process.cwd()}/dist/cli.cjs" check --format json ${file}; echo $? >&2; } | true`;
      assert.equal(spawnSync('sh', ['-c', line], { cwd, encoding: 'utf8' }).stderr.trim().split('\n').at(-1), String(code));
    }
  });
});

test('hovers and the documentation of proposals over a hostile file', async () => {
  const text = hostile(ALPHABET);
  const w = await world(text);
  let hovers = 0;
  for (let offset = 0; offset < text.length; offset += 3) {
    const found = hover(w.configs, w.file, offset, { rules: [] });
    if (!found) continue;
    hovers++;
    assert.deepEqual(live(found.markdown), [], found.markdown);
    assert.doesNotMatch(found.markdown, UNSEEN);
  }
  assert.ok(hovers > 1000, `${hovers}`);
});

describe('a trace', () => {
  for (const [i, text] of ALPHABET.filter((t) => !/[\0\ud800]/.test(t)).entries())
    test(`of text ${i}`, async () => {
      const config = await configOf(hostile([text]));
      for (const target of ['/', '/aa', '/b.', `/a${text}`]) {
        const host = `h${text}`;
        const trace = traceRequest(config, { scheme: 'http', target, headers: [['host', host]], localPort: 8000 });
        const drawn = traceText(trace);
        assert.doesNotMatch(drawn, UNSEEN);
        assert.doesNotMatch(drawn, OBEYED);
        const svg = traceSvg(trace);
        assert.doesNotMatch(svg, UNSEEN);
        assert.doesNotMatch(svg.replace(/<\/?(svg|style|text|g|title|rect|circle|path)[ >]/g, ''), /<[a-z]/i);
        const chart = traceMermaid(trace);
        assert.doesNotMatch(chart, UNSEEN);
        // a label ends at the quote that we wrote
        for (const line of chart.split('\n')) assert.equal(line.split('"').length % 2, 1, line);
        const curl = asCurl(trace.request);
        assert.doesNotMatch(curl.replaceAll('\n', ''), /[\u0000-\u001f]/);
        const suite = `config: nginx.conf\nrequests:\n${asTest(trace, text)}`;
        assert.equal((parse(suite) as { requests: { name: string }[] }).requests[0]!.name, text);
        // a host that is none cannot be asked for; everything else can
        assert.deepEqual(
          readTests(suite).problems.filter((p) => !/names no host|no name of a host|is no request such as/.test(p.message)),
          [],
        );
      }
    });
});

test('the line for curl is one command', { skip: process.platform === 'win32' }, () => {
  for (const text of ALPHABET.filter((t) => !/[\0\ud800]/.test(t))) {
    const line = asCurl({
      method: text,
      target: `/${text}`,
      scheme: 'http',
      headers: [
        ['host', text],
        ['x-a', text],
        [text, 'x'],
      ],
    });
    const { stdout } = spawnSync('/bin/sh', ['-c', `curl() { printf '%s\\0' "$@"; }\n${line}`], { encoding: 'utf8', env: { PATH: '' } });
    const words = stdout.split('\0').slice(0, -1);
    assert.ok(words.length >= 4, line);
    assert.ok(words.at(-1)!.startsWith('http://'), line);
    for (const [i, word] of words.entries()) if (words[i - 1] === '-H') assert.ok(!word.startsWith('@'), line);
  }
});
