/** The output formats of `check`, by name. */
import type { Result } from '../commands/check.ts';
import { checkstyle } from './checkstyle.ts';
import { github } from './github.ts';
import { gitlab } from './gitlab.ts';
import { json } from './json.ts';
import { sarif } from './sarif.ts';
import { stylish } from './stylish.ts';

export type FormatName = 'stylish' | 'json' | 'sarif' | 'github' | 'gitlab' | 'checkstyle';

export const FORMATS: Readonly<Record<FormatName, (result: Result) => string | Iterable<string>>> = {
  stylish,
  json,
  sarif,
  github,
  gitlab,
  checkstyle,
};
