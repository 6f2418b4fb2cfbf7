/** sub_filter looks for text in what the upstream sends, and finds none when that is compressed. */
import { HEADER_LIST, headerLine, headersSent, passesIn } from '../../answers/what-is-passed.ts';
import { addToList, fixOf, outside, replace } from '../fix.ts';
import { defineRule } from '../rule.ts';

export default defineRule({
  id: 'sub-filter-on-gzip',
  group: 'correctness',
  severity: 'info',
  since: '0.1',
  missing: ['proxy_set_header', 'uwsgi_param', 'fastcgi_param'],
  title: 'sub_filter on compressed responses',
  why: `
Browsers say that they accept gzip, nginx passes that on, and an upstream that compresses sends bytes in which no text is found: nothing is replaced, and nothing is logged. \`proxy_set_header Accept-Encoding ""\` (\`uwsgi_param HTTP_ACCEPT_ENCODING ""\` and its like) asks the upstream for plain text; nginx compresses afterwards by itself. \`gunzip on\` does not help: it unpacks only for clients that do not accept gzip.`,
  about: ['sub_filter', 'proxy_set_header', 'gunzip'],
  looksAt: { directive: ['sub_filter', 'subs_filter'] },
  needs: 'file',
  fixable: 'sometimes',
  messages: { packed: 'Nothing is replaced in responses that the upstream compresses. Send it an empty Accept-Encoding.' },
  check({ directive, scope, report }) {
    if (scope.first(directive.name) !== directive) return;
    // passes that the line is in force at, here or further in
    const pass = passesIn(scope).find((d) => {
      if (!HEADER_LIST[d.name] || !d.scope.effective(directive.name).directives.includes(directive)) return false;
      const sent = headersSent(d).findLast((h) => h.name === 'accept-encoding');
      return !sent || /gzip|br\b|zstd|deflate|\$/i.test(sent.value);
    });
    if (!pass) return;
    if (scope.has('include') && !scope.named('include').every((d) => scope.config.tree.includes.get(d.statement)?.files.length)) return;
    const place = outside(pass);
    const own = headersSent(pass).findLast((h) => h.name === 'accept-encoding')?.directive;
    report('packed', {
      at: directive.statement.name,
      related: [{ at: pass.at(), message: 'where the responses come from' }],
      fix: own
        ? fixOf('Ask the upstream for plain text', 'suggestion', own.file, [replace(own.args[1]!, '""')])
        : fixOf('Ask the upstream for plain text', 'suggestion', place.file, [
            addToList(place, HEADER_LIST[pass.name]!, [headerLine(pass.name, 'Accept-Encoding', '""')]),
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
