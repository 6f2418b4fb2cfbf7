/** Why a finding about a request is right, by the tree and by file, level, rule and message: outcome-noise.test.ts holds the list to what is found. */
export const ARGUED: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  'flask-uwsgi-several-apps.conf': {
    'nginx.conf: info forwarded-prefix-kept/param':
      'unless uWSGI mounts the application and manages SCRIPT_NAME itself, Flask gets the prefix twice: as SCRIPT_NAME and in PATH_INFO',
    'nginx.conf: info assets-without-root/rootless':
      'the try_files of the framework’s own guide, without a root: it looks in the folder that nginx was compiled with',
  },
  gitlab: {
    'nginx.conf: info error-page-fails-too/cut':
      'uploads of any size are let through, and the pages for 502 are in a place with the limit of 1 MB: a push meets 413 instead',
  },
  'image-resize.conf': {
    'nginx.conf: info capture-sent-decoded/blank':
      'the group of the file name takes a blank, and proxy_pass with variables sends it as it is: the resizer answers 400 to a name with one',
    'nginx.conf: info proxy-pass-drops-path/query':
      'the resizer never sees a query such as ?v=2; told as information, for pictures seldom need one',
  },
  'jitsi.conf': {
    'nginx.conf: info capture-sent-decoded/blank':
      'the last group takes anything, a blank included, and proxy_pass with $1 sends it as it is',
    'nginx.conf: info proxy-redirect-lost/inner':
      'with a variable in proxy_pass nothing rewrites a Location, and the bridge is told its upstream’s name as its host',
  },
  'laravel.conf': {
    'nginx.conf: info header-without-always/missing': 'the framework’s own guide leaves always out: its 404 can be framed',
  },
  'mastodon.conf': {
    'nginx.conf: info header-without-always/missing': 'a 404 below /system/ comes without nosniff, which the files there have',
  },
  'nginxconfig-io.conf': {
    'nginxconfig.io/general.conf: warning assets-without-root/taken':
      'the generator puts /media/ outside of the root, and its expressions for files take what is uploaded there: 404',
  },
  'sentry-self-hosted.conf': {
    'nginx.conf: info root-repeats-prefix/twice': 'root keeps the path, so the files have to be in a second folder js-sdk within the first',
  },
  'spa-with-prefixes.conf': {
    'nginx.conf: info assets-without-root/unpassed':
      'a picture that the API makes is looked for on the disk; told as information, for an API may have none',
  },
  'wordpress-multisite-cache.conf': {
    'nginx.conf: warning access-list-outranked/first':
      'nginx takes the first expression that matches, and that for PHP stands in front: what visitors uploaded is run',
  },
};
