/**
 * The grammar of nginx's configuration files as ngx_conf_read_token reads them: words, strings, semicolons, braces, comments, and
 * the raw bodies of `*_by_lua_block`. It knows no directive names.
 *
 * The grammar is total: every sequence of tokens has exactly one tree, so the parser never enters tree-sitter's error recovery and an
 * incremental parse cannot differ from a parse from scratch. What nginx refuses has a node of its own (a directive without an end, a
 * block without its closing brace, a stray brace or semicolon); server/src/syntax/lower.ts turns these into problems.
 */
module.exports = grammar({
  name: 'nginx',
  // scanner.c: strings need a look at what follows the closing quote, Lua bodies need a lexer of their own
  externals: ($) => [$.string, $.open_string, $.lua_body, $._end],
  extras: ($) => [/[ \t\r\n]/, $.comment],
  rules: {
    file: ($) => seq(repeat(choice($._item, seq(optional($._unfinished), $.stray_brace))), optional($._unfinished)),
    _item: ($) => choice($.directive, $.lua_directive, $.stray_semicolon, $.stray_block),
    directive: ($) => seq(repeat1($._word), choice(';', $.block)),
    lua_directive: ($) => seq($.lua_name, repeat($._word), choice(';', $.lua_block)),
    // Without an end: only before a closing brace and at the end of the file, since any other word would be its argument.
    _unfinished: ($) => choice(alias($.unfinished, $.directive), alias($.unfinished_lua, $.lua_directive)),
    unfinished: ($) => repeat1($._word),
    unfinished_lua: ($) => seq($.lua_name, repeat($._word)),
    // Without its closing brace: only at the end of the file.
    block: ($) => seq('{', repeat($._item), optional($._unfinished), choice('}', $._end)),
    lua_block: ($) => seq('{', $.lua_body, choice('}', $._end)),
    stray_block: ($) => $.block,
    stray_semicolon: (_) => ';',
    stray_brace: (_) => '}',
    _word: ($) => choice($.word, $.string, $.open_string),
    // Both match a Lua name; of two tokens of one length the one that stands first wins.
    lua_name: (_) => /[a-z_]*_by_lua_block/,
    // A backslash takes the next character with it; at the end of the file there is none.
    word: (_) => /([^ \t\r\n;{}#"'\\$]|\\(.|\n)|\$\{*)([^ \t\r\n;{\\$]|\\(.|\n)|\$\{*)*\\?|\\/,
    comment: (_) => /#[^\n]*/,
  },
});
