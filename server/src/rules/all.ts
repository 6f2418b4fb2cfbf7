/** Every rule, one line each. Made by `npm run generate` from the files in the folders beside it; do not edit. */

import type { Rule } from './rule.ts';
import aliasTraversal from './security/alias-traversal.ts';
import cipherHasNoEffect from './security/cipher-has-no-effect.ts';
import cipherStringEmpty from './security/cipher-string-empty.ts';
import forwardSecrecyMissing from './security/forward-secrecy-missing.ts';
import headerInheritanceLost from './security/header-inheritance-lost.ts';
import versionDisclosed from './security/version-disclosed.ts';
import weakCipher from './security/weak-cipher.ts';
import weakProtocol from './security/weak-protocol.ts';
import forwardedHeadersMissing from './upstreams/forwarded-headers-missing.ts';
import syntax from './validity/syntax.ts';

export const RULES: readonly Rule[] = [
  aliasTraversal,
  cipherHasNoEffect,
  cipherStringEmpty,
  forwardSecrecyMissing,
  headerInheritanceLost,
  versionDisclosed,
  weakCipher,
  weakProtocol,
  forwardedHeadersMissing,
  syntax,
];
