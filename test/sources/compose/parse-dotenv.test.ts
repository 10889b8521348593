import { describe, expect, it } from 'vitest';
import { parseDotenv } from '../../../src/sources/compose/parse-dotenv.ts';

const ENVIRONMENT: Readonly<Record<string, string>> = { HOME: '/root', TAG: 'outer' };
const read = (text: string) => parseDotenv(text, (name) => ENVIRONMENT[name]);

describe('a .env file', () => {
  it.each([
    ['A=b', { A: 'b' }],
    ['A = b ', { A: 'b' }],
    ['A: b=c', { A: 'b=c' }],
    ['A=b=c:d', { A: 'b=c:d' }],
    ['A=', { A: '' }],
    ['A=\nB=c', { A: '', B: 'c' }],
    ['  export A=b', { A: 'b' }],
    ['export exportA=b\nexport.B=c', { exportA: 'b', 'export.B': 'c' }],
    ['\ufeff# note\r\n\r\nA=b\r\nC=d\r\n', { A: 'b', C: 'd' }],
    ['A=b # note', { A: 'b' }],
    ['A=b#c', { A: 'b#c' }],
    ['A="b # c" # note\nD=e', { A: 'b # c', D: 'e' }],
    ['A=\'$HOME # "x"\'', { A: '$HOME # "x"' }],
    ['A="b\\nc"', { A: 'b\nc' }],
    ['A="say \\"hi\\""', { A: 'say "hi"' }],
    ['A="b\\\\"\nC=d', { A: 'b\\', C: 'd' }],
    ["A='one\ntwo'\nB=c", { A: 'one\ntwo', B: 'c' }],
    ['A=1\nB=${A}2$A', { A: '1', B: '121' }],
    ['A="\\$HOME"', { A: '$HOME' }],
    ['A=$HOME/x${GONE:-y}', { A: '/root/xy' }],
    ['TAG=inner\nA=$TAG', { TAG: 'inner', A: 'outer' }],
    ['HOME\nA=b', { A: 'b' }],
    ['A=1\nA=2', { A: '2' }],
    ['', {}],
  ])('%j gives %j', (text, values) => {
    expect(read(text)).toEqual({ values: new Map(Object.entries(values)), problem: null });
  });

  it.each([
    ['A=1\nlol$wut=1', 2, 'expected NAME=VALUE'],
    ['\n\nA="b', 3, 'the quoted value of A has no end'],
    ['A=${B:?say}', 1, 'value of A: B is not set: say'],
    ['A B=c', 1, 'expected NAME=VALUE'],
  ])('%j is told to be wrong in line %d', (text, line, message) => {
    expect(read(text).problem).toEqual({ line, message });
  });

  it('keeps what stands above the line that cannot be read', () => {
    expect(read('A=1\n!').values).toEqual(new Map([['A', '1']]));
  });
});
