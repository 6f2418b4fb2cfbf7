/** The application server's side of a new deployment: its settings, the systemd unit and socket. */
import {
  type Answers,
  heldBySystemd,
  type NewFile,
  productionSettings,
  SERVER_WORDS,
  secretName,
  servedModule,
  socketOf,
  webGroup,
} from './answers.ts';

const bindOf = (a: Answers): string => (a.runs === 'compose' ? '0.0.0.0:8000' : a.port ? `127.0.0.1:${a.port}` : `unix:${socketOf(a)}`);

/** The settings file of servers that have one. */
export function serverSettings(a: Answers): NewFile[] {
  const compose = a.runs === 'compose';
  if (a.server === 'gunicorn')
    return [
      {
        path: 'gunicorn.conf.py',
        about: 'Gunicorn reads it by itself from its working folder',
        text: `# Read by gunicorn from its working folder.
import multiprocessing
import os

wsgi_app = "${servedModule(a)}"
bind = "${bindOf(a)}"
# as many as the machine has use for; WEB_CONCURRENCY says otherwise
workers = int(os.environ.get("WEB_CONCURRENCY", min(2 * multiprocessing.cpu_count() + 1, 9)))
# a worker that waits for a database serves other requests meanwhile
worker_class = "gthread"
threads = 4
# shorter than nginx's proxy_read_timeout (60 s), so that the reason is in this log
timeout = 30
# running requests may end when the server is stopped
graceful_timeout = 30
# workers are replaced now and then, not all at once: slow leaks do no harm
max_requests = 1000
max_requests_jitter = 100
worker_tmp_dir = "/dev/shm"
${compose || a.port ? '# longer than nginx keeps its connections (60 s), so that none is closed under a request\nkeepalive = 75\n' : ''}${
  compose
    ? `# only nginx reaches this container's port
forwarded_allow_ips = "*"
`
    : `control_socket = "/run/${a.name}/gunicorn.ctl"
`
}accesslog = "-"
# the client's address as nginx says it
access_log_format = '%({x-real-ip}i)s "%(r)s" %(s)s %(b)s %(M)sms "%(a)s"'
errorlog = "-"
`,
      },
    ];
  if (a.server === 'uwsgi')
    return [
      {
        path: 'uwsgi.ini',
        about: "uWSGI's settings: the uwsgi protocol",
        text: `[uwsgi]
chdir = ${compose ? '/srv/app' : a.folder}
module = ${servedModule(a)}
strict = true
master = true
enable-threads = true
processes = %(%k + 1)
threads = 4
need-app = true
${
  heldBySystemd(a) && !compose
    ? `# systemd holds the socket ${socketOf(a)} and hands it over
`
    : `# the uwsgi protocol: nginx speaks it with uwsgi_pass
socket = ${bindOf(a).replace(/^unix:/, '')}
`
}vacuum = true
die-on-term = true
# larger cookies and headers than the 4096 bytes of the default
buffer-size = 32768
# shorter than nginx's uwsgi_read_timeout (60 s), so that the reason is in this log
harakiri = 30
# workers are replaced now and then: slow leaks do no harm
max-requests = 1000
`,
      },
    ];
  return [];
}

/** The command that starts the application server, its program below \`bin\`. */
export function command(a: Answers, bin: string): string {
  const module = servedModule(a);
  const at = a.runs === 'compose' ? '0.0.0.0' : '127.0.0.1';
  const port = a.runs === 'compose' ? 8000 : a.port;
  // whoever can open the unix socket is nginx, by its mode
  const trusted = a.runs === 'compose' || !port ? "'*'" : '127.0.0.1';
  switch (a.server) {
    case 'gunicorn':
      return `${bin}gunicorn`;
    case 'uwsgi':
      return `${bin}uwsgi --ini uwsgi.ini`;
    case 'uvicorn':
      return `${bin}uvicorn ${module} ${port ? `--host ${at} --port ${port}` : '--fd 3'} --workers 2 --proxy-headers --forwarded-allow-ips ${trusted} --timeout-graceful-shutdown 30 --limit-max-requests 10000${port ? ' --timeout-keep-alive 75' : ''}`;
    case 'hypercorn':
      return `${bin}hypercorn ${module} --bind ${port ? `${at}:${port}` : 'fd://3'} --workers 2 --graceful-timeout 30${port ? ' --keep-alive 75' : ''} --access-logfile -`;
    case 'granian':
      return `${bin}granian ${module} --interface asgi --host ${at} --port ${port} --workers 2 --access-log`;
    case 'daphne':
      return `${bin}daphne ${port ? `-b ${at} -p ${port}` : `-u ${socketOf(a)}`} --proxy-headers --access-log - ${module}`;
  }
}

