/** Commands of ssl_conf_command and its relatives that OpenSSL does not know (SSL_CONF_cmd). Only the names and values that a table can tell are judged. */

import { nearest } from '../../base/nearest.ts';
import { table } from '../../base/table.ts';
import { acceptsGroups } from '../../catalog/groups.ts';
import { atLeast, type Version } from '../../catalog/version.ts';
import { defineRule } from '../rule.ts';
import { isLoaded } from '../tls.ts';
import { soundFact } from './_sound.ts';
import { spanIn } from './_spans.ts';

const COMMANDS: Readonly<Record<string, string | undefined>> = table({
  SignatureAlgorithms: undefined,
  ClientSignatureAlgorithms: undefined,
  Groups: undefined,
  Curves: undefined,
  ECDHParameters: undefined,
  CipherString: undefined,
  Ciphersuites: '1.1.1',
  Protocol: undefined,
  MinProtocol: '1.1.0',
  MaxProtocol: '1.1.0',
  Options: undefined,
  VerifyMode: undefined,
  Certificate: undefined,
  PrivateKey: undefined,
  ServerInfoFile: undefined,
  ChainCAPath: undefined,
  ChainCAFile: undefined,
  VerifyCAPath: undefined,
  VerifyCAFile: undefined,
  RequestCAFile: undefined,
  ClientCAFile: undefined,
  RequestCAPath: undefined,
  ClientCAPath: undefined,
  ChainCAStore: '3.0.0',
  VerifyCAStore: '3.0.0',
  RequestCAStore: '3.0.0',
  ClientCAStore: '3.0.0',
  DHParameters: undefined,
  RecordPadding: '1.1.1',
  NumTickets: '1.1.1',
});

const OPTIONS: Readonly<Record<string, string | undefined>> = table({
  SessionTicket: undefined,
  EmptyFragments: undefined,
  Bugs: undefined,
  Compression: undefined,
  ServerPreference: undefined,
  NoResumptionOnRenegotiation: undefined,
  DHSingle: undefined,
  ECDHSingle: undefined,
  UnsafeLegacyRenegotiation: undefined,
  UnsafeLegacyServerConnect: undefined,
  ClientRenegotiation: '3.0.0',
  EncryptThenMac: undefined,
  NoRenegotiation: undefined,
  AllowNoDHEKEX: '1.1.1',
  PreferNoDHEKEX: '3.3.0',
  PrioritizeChaCha: '1.1.1',
  MiddleboxCompat: '1.1.1',
  AntiReplay: '1.1.1',
  ExtendedMasterSecret: '3.0.0',
  CANames: '3.0.0',
  KTLS: '3.0.0',
  StrictCertCheck: undefined,
  TxCertificateCompression: '3.2.0',
  RxCertificateCompression: '3.2.0',
  KTLSTxZerocopySendfile: '3.2.0',
  IgnoreUnexpectedEOF: '3.0.0',
});

/** OpenSSL passes over names that it does not know, as long as one is left. */
const SUITES: Readonly<Record<string, string | undefined>> = table({
  TLS_AES_128_GCM_SHA256: undefined,
  TLS_AES_256_GCM_SHA384: undefined,
  TLS_CHACHA20_POLY1305_SHA256: undefined,
  TLS_AES_128_CCM_SHA256: undefined,
  TLS_AES_128_CCM_8_SHA256: undefined,
  // suites that only sign
  TLS_SHA256_SHA256: '3.4.0',
  TLS_SHA384_SHA384: '3.4.0',
});

const PROTOCOLS = ['None', 'SSLv3', 'TLSv1', 'TLSv1.1', 'TLSv1.2', 'TLSv1.3', 'DTLSv1', 'DTLSv1.2'];

/** ssl_protocol_list of ssl_conf.c */
const PROTOCOL_WORDS = ['ALL', 'SSLv2', 'SSLv3', 'TLSv1', 'TLSv1.1', 'TLSv1.2', 'TLSv1.3', 'DTLSv1', 'DTLSv1.2'];
/** cmd_VerifyMode */
const VERIFY_WORDS = ['Peer', 'Request', 'Require', 'Once', 'RequestPostHandshake', 'RequirePostHandshake'];
/** the algorithms of get_sigorhash and sigalg_lookup_tbl (t1_lib.c) */
const SIGNERS = /^(RSA|RSA-PSS|PSS|DSA|ECDSA)\+(MD5|SHA1|SHA224|SHA256|SHA384|SHA512|SHA3-\d+|[A-Z]+[\w-]*\d+)$/i;
const SIGNATURES =
  /^(ecdsa_secp256r1_sha256|ecdsa_secp384r1_sha384|ecdsa_secp521r1_sha512|ecdsa_sha(1|224)|ed25519|ed448|rsa_pss_(rsae|pss)_sha(256|384|512)|rsa_pkcs1_sha(1|224|256|384|512)|dsa_sha(1|224|256|384|512)|gostr34102\w*|gostr34102001\w*|ecdsa_brainpoolP\d+r1_sha\d+|ecdsa_brainpoolP\d+r1tls13_sha\d+)$/i;
