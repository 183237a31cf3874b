export declare const LINK_SCHEME = "tallylight";
/** What a link asks for. The code is a secret: it is shown to nobody and never logged. */
export type ConnectLink = {
    readonly code: string;
    /** The address of the backend that the link names, where it names one. */
    readonly backend: string | null;
};
/**
 * `tallylight://connect?code=…` with an optional `backend=…` (percent-encoded, https, or http on this machine). Anything else is
 * no link of ours: any page and any program can make the system open one.
 */
export declare function connectLinkOf(text: string): ConnectLink | undefined;
/** The link among the arguments that a second instance, or this one, was started with. More than one is none. */
export declare function linkAmong(argv: readonly string[]): string | undefined;
