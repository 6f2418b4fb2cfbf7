// Cipher strings that OpenSSL refuses: nginx does not start with them, and its message names no place.
import { knowsSystemPolicy } from '../../answers/which-build.ts';
import { evaluateCipherList } from '../../catalog/ciphers.ts';
import { fixOf, replace } from '../fix.ts';
import { defineRule } from '../rule.ts';
import { CIPHER_DIRECTIVES, cipherWord, isLoaded, isSystemPolicy, opensslName, opensslOf, partOf, profileList, written } from '../tls.ts';

const shown = (c: string | undefined): string => (c === undefined ? 'the end' : /\s/.test(c) ? 'white space' : `"${c}"`);

export default defineRule({
  id: 'cipher-string-empty-or-unreadable',
  formerly: ['cipher-string-empty'],
  group: 'tls',
  severity: 'error',
  refuses: true,
  since: '0.1',
  title: 'Cipher string that OpenSSL refuses',
  why: `OpenSSL ignores words that it does not know, without a message. When nothing is left, or when it meets a character that can start no rule (a line break in a folded string, a doubled operator), the whole list is refused and nginx stops with \`SSL_CTX_set_cipher_list() failed\`.

What a version knows differs: RC4 and 3DES are gone from the usual builds, so a string of those words alone is empty today. The list is only read for servers that have a certificate; elsewhere the rule is silent. Those of njs and of Lua's sockets (\`js_fetch_ciphers\`, \`lua_ssl_ciphers\`) are read in every server.

\`PROFILE=SYSTEM\` is a keyword of the OpenSSL of RHEL, Fedora and their derivatives. It is reported where the build or the version of the package (\`1.22.1-9+deb12u7\`) says that nginx is Debian's, Ubuntu's or Alpine's, whose OpenSSL takes it for a suite that it does not have.

A name of a TLS 1.3 suite does not count: \`ssl_ciphers\` selects suites up to TLS 1.2.`,
  about: ['ssl_ciphers'],
  references: ['https://docs.openssl.org/3.0/man1/openssl-ciphers/'],
  looksAt: {
    directive: [...CIPHER_DIRECTIVES, 'proxy_ssl_ciphers', 'grpc_ssl_ciphers', 'uwsgi_ssl_ciphers', 'js_fetch_ciphers', 'lua_ssl_ciphers'],
  },
  needs: 'file',
  fixable: 'always',
  messages: {
    empty: 'The string selects no suite of {library}, and nginx does not start. Name suites that it has.',
    unreadable: '{library} cannot read the string from {character} on, and nginx does not start. Separate rules with colons.',
  },
  check({ config, directive, file, report }) {
    const word = cipherWord(directive);
    if (!word || (isSystemPolicy(word.value) && knowsSystemPolicy(config) !== false) || !isLoaded(directive)) return;
    const list = evaluateCipherList(word.value, opensslOf(config));
    if (list.ok) return;
    const fix = fixOf("Write the list of Mozilla's profile", 'suggestion', file, [replace(word, written(word, profileList(config)))]);
    const library = opensslName(config);
    if (list.reason === 'no-cipher-match') report('empty', { at: word, data: { library }, fix });
    else
      report('unreadable', {
        at: partOf(word, list.offset, Math.min(list.offset + 1, word.value.length)),
        data: { library, character: shown(word.value[list.offset]) },
        fix,
      });
  },
  examples: [
    {
      inside: 'http',
      bad: `
server {
    listen 443 ssl;
    ssl_certificate site.pem;
    ssl_certificate_key site.key;
    ssl_ciphers TLS_AES_256_GCM_SHA384;
#               ^^^^^^^^^^^^^^^^^^^^^^ empty
}`,
      fixed: `
server {
    listen 443 ssl;
    ssl_certificate site.pem;
    ssl_certificate_key site.key;
    ssl_ciphers ECDHE-ECDSA-AES128-GCM-SHA256:ECDHE-RSA-AES128-GCM-SHA256:ECDHE-ECDSA-AES256-GCM-SHA384:ECDHE-RSA-AES256-GCM-SHA384:ECDHE-ECDSA-CHACHA20-POLY1305:ECDHE-RSA-CHACHA20-POLY1305;
}`,
    },
    {
      inside: 'http',
      settings: { nginx: '1.22.1-9+deb12u7' },
      bad: `
server {
    listen 443 ssl;
    ssl_certificate site.pem;
    ssl_certificate_key site.key;
    ssl_ciphers PROFILE=SYSTEM;
#               ^^^^^^^^^^^^^^ empty
}`,
      fixed: false,
    },
    {
      inside: 'http',
      bad: `
server {
    listen 443 ssl;
    ssl_certificate site.pem;
    ssl_certificate_key site.key;
    ssl_ciphers "HIGH:!!aNULL";
#                      ^ unreadable
}`,
      fixed: false,
    },
    {
      inside: 'http',
      bad: `
server {
    listen 80;
    location /status {
        js_fetch_ciphers RC4-MD5;
#                        ^^^^^^^ empty
        return 204;
    }
}`,
      fixed: false,
    },
    {
      // a further server would have the outer line
      inside: 'tree',
      good: `#- nginx.conf
events { }
http {
    js_fetch_ciphers RC4-MD5;
    server {
        listen 80;
        js_fetch_ciphers HIGH;
    }
}`,
    },
    {
      inside: 'http',
      good: `
server {
    listen 80;
    ssl_ciphers RC4;
}
server {
    listen 443 ssl;
    ssl_certificate site.pem;
    ssl_certificate_key site.key;
    ssl_ciphers HIGH:RC4:!aNULL;
}`,
    },
  ],
});
