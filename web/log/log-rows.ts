/** Rows that a browser lays out together, and leaves alone while they are out of sight. */
export const ROWS_IN_BLOCK = 100

/**
 * Rows of a log in blocks, each row with its number and an anchor. live.js makes the same of the rows that come later.
 *
 * @param rows HTML of each row
 * @param first the number of the first of them, from 0
 */
export function logRows(rows: readonly string[], first: number): string {
  let html = ''
  for (let at = 0; at < rows.length; at += 1) {
    const index = first + at
    if (at === 0 || index % ROWS_IN_BLOCK === 0) {
      html += `${at === 0 ? '' : '</div>'}<div class="k" id="k${Math.floor(index / ROWS_IN_BLOCK)}">`
    }
    html += `<div id="L${index + 1}"><a href="#L${index + 1}" data-n="${index + 1}"></a><p>${rows[at]}</p></div>\n`
  }
  return html === '' ? '' : `${html}</div>`
}
