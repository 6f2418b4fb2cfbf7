/** The file that php-fpm is told to run, as most configurations name it. */
import type { Directive } from '../../config/directive.ts';

/** The usual value, from which the file is the root and the path. */
export const USUAL_SCRIPT = /^\$\{?(?:document|realpath)_root\}?\/?\$\{?fastcgi_script_name\}?$/;

/** The line that makes SCRIPT_FILENAME for a pass directive, where it is one of the usual form. */
export function usualScript(pass: Directive): Directive | null {
  const line = pass.scope.effective('fastcgi_param').directives.findLast((d) => d.value(0) === 'SCRIPT_FILENAME');
  return line && USUAL_SCRIPT.test(line.value(1)) ? line : null;
}

/** Slashes in a row are one, none is at the end. */
export const cleanPath = (path: string): string => path.replace(/\/{2,}/g, '/').replace(/(?<=.)\/+$/, '');
