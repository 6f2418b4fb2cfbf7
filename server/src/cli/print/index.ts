/** The output formats of `check`, by name. */
import type { Result } from '../commands/check.ts';
import { checkstyle } from './checkstyle.ts';
import { github } from './github.ts';
import { json } from './json.ts';
import { sarif } from './sarif.ts';
import { stylish } from './stylish.ts';

export type FormatName = 'stylish' | 'json' | 'sarif' | 'github' | 'checkstyle';

export const FORMATS: Readonly<Record<FormatName, (result: Result) => string | Iterable<string>>> = {
  stylish,
  json,
  sarif,
  github,
  checkstyle,
};
