/** ngx_http_secure_link_module: `$secure_link` and `$secure_link_expires`, computed as nginx does. */
import { type ByteString, toBytes } from '../../base/bytes.ts';
import { decodeBase64 } from '../base64.ts';
import { clock } from '../clock.ts';
import { md5 } from '../passwords.ts';
import type { Run } from '../run.ts';

/** What the arguments of a link said, for `$secure_link_expires`. */
const EXPIRES = 'secure_link_expires';

/** ngx_http_secure_link_variable: '1' for a good link, '0' for one that is over, null for a bad one; the path for `secure_link_secret`. */
export function secureLink(run: Run): ByteString | null {
  const variable = run.directive('secure_link');
  const expression = run.directive('secure_link_md5');
  const secret = run.directive('secure_link_secret');
  // the secret of an outer level counts for less than either of the others (ngx_http_secure_link_merge_conf)
  if (secret && (secret.scope === run.scope || (!variable && !expression))) return bySecret(run, toBytes(secret.value(0)));
  if (!variable || !expression) return null;
  let hash = run.value(variable.value(0));
  const comma = hash.indexOf(',');
  let expires: number | null = null;
  if (comma >= 0) {
    const text = hash.slice(comma + 1);
    hash = hash.slice(0, comma);
    expires = /^\d{1,18}$/.test(text) ? Number(text) : 0;
    if (expires <= 0) return null;
    run.context.set(EXPIRES, text);
  }
  if (hash.length > 24 || /[+/]/.test(hash)) return null;
  const sent = decodeBase64(hash.replaceAll('-', '+').replaceAll('_', '/'));
  if (sent?.length !== 16 || sent !== md5(run.value(expression.value(0)))) return null;
  return expires !== null && expires < clock(run) ? '0' : '1';
}

/** ngx_http_secure_link_expires_variable: only once `$secure_link` was asked for. */
export const secureLinkExpires = (run: Run): ByteString | null => (run.context.get(EXPIRES) as ByteString | undefined) ?? null;

/** `/prefix/hash/link`, where hash is the MD5 of link and secret (ngx_http_secure_link_old_variable). */
function bySecret(run: Run, secret: ByteString): ByteString | null {
  const m = /^.[^/]*\/([^/]*)\/(.+)$/s.exec(run.unparsedUri);
  if (!m || !/^[0-9a-fA-F]{32}$/.test(m[1]!)) return null;
  const digest = [...md5(m[2]! + secret)].map((c) => c.charCodeAt(0).toString(16).padStart(2, '0')).join('');
  return digest === m[1]!.toLowerCase() ? m[2]! : null;
}
