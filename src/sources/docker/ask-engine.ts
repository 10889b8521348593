import { createLimiter } from '../bounded.ts';
import { type Engine, isRefusal } from './engine.ts';

/** Makes one call; undefined where the engine refuses, or is gone. Rejects only when aborted. */
export type AskEngine = (call: () => Promise<unknown>) => Promise<unknown>;

export type AskEngineOptions = {
  readonly engine: Pick<Engine, 'isAlive'>;
  /** Calls at once. */
  readonly concurrency: number;
  readonly signal: AbortSignal;
};

/** Makes what asks an engine about images that it has listed, and no more once it is gone. */
export function createAsker({ engine, concurrency, signal }: AskEngineOptions): AskEngine {
  const limited = createLimiter(concurrency);
  let gone = false;
  return (call) =>
    limited(async () => {
      signal.throwIfAborted();
      if (gone) return undefined;
      try {
        return await call();
      } catch (error) {
        signal.throwIfAborted();
        gone ||= !isRefusal(error) && !(await engine.isAlive());
        return undefined;
      }
    });
}
