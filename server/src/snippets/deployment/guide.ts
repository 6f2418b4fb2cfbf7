/** DEPLOY.md: the exact commands, in order, each with how to see that it worked. */
import {
  type Answers,
  heldBySystemd,
  isHttps,
  type NewFile,
  productionSettings,
  secretName,
  socketOf,
  stateOf,
  webGroup,
} from './answers.ts';
import { listensOn, packageOf, titleOf } from './application.ts';

const sh = (...lines: readonly string[]): string => `\`\`\`sh\n${lines.join('\n')}\n\`\`\``;

interface Step {
  readonly title: string;
  readonly text: string;
}

const sitesOf = (a: Answers): { to: (name: string) => string; enable: (name: string) => string[] } =>
  a.system === 'debian'
    ? {
        to: (name) => `/etc/nginx/sites-available/${name}.conf`,
        enable: (name) => [`sudo ln -sf /etc/nginx/sites-available/${name}.conf /etc/nginx/sites-enabled/${name}.conf`],
      }
    : { to: (name) => `/etc/nginx/conf.d/${name}.conf`, enable: () => [] };

const url = (a: Answers): string => `${isHttps(a) ? 'https' : 'http'}://${a.domain}/`;

/** What the other steps take for granted. */
function packages(a: Answers): Step {
  const names = [
    ...(a.system === 'nginx.org' ? [] : ['nginx']),
    a.system === 'rhel' ? 'python3' : 'python3-venv',
    'rsync',
    ...(a.tls === 'certbot' ? ['certbot'] : []),
    // pip builds uWSGI from its source
    ...(a.server === 'uwsgi' ? (a.system === 'rhel' ? ['gcc', 'python3-devel'] : ['gcc', 'python3-dev']) : []),
    ...(a.system === 'rhel' ? ['policycoreutils-python-utils'] : []),
  ];
  const words =
    a.system === 'nginx.org'
      ? "nginx comes from nginx.org's own packages: nginx.org/en/linux_packages.html. The rest:\n\n"
      : a.system === 'rhel' && a.tls === 'certbot'
        ? 'certbot is in EPEL: `sudo dnf install epel-release` first.\n\n'
        : '';
  return {
    title: 'Packages',
    text: `${words}${sh(`sudo ${a.system === 'rhel' ? 'dnf' : 'apt-get'} install ${names.join(' ')}`)}\n\nCheck: \`nginx -v\` says ${a.nginx.split('-')[0]} or newer, \`systemctl is-active nginx\` says active${
      a.system === 'debian' ? '' : ' (`sudo systemctl enable --now nginx` starts it)'
    }.`,
  };
}

/** Where SELinux is on, nginx reads files of certain types only, and speaks with nobody by default. */
function selinux(a: Answers): Step {
  const files = [a.staticRoot, a.mediaRoot, `${a.folder}/deploy/errors`].filter((p) => p !== '').map((p) => p.replace(/\/+$/, ''));
  return {
    title: 'SELinux',
    text: `nginx may read files of its own type only, and must be allowed to speak with the application. Where \`getenforce\` says Disabled, go on.\n\n${sh(
      ...files.map((f) => `sudo semanage fcontext -a -t httpd_sys_content_t '${f}(/.*)?'`),
      `sudo restorecon -R ${files.join(' ')}`,
      ...(a.port ? ['sudo setsebool -P httpd_can_network_connect 1'] : []),
    )}${
      a.port
        ? ''
        : `\n\nThe socket needs a policy of its own, which is made from what was refused. After the last step, when the site answers 502:\n\n${sh(
            `sudo ausearch -m avc -c nginx --raw | audit2allow -M ${a.name}-nginx`,
            `sudo semodule -i ${a.name}-nginx.pp`,
          )}\n\nOr choose \`--port\`, which needs one switch instead.`
    }\n\nCheck: \`ls -Z ${files[0]}\` names httpd_sys_content_t.`,
  };
}