const FRAMEWORK_TITLES: Readonly<Record<Answers['framework'], string>> = {
  django: 'Django',
  flask: 'Flask',
  fastapi: 'FastAPI',
  wsgi: 'WSGI',
};
/** What a deployment is, in words: framework and server. */
export const titleOf = (a: Answers): string => `${FRAMEWORK_TITLES[a.framework]} under ${SERVER_WORDS[a.server]}`;

/** What pip installs: uvicorn replaces workers that have ended since 0.30 only. */
export const packageOf = (a: Answers): string => (a.server === 'uvicorn' ? "'uvicorn[standard]>=0.30'" : a.server);

/** The variables that the application needs; secrets are made on the server. */
export const environmentFile = (a: Answers): NewFile => ({
  path: a.runs === 'compose' ? '.env.example' : `deploy/${a.name}.env.example`,
  about: 'Variables of the application; the copy on the server gets real secrets',
  text: `${a.runs === 'compose' ? '# Copied to .env, which no repository holds.' : `# Copied to /etc/${a.name}.env, which only root and the application read.`}
# python3 -c 'import secrets; print(secrets.token_urlsafe(50))'
${secretName(a)}=change-me
${a.framework === 'django' && a.runs === 'compose' ? `DJANGO_SETTINGS_MODULE=${productionSettings(a)}\n` : ''}${a.runs === 'compose' ? `# the name of the site, for nginx and the application\nDOMAIN=${a.domain}\n` : ''}`,
});

function unit(a: Answers): NewFile {
  const socket = heldBySystemd(a);
  const notifies = a.server === 'gunicorn' || a.server === 'uwsgi';
  const writable = a.mediaRoot ? `ReadWritePaths=${a.mediaRoot.replace(/\/+$/, '')}\n` : '';
  return {
    path: `deploy/${a.name}.service`,
    about: 'The systemd unit that runs the application',
    text: `[Unit]
Description=${a.name} (${titleOf(a)})
${socket ? `Requires=${a.name}.socket\nAfter=network.target ${a.name}.socket` : 'After=network.target'}
# a database that comes late at boot is waited for, however long
StartLimitIntervalSec=0

[Service]
Type=${notifies ? 'notify' : 'exec'}
User=${a.name}
# nginx runs in this group and must reach the application
Group=${webGroup(a)}
WorkingDirectory=${a.folder}
RuntimeDirectory=${a.name}
RuntimeDirectoryMode=0750
StateDirectory=${a.name}
StateDirectoryMode=0750
EnvironmentFile=/etc/${a.name}.env
Environment=PYTHONUNBUFFERED=1
${a.framework === 'django' ? `Environment=DJANGO_SETTINGS_MODULE=${productionSettings(a)}\n` : ''}ExecStart=${command(a, `${a.folder}/venv/bin/`).replaceAll("'*'", '*')}
${notifies ? 'ExecReload=/bin/kill -HUP $MAINPID\n' : ''}KillMode=mixed
${a.server === 'uwsgi' ? 'KillSignal=SIGTERM\n' : ''}TimeoutStopSec=35
Restart=always
RestartSec=2
UMask=0007

# what the application cannot do, even when somebody breaks into it
NoNewPrivileges=true
ProtectSystem=strict
${writable}ProtectHome=true
PrivateTmp=true
PrivateDevices=true
ProtectClock=true
ProtectHostname=true
ProtectKernelLogs=true
ProtectKernelModules=true
ProtectKernelTunables=true
ProtectControlGroups=true
ProtectProc=invisible
ProcSubset=pid
RestrictAddressFamilies=AF_UNIX AF_INET AF_INET6
RestrictNamespaces=true
RestrictRealtime=true
RestrictSUIDSGID=true
RemoveIPC=true
LockPersonality=true
CapabilityBoundingSet=
AmbientCapabilities=
SystemCallArchitectures=native
SystemCallFilter=@system-service
SystemCallFilter=~@privileged @resources
SystemCallErrorNumber=EPERM

[Install]
WantedBy=multi-user.target
`,
  };
}

const socketUnit = (a: Answers): NewFile => ({
  path: `deploy/${a.name}.socket`,
  about: 'The socket, which stays open while the application restarts: requests wait instead of failing',
  text: `[Unit]
Description=Socket of ${a.name}

[Socket]
ListenStream=${socketOf(a)}
# nginx's group, and nobody else
SocketUser=${a.name}
SocketGroup=${webGroup(a)}
SocketMode=0660

[Install]
WantedBy=sockets.target
`,
});

/** The systemd units of a deployment. */
export const unitFiles = (a: Answers): NewFile[] => [unit(a), ...(heldBySystemd(a) ? [socketUnit(a)] : [])];

/** How many bytes of words a summary says of it. */
export const listensOn = (a: Answers): string =>
  a.runs === 'compose' ? 'port 8000 of its container' : a.port ? `127.0.0.1:${a.port}` : `the unix socket ${socketOf(a)}`;
