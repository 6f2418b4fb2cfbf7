/** Pages, asked with `?guest=%3CAnn%3E`, and what they become: of the module's source, and tried on nginx 1.22.1. */
const ERROR = '[an error occurred while processing the directive]';

export const SSI_PAGES: readonly (readonly [page: string, body: string])[] = [
  // encodings stay for the rest of the page
  ['<!--#echo var="arg_guest" -->', '%3CAnn%3E'],
  [
    '<!--#set var="g" value="<b>" --><!--#echo var="g" -->,<!--#echo encoding="none" var="g" -->,<!--#echo var="g" -->',
    '&lt;b&gt;,<b>,<b>',
  ],
  ['<!--#set var="g" value="<b c>" --><!--#echo encoding="url" var="g" -->', '%3Cb%20c%3E'],
  ['<!--#echo var="nobody" default="<x>" -->', '&lt;x&gt;'],
  // how a command is read
  ['<!--#  echo   var = "uri"-->', '/page.html'],
  ['<!--#echo var=uri -->!', `${ERROR}!`],
  ['<!--#echo var="uri"default="a" -->!', `${ERROR}!`],
  ['<!--#ECHO var="uri" -->!', `${ERROR}!`],
  ['<!--#echo var="uri" var="args" -->!', `${ERROR}!`],
  ['<!--#echo colour="red" -->!', `${ERROR}!`],
  ['<!--#echo -->!', `${ERROR}!`],
  ['<!--#echo var="uri"---> and <!--#echo var="uri" -->!', `${ERROR}!`],
  ['a<!--# -->b<!--#echo var="uri" -->c', `a${ERROR}c`],
  ['a<!-- plain -->b<!--', 'a<!-- plain -->b'],
  ['a<!--#echo var="uri"', 'a'],
  [`<!--#set var="g" value="${'l'.repeat(257)}" -->!`, `${ERROR}!`],
  // values
  ['<!--#set var="a" value="\\$ \\" \\x" --><!--#echo encoding="none" var="A" -->', '$ " \\x'],
  ['<!--#set var="a" value="${uri" -->!', `${ERROR}!`],
  ['<!--#set var="a" value="${uri}x$args" --><!--#echo encoding="none" var="a" -->', '/page.htmlxguest=%3CAnn%3E'],
  // dates
  ['<!--#config timefmt="%Y/%m/%d" --><!--#echo var="date_gmt" -->', '2026/03/02'],
  ['<!--#echo var="DATE_GMT" -->', 'Monday, 02-Mar-2026 15:04:05 GMT'],
  ['<!--#set var="date_gmt" value="never" --><!--#echo var="date_gmt" -->', 'never'],
  // conditions
  [
    '<!--#if expr="$uri = /^.p(?<rest>.*)l/" --><!--#echo var="rest" -->,<!--#echo var="0" --><!--#else -->none<!--#endif -->',
    'age.htm,/page.html',
  ],
  ['<!--#if expr="" -->a<!--#elif expr="$args" -->b<!--#else -->c<!--#endif -->', 'b'],
  ['<!--#if expr="$nobody" -->a<!--#else -->b<!--#else -->c<!--#endif -->d', `b${ERROR}cd`],
  ['<!--#endif -->a<!--#else -->', `${ERROR}a${ERROR}`],
  ['<!--#if expr="a ! b" -->c<!--#endif -->', `${ERROR}c${ERROR}`],
  // pieces
  ['<!--#include virtual="hall?x=$arg_guest" -->', '(/hall x=%3CAnn%3E)'],
  ['<!--#include virtual="/hall%3fx%2525" -->', '(/hall?x%25 )'],
  ['<!--#include virtual="/hall" file="hall" -->', ERROR],
  ['<!--#include virtual="/hall" wait="perhaps" -->', ERROR],
  ['<!--#include virtual="/hall" stub="unread" -->', ERROR],
  ['<!--#include virtual="/../hall" -->', ERROR],
  [
    '<!--#block name="b" -->for <!--#echo var="uri" --><!--#endblock --><!--#include virtual="/void" stub="b" -->',
    'for <!--#echo var="uri" -->',
  ],
  ['<!--#if expr="$uri = /l$/" -->a<!--#endif -->', `${ERROR}a${ERROR}`],
  ['<!--#include virtual="/hall" set="kept" -->[<!--#echo var="kept" -->]', '[(/hall )]'],
  ['<!--#config errmsg="sorry" --><!--#nonsense -->', 'sorry'],
];
