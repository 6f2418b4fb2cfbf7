/** access_log, error_log and log_format: what depends on other parts of the line or on earlier lines (ngx_http_log_set_log, ngx_syslog_process_conf). */

import { buildOf, isWithDebug } from '../../answers/which-build.ts';
import { nearest } from '../../base/nearest.ts';
import { protocolOf } from '../../catalog/context.ts';
import { parseSize, parseTime } from '../../catalog/value-kind.ts';
import { asked, PerConfig } from '../../config/asked.ts';
import type { Config } from '../../config/config.ts';
import type { Directive } from '../../config/directive.ts';
import { everywhere } from '../../config/pieces.ts';
import { mayDeclare } from '../../config/unseen-names.ts';
import { defineRule } from '../rule.ts';
import { isBefore } from './_order.ts';
import { soundFact } from './_sound.ts';
import { spanIn } from './_spans.ts';

import { syslogProblem } from './_syslog.ts';

const protocol = (d: Directive): string | null => (d.scope.context === 'unknown' ? null : protocolOf(d.scope.context));

/** The buffer of an access_log line as nginx compares it: size, flush and gzip. */
function buffering(values: readonly string[]): { size: number; flush: number; gzip: string } {
  let size = 0;
  let flush = 0;
  let gzip = '';
  for (const value of values.slice(2)) {
    if (value.startsWith('buffer=')) {
      const read = parseSize(value.slice(7));
      size = read.ok ? read.value : 0;
    } else if (value.startsWith('flush=')) {
      const read = parseTime(value.slice(6), 'sec');
      flush = read.ok ? read.value : 0;
    } else if (/^gzip(=|$)/.test(value)) {
      size ||= 65536;
      gzip = value === 'gzip' ? '1' : value.slice(5);
    }
  }
  return { size, flush, gzip };
}

const formats = new PerConfig((config): ReadonlyMap<string, readonly Directive[]> => {
  const byName = new Map<string, Directive[]>();
  for (const d of everywhere(config, 'log_format')) {
    const known = byName.get(d.value(0));
    if (known) known.push(d);
    else byName.set(d.value(0), [d]);
  }
  return byName;
});

const formatsCalled = (config: Config, name: string): readonly Directive[] =>
  asked(config, `formats of logs called ${name}`, (c) => formats.of(c).get(name) ?? []);