const LARGEST_RECORD = 16_384;

/** The first word of a list that is none of those; words may have a sign in front. */
function strangerIn(value: string, known: readonly string[]): string | null {
  const words = value.split(',').map((p) => p.trim().replace(/^[+-]/, ''));
  const wrong = words.find((w) => !known.some((k) => k.toLowerCase() === w.toLowerCase()));
  return wrong === undefined ? null : `"${wrong}" is none of ${known.slice(0, -1).join(', ')} and ${known.at(-1)}`;
}

function signatures(value: string, openssl: Version): string | null {
  const wrong = value.split(':').find((name) => !SIGNERS.test(name) && !SIGNATURES.test(name));
  // from 3.3 on a question mark makes a name optional, and providers bring names of their own
  return wrong === undefined || atLeast(openssl, '3.3.0') ? null : `it has no signature algorithm "${wrong}"`;
}

/** C's atoi with 64-bit longs, by which OpenSSL reads numbers: what follows the digits is passed over, what is too long for an int wraps. */
function atoi(text: string): number {
  const digits = /^\s*([+-]?\d+)/.exec(text)?.[1];
  if (digits === undefined) return 0;
  const [least, most] = [-(2n ** 63n), 2n ** 63n - 1n];
  const long = BigInt(digits.replace('+', ''));
  return Number(BigInt.asIntN(32, long < least ? least : long > most ? most : long));
}

/** What is wrong with a command's value, where a table tells; null where nothing is. */
const VALUES: Readonly<Record<string, (value: string, openssl: Version) => string | null>> = table({
  Protocol: (value) => strangerIn(value, PROTOCOL_WORDS),
  VerifyMode: (value) => strangerIn(value, VERIFY_WORDS),
  SignatureAlgorithms: signatures,
  ClientSignatureAlgorithms: signatures,
  ECDHParameters: (value, openssl) =>
    /^\+?automatic$/i.test(value) || (!value.includes(':') && acceptsGroups(value, { openssl }).ok) ? null : `it has no curve "${value}"`,
  RecordPadding: (value, openssl) =>
    // from 3.4 on a second number is that of the handshake (cmd_RecordPadding); before, all after the first is passed over
    [value, atLeast(openssl, '3.4.0') ? value.replace(/^[^,]*,?/, '') : ''].every((n) => atoi(n) >= 0 && atoi(n) <= LARGEST_RECORD)
      ? null
      : `a record has ${LARGEST_RECORD} bytes at most`,
  NumTickets: (value) =>
    atoi(value) >= 0 ? null : `${JSON.stringify(value)} is read as ${atoi(value)}, and there is no such number of tickets`,
});

const find = (table: Readonly<Record<string, string | undefined>>, name: string): string | undefined =>
  Object.keys(table).find((k) => k.toLowerCase() === name.toLowerCase());

