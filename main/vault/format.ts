/** The format of docs/vault-format.md, as every file of a recording names or authenticates it. */
export const FORMAT = 'tallylight-vault/2';
