/** The variant in containers: a Compose file with the application, nginx with its site as a template, and certbot where it fetches the certificate. */
import { type Answers, type NewFile, stateOf } from './answers.ts';
import { command, packageOf } from './application.ts';

const DOMAIN = '$' + '{DOMAIN}';

/** The site as a template of the nginx image: envsubst puts the name of the site in, and leaves nginx's own variables alone. */
export const asTemplate = (file: NewFile, a: Answers): NewFile => ({
  ...file,
  // the image's own default.conf answers foreign names with a page of its own: the catch-all takes its place
  path: `${file.path.replace(/^deploy\/nginx\//, 'deploy/nginx/templates/').replace(/catch-all\.conf$/, 'default.conf')}.template`,
  text: file.text.replaceAll(a.domain, DOMAIN),
});

const list = (items: readonly string[], by: string): string => items.map((i) => `${by}- ${i}\n`).join('');

function composeFile(a: Answers): string {
  const django = a.framework === 'django';
  const start = a.server === 'gunicorn' ? 'gunicorn' : command(a, '');
  const run = django && a.staticRoot ? `sh -c "python manage.py collectstatic --noinput && exec ${start}"` : start;
  const certificates =
    a.tls === 'certbot'
      ? ['certificates:/etc/letsencrypt:ro', 'challenges:/var/www/letsencrypt:ro']
      : a.tls === 'own'
        ? ['./deploy/tls:/etc/nginx/tls:ro']
        : a.tls === 'acme'
          ? ['certificates:/var/cache/nginx']
          : [];
  const shared = [
    ...(a.staticRoot ? [`static:${a.staticRoot.replace(/\/+$/, '')}`] : []),
    ...(a.mediaRoot ? [`media:${a.mediaRoot.replace(/\/+$/, '')}`] : []),
  ];
  const volumes = [
    'data',
    ...(a.staticRoot ? ['static'] : []),
    ...(a.mediaRoot ? ['media'] : []),
    ...(a.tls === 'certbot' ? ['certificates', 'challenges'] : a.tls === 'acme' ? ['certificates'] : []),
  ];
  return `name: ${a.name}

services:
  app:
    build: .
    command: ${run}
    env_file: .env
    restart: unless-stopped
    volumes:
${list([...shared, `data:${stateOf(a)}`], '      ')}    networks:
      - backend
    # a program of an unprivileged user on a port above 1024 needs none of root's rights
    cap_drop:
      - ALL
    security_opt:
      - no-new-privileges:true
    healthcheck:
      test: ["CMD", "python", "-c", "import socket; socket.create_connection(('127.0.0.1', 8000), 2)"]
      interval: 10s
      timeout: 3s
      retries: 6
      start_period: 20s

  nginx:
    image: nginx:${a.nginx}
${a.tls === 'acme' ? '    command: ["nginx", "-g", "daemon off; load_module modules/ngx_http_acme_module.so;"]\n' : ''}${a.tls === 'certbot' ? RELOADING : ''}    restart: unless-stopped
    security_opt:
      - no-new-privileges:true
    environment:
      DOMAIN: ${DOMAIN}
    ports:
      - "80:80"
${a.tls === 'none' ? '' : '      - "443:443"\n'}    volumes:
      - ./deploy/nginx/templates:/etc/nginx/templates:ro
      - ./deploy/errors:/srv/errors:ro
${list([...shared.map((s) => `${s}:ro`), ...certificates], '      ')}    networks:
      - frontend
      - backend
    depends_on:
      app:
        condition: service_healthy
    healthcheck:
      test: ["CMD", "nginx", "-t", "-q"]
      interval: 1m
      timeout: 10s
${
  a.tls === 'certbot'
    ? `
  certbot:
    image: certbot/certbot:v5.1.0
    restart: unless-stopped
    volumes:
      - certificates:/etc/letsencrypt
      - challenges:/var/www/letsencrypt
    entrypoint: /bin/sh -c "trap exit TERM; while :; do certbot renew --webroot -w /var/www/letsencrypt; sleep 12h & wait; done"
`
    : ''
}
networks:
  frontend:
  # what only containers of this project reach; no port of it is published
  backend:

volumes:
${volumes.map((v) => `  ${v}:\n`).join('')}`;
}

/** nginx reads a certificate when it starts and when it is told to: what certbot renews beside it is read twice a day. */
const RELOADING = `    entrypoint: ["/bin/sh", "-c", "(while :; do sleep 12h; nginx -s reload; done) & exec /docker-entrypoint.sh nginx -g 'daemon off;'"]
`;

const dockerfile = (a: Answers): string => `FROM python:3.13-slim
ENV PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1
${
  a.server === 'uwsgi'
    ? `RUN apt-get update && apt-get install -y --no-install-recommends gcc libc6-dev && rm -rf /var/lib/apt/lists/*
`
    : ''
}WORKDIR /srv/app
COPY requirements.txt .
RUN pip install --no-cache-dir -r requirements.txt ${packageOf(a)}
RUN useradd --system --no-create-home app && install -d -o app ${[stateOf(a), a.staticRoot, a.mediaRoot].filter(Boolean).join(' ')}
COPY . .
USER app
EXPOSE 8000
CMD ["${a.server}"]
`;

/** The files of a deployment with containers. */
export const composeFiles = (a: Answers): NewFile[] => [
  { path: 'compose.yaml', about: 'The application, nginx and what they share, as containers', text: composeFile(a) },
  { path: 'Dockerfile', about: "The application's image", text: dockerfile(a) },
  {
    path: '.dockerignore',
    about: 'What is no part of the image: secrets, the repository, environments',
    text: '.env\n.env.*\n.git\n.venv\nvenv\n__pycache__\n*.pyc\nnode_modules\ndeploy\n',
  },
];
