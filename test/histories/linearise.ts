/**
 * Whether a concurrent history can be explained by some order of its operations, one after another, in which every
 * operation takes effect between its call and its return (Herlihy and Wing, 1990). The search is Wing and Gong's
 * (1993), with Lowe's memory of what was tried (2017). Pure; knows nothing of what the operations are.
 */

export interface Operation<Input, Output> {
  readonly input: Input;
  /** Absent where nobody learned what became of it: it may have taken effect, at any time since its call, or not. */
  readonly output?: Output;
  /** On one clock; an operation without an output never returns. */
  readonly called: number;
  readonly returned: number;
}

export interface Specification<State, Input, Output> {
  readonly initial: State;
  /** Leaves the state as it was. */
  apply(state: State, input: Input): { readonly state: State; readonly output: Output };
  /** Whether the output that was seen is one that the specification allows. */
  agree(seen: Output, allowed: Output): boolean;
  /** Equal for states that no later operation can tell apart. */
  key(state: State): string;
}

export type Verdict<Input, Output> =
  | { readonly explained: true; readonly order: readonly Operation<Input, Output>[] }
  | {
      readonly explained: false;
      /** The longest beginning of an order that agrees … */
      readonly furthest: readonly Operation<Input, Output>[];
      /** … and what could have come next, with what it would have had to come to. */
      readonly stuck: readonly { readonly operation: Operation<Input, Output>; readonly allowed: Output }[];
    };

/** Wider or longer histories than this are the caller's mistake: the search is exponential in what overlaps. */
const operationsAtMost = 200;
const branchesAtMost = 500_000;

/** @throws when the history is too long, or too much of it overlaps to be searched */
export function linearise<State, Input, Output>(
  operations: readonly Operation<Input, Output>[],
  specification: Specification<State, Input, Output>,
): Verdict<Input, Output> {
  if (operations.length > operationsAtMost) throw new Error(`${operations.length} operations`);
  return new Search(operations, specification).run();
}

class Search<State, Input, Output> {
  private readonly operations: readonly Operation<Input, Output>[];
  private readonly specification: Specification<State, Input, Output>;
  private readonly done: boolean[];
  private readonly order: Operation<Input, Output>[] = [];
  private readonly tried = new Set<string>();
  private branches = 0;
  private furthest: readonly Operation<Input, Output>[] = [];
  private stuck: { operation: Operation<Input, Output>; allowed: Output }[] = [];

  constructor(
    operations: readonly Operation<Input, Output>[],
    specification: Specification<State, Input, Output>,
  ) {
    this.operations = operations.toSorted((a, b) => a.called - b.called);
    this.specification = specification;
    this.done = operations.map(() => false);
  }

  run(): Verdict<Input, Output> {
    return this.extend(this.specification.initial)
      ? { explained: true, order: this.order }
      : { explained: false, furthest: this.furthest, stuck: this.stuck };
  }

  /** @returns whether what is left can be put in order behind this state */
  private extend(state: State): boolean {
    const left = this.operations.filter((one, index) => !this.done[index] && one.output !== undefined);
    if (left.length === 0) return true;
    const memory = `${this.done.map(Number).join('')} ${this.specification.key(state)}`;
    if (this.tried.has(memory)) return false;
    this.tried.add(memory);
    // Nothing that was called after another had returned can come before it.
    const firstReturn = Math.min(...left.map(({ returned }) => returned));
    const stuck: typeof this.stuck = [];
    for (const [index, operation] of this.operations.entries()) {
      if (this.done[index] || operation.called > firstReturn) continue;
      this.branches += 1;
      if (this.branches > branchesAtMost) throw new Error('too much of the history overlaps');
      const { state: next, output } = this.specification.apply(state, operation.input);
      if (operation.output !== undefined && !this.specification.agree(operation.output, output)) {
        stuck.push({ operation, allowed: output });
        continue;
      }
      this.done[index] = true;
      this.order.push(operation);
      if (this.extend(next)) return true;
      this.order.pop();
      this.done[index] = false;
    }
    if (this.order.length >= this.furthest.length && stuck.length > 0) {
      this.furthest = [...this.order];
      this.stuck = stuck;
    }
    return false;
  }
}
