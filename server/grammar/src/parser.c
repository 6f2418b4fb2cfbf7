#include "tree_sitter/parser.h"

#if defined(__GNUC__) || defined(__clang__)
#pragma GCC diagnostic ignored "-Wmissing-field-initializers"
#endif

#define LANGUAGE_VERSION 14
#define STATE_COUNT 52
#define LARGE_STATE_COUNT 9
#define SYMBOL_COUNT 27
#define ALIAS_COUNT 0
#define TOKEN_COUNT 11
#define EXTERNAL_TOKEN_COUNT 4
#define FIELD_COUNT 0
#define MAX_ALIAS_SEQUENCE_LENGTH 4
#define PRODUCTION_ID_COUNT 1

enum ts_symbol_identifiers {
  anon_sym_SEMI = 1,
  anon_sym_LBRACE = 2,
  anon_sym_RBRACE = 3,
  sym_lua_name = 4,
  sym_word = 5,
  sym_comment = 6,
  sym_string = 7,
  sym_open_string = 8,
  sym_lua_body = 9,
  sym__end = 10,
  sym_file = 11,
  sym__item = 12,
  sym_directive = 13,
  sym_lua_directive = 14,
  sym__unfinished = 15,
  sym_unfinished = 16,
  sym_unfinished_lua = 17,
  sym_block = 18,
  sym_lua_block = 19,
  sym_stray_block = 20,
  sym_stray_semicolon = 21,
  sym_stray_brace = 22,
  sym__word = 23,
  aux_sym_file_repeat1 = 24,
  aux_sym_directive_repeat1 = 25,
  aux_sym_block_repeat1 = 26,
};

static const char * const ts_symbol_names[] = {
  [ts_builtin_sym_end] = "end",
  [anon_sym_SEMI] = ";",
  [anon_sym_LBRACE] = "{",
  [anon_sym_RBRACE] = "}",
  [sym_lua_name] = "lua_name",
  [sym_word] = "word",
  [sym_comment] = "comment",
  [sym_string] = "string",
  [sym_open_string] = "open_string",
  [sym_lua_body] = "lua_body",
  [sym__end] = "_end",
  [sym_file] = "file",
  [sym__item] = "_item",
  [sym_directive] = "directive",
  [sym_lua_directive] = "lua_directive",
  [sym__unfinished] = "_unfinished",
  [sym_unfinished] = "directive",
  [sym_unfinished_lua] = "lua_directive",
  [sym_block] = "block",
  [sym_lua_block] = "lua_block",
  [sym_stray_block] = "stray_block",
  [sym_stray_semicolon] = "stray_semicolon",
  [sym_stray_brace] = "stray_brace",
  [sym__word] = "_word",
  [aux_sym_file_repeat1] = "file_repeat1",
  [aux_sym_directive_repeat1] = "directive_repeat1",
  [aux_sym_block_repeat1] = "block_repeat1",
};

static const TSSymbol ts_symbol_map[] = {
  [ts_builtin_sym_end] = ts_builtin_sym_end,
  [anon_sym_SEMI] = anon_sym_SEMI,
  [anon_sym_LBRACE] = anon_sym_LBRACE,
  [anon_sym_RBRACE] = anon_sym_RBRACE,
  [sym_lua_name] = sym_lua_name,
  [sym_word] = sym_word,
  [sym_comment] = sym_comment,
  [sym_string] = sym_string,
  [sym_open_string] = sym_open_string,
  [sym_lua_body] = sym_lua_body,
  [sym__end] = sym__end,
  [sym_file] = sym_file,
  [sym__item] = sym__item,
  [sym_directive] = sym_directive,
  [sym_lua_directive] = sym_lua_directive,
  [sym__unfinished] = sym__unfinished,
  [sym_unfinished] = sym_directive,
  [sym_unfinished_lua] = sym_lua_directive,
  [sym_block] = sym_block,
  [sym_lua_block] = sym_lua_block,
  [sym_stray_block] = sym_stray_block,
  [sym_stray_semicolon] = sym_stray_semicolon,
  [sym_stray_brace] = sym_stray_brace,
  [sym__word] = sym__word,
  [aux_sym_file_repeat1] = aux_sym_file_repeat1,
  [aux_sym_directive_repeat1] = aux_sym_directive_repeat1,
  [aux_sym_block_repeat1] = aux_sym_block_repeat1,
};

static const TSSymbolMetadata ts_symbol_metadata[] = {
  [ts_builtin_sym_end] = {
    .visible = false,
    .named = true,
  },
  [anon_sym_SEMI] = {
    .visible = true,
    .named = false,
  },
  [anon_sym_LBRACE] = {
    .visible = true,
    .named = false,
  },
  [anon_sym_RBRACE] = {
    .visible = true,
    .named = false,
  },
  [sym_lua_name] = {
    .visible = true,
    .named = true,
  },
  [sym_word] = {
    .visible = true,
    .named = true,
  },
  [sym_comment] = {
    .visible = true,
    .named = true,
  },
  [sym_string] = {
    .visible = true,
    .named = true,
  },
  [sym_open_string] = {
    .visible = true,
    .named = true,
  },
  [sym_lua_body] = {
    .visible = true,
    .named = true,
  },
  [sym__end] = {
    .visible = false,
    .named = true,
  },
  [sym_file] = {
    .visible = true,
    .named = true,
  },
  [sym__item] = {
    .visible = false,
    .named = true,
  },
  [sym_directive] = {
    .visible = true,
    .named = true,
  },
  [sym_lua_directive] = {
    .visible = true,
    .named = true,
  },
  [sym__unfinished] = {
    .visible = false,
    .named = true,
  },
  [sym_unfinished] = {
    .visible = true,
    .named = true,
  },
  [sym_unfinished_lua] = {
    .visible = true,
    .named = true,
  },
  [sym_block] = {
    .visible = true,
    .named = true,
  },
  [sym_lua_block] = {
    .visible = true,
    .named = true,
  },
  [sym_stray_block] = {
    .visible = true,
    .named = true,
  },
  [sym_stray_semicolon] = {
    .visible = true,
    .named = true,
  },
  [sym_stray_brace] = {
    .visible = true,
    .named = true,
  },
  [sym__word] = {
    .visible = false,
    .named = true,
  },
  [aux_sym_file_repeat1] = {
    .visible = false,
    .named = false,
  },
  [aux_sym_directive_repeat1] = {
    .visible = false,
    .named = false,
  },
  [aux_sym_block_repeat1] = {
    .visible = false,
    .named = false,
  },
};

static const TSSymbol ts_alias_sequences[PRODUCTION_ID_COUNT][MAX_ALIAS_SEQUENCE_LENGTH] = {
  [0] = {0},
};

static const uint16_t ts_non_terminal_alias_map[] = {
  0,
};

static const TSStateId ts_primary_state_ids[STATE_COUNT] = {
  [0] = 0,
  [1] = 1,
  [2] = 2,
  [3] = 3,
  [4] = 4,
  [5] = 5,
  [6] = 4,
  [7] = 5,
  [8] = 8,
  [9] = 9,
  [10] = 10,
  [11] = 11,
  [12] = 11,
  [13] = 9,
  [14] = 10,
  [15] = 15,
  [16] = 15,
  [17] = 17,
  [18] = 18,
  [19] = 19,
  [20] = 20,
  [21] = 21,
  [22] = 22,
  [23] = 23,
  [24] = 24,
  [25] = 25,
  [26] = 26,
  [27] = 27,
  [28] = 24,
  [29] = 29,
  [30] = 18,
  [31] = 31,
  [32] = 29,
  [33] = 31,
  [34] = 19,
  [35] = 35,
  [36] = 21,
  [37] = 22,
  [38] = 23,
  [39] = 26,
  [40] = 40,
  [41] = 41,
  [42] = 42,
  [43] = 43,
  [44] = 43,
  [45] = 45,
  [46] = 46,
  [47] = 42,
  [48] = 46,
  [49] = 49,
  [50] = 50,
  [51] = 50,
};

