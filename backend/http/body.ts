import { fail, ok, type Result } from '../../contract/result.ts';

/**
 * Reads a body whole, but never more than `maxBytes` of it: `fragment-too-large` as soon as that is known,
 * before anything is read where the length is declared.
 */
export async function readBounded(request: Request, maxBytes: number): Promise<Result<Uint8Array>> {
  if (Number(request.headers.get('content-length') ?? 0) > maxBytes) return fail('fragment-too-large');
  const pieces: Uint8Array[] = [];
  let bytes = 0;
  try {
    for await (const piece of request.body ?? []) {
      bytes += piece.length;
      if (bytes > maxBytes) return fail('fragment-too-large');
      pieces.push(piece);
    }
  } catch {
    // Nothing but the connection can fail here, and nobody is left to hear the answer.
    return fail('bad-request', 'the body was cut off');
  }
  return ok(Buffer.concat(pieces, bytes));
}
