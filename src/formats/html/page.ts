import { type Html, html, trustedHtml } from './escape.ts';
import { STYLE } from './style.ts';

/** `title`: of the window. `header`, `main` and `footer` are what stands in the landmarks of these names. `style`: of this kind of page, after that of all. */
export type Page = {
  readonly title: string;
  readonly header: Html;
  readonly main: Html;
  readonly footer: Html;
  readonly style?: string;
};

/**
 * Renders a whole page that needs nothing else: no script, and nothing that a browser would fetch, which its policy forbids as well.
 *
 * Light and dark as the reader has it, narrow and wide, on screen and on paper.
 * Source: Content Security Policy Level 3, sections 3.3 (meta element) and 6.1; WCAG 2.2, 1.3.1 and 1.4.3.
 */
export function renderPage({ title, header, main, footer, style = '' }: Page): string {
  return `${
    html`<!doctype html>
      <html lang="en">
        <head>
          <meta charset="utf-8" />
          <meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'" />
          <meta name="viewport" content="width=device-width, initial-scale=1" />
          <meta name="referrer" content="no-referrer" />
          <meta name="color-scheme" content="light dark" />
          <title>${title}</title>
          <style>
            ${trustedHtml(`${STYLE}${style}`)}
          </style>
        </head>
        <body>
          <header>${header}</header>
          <main>${main}</main>
          <footer>${footer}</footer>
        </body>
      </html>`.html
  }\n`;
}
