/** The Fibonacci number of that index, counted from 0. */
export function fibonacci(index: number): bigint {
  let [current, next] = [0n, 1n]
  for (let step = 0; step < index; step += 1) [current, next] = [next, current + next]
  return current
}
