/** `location $name` (nginx 1.31.5): what the editor says of it, by the version that will read it. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { NO_DEPLOYMENT } from '../../server/src/deploy/deployment.ts';
import { WantedFolders } from '../../server/src/features/completion/paths.ts';
import { completion } from '../../server/src/features/completion.ts';
import { hover } from '../../server/src/features/hover.ts';
import { type OverviewNode, overviewOf } from '../../server/src/features/overview.ts';
import { type OutlineSymbol, outline } from '../../server/src/features/symbols.ts';
import { world } from './world.ts';

const conf = (name: string): string =>
  `events {}
http {
    map $cookie_beta $is_beta { default 0; on 1; }
    server {
        listen 80;
        location ${name} { return 200 beta; }
        location / { return 200 all; }
    }
}
`;
const namesOf = (symbols: readonly OutlineSymbol[]): string[] => symbols.flatMap((s) => [s.name, ...namesOf(s.children)]);
const labelsOf = (nodes: readonly OverviewNode[]): string[] => nodes.flatMap((n) => [n.label, ...labelsOf(n.children)]);

describe('a predicate location', () => {
  test('the hover of its variable shows what sets it, and the location is a use of it since there are such locations', async () => {
    for (const [nginxVersion, used] of [
      ['1.31.9', 'Used once'],
      ['1.30.7', 'Used nowhere'],
    ] as const) {
      const { configs, file, offset } = await world(conf('$is_<|>beta'), { nginxVersion });
      const { markdown } = hover(configs, file, offset) ?? assert.fail('no hover');
      assert.match(markdown, /map \$cookie_beta \$is_beta/);
      assert.match(markdown, new RegExp(used));
    }
  });

  test('outline and view have it under its name', async () => {
    const { configs, file } = await world(conf('$is_beta'), { nginxVersion: '1.31.9' });
    assert.ok(namesOf(outline(file)).includes('location $is_beta'));
    assert.ok(labelsOf(overviewOf(configs[0]!, [], NO_DEPLOYMENT)).includes('$is_beta'));
  });

  test('variables are proposed for its name, the own ones first, where the version has such locations', async () => {
    const proposed = async (nginxVersion: string): Promise<string[]> => {
      const { configs, file, offset } = await world(conf('$is_<|>'), { nginxVersion });
      return completion(configs, file, offset, { folders: new WantedFolders(), rules: [] })?.items.map((i) => i.label) ?? [];
    };
    assert.equal((await proposed('1.31.9'))[0], '$is_beta');
    assert.deepEqual(await proposed('1.30.7'), []);
  });
});
