import { z } from 'zod';
import { type Result } from '../../contract/result.ts';
/** What your backend shows once and takes once; long enough not to be guessed. */
export declare const connectCode: z.ZodString;
/**
 * Gives a one-time code to your backend (`POST <url>/connect`) for the secret that later proves this client to it (`yourBackend`).
 * Asked once: whoever got no answer needs another code. Errors: `code-refused`; `insecure-address` without TLS, and what
 * kept the answer away. None of them holds the code.
 */
export declare function secretForCode(url: string, code: string): Promise<Result<string>>;
