/** The session's cookie. */

/**
 * @param publicUrl where people reach the service
 * @returns `__Host-…` over https: a browser then takes it only from this very host, over https, for all paths, so that
 *   a neighbouring host cannot plant one. Over plain http browsers refuse that prefix.
 */
export function sessionCookieName(publicUrl: URL): string {
  return publicUrl.protocol === 'https:' ? '__Host-pps-trace' : 'pps-trace';
}

/** `Lax`: a code scanned on a label opens its page with the session; what changes anything is checked by origin. */
function attributes(publicUrl: URL): string {
  return `Path=/; HttpOnly; SameSite=Lax${publicUrl.protocol === 'https:' ? '; Secure' : ''}`;
}

/** Without `Max-Age`: it goes when the browser closes, and on the server at its limits. */
export function sessionCookie(publicUrl: URL, secret: string): string {
  return `${sessionCookieName(publicUrl)}=${secret}; ${attributes(publicUrl)}`;
}

export function endedSessionCookie(publicUrl: URL): string {
  return `${sessionCookieName(publicUrl)}=; ${attributes(publicUrl)}; Max-Age=0`;
}
