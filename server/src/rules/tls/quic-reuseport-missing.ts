// QUIC sockets whose packets reach the wrong worker.

import { isNginx } from '../../answers/which-build.ts';
import { isSeenWhole } from '../../answers/which-socket.ts';
import { listenersOf } from '../../config/servers.ts';
import { fixOf } from '../fix.ts';
import { defineRule } from '../rule.ts';
import { appendWord, isOn } from '../tls.ts';

export default defineRule({
  id: 'quic-reuseport-missing',
  formerly: ['quic-reuseport'],
  group: 'tls',
  severity: 'info',
  since: '0.1',
  missing: ['listen', 'server'],
  equivalents: ['gixy:quic_bpf_reuseport'],
  title: 'QUIC without reuseport',
  why: `A QUIC connection is many UDP packets, and each must reach the worker process that holds the connection. With \`reuseport\` every worker has a socket of its own and the kernel keeps a client's packets together; without it several workers read from one socket, and connections break.

The kernel goes by addresses. When a client's address changes (from Wi-Fi to the mobile network, or behind a home router that forgets), its packets reach another worker; \`quic_bpf on\` (Linux 5.7 and later) makes the kernel go by the connection's id instead. It works on sockets with reuseport only.

One worker needs none of this.`,
  about: ['listen', 'quic_bpf', 'worker_processes'],
  looksAt: { config: true },
  needs: 'file',
  fixable: 'sometimes',
  messages: {
    shared: 'Several workers read from one QUIC socket, and connections break. Add reuseport to one listen line of {address}.',
    bpf: 'quic_bpf does nothing: no QUIC socket has reuseport. Add it.',
    moving: 'A client whose address changes loses its connection to {address}. Set quic_bpf on, if the kernel is Linux 5.7 or later.',
  },
  check({ config, report }) {
    const workers = config.main.value('worker_processes')?.value(0) ?? '1';
    const pairs = listenersOf(config).filter((p) => p.quic && p.listens.some((l) => l.directive) && isSeenWhole(p));
    if (!pairs.length) return;
    const bpf = config.main.first('quic_bpf');
    const on = isOn(config.main, 'quic_bpf');
    const reusing = pairs.filter((p) => p.listens.some((l) => l.params.includes('reuseport')));
    if (bpf && on && !reusing.length) report('bpf', { at: bpf.at(), severity: 'warning' });
    if (workers === '1') return;
    for (const pair of pairs) {
      const listen = pair.listens.find((l) => l.directive && l.params.includes('quic'))?.directive;
      if (!listen) continue;
      if (!reusing.includes(pair))
        report('shared', {
          at: listen.at(),
          data: { address: pair.text },
          severity: 'warning',
          fix: fixOf('Add reuseport', 'suggestion', listen.file, [appendWord(listen.args.at(-1)!, 'reuseport')]),
        });
      else if (!on && isNginx(config, '1.25.0'))
        report('moving', { at: listen.at(), data: { address: pair.text }, severity: 'hint', missing: ['quic_bpf'] });
    }
  },
  examples: [
    {
      inside: 'main',
      bad: `
worker_processes auto;
  quic_bpf on;
# ^^^^^^^^^^^^ bpf
events {
}
http {
    server {
        listen 443 quic;
#       ^^^^^^^^^^^^^^^^ shared
        listen 443 ssl;
        ssl_certificate site.pem;
        ssl_certificate_key site.key;
    }
}`,
      good: `
worker_processes auto;
  quic_bpf on;
events {
}
http {
    server {
        listen 443 quic reuseport;
        listen 443 ssl;
        ssl_certificate site.pem;
        ssl_certificate_key site.key;
    }
}`,
      notOn122: 'QUIC is there from 1.25.0 on',
    },
    {
      inside: 'main',
      good: `
events {
}
http {
    server {
        listen 443 quic;
        listen 443 ssl;
        ssl_certificate site.pem;
        ssl_certificate_key site.key;
    }
}`,
      notOn122: 'QUIC is there from 1.25.0 on',
    },
  ],
});