static bool ts_lex(TSLexer *lexer, TSStateId state) {
  START_LEXER();
  eof = lexer->eof(lexer);
  switch (state) {
    case 0:
      if (eof) ADVANCE(2);
      if (lookahead == '#') ADVANCE(23);
      if (lookahead == '$') ADVANCE(20);
      if (lookahead == ';') ADVANCE(3);
      if (lookahead == '\\') ADVANCE(22);
      if (lookahead == '_') ADVANCE(9);
      if (lookahead == '{') ADVANCE(4);
      if (lookahead == '}') ADVANCE(5);
      if (lookahead == '\t' ||
          lookahead == '\n' ||
          lookahead == '\r' ||
          lookahead == ' ') SKIP(0);
      if (('a' <= lookahead && lookahead <= 'z')) ADVANCE(17);
      if (lookahead != 0 &&
          (lookahead < '"' || '$' < lookahead) &&
          lookahead != '\'') ADVANCE(21);
      END_STATE();
    case 1:
      if (eof) ADVANCE(2);
      if (lookahead == '#') ADVANCE(23);
      if (lookahead == '$') ADVANCE(20);
      if (lookahead == ';') ADVANCE(3);
      if (lookahead == '\\') ADVANCE(22);
      if (lookahead == '{') ADVANCE(4);
      if (lookahead == '}') ADVANCE(5);
      if (lookahead == '\t' ||
          lookahead == '\n' ||
          lookahead == '\r' ||
          lookahead == ' ') SKIP(1);
      if (lookahead != 0 &&
          (lookahead < '"' || '$' < lookahead) &&
          lookahead != '\'') ADVANCE(21);
      END_STATE();
    case 2:
      ACCEPT_TOKEN(ts_builtin_sym_end);
      END_STATE();
    case 3:
      ACCEPT_TOKEN(anon_sym_SEMI);
      END_STATE();
    case 4:
      ACCEPT_TOKEN(anon_sym_LBRACE);
      END_STATE();
    case 5:
      ACCEPT_TOKEN(anon_sym_RBRACE);
      END_STATE();
    case 6:
      ACCEPT_TOKEN(sym_lua_name);
      if (lookahead == '$') ADVANCE(20);
      if (lookahead == '\\') ADVANCE(22);
      if (lookahead == '_') ADVANCE(9);
      if (('a' <= lookahead && lookahead <= 'z')) ADVANCE(17);
      if (lookahead != 0 &&
          lookahead != '\t' &&
          lookahead != '\n' &&
          lookahead != '\r' &&
          lookahead != ' ' &&
          lookahead != ';' &&
          (lookahead < 'a' || '{' < lookahead)) ADVANCE(21);
      END_STATE();
    case 7:
      ACCEPT_TOKEN(sym_word);
      if (lookahead == '$') ADVANCE(20);
      if (lookahead == '\\') ADVANCE(22);
      if (lookahead == '_') ADVANCE(9);
      if (lookahead == 'a') ADVANCE(19);
      if (('b' <= lookahead && lookahead <= 'z')) ADVANCE(17);
      if (lookahead != 0 &&
          lookahead != '\t' &&
          lookahead != '\n' &&
          lookahead != '\r' &&
          lookahead != ' ' &&
          lookahead != ';' &&
          (lookahead < 'a' || '{' < lookahead)) ADVANCE(21);
      END_STATE();
    case 8:
      ACCEPT_TOKEN(sym_word);
      if (lookahead == '$') ADVANCE(20);
      if (lookahead == '\\') ADVANCE(22);
      if (lookahead == '_') ADVANCE(9);
      if (lookahead == 'b') ADVANCE(16);
      if (lookahead == 'l') ADVANCE(15);
      if (('a' <= lookahead && lookahead <= 'z')) ADVANCE(17);
      if (lookahead != 0 &&
          lookahead != '\t' &&
          lookahead != '\n' &&
          lookahead != '\r' &&
          lookahead != ' ' &&
          lookahead != ';' &&
          (lookahead < 'a' || '{' < lookahead)) ADVANCE(21);
      END_STATE();
    case 9:
      ACCEPT_TOKEN(sym_word);
      if (lookahead == '$') ADVANCE(20);
      if (lookahead == '\\') ADVANCE(22);
      if (lookahead == '_') ADVANCE(9);
      if (lookahead == 'b') ADVANCE(16);
      if (('a' <= lookahead && lookahead <= 'z')) ADVANCE(17);
      if (lookahead != 0 &&
          lookahead != '\t' &&
          lookahead != '\n' &&
          lookahead != '\r' &&
          lookahead != ' ' &&
          lookahead != ';' &&
          (lookahead < 'a' || '{' < lookahead)) ADVANCE(21);
      END_STATE();
    case 10:
      ACCEPT_TOKEN(sym_word);
      if (lookahead == '$') ADVANCE(20);
      if (lookahead == '\\') ADVANCE(22);
      if (lookahead == '_') ADVANCE(9);
      if (lookahead == 'b') ADVANCE(13);
      if (('a' <= lookahead && lookahead <= 'z')) ADVANCE(17);
      if (lookahead != 0 &&
          lookahead != '\t' &&
          lookahead != '\n' &&
          lookahead != '\r' &&
          lookahead != ' ' &&
          lookahead != ';' &&
          (lookahead < 'a' || '{' < lookahead)) ADVANCE(21);
      END_STATE();
    case 11:
      ACCEPT_TOKEN(sym_word);
      if (lookahead == '$') ADVANCE(20);
      if (lookahead == '\\') ADVANCE(22);
      if (lookahead == '_') ADVANCE(9);
      if (lookahead == 'c') ADVANCE(12);
      if (('a' <= lookahead && lookahead <= 'z')) ADVANCE(17);
      if (lookahead != 0 &&
          lookahead != '\t' &&
          lookahead != '\n' &&
          lookahead != '\r' &&
          lookahead != ' ' &&
          lookahead != ';' &&
          (lookahead < 'a' || '{' < lookahead)) ADVANCE(21);
      END_STATE();
    case 12:
      ACCEPT_TOKEN(sym_word);
      if (lookahead == '$') ADVANCE(20);
      if (lookahead == '\\') ADVANCE(22);
      if (lookahead == '_') ADVANCE(9);
      if (lookahead == 'k') ADVANCE(6);
      if (('a' <= lookahead && lookahead <= 'z')) ADVANCE(17);
      if (lookahead != 0 &&
          lookahead != '\t' &&
          lookahead != '\n' &&
          lookahead != '\r' &&
          lookahead != ' ' &&
          lookahead != ';' &&
          (lookahead < 'a' || '{' < lookahead)) ADVANCE(21);
      END_STATE();
    case 13:
      ACCEPT_TOKEN(sym_word);
      if (lookahead == '$') ADVANCE(20);
      if (lookahead == '\\') ADVANCE(22);
      if (lookahead == '_') ADVANCE(9);
      if (lookahead == 'l') ADVANCE(14);
      if (lookahead == 'y') ADVANCE(18);
      if (('a' <= lookahead && lookahead <= 'z')) ADVANCE(17);
      if (lookahead != 0 &&
          lookahead != '\t' &&
          lookahead != '\n' &&
          lookahead != '\r' &&
          lookahead != ' ' &&
          lookahead != ';' &&
          (lookahead < 'a' || '{' < lookahead)) ADVANCE(21);
      END_STATE();
    case 14:
      ACCEPT_TOKEN(sym_word);
      if (lookahead == '$') ADVANCE(20);
      if (lookahead == '\\') ADVANCE(22);
      if (lookahead == '_') ADVANCE(9);
      if (lookahead == 'o') ADVANCE(11);
      if (('a' <= lookahead && lookahead <= 'z')) ADVANCE(17);
      if (lookahead != 0 &&
          lookahead != '\t' &&
          lookahead != '\n' &&
          lookahead != '\r' &&
          lookahead != ' ' &&
          lookahead != ';' &&
          (lookahead < 'a' || '{' < lookahead)) ADVANCE(21);
      END_STATE();
    case 15:
      ACCEPT_TOKEN(sym_word);
      if (lookahead == '$') ADVANCE(20);
      if (lookahead == '\\') ADVANCE(22);
      if (lookahead == '_') ADVANCE(9);
      if (lookahead == 'u') ADVANCE(7);
      if (('a' <= lookahead && lookahead <= 'z')) ADVANCE(17);
      if (lookahead != 0 &&
          lookahead != '\t' &&
          lookahead != '\n' &&
          lookahead != '\r' &&
          lookahead != ' ' &&
          lookahead != ';' &&
          (lookahead < 'a' || '{' < lookahead)) ADVANCE(21);
      END_STATE();
    case 16:
      ACCEPT_TOKEN(sym_word);
      if (lookahead == '$') ADVANCE(20);
      if (lookahead == '\\') ADVANCE(22);
      if (lookahead == '_') ADVANCE(9);
      if (lookahead == 'y') ADVANCE(18);
      if (('a' <= lookahead && lookahead <= 'z')) ADVANCE(17);
      if (lookahead != 0 &&
          lookahead != '\t' &&
          lookahead != '\n' &&
          lookahead != '\r' &&
          lookahead != ' ' &&
          lookahead != ';' &&
          (lookahead < 'a' || '{' < lookahead)) ADVANCE(21);
      END_STATE();
    case 17:
      ACCEPT_TOKEN(sym_word);
      if (lookahead == '$') ADVANCE(20);
      if (lookahead == '\\') ADVANCE(22);
      if (lookahead == '_') ADVANCE(9);
      if (('a' <= lookahead && lookahead <= 'z')) ADVANCE(17);
      if (lookahead != 0 &&
          lookahead != '\t' &&
          lookahead != '\n' &&
          lookahead != '\r' &&
          lookahead != ' ' &&
          lookahead != ';' &&
          (lookahead < 'a' || '{' < lookahead)) ADVANCE(21);
      END_STATE();
    case 18:
      ACCEPT_TOKEN(sym_word);
      if (lookahead == '$') ADVANCE(20);
      if (lookahead == '\\') ADVANCE(22);
      if (lookahead == '_') ADVANCE(8);
      if (('a' <= lookahead && lookahead <= 'z')) ADVANCE(17);
      if (lookahead != 0 &&
          lookahead != '\t' &&
          lookahead != '\n' &&
          lookahead != '\r' &&
          lookahead != ' ' &&
          lookahead != ';' &&
          (lookahead < 'a' || '{' < lookahead)) ADVANCE(21);
      END_STATE();
    case 19:
      ACCEPT_TOKEN(sym_word);
      if (lookahead == '$') ADVANCE(20);
      if (lookahead == '\\') ADVANCE(22);
      if (lookahead == '_') ADVANCE(10);
      if (('a' <= lookahead && lookahead <= 'z')) ADVANCE(17);
      if (lookahead != 0 &&
          lookahead != '\t' &&
          lookahead != '\n' &&
          lookahead != '\r' &&
          lookahead != ' ' &&
          lookahead != ';' &&
          (lookahead < 'a' || '{' < lookahead)) ADVANCE(21);
      END_STATE();
    case 20:
      ACCEPT_TOKEN(sym_word);
      if (lookahead == '$') ADVANCE(20);
      if (lookahead == '\\') ADVANCE(22);
      if (lookahead == '{') ADVANCE(20);
      if (lookahead != 0 &&
          lookahead != '\t' &&
          lookahead != '\n' &&
          lookahead != '\r' &&
          lookahead != ' ' &&
          lookahead != ';') ADVANCE(21);
      END_STATE();
    case 21:
      ACCEPT_TOKEN(sym_word);
      if (lookahead == '$') ADVANCE(20);
      if (lookahead == '\\') ADVANCE(22);
      if (lookahead != 0 &&
          lookahead != '\t' &&
          lookahead != '\n' &&
          lookahead != '\r' &&
          lookahead != ' ' &&
          lookahead != ';' &&
          lookahead != '{') ADVANCE(21);
      END_STATE();
    case 22:
      ACCEPT_TOKEN(sym_word);
      if (lookahead != 0) ADVANCE(21);
      END_STATE();
    case 23:
      ACCEPT_TOKEN(sym_comment);
      if (lookahead != 0 &&
          lookahead != '\n') ADVANCE(23);
      END_STATE();
    default:
      return false;
  }
}

