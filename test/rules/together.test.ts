/**
 * The rules as one, as a person reads them about one text: no two of them tell the same defect at the same words, what one of them proposes no
 * other one reports, and what covers another is there to be asked.
 */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { applyEdits } from '../../server/src/base/edit.ts';
import { combined } from '../../server/src/fixes/apply.ts';
import { RULES } from '../../server/src/rules/all.ts';
import type { Example, Finding } from '../../server/src/rules/rule.ts';
import { exampleSettings, exampleTree, type Linted, lintTree } from '../harness/rules.ts';
import { cluster } from '../trial/variants/cluster.ts';

/** Pairs at the same words that are two defects, each with its own cure. */
const TWO_DEFECTS: Readonly<Record<string, string>> = {
  'host-spoofing + response-splitting': 'a host that the client chooses, and line ends in the value',
  'response-splitting + server-side-request-forgery': 'line ends in the value, and a host that the client chooses',
  'forward-secrecy-missing + weak-cipher': 'one term selects suites that are broken, and others without forward secrecy',
  'below-mozilla-profile + dhe-without-parameters': 'a profile that was asked for, and handshakes that fail',
  'capture-sent-decoded + proxy-pass-drops-path': 'what the path becomes, and the query that is lost',
  'capture-sent-decoded + proxy-redirect-lost': 'the path of requests, and the host of redirects',
  'proxy-pass-drops-path + proxy-redirect-lost': 'the path of requests, and the host of redirects',
  'hsts-missing + known-vulnerability': 'a header, and a version',
  'comparison-constant + invalid-entry': 'a row that cannot match, and one that is there twice',
  'proxy-pass-slash-mismatch + proxy-redirect-lost': 'the path of requests, and the host of redirects',
  'proxy-redirect-lost + upstream-tls-unverified': 'redirects, and the certificate of the upstream',
  'upstream-sni-missing + upstream-tls-unverified': 'the name that is sent, and the certificate that comes back',
  'session-tickets-not-rotated + weak-protocol': 'tickets, and the protocols that are there by default',
  'open-redirect + redirect-loop': 'where a slash and a backslash lead, and where a folder does',
  'capture-sent-decoded + proxy-pass-slash-mismatch': 'a blank in the path, and dots in it',
  'proxy-pass-drops-path + proxy-pass-slash-mismatch': 'the query, and dots in the path',
  'access-list-outranked + program-served-as-text': 'who may ask, and what is sent',
};

/** Rules about files and names of the machine: the examples' disk is empty, so they say so beside whatever else is wrong. */
const OF_THE_MACHINE = new Set(['missing-file', 'missing-include', 'unresolvable-host', 'dns-resolved-once']);

/** What stands for a whole block or pass: the words of findings about what is not there. */
const isAnchor = (text: string): boolean => /^(?:\w+_pass|server|location|upstream|http|listen|if)$/.test(text);

/** What a fix makes possible has needs of its own. */
const NEXT_STEPS: Readonly<Record<string, string>> = {
  'proxy-pass-form-invalid -> proxy-to-itself': 'the address of the example',
  'upstream-scheme-port -> forwarded-headers-missing': 'an application of one’s own where another’s address was',
  'ssl-directive-deprecated -> tls-on-80': 'the example has TLS on port 80 before, too',
  'protocol-mismatch -> forwarded-headers-missing': 'a proxy_pass where a uwsgi_pass was',
  'allowed-hosts-mismatch -> forwarded-headers-missing': 'the rest of the list, which proxy-host-missing names beside it',
  'protocol-mismatch -> proxy-host-missing': 'a proxy_pass where a uwsgi_pass was',
};

const asked = new Map<Example, Promise<Linted>>();

/** The bad text of an example, judged by all rules. */
function judged(example: Example): Promise<Linted> {
  let answer = asked.get(example);
  if (!answer) asked.set(example, (answer = lintTree(exampleTree(example, example.bad!), RULES, exampleSettings(example))));
  return answer;
}

const textAt = (f: Finding, { sources }: Linted): string => sources.get(f.at.file)?.text.slice(f.at.span.start, f.at.span.end) ?? '';

