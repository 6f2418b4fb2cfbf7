/**
 * A second, independent reading of nginx's tokenizer, character by character with nginx's own flags (ngx_conf_read_token and
 * ngx_conf_parse), on UTF-8 bytes taken one char each. It knows Lua blocks as OpenResty's module does, in their simplest form.
 */
export interface OracleStatement {
  words: string[];
  block: OracleStatement[] | null;
}

export class Refused extends Error {}

const LUA = /^[a-z_]*_by_lua_block$/;

export function oracle(text: string): OracleStatement[] {
  let pos = 0;

  const copy = (from: number, to: number): string => {
    let out = '';
    for (let src = from; src < to; ) {
      if (text[src] === '\\') {
        const next = text[src + 1];
        if (next === '"' || next === "'" || next === '\\') src++;
        else if (next === 't' || next === 'r' || next === 'n') {
          out += next === 't' ? '\t' : next === 'r' ? '\r' : '\n';
          src += 2;
          continue;
        }
      }
      out += text[src++];
    }
    return out;
  };

  const token = (): { words: string[]; end: ';' | '{' | '}' | 'eof' } => {
    const words: string[] = [];
    let needSpace = false;
    let lastSpace = true;
    let comment = false;
    let variable = false;
    let quoted = false;
    let single = false;
    let double = false;
    let start = pos;
    for (;;) {
      if (pos >= text.length) {
        if (words.length || !lastSpace) throw new Refused('unexpected end of file');
        return { words, end: 'eof' };
      }
      const ch = text[pos++]!;
      const space = ch === ' ' || ch === '\t' || ch === '\r' || ch === '\n';
      if (ch === '\n') comment = false;
      if (comment) continue;
      if (quoted) {
        quoted = false;
        continue;
      }
      if (needSpace) {
        if (space) {
          lastSpace = true;
          needSpace = false;
          continue;
        }
        if (ch === ';' || ch === '{') return { words, end: ch };
        if (ch !== ')') throw new Refused(`unexpected "${ch}"`);
        lastSpace = true;
        needSpace = false;
      }
      if (lastSpace) {
        start = pos - 1;
        if (space) continue;
        lastSpace = false;
        if (ch === ';' || ch === '{') {
          if (!words.length) throw new Refused(`unexpected "${ch}"`);
          return { words, end: ch };
        }
        if (ch === '}') {
          if (words.length) throw new Refused('unexpected "}"');
          return { words, end: ch };
        }
        if (ch === '#') {
          comment = true;
          lastSpace = true;
        } else if (ch === '\\') quoted = true;
        else if (ch === '"') {
          start++;
          double = true;
        } else if (ch === "'") {
          start++;
          single = true;
        } else if (ch === '$') variable = true;
        continue;
      }
      if (ch === '{' && variable) continue;
      variable = false;
      if (ch === '\\') {
        quoted = true;
        continue;
      }
      if (ch === '$') {
        variable = true;
        continue;
      }
      let found = false;
      if (double || single) {
        if (ch === (double ? '"' : "'")) {
          double = single = false;
          needSpace = true;
          found = true;
        }
      } else if (space || ch === ';' || ch === '{') {
        lastSpace = true;
        found = true;
      }
      if (!found) continue;
      words.push(copy(start, pos - 1));
      if (ch === ';' || ch === '{') return { words, end: ch };
    }
  };

  const luaBlock = (): void => {
    // a long bracket that nobody closes goes on to the end of the file
    const parts =
      /--\[(=*)\[(?:[\s\S]*?\]\1\]|[\s\S]*)|--[^\n]*|\[(=*)\[(?:[\s\S]*?\]\2\]|[\s\S]*)|"(?:\\[\s\S]|[^"\\\n])*"?|'(?:\\[\s\S]|[^'\\\n])*'?|[{}]|[\s\S]/y;
    for (let depth = 1; depth > 0; ) {
      parts.lastIndex = pos;
      const part = parts.exec(text)?.[0];
      if (part === undefined) throw new Refused('unexpected end of file');
      pos += part.length;
      if (part === '{') depth++;
      else if (part === '}') depth--;
    }
  };

  const block = (inside: boolean): OracleStatement[] => {
    const found: OracleStatement[] = [];
    for (;;) {
      const { words, end } = token();
      if (end === 'eof') {
        if (inside) throw new Refused('unexpected end of file, expecting "}"');
        return found;
      }
      if (end === '}') {
        if (!inside) throw new Refused('unexpected "}"');
        return found;
      }
      const statement: OracleStatement = { words, block: null };
      found.push(statement);
      if (end === '{') {
        statement.block = [];
        if (LUA.test(words[0]!)) luaBlock();
        else statement.block = block(true);
      }
    }
  };

  return block(false);
}
