/** What follows `syslog:` (ngx_syslog_parse_args): parameters with commas between them. */
import { parseAddress } from '../../catalog/value-kind.ts';

const FACILITIES = [
  'kern',
  'user',
  'mail',
  'daemon',
  'auth',
  'intern',
  'lpr',
  'news',
  'uucp',
  'clock',
  'authpriv',
  'ftp',
  'ntp',
  'audit',
  'alert',
  'cron',
].concat(Array.from({ length: 8 }, (_, i) => `local${i}`));
const SEVERITIES = ['emerg', 'alert', 'crit', 'error', 'warn', 'notice', 'info', 'debug'];

export interface SyslogProblem {
  /** offset and length in the whole value */
  readonly at: number;
  readonly length: number;
  readonly message: string;
}

/** The first thing that nginx refuses in a value that begins with `syslog:`; null when it is accepted. */
export function syslogProblem(value: string): SyslogProblem | null {
  const seen = new Set<string>();
  let at = 'syslog:'.length;
  for (const part of value.slice(at).split(',')) {
    const fail = (message: string): SyslogProblem => ({ at, length: part.length, message });
    const equals = part.indexOf('=');
    const key = equals < 0 ? part : part.slice(0, equals);
    const given = part.slice(equals + 1);
    if (equals >= 0 && ['server', 'facility', 'severity', 'tag'].includes(key)) {
      if (seen.has(key)) return fail(`Duplicate syslog "${key}". Keep one.`);
      seen.add(key);
      if (key === 'facility' && !FACILITIES.includes(given))
        return fail(`Unknown syslog facility "${given}". Use local0 to local7, user, daemon or another of syslog's.`);
      if (key === 'severity' && !SEVERITIES.includes(given))
        return fail(`Unknown syslog severity "${given}". Use ${SEVERITIES.slice(0, -1).join(', ')} or debug.`);
      if (key === 'tag' && given.length > 32) return fail('Syslog tag length exceeds 32. Shorten it.');
      if (key === 'tag' && /[^A-Za-z0-9_]/.test(given)) return fail('Syslog "tag" only allows alphanumeric characters and underscore.');
      if (key === 'tag' && given === '') seen.delete(key);
      if (key === 'server') {
        const read = parseAddress(given);
        if (!read.ok) return fail(`The address of the syslog server is refused: ${read.problem.expected} is needed in "${given}".`);
      }
    } else if (part !== 'nohostname')
      return fail(`Unknown syslog parameter "${part}". Use server=, facility=, severity=, tag= or nohostname.`);
    at += part.length + 1;
  }
  return seen.has('server') ? null : { at: 0, length: value.length, message: 'No syslog server specified. Add "server=" and an address.' };
}
