/** Connections that nginx keeps to a server: how many, and for how long. */
import { files, main } from '../projects.ts';
import type { Trial, Variant } from '../trial.ts';

const OVER_HTTP = 'proxy_http_version 1.1; proxy_set_header Connection ""; proxy_pass http://app;';

/** A site whose group has these lines, before the server of a Procfile. */
const proc = (command: string, lines: string, pass = OVER_HTTP, workers = ''): Variant =>
  files({
    'nginx.conf': `${workers}\n${main(`upstream app { server 127.0.0.1:8000; ${lines} }\nserver { listen 80; location / { ${pass} } }`)}`,
    Procfile: `web: ${command}`,
  });

/** The same before a pool of php-fpm. */
const php = (pool: string, lines: string, pass = 'fastcgi_keep_conn on; fastcgi_pass app;', workers = ''): Variant =>
  files({
    'nginx.conf': `${workers}\n${main(`upstream app { server unix:/run/php/app.sock; ${lines} }\nserver { listen 80; location ~ \\.php$ { ${pass} } }`)}`,
    'php-fpm.d/www.conf': `[www]\nlisten = /run/php/app.sock\npm = dynamic\n${pool}`,
  });

const GREEN = 'gunicorn -k gevent -b 127.0.0.1:8000';
const WAITRESS = 'waitress-serve --listen=127.0.0.1:8000';
const UVICORN = 'uvicorn --port 8000';

export const TRIALS: readonly Trial[] = [
  {
    rule: 'keepalive-fills-server',
    bad: [
      php('pm.max_children = 5', 'keepalive 10;'),
      php('pm.max_children = 20', 'keepalive 8;', undefined, 'worker_processes 4;'),
      proc(`${WAITRESS} app:app`, 'keepalive 32;', undefined, 'worker_processes 4;'),
      proc(`${WAITRESS} --connection-limit=50 app:app`, 'keepalive 64;', undefined, 'worker_processes auto;'),
      proc(`${GREEN} --worker-connections 16 -w 2 app:app`, 'keepalive 32;'),
      proc('gunicorn --threads 4 --worker-connections 10 -b 127.0.0.1:8000 app:app', 'keepalive 16;'),
      proc(`${UVICORN} --limit-concurrency 32 app:app`, 'keepalive 32;', undefined, 'worker_processes 2;'),
      files({
        'nginx.conf': `worker_processes 2;\n${main(`upstream a { server 127.0.0.1:8000; keepalive 30; }\nupstream b { server 127.0.0.1:8000; keepalive 30; }\nserver { listen 80; location /a/ { ${OVER_HTTP.replace('app', 'a')} } location / { ${OVER_HTTP.replace('app', 'b')} } }`)}`,
        'run.py': "from waitress import serve\nfrom app import app\nserve(app, listen='127.0.0.1:8000', threads=8)\n",
      }),
    ],
    sane: [
      php('pm.max_children = 50', 'keepalive 8;', undefined, 'worker_processes 4;'),
      php('pm.max_children = 5', 'keepalive 10;', 'fastcgi_pass app;'),
      php('pm.max_children = 5', 'keepalive 4;', undefined, 'worker_processes auto;'),
      proc(`${WAITRESS} app:app`, 'keepalive 16;', undefined, 'worker_processes 4;'),
      proc(`${WAITRESS} --connection-limit=1000 app:app`, 'keepalive 64;', undefined, 'worker_processes 8;'),
      proc(`${GREEN} -w 4 app:app`, 'keepalive 64;', undefined, 'worker_processes 4;'),
      proc('gunicorn -w 2 -b 127.0.0.1:8000 app:app', 'keepalive 64;'),
      proc(`${UVICORN} --limit-concurrency 32 app:app`, 'keepalive 64;', undefined, 'worker_processes 1;'),
      proc(`${UVICORN} app:app`, 'keepalive 64;', undefined, 'worker_processes 4;'),
      proc(
        `${WAITRESS} --connection-limit=20 app:app`,
        'keepalive 64;',
        'proxy_http_version 1.1; proxy_set_header Connection close; proxy_pass http://app;',
      ),
    ],
  },
  {
    rule: 'keepalive-outlives-server',
    bad: [
      proc(`${UVICORN} app:app`, 'keepalive 16;'),
      proc(`${UVICORN} --timeout-keep-alive 20 app:app`, 'keepalive 16; keepalive_timeout 30s;'),
      proc('gunicorn -k uvicorn.workers.UvicornWorker -b 127.0.0.1:8000 app:app', 'keepalive 8;'),
      proc(`${GREEN} app:app`, 'keepalive 8; keepalive_timeout 1m;'),
      proc('gunicorn --threads 8 --keep-alive 5 -b 127.0.0.1:8000 app:app', 'keepalive 8;'),
      proc(`${WAITRESS} --channel-timeout=30 app:app`, 'keepalive 8;'),
      proc(
        `${UVICORN} app:app`,
        'keepalive 16;',
        'proxy_http_version 1.1; proxy_set_header Connection $up; proxy_pass http://app;'.replace('$up', '""'),
      ),
    ],
    sane: [
      proc(`${UVICORN} --timeout-keep-alive 75 app:app`, 'keepalive 16;'),
      proc(`${UVICORN} app:app`, 'keepalive 16; keepalive_timeout 4s;'),
      proc(`${UVICORN} app:app`, ''),
      proc(`${UVICORN} app:app`, 'keepalive 16;', 'proxy_http_version 1.0; proxy_pass http://app;'),
      proc('gunicorn -b 127.0.0.1:8000 app:app', 'keepalive 16;'),
      proc('gunicorn -k gthread --threads 4 --keep-alive 65 -b 127.0.0.1:8000 app:app', 'keepalive 16;'),
      proc(`${WAITRESS} app:app`, 'keepalive 16;'),
      proc('daphne -p 8000 app:app', 'keepalive 16;'),
    ],
  },
];