static const TSLexMode ts_lex_modes[STATE_COUNT] = {
  [0] = {.lex_state = 0, .external_lex_state = 1},
  [1] = {.lex_state = 0, .external_lex_state = 2},
  [2] = {.lex_state = 0, .external_lex_state = 2},
  [3] = {.lex_state = 0, .external_lex_state = 2},
  [4] = {.lex_state = 0, .external_lex_state = 3},
  [5] = {.lex_state = 0, .external_lex_state = 3},
  [6] = {.lex_state = 0, .external_lex_state = 3},
  [7] = {.lex_state = 0, .external_lex_state = 3},
  [8] = {.lex_state = 0, .external_lex_state = 3},
  [9] = {.lex_state = 1, .external_lex_state = 2},
  [10] = {.lex_state = 1, .external_lex_state = 2},
  [11] = {.lex_state = 1, .external_lex_state = 2},
  [12] = {.lex_state = 1, .external_lex_state = 3},
  [13] = {.lex_state = 1, .external_lex_state = 3},
  [14] = {.lex_state = 1, .external_lex_state = 3},
  [15] = {.lex_state = 1, .external_lex_state = 2},
  [16] = {.lex_state = 1, .external_lex_state = 3},
  [17] = {.lex_state = 1, .external_lex_state = 2},
  [18] = {.lex_state = 0, .external_lex_state = 2},
  [19] = {.lex_state = 0, .external_lex_state = 2},
  [20] = {.lex_state = 0, .external_lex_state = 2},
  [21] = {.lex_state = 0, .external_lex_state = 2},
  [22] = {.lex_state = 0, .external_lex_state = 2},
  [23] = {.lex_state = 0, .external_lex_state = 2},
  [24] = {.lex_state = 0, .external_lex_state = 2},
  [25] = {.lex_state = 1, .external_lex_state = 2},
  [26] = {.lex_state = 0, .external_lex_state = 2},
  [27] = {.lex_state = 1, .external_lex_state = 2},
  [28] = {.lex_state = 0, .external_lex_state = 3},
  [29] = {.lex_state = 0, .external_lex_state = 2},
  [30] = {.lex_state = 0, .external_lex_state = 3},
  [31] = {.lex_state = 0, .external_lex_state = 3},
  [32] = {.lex_state = 0, .external_lex_state = 3},
  [33] = {.lex_state = 0, .external_lex_state = 2},
  [34] = {.lex_state = 0, .external_lex_state = 3},
  [35] = {.lex_state = 0, .external_lex_state = 2},
  [36] = {.lex_state = 0, .external_lex_state = 3},
  [37] = {.lex_state = 0, .external_lex_state = 3},
  [38] = {.lex_state = 0, .external_lex_state = 3},
  [39] = {.lex_state = 0, .external_lex_state = 3},
  [40] = {.lex_state = 0},
  [41] = {.lex_state = 0},
  [42] = {.lex_state = 0, .external_lex_state = 4},
  [43] = {.lex_state = 0, .external_lex_state = 4},
  [44] = {.lex_state = 0, .external_lex_state = 4},
  [45] = {.lex_state = 0},
  [46] = {.lex_state = 0, .external_lex_state = 4},
  [47] = {.lex_state = 0, .external_lex_state = 4},
  [48] = {.lex_state = 0, .external_lex_state = 4},
  [49] = {.lex_state = 0},
  [50] = {.lex_state = 0, .external_lex_state = 5},
  [51] = {.lex_state = 0, .external_lex_state = 5},
};

