/** Text of a request that a Lua program of the configuration gives to a shell, runs as code, or takes for a file, an address or a page. */
import { accessOf, isLocalOnly } from '../../answers/who-may-enter.ts';
import { table } from '../../base/table.ts';
import type { Directive } from '../../config/directive.ts';
import type { Scope } from '../../config/scope.ts';
import { defineRule } from '../rule.ts';
import { type Handed, handedOn } from './_lua.ts';

type Kind = 'backend' | 'shell' | 'code' | 'file' | 'module' | 'inner' | 'redirect' | 'page';

/** What a call makes of its first argument. */
const CALLS: Readonly<Record<string, Kind>> = table({
  'os.execute': 'shell',
  'io.popen': 'shell',
  loadstring: 'code',
  load: 'code',
  dofile: 'code',
  loadfile: 'code',
  'io.open': 'file',
  'io.lines': 'file',
  'os.remove': 'file',
  require: 'module',
  ':connect': 'backend',
  ':request_uri': 'backend',
  'ngx.exec': 'inner',
  'ngx.location.capture': 'inner',
  'ngx.redirect': 'redirect',
  'ngx.header.location': 'redirect',
  'ngx.header.Location': 'redirect',
  'ngx.say': 'page',
  'ngx.print': 'page',
});
const NAMES: ReadonlySet<string> = new Set(Object.keys(CALLS));

/** The variables that name the host of a pass directive of the level, as a program writes them. */
const hostsOf = (scope: Scope): readonly string[] =>
  scope.directives.flatMap((d) => {
    const name =
      d.name === 'proxy_pass' || d.name === 'grpc_pass' ? /^(?:\w+:\/\/)?\$\{?(\w+)\}?(?=[:/]|$)/.exec(d.value(0))?.[1] : undefined;
    return name === undefined ? [] : [`ngx.var.${name}`];
  });

/** The phases in which a request is at hand. */
const PHASES = ['rewrite', 'access', 'content', 'header_filter', 'body_filter', 'log'].flatMap((p) => [`${p}_by_lua`, `${p}_by_lua_block`]);

/** The program of a line, and where it begins in its file; null where nobody can say (escapes in a quoted one). */
function programOf(directive: Directive): { readonly text: string; readonly start: number } | null {
  const { rawBody } = directive.statement;
  if (rawBody) return { text: directive.file.text.slice(rawBody.start, rawBody.end), start: rawBody.start };
  const word = directive.args[0];
  return word?.quote && !word.templated && !word.raw.includes('\\') ? { text: word.value, start: word.start + 1 } : null;
}

/** Values that come decoded: in those of nginx's own variables an angle bracket of an address is still escaped. */
const DECODED = /^ngx\.req\.get_(?:uri|post)_args|^[A-Za-z_]\w*\.[\w-]+$/;

/** Whether an address list or a password keeps strangers away. Other programs may do so, too, and are not asked: what they let in runs all the same. */
const isForSome = (scope: Scope): boolean =>
  isLocalOnly(scope) || accessOf(scope) !== 'everybody' || (scope.enclosing('location')?.has('internal') ?? false);

