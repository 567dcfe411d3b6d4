/** An answer that is not what was asked for, thrown to where the request is answered. */
export class Refusal extends Error {
  readonly status: number
  readonly errors: readonly unknown[] | undefined

  constructor(status: number, message: string, errors?: readonly unknown[]) {
    super(message)
    this.name = 'Refusal'
    this.status = status
    this.errors = errors
  }
}

/** GitHub answers 404 for what does not exist and for what must not be seen. */
export function notFound(): Refusal {
  return new Refusal(404, 'Not Found')
}

/** 422 with one error in GitHub's form. */
export function invalid(error: { resource: string; field?: string; code?: string; message?: string }): Refusal {
  const code = error.code ?? (error.message === undefined ? 'invalid' : 'custom')
  return new Refusal(422, 'Validation Failed', [{ ...error, code }])
}
