/** NGINX Unit: its JSON configuration, one application for each listener that passes to one. */
import { basename } from '../../base/file-id.ts';
import { type Address, tcpAddress, unixAddress } from '../address.ts';
import { unseen } from '../seen.ts';
import { convert, type Setting, unknownSetting, written } from '../setting.ts';
import { child, scalarText, type YamlValue, yamlDocuments } from '../yaml-text.ts';
import { declareServer, plain } from './server.ts';
import { unproxied } from './unproxied.ts';

export interface UnitSettings {
  /** `forwarded` of the listener: which headers are believed, and from whom */
  readonly forwarded: YamlValue | null;
}

/** `*:8080`, `127.0.0.1:8080`, `unix:/run/app.sock` */
const addressOf = (s: string): Address | undefined => unixAddress(s) ?? tcpAddress(s.replace(/^\*/, ''), { host: '' });

export default declareServer<UnitSettings>({
  name: 'unit',
  title: 'NGINX Unit',
  package: null,
  role: 'production',
  python: true,
  programs: [],
  files: /(^|\/)(nginx-)?unit[\w.-]*\.json$|(^|\/)(nginx-)?unit\/[\w.-]+\.json$/,
  activation: 'fd',
  socketMode: '666',
  timeoutName: 'limits.timeout',
  start: () => plain({ forwarded: null }, [], undefined, { target: unknownSetting('no application is named') }),
  file(file, text) {
    if (!/\.json$/.test(basename(file)) || !text.includes('"listeners"')) return null;
    for (const document of yamlDocuments(file, text, true)) {
      const listeners = child(document, 'listeners');
      for (const { key, keyPlace, value } of listeners?.kind === 'map' ? listeners.entries : []) {
        const pass = scalarText(child(value, 'pass'))?.text;
        const name = /^applications\/([^/]+)/.exec(pass ?? '')?.[1];
        const application = name === undefined ? undefined : child(child(document, 'applications'), decodeURIComponent(name));
        if (!/^python/.test(scalarText(child(application, 'type'))?.text ?? '')) continue;
        const module = scalarText(child(application, 'module'));
        const place = { file, span: { start: keyPlace.span.start, end: keyPlace.span.end } };
        const address: Setting<Address> = convert(written(key, place), addressOf, 'not an address');
        const processes = Number(scalarText(child(application, 'processes'))?.text ?? 1);
        return {
          place,
          built: plain({ forwarded: child(value, 'forwarded') ?? null }, [address], 'threads', {
            target: module ? written(module.text, module.place()) : unknownSetting('no application is named'),
            workers: Number.isInteger(processes) ? written(processes, place) : unknownSetting('set in processes', place),
            files: [file],
          }),
        };
      }
    }
    return null;
  },
  environ(application, { forwarded }, request) {
    if (!forwarded) return unproxied(application, request);
    const why = 'depends on forwarded in the listener';
    return unproxied(application, request, {
      scheme: unseen(why, [forwarded.place]),
      remoteAddr: unseen(why, [forwarded.place]),
    });
  },
});
