/** TLS sessions that may be resumed for longer than the benchmark allows. */
import { parseTime } from '../../catalog/value-kind.ts';
import { defineRule } from '../rule.ts';

/** Seconds: fifteen minutes. */
const MOST = 900;

export default defineRule({
  id: 'tls-session-long',
  group: 'compliance',
  severity: 'info',
  default: false,
  since: '0.2',
  controls: { stig: ['V-278399'] },
  title: 'TLS sessions are kept longer than the benchmark allows',
  why: `
A session that is resumed skips the exchange of certificates, the client's too. The benchmark wants a full handshake after fifteen minutes at the latest. nginx keeps sessions for five minutes by default.`,
  about: ['ssl_session_timeout'],
  looksAt: { directive: ['ssl_session_timeout'] },
  needs: 'file',
  inForce: true,
  messages: { long: 'Sessions are kept for {value}; the benchmark allows 15 minutes. Write 15m.' },
  check({ directive, report }) {
    const word = directive.args[0];
    const read = word && parseTime(word.value, 'sec');
    if (word && read?.ok && read.value > MOST) report('long', { at: word, data: { value: word.value } });
  },
  examples: [
    {
      inside: 'server',
      bad: `ssl_session_timeout 1d;
#                   ^^ long`,
      good: 'ssl_session_timeout 10m;',
    },
  ],
});
