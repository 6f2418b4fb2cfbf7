/**
 * Reasons why a directive changes neither the way of a request nor what its client gets, as far as a trace tells it. The facts in data/ name one of
 * them for each such directive (`"harmless": "log"`); whatever has none, and is read by no part of the trace, is named as not simulated.
 */
import { table } from '../base/table.ts';

export const HARMLESS = table({
  log: 'what is logged',
  hash: 'how names are stored in memory',
  disk: 'how bytes are read from the disk and sent',
  pace: 'how fast and in what pieces bytes pass, and where they lie meanwhile',
  late: 'what happens when a side is late or gone',
  body: 'the body is no part of a trace, and its length is sent all the same',
  packet: 'of the packet around the parameters',
  bind: 'from which address backends are asked',
  mark: 'a part of the mark that userid gives, which is assumed as a whole',
  cache: 'how long a cache waits, and where it lies: its zone is read',
  tls: 'whether the handshake with a backend succeeds is part of what the backend answers',
  handshake: 'how the handshake with the client is made: it is taken to succeed',
  protocol: 'limits and times of a protocol that a single request does not reach',
  database: 'values are assumptions wherever a variable of it is used',
  gone: 'gone from nginx for long',
  memory: 'how much memory is taken, and what workers share in it',
  page: 'how a page looks that nginx makes, of which the head alone is told',
  rights: 'with which rights a file is written',
  module: 'where code of another language lies: what it answers is an assumption',
  denied: 'what a client is told that the server behind refuses',
  hello: 'what is said before a login, which does not choose the way',
});

export type HarmlessReason = keyof typeof HARMLESS;
