/** What a template writes only where its user asks for it: a line of one alternative says what can be chosen, not what is in force. */
import type { Directive } from '../config/directive.ts';
import type { Word } from '../syntax/word.ts';

/** Alternatives that make a list to choose from; two are one thing and its absence. */
const A_LIST = 3;

/** Whether a template's condition stands between a line and what it is written for, at whatever level. */
export const isOptional = ({ file, statement }: Directive): boolean =>
  file.structure?.chain(statement).some((b) => b.kind === 'condition') ?? false;

/** Whether a condition that begins and ends within a line chooses one of its words: `server_tokens {{ if .Show }}on{{ else }}off{{ end }};`. */
export const isChosen = ({ file, statement }: Directive, word: Word): boolean =>
  file.structure?.chain(word).some((b) => b.kind === 'condition' && b.start > statement.start) ?? false;

/** Words of a condition that asks which nginx it is: of a product and its version, or of a number that is nginx's (`version < 1.25`). */
const PRODUCT = /(?:^|_)(?:nginx|angie|openresty|tengine|freenginx)(?:_|$)/;
const VERSION = /(?:^|_)versions?(?:_|$)/;
const NUMBER = /(?:^|_)1_(?:9|[1-3]\d)(?:_|$)/;

const asksForVersion = (words: string): boolean => [PRODUCT, VERSION, NUMBER].filter((mask) => mask.test(words)).length > 1;

/** Whether a condition of a template around a line asks for the nginx that has the directive, by name or by version. */
export const isAskedFor = ({ file, statement, name }: Directive): boolean => {
  const [first, second] = name.split('_');
  return (
    file.structure?.chain(statement).some((b) => {
      if (b.kind !== 'condition') return false;
      const words = b.test
        .replace(/(?<=[a-z\d])(?=[A-Z])/g, '_')
        .toLowerCase()
        .replace(/[^a-z\d]+/g, '_');
      if (asksForVersion(words)) return true;
      // `ssl` alone is as often what whoever fills the template in wishes for: `ssl_support`
      if (second === undefined) return false;
      return words.includes(`${first}_${second}`) || (words.includes(first!) && /(?:^|_)support(?:s|ed)?(?:_|$)/.test(words));
    }) ?? false
  );
};

/** Whether a line is one of several alternatives, each with a condition of its own, such as the policies of TLS that an image offers. */
export function isOneOfAList({ file, statement }: Directive): boolean {
  const branch = file.structure?.around(statement);
  if (branch?.kind !== 'condition' || branch.test === '') return false;
  return file.structure!.branches.filter((b) => b.choice === branch.choice).length >= A_LIST;
}
