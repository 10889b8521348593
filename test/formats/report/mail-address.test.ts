import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isDomain, parseMailbox, readMailAddress } from '../../../src/formats/report/mail-address.ts';

describe('a mail address', () => {
  it.each([
    ['root', null, 'root'],
    ['ops@example.org', null, 'ops@example.org'],
    [' ops@build01 \r\n', null, 'ops@build01'],
    ['<ops@example.org>', null, 'ops@example.org'],
    ['Ops <ops@example.org>', 'Ops', 'ops@example.org'],
    ['"Ops, \\"Berlin\\"" <ops@example.org>', 'Ops, "Berlin"', 'ops@example.org'],
    ['Bereitschaft Köln <ops+images@xn--kln-sna.example>', 'Bereitschaft Köln', 'ops+images@xn--kln-sna.example'],
  ])('may be %s', (text, name, address) => {
    expect(parseMailbox(text)).toEqual({ ok: true, value: { name, address } });
    expect(readMailAddress(text)).toEqual({ ok: true, value: text.trim() });
  });

  it.each([
    [''],
    ['ops@example.org, root'],
    ['a@example.org b@example.org'],
    ['ops@example.org\nBcc: all@example.org'],
    ['Ops\r\nBcc: all@example.org <ops@example.org>'],
    ['Ops\u2028 <ops@example.org>'],
    ['Ops, Berlin <ops@example.org>'],
    ['"Ops" Berlin" <ops@example.org>'],
    ['"Ops\\" <ops@example.org>'],
    ['ops@'],
    ['@example.org'],
    ['ops@exa mple.org'],
    ['ops@-example.org'],
    ['ops@example..org'],
    ['.ops@example.org'],
    ['ops@köln.example'],
    ['Ops <ops@example.org> x'],
    ['Ops <<ops@example.org>'],
    ['|/bin/sh'],
    ['/var/mail/x'],
    ['-oQ/tmp'],
    [`${'a'.repeat(65)}@example.org`],
    [`a@${'a.'.repeat(200)}org`],
  ])('may not be %j', (text) => {
    const read = readMailAddress(text);
    expect(read).toMatchObject({ ok: false, message: expect.stringMatching(/^expected an address such as root, .*got "/) });
    expect(read.ok ? '' : read.message).not.toMatch(/[\r\n\u2028]/);
  });

  it('has nothing in it that ends a line or begins a list, whatever was written', () => {
    const text = fc
      .array(fc.oneof(fc.string({ unit: 'binary', maxLength: 5 }), fc.constantFrom('<', '>', '"', '\\', ',', ';', '\n', '@', 'a', 'b.c')), {
        maxLength: 10,
      })
      .map((parts) => parts.join(''));
    fc.assert(
      fc.property(text, (written) => {
        const read = parseMailbox(written);
        if (!read.ok) return;
        expect(read.value.address).toMatch(/^[\u0021-\u007e]+$/);
        expect(read.value.address).not.toMatch(/[<>",;:\\]/);
        expect(read.value.name ?? '').not.toMatch(/[\u0000-\u001f\u007f-\u009f\u2028\u2029]/);
      }),
      { numRuns: 2000 },
    );
  });

  it('of a long text is read in time that grows with it', () => {
    expect(readMailAddress(`${'a.'.repeat(500_000)}@`).ok).toBe(false);
    expect(isDomain(`${'a-'.repeat(500_000)}.`)).toBe(false);
  });
});
