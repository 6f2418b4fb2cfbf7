/** Bodies that filters change: server-side includes, replaced texts, pieces before and behind. */
import { SSI_PAGES } from '../../trace/ssi-pages.ts';
import type { Area } from './area.ts';

export const AREAS: readonly Area[] = [
  {
    name: 'pages of server-side includes',
    files: Object.fromEntries(SSI_PAGES.map(([page], i) => [`www/${i}.html`, page])),
    http: `root www; ssi on; location / {} location /hall { default_type text/html; return 200 "($uri $args)"; } location /void { return 200 ""; }`,
    asks: SSI_PAGES.map((_, i) => `GET /${i}.html?guest=%3CAnn%3E`),
  },
  {
    name: 'ssi',
    files: {
      'html/i.html': 'X<!--#include virtual="/inc.html" -->Y',
      'html/inc.html': 'INC',
      'html/set.html': '<!--#set var="a" value="v" -->[<!--#echo var="a" -->][<!--#echo var="no" -->][<!--#echo var="no" default="d" -->]',
      'html/if.html': '<!--#if expr="$arg_x" -->yes<!--#else -->no<!--#endif -->',
      'html/if2.html': '<!--#if expr="$arg_x = one" -->1<!--#elif expr="$arg_x = /^t(w)o/" -->2$1<!--#else -->3<!--#endif -->',
      'html/plain.html': 'nothing here',
      'html/q.html': '<!--#echo var="query_string" --> <!--#echo var="DOCUMENT_URI" -->',
    },
    http: `ssi on; location / { } location /off { alias html/i.html; default_type text/html; ssi off; } location /txt { alias html/inc.html; default_type text/plain; ssi_types text/plain; } location /lm { alias html/inc.html; default_type text/html; ssi_last_modified on; } location /p { proxy_pass http://%E%; }
 `,
    asks: [
      'GET /i.html',
      'GET /set.html',
      'GET /if.html',
      'GET /if.html?x=1',
      'GET /if2.html?x=one',
      'GET /if2.html?x=two',
      'GET /if2.html',
      'GET /plain.html',
      'GET /q.html?k=v',
      'GET /off',
      'GET /txt',
      'GET /lm',
      'HEAD /i.html',
      { send: 'GET /p', answer: { headers: [['Content-Type', 'text/html']], body: '<!--#include virtual="/inc.html" -->' } },
      'GET /i.html | Range: bytes=0-1',
    ],
  },
  {
    name: 'ssi2',
    files: {
      'html/a.html': '<!--#include virtual="/ret?q=1&r=%20" -->|<!--#include virtual="ret2" -->|<!--#include file="b.html" -->',
      'html/b.html': '[b <!--#echo var="v" default="unset" -->]',
      'html/c.html':
        '<!--#set var="v" value="<x>&$arg_q" --><!--#echo var="v" --><!--#echo var="v" encoding="none" --><!--#echo var="v" encoding="url" --><!--#include virtual="/b.html" -->',
      'html/d.html': '<!--#if expr="$arg_a" -->A<!--#if expr="$arg_b" -->B<!--#endif -->C<!--#endif -->D',
      'html/e.html':
        '<!--#if expr="$arg_a = /^(x+)(?<rest>.*)$/" --><!--#echo var="1" -->-<!--#endif --><!--#if expr="$arg_a != y" -->not y<!--#endif -->',
      'html/f.html': '<!--#block name="s" -->stubbed<!--#endblock --><!--#include virtual="/empty" stub="s" -->.',
      'html/g.html': '<!--#foo x="y" --><!--#include -->x<!--#config errmsg="oops" --><!--#include --><!-- plain -->',
      'html/h.html': '<!--#include virtual="/back?$args" -->',
      'html/i.html': '<!--#include virtual="/ret" set="body" -->x<!--#echo var="body" encoding="none" -->',
      'html/j.html': 'a\n<!--# include virtual="/dir/k.html" -->\n<!--#endif -->b',
      'html/dir/k.html': 'K<!--#include virtual="l.html" -->',
      'html/dir/l.html': 'L<!--#echo var="uri" --><!--#echo var="arg_q" --><!--#echo var="request_uri" -->',
      'html/m.html': '<!--#include virtual="/deny" -->',
      'html/n.html':
        '<!--#if expr="" -->1<!--#else -->2<!--#endif --><!--#if expr="text" -->3<!--#endif --><!--#if expr="${arg_a}b = ab" -->4<!--#endif -->',
    },
    http: `ssi on; location / { } location /ret { default_type text/html; return 200 "ret $args $arg_q $request_method $uri;"; } location /ret2 { return 200 "two"; } location /empty { return 200 ""; } location /back { proxy_pass http://%E%; } location /deny { deny all; alias html/b.html; } location /add { add_before_body /b.html; add_after_body /ret; alias html/b.html; default_type text/html; } location /sub { sub_filter '<b>' '[$arg_q]'; sub_filter_once off; sub_filter B c; alias html/d.html; default_type text/html; } location /silent { ssi_silent_errors on; alias html/g.html; default_type text/html; }`,
    asks: [
      'a.html?q=9',
      'b.html',
      'c.html?q=1',
      'd.html?a=1',
      'd.html?a=1&b=1',
      'd.html',
      'e.html?a=xxyz',
      'e.html?a=y',
      'f.html',
      'g.html',
      'h.html?k=v',
      'i.html',
      'j.html?q=5',
      'm.html',
      'n.html',
      'n.html?a=a',
      'add',
      'sub?q=z',
      'silent',
    ].map((p) => `GET /${p}`),
  },
  {
    name: 'sub2',
    http: `location / { default_type text/html; sub_filter aa b; sub_filter aab c; sub_filter_once off; return 200 "$arg_t"; } location /o { default_type text/html; sub_filter a 1; sub_filter b 2; return 200 "$arg_t"; } location /v { default_type text/html; sub_filter $arg_f "<$arg_f>"; sub_filter_once off; return 200 "$arg_t"; } location /e { default_type text/html; sub_filter x ""; sub_filter_once off; return 200 "$arg_t"; }`,
    asks: ['/?t=aaab', '/?t=aaaa', '/?t=AaB', '/?t=aab', '/o?t=abab', '/o?t=bbaa', '/v?t=hello&f=l', '/v?t=hello', '/e?t=axbxX'].map(
      (p) => `GET ${p}`,
    ),
  },
  {
    name: 'addition',
    files: { 'html/u.html': 'hello hello world world', 'html/b.txt': 'BEFORE', 'html/a.txt': 'AFTER' },
    http: `location / { } location /sub { alias html/u.html; default_type text/html; sub_filter hello "bye$arg_x"; sub_filter_once off; } location /sub1 { alias html/u.html; default_type text/html; sub_filter HELLO bye; sub_filter world x; } location /add { alias html/u.html; default_type text/html; add_before_body /b.txt; add_after_body /a.txt; }`,
    asks: ['GET /sub?x=1', 'GET /sub1', 'GET /add', 'HEAD /add'],
  },
];
