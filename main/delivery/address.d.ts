import { type Result } from '../../contract/result.ts';
/** The base address without a trailing slash. Plain http is for this machine itself only: `insecure-address`. */
export declare function serviceAddress(text: string): Result<string>;
/** Whether this is an address of this machine itself. */
export declare function isLoopbackAddress(server: string): boolean;
