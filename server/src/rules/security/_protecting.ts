/** Response headers that protect a page whatever its status. Strict-Transport-Security, which is about the whole host, has rules of its own. */
export const PROTECTING =
  /^(?:x-frame-options|content-security-policy|x-content-type-options|referrer-policy|permissions-policy|cross-origin-(?:opener|embedder|resource)-policy)$/i;
