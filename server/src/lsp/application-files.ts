/** Which files of a workspace belong to the application's side, by name alone. */
export const isApplicationFile = (path: string): boolean =>
  /(^|\/)(settings[^/]*\.py|gunicorn[^/]*\.py|manage\.py|wsgi\.py|asgi\.py|uwsgi[^/]*\.(ini|ya?ml|json)|Procfile|[^/]*\.service|[^/]*\.socket)$/.test(
    path,
  ) || /(^|\/)settings\/[^/]+\.py$/.test(path);