export default defineRule({
  id: 'invalid-log',
  group: 'validity',
  severity: 'error',
  since: '0.1',
  title: 'Invalid log directive',
  why: `
An access log names a format that was declared on an earlier line, buffers only files with fixed names, and gives one file the same buffer
wherever it appears. Logs to syslog take parameters of their own after "syslog:".`,
  about: ['access_log', 'log_format', 'error_log'],
  looksAt: { directive: ['access_log', 'error_log', 'log_format'] },
  needs: 'config',
  messages: {
    debug: 'nginx was built without debug support: the {build} build has no --with-debug, which logs in memory need. Name a file.',
    off: 'Invalid parameter "{value}": nothing may follow "off".',
    format: 'Unknown log format "{name}". Declare it with log_format.',
    later: 'Unknown log format "{name}": it is declared further down. Move log_format above this line.',
    guess: 'Unknown log format "{name}". Did you mean "{guess}"?',
    missing: 'Log format is not specified. In stream each access_log names its format.',
    twice: 'Duplicate "log_format" name "{name}". Choose another name.',
    combined: 'Duplicate "log_format" name "combined": nginx has this format built in. Choose another name.',
    flush: 'No buffer is defined for access_log "{file}": "flush=" needs "buffer=" or "gzip" beside it.',
    variables: 'Buffered logs cannot have variables in name. Remove "buffer=", "gzip" and "flush=", or use a fixed name.',
    remote: 'Logs to syslog cannot be buffered. Remove "buffer=", "gzip" and "flush=".',
    conflict: 'access_log "{file}" already defined with conflicting parameters. Give each line of this file the same buffer.',
    syslog: '{message} (syslog).',
  },
  check({ config, directive, report }) {
    if (!soundFact(directive)) return;
    const { name, args, values } = directive;
    const here = protocol(directive);
    const first = args[0]!;
    if (name === 'log_format') {
      if (args[1]?.value.startsWith('escape=') && !['default', 'json', 'none'].includes(args[1].value.slice(7))) return;
      if (values[0] === 'combined' && here === 'http') return report('combined', { at: first });
      const before = formatsCalled(config, values[0]!).find((d) => protocol(d) === here && isBefore(d, directive));
      if (before)
        report('twice', {
          at: first,
          data: { name: values[0]! },
          related: [{ at: before.at(before.args[0]), message: 'The first one is here.' }],
        });
      return;
    }
    if (values[0]!.startsWith('syslog:')) {
      const problem = syslogProblem(values[0]!);
      if (problem)
        return report('syslog', { at: spanIn(first, problem.at, problem.length), data: { message: problem.message.replace(/\.$/, '') } });
    }
    if (name === 'error_log') {
      if (values[0]!.startsWith('memory:') && isWithDebug(config) === false)
        report('debug', { at: first, data: { build: buildOf(config) ?? '' } });
      return;
    }
    if (values[0] === 'off') {
      if (args.length > 1) report('off', { at: args[1]!, data: { value: values[1]! } });
      return;
    }
    if (args.length === 1 && here === 'stream') return report('missing', { at: directive.statement.name });
    const format = values[1];
    if (format !== undefined && !(format.toLowerCase() === 'combined' && here === 'http')) {
      const declared = everywhere(config, 'log_format').filter((d) => protocol(d) === here);
      // ngx_http_log_set_log compares without case, log_format with
      const named = declared.filter((d) => d.value(0).toLowerCase() === format.toLowerCase());
      if (!named.length && mayDeclare(config, 'log-format').length) return;
      if (!named.some((d) => isBefore(d, directive))) {
        const guess = named.length ? null : nearest(format, [...declared.map((d) => d.value(0)), ...(here === 'http' ? ['combined'] : [])]);
        return report(named.length ? 'later' : guess ? 'guess' : 'format', {
          at: args[1]!,
          data: { name: format, guess: guess ?? '' },
          related: named.map((d) => ({ at: d.at(d.args[0]), message: 'It is declared here.' })),
        });
      }
    }
    const own = buffering(values);
    const file = values[0]!;
    if (own.flush && !own.size) return report('flush', { at: args.find((a) => a.value.startsWith('flush=')) ?? first, data: { file } });
    if (!own.size) return;
    if (file.startsWith('syslog:')) return report('remote', { at: first });
    if (file.includes('$')) return report('variables', { at: first });
    const clash = everywhere(config, 'access_log').find((d) => {
      if (protocol(d) !== here || d.value(0) !== file || !isBefore(d, directive)) return false;
      const other = buffering(d.values);
      return other.size > 0 && (other.size !== own.size || other.flush !== own.flush || other.gzip !== own.gzip);
    });
    if (clash)
      report('conflict', { at: first, data: { file }, related: [{ at: clash.at(clash.args[0]), message: 'The other line is here.' }] });
  },
  examples: [
    {
      inside: 'http',
      bad: '    access_log logs/a.log nofmt;\n#                         ^^^^^ format',
      good: '    access_log logs/a.log combined;',
    },
    {
      inside: 'http',
      bad: '    access_log logs/a.log main;\n#                         ^^^^ later\n    log_format main $uri;',
      good: '    log_format main $uri;\n    access_log logs/a.log main;',
    },
    { inside: 'http', bad: '    access_log off main;\n#                  ^^^^ off', good: '    access_log off;' },
    { inside: 'http', bad: '    log_format combined $uri;\n#              ^^^^^^^^ combined', good: '    log_format short $uri;' },
    {
      inside: 'http',
      bad: '    access_log syslog:server=127.0.0.1,foo=1;\n#                                      ^^^^^ syslog',
      good: '    access_log syslog:server=127.0.0.1,tag=web;',
    },
    {
      inside: 'http',
      bad: '    access_log logs/$host.log combined buffer=32k;\n#              ^^^^^^^^^^^^^^ variables',
      good: '    access_log logs/a.log combined buffer=32k flush=5s;',
    },
    {
      inside: 'stream',
      bad: '    access_log logs/s.log;\n#   ^^^^^^^^^^ missing',
      good: '    log_format s $status;\n    access_log logs/s.log s;',
    },
  ],
});
