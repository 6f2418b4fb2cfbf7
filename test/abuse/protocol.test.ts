/** The edges of the protocol: what a server must refuse, ignore and survive, whatever a client sends in whatever order. */
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { after, test } from 'node:test';
import { pathToFileURL } from 'node:url';
import { createMessageConnection, type MessageConnection, StreamMessageReader, StreamMessageWriter } from 'vscode-jsonrpc/node';
import { endOfAnswers, SERVER, TestClient } from '../harness/lsp.ts';
import { ALPHABET, random } from './hostile.ts';

after(() => TestClient.stopAll());

const folder = (): string => fs.realpathSync(fs.mkdtempSync(path.join(os.tmpdir(), 'proxylens-edge-')));

/** A connection without a handshake. */
function bare(): { connection: MessageConnection; ended: Promise<number | null>; kill(): void } {
  const child = spawn(process.execPath, SERVER, { stdio: ['pipe', 'pipe', 'inherit'] });
  const connection = createMessageConnection(new StreamMessageReader(child.stdout), new StreamMessageWriter(child.stdin));
  child.once('exit', (code) => endOfAnswers(connection, code));
  child.stdin.on('error', () => {});
  connection.onRequest(() => null);
  connection.listen();
  return { connection, ended: new Promise((done) => child.once('exit', done)), kill: () => child.kill() };
}

const refused = async (sent: Promise<unknown>): Promise<number> =>
  sent.then(
    () => 0,
    (error: { code: number }) => error.code,
  );

const HOVER = { textDocument: { uri: 'file:///x/nginx.conf' }, position: { line: 0, character: 0 } };
const INITIALIZE = { processId: null, rootUri: null, capabilities: {} };

test('requests before initialize and after shutdown, and a second initialize, are refused by their codes', async () => {
  const { connection, ended } = bare();
  assert.equal(await refused(connection.sendRequest('textDocument/hover', HOVER)), -32002);
  await connection.sendNotification('textDocument/didOpen', {
    textDocument: { ...HOVER.textDocument, languageId: 'nginx', version: 1, text: 'x' },
  });
  await connection.sendRequest('initialize', INITIALIZE);
  await connection.sendNotification('initialized', {});
  assert.equal(await refused(connection.sendRequest('initialize', INITIALIZE)), -32600);
  await connection.sendNotification('$/setTrace', { value: 'verbose' });
  assert.equal(await refused(connection.sendRequest('textDocument/hover', HOVER)), 0);
  await connection.sendRequest('shutdown');
  assert.equal(await refused(connection.sendRequest('textDocument/hover', HOVER)), -32600);
  await connection.sendNotification('exit');
  assert.equal(await ended, 0);
});

test('a client that goes away in the middle of an answer ends the server without a stack trace', async () => {
  const child = spawn(process.execPath, SERVER, { stdio: ['pipe', 'pipe', 'pipe'] });
  child.stdin.on('error', () => {});
  let said = '';
  child.stderr.on('data', (chunk) => (said += String(chunk)));
  const ended = new Promise((done) => child.once('exit', done));
  const send = (message: object): void => {
    const text = JSON.stringify({ jsonrpc: '2.0', ...message });
    child.stdin.write(`Content-Length: ${Buffer.byteLength(text)}\r\n\r\n${text}`);
  };
  const answered = new Promise((done) => child.stdout.once('data', done));
  send({ id: 0, method: 'initialize', params: INITIALIZE });
  await Promise.race([answered, ended]);
  assert.equal(child.exitCode, null, said);
  child.stdout.destroy();
  for (let id = 1; id < 50; id++) send({ id, method: 'textDocument/hover', params: HOVER });
  child.stdin.end();
  await ended;
  assert.equal(said, '');
});

test('a change of a file that was not opened changes nothing', async () => {
  const dir = folder();
  fs.writeFileSync(path.join(dir, 'nginx.conf'), 'events {}\nhttp { bogus x; }\n');
  const client = await TestClient.start({ folder: pathToFileURL(dir).href });
  const uri = pathToFileURL(path.join(dir, 'nginx.conf')).href;
  await client.connection.sendRequest('proxylens/settled').catch(() => {});
  await client.connection.sendNotification('textDocument/didChange', {
    textDocument: { uri, version: 7 },
    contentChanges: [{ text: 'events {}\n' }],
  });
  const hover = await client.connection.sendRequest<{ contents: { value: string } } | null>('textDocument/hover', {
    textDocument: { uri },
    position: { line: 1, character: 1 },
  });
  assert.match(hover?.contents.value ?? '', /http/);
  fs.rmSync(dir, { recursive: true });
});

const SESSIONS = Number(process.env.PROTOCOL_SESSIONS ?? 25);
const SEED = Number(process.env.SEED ?? 1);

