/**
 * A line without what makes a terminal do things, or a reader see what is not there: escape sequences, control characters, and the
 * marks that change the direction of text (https://trojansource.codes). A tab becomes spaces.
 */
export function cleanLine(text: string): string {
  return (
    text
      .replaceAll('\t', '    ')
      // oxlint-disable-next-line no-control-regex -- these are the characters to take out
      .replace(/\u001b(?:\[[0-?]*[ -/]*[@-~]|[\]PX^_][^\u0007\u001b]*(?:\u0007|\u001b\\)?|[ -/]*[0-~])/g, '')
      // oxlint-disable-next-line no-control-regex -- so are these
      .replace(/[\u0000-\u001f\u007f-\u009f\u200b\u200e\u200f\u2028-\u202e\u2060\u2066-\u2069\ufeff]/g, '')
  )
}

/** The same for words of several lines, such as those of a failed build: strangers' scripts have written some of them. */
export function cleanText(text: string): string {
  return text.split('\n').map(cleanLine).join('\n')
}
