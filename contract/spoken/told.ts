/** What is told of an error: what happened and what is safe, and what to do. */
export type Told = { readonly message: string; readonly action: string };