static const uint16_t ts_parse_table[LARGE_STATE_COUNT][SYMBOL_COUNT] = {
  [0] = {
    [ts_builtin_sym_end] = ACTIONS(1),
    [anon_sym_SEMI] = ACTIONS(1),
    [anon_sym_LBRACE] = ACTIONS(1),
    [anon_sym_RBRACE] = ACTIONS(1),
    [sym_lua_name] = ACTIONS(1),
    [sym_word] = ACTIONS(1),
    [sym_comment] = ACTIONS(3),
    [sym_string] = ACTIONS(1),
    [sym_open_string] = ACTIONS(1),
    [sym_lua_body] = ACTIONS(1),
    [sym__end] = ACTIONS(1),
  },
  [1] = {
    [sym_file] = STATE(49),
    [sym__item] = STATE(2),
    [sym_directive] = STATE(2),
    [sym_lua_directive] = STATE(2),
    [sym__unfinished] = STATE(40),
    [sym_unfinished] = STATE(40),
    [sym_unfinished_lua] = STATE(40),
    [sym_block] = STATE(18),
    [sym_stray_block] = STATE(2),
    [sym_stray_semicolon] = STATE(2),
    [sym_stray_brace] = STATE(2),
    [sym__word] = STATE(9),
    [aux_sym_file_repeat1] = STATE(2),
    [aux_sym_directive_repeat1] = STATE(9),
    [ts_builtin_sym_end] = ACTIONS(5),
    [anon_sym_SEMI] = ACTIONS(7),
    [anon_sym_LBRACE] = ACTIONS(9),
    [anon_sym_RBRACE] = ACTIONS(11),
    [sym_lua_name] = ACTIONS(13),
    [sym_word] = ACTIONS(15),
    [sym_comment] = ACTIONS(3),
    [sym_string] = ACTIONS(17),
    [sym_open_string] = ACTIONS(17),
  },
  [2] = {
    [sym__item] = STATE(3),
    [sym_directive] = STATE(3),
    [sym_lua_directive] = STATE(3),
    [sym__unfinished] = STATE(41),
    [sym_unfinished] = STATE(41),
    [sym_unfinished_lua] = STATE(41),
    [sym_block] = STATE(18),
    [sym_stray_block] = STATE(3),
    [sym_stray_semicolon] = STATE(3),
    [sym_stray_brace] = STATE(3),
    [sym__word] = STATE(9),
    [aux_sym_file_repeat1] = STATE(3),
    [aux_sym_directive_repeat1] = STATE(9),
    [ts_builtin_sym_end] = ACTIONS(19),
    [anon_sym_SEMI] = ACTIONS(7),
    [anon_sym_LBRACE] = ACTIONS(9),
    [anon_sym_RBRACE] = ACTIONS(11),
    [sym_lua_name] = ACTIONS(13),
    [sym_word] = ACTIONS(15),
    [sym_comment] = ACTIONS(3),
    [sym_string] = ACTIONS(17),
    [sym_open_string] = ACTIONS(17),
  },
  [3] = {
    [sym__item] = STATE(3),
    [sym_directive] = STATE(3),
    [sym_lua_directive] = STATE(3),
    [sym__unfinished] = STATE(45),
    [sym_unfinished] = STATE(45),
    [sym_unfinished_lua] = STATE(45),
    [sym_block] = STATE(18),
    [sym_stray_block] = STATE(3),
    [sym_stray_semicolon] = STATE(3),
    [sym_stray_brace] = STATE(3),
    [sym__word] = STATE(9),
    [aux_sym_file_repeat1] = STATE(3),
    [aux_sym_directive_repeat1] = STATE(9),
    [ts_builtin_sym_end] = ACTIONS(21),
    [anon_sym_SEMI] = ACTIONS(23),
    [anon_sym_LBRACE] = ACTIONS(26),
    [anon_sym_RBRACE] = ACTIONS(29),
    [sym_lua_name] = ACTIONS(32),
    [sym_word] = ACTIONS(35),
    [sym_comment] = ACTIONS(3),
    [sym_string] = ACTIONS(38),
    [sym_open_string] = ACTIONS(38),
  },
  [4] = {
    [sym__item] = STATE(5),
    [sym_directive] = STATE(5),
    [sym_lua_directive] = STATE(5),
    [sym__unfinished] = STATE(43),
    [sym_unfinished] = STATE(43),
    [sym_unfinished_lua] = STATE(43),
    [sym_block] = STATE(30),
    [sym_stray_block] = STATE(5),
    [sym_stray_semicolon] = STATE(5),
    [sym__word] = STATE(13),
    [aux_sym_directive_repeat1] = STATE(13),
    [aux_sym_block_repeat1] = STATE(5),
    [anon_sym_SEMI] = ACTIONS(41),
    [anon_sym_LBRACE] = ACTIONS(43),
    [anon_sym_RBRACE] = ACTIONS(45),
    [sym_lua_name] = ACTIONS(47),
    [sym_word] = ACTIONS(49),
    [sym_comment] = ACTIONS(3),
    [sym_string] = ACTIONS(51),
    [sym_open_string] = ACTIONS(51),
    [sym__end] = ACTIONS(45),
  },
  [5] = {
    [sym__item] = STATE(8),
    [sym_directive] = STATE(8),
    [sym_lua_directive] = STATE(8),
    [sym__unfinished] = STATE(42),
    [sym_unfinished] = STATE(42),
    [sym_unfinished_lua] = STATE(42),
    [sym_block] = STATE(30),
    [sym_stray_block] = STATE(8),
    [sym_stray_semicolon] = STATE(8),
    [sym__word] = STATE(13),
    [aux_sym_directive_repeat1] = STATE(13),
    [aux_sym_block_repeat1] = STATE(8),
    [anon_sym_SEMI] = ACTIONS(41),
    [anon_sym_LBRACE] = ACTIONS(43),
    [anon_sym_RBRACE] = ACTIONS(53),
    [sym_lua_name] = ACTIONS(47),
    [sym_word] = ACTIONS(49),
    [sym_comment] = ACTIONS(3),
    [sym_string] = ACTIONS(51),
    [sym_open_string] = ACTIONS(51),
    [sym__end] = ACTIONS(53),
  },
  [6] = {
    [sym__item] = STATE(7),
    [sym_directive] = STATE(7),
    [sym_lua_directive] = STATE(7),
    [sym__unfinished] = STATE(44),
    [sym_unfinished] = STATE(44),
    [sym_unfinished_lua] = STATE(44),
    [sym_block] = STATE(30),
    [sym_stray_block] = STATE(7),
    [sym_stray_semicolon] = STATE(7),
    [sym__word] = STATE(13),
    [aux_sym_directive_repeat1] = STATE(13),
    [aux_sym_block_repeat1] = STATE(7),
    [anon_sym_SEMI] = ACTIONS(41),
    [anon_sym_LBRACE] = ACTIONS(43),
    [anon_sym_RBRACE] = ACTIONS(55),
    [sym_lua_name] = ACTIONS(47),
    [sym_word] = ACTIONS(49),
    [sym_comment] = ACTIONS(3),
    [sym_string] = ACTIONS(51),
    [sym_open_string] = ACTIONS(51),
    [sym__end] = ACTIONS(55),
  },
  [7] = {
    [sym__item] = STATE(8),
    [sym_directive] = STATE(8),
    [sym_lua_directive] = STATE(8),
    [sym__unfinished] = STATE(47),
    [sym_unfinished] = STATE(47),
    [sym_unfinished_lua] = STATE(47),
    [sym_block] = STATE(30),
    [sym_stray_block] = STATE(8),
    [sym_stray_semicolon] = STATE(8),
    [sym__word] = STATE(13),
    [aux_sym_directive_repeat1] = STATE(13),
    [aux_sym_block_repeat1] = STATE(8),
    [anon_sym_SEMI] = ACTIONS(41),
    [anon_sym_LBRACE] = ACTIONS(43),
    [anon_sym_RBRACE] = ACTIONS(57),
    [sym_lua_name] = ACTIONS(47),
    [sym_word] = ACTIONS(49),
    [sym_comment] = ACTIONS(3),
    [sym_string] = ACTIONS(51),
    [sym_open_string] = ACTIONS(51),
    [sym__end] = ACTIONS(57),
  },
  [8] = {
    [sym__item] = STATE(8),
    [sym_directive] = STATE(8),
    [sym_lua_directive] = STATE(8),
    [sym_block] = STATE(30),
    [sym_stray_block] = STATE(8),
    [sym_stray_semicolon] = STATE(8),
    [sym__word] = STATE(25),
    [aux_sym_directive_repeat1] = STATE(25),
    [aux_sym_block_repeat1] = STATE(8),
    [anon_sym_SEMI] = ACTIONS(59),
    [anon_sym_LBRACE] = ACTIONS(62),
    [anon_sym_RBRACE] = ACTIONS(65),
    [sym_lua_name] = ACTIONS(67),
    [sym_word] = ACTIONS(70),
    [sym_comment] = ACTIONS(3),
    [sym_string] = ACTIONS(73),
    [sym_open_string] = ACTIONS(73),
    [sym__end] = ACTIONS(65),
  },
};

