/**
 * The files that come with nginx, with Debian's package and with certbot, as facts: their directives, word for word, without their comments
 * where these say nothing about the directives. Paths are those below nginx's configuration folder; absolute ones are certbot's.
 */
import { table } from '../base/table.ts';

/** `fastcgi.conf` is the same list with SCRIPT_FILENAME before it. */
const FASTCGI_PARAMS = `fastcgi_param  QUERY_STRING       $query_string;
fastcgi_param  REQUEST_METHOD     $request_method;
fastcgi_param  CONTENT_TYPE       $content_type;
fastcgi_param  CONTENT_LENGTH     $content_length;

fastcgi_param  SCRIPT_NAME        $fastcgi_script_name;
fastcgi_param  REQUEST_URI        $request_uri;
fastcgi_param  DOCUMENT_URI       $document_uri;
fastcgi_param  DOCUMENT_ROOT      $document_root;
fastcgi_param  SERVER_PROTOCOL    $server_protocol;
fastcgi_param  REQUEST_SCHEME     $scheme;
fastcgi_param  HTTPS              $https if_not_empty;

fastcgi_param  GATEWAY_INTERFACE  CGI/1.1;
fastcgi_param  SERVER_SOFTWARE    nginx/$nginx_version;

fastcgi_param  REMOTE_ADDR        $remote_addr;
fastcgi_param  REMOTE_PORT        $remote_port;
fastcgi_param  REMOTE_USER        $remote_user;
fastcgi_param  SERVER_ADDR        $server_addr;
fastcgi_param  SERVER_PORT        $server_port;
fastcgi_param  SERVER_NAME        $server_name;

fastcgi_param  REDIRECT_STATUS    200;
`;