test('no two rules report one defect', async () => {
  const met = new Map<string, string>();
  for (const rule of RULES)
    for (const example of rule.examples) {
      if (example.bad === undefined) continue;
      const linted = await judged(example);
      const told = linted.findings.filter((f) => f.severity !== 'hint' && !OF_THE_MACHINE.has(f.rule));
      for (const f of told)
        for (const g of told) {
          if (f.rule >= g.rule || f.at.file !== g.at.file || isAnchor(textAt(f, linted))) continue;
          if (f.at.span.start !== g.at.span.start || f.at.span.end !== g.at.span.end) continue;
          const pair = `${f.rule} + ${g.rule}`;
          if (!TWO_DEFECTS[pair]) met.set(pair, `${f.message} / ${g.message}`);
        }
    }
  assert.deepEqual(Object.fromEntries(met), {});
});

test('no rule warns of what the fix of another one writes', async () => {
  const met = new Map<string, string>();
  for (const rule of RULES) {
    if (rule.fixable === 'never' || rule.group === 'environment') continue;
    for (const example of rule.examples) {
      if (example.bad === undefined) continue;
      const tree = exampleTree(example, example.bad);
      const settings = exampleSettings(example);
      const before = await judged(example);
      // a finding whose words have changed is none of the fix
      const known = new Set(before.findings.map((g) => g.rule));
      for (const f of before.findings) {
        const fix = f.rule === rule.id ? f.fixes[0] : undefined;
        if (!fix) continue;
        const files = new Map(tree.files);
        for (const { file, edits } of combined([fix])) files.set(file, applyEdits(files.get(file) ?? '', edits));
        const after = await lintTree({ root: tree.root, files }, RULES, settings);
        for (const g of after.findings)
          if (
            (g.severity === 'warning' || g.severity === 'error') &&
            !known.has(g.rule) &&
            !OF_THE_MACHINE.has(g.rule) &&
            !NEXT_STEPS[`${f.rule} -> ${g.rule}`]
          )
            met.set(`${f.rule} -> ${g.rule}`, `${fix.title}: ${g.message}\n${example.bad}`);
      }
    }
  }
  assert.deepEqual(Object.fromEntries(met), {});
});

test('a host that nginx and the Ingress in front take is told once where the application refuses it', async () => {
  const told = async (manifests: Parameters<typeof cluster>[0]): Promise<string[]> => {
    const variant = cluster(manifests);
    const { findings } = await lintTree(exampleTree(variant, variant.text), RULES, exampleSettings(variant));
    return findings.filter((f) => f.message.includes('answers 400 for old.acme-shop.de')).map((f) => f.rule);
  };
  assert.deepEqual(await told({ names: 'acme-shop.de old.acme-shop.de', host: 'old.acme-shop.de' }), ['allowed-hosts-mismatch']);
  assert.deepEqual(await told({ names: '_', host: 'old.acme-shop.de' }), ['ingress-mismatch']);
});

test('what covers another rule names one, and a costly one covers costly ones', () => {
  for (const rule of RULES)
    for (const name of rule.covers ?? []) {
      const [id, message] = name.split('/');
      const other = RULES.find((r) => r.id === id);
      assert.ok(other && (message === undefined || message in other.messages), `${rule.id} covers ${name}`);
      assert.ok(!rule.costly || other.costly, `${rule.id} covers ${name}, which is quicker`);
    }
});

test('no two rules want different hosts sent to one upstream', async () => {
  const contradicting: string[] = [];
  for (const to of [
    'http://127.0.0.1:8000',
    'http://shop.herokuapp.com',
    'https://files.s3.amazonaws.com',
    'http://backend',
    'http://$name',
  ])
    for (const host of ['', '$host', '$http_host', '$proxy_host', '$arg_site', '$host:$server_port', '$server_name']) {
      const lines = `${host && `proxy_set_header Host ${host};`} set $name shop.herokuapp.com; resolver 127.0.0.1; proxy_pass ${to};`;
      const text = `upstream backend { server 127.0.0.1:8000; }\nserver { listen 80; server_name a.example; location / { ${lines} } }`;
      const example: Example = { inside: 'http', bad: text };
      const { findings } = await lintTree(exampleTree(example, text), RULES, exampleSettings(example));
      const wanted = new Set(
        findings.flatMap(
          (f) => /(?:Use|Send Host|Pass|Host|Set Host to) (\$(?:host|http_host|proxy_host))\b(?!:)/.exec(f.message)?.[1] ?? [],
        ),
      );
      if (wanted.size > 1) contradicting.push(`${text}\n${findings.map((f) => f.message).join('\n')}`);
    }
  assert.deepEqual(contradicting, []);
});
