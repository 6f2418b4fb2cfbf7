/** ngx_http_access_module: allow and deny, the first that fits. */
import type { Directive } from '../../config/directive.ts';
import { Slot } from '../../config/slot.ts';
import { type Ip, inNet, type Net, readNet, readPlainIp, unmapped } from '../networks.ts';
import type { Handler } from '../phases.ts';
import type { Run, Verdict } from '../run.ts';

type Rule = { readonly kind: 'all' | 'unix' } | { readonly kind: 'net'; readonly net: Net } | { readonly kind: 'none' };

const rules = new Slot<Directive, Rule>();

function ruleOf(directive: Directive): Rule {
  let rule = rules.get(directive);
  if (!rule) {
    const text = directive.value(0);
    const net = readNet(text);
    rule = text === 'all' ? { kind: 'all' } : text === 'unix:' ? { kind: 'unix' } : net ? { kind: 'net', net } : { kind: 'none' };
    rules.set(directive, rule);
  }
  return rule;
}

function fits(rule: Rule, ip: Ip | null): boolean {
  if (rule.kind === 'all') return true;
  if (rule.kind === 'unix') return ip === null;
  return rule.kind === 'net' && ip !== null && inNet(unmapped(ip), rule.net);
}

/** The line of an access list that decides about an address (null: a unix socket); undefined when none fits. */
export const lineFor = (lines: readonly Directive[], ip: Ip | null): Directive | undefined => lines.find((line) => fits(ruleOf(line), ip));

export const accessHandler: Handler = {
  module: 'ngx_http_access_module',
  reads: ['allow', 'deny'],
  run(run: Run): Verdict {
    const lines = run.lines('allow');
    if (!lines.length) return 'declined';
    const ip = readPlainIp(run.connection.clientAddress);
    const line = lineFor(lines, ip);
    if (!line) {
      run.report.step({ phase: 'access', handler: this.module, at: lines[0]!, said: `no rule fits ${run.connection.clientAddress}` });
      return 'declined';
    }
    const allowed = line.name === 'allow';
    run.report.step({
      phase: 'access',
      handler: this.module,
      at: line,
      said: `${line.name} ${line.value(0)} fits ${run.connection.clientAddress}${allowed ? '' : ': 403'}`,
    });
    return allowed ? 'ok' : 403;
  },
};
