/** Commands of ssl_conf_command and its relatives that OpenSSL does not know (SSL_CONF_cmd). Only the names and values that a table can tell are judged. */
import { table } from '../../base/table.ts';
import { atLeast } from '../../catalog/version.ts';
import { defineRule } from '../rule.ts';
import { isLoaded } from '../tls.ts';
import { nearest } from './_guess.ts';
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
  looksAt: { directive: ['ssl_conf_command', 'proxy_ssl_conf_command', 'grpc_ssl_conf_command', 'uwsgi_ssl_conf_command'] },
  needs: 'config',
  messages: {
    command: 'SSL_CONF_cmd("{name}") fails: OpenSSL has no such command. {hint}.',
    option: 'SSL_CONF_cmd("Options") fails: OpenSSL has no option "{name}". {hint}.',
    suite: 'SSL_CONF_cmd("Ciphersuites") fails: "{name}" names no cipher suite of TLS 1.3. {hint}.',
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
    if (command !== 'Options') return;
    let at = 0;
    for (const part of value.split(',')) {
      const word = part.trim().replace(/^[+-]/, '');
      const option = find(OPTIONS, word);
      if (!option || !atLeast(openssl, OPTIONS[option]))
        report('option', { at: spanIn(directive.args[1]!, at, part.length), data: { name: word, hint: hint(OPTIONS, word) } });
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
  ],
});
