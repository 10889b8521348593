import { describe, expect, it } from 'vitest';
import { reportError } from '../../src/cli/report-error.ts';
import { ImgupdateError } from '../../src/errors.ts';

function report(error: unknown, verbose = false) {
  const written: string[] = [];
  const exitCode = reportError(
    error,
    {
      stderr: {
        write: (text) => void written.push(text),
        drain: () => Promise.resolve(),
        isLost: () => false,
        isTTY: false,
        columns: null,
      },
    },
    verbose,
  );
  return { exitCode, stderr: written.join('') };
}

describe('what ends the run', () => {
  it('is told with one next action, and its causes with -v', () => {
    const error = new ImgupdateError('engine-unavailable', 'no engine', { hint: 'start it', cause: new Error('connect ENOENT') });
    expect(report(error)).toEqual({ exitCode: 1, stderr: 'E: no engine\nN: start it\n' });
    expect(report(error, true).stderr).toBe('E: no engine\nN: start it\n   caused by: connect ENOENT\n');
  });

  it('exits 64 for wrong usage', () => {
    expect(report(new ImgupdateError('usage', 'unknown key')).exitCode).toBe(64);
  });

  it('is called a bug when nobody foresaw it, and carries no control character to the terminal', () => {
    const { exitCode, stderr } = report(new TypeError('x is not a function: \u001b]0;pwned\u0007\r\u202e'));
    expect(exitCode).toBe(1);
    expect(stderr).toMatch(/^E: this is a bug in imgupdate: TypeError: x is not a function/);
    expect(stderr).toContain('\n    at ');
    expect(stderr).not.toMatch(/[^\n -~\uFFFD]/);
  });
});
