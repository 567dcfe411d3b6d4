import { Counter, Gauge, type Registry } from 'prom-client'

interface Family<Metric, Label extends string> {
  readonly name: string
  readonly help: string
  readonly labelNames?: readonly Label[]
  /** Fills in what holds at the moment; called when somebody reads the metrics, and not before. */
  readonly collect: (metric: Metric) => void | Promise<void>
}

/** A gauge that is looked up when somebody asks. Series that `collect` does not set keep their last value. */
export function addGauge<Label extends string = never>(
  registry: Registry,
  { collect, labelNames = [], ...words }: Family<Gauge<Label>, Label>,
): Gauge<Label> {
  return new Gauge({
    ...words,
    labelNames,
    registers: [registry],
    collect() {
      return collect(this)
    },
  })
}

/** A counter whose sums somebody else keeps: `collect` adds them whole. */
export function addCounter<Label extends string = never>(
  registry: Registry,
  { collect, labelNames = [], ...words }: Family<Counter<Label>, Label>,
): Counter<Label> {
  return new Counter({
    ...words,
    labelNames,
    registers: [registry],
    collect() {
      this.reset()
      return collect(this)
    },
  })
}
