/** `$fastcgi_script_name` and `$fastcgi_path_info` (ngx_http_fastcgi_split): read once for each stay in a location, and again by fastcgi_pass. */
import { type ByteString, byteArray, toBytes } from '../../base/bytes.ts';
import type { Run } from '../run.ts';

interface Split {
  readonly script: ByteString;
  readonly pathInfo: ByteString;
}

const CONTEXT = 'ngx_http_fastcgi_module';

/** Script name and path info, as `fastcgi_split_path_info` divides the URI. */
export function fastcgiSplit(run: Run): { readonly scriptName: ByteString; readonly pathInfo: ByteString } {
  let split = run.context.get(CONTEXT) as Split | undefined;
  if (!split) {
    split = read(run);
    if (split.script !== '') run.context.set(CONTEXT, split);
  }
  const { script, pathInfo } = split;
  return { scriptName: script.endsWith('/') ? script + toBytes(run.text('fastcgi_index') ?? '') : script, pathInfo };
}

/** fastcgi_pass divides once more: what `try_files` found is the URI now, without the path behind it (ngx_http_fastcgi_handler). */
export const splitAgain = (run: Run): void => void run.context.delete(CONTEXT);

function read(run: Run): Split {
  const pattern = run.text('fastcgi_split_path_info');
  if (pattern !== undefined) {
    const compiled = run.config.regexes.compile(pattern);
    const match = compiled.ok ? compiled.regex.match(byteArray(run.uri)) : 'no';
    if (typeof match === 'object') return { script: match.captures[1] ?? '', pathInfo: match.captures[2] ?? '' };
  }
  return { script: run.uri, pathInfo: '' };
}
