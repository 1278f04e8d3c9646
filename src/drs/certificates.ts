/** CA certificates as the API takes them: Base64 of their PEM texts (`ssl_cert_key`). */
import { X509Certificate } from "node:crypto";

/** UTF-16 units of the text that may hold the certificates of one endpoint. */
export const longestPem = 64 * 1024;

/** The certificates in a text, without what stands between them; undefined: it has none, a broken one, or is too long. */
export function certificatesIn(text: string): string | undefined {
  if (text.length > longestPem) {
    return undefined;
  }
  const certificates = text.match(/-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g) ?? [];
  try {
    for (const certificate of certificates) {
      // Throws for what is not a certificate.
      new X509Certificate(certificate);
    }
  } catch {
    return undefined;
  }
  return certificates.length === 0 ? undefined : certificates.join("\n");
}
