/** Errors and redirects that nginx answers by itself, and error_page (ngx_http_special_response_handler, ngx_http_send_error_page). */
import { type ByteString, fromBytes, toBytes } from '../base/bytes.ts';
import type { Directive } from '../config/directive.ts';
import { Slot } from '../config/slot.ts';
import { msie } from './browser.ts';
import { escapeUri } from './escape.ts';
import { sendHeader } from './filters.ts';
import type { Reader } from './reader.ts';
import type { Move, Run } from './run.ts';
import { compileValue } from './script.ts';
import { splitArgs } from './uri.ts';

const ENDS_KEEPALIVE = new Set([400, 413, 414, 497, 495, 496, 500, 501]);
/** Internal codes that go out as 400. */
const SENT_AS_400 = new Set([494, 495, 496, 497]);
/** The titles of nginx's own pages. */
const TITLES: Readonly<Record<number, string>> = {
  301: 'Moved Permanently',
  302: 'Found',
  303: 'See Other',
  307: 'Temporary Redirect',
  308: 'Permanent Redirect',
  400: 'Bad Request',
  401: 'Authorization Required',
  402: 'Payment Required',
  403: 'Forbidden',
  404: 'Not Found',
  405: 'Not Allowed',
  406: 'Not Acceptable',
  408: 'Request Time-out',
  409: 'Conflict',
  410: 'Gone',
  411: 'Length Required',
  412: 'Precondition Failed',
  413: 'Request Entity Too Large',
  414: 'Request-URI Too Large',
  415: 'Unsupported Media Type',
  416: 'Requested Range Not Satisfiable',
  421: 'Misdirected Request',
  429: 'Too Many Requests',
  500: 'Internal Server Error',
  501: 'Not Implemented',
  502: 'Bad Gateway',
  503: 'Service Temporarily Unavailable',
  504: 'Gateway Time-out',
  505: 'HTTP Version Not Supported',
  507: 'Insufficient Storage',
};

/** Pages that go out as 400 and say more. */
const DETAILS: Readonly<Record<number, string>> = {
  494: 'Request Header Or Cookie Too Large',
  495: 'The SSL certificate error',
  496: 'No required SSL certificate was sent',
  497: 'The plain HTTP request was sent to HTTPS port',
};

/** Read for pages that nginx makes by itself, and for those that it looks for. */
export const PAGES: Reader = {
  module: 'ngx_http_core_module',
  reads: ['error_page', 'recursive_error_pages', 'msie_padding', 'msie_refresh', 'server_tokens'],
};

/** How many bytes nginx's own page has; 0: no page for that code. */
function pageLength(run: Run, status: number): number {
  const detail = DETAILS[status];
  const code = status === 498 ? 404 : detail ? 400 : status;
  const title = TITLES[code];
  if (title === undefined) return 0;
  const name = `${code} ${title}`;
  const heading = detail ? `400 ${detail}` : name;
  const lines = ['<html>', `<head><title>${heading}</title></head>`, '<body>', `<center><h1>${name}</h1></center>`];
  if (detail) lines.push(`<center>${detail}</center>`);
  const tokens = run.text('server_tokens') ?? 'on';
  lines.push(`<hr><center>${tokens === 'off' ? 'nginx' : `nginx/${run.behaviour.text}`}</center>`, '</body>', '</html>');
  let length = lines.reduce((sum, line) => sum + line.length + 2, 0);
  if (run.flag('msie_padding', true) && status >= 400 && run.version >= 1000 && isPadded(run)) length += 6 * 67;
  return length;
}

