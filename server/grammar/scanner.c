/* The two tokens that a regular expression cannot cut: strings, whose end depends on the character behind the closing quote, and the
 * bodies of *_by_lua_block. Keeps no state between tokens. */
#include "tree_sitter/parser.h"

enum token { STRING, OPEN_STRING, LUA_BODY, END };

void *tree_sitter_nginx_external_scanner_create(void) { return 0; }
void tree_sitter_nginx_external_scanner_destroy(void *payload) { (void)payload; }
unsigned tree_sitter_nginx_external_scanner_serialize(void *payload, char *buffer) { (void)payload; (void)buffer; return 0; }
void tree_sitter_nginx_external_scanner_deserialize(void *payload, const char *buffer, unsigned length) {
  (void)payload; (void)buffer; (void)length;
}

static bool is_space(int32_t c) { return c == ' ' || c == '\t' || c == '\r' || c == '\n'; }

/* A quote at the start of a word. nginx reads up to the next such quote, over lines, and wants white space, `;`, `{` or `)` behind it.
 * A string that spans lines and has anything else behind it was not closed where its author meant it to be: the quote then counts as
 * an ordinary character of a short word, so that one forgotten quote does not turn the rest of the file inside out. */
static bool string(TSLexer *lexer) {
  const int32_t quote = lexer->lookahead;
  bool in_first_word = true, after_dollar = false, spans_lines = false;
  lexer->advance(lexer, false);
  while (!lexer->eof(lexer)) {
    const int32_t c = lexer->lookahead;
    if (in_first_word && (is_space(c) || c == ';' || (c == '{' && !after_dollar))) {
      lexer->mark_end(lexer);
      in_first_word = false;
    }
    if (c == quote) {
      lexer->advance(lexer, false);
      const int32_t next = lexer->lookahead;
      if (!spans_lines || lexer->eof(lexer) || is_space(next) || next == ';' || next == '{' || next == ')') {
        lexer->mark_end(lexer);
        lexer->result_symbol = STRING;
        return true;
      }
      if (in_first_word) lexer->mark_end(lexer);
      lexer->result_symbol = OPEN_STRING;
      return true;
    }
    if (c == '\n') spans_lines = true;
    after_dollar = c == '$' || (c == '{' && after_dollar);
    lexer->advance(lexer, false);
    if (c == '\\' && !lexer->eof(lexer)) {
      if (lexer->lookahead == '\n') spans_lines = true;
      lexer->advance(lexer, false);
    }
  }
  if (in_first_word) lexer->mark_end(lexer);
  lexer->result_symbol = OPEN_STRING;
  return true;
}

static int32_t take(TSLexer *lexer) {
  const int32_t c = lexer->lookahead;
  lexer->advance(lexer, false);
  return c;
}

/* Behind `[`: true when it opened a long bracket, which is then read to its end. */
static void long_bracket(TSLexer *lexer) {
  unsigned level = 0;
  while (lexer->lookahead == '=') level++, lexer->advance(lexer, false);
  if (lexer->lookahead != '[') return;
  lexer->advance(lexer, false);
  while (!lexer->eof(lexer)) {
    if (take(lexer) != ']') continue;
    unsigned found = 0;
    while (lexer->lookahead == '=') found++, lexer->advance(lexer, false);
    if (found == level && lexer->lookahead == ']') {
      lexer->advance(lexer, false);
      return;
    }
  }
}

/* Up to the brace that closes the block, or to the end of the file. A string of Lua ends with its line. */
static bool lua_body(TSLexer *lexer) {
  unsigned depth = 0;
  lexer->result_symbol = LUA_BODY;
  while (!lexer->eof(lexer)) {
    const int32_t c = lexer->lookahead;
    if (c == '}' && depth == 0) break;
    lexer->advance(lexer, false);
    if (c == '{') depth++;
    else if (c == '}') depth--;
    else if (c == '[') long_bracket(lexer);
    else if (c == '"' || c == '\'') {
      while (!lexer->eof(lexer) && lexer->lookahead != '\n') {
        const int32_t s = take(lexer);
        if (s == c) break;
        if (s == '\\' && !lexer->eof(lexer)) lexer->advance(lexer, false);
      }
    } else if (c == '-' && lexer->lookahead == '-') {
      lexer->advance(lexer, false);
      if (lexer->lookahead == '[') {
        lexer->advance(lexer, false);
        unsigned before = lexer->lookahead == '[' || lexer->lookahead == '=';
        if (before) {
          long_bracket(lexer);
          continue;
        }
      }
      while (!lexer->eof(lexer) && lexer->lookahead != '\n') lexer->advance(lexer, false);
    }
  }
  lexer->mark_end(lexer);
  return true;
}

bool tree_sitter_nginx_external_scanner_scan(void *payload, TSLexer *lexer, const bool *valid) {
  (void)payload;
  if (valid[LUA_BODY]) return valid[STRING] ? false : lua_body(lexer);
  while (is_space(lexer->lookahead)) lexer->advance(lexer, true);
  if (lexer->lookahead == '"' || lexer->lookahead == '\'') return valid[STRING] && string(lexer);
  if (!valid[END] || !lexer->eof(lexer)) return false;
  lexer->result_symbol = END;
  return true;
}
