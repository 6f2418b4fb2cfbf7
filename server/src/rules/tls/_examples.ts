/** A server over TLS for the examples of this group. */

/** The server whose sockets are these lines; `more` are further lines of it. */
export const tlsSite = (listens: string, more = ''): string => `server {
${listens}
    server_name example.com;
    ssl_certificate site.pem;
    ssl_certificate_key site.key;
${more && `${more}\n`}    location / {
        return 204;
    }
}`;
