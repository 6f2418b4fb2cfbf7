/** Trees for the examples of this group: nginx's file and a small project beside it. */

/** `#- path` sections of files; the first one is the main file. */
export const tree = (files: Readonly<Record<string, string>>): string =>
  Object.entries(files)
    .map(([path, text]) => `#- ${path}\n${text.replace(/^\n/, '').replace(/\n?$/, '\n')}`)
    .join('');

/** A main file around the lines of an http block. */
export const main = (http: string): string => `events {\n}\nhttp {\n${http.replace(/^\n/, '').replace(/\n?$/, '\n')}}\n`;

/** A Django project: the settings, and gunicorn's configuration when none is given. */
export const django = (settings: string, gunicorn = "bind = 'unix:/run/shop.sock'\n"): Readonly<Record<string, string>> => ({
  'app/manage.py': "import os\nos.environ.setdefault('DJANGO_SETTINGS_MODULE', 'shop.settings')\n",
  'app/gunicorn.conf.py': gunicorn,
  'app/shop/settings.py': settings.replace(/^\n/, ''),
});

/** The lines that every proxied location needs. */
export const FORWARDED = `proxy_set_header Host $host;
        proxy_set_header X-Forwarded-For $proxy_add_x_forwarded_for;
        proxy_set_header X-Forwarded-Proto $scheme;`;

export const CERTIFICATE = `ssl_certificate /etc/ssl/shop.pem;
    ssl_certificate_key /etc/ssl/shop.key;`;

const inLocation = (head: string, lines: string): string =>
  main(`server {\n${head}    location / {\n${lines.replace(/^\n/, '')}\n    }\n}`);

/** A main file with one server whose `location /` holds these lines. */
export const site = (lines: string): string => inLocation('', lines);

/** The same over TLS, for shop.example.com. */
export const httpsSite = (lines: string): string =>
  inLocation(`    listen 443 ssl;\n    server_name shop.example.com;\n    ${CERTIFICATE}\n`, lines);

/** nginx in a cluster, its main file from a ConfigMap. */
export const EDGE = `apiVersion: apps/v1
kind: Deployment
metadata: { name: edge }
spec:
  template:
    metadata: { labels: { app: edge } }
    spec:
      containers:
        - name: nginx
          image: nginx:1.28
          volumeMounts: [{ name: conf, mountPath: /etc/nginx/nginx.conf, subPath: nginx.conf }]
      volumes: [{ name: conf, configMap: { name: edge } }]
`;

/** The kustomization that makes this ConfigMap of the file beside it. */
export const EDGE_MAP = 'configMapGenerator: [{ name: edge, files: [../nginx.conf] }]\n';

/** Django and nginx in containers that share a volume for static files; `run` ends the Dockerfile, `mounted` is where the application has the volume. */
export const sharingStatic = (run: string, mounted = '/app/collected'): Readonly<Record<string, string>> => ({
  'nginx/nginx.conf': main(`server {
    location /static/ {
        alias /srv/static/;
    }
    location / {
        proxy_pass http://web:8000;
    }
}`),
  'compose.yaml': `services:\n  web:\n    build: ./app\n    command: gunicorn shop.wsgi -b :8000\n    volumes: ["static:${mounted}"]\n  nginx:\n    image: nginx:1.28\n    volumes: ["./nginx:/etc/nginx", "static:/srv/static"]\nvolumes:\n  static:\n`,
  'app/Dockerfile': `FROM python:3.13\nWORKDIR /app\nCOPY . .\n${run}`,
  'app/manage.py': "import os\nos.environ.setdefault('DJANGO_SETTINGS_MODULE', 'shop.settings')\n",
  'app/shop/settings.py': "ALLOWED_HOSTS = ['*']\nSTATIC_URL = 'static/'\nSTATIC_ROOT = '/app/collected'\n",
});