export default defineRule({
  id: 'invalid-openssl-command',
  group: 'validity',
  severity: 'error',
  since: '0.1',
  title: 'Invalid ssl_conf_command',
  why: `
\`ssl_conf_command\` hands a name and a value to OpenSSL, which refuses what it does not know; nginx then stops with "SSL_CONF_cmd() failed".
The names are those of OpenSSL's configuration files. They are read only where a certificate is in use.`,
  about: ['ssl_conf_command', 'proxy_ssl_conf_command'],
  references: ['https://docs.openssl.org/3.0/man3/SSL_CONF_cmd/'],
  looksAt: {
    directive: ['ssl_conf_command', 'proxy_ssl_conf_command', 'grpc_ssl_conf_command', 'uwsgi_ssl_conf_command', 'lua_ssl_conf_command'],
  },
  needs: 'config',
  messages: {
    command: 'SSL_CONF_cmd("{name}") fails: OpenSSL has no such command. {hint}.',
    option: 'SSL_CONF_cmd("Options") fails: OpenSSL has no option "{name}". {hint}.',
    suite: 'SSL_CONF_cmd("Ciphersuites") fails: "{name}" names no cipher suite of TLS 1.3. {hint}.',
    value: 'SSL_CONF_cmd("{command}") fails: {wrong}.',
    protocol: 'SSL_CONF_cmd("{command}") fails: "{name}" is no protocol. Use TLSv1.2 or TLSv1.3.',
  },
  check({ config, directive, report }) {
    if (!soundFact(directive) || !isLoaded(directive)) return;
    const { openssl } = config.settings.target;
    const [name = '', value = ''] = directive.values;
    const command = find(COMMANDS, name);
    const hint = (table: Readonly<Record<string, string | undefined>>, word: string): string => {
      const near = nearest(word, Object.keys(table));
      return near ? `Write "${near}"` : 'Remove the line';
    };
    if (!command || !atLeast(openssl, COMMANDS[command]))
      return report('command', { at: directive.args[0]!, data: { name, hint: hint(COMMANDS, name) } });
    if (command === 'MinProtocol' || command === 'MaxProtocol') {
      if (!PROTOCOLS.includes(value)) report('protocol', { at: directive.args[1]!, data: { command, name: value } });
      return;
    }
    if (command === 'Ciphersuites') {
      const suites = value.split(':');
      if (value !== '' && !suites.some((s) => Object.hasOwn(SUITES, s) && atLeast(openssl, SUITES[s])))
        report('suite', { at: directive.args[1]!, data: { name: value, hint: hint(SUITES, suites[0] ?? '') } });
      return;
    }
    const [, word] = directive.args;
    if (word?.value.includes('$')) return;
    const check = VALUES[command];
    if (check) {
      const wrong = word ? check(value, openssl) : null;
      if (wrong !== null) report('value', { at: word!, data: { command, wrong } });
      return;
    }
    if (command !== 'Options') return;
    let at = 0;
    for (const part of value.split(',')) {
      const named = part.trim().replace(/^[+-]/, '');
      const option = find(OPTIONS, named);
      if (!option || !atLeast(openssl, OPTIONS[option]))
        report('option', { at: spanIn(directive.args[1]!, at, part.length), data: { name: named, hint: hint(OPTIONS, named) } });
      at += part.length + 1;
    }
  },
  examples: [
    {
      inside: 'server',
      bad: '    listen 8443 ssl;\n    ssl_certificate a.pem;\n    ssl_certificate_key a.key;\n    ssl_conf_command Ciphersuits TLS_AES_128_GCM_SHA256;\n#                    ^^^^^^^^^^^ command',
      good: '    listen 8443 ssl;\n    ssl_certificate a.pem;\n    ssl_certificate_key a.key;\n    ssl_conf_command Ciphersuites TLS_AES_128_GCM_SHA256;',
    },
    {
      inside: 'server',
      bad: '    listen 8443 ssl;\n    ssl_certificate a.pem;\n    ssl_certificate_key a.key;\n    ssl_conf_command Options PriorityChaCha;\n#                            ^^^^^^^^^^^^^^ option',
      good: '    listen 8443 ssl;\n    ssl_certificate a.pem;\n    ssl_certificate_key a.key;\n    ssl_conf_command Options PrioritizeChaCha;',
    },
    {
      // read by atoi: one above the largest int is the least
      inside: 'server',
      bad: '    listen 8443 ssl;\n    ssl_certificate a.pem;\n    ssl_certificate_key a.key;\n    ssl_conf_command NumTickets 2147483648;\n#                               ^^^^^^^^^^ value',
      good: '    listen 8443 ssl;\n    ssl_certificate a.pem;\n    ssl_certificate_key a.key;\n    ssl_conf_command NumTickets 4294967296;',
    },
    {
      // what the first number may be the second may be, too, and 3.0 does not read it
      inside: 'server',
      settings: { openssl: '3.6.5' },
      bad: '    listen 8443 ssl;\n    ssl_certificate a.pem;\n    ssl_certificate_key a.key;\n    ssl_conf_command RecordPadding 512,70000;\n#                                  ^^^^^^^^^ value',
      good: '    listen 8443 ssl;\n    ssl_certificate a.pem;\n    ssl_certificate_key a.key;\n    ssl_conf_command RecordPadding 512,16384;',
    },
  ],
});
