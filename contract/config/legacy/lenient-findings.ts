import { newFindings, type Findings } from '../findings.ts'

/** Findings that are warnings, all of them: the readers of micro.yml say what is wrong, and here that fails nothing. */
export function lenientFindings(file: string): Findings {
  const findings = newFindings(file)
  return { ...findings, error: (place, message) => findings.warn(place, message) }
}
