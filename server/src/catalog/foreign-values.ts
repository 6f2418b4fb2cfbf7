// What the setters of other modules refuse, as far as it needs no grammar of nginx's own (those are in value-check.ts): seen in the
// modules that Debian packages. Words of enums and kinds that the data name are not repeated here.
import { table } from '../base/table.ts';
import { listed } from './value-kind.ts';

/** Reports one argument: its index (-1 for the directive as a whole), our words, the module's. */
export type Say = (argument: number, message: string, nginx: string) => void;
export type ForeignCheck = (args: readonly string[], say: Say) => void;

/** ngx_http_headers_more_parse_directive: options come with a dash, of two characters each; what follows no option is a header. */
const moreHeaders =
  (name: string, options: string): ForeignCheck =>
  (args, say) => {
    for (let i = 0; i < args.length; i++) {
      const value = args[i] ?? '';
      if (/^\*[ \t]*(?::|$)/.test(value)) {
        say(
          i,
          `"${value}" stands for every header. Write the beginning of a name before the star.`,
          `${name}: wildcard key too short: ${value}`,
        );
        return;
      }
      // newer ones add a line instead of replacing it; no configuration says which version of the module it is for
      if (!value.startsWith('-') || (value === '-a' && name === 'more_set_headers')) continue;
      const option = value[1] ?? '';
      if (value.length !== 2 || !options.includes(option)) {
        say(
          i,
          `"${value}" is not an option here. Use ${listed([...options].map((o) => `-${o}`))}.`,
          `${name}: invalid option name: "${value}"`,
        );
        return;
      }
      if (option === 'r') continue;
      const of = args[++i];
      if (of === undefined) {
        say(i - 1, `"${value}" needs a value behind it.`, `${name}: option ${value} takes an argument.`);
        return;
      }
      const digit = option === 's' ? /[^\d \t]/.exec(of)?.[0] : undefined;
      if (digit !== undefined) {
        say(
          i,
          `"${of}" is not a list of status codes. Use numbers with spaces between.`,
          `${name}: invalid digit "${digit}" found in the status code list "${of}"`,
        );
        return;
      }
    }
  };

const NCHAN_PUBLISHERS = ['http', 'websocket', 'websockets', 'ws'];
const NCHAN_SUBSCRIBERS = [
  ...NCHAN_PUBLISHERS,
  'eventsource',
  'event-source',
  'es',
  'sse',
  'longpoll',
  'long-poll',
  'intervalpoll',
  'interval-poll',
  'interval',
  'poll',
  'http-multipart',
  'multipart',
  'multipart/mixed',
  'http-chunked',
  'chunked',
  'http-raw-stream',
  'http-raw',
  'none',
  'off',
];

const nchan =
  (name: string, words: readonly string[]): ForeignCheck =>
  (args, say) =>
    args.forEach((value, i) => {
      if (value !== '' && !words.includes(value.toLowerCase()))
        say(
          i,
          `"${value}" is not accepted. Use ${listed(words.filter((w) => /^(?:http|websocket|eventsource|longpoll)$/.test(w)))}.`,
          `invalid ${name} value: ${value}`,
        );
    });

/** Every argument is one of these words, which are read in either case unless `exact`; then an empty one is none of them. */
const among =
  (words: readonly string[], nginx: (value: string) => string, exact = false): ForeignCheck =>
  (args, say) =>
    args.forEach((value, i) => {
      if (exact ? !words.includes(value) : value !== '' && !words.includes(value.toLowerCase()))
        say(i, `"${value}" is not accepted. Use ${listed(words)}.`, nginx(value));
    });

const switched = (name: string): ForeignCheck =>
  among(['on', 'off'], (value) => `invalid value "${value}" in "${name}" directive, it must be "on" or "off"`);
const distribution: ForeignCheck = among(['random', 'optimal'], () => 'invalid value, must be "random" or "optimal"');

const firstMessage: ForeignCheck = ([value = ''], say) => {
  if (!/^(?:oldest|newest|-?\d+)$/i.test(value))
    say(
      0,
      `"${value}" is not accepted. Use "oldest", "newest" or a number.`,
      `invalid nchan_subscriber_first_message value: ${value}, must be 'oldest', 'newest', or a number`,
    );
};

/** nchan's sizes may be fractions. */
const nchanSize: ForeignCheck = ([value = ''], say) => {
  if (!/^(?:\d+\.?\d*|\.\d+)[kmg]?$/i.test(value)) say(0, `"${value}" is not a size. Write one such as 32m.`, 'invalid value');
};

