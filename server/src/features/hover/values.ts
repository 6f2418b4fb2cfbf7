/** Single values in plain words: times, sizes, rates, status codes, cipher strings, addresses. */

import { mdCode as code, mdText } from '../../base/escape.ts';
import { argumentOf } from '../../catalog/arguments.ts';
import { evaluateCipherList, evaluateCiphersuites, type Suite } from '../../catalog/ciphers.ts';
import type { DirectiveFact } from '../../catalog/fact.ts';
import { findParameter } from '../../catalog/parameters.ts';
import type { ArgumentFact, ParameterFact } from '../../catalog/shape.ts';
import { parseOffset, parseRate, parseSize, parseTime } from '../../catalog/value-kind.ts';
import type { Directive } from '../../config/directive.ts';
import { listenAddresses, pairText } from '../../config/servers.ts';
import { statusMeaning } from '../completion/values.ts';
import { rateWords, secondsText, sizeWords, timeWords } from '../units.ts';

/** A time, size or rate in words, by what the argument is; null for anything else, and for what nginx refuses. */
export function quantityWords(kind: string, text: string): string | null {
  switch (kind) {
    case 'msec':
    case 'sec': {
      const read = parseTime(text, kind);
      if (!read.ok) return null;
      const ms = kind === 'sec' ? read.value * 1000 : read.value;
      return timeWords(ms) + (ms >= 60_000 ? ` (${secondsText(ms)})` : '');
    }
    case 'time': {
      const read = parseTime(text.replace(/^[-+@]/, ''), 'sec');
      return read.ok ? timeWords(read.value * 1000) : null;
    }
    case 'size':
    case 'offset': {
      const read = kind === 'size' ? parseSize(text) : parseOffset(text);
      return read.ok ? sizeWords(read.value) : null;
    }
    case 'rate': {
      const read = parseRate(text);
      return read.ok ? rateWords(read.value) : null;
    }
    default:
      return null;
  }
}

const suiteLine = (s: Suite): string => `- ${code(s.name)}${s.weaknesses.length ? `: ${s.weaknesses.join(', ')}` : ''}`;

function cipherWords(text: string, d: Directive): string {
  const { openssl } = d.scope.config.settings.target;
  const result = evaluateCipherList(text, { openssl });
  if (!result.ok)
    return result.reason === 'no-cipher-match'
      ? `OpenSSL ${openssl.text} selects nothing by this string: nginx does not start.`
      : `OpenSSL ${openssl.text} cannot read this string from character ${result.offset + 1} on: nginx does not start.`;
  const { suites, unknownWords } = result;
  const out = [
    `With OpenSSL ${openssl.text} it selects ${suites.length} suite${suites.length === 1 ? '' : 's'} for TLS 1.2 and older, in this order:`,
  ];
  out.push(suites.slice(0, 30).map(suiteLine).join('\n') + (suites.length > 30 ? `\n- and ${suites.length - 30} more` : ''));
  if (unknownWords.length)
    out.push(`Passed over, as this OpenSSL does not know them: ${unknownWords.map((w) => code(w.text)).join(', ')}.`);
  out.push(`TLS 1.3 has its own list: ${result.tls13.map((s) => code(s.name)).join(', ')}.`);
  return out.join('\n\n');
}

function listenWords(text: string, d: Directive): string | null {
  const protocol = d.scope.context === 'stream-server' ? 'stream' : d.scope.context === 'mail-server' ? 'mail' : 'http';
  const addresses = listenAddresses(text, protocol);
  const first = addresses?.[0];
  if (!addresses || !first) return null;
  const all = addresses.length > 1 ? `${pairText(first)} to port ${addresses.at(-1)!.port}` : pairText(first);
  if (first.kind === 'unix') return `Listens on the socket ${code(first.address)}.`;
  const where = first.wildcard
    ? first.kind === 'inet6'
      ? 'every IPv6 address of the machine'
      : 'every IPv4 address of the machine'
    : code(first.address);
  return `Listens on ${code(all)}: ${where}, ${d.values.includes('quic') || d.values.includes('udp') ? 'UDP' : 'TCP'} port ${addresses.length > 1 ? `${first.port} to ${addresses.at(-1)!.port}` : first.port}.`;
}

function parameterWords(p: ParameterFact, value: string | null): string {
  const out = [`**${mdText(p.name)}**${p.form === 'word' ? '' : p.separator}`, p.hint];
  const quantity = value !== null && p.value ? quantityWords(p.value, value) : null;
  if (quantity) out.push(`${code(value!)}: ${quantity}.`);
  if (p.value === 'zone' && value) {
    const size = quantityWords('size', value.slice(value.indexOf(':') + 1));
    if (size) out.push(size);
  }
  if (p.deprecated) out.push(`Deprecated since ${p.deprecated}${p.replacedBy ? `; use ${code(p.replacedBy)}` : ''}.`);
  else if (p.since) out.push(`Since ${p.since}.`);
  return out.join('\n\n');
}

/** What an argument means; null when its text says all there is. */
export function argumentWords(fact: DirectiveFact, d: Directive, index: number): string | null {
  const value = d.value(index);
  const what: ArgumentFact | null = argumentOf(fact, index, d.args.length);
  const table = fact.parameters;
  if (table && index >= table.from && index <= (table.to ?? index)) {
    const hit = findParameter(table.list, value);
    if (hit) return parameterWords(hit.parameter, hit.value);
  }
  if (!what) return null;
  if (what.kind === 'ciphers') return cipherWords(value, d);
  if (what.kind === 'openssl-value' && d.value(0) === 'Ciphersuites') {
    const { openssl } = d.scope.config.settings.target;
    const { suites, unknownWords } = evaluateCiphersuites(value, { openssl });
    return [
      `Suites of TLS 1.3 with OpenSSL ${openssl.text}:`,
      suites.map(suiteLine).join('\n') || '- none',
      ...(unknownWords.length ? [`Not known: ${unknownWords.map((w) => code(w.text)).join(', ')}.`] : []),
    ].join('\n\n');
  }
  if (what.kind === 'listen-address') return listenWords(value, d);
  if (what.kind === 'status') {
    const meaning = statusMeaning(value);
    return meaning ? `**${mdText(value)}** ${meaning}` : null;
  }
  if (fact.kind === 'bufs' && index === 1) {
    const size = parseSize(value);
    const count = Number(d.value(0));
    if (size.ok && count > 0) return `${code(value)}: ${sizeWords(size.value)} each, ${sizeWords(size.value * count)} for ${count}.`;
  }
  const quantity = quantityWords(what.kind, value);
  return quantity ? `${code(value)}: ${quantity}.` : null;
}
