/**
 * Since when: what hovers and the rules say of directives and variables, against nginx's own CHANGES as the Debian package brings it along. A
 * stable branch may have had a feature before the release that its entry names, and a variable of the log could be used elsewhere later only,
 * which another entry says.
 */
import assert from 'node:assert/strict';
import fs from 'node:fs';
import { describe, test } from 'node:test';
import { gunzipSync } from 'node:zlib';
import { loadCatalog } from '../../server/src/catalog/catalog.ts';
import { atLeast, version } from '../../server/src/catalog/version.ts';
import { hover } from '../../server/src/features/hover.ts';
import { world } from '../features/world.ts';

const PACKAGED = '/usr/share/doc/nginx/changelog.gz';

interface Entry {
  readonly release: string;
  readonly text: string;
}

/** The entries of CHANGES, oldest first. */
function entries(): Entry[] {
  const out: Entry[] = [];
  for (const part of gunzipSync(fs.readFileSync(PACKAGED))
    .toString()
    .split(/^(?=Changes with nginx )/m)) {
    const release = /^Changes with nginx (\S+)/.exec(part)?.[1];
    if (release) for (const text of part.split(/^ {4}\*\) /m).slice(1)) out.push({ release, text: text.replaceAll(/\s+/g, ' ').trim() });
  }
  return out.reverse();
}

describe('since when, by CHANGES', { skip: fs.existsSync(PACKAGED) ? false : 'CHANGES is not installed' }, () => {
  const catalog = loadCatalog();

  test('variables of http', () => {
    const wrong: string[] = [];
    let compared = 0;
    const all = entries();
    for (const v of catalog.variables('http').filter((x) => x.source === 'oss' && x.since !== undefined)) {
      const naming = all.filter((e) => new RegExp(`\\$${v.name}\\b`).test(e.text) && !/stream/.test(e.text));
      const first = naming.find((e) => /^Feature/.test(e.text));
      if (!first) continue;
      compared++;
      if (!atLeast(version(first.release), v.since!) && !naming.some((e) => e.release === v.since))
        wrong.push(`$${v.name} since ${v.since}, but ${first.release}: ${first.text}`);
    }
    assert.deepEqual(wrong, []);
    assert.ok(compared > 60, `${compared} compared`);
  });

  test('directives', () => {
    const wrong: string[] = [];
    let compared = 0;
    for (const { release, text } of entries()) {
      const list = /^Feature: (?:the )?((?:"[a-z_0-9]+"(?:, and | and |, )?)+) directives?\b/.exec(text)?.[1] ?? '';
      for (const [, name] of list.matchAll(/"([a-z_0-9]+)"/g)) {
        const facts = catalog.directives(name!).filter((d) => d.source === 'oss' && d.since !== undefined);
        if (!facts.length) continue;
        compared++;
        if (!facts.some((d) => atLeast(version(release), d.since!)))
          wrong.push(`${name} since ${facts.map((d) => d.since).join(', ')}, but ${release}: ${text}`);
      }
    }
    assert.deepEqual(wrong, []);
    assert.ok(compared > 250, `${compared} compared`);
  });
});

test('a hover says of a variable since when, and nothing where it was always there', async () => {
  const of = async (variable: string): Promise<string> => {
    const w = await world(`events {}\nhttp { server { location / { return 200 ${variable.replace('$', '$<|>')}; } } }`);
    return JSON.stringify(hover(w.configs, w.file, w.offset));
  };
  assert.match(await of('$request_id'), /1\.11\.0/);
  assert.match(await of('$proxy_protocol_server_addr'), /1\.17\.6/);
  for (const old of ['$invalid_referer', '$ancient_browser', '$msie', '$host']) assert.doesNotMatch(await of(old), /1\.13\.4/);
});