/** The size of a table that nginx's upstream_fair keeps: bytes, or with k or m. */
const fairSize: ForeignCheck = ([value = ''], say) => {
  if (!/^\d+[km]?$/i.test(value)) say(0, `"${value}" is not a size. Write one such as 32k.`, `Invalid memory area size \`${value}'`);
};

const uploadState: ForeignCheck = ([state = ''], say) => {
  if (!UPLOAD_STATES.includes(state))
    say(0, `"${state}" is no state of an upload. Use ${listed(UPLOAD_STATES)}.`, `unknown state "${state}"`);
};
const UPLOAD_STATES = ['starting', 'uploading', 'done', 'error'];

/** nchan's factors of waits. */
const factor: ForeignCheck = ([value = ''], say) => {
  if (!/^(?:\d+\.?\d*|\.\d+)$/.test(value))
    say(0, `"${value}" is not a factor. Use a number such as 1.5.`, 'invalid value, must be a non-negative floating point number');
};

/** A share of a wait, by which it is lengthened or shortened. */
const jitter: ForeignCheck = (args, say) => {
  factor(args, say);
  if (Number(args[0]) >= 1) say(0, `${args[0]} is out of range. Use a number below 1.`, 'jitter multiplier cannot exceed 1');
};
const FACTORS = ['cluster_check_interval', 'cluster_recovery_delay', 'idle_channel_keepalive', 'reconnect_delay'].flatMap((wait) =>
  ['backoff', 'jitter'].map((sort) => `nchan/nchan_redis_${wait}_${sort}`),
);

/** A number between two, both among them. */
const between =
  (least: number, most: number): ForeignCheck =>
  ([value = ''], say) => {
    if (!/^\d+$/.test(value)) say(0, `"${value}" is not a number. Use one from ${least} to ${most}.`, 'invalid number');
    else if (Number(value) < least || Number(value) > most)
      say(0, `${value} is out of range. Use a number from ${least} to ${most}.`, `must be between ${least} and ${most}`);
  };

const trim: ForeignCheck = ([value = ''], say) => {
  if (!/^\d+$/.test(value)) say(0, `"${value}" is not a number of requests.`, 'invalid number in the 1st argument');
};

/** The commands of memc's table, as it spells them. */
const MEMC_COMMANDS = 'get set add delete flush_all replace append prepend incr decr stats version'.split(' ');

const movedToServer =
  (name: string, parameter: string): ForeignCheck =>
  (_args, say) =>
    say(
      -1,
      `"${name}" is not supported. Write "${parameter}" at the server of the upstream.`,
      `"${name}" is not supported, use the "${parameter}" parameter of the "server" directive inside the "upstream" block`,
    );

/** The methods that srcache knows by name. */
const METHODS = [
  'GET',
  'HEAD',
  'POST',
  'PUT',
  'DELETE',
  'COPY',
  'MOVE',
  'OPTIONS',
  'MKCOL',
  'PROPFIND',
  'PROPPATCH',
  'LOCK',
  'UNLOCK',
  'TRACE',
];

const srcache =
  (name: string): ForeignCheck =>
  ([method = ''], say) => {
    if (!METHODS.includes(method))
      say(
        0,
        `"${method}" is not a method that srcache knows. Use ${listed(METHODS.slice(0, 4))}.`,
        `${name} specifies bad HTTP method ${method}`,
      );
  };

const templateOfFancyindex: ForeignCheck = (args, say) => {
  const kind = args[1];
  if (kind !== undefined && kind !== 'local' && kind !== 'subrequest')
    say(1, `"${kind}" is not accepted. Use "local" or "subrequest".`, `unknown header/footer kind "${kind}"`);
};

const someLua: ForeignCheck = ([code], say) => {
  if (code === '') say(0, 'There is no Lua here.', 'invalid location config: no runnable Lua code');
};