function isHarm(kind: Kind, found: Handed, directive: Directive, program: string): boolean {
  const { scope } = directive;
  if (kind === 'backend' || kind === 'inner' || kind === 'module') return found.first;
  // cookies and most headers are no part of a link
  if (kind === 'redirect')
    return found.first && !/cookie_|http_(?!referer$)|headers/.test(found.source) && !/^[A-Za-z_]\w*\.[A-Z]/.test(found.source);
  if (kind === 'page') {
    const isPage = /^text\/html/i.test(scope.value('default_type')?.value(0) ?? '') || /content_type\s*=\s*["']text\/html/i.test(program);
    const isEscaped = /escape|html|&lt;/i.test(program.replace(/ngx\.unescape_uri|text\/html/g, ''));
    return (
      isPage &&
      !isEscaped &&
      (DECODED.test(found.source) || program.slice(found.from, found.to).includes('unescape_uri')) &&
      !/header/i.test(found.source)
    );
  }
  return true;
}

export default defineRule({
  id: 'client-text-in-script',
  group: 'security',
  severity: 'warning',
  since: '0.2',
  title: 'Client text runs in a Lua program',
  why: `
What a client writes is text. A Lua program that appends an argument to a command gives it to a shell, where \`;\`, \`|\` and \`$( )\` begin further commands: \`/thumb?file=x;id\` runs \`id\` as the user of the workers. \`loadstring\` runs it as Lua, \`io.open\` reads whatever file \`../\` leads to, \`ngx.exec\` and \`ngx.location.capture\` open locations that are \`internal\`, \`ngx.redirect\` sends visitors to any site.

Look the value up in a table of known ones, or compare it with a pattern for all of it: \`name:match("^[%w-]+$")\`. The rule is silent where anything of the program looks at the value.`,
  about: ['content_by_lua_block', 'access_by_lua_block', 'rewrite_by_lua_block'],
  references: ['https://cwe.mitre.org/data/definitions/78.html', 'https://cwe.mitre.org/data/definitions/94.html'],
  looksAt: { directive: PHASES },
  needs: 'file',
  messages: {
    backend:
      'The client decides with {source} which host this place asks, machines that only nginx reaches among them. Look it up in a table of known ones.',
    shell:
      'The client writes a part of this command with {source}: the shell runs what follows a semicolon in it. Check it against known values.',
    code: 'The client writes the program that runs here with {source}. Take it from a file of your own.',
    file: 'The client chooses the file with {source}: ../ in it leads out of every folder. Check it against known names.',
    module: 'The client chooses the Lua module that runs here with {source}. Look it up in a table of known ones.',
    inner: 'The client chooses the location with {source}, those that are internal among them. Name the location.',
    redirect: 'Anybody can make a link to this site that leads to his own: the target is {source}. Name the target, or a list of them.',
    page: '{source} comes into the page as the client writes it, and a script in it runs. Escape <, > and & first.',
  },
  check({ directive, scope, report }) {
    const program = scope.context.startsWith('stream') ? null : programOf(directive);
    if (!program || isForSome(scope)) return;
    const hosts = hostsOf(scope);
    for (const found of handedOn(program.text, hosts.length ? new Set([...NAMES, ...hosts]) : NAMES)) {
      const kind = CALLS[found.call] ?? 'backend';
      if (!isHarm(kind, found, directive, program.text)) continue;
      report(kind, {
        at: directive.at({ start: program.start + found.from, end: program.start + found.to }),
        data: { source: found.source.replace(/\.(\w*-[\w-]*)$/, '["$1"]') },
      });
    }
  },
  examples: [
    {
      inside: 'server',
      bad: `location = /thumb {
    content_by_lua_block {
        os.execute("convert /srv/img/" .. ngx.var.arg_file .. " /srv/thumb.png")
#                  ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ shell
    }
}`,
      good: `location = /thumb {
    content_by_lua_block {
        local file = ngx.var.arg_file
        if not file or not file:match("^%w+$") then return ngx.exit(400) end
        os.execute("convert /srv/img/" .. file .. " /srv/thumb.png")
    }
}`,
      fixed: false,
    },
    {
      inside: 'server',
      bad: `location = /run {
    content_by_lua_block {
        ngx.req.read_body()
        local body = ngx.req.get_body_data()
        ngx.say(loadstring(body)())
#                          ^^^^ code
    }
}`,
      good: `location = /run {
    content_by_lua_block {
        ngx.req.read_body()
        ngx.say(#(ngx.req.get_body_data() or ""))
    }
}`,
      fixed: false,
    },
    {
      inside: 'server',
      bad: `location = /doc {
    content_by_lua_block {
        local args = ngx.req.get_uri_args()
        local f = io.open("/srv/docs/" .. args.name)
#                         ^^^^^^^^^^^^^^^^^^^^^^^^^ file
        ngx.print(f:read("*a"))
    }
}`,
      good: `location = /doc {
    content_by_lua_block {
        local names = { terms = "terms.txt", privacy = "privacy.txt" }
        local args = ngx.req.get_uri_args()
        local f = io.open("/srv/docs/" .. (names[args.name] or "none"))
        ngx.print(f:read("*a"))
    }
}`,
      fixed: false,
    },
    {
      inside: 'server',
      bad: `location = /part {
    content_by_lua_block {
        local answer = ngx.location.capture(ngx.var.arg_path)
#                                           ^^^^^^^^^^^^^^^^ inner
        ngx.print(answer.body)
    }
}`,
      good: `location = /part {
    content_by_lua_block {
        local answer = ngx.location.capture("/parts/menu")
        ngx.print(answer.body)
    }
}`,
      fixed: false,
    },
    {
      inside: 'server',
      bad: `location = /go {
    rewrite_by_lua_block {
        return ngx.redirect(ngx.var.arg_next or "/")
#                           ^^^^^^^^^^^^^^^^^^^^^^^ redirect
    }
}`,
      good: `location = /go {
    rewrite_by_lua_block {
        return ngx.redirect("/welcome")
    }
}`,
      fixed: false,
    },
    {
      inside: 'server',
      bad: `location = /hello {
    default_type text/html;
    content_by_lua_block {
        ngx.say("<p>", "Hello</p>")
        ngx.say("<p>" .. ngx.req.get_uri_args().name .. "</p>")
#               ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ page
    }
}`,
      good: `location = /hello {
    default_type text/plain;
    content_by_lua_block {
        ngx.say("Hello " .. ngx.req.get_uri_args().name)
    }
}`,
      fixed: false,
    },
    {
      inside: 'server',
      bad: `location = /fetch {
    resolver 127.0.0.1;
    set $target "";
    access_by_lua_block {
        ngx.var.target = ngx.req.get_headers()["X-Target"]
#                        ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ backend
    }
    proxy_pass http://$target/;
}`,
      good: `location = /fetch {
    resolver 127.0.0.1;
    set $target "";
    access_by_lua_block {
        local known = { a = "127.0.0.1:8001", b = "127.0.0.1:8002" }
        ngx.var.target = known[ngx.var.arg_to] or "127.0.0.1:8000"
    }
    proxy_pass http://$target/;
}`,
      fixed: false,
    },
  ],
});
