// Why another server or location was not taken, for somebody who asks: the rule of nginx behind the short reason of the picture.

/** The rule of nginx behind a short reason, in a sentence that names what was taken. */
const WHY_NOT: readonly (readonly [RegExp, (taken: string) => string])[] = [
  [/^shorter prefix$/, (taken) => `It fits too, but of all prefixes that fit nginx takes the longest: ${taken}.`],
  [/^no prefix of the URI$/, () => 'The path does not begin with it, letter for letter.'],
  [/^not the whole URI$/, () => 'With “=” the whole path must be the same, without a slash more or less.'],
  [/^(not asked, )?an exact match was found$/, (taken) => `${taken} names this very path, and an exact match ends the search.`],
  [
    /^longest prefix, but a regular expression matches$/,
    (taken) => `It is the longest prefix, but regular expressions come before prefixes, and ${taken} matches. With “^~” it would be taken.`,
  ],
  [/^no match$/, () => 'The regular expression does not match the path.'],
  [/^matches, but comes later$/, (taken) => `Regular expressions are tried in the order of the file; ${taken} comes first and matches.`],
  [
    /\^~ .* is the longest prefix$/,
    (taken) => `“^~” before the longest prefix stops the search: ${taken} is taken before any regular expression is tried.`,
  ],
  [
    /^not tried, a location inside/,
    () => 'What was taken lies inside another location, and regular expressions of this level are not tried then.',
  ],
  [/^named, reached by/, () => 'No client asks for it: only error_page, try_files and the like lead there.'],
  [/^name does not match$/, () => 'The host that the client asks for is none of its names.'],
  [/^default server, not needed$/, () => 'It answers only for hosts that no server names.'],
  [/^the name belongs to an earlier server$/, () => 'Two servers of this address have the name; nginx warns and takes the first.'],
  [/ranks behind/, () => 'nginx takes an exact name first, then the longest *.name, then name.*, then a regular expression.'],
  [/^an earlier or longer name matches$/, () => 'Of several names that fit the longest is taken, of regular expressions the first.'],
];

/** The sentence for a reason such as `/: shorter prefix`; `taken` is the fact of the station, `/app/: longest prefix`. Null where the short reason says it all. */
export function whyNot(reason: string, taken: string): string | null {
  const why = reason.slice(reason.lastIndexOf(': ') + 2);
  return WHY_NOT.find(([words]) => words.test(why))?.[1](taken.replace(/: .*$/, '')) ?? null;
}