/** Keys are source and name. */
export const FOREIGN_VALUES: Readonly<Record<string, ForeignCheck>> = table({
  'headers-more-nginx-module/more_set_headers': moreHeaders('more_set_headers', 'st'),
  'headers-more-nginx-module/more_clear_headers': moreHeaders('more_clear_headers', 'st'),
  'headers-more-nginx-module/more_set_input_headers': moreHeaders('more_set_input_headers', 'tr'),
  'headers-more-nginx-module/more_clear_input_headers': moreHeaders('more_clear_input_headers', 'tr'),
  'nchan/nchan_publisher': nchan('nchan_publisher', NCHAN_PUBLISHERS),
  'nchan/nchan_subscriber': nchan('nchan_subscriber', NCHAN_SUBSCRIBERS),
  'nchan/nchan_pubsub': nchan('nchan_pubsub', NCHAN_SUBSCRIBERS),
  'nchan/nchan_publisher_location': nchan('nchan_publisher_location', NCHAN_PUBLISHERS),
  'nchan/nchan_subscriber_location': nchan('nchan_subscriber_location', NCHAN_SUBSCRIBERS),
  'nchan/nchan_pubsub_location': nchan('nchan_pubsub_location', NCHAN_SUBSCRIBERS),
  'nchan/nchan_group_location': among(['get', 'set', 'delete', 'off'], (value) => `invalid nchan_group_location value: ${value}`),
  'nchan/nchan_subscriber_first_message': firstMessage,
  'nchan/push_publisher': nchan('push_publisher', NCHAN_PUBLISHERS),
  'nchan/push_subscriber': nchan('push_subscriber', NCHAN_SUBSCRIBERS),
  'nchan/nchan_max_reserved_memory': nchanSize,
  'nchan/nchan_shared_memory_size': nchanSize,
  'nchan/push_max_reserved_memory': nchanSize,
  'nchan/nchan_storage_engine': among(['memory', 'redis'], (value) => `invalid nchan_storage_engine value: ${value}`),
  'nginx-upstream-fair/upstream_fair_shm_size': fairSize,
  'nginx-upload-progress-module/upload_progress_template': uploadState,
  'nchan/nchan_permessage_deflate_compression_level': between(0, 9),
  'nchan/nchan_permessage_deflate_compression_memlevel': between(1, 9),
  'nchan/nchan_permessage_deflate_compression_window': between(9, 15),
  'nchan/nchan_use_redis': switched('nchan_use_redis'),
  'nchan/nchan_deflate_message_for_websocket': among(['on', 'off'], () => `invalid value: must be 'on' or 'off'`),
  'nchan/nchan_longpoll_multipart_response': among(
    ['on', 'off', 'raw'],
    (value) => `invalid value for nchan_longpoll_multipart_response: ${value};'. Must be 'on', 'off', or 'raw'`,
  ),
  'nchan/nchan_redis_storage_mode': among(
    ['distributed', 'backup', 'nostore'],
    () => `is invalid, must be one of 'distributed',  'backup' or 'nostore'`,
  ),
  'nchan/nchan_benchmark_publisher_distribution': distribution,
  'nchan/nchan_benchmark_subscriber_distribution': distribution,
  ...Object.fromEntries(FACTORS.map((key) => [key, key.endsWith('_jitter') ? jitter : factor])),
  'memc-nginx-module/memc_cmds_allowed': among(
    MEMC_COMMANDS,
    (value) => `Unknown memcached command "${value}" used in "memc_cmds_allowed"`,
    true,
  ),
  'memc-nginx-module/memc_upstream_max_fails': movedToServer('memc_upstream_max_fails', 'max_fails'),
  'memc-nginx-module/memc_upstream_fail_timeout': movedToServer('memc_upstream_fail_timeout', 'fail_timeout'),
  'srcache-nginx-module/srcache_fetch': srcache('srcache_fetch'),
  'srcache-nginx-module/srcache_store': srcache('srcache_store'),
  'srcache-nginx-module/srcache_store_statuses': (args, say) =>
    args.forEach((value, i) => {
      if (!/^\d+$/.test(value)) say(i, `"${value}" is not a status code. Use a number.`, `status code "${value}" is an invalid number`);
    }),
  'ngx-fancyindex/fancyindex_header': templateOfFancyindex,
  'ngx-fancyindex/fancyindex_footer': templateOfFancyindex,
  'lua-nginx-module/lua_malloc_trim': trim,
  'lua-nginx-module/content_by_lua': someLua,
  'lua-nginx-module/content_by_lua_file': someLua,
  'lua-nginx-module/rewrite_by_lua': someLua,
  'lua-nginx-module/rewrite_by_lua_file': someLua,
  'lua-nginx-module/access_by_lua': someLua,
  'lua-nginx-module/access_by_lua_file': someLua,
});

/** The name of a JavaScript module as the export that it becomes: what njs refuses of it, null when it is right. */
export function badExportName(name: string): string | null {
  if (name === '') return 'empty export name';
  if (!/^[A-Za-z_]/.test(name)) return `cannot start with "${name[0]}" in export name "${name}"`;
  const odd = /\W/.exec(name)?.[0];
  return odd === undefined ? null : `invalid character "${odd}" in export name "${name}"`;
}