static const uint16_t ts_small_parse_table[] = {
  [0] = 7,
    ACTIONS(3), 1,
      sym_comment,
    ACTIONS(9), 1,
      anon_sym_LBRACE,
    ACTIONS(78), 1,
      anon_sym_SEMI,
    STATE(19), 1,
      sym_block,
    ACTIONS(76), 2,
      ts_builtin_sym_end,
      anon_sym_RBRACE,
    STATE(15), 2,
      sym__word,
      aux_sym_directive_repeat1,
    ACTIONS(80), 3,
      sym_string,
      sym_open_string,
      sym_word,
  [26] = 7,
    ACTIONS(3), 1,
      sym_comment,
    ACTIONS(84), 1,
      anon_sym_SEMI,
    ACTIONS(86), 1,
      anon_sym_LBRACE,
    STATE(22), 1,
      sym_lua_block,
    ACTIONS(82), 2,
      ts_builtin_sym_end,
      anon_sym_RBRACE,
    STATE(15), 2,
      sym__word,
      aux_sym_directive_repeat1,
    ACTIONS(80), 3,
      sym_string,
      sym_open_string,
      sym_word,
  [52] = 7,
    ACTIONS(3), 1,
      sym_comment,
    ACTIONS(86), 1,
      anon_sym_LBRACE,
    ACTIONS(90), 1,
      anon_sym_SEMI,
    STATE(29), 1,
      sym_lua_block,
    ACTIONS(88), 2,
      ts_builtin_sym_end,
      anon_sym_RBRACE,
    STATE(10), 2,
      sym__word,
      aux_sym_directive_repeat1,
    ACTIONS(92), 3,
      sym_string,
      sym_open_string,
      sym_word,
  [78] = 7,
    ACTIONS(3), 1,
      sym_comment,
    ACTIONS(94), 1,
      anon_sym_SEMI,
    ACTIONS(96), 1,
      anon_sym_LBRACE,
    STATE(32), 1,
      sym_lua_block,
    ACTIONS(88), 2,
      sym__end,
      anon_sym_RBRACE,
    STATE(14), 2,
      sym__word,
      aux_sym_directive_repeat1,
    ACTIONS(98), 3,
      sym_string,
      sym_open_string,
      sym_word,
  [104] = 7,
    ACTIONS(3), 1,
      sym_comment,
    ACTIONS(43), 1,
      anon_sym_LBRACE,
    ACTIONS(100), 1,
      anon_sym_SEMI,
    STATE(34), 1,
      sym_block,
    ACTIONS(76), 2,
      sym__end,
      anon_sym_RBRACE,
    STATE(16), 2,
      sym__word,
      aux_sym_directive_repeat1,
    ACTIONS(102), 3,
      sym_string,
      sym_open_string,
      sym_word,
  [130] = 7,
    ACTIONS(3), 1,
      sym_comment,
    ACTIONS(96), 1,
      anon_sym_LBRACE,
    ACTIONS(104), 1,
      anon_sym_SEMI,
    STATE(37), 1,
      sym_lua_block,
    ACTIONS(82), 2,
      sym__end,
      anon_sym_RBRACE,
    STATE(16), 2,
      sym__word,
      aux_sym_directive_repeat1,
    ACTIONS(102), 3,
      sym_string,
      sym_open_string,
      sym_word,
  [156] = 4,
    ACTIONS(3), 1,
      sym_comment,
    STATE(15), 2,
      sym__word,
      aux_sym_directive_repeat1,
    ACTIONS(108), 3,
      sym_string,
      sym_open_string,
      sym_word,
    ACTIONS(106), 4,
      ts_builtin_sym_end,
      anon_sym_SEMI,
      anon_sym_LBRACE,
      anon_sym_RBRACE,
  [175] = 4,
    ACTIONS(3), 1,
      sym_comment,
    STATE(16), 2,
      sym__word,
      aux_sym_directive_repeat1,
    ACTIONS(111), 3,
      sym_string,
      sym_open_string,
      sym_word,
    ACTIONS(106), 4,
      sym__end,
      anon_sym_SEMI,
      anon_sym_LBRACE,
      anon_sym_RBRACE,
  [194] = 6,
    ACTIONS(3), 1,
      sym_comment,
    ACTIONS(94), 1,
      anon_sym_SEMI,
    ACTIONS(96), 1,
      anon_sym_LBRACE,
    STATE(32), 1,
      sym_lua_block,
    STATE(27), 2,
      sym__word,
      aux_sym_directive_repeat1,
    ACTIONS(114), 3,
      sym_string,
      sym_open_string,
      sym_word,
  [216] = 3,
    ACTIONS(3), 1,
      sym_comment,
    ACTIONS(118), 2,
      sym_lua_name,
      sym_word,
    ACTIONS(116), 6,
      sym_string,
      sym_open_string,
      ts_builtin_sym_end,
      anon_sym_SEMI,
      anon_sym_LBRACE,
      anon_sym_RBRACE,
  [232] = 3,
    ACTIONS(3), 1,
      sym_comment,
    ACTIONS(122), 2,
      sym_lua_name,
      sym_word,
    ACTIONS(120), 6,
      sym_string,
      sym_open_string,
      ts_builtin_sym_end,
      anon_sym_SEMI,
      anon_sym_LBRACE,
      anon_sym_RBRACE,
  [248] = 3,
    ACTIONS(3), 1,
      sym_comment,
    ACTIONS(126), 2,
      sym_lua_name,
      sym_word,
    ACTIONS(124), 6,
      sym_string,
      sym_open_string,
      ts_builtin_sym_end,
      anon_sym_SEMI,
      anon_sym_LBRACE,
      anon_sym_RBRACE,
  [264] = 3,
    ACTIONS(3), 1,
      sym_comment,
    ACTIONS(130), 2,
      sym_lua_name,
      sym_word,
    ACTIONS(128), 6,
      sym_string,
      sym_open_string,
      ts_builtin_sym_end,
      anon_sym_SEMI,
      anon_sym_LBRACE,
      anon_sym_RBRACE,
  [280] = 3,
    ACTIONS(3), 1,
      sym_comment,
    ACTIONS(134), 2,
      sym_lua_name,
      sym_word,
    ACTIONS(132), 6,
      sym_string,
      sym_open_string,
      ts_builtin_sym_end,
      anon_sym_SEMI,
      anon_sym_LBRACE,
      anon_sym_RBRACE,
  [296] = 3,
    ACTIONS(3), 1,
      sym_comment,
    ACTIONS(138), 2,
      sym_lua_name,
      sym_word,
    ACTIONS(136), 6,
      sym_string,
      sym_open_string,
      ts_builtin_sym_end,
      anon_sym_SEMI,
      anon_sym_LBRACE,
      anon_sym_RBRACE,
  [312] = 3,
    ACTIONS(3), 1,
      sym_comment,
    ACTIONS(142), 2,
      sym_lua_name,
      sym_word,
    ACTIONS(140), 6,
      sym_string,
      sym_open_string,
      ts_builtin_sym_end,
      anon_sym_SEMI,
      anon_sym_LBRACE,
      anon_sym_RBRACE,
  [328] = 6,
    ACTIONS(3), 1,
      sym_comment,
    ACTIONS(43), 1,
      anon_sym_LBRACE,
    ACTIONS(100), 1,
      anon_sym_SEMI,
    STATE(34), 1,
      sym_block,
    STATE(15), 2,
      sym__word,
      aux_sym_directive_repeat1,
    ACTIONS(80), 3,
      sym_string,
      sym_open_string,
      sym_word,
  [350] = 3,
    ACTIONS(3), 1,
      sym_comment,
    ACTIONS(146), 2,
      sym_lua_name,
      sym_word,
    ACTIONS(144), 6,
      sym_string,
      sym_open_string,
      ts_builtin_sym_end,
      anon_sym_SEMI,
      anon_sym_LBRACE,
      anon_sym_RBRACE,
  [366] = 6,
    ACTIONS(3), 1,
      sym_comment,
    ACTIONS(96), 1,
      anon_sym_LBRACE,
    ACTIONS(104), 1,
      anon_sym_SEMI,
    STATE(37), 1,
      sym_lua_block,
    STATE(15), 2,
      sym__word,
      aux_sym_directive_repeat1,
    ACTIONS(80), 3,
      sym_string,
      sym_open_string,
      sym_word,
  [388] = 3,
    ACTIONS(3), 1,
      sym_comment,
    ACTIONS(142), 2,
      sym_lua_name,
      sym_word,
    ACTIONS(140), 6,
      sym_string,
      sym_open_string,
      sym__end,
      anon_sym_SEMI,
      anon_sym_LBRACE,
      anon_sym_RBRACE,
  [404] = 3,
    ACTIONS(3), 1,
      sym_comment,
    ACTIONS(150), 2,
      sym_lua_name,
      sym_word,
    ACTIONS(148), 6,
      sym_string,
      sym_open_string,
      ts_builtin_sym_end,
      anon_sym_SEMI,
      anon_sym_LBRACE,
      anon_sym_RBRACE,
  [420] = 3,
    ACTIONS(3), 1,
      sym_comment,
    ACTIONS(118), 2,
      sym_lua_name,
      sym_word,
    ACTIONS(116), 6,
      sym_string,
      sym_open_string,
      sym__end,
      anon_sym_SEMI,
      anon_sym_LBRACE,
      anon_sym_RBRACE,
  [436] = 3,
    ACTIONS(3), 1,
      sym_comment,
    ACTIONS(154), 2,
      sym_lua_name,
      sym_word,
    ACTIONS(152), 6,
      sym_string,
      sym_open_string,
      sym__end,
      anon_sym_SEMI,
      anon_sym_LBRACE,
      anon_sym_RBRACE,
  [452] = 3,
    ACTIONS(3), 1,
      sym_comment,
    ACTIONS(150), 2,
      sym_lua_name,
      sym_word,
    ACTIONS(148), 6,
      sym_string,
      sym_open_string,
      sym__end,
      anon_sym_SEMI,
      anon_sym_LBRACE,
      anon_sym_RBRACE,
  [468] = 3,
    ACTIONS(3), 1,
      sym_comment,
    ACTIONS(154), 2,
      sym_lua_name,
      sym_word,
    ACTIONS(152), 6,
      sym_string,
      sym_open_string,
      ts_builtin_sym_end,
      anon_sym_SEMI,
      anon_sym_LBRACE,
      anon_sym_RBRACE,
  [484] = 3,
    ACTIONS(3), 1,
      sym_comment,
    ACTIONS(122), 2,
      sym_lua_name,
      sym_word,
    ACTIONS(120), 6,
      sym_string,
      sym_open_string,
      sym__end,
      anon_sym_SEMI,
      anon_sym_LBRACE,
      anon_sym_RBRACE,
  [500] = 3,
    ACTIONS(3), 1,
      sym_comment,
    ACTIONS(156), 2,
      sym_lua_name,
      sym_word,
    ACTIONS(21), 6,
      sym_string,
      sym_open_string,
      ts_builtin_sym_end,
      anon_sym_SEMI,
      anon_sym_LBRACE,
      anon_sym_RBRACE,
  [516] = 3,
    ACTIONS(3), 1,
      sym_comment,
    ACTIONS(130), 2,
      sym_lua_name,
      sym_word,
    ACTIONS(128), 6,
      sym_string,
      sym_open_string,
      sym__end,
      anon_sym_SEMI,
      anon_sym_LBRACE,
      anon_sym_RBRACE,
  [532] = 3,
    ACTIONS(3), 1,
      sym_comment,
    ACTIONS(134), 2,
      sym_lua_name,
      sym_word,
    ACTIONS(132), 6,
      sym_string,
      sym_open_string,
      sym__end,
      anon_sym_SEMI,
      anon_sym_LBRACE,
      anon_sym_RBRACE,
  [548] = 3,
    ACTIONS(3), 1,
      sym_comment,
    ACTIONS(138), 2,
      sym_lua_name,
      sym_word,
    ACTIONS(136), 6,
      sym_string,
      sym_open_string,
      sym__end,
      anon_sym_SEMI,
      anon_sym_LBRACE,
      anon_sym_RBRACE,
  [564] = 3,
    ACTIONS(3), 1,
      sym_comment,
    ACTIONS(146), 2,
      sym_lua_name,
      sym_word,
    ACTIONS(144), 6,
      sym_string,
      sym_open_string,
      sym__end,
      anon_sym_SEMI,
      anon_sym_LBRACE,
      anon_sym_RBRACE,
  [580] = 4,
    ACTIONS(3), 1,
      sym_comment,
    ACTIONS(11), 1,
      anon_sym_RBRACE,
    ACTIONS(19), 1,
      ts_builtin_sym_end,
    STATE(35), 1,
      sym_stray_brace,
  [593] = 4,
    ACTIONS(3), 1,
      sym_comment,
    ACTIONS(11), 1,
      anon_sym_RBRACE,
    ACTIONS(158), 1,
      ts_builtin_sym_end,
    STATE(35), 1,
      sym_stray_brace,
  [606] = 2,
    ACTIONS(3), 1,
      sym_comment,
    ACTIONS(160), 2,
      sym__end,
      anon_sym_RBRACE,
  [614] = 2,
    ACTIONS(3), 1,
      sym_comment,
    ACTIONS(53), 2,
      sym__end,
      anon_sym_RBRACE,
  [622] = 2,
    ACTIONS(3), 1,
      sym_comment,
    ACTIONS(57), 2,
      sym__end,
      anon_sym_RBRACE,
  [630] = 3,
    ACTIONS(3), 1,
      sym_comment,
    ACTIONS(11), 1,
      anon_sym_RBRACE,
    STATE(35), 1,
      sym_stray_brace,
  [640] = 2,
    ACTIONS(3), 1,
      sym_comment,
    ACTIONS(162), 2,
      sym__end,
      anon_sym_RBRACE,
  [648] = 2,
    ACTIONS(3), 1,
      sym_comment,
    ACTIONS(164), 2,
      sym__end,
      anon_sym_RBRACE,
  [656] = 2,
    ACTIONS(3), 1,
      sym_comment,
    ACTIONS(166), 2,
      sym__end,
      anon_sym_RBRACE,
  [664] = 2,
    ACTIONS(3), 1,
      sym_comment,
    ACTIONS(168), 1,
      ts_builtin_sym_end,
  [671] = 2,
    ACTIONS(3), 1,
      sym_comment,
    ACTIONS(170), 1,
      sym_lua_body,
  [678] = 2,
    ACTIONS(3), 1,
      sym_comment,
    ACTIONS(172), 1,
      sym_lua_body,
};

