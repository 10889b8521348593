import { Agent, request, type Dispatcher } from 'undici';

/** `json`: the body as a document, of which a test picks what it wants to see. */
export type Asked = {
  readonly status: number;
  readonly headers: Record<string, string | string[] | undefined>;
  readonly body: string;
  readonly json: () => JsonDocument;
};

// eslint-disable-next-line @typescript-eslint/no-explicit-any -- any document of any server
type JsonDocument = Record<string, any>;

export type AskOptions = {
  readonly method?: Dispatcher.HttpMethod;
  readonly headers?: Record<string, string>;
  readonly body?: string | Uint8Array;
  /** A PEM certificate to trust. */
  readonly ca?: string;
  readonly socketPath?: string;
};

/** Sends one request on a connection of its own, follows nothing, and reads the answer to its end. */
export async function ask(url: string, options: AskOptions = {}): Promise<Asked> {
  const { ca, socketPath, ...rest } = options;
  const dispatcher = new Agent({ connect: { ...(ca === undefined ? {} : { ca }), ...(socketPath === undefined ? {} : { socketPath }) } });
  try {
    const response = await request(url, { ...rest, dispatcher });
    const body = await response.body.text();
    return { status: response.statusCode, headers: response.headers, body, json: () => JSON.parse(body) as JsonDocument };
  } finally {
    await dispatcher.destroy();
  }
}
