/**
 * The JSON of an answer, or undefined where it is something else, does not end, or is not what was sent: whoever
 * answers may say its SHA-256 (RFC 9530). Rejects where the connection breaks meanwhile.
 */
export declare function readAnswer(response: Response, maxBytes?: number): Promise<unknown>;
