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
      if (!value.startsWith('-')) continue;
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
      if (!words.includes(value.toLowerCase()))
        say(
          i,
          `"${value}" is not accepted. Use ${listed(words.filter((w) => /^(?:http|websocket|eventsource|longpoll)$/.test(w)))}.`,
          `invalid ${name} value: ${value}`,
        );
    });

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
  'srcache-nginx-module/srcache_fetch': srcache('srcache_fetch'),
  'srcache-nginx-module/srcache_store': srcache('srcache_store'),
  'srcache-nginx-module/srcache_store_statuses': (args, say) =>
    args.forEach((value, i) => {
      if (!/^\d+$/.test(value)) say(i, `"${value}" is not a status code. Use a number.`, `status code "${value}" is an invalid number`);
    }),
  'ngx-fancyindex/fancyindex_header': templateOfFancyindex,
  'ngx-fancyindex/fancyindex_footer': templateOfFancyindex,
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
