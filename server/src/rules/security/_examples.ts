/** Texts that several examples of this group hold. */

/** A server over TLS that nothing is wrong with but for what an example is about. */
export const TLS_SERVER = `server {
    listen 443 ssl;
    server_name example.com;
    ssl_certificate site.pem;
    ssl_certificate_key site.key;
}`;