test(`${SESSIONS} sessions of messages in any order, with anything in them (SEED=${SEED})`, async () => {
  const dir = folder();
  fs.writeFileSync(path.join(dir, 'nginx.conf'), 'events {}\nhttp { server { listen 80; location / { return 200; } } }\n');
  const uris = ['nginx.conf', 'a.conf', 'Dockerfile', '.proxylens.yaml', '%41', '#?'].map((n) => `${pathToFileURL(dir).href}/${n}`);
  const client = await TestClient.start({ folder: pathToFileURL(dir).href });
  const methods = Object.keys(client.result.capabilities).flatMap((c) =>
    c.endsWith('Provider') ? [`textDocument/${c.slice(0, -8)}`] : [],
  );
  for (let session = 0; session < SESSIONS; session++) {
    const r = random(SEED * 1000 + session);
    const odd = (): unknown => r.pick<unknown>([null, -1, 1e9, 0.5, '', 'x', [], {}, true, ALPHABET[r.below(ALPHABET.length)]]);
    const position = (): unknown =>
      r.pick<unknown>([
        { line: r.below(9), character: r.below(40) },
        { line: -1, character: 1e9 },
        { line: odd(), character: odd() },
        odd(),
      ]);
    const document = (): unknown =>
      r.pick<unknown>([{ uri: r.pick(uris), version: r.below(9) }, { uri: r.pick(uris) }, { uri: r.pick(uris) }, { uri: odd() }, odd()]);
    const text = (): string =>
      Array.from({ length: r.below(12) }, () =>
        r.pick([...ALPHABET, 'server {', '}', ';', ' listen 80;', '\n', '"', 'location / ', '#']),
      ).join('');
    const pending: Promise<unknown>[] = [];
    for (let i = 0; i < 40; i++) {
      const note = (method: string, params: object): Promise<void> => client.connection.sendNotification(method, params).catch(() => {});
      switch (r.below(7)) {
        case 0:
          await note('textDocument/didOpen', {
            textDocument: { uri: r.pick(uris), languageId: 'nginx', version: r.below(5), text: text() },
          });
          break;
        case 1:
          await note('textDocument/didChange', {
            textDocument: { uri: r.pick(uris), version: r.below(9) },
            contentChanges: [
              {
                range: { start: { line: r.below(5), character: r.below(20) }, end: { line: r.below(5), character: r.below(20) } },
                text: text(),
              },
            ],
          });
          break;
        case 2:
          await note(r.pick(['textDocument/didClose', 'textDocument/didSave']), { textDocument: { uri: r.pick(uris) } });
          break;
        case 3:
          await note('workspace/didChangeWatchedFiles', { changes: [{ uri: r.pick(uris), type: 1 + r.below(3) }] });
          break;
        case 4:
          await note(r.pick(['$/setTrace', '$/cancelRequest', '$/unknown', 'unknown']), { value: 'off', id: r.below(50) });
          break;
        default:
          pending.push(
            client.connection
              .sendRequest(r.pick([...methods, 'unknown', 'proxylens/trace', 'workspace/symbol']), {
                textDocument: document(),
                position: position(),
                range: { start: position(), end: position() },
                query: odd(),
                newName: odd(),
                options: odd(),
                context: odd(),
                uri: r.pick(uris),
              })
              .catch(() => {}),
          );
      }
    }
    await Promise.all(pending);
    assert.equal(client.process.exitCode, null, `session ${session}`);
  }
  const { symbols } = { symbols: await client.connection.sendRequest('workspace/symbol', { query: '' }) };
  assert.ok(Array.isArray(symbols));
  fs.rmSync(dir, { recursive: true });
});

test('parameters that are none of their method are refused by their code, and no other message takes harm', async () => {
  const { connection, ended } = bare();
  await connection.sendRequest('initialize', { ...INITIALIZE, capabilities: { workspace: { workspaceFolders: true } } });
  await connection.sendNotification('initialized', {});
  for (const params of [
    {},
    { textDocument: null, position: HOVER.position },
    { textDocument: { uri: 5 }, position: HOVER.position },
    { ...HOVER, position: { line: 'a', character: null } },
    { textDocument: HOVER.textDocument },
  ])
    assert.equal(await refused(connection.sendRequest('textDocument/hover', params)), -32602, JSON.stringify(params));
  assert.equal(await refused(connection.sendRequest('textDocument/formatting', [])), -32602);
  assert.equal(await refused(connection.sendRequest('textDocument/codeAction', { ...HOVER, context: { diagnostics: [] } })), -32602);
  for (const event of [null, {}, { added: [{ uri: 5, name: 'a' }], removed: [] }])
    await connection.sendNotification('workspace/didChangeWorkspaceFolders', { event });
  await connection.sendNotification('$/cancelRequest', { id: null });
  assert.equal(await refused(connection.sendRequest('textDocument/hover', HOVER)), 0);
  // these have none
  for (const method of ['proxylens/overview', 'proxylens/deploymentDefaults'])
    for (const nothing of [[null], []]) assert.equal(await refused(connection.sendRequest(method, ...nothing)), 0, method);
  await connection.sendRequest('shutdown');
  await connection.sendNotification('exit');
  assert.equal(await ended, 0);
});
