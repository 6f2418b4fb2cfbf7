/** Logs that stay on the machine they are about. */
import type { Directive } from '../../config/directive.ts';
import { defineRule } from '../rule.ts';

const isRemote = (d: Directive): boolean => /^syslog:server=(?!unix:|127\.|localhost)/.test(d.value(0));

export default defineRule({
  id: 'log-kept-local',
  group: 'compliance',
  severity: 'info',
  default: false,
  since: '0.2',
  controls: { cis: ['3.5', '3.6'] },
  missing: ['access_log', 'error_log'],
  title: 'Logs are not sent to another machine',
  why: `
An attacker who has taken over a machine can also change its logs. The benchmark wants error logs and access logs sent to a syslog server elsewhere. Where an agent collects the files, or the container's output, that is done as well; suppress the rule there.`,
  about: ['access_log', 'error_log'],
  references: ['https://nginx.org/en/docs/syslog.html'],
  looksAt: { config: true },
  needs: 'config',
  messages: { local: 'No {name} goes to another machine. Add "{name} syslog:server=…".' },
  check({ config, report }) {
    const http = config.main.first('http');
    if (!config.whole || !http) return;
    for (const name of ['error_log', 'access_log']) {
      const lines = config.main.all.filter((d) => d.name === name && d.value(0) !== 'off');
      // what a container writes to its output is kept by others
      if (lines.some((d) => isRemote(d) || /^\/dev\/(?:stdout|stderr)$|^stderr$/.test(d.value(0)))) continue;
      report('local', { at: lines[0]?.at() ?? http.nameAt, data: { name } });
    }
  },
  examples: [
    {
      inside: 'tree',
      bad: `#- nginx.conf
events {}
  error_log /var/log/nginx/error.log info;
# ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ local
http {
    access_log syslog:server=192.0.2.7 combined;
}`,
      good: `#- nginx.conf
events {}
error_log syslog:server=192.0.2.7 info;
http {
    access_log syslog:server=192.0.2.7 combined;
}`,
    },
  ],
});
