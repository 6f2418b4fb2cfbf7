/** Buffers for request lines and headers that are larger than the benchmark wants. */
import { isOverridden } from '../../answers/where-a-line-counts.ts';
import { parseSize } from '../../catalog/value-kind.ts';
import { defineRule } from '../rule.ts';

/** Bytes in all: two buffers of a kilobyte. */
const MOST = 2 * 1024;

export default defineRule({
  id: 'header-buffers-large',
  group: 'compliance',
  severity: 'info',
  default: false,
  since: '0.2',
  controls: { cis: ['5.2.3'] },
  missing: ['large_client_header_buffers'],
  title: 'Large buffers for request lines',
  why: `
\`large_client_header_buffers\` bounds how long a request line and a header may be. The benchmark wants two buffers of 1 KB, so that long URLs are refused; nginx has four of 8 KB. Cookies and tokens of many applications need more: 4 KB and up.`,
  about: ['large_client_header_buffers'],
  looksAt: { config: true },
  needs: 'config',
  messages: {
    absent: 'Request lines and headers may have 8 KB each: large_client_header_buffers is not set. The benchmark wants "2 1k".',
    large: '{text} lets in longer request lines than the benchmark wants. Write 2 1k, or as much as the application needs.',
  },
  check({ config, report }) {
    const http = config.main.first('http');
    if (!config.whole || !http) return;
    const lines = config.main.all.filter((d) => d.name === 'large_client_header_buffers' && !isOverridden(d));
    if (!lines.length) return report('absent', { at: http.nameAt });
    for (const line of lines) {
      const size = parseSize(line.value(1));
      if (size.ok && Number(line.value(0)) * size.value > MOST) report('large', { at: line.at(), data: { text: line.values.join(' ') } });
    }
  },
  examples: [
    {
      inside: 'http',
      bad: `   large_client_header_buffers 4 16k;
#  ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ large`,
      good: 'large_client_header_buffers 2 1k;',
    },
  ],
});
