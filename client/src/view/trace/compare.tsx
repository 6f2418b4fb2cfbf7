// Two requests side by side as a table of stations; where there is no room, difference after difference.
import type { Good } from './parts.tsx';
import { Breaking } from './parts.tsx';

interface Row {
  readonly name: string;
  readonly before: string;
  readonly now: string;
}

/** The names of both lists, each behind the one that it follows in its own: what only one request has is beside its neighbours. */
export function inOrder(a: readonly string[], b: readonly string[]): string[] {
  const out = [...a];
  let at = 0;
  for (const name of b) {
    const known = out.indexOf(name);
    if (known < 0) out.splice(at++, 0, name);
    else at = known + 1;
  }
  return out;
}

/** Stations of the same title and turn stand in one row, then the end, then the headers of the answer. */
function rowsOf(before: Good, now: Good): Row[] {
  const facts = (g: Good): Map<string, string> => {
    const out = new Map<string, string>();
    for (const s of g.line.down) {
      let name: string = s.title;
      for (let turn = 2; out.has(name); turn++) name = `${s.title} ${turn}`;
      out.set(name, s.fact);
    }
    out.set('answer', g.line.ending);
    // what only one of two applications sees is no difference of the requests
    if (before.application && now.application) for (const l of g.application?.lines ?? []) out.set(`sees ${l.name}`, l.value);
    for (const h of g.answer)
      out.set(`header ${h.name}`, out.has(`header ${h.name}`) ? `${out.get(`header ${h.name}`)}, ${h.value}` : h.value);
    return out;
  };
  const [a, b] = [facts(before), facts(now)];
  return inOrder([...a.keys()], [...b.keys()]).map((name) => ({ name, before: a.get(name) ?? '–', now: b.get(name) ?? '–' }));
}

/** Two answers as a table of what differs. */
export function Compare({ before, now }: { before: Good; now: Good }) {
  const rows = rowsOf(before, now);
  const same = rows.filter((r) => r.before === r.now).length;
  const titles = [before.line.title, now.line.title];
  if (titles[0] === titles[1]) [titles[0], titles[1]] = [`${titles[0]}, before`, `${titles[1]}, now`];
  // beside each value, where there is no room for columns: what both have in common is not repeated
  const [host] = /^\S+ [a-z]+:\/\/[^/]+(?=\/)/i.exec(titles[0] ?? '') ?? [''];
  const origin = host.replace(/^\S+ /, '');
  const short = titles.map((t) => (origin && titles.every((one) => one.includes(` ${origin}/`)) ? t.replace(origin, '') : t));
  return (
    <section class="compare" aria-label="Comparison">
      <table>
        <thead>
          <tr>
            <th scope="col">Station</th>
            <th scope="col">
              <Breaking text={titles[0] ?? ''} />
            </th>
            <th scope="col">
              <Breaking text={titles[1] ?? ''} />
            </th>
          </tr>
        </thead>
        <tbody>
          {rows.map((r) => (
            <tr key={r.name} class={r.before === r.now ? 'same' : 'differs'}>
              <th scope="row">{r.name}</th>
              <td data-of={short[0]}>
                <Breaking text={r.before} />
              </td>
              <td data-of={short[1]}>
                <Breaking text={r.now} />
              </td>
            </tr>
          ))}
        </tbody>
      </table>
      <p class="quiet">{same === rows.length ? 'Nothing differs.' : `${same} of ${rows.length} rows are the same.`}</p>
    </section>
  );
}