export const STOCK_FILES: Readonly<Record<string, string>> = table({
  'fastcgi.conf': `fastcgi_param  SCRIPT_FILENAME    $document_root$fastcgi_script_name;\n${FASTCGI_PARAMS}`,
  fastcgi_params: FASTCGI_PARAMS,
  uwsgi_params: `uwsgi_param  QUERY_STRING       $query_string;
uwsgi_param  REQUEST_METHOD     $request_method;
uwsgi_param  CONTENT_TYPE       $content_type;
uwsgi_param  CONTENT_LENGTH     $content_length;

uwsgi_param  REQUEST_URI        $request_uri;
uwsgi_param  PATH_INFO          $document_uri;
uwsgi_param  DOCUMENT_ROOT      $document_root;
uwsgi_param  SERVER_PROTOCOL    $server_protocol;
uwsgi_param  REQUEST_SCHEME     $scheme;
uwsgi_param  HTTPS              $https if_not_empty;

uwsgi_param  REMOTE_ADDR        $remote_addr;
uwsgi_param  REMOTE_PORT        $remote_port;
uwsgi_param  SERVER_PORT        $server_port;
uwsgi_param  SERVER_NAME        $server_name;
`,
  scgi_params: `scgi_param  REQUEST_METHOD     $request_method;
scgi_param  REQUEST_URI        $request_uri;
scgi_param  QUERY_STRING       $query_string;
scgi_param  CONTENT_TYPE       $content_type;

scgi_param  DOCUMENT_URI       $document_uri;
scgi_param  DOCUMENT_ROOT      $document_root;
scgi_param  SCGI               1;
scgi_param  SERVER_PROTOCOL    $server_protocol;
scgi_param  REQUEST_SCHEME     $scheme;
scgi_param  HTTPS              $https if_not_empty;

scgi_param  REMOTE_ADDR        $remote_addr;
scgi_param  REMOTE_PORT        $remote_port;
scgi_param  SERVER_PORT        $server_port;
scgi_param  SERVER_NAME        $server_name;
`,
  proxy_params: `proxy_set_header Host $http_host;
proxy_set_header X-Real-IP $remote_addr;
proxy_set_header X-Forwarded-For $proxy_add_x_forwarded_for;
proxy_set_header X-Forwarded-Proto $scheme;
`,
  'snippets/fastcgi-php.conf': `fastcgi_split_path_info ^(.+?\\.php)(/.*)$;

try_files $fastcgi_script_name =404;

set $path_info $fastcgi_path_info;
fastcgi_param PATH_INFO $path_info;

fastcgi_index index.php;
include fastcgi.conf;
`,
  'snippets/snakeoil.conf': `ssl_certificate /etc/ssl/certs/ssl-cert-snakeoil.pem;
ssl_certificate_key /etc/ssl/private/ssl-cert-snakeoil.key;
`,
  'mime.types': `types {
    text/html                             html htm shtml;
    text/css                              css;
    text/xml                              xml;
    image/gif                             gif;
    image/jpeg                            jpeg jpg;
    application/javascript                js;
    application/atom+xml                  atom;
    application/rss+xml                   rss;

    text/mathml                           mml;
    text/plain                            txt;
    text/vnd.sun.j2me.app-descriptor      jad;
    text/vnd.wap.wml                      wml;
    text/x-component                      htc;

    image/avif                            avif;
    image/png                             png;
    image/svg+xml                         svg svgz;
    image/tiff                            tif tiff;
    image/vnd.wap.wbmp                    wbmp;
    image/webp                            webp;
    image/x-icon                          ico;
    image/x-jng                           jng;
    image/x-ms-bmp                        bmp;

    font/woff                             woff;
    font/woff2                            woff2;

    application/java-archive              jar war ear;
    application/json                      json;
    application/mac-binhex40              hqx;
    application/msword                    doc;
    application/pdf                       pdf;
    application/postscript                ps eps ai;
    application/rtf                       rtf;
    application/vnd.apple.mpegurl         m3u8;
    application/vnd.google-earth.kml+xml  kml;
    application/vnd.google-earth.kmz      kmz;
    application/vnd.ms-excel              xls;
    application/vnd.ms-fontobject         eot;
    application/vnd.ms-powerpoint         ppt;
    application/vnd.oasis.opendocument.graphics        odg;
    application/vnd.oasis.opendocument.presentation    odp;
    application/vnd.oasis.opendocument.spreadsheet     ods;
    application/vnd.oasis.opendocument.text            odt;
    application/vnd.openxmlformats-officedocument.presentationml.presentation    pptx;
    application/vnd.openxmlformats-officedocument.spreadsheetml.sheet    xlsx;
    application/vnd.openxmlformats-officedocument.wordprocessingml.document    docx;
    application/vnd.wap.wmlc              wmlc;
    application/wasm                      wasm;
    application/x-7z-compressed           7z;
    application/x-cocoa                   cco;
    application/x-java-archive-diff       jardiff;
    application/x-java-jnlp-file          jnlp;
    application/x-makeself                run;
    application/x-perl                    pl pm;
    application/x-pilot                   prc pdb;
    application/x-rar-compressed          rar;
    application/x-redhat-package-manager  rpm;
    application/x-sea                     sea;
    application/x-shockwave-flash         swf;
    application/x-stuffit                 sit;
    application/x-tcl                     tcl tk;
    application/x-x509-ca-cert            der pem crt;
    application/x-xpinstall               xpi;
    application/xhtml+xml                 xhtml;
    application/xspf+xml                  xspf;
    application/zip                       zip;

    application/octet-stream              bin exe dll;
    application/octet-stream              deb;
    application/octet-stream              dmg;
    application/octet-stream              iso img;
    application/octet-stream              msi msp msm;

    audio/midi                            mid midi kar;
    audio/mpeg                            mp3;
    audio/ogg                             ogg;
    audio/x-m4a                           m4a;
    audio/x-realaudio                     ra;

    video/3gpp                            3gpp 3gp;
    video/mp2t                            ts;
    video/mp4                             mp4;
    video/mpeg                            mpeg mpg;
    video/quicktime                       mov;
    video/webm                            webm;
    video/x-flv                           flv;
    video/x-m4v                           m4v;
    video/x-mng                           mng;
    video/x-ms-asf                        asx asf;
    video/x-ms-wmv                        wmv;
    video/x-msvideo                       avi;
}
`,
  '/etc/letsencrypt/options-ssl-nginx.conf': `ssl_session_cache shared:le_nginx_SSL:10m;
ssl_session_timeout 1440m;
ssl_session_tickets off;

ssl_protocols TLSv1.2 TLSv1.3;
ssl_prefer_server_ciphers off;

ssl_ciphers "ECDHE-ECDSA-AES128-GCM-SHA256:ECDHE-RSA-AES128-GCM-SHA256:ECDHE-ECDSA-AES256-GCM-SHA384:ECDHE-RSA-AES256-GCM-SHA384:ECDHE-ECDSA-CHACHA20-POLY1305:ECDHE-RSA-CHACHA20-POLY1305:DHE-RSA-AES128-GCM-SHA256:DHE-RSA-AES256-GCM-SHA384";
`,
  'koi-utf': `charset_map  koi8-r  utf-8 {
    80  E282AC ;
    95  E280A2 ;
    9A  C2A0 ;
    9E  C2B7 ;
    A3  D191 ;
    A4  D194 ;
    A6  D196 ;
    A7  D197 ;
    AD  D291 ;
    AE  D19E ;
    B0  C2B0 ;
    B3  D081 ;
    B4  D084 ;
    B6  D086 ;
    B7  D087 ;
    B9  E28496 ;
    BD  D290 ;
    BE  D18E ;
    BF  C2A9 ;
    C0  D18E ;
    C1  D0B0 ;
    C2  D0B1 ;
    C3  D186 ;
    C4  D0B4 ;
    C5  D0B5 ;
    C6  D184 ;
    C7  D0B3 ;
    C8  D185 ;
    C9  D0B8 ;
    CA  D0B9 ;
    CB  D0BA ;
    CC  D0BB ;
    CD  D0BC ;
    CE  D0BD ;
    CF  D0BE ;
    D0  D0BF ;
    D1  D18F ;
    D2  D180 ;
    D3  D181 ;
    D4  D182 ;
    D5  D183 ;
    D6  D0B6 ;
    D7  D0B2 ;
    D8  D18C ;
    D9  D18B ;
    DA  D0B7 ;
    DB  D188 ;
    DC  D18D ;
    DD  D189 ;
    DE  D187 ;
    DF  D18A ;
    E0  D0AE ;
    E1  D090 ;
    E2  D091 ;
    E3  D0A6 ;
    E4  D094 ;
    E5  D095 ;
    E6  D0A4 ;
    E7  D093 ;
    E8  D0A5 ;
    E9  D098 ;
    EA  D099 ;
    EB  D09A ;
    EC  D09B ;
    ED  D09C ;
    EE  D09D ;
    EF  D09E ;
    F0  D09F ;
    F1  D0AF ;
    F2  D0A0 ;
    F3  D0A1 ;
    F4  D0A2 ;
    F5  D0A3 ;
    F6  D096 ;
    F7  D092 ;
    F8  D0AC ;
    F9  D0AB ;
    FA  D097 ;
    FB  D0A8 ;
    FC  D0AD ;
    FD  D0A9 ;
    FE  D0A7 ;
    FF  D0AA ;
}
`,
  'koi-win': `charset_map  koi8-r  windows-1251 {
    80  88 ;
    95  95 ;
    9A  A0 ;
    9E  B7 ;
    A3  B8 ;
    A4  BA ;
    A6  B3 ;
    A7  BF ;
    AD  B4 ;
    AE  A2 ;
    B0  B0 ;
    B3  A8 ;
    B4  AA ;
    B6  B2 ;
    B7  AF ;
    B9  B9 ;
    BD  A5 ;
    BE  A1 ;
    BF  A9 ;
    C0  FE ;
    C1  E0 ;
    C2  E1 ;
    C3  F6 ;
    C4  E4 ;
    C5  E5 ;
    C6  F4 ;
    C7  E3 ;
    C8  F5 ;
    C9  E8 ;
    CA  E9 ;
    CB  EA ;
    CC  EB ;
    CD  EC ;
    CE  ED ;
    CF  EE ;
    D0  EF ;
    D1  FF ;
    D2  F0 ;
    D3  F1 ;
    D4  F2 ;
    D5  F3 ;
    D6  E6 ;
    D7  E2 ;
    D8  FC ;
    D9  FB ;
    DA  E7 ;
    DB  F8 ;
    DC  FD ;
    DD  F9 ;
    DE  F7 ;
    DF  FA ;
    E0  DE ;
    E1  C0 ;
    E2  C1 ;
    E3  D6 ;
    E4  C4 ;
    E5  C5 ;
    E6  D4 ;
    E7  C3 ;
    E8  D5 ;
    E9  C8 ;
    EA  C9 ;
    EB  CA ;
    EC  CB ;
    ED  CC ;
    EE  CD ;
    EF  CE ;
    F0  CF ;
    F1  DF ;
    F2  D0 ;
    F3  D1 ;
    F4  D2 ;
    F5  D3 ;
    F6  C6 ;
    F7  C2 ;
    F8  DC ;
    F9  DB ;
    FA  C7 ;
    FB  D8 ;
    FC  DD ;
    FD  D9 ;
    FE  D7 ;
    FF  DA ;
}
`,
  'win-utf': `charset_map	windows-1251	utf-8 {
	82	E2809A;
	84	E2809E;
	85	E280A6;
	86	E280A0;
	87	E280A1;
	88	E282AC;
	89	E280B0;
	91	E28098;
	92	E28099;
	93	E2809C;
	94	E2809D;
	95	E280A2;
	96	E28093;
	97	E28094;
	99	E284A2;
	A0	C2A0;
	A1	D18E;
	A2	D19E;
	A4	C2A4;
	A5	D290;
	A6	C2A6;
	A7	C2A7;
	A8	D081;
	A9	C2A9;
	AA	D084;
	AB	C2AB;
	AC	C2AC;
	AD	C2AD;
	AE	C2AE;
	AF	D087;
	B0	C2B0;
	B1	C2B1;
	B2	D086;
	B3	D196;
	B4	D291;
	B5	C2B5;
	B6	C2B6;
	B7	C2B7;
	B8	D191;
	B9	E28496;
	BA	D194;
	BB	C2BB;
	BF	D197;
	C0	D090;
	C1	D091;
	C2	D092;
	C3	D093;
	C4	D094;
	C5	D095;
	C6	D096;
	C7	D097;
	C8	D098;
	C9	D099;
	CA	D09A;
	CB	D09B;
	CC	D09C;
	CD	D09D;
	CE	D09E;
	CF	D09F;
	D0	D0A0;
	D1	D0A1;
	D2	D0A2;
	D3	D0A3;
	D4	D0A4;
	D5	D0A5;
	D6	D0A6;
	D7	D0A7;
	D8	D0A8;
	D9	D0A9;
	DA	D0AA;
	DB	D0AB;
	DC	D0AC;
	DD	D0AD;
	DE	D0AE;
	DF	D0AF;
	E0	D0B0;
	E1	D0B1;
	E2	D0B2;
	E3	D0B3;
	E4	D0B4;
	E5	D0B5;
	E6	D0B6;
	E7	D0B7;
	E8	D0B8;
	E9	D0B9;
	EA	D0BA;
	EB	D0BB;
	EC	D0BC;
	ED	D0BD;
	EE	D0BE;
	EF	D0BF;
	F0	D180;
	F1	D181;
	F2	D182;
	F3	D183;
	F4	D184;
	F5	D185;
	F6	D186;
	F7	D187;
	F8	D188;
	F9	D189;
	FA	D18A;
	FB	D18B;
	FC	D18C;
	FD	D18D;
	FE	D18E;
	FF	D18F;
}
`,
});
