import assert from 'node:assert/strict';
import { test } from 'node:test';
import { acceptsCount, arityText, checkCount, parseArity } from '../../server/src/catalog/arity.ts';
import {
  addressText,
  atofp,
  networkText,
  parseAccess,
  parseAddress,
  parseCidr,
  parseFlag,
  parseIpPort,
  parseIpv6,
  parseKeepalive,
  parseNumber,
  parseOffset,
  parsePercent,
  parseRate,
  parseSize,
  parseTime,
  parseWord,
  parseZone,
  problemText,
  type Read,
} from '../../server/src/catalog/value-kind.ts';

const is = <T>(read: Read<T>, value: T): void => assert.deepEqual(read, { ok: true, value });
/** The code and the part of the text that would be marked. */
const fails = (read: Read<unknown>, text: string, code: string, part: string): void => {
  assert.ok(!read.ok, `${text} is refused`);
  assert.equal(read.problem.code, code, text);
  assert.equal(text.slice(read.problem.at, read.problem.at + read.problem.length), part, text);
};

test('counts are accepted as the command table says, and worded', () => {
  assert.equal(acceptsCount(parseArity('1|3'), 2), false);
  assert.equal(acceptsCount(parseArity('1|3'), 3), true);
  assert.equal(acceptsCount(parseArity('2+'), 9), true);
  assert.equal(acceptsCount(parseArity('any'), 0), true);
  assert.equal(arityText(parseArity('0')), 'takes no arguments');
  assert.equal(arityText(parseArity('1')), 'takes one argument');
  assert.equal(arityText(parseArity('1-2')), 'takes one or two arguments');
  assert.equal(arityText(parseArity('0-1')), 'takes no or one arguments');
  assert.equal(arityText(parseArity('1-4')), 'takes one to four arguments');
  assert.equal(arityText(parseArity('1|3')), 'takes one or three arguments');
  assert.equal(arityText(parseArity('2+')), 'takes at least two arguments');
  assert.equal(arityText(parseArity('flag')), 'takes one argument, "on" or "off"');
  assert.equal(checkCount(parseArity('1+'), 0)?.few, true);
  assert.equal(checkCount(parseArity('1-2'), 3)?.few, false);
  assert.equal(checkCount(parseArity('1-2'), 2), null);
});

test('sizes and offsets: the unit is one letter, g only for offsets', () => {
  is(parseSize('1k'), 1024);
  is(parseSize('8M'), 8388608);
  is(parseSize('0'), 0);
  is(parseOffset('1G'), 1073741824);
  fails(parseSize('1g'), '1g', 'unit-refused', 'g');
  fails(parseSize('1kb'), '1kb', 'unknown-unit', 'kb');
  fails(parseSize('k'), 'k', 'missing-number', 'k');
  fails(parseSize('-1'), '-1', 'too-small', '-1');
  fails(parseSize(''), '', 'empty', '');
  fails(parseSize('1.5m'), '1.5m', 'not-a-number', '.5m');
  fails(parseOffset('1t'), '1t', 'unknown-unit', 't');
  fails(parseOffset('8589934592g'), '8589934592g', 'too-big', '8589934592g');
});

test('times: descending units, in milliseconds or seconds', () => {
  is(parseTime('30', 'msec'), 30000);
  is(parseTime('1h 30m', 'msec'), 5400000);
  is(parseTime('500ms', 'msec'), 500);
  is(parseTime('1hm', 'msec'), 3600000);
  is(parseTime('1d', 'sec'), 86400);
  is(parseTime('1M', 'sec'), 2592000);
  fails(parseTime('10x', 'msec'), '10x', 'unknown-unit', 'x');
  fails(parseTime('10sec', 'msec'), '10sec', 'unknown-unit', 'sec');
  fails(parseTime('1M', 'msec'), '1M', 'unit-refused', 'M');
  fails(parseTime('100ms', 'sec'), '100ms', 'unit-refused', 'ms');
  fails(parseTime('1s 1m', 'msec'), '1s 1m', 'unit-order', 'm');
  fails(parseTime('1 1s', 'msec'), '1 1s', 'unit-order', 's');
  fails(parseTime('s', 'msec'), 's', 'missing-number', 's');
  fails(parseTime('abc', 'msec'), 'abc', 'not-a-number', 'abc');
});

test('numbers, flags, words', () => {
  is(parseNumber('007'), 7);
  fails(parseNumber('4x'), '4x', 'not-a-number', 'x');
  is(parseFlag('ON'), true);
  fails(parseFlag('true'), 'true', 'not-allowed', 'true');
  is(parseWord('tlsv1.2', ['TLSv1.2', 'TLSv1.3']), 'TLSv1.2');
  const wrong = parseWord('TLSv9', ['TLSv1.2', 'TLSv1.3']);
  assert.ok(!wrong.ok && wrong.problem.expected === '"TLSv1.2" or "TLSv1.3"');
});

test('rates and percentages', () => {
  is(parseRate('10r/s'), 10);
  is(parseRate('30r/m'), 0.5);
  is(parseRate('5'), 5);
  fails(parseRate('1r/h'), '1r/h', 'unknown-unit', 'r/h');
  fails(parseRate('0r/s'), '0r/s', 'too-small', '0r/s');
  is(parsePercent('0.5%'), 50);
  is(parsePercent('33.33%'), 3333);
  fails(parsePercent('50'), '50', 'unknown-unit', '');
  assert.equal(parsePercent('0.005%').ok, false);
  assert.equal(atofp('1.2.3', 2), null);
});

