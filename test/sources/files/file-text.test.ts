import { describe, expect, it } from 'vitest';
import { kindOfText, looksLikeManifest } from '../../../src/sources/files/file-text.ts';

describe('a text', () => {
  it.each([
    ['FROM a', 'dockerfile'],
    ['\n# escape=`\r\n\r\n  from a\r\n', 'dockerfile'],
    ['ARG V\nFROM a:$V', 'dockerfile'],
    ['ARG V\n', 'dockerfile'],
    ['FROM a\nRUN <<E\napiVersion: v1\nkind: Pod\nE\n', 'dockerfile'],
    ['LABEL a=b\n  FROM a', 'dockerfile'],
    ['apiVersion: v1\nkind: Pod', 'kubernetes'],
    ['kind : Pod\n"apiVersion": v1\nservices: {}', 'kubernetes'],
    ['{"items": [{"kind":"Pod","apiVersion":"v1"}]}', 'kubernetes'],
    ['[{"kind" :"Pod",\n"apiVersion"\n:"v1"}]', 'kubernetes'],
    ['services:\n  web: {}', 'compose'],
    ['name: x\ninclude: [a.yaml]', 'compose'],
    ['{"services": {}}', 'compose'],
    ['jobs:\n  a:\n    services: {}', null],
    ['apiVersion: v2\nname: chart', null],
    ['FROMAGE: brie', null],
    ['dear FROM all', null],
    ['', null],
    ['# FROM a', null],
    ['null', null],
  ])('%j is a %s', (text, kind) => {
    expect(kindOfText(text)).toBe(kind);
  });

  it.each([
    ['spaces', ' '.repeat(1_000_000)],
    ['lines', '\n'.repeat(1_000_000)],
    ['keys', '"apiVersion"   '.repeat(100_000)],
    ['quotes', `{${'"kind"'.repeat(150_000)}`],
    ['indentation', `${' '.repeat(100)}x\n`.repeat(10_000)],
  ])('of a million %s is looked at once', (_, text) => {
    const timeOf = (part: string): number => {
      const times = [1, 2, 3].map(() => {
        const start = process.cpuUsage();
        for (let round = 0; round < 5; round += 1) {
          expect(kindOfText(part)).toBeNull();
          expect(looksLikeManifest(part)).toBe(false);
        }
        return process.cpuUsage(start).user;
      });
      return Math.min(...times) + 5_000;
    };
    timeOf(text);
    expect(timeOf(text) / timeOf(text.slice(0, text.length / 8))).toBeLessThan(30);
  });
});
