/** Beside the sessions, in a bucket or a folder: whose place it is. */
export const OWNER_FILE = 'tallylight-service';
