/** An HTTP server in a container of which the files say no more than its language and its port: Node, Go, Java, .NET, Ruby, Rust, and uWSGI behind an nginx of its own. */
import type { Address } from '../address.ts';
import { nodeAddress } from '../node-port.ts';
import { unseen } from '../seen.ts';
import { unknownSetting, written } from '../setting.ts';
import { declareServer, plain } from './server.ts';
import { unproxied } from './unproxied.ts';

const LANGUAGES =
  /(^|\/)(node|oven\/bun|bun|denoland\/deno|golang|eclipse-temurin|openjdk|amazoncorretto|tomcat|jetty|dotnet\/(aspnet|runtime)|aspnet|ruby|rust)(:|@|$)/;
const NODE = /(^|\/)(node|oven\/bun|bun)(:|@|$)/;
/** An image with an nginx of its own before the application, which listens on LISTEN_PORT. */
const WITH_NGINX = /(^|\/)tiangolo\/uwsgi-nginx(-flask)?(:|@|$)/;
const NOT_KNOWN = 'what this server makes of forwarded headers is not known here';

export default declareServer<null>({
  name: 'http',
  title: 'the HTTP server',
  package: null,
  role: 'production',
  python: false,
  programs: [],
  activation: 'fd',
  socketMode: '755',
  timeoutName: 'timeout',
  start: () => plain(null, [], undefined, { target: unknownSetting('it is no Python') }),
  image(image, { ports, environment, scripts }) {
    const name = image.text.replace(/\s.*$/, '');
    const withNginx = WITH_NGINX.test(name);
    if (!withNginx && !LANGUAGES.test(name)) return null;
    const variable = withNginx ? (environment.get('LISTEN_PORT') ?? written('80', image.place())) : environment.get('PORT');
    const named = variable?.from === 'text' && /^\d+$/.test(variable.value) ? Number(variable.value) : undefined;
    const port = named ?? (ports.length === 1 ? ports[0] : undefined);
    const own = NODE.test(name) ? nodeAddress(scripts, environment) : null;
    const address =
      own ??
      unknownSetting<Address>('the code decides where it listens', image.place(), {
        fallback: port === undefined ? undefined : { kind: 'tcp', host: '', port },
      });
    return plain(null, [address], undefined, { target: unknownSetting('it is no Python') });
  },
  environ: (application, _, request) =>
    unproxied(application, request, { scheme: unseen(NOT_KNOWN), remoteAddr: unseen(NOT_KNOWN), scriptName: unseen(NOT_KNOWN) }),
});