static const uint32_t ts_small_parse_table_map[] = {
  [SMALL_STATE(9)] = 0,
  [SMALL_STATE(10)] = 26,
  [SMALL_STATE(11)] = 52,
  [SMALL_STATE(12)] = 78,
  [SMALL_STATE(13)] = 104,
  [SMALL_STATE(14)] = 130,
  [SMALL_STATE(15)] = 156,
  [SMALL_STATE(16)] = 175,
  [SMALL_STATE(17)] = 194,
  [SMALL_STATE(18)] = 216,
  [SMALL_STATE(19)] = 232,
  [SMALL_STATE(20)] = 248,
  [SMALL_STATE(21)] = 264,
  [SMALL_STATE(22)] = 280,
  [SMALL_STATE(23)] = 296,
  [SMALL_STATE(24)] = 312,
  [SMALL_STATE(25)] = 328,
  [SMALL_STATE(26)] = 350,
  [SMALL_STATE(27)] = 366,
  [SMALL_STATE(28)] = 388,
  [SMALL_STATE(29)] = 404,
  [SMALL_STATE(30)] = 420,
  [SMALL_STATE(31)] = 436,
  [SMALL_STATE(32)] = 452,
  [SMALL_STATE(33)] = 468,
  [SMALL_STATE(34)] = 484,
  [SMALL_STATE(35)] = 500,
  [SMALL_STATE(36)] = 516,
  [SMALL_STATE(37)] = 532,
  [SMALL_STATE(38)] = 548,
  [SMALL_STATE(39)] = 564,
  [SMALL_STATE(40)] = 580,
  [SMALL_STATE(41)] = 593,
  [SMALL_STATE(42)] = 606,
  [SMALL_STATE(43)] = 614,
  [SMALL_STATE(44)] = 622,
  [SMALL_STATE(45)] = 630,
  [SMALL_STATE(46)] = 640,
  [SMALL_STATE(47)] = 648,
  [SMALL_STATE(48)] = 656,
  [SMALL_STATE(49)] = 664,
  [SMALL_STATE(50)] = 671,
  [SMALL_STATE(51)] = 678,
};

