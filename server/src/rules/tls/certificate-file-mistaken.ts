/** Files whose names say that they are something else than the directive asks for: a certificate without its chain, a chain alone, a key. */
import { fixOf, replace } from '../fix.ts';
import { defineRule } from '../rule.ts';

/** certbot, acme.sh and dehydrated name their files so; the private key is called key by all others as well. */
const KEY = /^privkey\d*\.pem$|(?:^|[._-])(?:private[._-]?key|key)\.(?:pem|key)$|\.key$/i;
/** Names of files that no key is in, whatever their ending: `site.public.key` is what an authority sent back. */
const NO_KEY = /(?:^|[^a-z])(?:public|pub|chain(?:ed)?|fullchain|bundle)(?:[^a-z]|$)/i;
const CHAINED = /^fullchain\d*\.(?:pem|cer|crt)$/i;
const LEAF = /^cert\d*\.pem$/i;
const ABOVE = /^chain\d*\.pem$/i;

/** A folder in which certbot or dehydrated keep the four files beside one another. */
const KEPT = /(?:^|\/)(?:letsencrypt\/(?:live|archive)|dehydrated\/certs|letsencrypt\.sh\/certs)\/[^/]+\/[^/]+$/;

export default defineRule({
  id: 'certificate-file-mistaken',
  group: 'tls',
  severity: 'warning',
  since: '0.2',
  title: 'Wrong file of a certificate',
  why: `
certbot writes four files: \`cert.pem\` is the certificate alone, \`chain.pem\` those of the authorities above it, \`fullchain.pem\` both, and \`privkey.pem\` the key. A server that sends \`cert.pem\` works in browsers, which find the missing part by themselves, and fails in curl, Python, Java and on phones with "unable to get local issuer certificate".

\`ssl_certificate\` takes \`fullchain.pem\`, \`ssl_certificate_key\` takes \`privkey.pem\`; \`chain.pem\` is for \`ssl_trusted_certificate\`.`,
  about: ['ssl_certificate', 'ssl_certificate_key', 'ssl_trusted_certificate'],
  references: ['https://nginx.org/en/docs/http/configuring_https_servers.html#chains'],
  looksAt: { directive: ['ssl_certificate', 'ssl_certificate_key'] },
  needs: 'file',
  fixable: 'sometimes',
  messages: {
    leaf: '{file} is the certificate without those above it: clients other than browsers refuse it. Write {better}.',
    above:
      '{file} holds the authorities only, and not the certificate of the site: nginx does not start with the key of the site. Write {better}.',
    key: '{file} is named as a private key, and a certificate is asked for here. Name the certificate, and the key in ssl_certificate_key.',
    certificate: '{file} is named as a certificate, and the private key is asked for here. Name the key.',
  },
  check({ directive, file, report }) {
    const word = directive.args[0];
    if (!word || word.templated || word.value.includes('$') || /^(?:data|store|engine):/.test(word.value)) return;
    const path = word.value;
    const name = path.slice(path.lastIndexOf('/') + 1);
    const say = (message: 'leaf' | 'above' | 'key' | 'certificate', better?: string) =>
      report(message, {
        at: word,
        data: { file: name, better: better ?? '' },
        fix:
          better && word.raw.endsWith(name)
            ? fixOf(`Write ${better}`, 'suggestion', file, [replace({ start: word.end - name.length, end: word.end }, better)])
            : null,
      });
    if (directive.name === 'ssl_certificate') {
      if (KEPT.test(path) && LEAF.test(name)) say('leaf', name.replace(/^cert/i, 'fullchain'));
      else if (KEPT.test(path) && ABOVE.test(name)) say('above', name.replace(/^chain/i, 'fullchain'));
      else if (KEY.test(name) && !NO_KEY.test(name) && path !== keyBeside()) say('key');
    } else if (CHAINED.test(name) || (KEPT.test(path) && (LEAF.test(name) || ABOVE.test(name)))) {
      if (path !== certificateBeside()) say('certificate');
    }

    /** One file may hold both: then both lines name it. */
    function keyBeside(): string | undefined {
      return directive.scope.named('ssl_certificate_key')[0]?.value(0);
    }
    function certificateBeside(): string | undefined {
      return directive.scope.named('ssl_certificate')[0]?.value(0);
    }
  },
  examples: [
    {
      inside: 'server',
      bad: `ssl_certificate /etc/letsencrypt/live/example.com/cert.pem;
#               ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ leaf
ssl_certificate_key /etc/letsencrypt/live/example.com/privkey.pem;`,
      good: `ssl_certificate /etc/letsencrypt/live/example.com/fullchain.pem;
ssl_certificate_key /etc/letsencrypt/live/example.com/privkey.pem;`,
    },
    {
      inside: 'server',
      bad: `ssl_certificate /etc/ssl/private/site.key;
#               ^^^^^^^^^^^^^^^^^^^^^^^^^ key
ssl_certificate_key /etc/ssl/certs/fullchain.pem;
#                   ^^^^^^^^^^^^^^^^^^^^^^^^^^^^ certificate`,
      good: `ssl_certificate /etc/ssl/certs/fullchain.pem;
ssl_certificate_key /etc/ssl/private/site.key;`,
      fixed: false,
    },
    {
      inside: 'server',
      good: `ssl_certificate /etc/haproxy/site.key;
ssl_certificate_key /etc/haproxy/site.key;`,
      notOn122: 'one file that holds both is not made for the test',
    },
  ],
});
