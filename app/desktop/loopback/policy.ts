/** What the page that hears the system may load: its own scripts, and nothing else. */
export const LOOPBACK_POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "worker-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ');
