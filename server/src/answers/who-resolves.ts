/** Whom nginx asks for the addresses of names while it runs. */
import { parseAddress } from '../catalog/value-kind.ts';
import type { Directive } from '../config/directive.ts';
import type { Word } from '../syntax/word.ts';
import { isPrivateAddress } from './who-may-enter.ts';

/** Addresses that look public and are a cloud's own (Azure's platform, Alibaba's). */
const OWN = new Set(['168.63.129.16', '100.100.2.136', '100.100.2.138']);

/** Names of public servers, by their operators' own pages. */
const PUBLIC = /^(dns\.google|one\.one\.one\.one|dns\d*\.quad9\.net|resolver\d\.opendns\.com|dns\.adguard(-dns)?\.com|dns\.yandex\.ru)$/i;

/** The servers that a `resolver` line names, without its parameters and what a template or a variable fills in. */
const serversOf = (resolver: Directive): readonly Word[] =>
  resolver.args.filter((word) => !word.value.includes('=') && !word.value.includes('$') && !word.templated);

/** Those of them that anybody on the internet may ask. */
export const publicServersOf = (resolver: Directive): readonly Word[] =>
  serversOf(resolver).filter(({ value }) => {
    const read = parseAddress(value);
    if (!read.ok) return false;
    const { family, host } = read.value;
    const isPublic = family === 'name' && PUBLIC.test(host);
    return isPublic || ((family === 'ipv4' || family === 'ipv6') && !isPrivateAddress(host) && !OWN.has(host));
  });

/** Whether it names such servers and no others. */
export const asksPublicOnly = (resolver: Directive): boolean => {
  const servers = resolver.args.filter(({ value }) => !value.includes('='));
  return servers.length > 0 && publicServersOf(resolver).length === servers.length;
};