function onTheServer(a: Answers): Step[] {
  const { to, enable } = sitesOf(a);
  const put = (name: string): string[] => [`sudo install -m 644 deploy/nginx/${name}.conf ${to(name)}`, ...enable(name)];
  const reload = ['sudo nginx -t', 'sudo systemctl reload nginx'];
  // in a shell of the user's own, so that no list of processes shows a secret
  const manage = `sudo -u ${a.name} sh -c 'set -a; . /etc/${a.name}.env; DJANGO_SETTINGS_MODULE=${productionSettings(a)} exec venv/bin/python manage.py "$@"' --`;
  const nologin = a.system === 'debian' ? '/usr/sbin/nologin' : '/sbin/nologin';
  const writable = [a.staticRoot, a.mediaRoot].filter((p) => p !== '');
  const steps: Step[] = [
    packages(a),
    {
      title: 'A user and a folder',
      text: `The application runs as a user of its own, who owns nothing but the files that it writes.\n\n${sh(
        `sudo useradd --system --no-create-home --home-dir ${a.folder} --shell ${nologin} ${a.name}`,
        `sudo install -d -m 755 ${a.folder}`,
        `# copy the project into ${a.folder}, root's and readable for all, without what is yours alone:`,
        `sudo rsync -a --chown=root:root --chmod=u=rwX,go=rX --exclude venv --exclude .venv --exclude .git --exclude '.env*' --exclude '*.sqlite3' ./ ${a.folder}/`,
        `cd ${a.folder}`,
        ...(writable.length ? [`sudo install -d -m 755 -o ${a.name} ${writable.join(' ')}`] : []),
        `sudo install -d -m 750 -o ${a.name} ${stateOf(a)}`,
      )}\n\nCheck: \`id ${a.name}\` names the user, \`ls ${a.folder}/deploy\` shows the files of this deployment.`,
    },
    {
      title: 'Python and the packages',
      text: `${sh(
        'sudo python3 -m venv venv',
        'sudo venv/bin/pip install -r requirements.txt',
        `sudo venv/bin/pip install ${packageOf(a)}`,
      )}\n\nCheck: \`venv/bin/${a.server} --version\`.`,
    },
    {
      title: 'Secrets',
      text: `${sh(
        `sudo install -m 640 -g ${a.name} deploy/${a.name}.env.example /etc/${a.name}.env`,
        `sudo sed -i "s|^${secretName(a)}=.*|${secretName(a)}=$(python3 -c 'import secrets; print(secrets.token_urlsafe(50))')|" /etc/${a.name}.env`,
      )}\n\nCheck: \`sudo grep -c change-me /etc/${a.name}.env\` prints 0.`,
    },
  ];
  if (a.framework === 'django')
    steps.push({
      title: 'Database and static files',
      text: `${sh(`${manage} migrate`, ...(a.staticRoot ? [`${manage} collectstatic --noinput`] : []), `${manage} check --deploy`)}\n\nCheck: the last command finds nothing to warn about${
        a.staticRoot ? `, and \`ls ${a.staticRoot}\` shows files` : ''
      }.`,
    });
  const service = heldBySystemd(a) ? `${a.name}.socket ${a.name}.service` : `${a.name}.service`;
  steps.push({
    title: 'The application',
    text: `${sh(
      `sudo install -m 644 deploy/${a.name}.service${heldBySystemd(a) ? ` deploy/${a.name}.socket` : ''} /etc/systemd/system/`,
      'sudo systemctl daemon-reload',
      `sudo systemctl enable --now ${service}`,
    )}\n\nCheck: \`systemctl status ${a.name}\` says active, and ${
      a.port
        ? `\`curl -sI -H 'Host: ${a.domain}' http://127.0.0.1:${a.port}/\` prints a status line of the application (404 where it has no page at /)`
        : a.server === 'uwsgi'
          ? `\`sudo ls -l ${socketOf(a)}\` shows the socket, in the group ${webGroup(a)}`
          : `\`sudo curl -sI -H 'Host: ${a.domain}' --unix-socket ${socketOf(a)} http://x/\` prints a status line of the application (404 where it has no page at /)`
    }. Its log: \`journalctl -u ${a.name}\`.`,
  });
  steps.push({
    title: 'nginx for foreign names',
    text: `One such server for the whole machine; where it is already there, go on. ${
      a.system === 'debian'
        ? "Debian's example site has its place and must go."
        : 'The example site that came with nginx has its place and must go.'
    }\n\n${sh(
      a.system === 'debian' ? 'sudo rm -f /etc/nginx/sites-enabled/default' : 'sudo rm -f /etc/nginx/conf.d/default.conf',
      ...put('catch-all'),
      ...reload,
    )}\n\nCheck: \`curl -sI http://127.0.0.1/\` ends without an answer.`,
  });
  if (a.tls === 'certbot')
    steps.push(
      {
        title: 'Port 80',
        text: `The authority asks on port 80 before there is a certificate: ${a.domain} must lead to this machine.\n\n${sh(
          'sudo install -d -m 755 /var/www/letsencrypt/.well-known/acme-challenge',
          ...put(`${a.name}-http`),
          ...reload,
        )}\n\nCheck: \`curl -sI http://${a.domain}/\` says 301.`,
      },
      {
        title: 'The certificate',
        text: `${sh(
          `sudo certbot certonly --webroot -w /var/www/letsencrypt -d ${a.domain} --deploy-hook 'systemctl reload nginx'${a.email ? ` -m ${a.email} --agree-tos -n` : ''}`,
        )}\n\nCheck: \`sudo certbot certificates\` shows ${a.domain}; \`sudo certbot renew --dry-run\` succeeds. certbot's timer renews it, and the hook makes nginx read the new one.`,
      },
    );
  if (a.tls === 'own')
    steps.push({
      title: 'The certificate',
      text: `${sh(
        'sudo install -d -m 755 /etc/nginx/tls',
        `sudo install -m 644 fullchain.pem /etc/nginx/tls/${a.domain}.pem`,
        `sudo install -m 600 privkey.pem /etc/nginx/tls/${a.domain}.key`,
      )}\n\nCheck: \`openssl x509 -in /etc/nginx/tls/${a.domain}.pem -noout -ext subjectAltName -enddate\` names ${a.domain}.`,
    });
  if (a.tls === 'acme')
    steps.push({
      title: "nginx's ACME module",
      text: `nginx fetches certificates itself, for all its sites. Put \`load_module modules/ngx_http_acme_module.so;\` at the top of /etc/nginx/nginx.conf. The third command names this machine's own name server.\n\n${sh(
        'sudo apt-get install nginx-module-acme || sudo dnf install nginx-module-acme',
        `sudo install -d -m 700 -o ${webGroup(a)} /var/cache/nginx/acme-letsencrypt`,
        `sudo sed -i "s|^resolver .*|resolver $(awk '/^nameserver/ { print $2; exit }' /etc/resolv.conf) ipv6=off;|" deploy/nginx/acme.conf`,
        ...put('acme'),
        'sudo nginx -t',
      )}\n\nCheck: the last command succeeds.`,
    });
  if (a.compression !== 'gzip')
    steps.push({
      title: `The module for ${a.compression}`,
      text: `It comes as a package of its own, and not from every source of nginx. On Debian and Ubuntu:\n\n${sh(
        `sudo apt-get install libnginx-mod-http-${a.compression}-filter`,
      )}\n\nCheck: \`sudo nginx -T 2>/dev/null | grep load_module\` names it. Without the module, remove the lines that begin with ${a.compression} from deploy/nginx/${a.name}.conf: gzip is there anyway.`,
    });
  if (a.system === 'rhel') steps.push(selinux(a));
  steps.push({
    title: 'The site',
    text: `${sh(...put(a.name), ...reload)}\n\nCheck: \`curl -sI ${url(a)}\` answers with the application${
      a.tls === 'none' ? '' : ', and `curl -sI http://' + a.domain + '/` with 301'
    }.`,
  });
  if (a.proxy)
    steps.push({
      title: 'The proxy that terminates TLS',
      text: `It must write three headers itself, on every request, and redirect plain HTTP. Where it is an nginx, in the server for ${a.domain}:\n\n\`\`\`nginx\nproxy_set_header Host $host;\nproxy_set_header X-Forwarded-For $remote_addr;\nproxy_set_header X-Forwarded-Proto $scheme;\nproxy_pass http://ADDRESS-OF-THIS-MACHINE;\n\`\`\`\n\nOnly ${a.proxy} is believed; another address is changed in deploy/nginx/${a.name}.conf, twice. Let the firewall admit it alone to port 80.\n\nCheck: \`curl -sI ${url(a)}\` answers with the application, and its access log shows your own address.`,
    });
  steps.push({
    title: 'A new release',
    text: `${sh(
      `# copy the new files into ${a.folder}`,
      'sudo venv/bin/pip install -r requirements.txt',
      ...(a.framework === 'django' ? [`${manage} migrate`, ...(a.staticRoot ? [`${manage} collectstatic --noinput`] : [])] : []),
      `sudo systemctl ${a.server === 'gunicorn' || a.server === 'uwsgi' ? 'reload' : 'restart'} ${a.name}`,
    )}\n\n${
      heldBySystemd(a)
        ? 'The socket stays open meanwhile: requests wait, none fails.'
        : 'While it restarts, people see deploy/errors/down.html.'
    }`,
  });
  return steps;
}

function inContainers(a: Answers): Step[] {
  return [
    {
      title: 'Secrets',
      text: `${sh(
        'cp .env.example .env',
        `sed -i "s|^${secretName(a)}=.*|${secretName(a)}=$(python3 -c 'import secrets; print(secrets.token_urlsafe(50))')|" .env`,
      )}\n\nCheck: \`grep -c change-me .env\` prints 0. Keep .env out of the repository.`,
    },
    ...(a.tls === 'certbot'
      ? [
          {
            title: 'The first certificate',
            text: `nginx cannot start without it, so certbot answers on port 80 itself this once: ${a.domain} must lead to this machine.\n\n${sh(
              `docker compose run --rm -p 80:80 --entrypoint certbot certbot certonly --standalone -d ${a.domain}`,
            )}\n\nCheck: it says where the certificate was saved. The service certbot renews it, and nginx reads the new one within 12 hours.`,
          },
        ]
      : []),
    ...(a.tls === 'own'
      ? [
          {
            title: 'The certificate',
            text: `${sh(
              'mkdir -p deploy/tls',
              `cp fullchain.pem deploy/tls/${a.domain}.pem`,
              `install -m 600 privkey.pem deploy/tls/${a.domain}.key`,
            )}\n\nCheck: \`openssl x509 -in deploy/tls/${a.domain}.pem -noout -enddate\`. Keep deploy/tls out of the repository.`,
          },
        ]
      : []),
    {
      title: 'Start',
      text: `${sh(
        'docker compose build',
        ...(a.framework === 'django' ? ['docker compose run --rm app python manage.py migrate'] : []),
        'docker compose up -d',
      )}\n\nCheck: \`docker compose ps\` says healthy for both, and \`curl -sI ${url(a)}\` answers.`,
    },
    {
      title: 'A new release',
      text: `${sh(
        'docker compose build app',
        ...(a.framework === 'django' ? ['docker compose run --rm app python manage.py migrate'] : []),
        'docker compose up -d app',
        // it looks the new container's address up, too
        'docker compose exec nginx nginx -s reload',
      )}\n\nCheck: \`docker compose logs -f app\`.`,
    },
  ];
}

/** The guide, as the last file of a deployment. */
export function guide(a: Answers, files: readonly NewFile[]): NewFile {
  const steps = a.runs === 'compose' ? inContainers(a) : onTheServer(a);
  return {
    path: 'DEPLOY.md',
    about: 'The commands that put all this into service, in order, and how to check each',
    text: `# Deploying ${a.domain}

${titleOf(a)} on ${listensOn(a)}, behind nginx ${a.nginx}${a.runs === 'compose' ? ', in containers' : ''}.

| file | is |
|---|---|
${files.map((f) => `| ${f.path} | ${f.about} |`).join('\n')}

${steps.map((s, i) => `## ${i + 1}. ${s.title}\n\n${s.text}`).join('\n\n')}
`,
  };
}

/** What to do next, in a few words, for the terminal. */
export const nextSteps = (a: Answers): string[] =>
  (a.runs === 'compose' ? inContainers(a) : onTheServer(a)).slice(0, -1).map((s, i) => `${i + 1}. ${s.title}`);
