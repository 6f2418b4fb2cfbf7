/** Projects of a configuration and an application, for the trial of the rules that look at both. */
import { tree, type Variant } from './trial.ts';

export const CERT = 'ssl_certificate /etc/ssl/a.pem; ssl_certificate_key /etc/ssl/a.key;';
export const THREE =
  'proxy_set_header Host $host; proxy_set_header X-Forwarded-For $proxy_add_x_forwarded_for; proxy_set_header X-Forwarded-Proto $scheme;';
export const BASE = "SECRET_KEY='x'\nDEBUG=False\nROOT_URLCONF='shop.urls'\nALLOWED_HOSTS=['acme-shop.de']\nSTATIC_URL='/static/'\n";

export const files = (all: Readonly<Record<string, string>>): Variant =>
  tree(
    Object.entries(all)
      .map(([path, text]) => `#- ${path}\n${text}\n`)
      .join(''),
  );
export const main = (http: string): string => `events { }\nhttp {\n${http}\n}`;

/** A Django project behind Gunicorn on a socket: what is in the server, what is added to the settings, further files. */
export const django = (server: string, settings = '', more: Readonly<Record<string, string>> = {}): Variant =>
  files({
    'nginx.conf': main(`server { server_name acme-shop.de;\n${server}\n}`),
    'app/manage.py': "import os\nos.environ.setdefault('DJANGO_SETTINGS_MODULE', 'shop.settings')",
    'app/gunicorn.conf.py': "bind = 'unix:/run/shop.sock'\nwsgi_app = 'shop.wsgi'",
    'app/shop/settings.py': `${BASE}${settings}`,
    'app/shop/urls.py': 'from django.urls import path\nurlpatterns = []',
    'app/shop/wsgi.py': 'from django.core.wsgi import get_wsgi_application\napplication = get_wsgi_application()',
    ...more,
  });
export const APP = `location / { ${THREE} proxy_pass http://unix:/run/shop.sock; }`;

export const compose = (command: string, nginx: string, more: Readonly<Record<string, string>> = {}): Variant =>
  files({
    'nginx/nginx.conf': main(`server { listen 80; server_name acme-shop.de; ${nginx} }`),
    'docker-compose.yml': `services:\n  web:\n    build: ./app\n    command: ${command}\n  nginx:\n    image: nginx:1.28\n    volumes: ["./nginx/nginx.conf:/etc/nginx/nginx.conf:ro"]\n    ports: ["80:80"]`,
    'app/main.py': 'from fastapi import FastAPI\napp = FastAPI()\n@app.get("/")\ndef home():\n    return {}',
    'app/requirements.txt': 'fastapi\nuvicorn\ngunicorn',
    ...more,
  });
