/** `$server_name`: the first name of the server, as nginx keeps it. */
import { type ByteString, toBytes } from '../base/bytes.ts';
import type { Run } from './run.ts';

/** `$server_name`. */
export const serverName = (run: Run): ByteString => {
  const name = run.server.names[0];
  if (!name) return '';
  if (name.hostname)
    return toBytes(run.report.assume({ id: 'hostname', what: '$hostname', otherwise: 'localhost', why: 'the name of the machine' }));
  // a mask with a leading dot is stored without it, a regex without its tilde
  return toBytes(name.kind === 'regex' ? name.text : name.text.startsWith('.') ? name.text.slice(1) : name.text);
};
