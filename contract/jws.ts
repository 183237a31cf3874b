const LETTER = '[A-Za-z0-9_-]';
/** base64url without padding, its last letter without bits that say nothing (RFC 4648, section 3.5). */
const SEGMENT = `(?:${LETTER}{4})*(?:${LETTER}[AQgw]|${LETTER}{2}[AEIMQUYcgkosw048])?`;
const COMPACT = new RegExp(`^${SEGMENT}\\.${SEGMENT}\\.${SEGMENT}$`);

/**
 * Whether a text is a compact JWS (RFC 7515) as whoever signed it wrote it. Decoders take others for the same, which would give
 * one statement several digests.
 */
export function isCompactJws(text: string): boolean {
  return COMPACT.test(text);
}
