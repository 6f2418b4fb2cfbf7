/** sub_filter looks for text in what the upstream sends, and finds none when that is compressed. */
import { addToList, fixOf, outside } from '../fix.ts';
import { defineRule } from '../rule.ts';
import { isOn } from '../tls.ts';
import { requestHeader } from '../upstreams/_headers.ts';

export default defineRule({
  id: 'sub-filter-on-gzip',
  group: 'correctness',
  severity: 'info',
  since: '0.1',
  missing: ['proxy_set_header'],
  title: 'sub_filter over responses that may be compressed',
  why: `
Browsers say that they take gzip, nginx passes that on, and an upstream that compresses sends bytes in which no text is found: nothing is replaced, and nothing is logged. \`proxy_set_header Accept-Encoding ""\` asks the upstream for plain text; nginx compresses afterwards by itself.`,
  about: ['sub_filter', 'proxy_set_header', 'gunzip'],
  looksAt: { directive: ['sub_filter', 'subs_filter'] },
  needs: 'file',
  fixable: 'sometimes',
  messages: { packed: 'Nothing is replaced in responses that the upstream compresses. Add proxy_set_header Accept-Encoding "".' },
  check({ directive, scope, report }) {
    if (scope.first(directive.name) !== directive) return;
    const pass = scope.first('proxy_pass');
    if (!pass || isOn(scope, 'gunzip')) return;
    if (requestHeader(scope, 'Accept-Encoding')) return;
    if (scope.has('include') && !scope.named('include').every((d) => scope.config.tree.includes.get(d.statement)?.files.length)) return;
    const place = outside(pass);
    report('packed', {
      at: directive.statement.name,
      related: [{ at: pass.at(), message: 'where the responses come from' }],
      fix: fixOf('Ask the upstream for plain text', 'suggestion', place.file, [
        addToList(place, 'proxy_set_header', ['proxy_set_header Accept-Encoding "";']),
      ]),
    });
  },
  examples: [
    {
      inside: 'location',
      bad: `proxy_pass http://127.0.0.1:8000;
  sub_filter old.example new.example;
# ^^^^^^^^^^ packed`,
      good: `proxy_pass http://127.0.0.1:8000;
proxy_set_header Accept-Encoding "";
  sub_filter old.example new.example;`,
    },
    { inside: 'location', good: 'sub_filter old.example new.example;' },
  ],
});
