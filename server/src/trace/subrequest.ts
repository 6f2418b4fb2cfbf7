/** A request inside a request (ngx_http_subrequest), as auth_request makes it: GET, no body, the client's headers, internal from the start. */
import type { ByteString } from '../base/bytes.ts';
import { Run } from './run.ts';
import type { UpstreamAnswer } from './trace.ts';
import { splitArgs } from './uri.ts';

export function subrequest(main: Run, target: ByteString, upstream: UpstreamAnswer): Run {
  const sub = new Run(main.config, main.input, { ...main.options, upstream }, main);
  const { uri, args } = splitArgs(target);
  sub.listener = main.listener;
  sub.scheme = main.scheme;
  sub.tls = main.tls;
  sub.clientAddress = main.clientAddress;
  sub.clientPort = main.clientPort;
  sub.localAddress = main.localAddress;
  sub.localPort = main.localPort;
  sub.originalAddress = main.originalAddress;
  sub.originalPort = main.originalPort;
  sub.sni = main.sni;
  sub.version = main.version;
  sub.requestLine = main.requestLine;
  sub.protocolText = main.protocolText;
  sub.unparsedUri = main.unparsedUri;
  sub.host = main.host;
  sub.hostPort = main.hostPort;
  // the header lines are the client's, a Content-Length too, though no body follows
  sub.headers = main.headers;
  sub.contentLength = main.contentLength;
  sub.bodyRead = true;
  sub.server = main.server;
  sub.scope = main.server.scope;
  sub.methodName = 'GET';
  sub.validUnparsedUri = false;
  sub.internal = true;
  sub.uriChanges = main.uriChanges - 1;
  sub.phase = 1;
  sub.setUri(uri);
  sub.args = args;
  sub.go();
  for (const assumption of sub.assumptions) if (!main.assumptions.some((a) => a.id === assumption.id)) main.assumptions.push(assumption);
  return sub;
}
