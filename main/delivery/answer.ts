/** Larger than any answer of use: the list of a day's fragments is a tenth of it. */
const MAX_ANSWER_BYTES = 64 * 1024 * 1024;

/**
 * The JSON of an answer, or undefined where it is something else or does not end. Rejects where the connection
 * breaks meanwhile.
 */
export async function readAnswer(response: Response, maxBytes = MAX_ANSWER_BYTES): Promise<unknown> {
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  const body: AsyncIterable<Uint8Array> | null = response.body;
  for await (const chunk of body ?? []) {
    bytes += chunk.length;
    if (bytes > maxBytes) return undefined;
    chunks.push(chunk);
  }
  try {
    return JSON.parse(Buffer.concat(chunks).toString());
  } catch {
    return undefined;
  }
}
