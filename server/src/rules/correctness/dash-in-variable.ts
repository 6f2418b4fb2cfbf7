/** Header lines are asked for with underscores: a dash ends the name of a variable, and in an `if` the name is one that nothing has. */
import { fixOf, replace } from '../fix.ts';
import { defineRule } from '../rule.ts';

/** Beginnings of header names that go on behind a dash; `$http_host-x` may be meant as it stands. */
const BEGINNING =
  /^(?:x(?:_(?:access|amz|amzn|api|auth|azure|client|cluster|correlation|csrf|forwarded|hub|original|real|remote|request|requested|session|user|xsrf)(?:_[a-z\d]+)*)?|cf|sec|content|user|accept|access|api|auth|client|true|request|if)$/i;

/** Words with which names of headers end, and texts behind the variable seldom do: `X-Device-Id`, `X-Tenant-Name`. */
const END = /-(?:country|email|groups?|host|id|ip|key|name|port|proto|roles?|secret|signature|token|user|version)$/i;

export default defineRule({
  id: 'dash-in-variable',
  group: 'correctness',
  severity: 'warning',
  since: '0.2',
  title: 'Dash in the name of a header variable',
  why: `
The header \`X-Api-Key\` is \`$http_x_api_key\`: lower case, dashes as underscores. In a value \`$http_x-api-key\` is the variable \`$http_x\` followed by the text "-api-key". In an \`if\` nginx takes the whole word for the name, and no header has one with a dash: the variable is always empty.`,
  about: ['if', '$http_'],
  looksAt: { directive: '*' },
  contextFree: true,
  needs: 'file',
  fixable: 'always',
  messages: {
    condition:
      'No header has this name: {written} is always empty, because a dash of the header is an underscore in the variable. Write {name}.',
    value: 'The dash ends the name of the variable: this is ${first} followed by the text "{rest}". Write {name}.',
  },
  check({ directive, file, report }) {
    for (const word of directive.args) {
      const m = /\$((?:sent_|upstream_)?http_(\w+?))((?:-\w+)+)/i.exec(word.value);
      if (!m || word.templated) continue;
      const [written, first, header, rest] = m as unknown as [string, string, string, string];
      const isCondition =
        directive.name === 'if' && /^\(?\s*\$[\w-]+$/.test(word.value) && word === directive.args.find((a) => a.value !== '(');
      if (!isCondition && !BEGINNING.test(header) && !(/^x_/i.test(header) && END.test(rest))) continue;
      const at = word.raw.indexOf(written);
      const name = `$${(first + rest).toLowerCase().replaceAll('-', '_')}`;
      const span = at < 0 ? word : { start: word.start + at, end: word.start + at + written.length };
      report(isCondition ? 'condition' : 'value', {
        at: span,
        data: { written, name, first, rest },
        fix: at < 0 ? null : fixOf(`Write ${name}`, 'suggestion', file, [replace(span, name)]),
      });
    }
  },
  examples: [
    {
      inside: 'location',
      bad: `if ($http_X-Api-Key = "") {
#   ^^^^^^^^^^^^^^^ condition
    return 401;
}`,
      good: `if ($http_x_api_key = "") {
    return 401;
}`,
    },
    {
      inside: 'location',
      bad: `add_header X-Seen $http_x-request-id;
#                 ^^^^^^^^^^^^^^^^^^ value`,
      good: 'add_header X-Seen $http_x_request_id;',
    },
    { inside: 'location', good: 'add_header X-Seen $http_host-$request_id;' },
    {
      inside: 'location',
      bad: `add_header X-Seen $http_x_device-id;
#                 ^^^^^^^^^^^^^^^^^ value`,
      good: 'add_header X-Seen $http_x_device_id;',
    },
    { inside: 'location', good: 'add_header X-Variant $http_x_env-blue;' },
  ],
});
