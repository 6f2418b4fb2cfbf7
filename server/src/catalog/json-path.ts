/** The path of `json_set` (ngx_http_json_module): members by `.`, elements as `[0]`, names with `.`, `[` or `]` in them as `["a.b"]`. */

/** A member by its name, or an element by its number. */
export type JsonStep = string | number;

/** what nginx's own integers hold */
const LARGEST = 2n ** 63n - 1n;

/** Whether half of a pair of `\uD83D\uDE00` stands alone in a text with JSON's escapes; nginx refuses it where others do not. */
export function hasHalfOfPair(text: string): boolean {
  for (const [, code] of text.matchAll(/\\u[dD][89abAB][\da-fA-F]{2}\\u[dD][c-fC-F][\da-fA-F]{2}|\\u([\da-fA-F]{4})|\\./gs))
    if (code && /^d[89a-f]/i.test(code)) return true;
  return false;
}

/** The steps of a path; null for one that nginx refuses: empty, `.a`, `$.a`, `a..b`, `a.[0]`, `[x]`, unclosed, `a[0]b`, a number beyond 64 bits. */
export function readJsonPath(path: string): readonly JsonStep[] | null {
  const steps: JsonStep[] = [];
  let rest = path;
  let member = true;
  if (rest === '') return null;
  while (rest !== '') {
    const element = /^\[(\d+)\]/.exec(rest);
    const quoted = /^\[("(?:[^"\\]|\\.)*")\]/s.exec(rest);
    const name = member ? /^[^.[$][^.[]*/.exec(rest) : null;
    const found = element ?? quoted ?? name;
    if (!found || (found !== name && rest !== path && member)) return null;
    if (element) {
      if (BigInt(element[1]!) > LARGEST) return null;
      steps.push(Number(element[1]));
    } else if (quoted) {
      if (hasHalfOfPair(quoted[1]!)) return null;
      try {
        steps.push(JSON.parse(quoted[1]!) as string);
      } catch {
        return null;
      }
    } else steps.push(found[0]);
    rest = rest.slice(found[0].length);
    member = rest.startsWith('.');
    if (member) {
      rest = rest.slice(1);
      if (rest === '') return null;
    } else if (rest !== '' && !rest.startsWith('[')) return null;
  }
  return steps;
}
