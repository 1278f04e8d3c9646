/**
 * Whether requests may be sent to an address: https everywhere, plain http only to this machine. It is an origin: a user, a
 * path or a query in it would be dropped, or shown to others.
 */
export function isSafeEndpoint(text: string): boolean {
  if (!URL.canParse(text)) {
    return false;
  }
  const { protocol, hostname, pathname, username, password, search, hash } = new URL(text);
  const here = ["127.0.0.1", "localhost", "[::1]"].includes(hostname);
  const safe = protocol === "https:" || (protocol === "http:" && here);
  return safe && pathname === "/" && `${username}${password}${search}${hash}` === "";
}
