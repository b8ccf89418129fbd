/** Something that has to be over in time. */
export interface Timed {
  /** Moment of its deadline, by `performance.now()`. */
  readonly deadline: number;
  readonly onLate: () => void;
  isOver: boolean;
  before: Timed | undefined;
  after: Timed | undefined;
}

/**
 * The deadlines of calls that have the same time each, so that they stand in the order in which they fall
 * due, and one timer serves all: a timer for each call took longer than some stores take to answer.
 */
export class Deadlines {
  /** Seconds that each call has. */
  readonly patience: number;
  #first: Timed | undefined;
  #last: Timed | undefined;
  /** Runs on when nothing is under way, but keeps no process alive then. */
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(patience: number) {
    this.patience = patience;
  }

  /** @param onLate - Called once, unless {@link Deadlines.end} comes first. */
  begin(onLate: () => void): Timed {
    const before = this.#last;
    const deadline = performance.now() + this.patience * 1000;
    const call: Timed = { deadline, onLate, isOver: false, before, after: undefined };
    this.#last = call;
    if (before !== undefined) before.after = call;
    else {
      this.#first = call;
      if (this.#timer === undefined) this.#wait(this.patience * 1000);
      else hold(this.#timer, true);
    }
    return call;
  }

  /** @returns whether it was in time; `false` also the second time. */
  end(call: Timed): boolean {
    if (call.isOver) return false;
    call.isOver = true;
    const { before, after } = call;
    if (before === undefined) this.#first = after;
    else before.after = after;
    if (after === undefined) this.#last = before;
    else after.before = before;
    if (this.#first === undefined && this.#timer !== undefined) hold(this.#timer, false);
    return true;
  }

  #wait(milliseconds: number): void {
    this.#timer = setTimeout(() => {
      const moment = performance.now();
      // After the I/O that waits: a process that was busy itself must not blame the store.
      this.#timer = setTimeout(() => this.#giveUp(moment), 0);
    }, milliseconds);
  }

  #giveUp(moment: number): void {
    this.#timer = undefined;
    for (let call = this.#first; call !== undefined && call.deadline <= moment; call = this.#first) {
      this.end(call);
      call.onLate();
    }
    // A callback may have begun another call, and with it a timer.
    if (this.#first !== undefined && this.#timer === undefined)
      this.#wait(Math.max(0, this.#first.deadline - performance.now()));
  }
}

/** Whether a timer keeps the process alive; where timers are numbers, none does. */
function hold(timer: ReturnType<typeof setTimeout>, isHeld: boolean): void {
  const node = timer as Partial<NodeJS.Timeout>;
  if (isHeld) node.ref?.();
  else node.unref?.();
}