test('access modes', () => {
  is(parseAccess('user:rw'), 0o600);
  is(parseAccess('all:r'), 0o004);
  fails(parseAccess('user:x'), 'user:x', 'not-allowed', 'x');
  fails(parseAccess('other:r'), 'other:r', 'bad-form', 'other:r');
});

test('addresses of listen, of upstream servers, of pass directives', () => {
  const address = (text: string, options = {}): string => {
    const read = parseAddress(text, options);
    if (!read.ok) return read.problem.code;
    const { family, host, port, lastPort, wildcard, uri } = read.value;
    return `${family} ${host} ${port}${lastPort === port ? '' : `-${lastPort}`}${wildcard ? ' any' : ''}${uri && ` ${uri}`}`;
  };
  assert.equal(address('80', { listen: true }), 'ipv4 * 80 any');
  assert.equal(address('*:80', { listen: true }), 'ipv4 * 80 any');
  assert.equal(address('9000-9010', { listen: true }), 'ipv4 * 9000-9010 any');
  assert.equal(address('[::]:80', { listen: true }), 'ipv6 [::] 80 any');
  assert.equal(address('unix:/run/a.sock', { listen: true }), 'unix /run/a.sock null');
  assert.equal(address('localhost:8000'), 'name localhost 8000');
  assert.equal(address('example.com', { listen: true }), 'name example.com null');
  assert.equal(address('127.0.0.1:70000', { listen: true }), 'bad-port');
  assert.equal(address('9010-9000', { listen: true }), 'port-range');
  assert.equal(address('unix:', { listen: true }), 'no-path');
  assert.equal(address('http://a'), 'bad-address');
  assert.equal(address('a:80/x?y', { uri: true }), 'name a 80 /x?y');
  assert.equal(address('a/x:80', { uri: true }), 'name a null /x:80');
  assert.equal(address('unix:/run/a.sock:/x', { uri: true }), 'unix /run/a.sock null /x');
  assert.equal(address(':80'), 'no-host');
  assert.equal(address('[::1', { listen: true }), 'bad-address');
  assert.equal(address('[::1]80', { listen: true }), 'bad-address');
});

test('IPv6 as ngx_inet6_addr reads it', () => {
  for (const text of ['::', '::1', '1::', '2001:db8::1', '1:2:3:4:5:6:7:8', '::ffff:1.2.3.4', 'FE80::1']) assert.ok(parseIpv6(text), text);
  for (const text of ['', '1', ':1', '1:2', ':::', '1::2::3', '12345::', 'g::', '1:2:3:4:5:6:7:8:9'])
    assert.equal(parseIpv6(text), null, text);
  assert.equal(addressText(parseIpv6('2001:DB8:0:0:1:0:0:1')!), '2001:db8::1:0:0:1');
  assert.equal(addressText(parseIpv6('::')!), '::');
  assert.equal(addressText(parseIpv6('::ffff:a00:1')!), '::ffff:10.0.0.1');
});

test('networks and their meaningless low bits', () => {
  const net = (text: string): string => {
    const read = parseCidr(text);
    return read.ok ? networkText(read.value) + (read.value.lowBits ? ' low' : '') : read.problem.code;
  };
  assert.equal(net('10.0.0.0/8'), '10.0.0.0/8');
  assert.equal(net('10.1.2.3/8'), '10.0.0.0/8 low');
  assert.equal(net('192.168.1.1'), '192.168.1.1/32');
  assert.equal(net('10.0.0.0/33'), 'bad-prefix');
  assert.equal(net('10.0.0.0/'), 'bad-prefix');
  assert.equal(net('0.0.0.0/0'), '0.0.0.0/0');
  assert.equal(net('2001:db8::1/32'), '2001:db8::/32 low');
  assert.equal(net('2001:db8::/130'), 'bad-prefix');
  assert.equal(net('example.com'), 'bad-address');
  assert.equal(net('10.0.0.128/25'), '10.0.0.128/25');
});

test('addresses to bind to, keepalive of listen, zones', () => {
  assert.ok(parseIpPort('127.0.0.1').ok && parseIpPort('[::1]:80').ok && parseIpPort('::1').ok);
  assert.ok(!parseIpPort('nonsense').ok && !parseIpPort('127.0.0.1:0').ok && !parseIpPort('[::1]').ok);
  assert.ok(
    parseIpPort('[::1]', true).ok && !parseIpPort('[::1', true).ok && !parseIpPort('[127.0.0.1]', true).ok && !parseIpPort('[]', true).ok,
  );
  for (const text of ['on', 'off', '30m::10', '::5', '10']) assert.ok(parseKeepalive(text).ok, text);
  for (const text of ['x', '::', '', '0::']) assert.ok(!parseKeepalive(text).ok, text);
  is(parseZone('a:10m', 32768, 'required'), { name: 'a', bytes: 10485760 });
  fails(parseZone('a:8k', 32768, 'required'), 'a:8k', 'too-small', '8k');
  fails(parseZone('a', 32768, 'required'), 'a', 'bad-form', '');
  is(parseZone('a', 32768, 'optional'), { name: 'a', bytes: null });
});

test('a problem is worded with its part and the way out', () => {
  const read = parseTime('10x', 'msec');
  assert.ok(!read.ok);
  assert.equal(problemText('10x', read.problem), '"x" is not a unit here. Use w, d, h, m, s, ms.');
});
