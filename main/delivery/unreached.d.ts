import { type TallylightError } from '../../contract/result.ts';
/** Whether nobody answered, or nobody whose answer counts. */
export declare function isUnreached({ code }: Pick<TallylightError, 'code'>): boolean;
/**
 * Why a request did not get through, without addresses of ours or anybody's token: what is wrong with the other side's TLS,
 * or `service-unreachable` with the reason in words. `who` is put before it.
 */
export declare function unreached(error: unknown, who?: string): TallylightError;
