/** What the owner of an API key asks the service, past the network that has faults. */
export type Api = {
  readonly get: (path: string) => Promise<Response>;
  readonly data: (method: 'GET' | 'POST', path: string, body?: object) => Promise<Record<string, unknown>>;
};

export function apiOf(url: () => string, key: string): Api {
  async function ask(method: string, path: string, body?: object): Promise<Response> {
    const response = await fetch(url() + path, {
      method,
      headers: {
        'x-access-token': key,
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      signal: AbortSignal.timeout(20_000),
    });
    if (!response.ok)
      throw new Error(
        `${method} ${path} answered ${response.status}: ${(await response.text()).slice(0, 300)}`,
      );
    return response;
  }
  /** A connection of before may be to a service that has died since. */
  const get = (path: string) => ask('GET', path).catch(() => ask('GET', path));
  return {
    get,
    data: async (method, path, body) => {
      const response = await (method === 'GET' ? get(path) : ask(method, path, body));
      return ((await response.json()) as { data: Record<string, unknown> }).data;
    },
  };
}
