// Which modules a build of nginx has. A linter that is told nothing assumes all of them, so that no directive is unknown for the
// lack of a module; told a build and its load_module lines, it knows which directives are missing and where to get them.

/** The modules of one nginx, by module name ("ngx_http_geoip2_module") or by the name of a third-party source. */
export interface ModuleSet {
  has(moduleOrSource: string): boolean;
}

/** The set in which nothing is missing. */
export const ANY_MODULE: ModuleSet = { has: () => true };
