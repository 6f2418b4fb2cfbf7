/** Texts in modules of NixOS are read where the module puts them, and nothing is said of what stands around them there. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fromPath } from '../../server/src/base/file-id.ts';
import { embeddedIn, keepsHost } from '../../server/src/project/embedded.ts';
import { nixStrings } from '../../server/src/project/nix-text.ts';
import { checked, inMemory, shown } from './world.ts';

const found = (text: string): string[] =>
  embeddedIn(fromPath('/checkout/project/site.nix'), '/checkout/project/site.nix', text).map(
    (e) => `${e.contexts?.join() ?? 'by itself'}: ${text.slice(e.span.start, e.span.end).trim()}`,
  );

test('each text has the path of its attribute', () =>
  assert.deepEqual(
    nixStrings(`{ pkgs, ... }:
let page = pkgs.writeText "page.conf" ''
  a
''; in {
  # it's no string
  services.nginx = {
    virtualHosts."a.example" = { locations = { "/x" = { extraConfig = lib.mkForce ''b \${if c then "}" else ''d''}''; }; }; };
    virtualHosts.\${name}.extraConfig = ''e ''\${f} ''' '';
  };
}`).map(({ path, file }) => `${path.join('/')} ${file ?? '-'}`),
    [
      'page page.conf',
      'services/nginx/virtualHosts/a.example/locations//x/extraConfig -',
      'services/nginx/virtualHosts/${name}/extraConfig -',
    ],
  ));

test('options of services.nginx say the block, other modules say nothing', () =>
  assert.deepEqual(
    found(`{
  services.postgresql.extraConfig = ''
    listen_addresses = 'all';
  '';
  services.caddy.virtualHosts.a.extraConfig = ''
    proxy / localhost:80 { transparent; }
  '';
  services.nginx = {
    appendConfig = '' worker_rlimit_nofile 2048; '';
    commonHttpConfig = ''
      map $uri $kept { default 1; }
    '';
    upstreams.app.extraConfig = ''keepalive 8;'';
    virtualHosts.a = {
      extraConfig = ''gzip on;'';
      locations."/".extraConfig = ''
        expires 1h;
      '';
    };
  };
  environment.etc."nginx/more.conf".text = ''
    server { listen 8080; location / { return 204; } }
  '';
}`),
    [
      'main: worker_rlimit_nofile 2048;',
      'http: map $uri $kept { default 1; }',
      'upstream: keepalive 8;',
      'server: gzip on;',
      'location: expires 1h;',
      'by itself: server { listen 8080; location / { return 204; } }',
    ],
  ));

const MODULE = `{ config, lib, pkgs, ... }:
{
  services.nginx = {
    enable = true;
    recommendedProxySettings = true;
    appendHttpConfig = ''
      proxy_cache_path /var/cache/a keys_zone=a:10m;
      limit_req_zone $binary_remote_addr zone=each:10m rate=\${toString config.my.rate}r/s;
      include \${./limits.conf};
      geo $inside { default 0; \${lib.concatMapStrings (n: "\${n} 1;") config.my.nets} }
    '';
    virtualHosts."a.example.com" = {
      forceSSL = true;
      extraConfig = ''
        \${lib.optionalString config.my.strict ''
          add_header Strict-Transport-Security "max-age=31536000";
        ''}
        if ($blocked) { return 403; }
        set $name ''\${host};
      '';
      locations."/" = {
        proxyPass = "http://127.0.0.1:8000";
        extraConfig = ''
          proxy_cache a;
          error_page 502 = @down;
          proxy_set_header Connection $connection_upgrade;
          proxy_read_timeuot 1d;
        '';
      };
      locations."@down".return = "503";
      locations."~ \\\\.php$".extraConfig = ''
        fastcgi_pass unix:\${config.services.phpfpm.pools.a.socket};
        include \${pkgs.nginx}/conf/fastcgi_params;
        fastcgi_param SCRIPT_FILENAME $document_root$fastcgi_script_name;
      '';
    };
  };
}
`;

test('a module with one mistake has one finding', async () => {
  const { findings } = await checked(inMemory({ 'hosts/web.nix': MODULE, 'flake.nix': '{ outputs = { self }: { }; }\n' }), ['.']);
  assert.deepEqual(
    findings
      .filter((f) => f.severity === 'error' || f.severity === 'warning')
      .map((f) => `${shown(f).replace(/(?:\/#[^:]*)?:\d+/, '')}: ${f.message}`),
    ['hosts/web.nix error unknown-directive: Unknown directive "proxy_read_timeuot". Did you mean "proxy_read_timeout"?'],
  );
});

test('an edit keeps the string a string', () => {
  const text = "{ services.nginx.appendHttpConfig = ''\n  add_header X-Kept on;\n''; }";
  const [embedded] = embeddedIn(fromPath('/checkout/project/a.nix'), '/checkout/project/a.nix', text);
  const at = text.indexOf('on;');
  const edit = (newText: string) => keepsHost(embedded!, '/checkout/project/a.nix', text, [{ span: { start: at, end: at + 2 }, newText }]);
  assert.deepEqual(['off', "''", '${x}'].map(edit), [true, false, false]);
});
