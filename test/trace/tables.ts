/** The requests of all tables of this folder, each with the configuration that it is asked of. */
import type { Config } from '../../server/src/config/config.ts';
import type { RequestInput } from '../../server/src/trace/trace.ts';
import { configAt } from './config-of.ts';
import { httpText, readSend } from './rows.ts';
import { CHAPTERS } from './rules/all.ts';

export async function* requestsOfTables(): AsyncGenerator<{ readonly config: Config; readonly input: RequestInput; readonly row: string }> {
  for (const { rows } of CHAPTERS)
    for (const row of rows) {
      const config = await configAt('/srv/nginx/nginx.conf', `http {\n${httpText(row)}\n}\n`, { nginx: '1.31.9' });
      for (const [send] of row.asks) {
        const { sni, port, ...asked } = readSend(send);
        const input = {
          ...asked,
          httpVersion: asked.version,
          localPort: port,
          ...(sni === undefined ? {} : { scheme: 'https' as const, sni }),
        };
        yield { config, input, row: `${row.rule}, ${send}` };
      }
    }
}
