/** What a template writes only where its user asks for it: a line of one alternative says what can be chosen, not what is in force. */
import type { Directive } from '../config/directive.ts';

/** Alternatives that make a list to choose from; two are one thing and its absence. */
const A_LIST = 3;

/** Whether a template's condition stands between a line and what it is written for, at whatever level. */
export const isOptional = ({ file, statement }: Directive): boolean =>
  file.structure?.chain(statement).some((b) => b.kind === 'condition') ?? false;

/** What the conditions say that ask which nginx it is: `$.HTTP2_PUSH_SUPPORTED`, `nginx_version`. */
const OF_A_BUILD = /(?:^|_)(?:supports?|supported|version|versions)(?:_|$)/;

/** Whether a condition of a template around a line asks for the nginx that has the directive, by name or by version. */
export const isAskedFor = ({ file, statement, name }: Directive): boolean => {
  const beginning = name.split('_').slice(0, 2).join('_');
  return (
    file.structure?.chain(statement).some((b) => {
      if (b.kind !== 'condition') return false;
      const words = b.test
        .replace(/(?<=[a-z\d])(?=[A-Z])/g, '_')
        .toLowerCase()
        .replace(/[^a-z\d]+/g, '_');
      return OF_A_BUILD.test(words) || (beginning.includes('_') && words.includes(beginning));
    }) ?? false
  );
};

/** Whether a line is one of several alternatives, each with a condition of its own, such as the policies of TLS that an image offers. */
export function isOneOfAList({ file, statement }: Directive): boolean {
  const branch = file.structure?.around(statement);
  if (branch?.kind !== 'condition' || branch.test === '') return false;
  return file.structure!.branches.filter((b) => b.choice === branch.choice).length >= A_LIST;
}
