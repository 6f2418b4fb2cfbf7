/** Every rule, one line each. Made by `npm run generate` from the files in the folders beside it; do not edit. */

import type { Rule } from './rule.ts';
import aliasTraversal from './security/alias-traversal.ts';
import headerInheritanceLost from './security/header-inheritance-lost.ts';
import versionDisclosed from './security/version-disclosed.ts';
import forwardedHeadersMissing from './upstreams/forwarded-headers-missing.ts';
import syntax from './validity/syntax.ts';

export const RULES: readonly Rule[] = [aliasTraversal, headerInheritanceLost, versionDisclosed, forwardedHeadersMissing, syntax];
