/** Bytes that are read from the first to the last, each once. */
export type ByteSource = {
  /** How many bytes were taken or passed over. */
  readonly position: () => number;
  /** The next `count` bytes without taking them; fewer only where they end. */
  readonly peek: (count: number) => Promise<Buffer>;
  /** The next `count` bytes; fewer only where they end. */
  readonly take: (count: number) => Promise<Buffer>;
  /** At least one and at most `count` of the next bytes, as they come; null where they end. */
  readonly some: (count: number) => Promise<Buffer | null>;
  /** Passes over bytes; fewer than `count` only where they end. */
  readonly skip: (count: number) => Promise<number>;
  /** Ends the reading, wherever it is. */
  readonly close: () => Promise<void>;
};

const NOTHING: Buffer = Buffer.alloc(0);

/** Bytes that come in chunks of any length. Memory: one chunk, and what is peeked or taken at once. */
export function fromChunks(chunks: AsyncIterable<Uint8Array>): ByteSource {
  const iterator = chunks[Symbol.asyncIterator]();
  let current: Buffer = NOTHING;
  let position = 0;
  let ended = false;
  const fill = async (): Promise<boolean> => {
    while (current.length === 0 && !ended) {
      const next = await iterator.next();
      if (next.done === true) ended = true;
      else current = asBuffer(next.value);
    }
    return current.length > 0;
  };
  const some = async (count: number): Promise<Buffer | null> => {
    if (current.length === 0 && !(await fill())) return null;
    const part = current.subarray(0, count);
    current = current.subarray(part.length);
    position += part.length;
    return part;
  };
  const take = async (count: number): Promise<Buffer> => {
    if (current.length >= count) return (await some(count)) ?? NOTHING;
    const parts: Buffer[] = [];
    for (let missing = count; missing > 0;) {
      const part = await some(missing);
      if (part === null) break;
      parts.push(part);
      missing -= part.length;
    }
    return Buffer.concat(parts);
  };
  const peek = async (count: number): Promise<Buffer> => {
    if (current.length >= count) return current.subarray(0, count);
    const start = position;
    const taken = await take(count);
    current = Buffer.concat([taken, current]);
    position = start;
    return taken;
  };
  const skip = async (count: number): Promise<number> => {
    let passed = 0;
    while (passed < count) {
      const part = await some(count - passed);
      if (part === null) break;
      passed += part.length;
    }
    return passed;
  };
  const close = async (): Promise<void> => {
    ended = true;
    current = NOTHING;
    await iterator.return?.();
  };
  return { position: () => position, peek, take, some, skip, close };
}

const asBuffer = (bytes: Uint8Array): Buffer => Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