/** MSIE and Chrome show a page of their own instead of a short one (ngx_http_process_user_agent). */
function isPadded(run: Run): boolean {
  const agent = run.header('user-agent') ?? '';
  return msie(run) !== null || (!/Opera|Gecko\//.test(agent) && agent.includes('Chrome/'));
}

const REDIRECTS = new Set([301, 302, 303, 307, 308]);

export interface ErrorPage {
  readonly directive: Directive;
  readonly statuses: readonly number[];
  /** -1: none given; 0: that of the target (`=`) */
  readonly overwrite: number;
  readonly target: string;
}

/** Reads an error_page line; null when nginx refuses it. */
export function readErrorPage(directive: Directive): ErrorPage | null {
  const { values } = directive;
  const target = values.at(-1);
  if (target === undefined || values.length < 2) return null;
  let codes = values.slice(0, -1);
  let overwrite = -1;
  const last = codes.at(-1)!;
  if (last.startsWith('=')) {
    if (codes.length < 2) return null;
    overwrite = last === '=' ? 0 : Number(last.slice(1));
    if (!Number.isInteger(overwrite)) return null;
    codes = codes.slice(0, -1);
  }
  const statuses = codes.map(Number);
  if (statuses.some((s) => !Number.isInteger(s) || s < 300 || s > 599)) return null;
  return { directive, statuses, overwrite, target };
}

const pages = new Slot<Directive, ErrorPage | null>();

/** The error_page in force for a status; null when there is none. */
export function errorPageFor(run: Run, status: number): ErrorPage | null {
  for (const directive of run.lines('error_page')) {
    let page = pages.get(directive);
    if (page === undefined) pages.set(directive, (page = readErrorPage(directive)));
    if (page?.statuses.includes(status)) return page;
  }
  return null;
}

/** The answer to an error or redirect: made, or to be found elsewhere. */
export function specialResponse(run: Run, status: number): 'answered' | number | Move {
  run.reply.errStatus = status;
  if (ENDS_KEEPALIVE.has(status)) run.keepalive = false;
  run.reply.contentType = '';
  run.reply.typeLength = -1;
  const { reply } = run;
  if (!run.errorPage && run.lines('error_page').length && run.uriChanges !== 0) {
    if (!run.flag('recursive_error_pages', false)) run.errorPage = true;
    const page = errorPageFor(run, status);
    if (page) return sendErrorPage(run, page, status);
  }
  if (SENT_AS_400.has(status)) run.reply.errStatus = 400;
  if (refreshes(run) && (status === 301 || status === 302) && reply.location) return sendRefresh(run, reply.location.value);
  return finish(run, pageLength(run, status), REDIRECTS.has(status) && reply.location ? 'redirect' : 'error');
}

/** Whether old browsers get a page in the place of a redirect. */
const refreshes = (run: Run): boolean => run.flag('msie_refresh', false) && msie(run) !== null;

/** ngx_http_send_refresh: a page that leads on by itself. */
function sendRefresh(run: Run, to: ByteString): 'answered' | number {
  const { reply } = run;
  const page = `<html><head><meta http-equiv="Refresh" content="0; URL=${escapeUri(to, 'refresh')}"></head><body></body></html>\r\n`;
  reply.errStatus = 200;
  reply.clearLocation();
  if (!run.isHead) reply.body = page;
  return finish(run, page.length, 'return');
}

function finish(run: Run, length: number, kind: 'redirect' | 'error' | 'return'): 'answered' | number {
  const { reply } = run;
  run.discardBody();
  if (length > 0) reply.setType('text/html');
  reply.contentLength = length;
  reply.lengthKnown = true;
  reply.clearLastModified();
  reply.clearEtag();
  reply.clearAcceptRanges();
  run.reply.kind = kind === 'error' && run.reply.returned ? 'return' : kind;
  return sendHeader(run);
}

function sendErrorPage(run: Run, page: ErrorPage, status: number): 'answered' | number | Move {
  const { reply } = run;
  const overwrite = page.overwrite === -1 && SENT_AS_400.has(status) ? 400 : page.overwrite;
  if (overwrite >= 0) run.reply.errStatus = overwrite;
  const compiled = compileValue(page.target);
  let uri: ByteString = run.value(compiled);
  let args: ByteString = '';
  if (uri.startsWith('/')) {
    const split = splitArgs(compiled.literal === null ? uri : toBytes(page.target));
    uri = split.uri;
    args = split.args;
    run.report.step({
      phase: 'error-page',
      handler: 'ngx_http_core_module',
      at: page.directive,
      said: `${status} goes to ${fromBytes(uri)}${overwrite > 0 ? ` as ${overwrite}` : ''}`,
    });
    if (!run.isHead) run.methodName = 'GET';
    if (compiled.literal !== null) run.meant.add(uri);
    return { uri, args };
  }
  if (uri.startsWith('@')) {
    run.report.step({
      phase: 'error-page',
      handler: 'ngx_http_core_module',
      at: page.directive,
      said: `${status} goes to ${fromBytes(uri)}`,
    });
    return { named: uri };
  }
  if (!REDIRECTS.has(overwrite)) run.reply.errStatus = 302;
  reply.setLocation(uri, page.directive);
  run.report.step({
    phase: 'error-page',
    handler: 'ngx_http_core_module',
    at: page.directive,
    said: `${status} becomes a redirect ${run.reply.errStatus}`,
  });
  if (refreshes(run)) return sendRefresh(run, uri);
  return finish(run, pageLength(run, run.reply.errStatus), 'redirect');
}