static const TSParseActionEntry ts_parse_actions[] = {
  [0] = {.entry = {.count = 0, .reusable = false}},
  [1] = {.entry = {.count = 1, .reusable = false}}, RECOVER(),
  [3] = {.entry = {.count = 1, .reusable = true}}, SHIFT_EXTRA(),
  [5] = {.entry = {.count = 1, .reusable = true}}, REDUCE(sym_file, 0, 0, 0),
  [7] = {.entry = {.count = 1, .reusable = true}}, SHIFT(24),
  [9] = {.entry = {.count = 1, .reusable = true}}, SHIFT(4),
  [11] = {.entry = {.count = 1, .reusable = true}}, SHIFT(20),
  [13] = {.entry = {.count = 1, .reusable = false}}, SHIFT(11),
  [15] = {.entry = {.count = 1, .reusable = false}}, SHIFT(9),
  [17] = {.entry = {.count = 1, .reusable = true}}, SHIFT(9),
  [19] = {.entry = {.count = 1, .reusable = true}}, REDUCE(sym_file, 1, 0, 0),
  [21] = {.entry = {.count = 1, .reusable = true}}, REDUCE(aux_sym_file_repeat1, 2, 0, 0),
  [23] = {.entry = {.count = 2, .reusable = true}}, REDUCE(aux_sym_file_repeat1, 2, 0, 0), SHIFT_REPEAT(24),
  [26] = {.entry = {.count = 2, .reusable = true}}, REDUCE(aux_sym_file_repeat1, 2, 0, 0), SHIFT_REPEAT(4),
  [29] = {.entry = {.count = 2, .reusable = true}}, REDUCE(aux_sym_file_repeat1, 2, 0, 0), SHIFT_REPEAT(20),
  [32] = {.entry = {.count = 2, .reusable = false}}, REDUCE(aux_sym_file_repeat1, 2, 0, 0), SHIFT_REPEAT(11),
  [35] = {.entry = {.count = 2, .reusable = false}}, REDUCE(aux_sym_file_repeat1, 2, 0, 0), SHIFT_REPEAT(9),
  [38] = {.entry = {.count = 2, .reusable = true}}, REDUCE(aux_sym_file_repeat1, 2, 0, 0), SHIFT_REPEAT(9),
  [41] = {.entry = {.count = 1, .reusable = true}}, SHIFT(28),
  [43] = {.entry = {.count = 1, .reusable = true}}, SHIFT(6),
  [45] = {.entry = {.count = 1, .reusable = true}}, SHIFT(33),
  [47] = {.entry = {.count = 1, .reusable = false}}, SHIFT(12),
  [49] = {.entry = {.count = 1, .reusable = false}}, SHIFT(13),
  [51] = {.entry = {.count = 1, .reusable = true}}, SHIFT(13),
  [53] = {.entry = {.count = 1, .reusable = true}}, SHIFT(21),
  [55] = {.entry = {.count = 1, .reusable = true}}, SHIFT(31),
  [57] = {.entry = {.count = 1, .reusable = true}}, SHIFT(36),
  [59] = {.entry = {.count = 2, .reusable = true}}, REDUCE(aux_sym_block_repeat1, 2, 0, 0), SHIFT_REPEAT(28),
  [62] = {.entry = {.count = 2, .reusable = true}}, REDUCE(aux_sym_block_repeat1, 2, 0, 0), SHIFT_REPEAT(6),
  [65] = {.entry = {.count = 1, .reusable = true}}, REDUCE(aux_sym_block_repeat1, 2, 0, 0),
  [67] = {.entry = {.count = 2, .reusable = false}}, REDUCE(aux_sym_block_repeat1, 2, 0, 0), SHIFT_REPEAT(17),
  [70] = {.entry = {.count = 2, .reusable = false}}, REDUCE(aux_sym_block_repeat1, 2, 0, 0), SHIFT_REPEAT(25),
  [73] = {.entry = {.count = 2, .reusable = true}}, REDUCE(aux_sym_block_repeat1, 2, 0, 0), SHIFT_REPEAT(25),
  [76] = {.entry = {.count = 1, .reusable = true}}, REDUCE(sym_unfinished, 1, 0, 0),
  [78] = {.entry = {.count = 1, .reusable = true}}, SHIFT(19),
  [80] = {.entry = {.count = 1, .reusable = true}}, SHIFT(15),
  [82] = {.entry = {.count = 1, .reusable = true}}, REDUCE(sym_unfinished_lua, 2, 0, 0),
  [84] = {.entry = {.count = 1, .reusable = true}}, SHIFT(22),
  [86] = {.entry = {.count = 1, .reusable = true}}, SHIFT(50),
  [88] = {.entry = {.count = 1, .reusable = true}}, REDUCE(sym_unfinished_lua, 1, 0, 0),
  [90] = {.entry = {.count = 1, .reusable = true}}, SHIFT(29),
  [92] = {.entry = {.count = 1, .reusable = true}}, SHIFT(10),
  [94] = {.entry = {.count = 1, .reusable = true}}, SHIFT(32),
  [96] = {.entry = {.count = 1, .reusable = true}}, SHIFT(51),
  [98] = {.entry = {.count = 1, .reusable = true}}, SHIFT(14),
  [100] = {.entry = {.count = 1, .reusable = true}}, SHIFT(34),
  [102] = {.entry = {.count = 1, .reusable = true}}, SHIFT(16),
  [104] = {.entry = {.count = 1, .reusable = true}}, SHIFT(37),
  [106] = {.entry = {.count = 1, .reusable = true}}, REDUCE(aux_sym_directive_repeat1, 2, 0, 0),
  [108] = {.entry = {.count = 2, .reusable = true}}, REDUCE(aux_sym_directive_repeat1, 2, 0, 0), SHIFT_REPEAT(15),
  [111] = {.entry = {.count = 2, .reusable = true}}, REDUCE(aux_sym_directive_repeat1, 2, 0, 0), SHIFT_REPEAT(16),
  [114] = {.entry = {.count = 1, .reusable = true}}, SHIFT(27),
  [116] = {.entry = {.count = 1, .reusable = true}}, REDUCE(sym_stray_block, 1, 0, 0),
  [118] = {.entry = {.count = 1, .reusable = false}}, REDUCE(sym_stray_block, 1, 0, 0),
  [120] = {.entry = {.count = 1, .reusable = true}}, REDUCE(sym_directive, 2, 0, 0),
  [122] = {.entry = {.count = 1, .reusable = false}}, REDUCE(sym_directive, 2, 0, 0),
  [124] = {.entry = {.count = 1, .reusable = true}}, REDUCE(sym_stray_brace, 1, 0, 0),
  [126] = {.entry = {.count = 1, .reusable = false}}, REDUCE(sym_stray_brace, 1, 0, 0),
  [128] = {.entry = {.count = 1, .reusable = true}}, REDUCE(sym_block, 3, 0, 0),
  [130] = {.entry = {.count = 1, .reusable = false}}, REDUCE(sym_block, 3, 0, 0),
  [132] = {.entry = {.count = 1, .reusable = true}}, REDUCE(sym_lua_directive, 3, 0, 0),
  [134] = {.entry = {.count = 1, .reusable = false}}, REDUCE(sym_lua_directive, 3, 0, 0),
  [136] = {.entry = {.count = 1, .reusable = true}}, REDUCE(sym_block, 4, 0, 0),
  [138] = {.entry = {.count = 1, .reusable = false}}, REDUCE(sym_block, 4, 0, 0),
  [140] = {.entry = {.count = 1, .reusable = true}}, REDUCE(sym_stray_semicolon, 1, 0, 0),
  [142] = {.entry = {.count = 1, .reusable = false}}, REDUCE(sym_stray_semicolon, 1, 0, 0),
  [144] = {.entry = {.count = 1, .reusable = true}}, REDUCE(sym_lua_block, 3, 0, 0),
  [146] = {.entry = {.count = 1, .reusable = false}}, REDUCE(sym_lua_block, 3, 0, 0),
  [148] = {.entry = {.count = 1, .reusable = true}}, REDUCE(sym_lua_directive, 2, 0, 0),
  [150] = {.entry = {.count = 1, .reusable = false}}, REDUCE(sym_lua_directive, 2, 0, 0),
  [152] = {.entry = {.count = 1, .reusable = true}}, REDUCE(sym_block, 2, 0, 0),
  [154] = {.entry = {.count = 1, .reusable = false}}, REDUCE(sym_block, 2, 0, 0),
  [156] = {.entry = {.count = 1, .reusable = false}}, REDUCE(aux_sym_file_repeat1, 2, 0, 0),
  [158] = {.entry = {.count = 1, .reusable = true}}, REDUCE(sym_file, 2, 0, 0),
  [160] = {.entry = {.count = 1, .reusable = true}}, SHIFT(23),
  [162] = {.entry = {.count = 1, .reusable = true}}, SHIFT(26),
  [164] = {.entry = {.count = 1, .reusable = true}}, SHIFT(38),
  [166] = {.entry = {.count = 1, .reusable = true}}, SHIFT(39),
  [168] = {.entry = {.count = 1, .reusable = true}},  ACCEPT_INPUT(),
  [170] = {.entry = {.count = 1, .reusable = true}}, SHIFT(46),
  [172] = {.entry = {.count = 1, .reusable = true}}, SHIFT(48),
};

