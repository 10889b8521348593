import { expect, it } from 'vitest';
import { renderExpiredHolds } from '../../src/formats/holds.ts';
import { makeRow } from './reports.ts';

const ended = { reason: 'wait for\u001b the fix', until: '2026-10-01' };

it('a hold that has ended is told once an image, unless another one lasts', () => {
  const lasting = { reason: null, until: null };
  const images = [
    makeRow('redis:7.2', 'rebuilt', { expired: [ended] }),
    makeRow('postgres:16', 'current', { expired: [{ ...ended, reason: null }, ended] }),
    makeRow('nginx:1.27', 'current', { expired: [ended], held: lasting }),
    makeRow('node:20', 'current'),
  ];
  expect(renderExpiredHolds(images)).toEqual([
    'W: redis:7.2: its hold ended 2026-10-01 (wait for\u{fffd} the fix)',
    'W: postgres:16: its hold ended 2026-10-01',
  ]);
});

it('of many holds that have ended the first are told, and how many more there are', () => {
  const images = Array.from({ length: 8 }, (_, number) => makeRow(`app:${number}`, 'current', { expired: [ended] }));
  expect(renderExpiredHolds(images)).toHaveLength(6);
  expect(renderExpiredHolds(images).at(-1)).toBe('W: and 3 more holds that have ended');
});