enum ts_external_scanner_symbol_identifiers {
  ts_external_token_string = 0,
  ts_external_token_open_string = 1,
  ts_external_token_lua_body = 2,
  ts_external_token__end = 3,
};

static const TSSymbol ts_external_scanner_symbol_map[EXTERNAL_TOKEN_COUNT] = {
  [ts_external_token_string] = sym_string,
  [ts_external_token_open_string] = sym_open_string,
  [ts_external_token_lua_body] = sym_lua_body,
  [ts_external_token__end] = sym__end,
};

static const bool ts_external_scanner_states[6][EXTERNAL_TOKEN_COUNT] = {
  [1] = {
    [ts_external_token_string] = true,
    [ts_external_token_open_string] = true,
    [ts_external_token_lua_body] = true,
    [ts_external_token__end] = true,
  },
  [2] = {
    [ts_external_token_string] = true,
    [ts_external_token_open_string] = true,
  },
  [3] = {
    [ts_external_token_string] = true,
    [ts_external_token_open_string] = true,
    [ts_external_token__end] = true,
  },
  [4] = {
    [ts_external_token__end] = true,
  },
  [5] = {
    [ts_external_token_lua_body] = true,
  },
};

#ifdef __cplusplus
extern "C" {
#endif
void *tree_sitter_nginx_external_scanner_create(void);
void tree_sitter_nginx_external_scanner_destroy(void *);
bool tree_sitter_nginx_external_scanner_scan(void *, TSLexer *, const bool *);
unsigned tree_sitter_nginx_external_scanner_serialize(void *, char *);
void tree_sitter_nginx_external_scanner_deserialize(void *, const char *, unsigned);

#ifdef TREE_SITTER_HIDE_SYMBOLS
#define TS_PUBLIC
#elif defined(_WIN32)
#define TS_PUBLIC __declspec(dllexport)
#else
#define TS_PUBLIC __attribute__((visibility("default")))
#endif

TS_PUBLIC const TSLanguage *tree_sitter_nginx(void) {
  static const TSLanguage language = {
    .version = LANGUAGE_VERSION,
    .symbol_count = SYMBOL_COUNT,
    .alias_count = ALIAS_COUNT,
    .token_count = TOKEN_COUNT,
    .external_token_count = EXTERNAL_TOKEN_COUNT,
    .state_count = STATE_COUNT,
    .large_state_count = LARGE_STATE_COUNT,
    .production_id_count = PRODUCTION_ID_COUNT,
    .field_count = FIELD_COUNT,
    .max_alias_sequence_length = MAX_ALIAS_SEQUENCE_LENGTH,
    .parse_table = &ts_parse_table[0][0],
    .small_parse_table = ts_small_parse_table,
    .small_parse_table_map = ts_small_parse_table_map,
    .parse_actions = ts_parse_actions,
    .symbol_names = ts_symbol_names,
    .symbol_metadata = ts_symbol_metadata,
    .public_symbol_map = ts_symbol_map,
    .alias_map = ts_non_terminal_alias_map,
    .alias_sequences = &ts_alias_sequences[0][0],
    .lex_modes = ts_lex_modes,
    .lex_fn = ts_lex,
    .external_scanner = {
      &ts_external_scanner_states[0][0],
      ts_external_scanner_symbol_map,
      tree_sitter_nginx_external_scanner_create,
      tree_sitter_nginx_external_scanner_destroy,
      tree_sitter_nginx_external_scanner_scan,
      tree_sitter_nginx_external_scanner_serialize,
      tree_sitter_nginx_external_scanner_deserialize,
    },
    .primary_state_ids = ts_primary_state_ids,
  };
  return &language;
}
#ifdef __cplusplus
}
#endif
